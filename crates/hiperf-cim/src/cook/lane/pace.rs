//! [`Pace`]: how far the clocks went, which all instances of a sample share.
//!
//! A quotient x = p / d of integers is found in reals as p times a reciprocal,
//! less a half and plus a half of the reciprocal, rounded to the nearest
//! integer. As p + 1/2 is no multiple of d, it is half a d-th or more away from
//! where that integer would be another one. What is rounded on the way is at most
//! four times x * 2^-53, and 2^-52 beside; with p and d up to 2^49 that is less.

use super::sample::ClockSample;

/// Dividends and divisors up to this have exact quotients.
pub(super) const BOUND: u64 = 1 << 49;

/// The time that passed on each clock. It is the same for most instances of a
/// sample, and worked out when it isn't.
#[derive(Debug)]
pub struct Pace(Vec<Beat>);

/// The time that passed on one clock.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beat {
    /// The clock before, and now.
    pub older: ClockSample,
    pub newer: ClockSample,
    /// D1 - D0; 0 if no run can be cooked by it.
    pub ticks: u64,
    pub reciprocal: f64,
}

impl Pace {
    pub(super) fn new(clocks: usize) -> Pace {
        Pace(vec![Beat::default(); clocks])
    }

    pub(super) fn beats(&mut self) -> impl Iterator<Item = &mut Beat> {
        self.0.iter_mut()
    }

    #[inline]
    pub(super) fn beat(&self, clock: usize) -> Option<&Beat> {
        self.0.get(clock)
    }
}

impl Beat {
    /// The clock shows this now, in the next instance.
    #[inline]
    pub(super) fn step(&mut self, clock: &mut ClockSample, stamp: u64, frequency: u64) {
        let newer = ClockSample { stamp, frequency, is_known: true };
        let older = std::mem::replace(clock, newer);
        if older != self.older || newer != self.newer {
            *self = Beat::between(older, newer);
        }
    }

    #[inline(never)]
    fn between(older: ClockSample, newer: ClockSample) -> Beat {
        let beat = Beat { older, newer, ..Beat::default() };
        let is_steady = newer.frequency == older.frequency && newer.frequency != 0;
        match newer.stamp.checked_sub(older.stamp) {
            Some(ticks @ 1..) if is_steady => Beat { ticks, reciprocal: 1.0 / ticks as f64, ..beat },
            _ => beat,
        }
    }
}
