//! [`Mean`]: formulas with a base, by which each value has a divisor of its own.
//!
//! ```text
//! formula           value
//! AverageTimer      (N1 - N0) / (F * (B1 - B0))
//! AverageBulk       (N1 - N0) / (B1 - B0)
//! SampleFraction    100 * (N1 - N0) / (B1 - B0)         PrecisionTimer too
//! RawFraction       100 * N1 / B1
//! MultiTimer        100 * (N1 - N0) / ((D1 - D0) * B1)
//! ```
//!
//! What 64 bits hold is divided here. The rest, and whatever has no value, such as
//! a mean of no operations, is left to the formulas.

use super::pace::Beat;
use super::run::Form;
use crate::cook::{Formula, Width};

/// A formula with a base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mean {
    formula: MeanFormula,
    pub base: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MeanFormula {
    Timer,
    Bulk,
    Fraction,
    RawFraction,
    MultiTimer,
}

/// A raw value and what it was before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub form: Form,
    pub older: u64,
    pub newer: u64,
}

impl Pair {
    #[inline(always)]
    fn advance(self) -> Option<u64> {
        match self.form {
            Form::U32 => Width::U32.advance(self.older, self.newer).ok(),
            Form::U64 | Form::Real => Width::U64.advance(self.older, self.newer).ok(),
        }
    }
}

impl Mean {
    /// The formula with a base of this form; `None` for any other.
    pub fn of(formula: Formula, base: Form) -> Option<Mean> {
        let formula = match formula {
            Formula::AverageTimer => MeanFormula::Timer,
            Formula::AverageBulk => MeanFormula::Bulk,
            Formula::SampleFraction | Formula::PrecisionTimer => MeanFormula::Fraction,
            Formula::RawFraction => MeanFormula::RawFraction,
            Formula::MultiTimer => MeanFormula::MultiTimer,
            _ => return None,
        };
        Some(Mean { formula, base })
    }

    /// The bits of the value in the form of the target; `None` if there is doubt.
    #[inline(always)]
    pub fn cook(self, value: Pair, base: Pair, beat: Option<&Beat>, to: Form) -> Option<u64> {
        let (dividend, divisor) = match self.formula {
            MeanFormula::Timer => (value.advance()?, base.advance()?.checked_mul(beat?.frequency)?),
            MeanFormula::Bulk => (value.advance()?, base.advance()?),
            MeanFormula::Fraction => (value.advance()?.checked_mul(100)?, base.advance()?),
            MeanFormula::RawFraction => (value.newer.checked_mul(100)?, base.newer),
            MeanFormula::MultiTimer => {
                (value.advance()?.checked_mul(100)?, base.newer.checked_mul(beat?.ticks)?)
            }
        };
        let is_exact = (dividend | divisor) >> f64::MANTISSA_DIGITS == 0;
        match to {
            Form::Real if divisor == 0 || !is_exact => None,
            Form::Real => Some((dividend as f64 / divisor as f64).to_bits()),
            Form::U32 => dividend.checked_div(divisor).filter(|quotient| *quotient <= u32::MAX.into()),
            Form::U64 => dividend.checked_div(divisor),
        }
    }
}
