//! The allocator: the system's, with the bytes counted and limited.
//!
//! It counts the whole process, which has one thread that allocates; what
//! libFuzzer allocates itself goes past it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes that may be in use at once: far more than any input that the fuzzer
/// makes can have a reason for.
const MOST_BYTES: usize = 256 << 20;

/// Bytes in use.
static LIVE: AtomicUsize = AtomicUsize::new(0);
/// Bytes that were in use at most since [`peak`] was last asked.
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Does `work`, and says how many more bytes than before were in use at most.
pub fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let result = work();
    (result, PEAK.load(Relaxed) - before)
}

/// The system's allocator, which refuses to have more than [`MOST_BYTES`] in
/// use.
pub struct Counting;

impl Counting {
    /// Counts `size` more bytes, unless they are too many.
    fn take(size: usize) -> bool {
        let live = LIVE.fetch_add(size, Relaxed).saturating_add(size);
        if live > MOST_BYTES {
            Counting::give(size);
            return false;
        }
        PEAK.fetch_max(live, Relaxed);
        true
    }

    fn give(size: usize) {
        LIVE.fetch_sub(size, Relaxed);
    }
}

// SAFETY: every block comes from the system's allocator with the layout that
// was asked for and goes back to it with the same one; the counts are no part
// of that, and nothing here panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !Counting::take(layout.size()) {
            return ptr::null_mut();
        }
        // SAFETY: the caller answers for the layout.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if !Counting::take(layout.size()) {
            return ptr::null_mut();
        }
        // SAFETY: the caller answers for the layout.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if !Counting::take(new_size) {
            return ptr::null_mut();
        }
        // SAFETY: the caller answers for the block, which the system's
        // allocator gave, and for the size.
        let new = unsafe { System.realloc(block, layout, new_size) };
        Counting::give(if new.is_null() { new_size } else { layout.size() });
        new
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        Counting::give(layout.size());
        // SAFETY: the caller answers for the block, which the system's
        // allocator gave with this layout.
        unsafe { System.dealloc(block, layout) }
    }
}
