//! Publishing to other threads: nobody reads what is being written, and the
//! publisher always finds a slot. Shown twice: by threads, and by a model that
//! goes through every order of the steps.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use hiperf_com::publication::{Publisher, Subscriber};

/// As many words as a few counters; whole when all are the same.
#[derive(Clone, PartialEq)]
struct Words([u64; 40]);

impl Default for Words {
    fn default() -> Words {
        Words([0; 40])
    }
}

impl Words {
    #[track_caller]
    fn number(&self) -> u64 {
        assert!(self.0.iter().all(|word| *word == self.0[0]), "torn: {:?}", self.0);
        self.0[0]
    }
}

fn publish(publisher: &mut Publisher<Words>, number: u64) {
    assert!(publisher.publish(|words| words.0.iter_mut().for_each(|word| *word = number)), "no slot is free");
}

#[test]
fn what_was_read_stays_until_it_is_read_again() {
    let mut publisher = Publisher::<Words>::new();
    assert!(!publisher.has_subscribers());
    let mut early = publisher.subscribe();
    assert_eq!(early.read().number(), 0);
    let mut late = early.clone();
    for number in 1..=100 {
        publish(&mut publisher, number);
        assert_eq!(late.read().number(), number);
        assert_eq!(late.read().number(), number);
    }
    drop(publisher);
    assert_eq!((early.read().number(), late.read().number()), (100, 100));
    drop(early);
    assert_eq!(late.read().number(), 100);
}

#[test]
fn subscribers_come_and_go() {
    let mut publisher = Publisher::<Words>::new();
    let mut number = 0;
    for most in [1usize, 7, 3, 20, 0, 2] {
        let mut subscribers: Vec<Subscriber<Words>> = (0..most).map(|_| publisher.subscribe()).collect();
        assert_eq!(publisher.has_subscribers(), most > 0);
        for round in 0..50 {
            number += 1;
            // Without a subscriber there may be no slot to write, and nobody misses it.
            let published = publisher.publish(|words| words.0.fill(number));
            assert!(published || most == 0);
            if let Some(subscriber) = subscribers.get_mut(round % most.max(1)) {
                assert_eq!(subscriber.read().number(), number);
            }
        }
    }
}

#[test]
fn a_panic_while_writing_leaves_what_was_published() {
    let mut publisher = Publisher::<Words>::new();
    let mut subscriber = publisher.subscribe();
    publish(&mut publisher, 1);
    let write = std::panic::AssertUnwindSafe(|| {
        publisher.publish(|words: &mut Words| {
            words.0[3] = 9;
            panic!("as tested");
        })
    });
    assert!(std::panic::catch_unwind(write).is_err());
    assert_eq!(subscriber.read().number(), 1);
    publish(&mut publisher, 2);
    assert_eq!(subscriber.read().number(), 2);
}

#[test]
fn threads_never_read_half_a_value() {
    const READERS: usize = 4;
    let publications = if cfg!(miri) { 200 } else { 100_000 };
    let mut publisher = Publisher::<Words>::new();
    let subscriber = publisher.subscribe();
    let (is_over, seen) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for reader in 0..READERS {
            let mut subscriber = subscriber.clone();
            let (is_over, seen) = (&is_over, &seen);
            scope.spawn(move || {
                let mut last = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let number = subscriber.read().number();
                    assert!(number >= last, "{number} after {last}");
                    if number != last {
                        seen.fetch_add(1, Ordering::Relaxed);
                    }
                    last = number;
                    if reader == 0 {
                        subscriber = subscriber.clone();
                    }
                }
                assert!(subscriber.read().number() >= publications);
            });
        }
        // On one processor the readers get no share at first.
        let mut number = 0;
        while number < publications || seen.load(Ordering::Relaxed) < READERS {
            number += 1;
            publish(&mut publisher, number);
            if number.is_multiple_of(64) {
                thread::yield_now();
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

/// The algorithm with its memory as numbers; each step is one access to what is
/// shared. All are sequentially consistent, so that the orders in which the
/// steps can be taken are all there is.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Model {
    readers: Vec<u8>,
    current: usize,
    publisher: Publishing,
    publications_left: u8,
    subscribers: Vec<Reading>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Publishing {
    /// Looks at this slot next.
    Looks(usize),
    Writes(usize),
    Done,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Reading {
    pinned: Option<usize>,
    step: Step,
    reads_left: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    Begins,
    Unpins,
    LoadsCurrent,
    CountsIn(usize),
    LooksAgain(usize),
    CountsOut(usize),
    Reads,
}

impl Model {
    fn new(subscribers: usize, slots: usize, publications: u8, reads: u8) -> Model {
        let reading = Reading { pinned: None, step: Step::Begins, reads_left: reads };
        Model {
            readers: vec![0; slots],
            current: 0,
            publisher: Publishing::Looks(0),
            publications_left: publications,
            subscribers: vec![reading; subscribers],
        }
    }

    /// The publisher's next step; an error if it finds no free slot.
    fn publish(&self) -> Result<Option<Model>, ()> {
        let mut next = self.clone();
        match self.publisher {
            Publishing::Looks(slot) if slot == self.readers.len() => return Err(()),
            Publishing::Looks(slot) if slot != self.current && self.readers[slot] == 0 => {
                next.publisher = Publishing::Writes(slot);
            }
            Publishing::Looks(slot) => next.publisher = Publishing::Looks(slot + 1),
            Publishing::Writes(slot) => {
                next.current = slot;
                next.publications_left -= 1;
                let is_last = next.publications_left == 0;
                next.publisher = if is_last { Publishing::Done } else { Publishing::Looks(0) };
            }
            Publishing::Done => return Ok(None),
        }
        Ok(Some(next))
    }

    /// The next step of one subscriber.
    fn read(&self, index: usize) -> Option<Model> {
        let mut next = self.clone();
        let Reading { pinned, step, reads_left } = &mut next.subscribers[index];
        *step = match *step {
            Step::Begins if *reads_left == 0 => return None,
            Step::Begins if *pinned == Some(self.current) => Step::Reads,
            Step::Begins => Step::Unpins,
            Step::Unpins => {
                if let Some(slot) = pinned.take() {
                    next.readers[slot] -= 1;
                }
                Step::LoadsCurrent
            }
            Step::LoadsCurrent => Step::CountsIn(self.current),
            Step::CountsIn(slot) => {
                next.readers[slot] += 1;
                Step::LooksAgain(slot)
            }
            Step::LooksAgain(slot) if slot == self.current => {
                *pinned = Some(slot);
                Step::Reads
            }
            Step::LooksAgain(slot) => Step::CountsOut(slot),
            Step::CountsOut(slot) => {
                next.readers[slot] -= 1;
                Step::LoadsCurrent
            }
            Step::Reads => {
                *reads_left -= 1;
                Step::Begins
            }
        };
        Some(next)
    }

    /// Whether somebody may read what is being written: a subscriber may use
    /// what it has pinned at any time.
    fn is_torn(&self) -> bool {
        let Publishing::Writes(slot) = self.publisher else { return false };
        self.subscribers.iter().any(|subscriber| subscriber.pinned == Some(slot))
    }
}

/// How the worst of all orders ends.
#[derive(Debug, PartialEq)]
enum Verdict {
    Whole,
    Torn,
    NoSlot,
}

fn explore(start: Model) -> (Verdict, usize) {
    let mut known = HashSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        if state.is_torn() {
            return (Verdict::Torn, known.len());
        }
        let Ok(published) = state.publish() else { return (Verdict::NoSlot, known.len()) };
        let read = (0..state.subscribers.len()).filter_map(|index| state.read(index));
        for next in published.into_iter().chain(read) {
            if known.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    (Verdict::Whole, known.len())
}

#[test]
fn in_every_order_of_the_steps_values_are_whole() {
    let (verdict, states) = explore(Model::new(1, 3, 4, 3));
    assert!(verdict == Verdict::Whole && states > 500, "{verdict:?} after {states} states");
    let (verdict, states) = explore(Model::new(2, 4, 3, 2));
    assert!(verdict == Verdict::Whole && states > 5_000, "{verdict:?} after {states} states");
}

/// The model finds what it is there to find.
#[test]
fn with_a_slot_less_the_publisher_would_find_none() {
    assert_eq!(explore(Model::new(1, 2, 4, 3)).0, Verdict::NoSlot);
    assert_eq!(explore(Model::new(2, 3, 3, 2)).0, Verdict::NoSlot);
    let mut bad = Model::new(1, 3, 4, 3);
    // A reader that wasn't counted.
    bad.subscribers[0].pinned = Some(1);
    bad.subscribers[0].reads_left = 0;
    assert_eq!(explore(bad).0, Verdict::Torn);
}
