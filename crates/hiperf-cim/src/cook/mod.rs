//! Cooking: from raw samples of a counter to the value a person reads.
//!
//! The main path is [`cook`]: a [`CounterType`] names a [`Formula`], the
//! formula takes one or two [`Sample`]s of a raw property, and the answer is a
//! [`Cooked`] value (the exact quotient, and the nearest real) or the
//! [`Reason`] why there is none. The statistical types of WMI work over a
//! [`SampleWindow`] instead. A formatted property's CookingType qualifier
//! names either of the two: see [`CookingType`]. A [`Lane`] does the same as
//! [`cook`] for the counters of whole instances at once.
//!
//! Nothing here reads a clock, keeps a baseline or knows an instance: who
//! takes samples decides which two belong together.
//!
//! Source: "WMI Counter Types" and "Calculating Counter Values" of the Windows
//! SDK documentation; the numbers are those of the public `winperf.h`.

mod cooked;
mod counter_type;
mod formula;
mod lane;
mod percentile;
mod reals;
mod sample;
mod statistics;
mod time_base;
mod window;

#[cfg(test)]
mod tests;

pub use crate::Reason;
pub use cooked::Cooked;
pub use counter_type::{CounterType, Suffix};
pub use formula::{Formula, cook};
pub use lane::{Lane, LaneClock, LaneSample, LaneStep, Left, LeftValue, Pace, Place};
pub use percentile::Percentile;
pub use sample::{Sample, Width};
pub use statistics::Statistic;
pub use time_base::TimeBase;
pub use window::{SampleKind, SampleWindow};

/// What the CookingType qualifier of a formatted property names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookingType {
    /// A counter type by its constant's name, `PERF_...`.
    Counter(CounterType),
    /// A statistic over the last samples, `COOKER_...` or `HIPERF_...`.
    Statistic(Statistic),
}

impl CookingType {
    /// The cooking type of this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<CookingType> {
        CounterType::from_name(name)
            .map(CookingType::Counter)
            .or_else(|| Statistic::from_name(name).map(CookingType::Statistic))
    }

    /// Whether a value can be a fraction, so that an integer is less than it.
    /// The others are whole, as what was sampled is.
    #[must_use]
    pub const fn can_be_a_fraction(self) -> bool {
        match self {
            CookingType::Counter(counter_type) => counter_type.formula().can_be_a_fraction(),
            CookingType::Statistic(statistic) => {
                matches!(statistic, Statistic::Average | Statistic::Variance)
            }
        }
    }

    /// The name as CookingType spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            CookingType::Counter(counter_type) => counter_type.name(),
            CookingType::Statistic(statistic) => statistic.name(),
        }
    }
}
