//! Statistics of reals.
//!
//! A sum of reals has no exact quotient that an f64 holds, so these are near,
//! not exact: everything is first divided by a power of two that makes the
//! largest 1 to 2, which loses nothing and leaves room for any sum, and what
//! an addition rounds off is carried along (Neumaier's summation). A mean lies
//! within its values; no step overflows unless the result does.

use super::{Cooked, Reason};

/// The mean of at least one finite value.
pub(super) fn average(values: &(impl ExactSizeIterator<Item = f64> + Clone)) -> Result<Cooked, Reason> {
    Cooked::from_real(mean(values))
}

/// The largest less the smallest.
pub(super) fn range(values: &(impl ExactSizeIterator<Item = f64> + Clone)) -> Result<Cooked, Reason> {
    let (min, max) = bounds(values);
    finite(max - min)
}

/// The population's variance of at least one finite value.
pub(super) fn variance(values: &(impl ExactSizeIterator<Item = f64> + Clone)) -> Result<Cooked, Reason> {
    let (n, mean) = (values.len() as f64, mean(values));
    let (min, max) = bounds(values);
    // The halves, because the distance of two reals may be none.
    let half = |x: f64| x / 2.0 - mean / 2.0;
    let unit = power_of_two(f64::max(half(max).abs(), half(min).abs()));
    let distances = values.clone().map(|x| half(x) / unit);
    // The mean was rounded, so the distances from it needn't be zero in sum.
    let rest = sum(distances.clone()) / n;
    let variance = sum(distances.map(|distance| distance * distance)) / n - rest * rest;
    finite(4.0 * unit * (unit * variance.max(0.0)))
}

fn finite(real: f64) -> Result<Cooked, Reason> {
    Cooked::from_real(real).map_err(|_| Reason::OutOfRange)
}

fn bounds(values: &(impl Iterator<Item = f64> + Clone)) -> (f64, f64) {
    (values.clone().fold(f64::MAX, f64::min), values.clone().fold(f64::MIN, f64::max))
}

fn mean(values: &(impl ExactSizeIterator<Item = f64> + Clone)) -> f64 {
    let (min, max) = bounds(values);
    let unit = power_of_two(f64::max(min.abs(), max.abs()));
    let mean = unit * (sum(values.clone().map(|x| x / unit)) / values.len() as f64);
    mean.clamp(min, max)
}

/// The largest normal power of two that isn't above the value, or the smallest
/// there is.
fn power_of_two(value: f64) -> f64 {
    const EXPONENT: u64 = 0x7FF << 52;
    f64::from_bits(value.to_bits() & EXPONENT).max(f64::MIN_POSITIVE)
}

/// The sum, with what the additions round off.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, lost) = values.fold((0.0, 0.0), |(sum, lost): (f64, f64), x| {
        let next = sum + x;
        let rounded_off = if sum.abs() >= x.abs() { sum - next + x } else { x - next + sum };
        (next, lost + rounded_off)
    });
    sum + lost
}

#[cfg(test)]
mod tests {
    use super::super::{SampleKind, SampleWindow, Statistic};
    use super::*;

    fn cook(values: &[f64]) -> [Result<f64, Reason>; 9] {
        let mut window = SampleWindow::new(SampleKind::Real, values.len()).unwrap();
        values.iter().for_each(|real| window.push(real.to_bits()));
        Statistic::ALL.map(|statistic| statistic.cook(&window).map(Cooked::real))
    }

    #[track_caller]
    fn check(values: &[f64], expected: [f64; 6]) {
        assert_eq!(cook(values)[..6], expected.map(Ok), "{values:?}");
    }

    #[test]
    fn small_numbers_are_exact() {
        check(&[512.0, 498.0, 505.0, 520.0, 490.0], [505.0, 490.0, 520.0, 30.0, 109.6, 505.0]);
        check(&[-0.5, 0.25, -1.5, 0.75], [-0.25, -1.5, 0.75, 2.25, 0.71875, -0.5]);
        check(&[7.5], [7.5, 7.5, 7.5, 0.0, 0.0, 7.5]);
        check(&[-0.0, 0.0], [0.0; 6]);
        // Without the carried rest the ones are lost.
        check(&[1e16, 1.0, 1.0, -1e16], [0.5, -1e16, 1e16, 2e16, 5e31, 1.0]);
        // A window of one value many times has it as its mean, and no variance.
        check(&[0.1; 10], [0.1, 0.1, 0.1, 0.0, 0.0, 0.1]);
    }

    #[test]
    fn extremes() {
        let max = f64::MAX;
        check(&[max, max], [max, max, max, 0.0, 0.0, max]);
        check(&[f64::MIN_POSITIVE, 5e-324], {
            let half = f64::MIN_POSITIVE / 2.0;
            [half, 5e-324, f64::MIN_POSITIVE, f64::MIN_POSITIVE - 5e-324, 0.0, 5e-324]
        });
        let [average, min, .., range, variance, median, _, _, _] = cook(&[-max, max]);
        assert_eq!((average, min, median), (Ok(0.0), Ok(-max), Ok(-max)));
        assert_eq!((range, variance), (Err(Reason::OutOfRange), Err(Reason::OutOfRange)));
        assert_eq!(cook(&[0.0, 2f64.powi(512)])[4], Ok(2f64.powi(1022)));
    }

    #[test]
    fn integers_give_the_same_as_the_exact_ones() {
        let mut state = 88_172_645_463_325_252_u64;
        for size in (1..=24).cycle().take(2000) {
            let values: Vec<i32> = (0..size)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    state as i32
                })
                .collect();
            let mut window = SampleWindow::new(SampleKind::Signed, values.len()).unwrap();
            values.iter().for_each(|value| window.push(i64::from(*value).cast_unsigned()));
            let found = cook(&values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>());
            for (statistic, found) in Statistic::ALL.into_iter().zip(found) {
                let (exact, found) = (statistic.cook(&window).unwrap().real(), found.unwrap());
                assert!(
                    (found - exact).abs() <= 4.0 * f64::EPSILON * exact.abs(),
                    "{statistic:?} of {values:?}"
                );
            }
        }
    }
}
