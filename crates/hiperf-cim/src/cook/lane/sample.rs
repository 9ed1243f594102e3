//! [`LaneSample`]: what a lane remembers of an instance: the raw values, packed,
//! and which of them there were.

use super::Reason;

/// A clock as a sample found it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ClockSample {
    pub stamp: u64,
    pub frequency: u64,
    /// Whether there was a time stamp.
    pub is_known: bool,
}

/// The latest sample of one instance.
#[derive(Clone, Debug)]
pub struct LaneSample {
    clocks: Box<[ClockSample]>,
    /// One value for each step.
    values: Box<[u64]>,
    /// Whether each value was there.
    known: Box<[bool]>,
    /// Whether all were, and the time stamps too.
    is_whole: bool,
    /// Why there is no sample yet; `None` once there is.
    unsampled: Option<Reason>,
}

impl LaneSample {
    pub(super) fn new(clocks: usize, steps: usize) -> LaneSample {
        LaneSample {
            clocks: vec![ClockSample::default(); clocks].into_boxed_slice(),
            values: vec![0; steps].into_boxed_slice(),
            known: vec![false; steps].into_boxed_slice(),
            is_whole: false,
            unsampled: Some(Reason::NoBaseline),
        }
    }

    /// Forgets the sample: another instance begins, and this is the reason why
    /// there is none before its first.
    pub fn clear(&mut self, reason: Reason) {
        self.is_whole = false;
        self.unsampled = Some(reason);
    }

    /// Why there is no value to compare with, if there is none.
    pub(super) fn no_baseline(&self) -> Reason {
        self.unsampled.unwrap_or(Reason::NoBaseline)
    }

    #[inline]
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    #[inline]
    pub(super) fn parts(&mut self) -> (&mut [ClockSample], &mut [u64]) {
        (&mut self.clocks, &mut self.values)
    }

    /// The value of a step; `None` if it was NULL or there was no sample.
    pub(super) fn value(&self, step: usize) -> Option<u64> {
        (self.unsampled.is_none() && self.known[step]).then_some(self.values[step])
    }

    pub(super) fn set_value(&mut self, step: usize, value: Option<u64>) {
        self.known[step] = value.is_some();
        self.values[step] = value.unwrap_or(0);
    }

    pub(super) fn clock(&self, clock: usize) -> ClockSample {
        self.clocks[clock]
    }

    /// All values are set; these are the clocks.
    pub(super) fn finish(&mut self, clocks: impl Iterator<Item = ClockSample>, is_whole: bool) {
        self.clocks.iter_mut().zip(clocks).for_each(|(mine, clock)| *mine = clock);
        self.is_whole = is_whole;
        self.unsampled = None;
    }
}
