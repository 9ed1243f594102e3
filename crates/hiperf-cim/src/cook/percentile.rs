//! [`Percentile`]: the value that so many of the last samples don't exceed.
//!
//! By nearest rank: of n values in order it is the one at place
//! `ceil(n * p / 100)`, counted from one. So the answer is a value that was
//! sampled, never one between two, and exact. A sketch of a long stream would
//! be something else and isn't here: the window's own bound is the bound.

use super::{Cooked, Reason, SampleWindow};
use crate::{Error, Result, Status};

/// A percentile, in thousandths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percentile(u32);

impl Percentile {
    /// Half of the values don't exceed it.
    pub const MEDIAN: Percentile = Percentile(50_000);
    /// 90 % of the values don't exceed it.
    pub const P90: Percentile = Percentile(90_000);
    /// 95 % of the values don't exceed it.
    pub const P95: Percentile = Percentile(95_000);
    /// 99 % of the values don't exceed it.
    pub const P99: Percentile = Percentile(99_000);

    const WHOLE: u32 = 100_000;

    /// The percentile of so many thousandths of a percent: 99,900 is 99.9 %. At
    /// 0 it is the smallest value, at 100,000 the largest.
    ///
    /// # Errors
    /// WBEM_E_VALUE_OUT_OF_RANGE beyond 100,000.
    pub fn from_thousandths(thousandths: u32) -> Result<Percentile> {
        if thousandths > Percentile::WHOLE {
            let message = format!("percentile {thousandths} is above 100 %, which is {}", Percentile::WHOLE);
            return Err(Error::new(Status::WBEM_E_VALUE_OUT_OF_RANGE, message));
        }
        Ok(Percentile(thousandths))
    }

    /// The percentile of the values in the window. Allocates nothing.
    ///
    /// # Errors
    /// [`Reason::NoBaseline`] before the first sample.
    pub fn cook(self, window: &SampleWindow) -> std::result::Result<Cooked, Reason> {
        let values = window.keys();
        if values.is_empty() {
            return Err(Reason::NoBaseline);
        }
        let place = (values.len() as u64 * u64::from(self.0)).div_ceil(Percentile::WHOLE.into());
        window.cooked(value_at(values, place.max(1) as usize))
    }
}

/// The value at this place of the order, counted from one.
///
/// The window is neither sorted nor copied: a refresh allocates nothing. The
/// value is found bit by bit from the highest, each time by counting the values
/// below what is known so far, so that 64 passes do for any window.
fn value_at(values: &[u64], place: usize) -> u64 {
    let mut found = 0;
    for bit in (0..u64::BITS).rev() {
        let middle = found | 1 << bit;
        if values.iter().filter(|value| **value < middle).count() < place {
            found = middle;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::SampleKind;
    use super::*;

    /// Sorts and takes the first value that enough values don't exceed.
    fn naive(values: &[u64], thousandths: u32) -> u64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let enough = |value: u64| {
            let below = values.iter().filter(|other| **other <= value).count() as u64;
            below * 100_000 >= values.len() as u64 * u64::from(thousandths)
        };
        sorted.into_iter().find(|value| enough(*value)).expect("the largest value is enough")
    }

    #[track_caller]
    fn check(values: &[u64], thousandths: u32, expected: u64) {
        let mut window = SampleWindow::new(SampleKind::Unsigned, values.len()).unwrap();
        values.iter().for_each(|value| window.push(*value));
        let cooked = Percentile::from_thousandths(thousandths).unwrap().cook(&window).unwrap();
        assert_eq!(cooked.integer(), Some(expected.into()), "{thousandths} of {values:?}");
        assert_eq!(naive(values, thousandths), expected, "naive: {thousandths} of {values:?}");
    }

    #[test]
    fn nearest_rank() {
        let values = [15, 20, 35, 40, 50];
        for (thousandths, expected) in
            [(0, 15), (5_000, 15), (30_000, 20), (40_000, 20), (40_001, 35), (50_000, 35), (100_000, 50)]
        {
            check(&values, thousandths, expected);
        }
        check(&[u64::MAX, 0], 50_000, 0);
        check(&[u64::MAX, 0], 50_001, u64::MAX);
        check(&[u64::MAX], 99_000, u64::MAX);
        check(&[3, 3, 3, 9], 75_000, 3);
        check(&[3, 3, 3, 9], 75_001, 9);
    }

    #[test]
    fn equals_the_naive_one() {
        let mut state = 88_172_645_463_325_252_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for size in (1..=40).cycle().take(400) {
            // Few and many equal values, small and large ones.
            let shift = next() % 64;
            let values: Vec<u64> = (0..size).map(|_| next() >> shift).collect();
            let thousandths = (next() % 100_001) as u32;
            check(&values, thousandths, naive(&values, thousandths));
        }
    }

    #[test]
    fn limits() {
        let window = SampleWindow::new(SampleKind::Unsigned, 4).unwrap();
        assert_eq!(Percentile::P99.cook(&window), Err(Reason::NoBaseline));
        let error = Percentile::from_thousandths(100_001).unwrap_err();
        assert_eq!(error.status(), Status::WBEM_E_VALUE_OUT_OF_RANGE);
    }
}
