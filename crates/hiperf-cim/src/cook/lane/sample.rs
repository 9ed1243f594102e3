//! [`LaneSample`]: what a lane remembers of an instance: the raw values, packed,
//! and which of them there were.
//!
//! ```text
//! words   [stamp frequency] a clock   [value] a step   [base] a step that has one
//! ```
//!
//! One piece of memory, as a refresh of many instances takes as long as it takes
//! to bring theirs into the cache.

use super::Reason;

/// A clock as a sample found it; 0 where there was nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ClockSample {
    pub stamp: u64,
    pub frequency: u64,
}

/// Words that a clock takes.
pub(super) const CLOCK_WORDS: usize = 2;

/// The latest sample of one instance.
#[derive(Clone, Debug)]
pub struct LaneSample {
    words: Box<[u64]>,
    /// Whether each word was there. Those of a whole sample all were, but for the
    /// steps that never have a value.
    known: Box<[bool]>,
    /// Whether there is all that the runs take.
    is_whole: bool,
    /// Whether nothing was left to the owner of the lane.
    is_tidy: bool,
    /// Why there is no sample yet; `None` once there is.
    unsampled: Option<Reason>,
}

impl LaneSample {
    pub(super) fn new(words: usize) -> LaneSample {
        LaneSample {
            words: vec![0; words].into_boxed_slice(),
            known: vec![false; words].into_boxed_slice(),
            is_whole: false,
            is_tidy: false,
            unsampled: Some(Reason::NoBaseline),
        }
    }

    /// Forgets the sample: another instance begins, and this is the reason why
    /// there is none before its first.
    pub fn clear(&mut self, reason: Reason) {
        self.is_whole = false;
        self.unsampled = Some(reason);
    }

    /// Somebody else wrote to the target: next time all of it is written anew.
    pub fn write_anew(&mut self) {
        self.is_whole = false;
    }

    /// Why there is no value to compare with, if there is none.
    pub(super) fn no_baseline(&self) -> Reason {
        self.unsampled.unwrap_or(Reason::NoBaseline)
    }

    #[inline(always)]
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    #[inline(always)]
    pub(super) fn is_tidy(&self) -> bool {
        self.is_tidy
    }

    pub(super) fn set_tidy(&mut self, is_tidy: bool) {
        self.is_tidy = is_tidy;
    }

    #[inline(always)]
    pub(super) fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words
    }

    /// A word; `None` if it was NULL or there was no sample.
    pub(super) fn word(&self, place: usize) -> Option<u64> {
        (self.unsampled.is_none() && self.known[place]).then_some(self.words[place])
    }

    pub(super) fn set_word(&mut self, place: usize, word: Option<u64>) {
        self.known[place] = word.is_some();
        self.words[place] = word.unwrap_or(0);
    }

    /// All words are set.
    pub(super) fn finish(&mut self, is_whole: bool) {
        self.is_whole = is_whole;
        self.is_tidy = false;
        self.unsampled = None;
    }
}
