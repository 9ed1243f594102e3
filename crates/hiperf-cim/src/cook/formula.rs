//! The formulas: one pure function each, in exact integers.
//!
//! The symbols are the documentation's: N0 and N1 the older and newer raw
//! value, D0 and D1 the time stamps, B0 and B1 the base values, F the time
//! stamp's ticks per second. Each function takes steps (`N1 - N0` and so on)
//! that are already known to be good; [`Formula::cook`] takes them from the
//! samples and says why if they aren't. Which time base feeds D and F is the
//! counter type's affair, as two types may differ in nothing else.

use super::{Cooked, CounterType, Reason, Sample};

/// How a counter type is calculated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Formula {
    /// `N1`: the newest value as it is.
    Value,
    /// `N1`, an f64.
    RealValue,
    /// `N1 - N0`: what was added in the interval.
    Difference,
    /// `(N1 - N0) / ((D1 - D0) / F)`: events per second.
    Rate,
    /// `(N1 - N0) / (D1 - D0)`: a mean length; N is its integral over time.
    QueueLength,
    /// `100 * (N1 - N0) / (D1 - D0)`: part of the time, in percent.
    Timer,
    /// `100 * (1 - (N1 - N0) / (D1 - D0))`: the rest of the time, in percent.
    InverseTimer,
    /// `100 * ((N1 - N0) / (D1 - D0)) / B1`: mean part of the time of B1
    /// entities, in percent.
    MultiTimer,
    /// `100 * (B1 - (N1 - N0) / (D1 - D0))`: the rest of the time of B1
    /// entities, in percent of one.
    InverseMultiTimer,
    /// `100 * (N1 - N0) / (B1 - B0)`: part of the time, in percent, where the
    /// base is a time stamp of the counter's own.
    PrecisionTimer,
    /// `100 * (N1 - N0) / (B1 - B0)`: part of the operations, in percent.
    SampleFraction,
    /// `100 * N1 / B1`: part of a whole, in percent.
    RawFraction,
    /// `((N1 - N0) / F) / (B1 - B0)`: mean seconds an operation.
    AverageTimer,
    /// `(N1 - N0) / (B1 - B0)`: mean amount an operation.
    AverageBulk,
    /// `(D1 - N1) / F`: seconds since a start time.
    ElapsedTime,
    /// None: text, bases, types without data.
    None,
}

/// The value of a counter type for its newest sample and, where the type takes
/// two, the one before.
///
/// # Errors
/// The [`Reason`] why there is no value.
pub fn cook(counter_type: CounterType, older: Option<&Sample>, newer: &Sample) -> Result<Cooked, Reason> {
    counter_type.formula().cook(older, newer)
}

impl Formula {
    /// The formula in ASCII, as the documentation writes it; `None` if there
    /// is none.
    #[must_use]
    pub const fn expression(self) -> Option<&'static str> {
        Some(match self {
            Formula::Value | Formula::RealValue => "N1",
            Formula::Difference => "N1 - N0",
            Formula::Rate => "(N1 - N0) / ((D1 - D0) / F)",
            Formula::QueueLength => "(N1 - N0) / (D1 - D0)",
            Formula::Timer => "100 * (N1 - N0) / (D1 - D0)",
            Formula::InverseTimer => "100 * (1 - (N1 - N0) / (D1 - D0))",
            Formula::MultiTimer => "100 * ((N1 - N0) / (D1 - D0)) / B1",
            Formula::InverseMultiTimer => "100 * (B1 - (N1 - N0) / (D1 - D0))",
            Formula::PrecisionTimer | Formula::SampleFraction => "100 * (N1 - N0) / (B1 - B0)",
            Formula::RawFraction => "100 * N1 / B1",
            Formula::AverageTimer => "((N1 - N0) / F) / (B1 - B0)",
            Formula::AverageBulk => "(N1 - N0) / (B1 - B0)",
            Formula::ElapsedTime => "(D1 - N1) / F",
            Formula::None => return None,
        })
    }

    /// Whether the formula compares the newest sample with the one before.
    #[must_use]
    pub const fn needs_two_samples(self) -> bool {
        !matches!(
            self,
            Formula::Value | Formula::RealValue | Formula::RawFraction | Formula::ElapsedTime | Formula::None
        )
    }

    /// Whether the value can be a fraction.
    #[must_use]
    pub const fn can_be_a_fraction(self) -> bool {
        !matches!(self, Formula::Value | Formula::Difference | Formula::None)
    }

    /// The value of the formula. Types of one sample read the newer only.
    ///
    /// Where several things are wrong, the reason is the first of: no
    /// baseline, no frequency, the raw value, the time stamp, the base.
    ///
    /// # Errors
    /// The [`Reason`] why there is no value.
    pub fn cook(self, older: Option<&Sample>, newer: &Sample) -> Result<Cooked, Reason> {
        let baseline = || older.ok_or(Reason::NoBaseline);
        Ok(match self {
            Formula::Value => Cooked::signed(newer.width.number(newer.value)),
            Formula::RealValue => Cooked::from_real(f64::from_bits(newer.value))?,
            Formula::Difference => Cooked::whole(newer.value_since(baseline()?)?),
            Formula::Rate => {
                let older = baseline()?;
                let f = newer.frequency_since(older)?;
                rate(newer.value_since(older)?, newer.time_since(older)?, f)
            }
            Formula::QueueLength => {
                let older = baseline()?;
                queue_length(newer.value_since(older)?, newer.time_since(older)?)
            }
            Formula::Timer => {
                let older = baseline()?;
                percent(newer.value_since(older)?, newer.time_since(older)?)
            }
            Formula::InverseTimer => {
                let older = baseline()?;
                inverse_timer(newer.value_since(older)?, newer.time_since(older)?)
            }
            Formula::MultiTimer => {
                let older = baseline()?;
                multi_timer(newer.value_since(older)?, newer.time_since(older)?, newer.base_now()?)
            }
            Formula::InverseMultiTimer => {
                let older = baseline()?;
                inverse_multi_timer(newer.value_since(older)?, newer.time_since(older)?, newer.base_now()?)
            }
            Formula::PrecisionTimer => {
                let older = baseline()?;
                percent(newer.value_since(older)?, newer.base_since(older, Reason::TimeNotAdvanced)?)
            }
            Formula::SampleFraction => {
                let older = baseline()?;
                percent(newer.value_since(older)?, newer.base_since(older, Reason::NoOperations)?)
            }
            Formula::RawFraction => percent(newer.value_now()?, newer.base_now()?),
            Formula::AverageTimer => {
                let older = baseline()?;
                let f = newer.frequency_since(older)?;
                average_timer(newer.value_since(older)?, newer.base_since(older, Reason::NoOperations)?, f)
            }
            Formula::AverageBulk => {
                let older = baseline()?;
                average_bulk(newer.value_since(older)?, newer.base_since(older, Reason::NoOperations)?)
            }
            Formula::ElapsedTime => {
                let f = newer.frequency_now()?;
                // A start in the future is a clock that was set, not a time.
                let elapsed = newer.time.checked_sub(newer.value_now()?).ok_or(Reason::Reset)?;
                elapsed_time(elapsed, f)
            }
            Formula::None => return Err(Reason::Unsupported),
        })
    }
}

/// `n / (d / f)`: n events in d ticks of 1/f seconds, per second. The product
/// of two u64 always fits.
fn rate(n: u64, d: u64, f: u64) -> Cooked {
    Cooked::quotient(u128::from(n) * u128::from(f), d.into())
}

/// `n / d`: the integral of a length over d ticks, as the mean length. n is in
/// the units of d.
fn queue_length(n: u64, d: u64) -> Cooked {
    Cooked::quotient(n.into(), d.into())
}

/// `100 * n / whole`: n of the whole, in percent. n and the whole have the same
/// unit: ticks for timers, operations for a sample fraction. Not clamped: two
/// threads may use 200 % of the time.
fn percent(n: u64, whole: u64) -> Cooked {
    Cooked::quotient(100 * u128::from(n), whole.into())
}

/// `100 * (1 - n / d)`: of d ticks, n were idle; the busy rest in percent. A
/// little more idle time than time is clock jitter and means 0.
fn inverse_timer(n: u64, d: u64) -> Cooked {
    percent(d.saturating_sub(n), d)
}

/// `100 * (n / d) / b`: b entities were busy for n of d ticks together; the
/// mean in percent.
fn multi_timer(n: u64, d: u64, b: u64) -> Cooked {
    Cooked::quotient(100 * u128::from(n), u128::from(d) * u128::from(b))
}

/// `100 * (b - n / d)`: b entities were idle for n of d ticks together; their
/// busy time in percent of one entity, so that it goes up to `100 * b`. Jitter
/// below zero means 0.
fn inverse_multi_timer(n: u64, d: u64, b: u64) -> Cooked {
    // 100 * b * d doesn't fit 128 bits, so the idle percentage is taken from
    // the whole as quotient and remainder.
    let all = 100 * u128::from(b);
    let (idle, d) = (100 * u128::from(n), u128::from(d));
    let (idle_whole, idle_rest) = (idle / d, idle % d);
    match idle_rest {
        0 => Cooked::mixed(all.saturating_sub(idle_whole), 0, d),
        _ if idle_whole >= all => Cooked::mixed(0, 0, d),
        rest => Cooked::mixed(all - idle_whole - 1, d - rest, d),
    }
}

/// `(n / f) / b`: b operations took n ticks of 1/f seconds; seconds each.
fn average_timer(n: u64, b: u64, f: u64) -> Cooked {
    Cooked::quotient(n.into(), u128::from(f) * u128::from(b))
}

/// `n / b`: b operations moved n units; units each.
fn average_bulk(n: u64, b: u64) -> Cooked {
    Cooked::quotient(n.into(), b.into())
}

/// `elapsed / f`: ticks of 1/f seconds, as seconds.
fn elapsed_time(elapsed: u64, f: u64) -> Cooked {
    Cooked::quotient(elapsed.into(), f.into())
}
