//! The statistical cooking types: a statistic over the last raw values.
//!
//! Percentiles are hiperf's own; their names say so. Everything else is
//! WMI's.
//!
//! They need no time stamps and no base. A window that isn't full yet is used
//! as it is; before the first sample there is no value. Results are exact
//! fractions, like those of the formulas.
//!
//! Source: "Statistical Counter Types" of the Windows SDK documentation.

use super::{Cooked, Percentile, Reason};
use crate::{Error, Result, Status};

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
    /// [`Reason::NoBaseline`] before the first sample.
    pub fn cook(self, window: &SampleWindow) -> Result<Cooked, Reason> {
        let values = window.values();
        let min = *values.iter().min().ok_or(Reason::NoBaseline)?;
        let max = *values.iter().max().ok_or(Reason::NoBaseline)?;
        Ok(match self {
            Statistic::Min => Cooked::whole(min),
            Statistic::Max => Cooked::whole(max),
            Statistic::Range => Cooked::whole(max - min),
            Statistic::Average => Cooked::quotient(sum(values), values.len() as u128),
            Statistic::Variance => variance(values),
            Statistic::Median => Percentile::MEDIAN.cook(window)?,
            Statistic::Percentile90 => Percentile::P90.cook(window)?,
            Statistic::Percentile95 => Percentile::P95.cook(window)?,
            Statistic::Percentile99 => Percentile::P99.cook(window)?,
        })
    }
}

/// The sum, which fits: there are no more values than [`SampleWindow::MAX_SIZE`].
fn sum(values: &[u64]) -> u128 {
    values.iter().map(|x| u128::from(*x)).sum()
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

/// The last raw values of a property, as many as SampleWindow says.
#[derive(Clone, Debug)]
pub struct SampleWindow {
    values: Vec<u64>,
    size: usize,
    oldest: usize,
}

impl SampleWindow {
    /// The largest SampleWindow. A class that anyone compiled decides the
    /// size, and each property of each instance pays for it: 512 KiB here.
    pub const MAX_SIZE: usize = 1 << 16;

    /// An empty window for `size` values, allocated in full.
    ///
    /// # Errors
    /// WBEM_E_VALUE_OUT_OF_RANGE if the size is 0 or more than
    /// [`SampleWindow::MAX_SIZE`].
    pub fn new(size: usize) -> Result<SampleWindow> {
        if size == 0 || size > SampleWindow::MAX_SIZE {
            let message = format!("SampleWindow is {size}; it can be 1 to {}", SampleWindow::MAX_SIZE);
            return Err(Error::new(Status::WBEM_E_VALUE_OUT_OF_RANGE, message));
        }
        Ok(SampleWindow { values: Vec::with_capacity(size), size, oldest: 0 })
    }

    /// Takes a raw value in; the oldest leaves if the window is full.
    pub fn push(&mut self, value: u64) {
        if self.values.len() < self.size {
            self.values.push(value);
            return;
        }
        self.values[self.oldest] = value;
        self.oldest = (self.oldest + 1) % self.size;
    }

    /// Forgets all values: after a reset, or when another entity bears the
    /// name.
    pub fn clear(&mut self) {
        self.values.clear();
        self.oldest = 0;
    }

    /// The values in the window, in no particular order.
    pub(super) fn values(&self) -> &[u64] {
        &self.values
    }

    /// The number of values in the window.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no value yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(size: usize, values: &[u64]) -> SampleWindow {
        let mut window = SampleWindow::new(size).unwrap();
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

    #[test]
    fn the_window_slides() {
        let mut window = window(3, &[100, 1, 2, 3]);
        assert_eq!(Statistic::Max.cook(&window).unwrap().integer(), Some(3));
        window.push(0);
        assert_eq!(Statistic::Min.cook(&window).unwrap().integer(), Some(0));
        assert_eq!(Statistic::Average.cook(&window).unwrap().real(), 5.0 / 3.0);
        window.clear();
        assert!(window.is_empty());
        assert_eq!(Statistic::Min.cook(&window), Err(Reason::NoBaseline));
        for size in [0, SampleWindow::MAX_SIZE + 1] {
            let error = SampleWindow::new(size).unwrap_err();
            assert_eq!(error.status(), Status::WBEM_E_VALUE_OUT_OF_RANGE);
        }
    }
}
