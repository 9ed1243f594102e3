//! The statistical cooking types: a statistic over the last raw values.
//!
//! Percentiles are hiperf's own; their names say so. Everything else is
//! WMI's.
//!
//! They need no time stamps and no base. A window that isn't full yet is used
//! as it is; before the first sample there is no value. Of integers the results
//! are exact fractions, like those of the formulas; of reals see `reals`.
//!
//! Source: "Statistical Counter Types" of the Windows SDK documentation.

use super::{Cooked, Percentile, Reason, SampleKind, SampleWindow, reals};

/// A statistical cooking type, over the raw values `x1..xn` of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// `COOKER_AVERAGE`: `sum(x) / n`.
    Average,
    /// `COOKER_MIN`: the smallest value.
    Min,
    /// `COOKER_MAX`: the largest value.
    Max,
    /// `COOKER_RANGE`: the largest less the smallest.
    Range,
    /// `COOKER_VARIANCE`: `sum((x - mean)^2) / n`, the population's variance.
    Variance,
    /// `HIPERF_MEDIAN`: the value that half of the values don't exceed.
    Median,
    /// `HIPERF_PERCENTILE_90`: the value that 90 % of the values don't exceed.
    Percentile90,
    /// `HIPERF_PERCENTILE_95`: the value that 95 % of the values don't exceed.
    Percentile95,
    /// `HIPERF_PERCENTILE_99`: the value that 99 % of the values don't exceed.
    Percentile99,
}

impl Statistic {
    /// Every statistic, WMI's first.
    pub const ALL: [Statistic; 9] = [
        Statistic::Average,
        Statistic::Min,
        Statistic::Max,
        Statistic::Range,
        Statistic::Variance,
        Statistic::Median,
        Statistic::Percentile90,
        Statistic::Percentile95,
        Statistic::Percentile99,
    ];

    /// The name as the CookingType qualifier spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Statistic::Average => "COOKER_AVERAGE",
            Statistic::Min => "COOKER_MIN",
            Statistic::Max => "COOKER_MAX",
            Statistic::Range => "COOKER_RANGE",
            Statistic::Variance => "COOKER_VARIANCE",
            Statistic::Median => "HIPERF_MEDIAN",
            Statistic::Percentile90 => "HIPERF_PERCENTILE_90",
            Statistic::Percentile95 => "HIPERF_PERCENTILE_95",
            Statistic::Percentile99 => "HIPERF_PERCENTILE_99",
        }
    }

    /// The statistic of this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Statistic> {
        Statistic::ALL.into_iter().find(|statistic| statistic.name().eq_ignore_ascii_case(name))
    }

    /// What the statistic says, in plain words.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Statistic::Average => "mean of the last samples",
            Statistic::Min => "smallest of the last samples",
            Statistic::Max => "largest of the last samples",
            Statistic::Range => "largest less smallest of the last samples",
            Statistic::Variance => "variance of the last samples",
            Statistic::Median => "median of the last samples",
            Statistic::Percentile90 => "what 90 % of the last samples don't exceed",
            Statistic::Percentile95 => "what 95 % of the last samples don't exceed",
            Statistic::Percentile99 => "what 99 % of the last samples don't exceed",
        }
    }

    /// The statistic of the window.
    ///
    /// # Errors
    /// * [`Reason::NoBaseline`] before the first sample.
    /// * [`Reason::OutOfRange`] if no real holds the range or the variance of
    ///   reals.
    pub fn cook(self, window: &SampleWindow) -> Result<Cooked, Reason> {
        let keys = window.keys();
        let min = *keys.iter().min().ok_or(Reason::NoBaseline)?;
        let max = *keys.iter().max().ok_or(Reason::NoBaseline)?;
        match (self, window.kind()) {
            (Statistic::Min, _) => window.cooked(min),
            (Statistic::Max, _) => window.cooked(max),
            (Statistic::Median, _) => Percentile::MEDIAN.cook(window),
            (Statistic::Percentile90, _) => Percentile::P90.cook(window),
            (Statistic::Percentile95, _) => Percentile::P95.cook(window),
            (Statistic::Percentile99, _) => Percentile::P99.cook(window),
            (Statistic::Average, SampleKind::Real) => reals::average(&window.reals()),
            (Statistic::Range, SampleKind::Real) => reals::range(&window.reals()),
            (Statistic::Variance, SampleKind::Real) => reals::variance(&window.reals()),
            (Statistic::Average, kind) => Ok(average(keys, kind.lift())),
            // Distances are the same wherever zero is.
            (Statistic::Range, _) => Ok(Cooked::whole(max - min)),
            (Statistic::Variance, _) => Ok(variance(keys)),
        }
    }
}

/// The sum, which fits: there are no more values than [`SampleWindow::MAX_SIZE`].
fn sum(values: &[u64]) -> u128 {
    values.iter().map(|x| u128::from(*x)).sum()
}

/// The mean of at least one value, each of which was moved up by `lift`.
fn average(values: &[u64], lift: u64) -> Cooked {
    let n = values.len() as u128;
    // Of 16 bits more than a value has, with room for the sign.
    let sum = sum(values) as i128 - (n * u128::from(lift)) as i128;
    Cooked::signed_quotient(sum, n)
}

/// The population's variance of at least one value.
///
/// With m the mean rounded down and `r = sum(x - m)`, which is the remainder
/// of that division and so less than n, the variance is
/// `sum((x - m)^2) / n - (r / n)^2`. Each square is divided by n on its own,
/// because their sum needn't fit.
fn variance(values: &[u64]) -> Cooked {
    let n = values.len() as u128;
    let (mean, r) = (sum(values) / n, sum(values) % n);
    let (mut whole, mut rest) = (0, 0);
    for x in values {
        let square = u128::from(*x).abs_diff(mean).pow(2);
        whole += square / n;
        rest += square % n;
    }
    // In n-ths of n-ths, for which n is small enough.
    let rest = rest * n;
    match rest.checked_sub(r * r) {
        Some(rest) => Cooked::mixed(whole + rest / (n * n), rest % (n * n), n * n),
        // Less than one is missing, and the variance isn't negative.
        None => Cooked::mixed(whole - 1, n * n + rest - r * r, n * n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(size: usize, values: &[u64]) -> SampleWindow {
        let mut window = SampleWindow::new(SampleKind::Unsigned, size).unwrap();
        values.iter().for_each(|value| window.push(*value));
        window
    }

    #[track_caller]
    fn check(values: &[u64], expected: [(u128, f64); 5]) {
        let window = window(8, values);
        for (statistic, expected) in Statistic::ALL.into_iter().zip(expected) {
            let cooked = statistic.cook(&window).unwrap();
            assert_eq!((cooked.integer(), cooked.real()), (Some(expected.0), expected.1), "{statistic:?}");
        }
    }

    #[test]
    fn worked_examples() {
        check(
            &[512, 498, 505, 520, 490],
            [(505, 505.0), (490, 490.0), (520, 520.0), (30, 30.0), (109, 109.6)],
        );
        check(&[10, 10, 40], [(20, 20.0), (10, 10.0), (40, 40.0), (30, 30.0), (200, 200.0)]);
        check(&[7], [(7, 7.0), (7, 7.0), (7, 7.0), (0, 0.0), (0, 0.0)]);
        check(&[1, 2], [(1, 1.5), (1, 1.0), (2, 2.0), (1, 1.0), (0, 0.25)]);
    }

    #[test]
    fn extremes_stay_exact() {
        let two_64 = 2f64.powi(64);
        // (2^64 - 1)^2 / 4, of which the half bit is lost in truncation.
        let quarter = (1 << 126) - (1 << 63);
        check(
            &[0, u64::MAX],
            [
                (u128::from(u64::MAX) / 2, two_64 / 2.0),
                (0, 0.0),
                (u64::MAX.into(), two_64),
                (u64::MAX.into(), two_64),
                (quarter, 2f64.powi(126)),
            ],
        );
        let full = window(SampleWindow::MAX_SIZE, &vec![u64::MAX; SampleWindow::MAX_SIZE]);
        assert_eq!(Statistic::Average.cook(&full).unwrap().integer(), Some(u64::MAX.into()));
        assert_eq!(Statistic::Variance.cook(&full).unwrap().integer(), Some(0));
    }

    #[test]
    fn signs() {
        let mut window = SampleWindow::new(SampleKind::Signed, 4).unwrap();
        [-7, 2, -1, 0].map(i64::cast_unsigned).into_iter().for_each(|value| window.push(value));
        let found = Statistic::ALL.map(|statistic| {
            let cooked = statistic.cook(&window).unwrap();
            (cooked.within((i128::MIN, i128::MAX)).unwrap(), cooked.real())
        });
        let expected = [(-1, -1.5), (-7, -7.0), (2, 2.0), (9, 9.0), (11, 11.25), (-1, -1.0), (2, 2.0)];
        assert_eq!(found[..7], expected);
        let mut window = SampleWindow::new(SampleKind::Signed, SampleWindow::MAX_SIZE).unwrap();
        (0..SampleWindow::MAX_SIZE).for_each(|_| window.push(i64::MIN.cast_unsigned()));
        let average = Statistic::Average.cook(&window).unwrap();
        assert_eq!(average.within((i128::MIN, i128::MAX)), Some(i64::MIN.into()));
        window.push(i64::MAX.cast_unsigned());
        assert_eq!(Statistic::Range.cook(&window).unwrap().integer(), Some(u64::MAX.into()));
    }

    #[test]
    fn variance_equals_the_naive_one() {
        let mut state = 88_172_645_463_325_252_u64;
        for size in (1..=24).cycle().take(2000) {
            let values: Vec<u64> = (0..size)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    state % 1_000_000
                })
                .collect();
            let n = u128::from(size as u32);
            let squares: u128 = values.iter().map(|x| u128::from(*x).pow(2)).sum();
            let naive = Cooked::quotient(n * squares - sum(&values).pow(2), n * n);
            assert_eq!(variance(&values), naive, "{values:?}");
        }
    }

    #[test]
    fn percentiles_by_name() {
        let window = window(100, &(1..=100).rev().collect::<Vec<_>>());
        for (name, expected) in [
            ("HIPERF_MEDIAN", 50),
            ("HIPERF_PERCENTILE_90", 90),
            ("HIPERF_PERCENTILE_95", 95),
            ("HIPERF_PERCENTILE_99", 99),
        ] {
            let cooked = Statistic::from_name(name).expect(name).cook(&window).unwrap();
            assert_eq!(cooked.integer(), Some(expected), "{name}");
        }
    }
}
