//! [`Pace`]: how far the clocks went, which all instances of a sample share, and
//! what can be worked out from that alone.
//!
//! # In reals
//! A quotient x = p / d of integers is found in reals as p times a reciprocal,
//! less a half and plus a half of the reciprocal, rounded to the nearest
//! integer. As p + 1/2 is no multiple of d, it is half a d-th or more away from
//! where that integer would be another one. What is rounded on the way is at most
//! four times x * 2^-53, and 2^-52 beside; with p and d up to 2^49 that is less.
//!
//! # In integers
//! With 2^l the power of two that is d or the next above it, and m the first
//! integer above 2^(63 + l) / d, p * m / 2^(63 + l) is p / d and less than
//! p / 2^63 d-ths more. With p below 2^63 that doesn't reach the next d-th.

use super::sample::ClockSample;

/// Dividends and divisors up to this have exact quotients in reals.
pub(super) const BOUND: u64 = 1 << 49;
/// Integers below this are reals exactly.
const MANTISSA: u64 = 1 << 52;

/// The time that passed on each clock. It is the same for most instances of a
/// sample, and worked out when it isn't.
#[derive(Debug)]
pub struct Pace {
    beats: Vec<Beat>,
    /// The older values of the run that is cooked.
    pub(super) older: Vec<u64>,
}

/// The time that passed on one clock.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beat {
    /// The clock before, and now.
    pub older: ClockSample,
    pub newer: ClockSample,
    /// D1 - D0; 0 if no run can be cooked by it.
    pub ticks: u64,
    /// F, if it was the same all the time; 0 if not.
    pub frequency: u64,
    pub one: Ratio,
    pub hundred: Ratio,
    pub per_second: Ratio,
    pub division: Division,
}

/// A factor over the time that passed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ratio {
    pub factor: u64,
    /// In reals.
    pub quotient: f64,
    /// The bits that a difference must not have: for an exact integer, for one
    /// that fits 32 bits too, for an exact real. `None` if no integer or no real
    /// is exact.
    pub beyond: Option<Beyond>,
    pub beyond_real: Option<u64>,
}

/// Bits that a difference must not have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beyond {
    /// For an integer of 64 bits.
    pub wide: u64,
    /// For one of 32.
    pub narrow: u64,
}

/// A division by the time that passed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Division {
    /// A half of the reciprocal less a half.
    pub half: f64,
    /// m, or 0 if there is none.
    multiplier: u64,
    /// l, and 63.
    shift: u32,
}

impl Pace {
    pub(super) fn new(clocks: usize, longest_run: usize) -> Pace {
        Pace { beats: vec![Beat::default(); clocks], older: vec![0; longest_run] }
    }

    /// The time that passed on each clock, and room for the older values of a
    /// run.
    #[inline(always)]
    pub(super) fn parts(&mut self) -> (&mut [Beat], &mut [u64]) {
        (&mut self.beats, &mut self.older)
    }
}

impl Beat {
    /// The clock shows this now, in the next instance.
    #[inline(always)]
    pub(super) fn step(&mut self, older: ClockSample, newer: ClockSample) {
        if older != self.older || newer != self.newer {
            *self = Beat::between(older, newer);
        }
    }

    #[cold]
    #[inline(never)]
    fn between(older: ClockSample, newer: ClockSample) -> Beat {
        let beat = Beat { older, newer, ..Beat::default() };
        if newer.frequency != older.frequency || newer.frequency == 0 {
            return beat;
        }
        let beat = Beat { frequency: newer.frequency, ..beat };
        match newer.stamp.checked_sub(older.stamp) {
            Some(ticks @ 1..) => Beat {
                ticks,
                one: Ratio::new(1, ticks),
                hundred: Ratio::new(100, ticks),
                per_second: Ratio::new(newer.frequency, ticks),
                division: Division::by(ticks),
                ..beat
            },
            _ => beat,
        }
    }
}

impl Ratio {
    /// The ratio of two integers that aren't zero.
    fn new(factor: u64, ticks: u64) -> Ratio {
        let beyond = (ticks < BOUND && factor <= BOUND).then(|| {
            let wide = u64::MAX << (BOUND / factor).ilog2();
            // Below (ticks << 32) / factor the quotient fits 32 bits.
            let narrow = (u128::from(ticks) << 32) / u128::from(factor);
            let narrow = narrow.checked_ilog2().map_or(u64::MAX, |bits| u64::MAX << bits.min(63));
            Beyond { wide, narrow: wide | narrow }
        });
        let is_real = ticks < MANTISSA && factor <= MANTISSA;
        let beyond_real = is_real.then(|| u64::MAX << (MANTISSA / factor).ilog2());
        Ratio { factor, quotient: factor as f64 * (1.0 / ticks as f64), beyond, beyond_real }
    }
}

impl Division {
    fn by(ticks: u64) -> Division {
        let half = 0.5 * (1.0 / ticks as f64) - 0.5;
        let bits = u64::BITS - (ticks - 1).leading_zeros();
        if bits == u64::BITS {
            return Division { half, ..Division::default() };
        }
        let shift = 63 + bits;
        let multiplier = u64::try_from((1u128 << shift) / u128::from(ticks) + 1).unwrap_or(0);
        Division { half, multiplier, shift }
    }

    /// Whether there are quotients in integers.
    #[inline(always)]
    pub(super) fn is_possible(self) -> bool {
        self.multiplier != 0
    }

    /// The quotient of an integer below 2^63.
    #[inline(always)]
    pub(super) fn quotient(self, dividend: u64) -> u64 {
        let product = u128::from(dividend) * u128::from(self.multiplier);
        (product >> self.shift) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_in_integers() {
        let near = |bits: u32| [(1u64 << bits) - 1, 1 << bits, (1 << bits) + 1];
        let divisors = (0..63).flat_map(near).chain([3, 7, 10_000_000, (1 << 63) - 1]);
        for ticks in divisors.filter(|ticks| *ticks > 0) {
            let division = Division::by(ticks);
            assert!(division.is_possible(), "{ticks}");
            let multiples = [1, 2, 3, 1000, u64::MAX / 2 / ticks].map(|times| times.saturating_mul(ticks));
            let around = multiples.iter().flat_map(|at| [at - 1, *at, at.saturating_add(1)]);
            for dividend in around.chain([0, 1, i64::MAX as u64]).filter(|dividend| *dividend < 1 << 63) {
                assert_eq!(division.quotient(dividend), dividend / ticks, "{dividend} / {ticks}");
            }
        }
        assert!(!Division::by(u64::MAX).is_possible());
    }
}
