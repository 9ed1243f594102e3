//! [`Publisher`] and [`Subscriber`]: a value that one thread publishes again and
//! again and others read whole, while neither ever waits for the other.
//!
//! ```text
//!   slots:  [ value | readers ] -> [ value | readers ] -> [ value | readers ] -> ..
//!                 ^ current             ^ pinned by a subscriber     ^ free: written next
//! ```
//!
//! The publisher writes a slot that is neither the current one nor pinned, then
//! makes it the current one. A subscriber pins the current slot and reads it in
//! place, without a copy, until it reads again: the publisher passes by what is
//! pinned. A subscriber that finds the slot it has pinned still current has
//! nothing to do, so reading what has not changed is one load.
//!
//! **Why the publisher never waits.** With N subscribers there are at least
//! N + 2 slots, and a subscriber occupies at most one that is not the current
//! one, even one by one as the publisher looks at them: it gives up its slot
//! before it asks for the current one, and that doesn't change while the
//! publisher, the only one who changes it, is looking. So N + 1 slots are not
//! current, and one of them is free. Slots are made by whoever adds a
//! subscriber, never by the publisher.
//!
//! **Why nobody reads what is being written.** A subscriber counts itself in,
//! then looks whether the slot is still current, and reads only if it is; the
//! publisher makes another slot current first, then looks at the count, and
//! writes only if it is 0. All these steps are sequentially consistent, so at
//! least one of the two sees the other. `tests/publication.rs` walks through all
//! orders of the steps.
//!
//! Not here: what is published, and waiting for something new.

use std::cell::UnsafeCell;
use std::fmt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Slots beyond one a subscriber: the current one, and one to write.
const MORE_SLOTS: usize = 2;

/// One copy of the value.
struct Slot<T> {
    /// How many subscribers have counted themselves in.
    readers: AtomicUsize,
    value: UnsafeCell<T>,
    next: OnceLock<Box<Slot<T>>>,
}

// SAFETY: the value is written by one thread while no other reaches it, and
// read by several otherwise (see the module); the rest is `Sync` by itself.
unsafe impl<T: Send + Sync> Sync for Slot<T> {}

impl<T: Default> Slot<T> {
    fn new() -> Slot<T> {
        Slot { readers: AtomicUsize::new(0), value: UnsafeCell::default(), next: OnceLock::new() }
    }
}

/// What the publisher and its subscribers share.
struct Shared<T> {
    first: Slot<T>,
    /// One of the slots; NULL, which stands for the first, before anything is
    /// published.
    current: AtomicPtr<Slot<T>>,
    subscribers: AtomicUsize,
}

impl<T> Shared<T> {
    /// A slot that is neither current nor pinned.
    fn free(&self) -> Option<&Slot<T>> {
        let current = self.current();
        let mut slot = &self.first;
        while std::ptr::eq(slot, current) || slot.readers.load(Ordering::SeqCst) > 0 {
            // Looked up after the count: whoever sees a subscriber here sees the
            // slot that was made for it.
            slot = slot.next.get()?;
        }
        Some(slot)
    }

    fn current(&self) -> &Slot<T> {
        let current = self.current.load(Ordering::SeqCst);
        // SAFETY: NULL, or a slot, which lives as long as this does.
        unsafe { current.as_ref() }.unwrap_or(&self.first)
    }
}

impl<T> Drop for Shared<T> {
    /// One by one: a list that drops itself would need a stack as long as it is.
    fn drop(&mut self) {
        let mut next = self.first.next.take();
        while let Some(mut slot) = next {
            next = slot.next.take();
        }
    }
}

/// The one who publishes.
pub struct Publisher<T> {
    shared: Arc<Shared<T>>,
}

impl<T: Default + Send + Sync> Publisher<T> {
    /// A publisher that has published the default value.
    #[must_use]
    pub fn new() -> Publisher<T> {
        let (current, subscribers) = (AtomicPtr::default(), AtomicUsize::new(0));
        Publisher { shared: Arc::new(Shared { first: Slot::new(), current, subscribers }) }
    }

    /// A reader of what is published.
    #[must_use]
    pub fn subscribe(&self) -> Subscriber<T> {
        Subscriber::new(&self.shared)
    }

    /// Whether anybody could read what is published.
    #[must_use]
    pub fn has_subscribers(&self) -> bool {
        self.shared.subscribers.load(Ordering::Relaxed) > 0
    }

    /// Publishes what `write` makes of an older value: the default one or one
    /// that was published before, not always the latest. Never waits. After a
    /// panic of `write` the value before is still the published one.
    ///
    /// Says whether it was done, which it always is: without a free slot, which
    /// can't be, nothing is published.
    pub fn publish(&mut self, write: impl FnOnce(&mut T)) -> bool {
        // Without a subscriber there may be one slot only.
        let Some(free) = self.shared.free() else { return false };
        // SAFETY: not current and without readers: a subscriber that counts
        // itself in from now on finds that it isn't current and doesn't read; and
        // `&mut self` keeps out a second publisher.
        write(unsafe { &mut *free.value.get() });
        self.shared.current.store(std::ptr::from_ref(free).cast_mut(), Ordering::SeqCst);
        true
    }
}

impl<T: Default + Send + Sync> Default for Publisher<T> {
    fn default() -> Publisher<T> {
        Publisher::new()
    }
}

impl<T> fmt::Debug for Publisher<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subscribers = self.shared.subscribers.load(Ordering::Relaxed);
        f.debug_struct("Publisher").field("subscribers", &subscribers).finish_non_exhaustive()
    }
}

/// One who reads what is published. Each thread that reads has a clone of its
/// own. What was read last stays in memory until the next read.
pub struct Subscriber<T> {
    shared: Arc<Shared<T>>,
    /// The slot in which this subscriber has counted itself in.
    pinned: Option<NonNull<Slot<T>>>,
}

// SAFETY: the pointer is to a slot of `shared`, which may be reached from any
// thread if the value may.
unsafe impl<T: Send + Sync> Send for Subscriber<T> {}
// SAFETY: a shared subscriber can only be cloned and shown, which touch the
// atomics of `shared` alone.
unsafe impl<T: Send + Sync> Sync for Subscriber<T> {}

impl<T: Default + Send + Sync> Subscriber<T> {
    fn new(shared: &Arc<Shared<T>>) -> Subscriber<T> {
        // Whoever takes the place of one that is gone comes after its end.
        let subscribers = shared.subscribers.fetch_add(1, Ordering::AcqRel) + 1;
        let mut slot = &shared.first;
        // The first is there already.
        for _ in 1..subscribers + MORE_SLOTS {
            slot = slot.next.get_or_init(|| Box::new(Slot::new()));
        }
        Subscriber { shared: shared.clone(), pinned: None }
    }

    /// What was published last. Never waits: it starts over only if something
    /// was published in this very moment.
    pub fn read(&mut self) -> &T {
        let current = NonNull::from(self.shared.current());
        if self.pinned != Some(current) {
            self.unpin();
            self.pin();
        }
        let slot = self.pinned.map_or(&self.shared.first, |slot| {
            // SAFETY: a slot of `shared`, which this subscriber keeps.
            unsafe { slot.as_ref() }
        });
        // SAFETY: this subscriber was counted in while the slot was current, so
        // nobody writes it until it is counted out, for which `&mut self` is
        // needed that the reference returned borrows.
        unsafe { &*slot.value.get() }
    }

    fn pin(&mut self) {
        loop {
            let slot = self.shared.current();
            slot.readers.fetch_add(1, Ordering::SeqCst);
            if std::ptr::eq(slot, self.shared.current()) {
                self.pinned = Some(NonNull::from(slot));
                return;
            }
            // Given up before the current one is asked for again: see the module.
            slot.readers.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl<T> Subscriber<T> {
    fn unpin(&mut self) {
        if let Some(slot) = self.pinned.take() {
            // SAFETY: a slot of `shared`, which this subscriber keeps.
            let slot = unsafe { slot.as_ref() };
            // What was read was read before the publisher, who sees this, writes again.
            slot.readers.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl<T: Default + Send + Sync> Clone for Subscriber<T> {
    /// Another subscriber, for another thread.
    fn clone(&self) -> Subscriber<T> {
        Subscriber::new(&self.shared)
    }
}

impl<T> Drop for Subscriber<T> {
    fn drop(&mut self) {
        self.unpin();
        self.shared.subscribers.fetch_sub(1, Ordering::AcqRel);
    }
}

impl<T> fmt::Debug for Subscriber<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber").finish_non_exhaustive()
    }
}
