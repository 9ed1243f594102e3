//! [`Sample`]: what one refresh says of one raw property, and the step from
//! one sample to the next.
//!
//! Counters are never subtracted with `-`: their width says whether a smaller
//! number is a wrap or a reset.

use super::Reason;
use crate::CimType;

/// How many bits of a raw value count, which decides where it wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// 32 bits: wraps every 2^32.
    U32,
    /// 64 bits: never wraps in practice, so a step back is a reset.
    U64,
}

impl Width {
    /// The width of a raw property of this CIM type; `None` for a type that
    /// holds no counter.
    #[must_use]
    pub const fn of(cim: CimType) -> Option<Width> {
        match cim {
            CimType::Uint32 | CimType::Sint32 => Some(Width::U32),
            CimType::Uint64 | CimType::Sint64 | CimType::Real64 => Some(Width::U64),
            _ => None,
        }
    }

    /// The value's bits that count.
    pub(super) const fn low_bits(self, value: u64) -> u64 {
        match self {
            Width::U32 => value & u32::MAX as u64,
            Width::U64 => value,
        }
    }

    /// How far a counter of this width went from `older` to `newer`.
    ///
    /// # Errors
    /// [`Reason::Reset`] if it went back: for 64 bits always, for 32 bits when
    /// the distance modulo 2^32 is 2^31 or more. Less than that is a wrap.
    pub(super) const fn advance(self, older: u64, newer: u64) -> Result<u64, Reason> {
        let (older, newer) = (self.low_bits(older), self.low_bits(newer));
        match (newer.checked_sub(older), self) {
            (Some(step), _) => Ok(step),
            (None, Width::U64) => Err(Reason::Reset),
            (None, Width::U32) => {
                let step = self.low_bits(newer.wrapping_sub(older));
                if step < 1 << 31 { Ok(step) } else { Err(Reason::Reset) }
            }
        }
    }
}

/// One sample of a raw property: its value and what the formula may need
/// beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The raw value (N): the integer, or the bits of the f64 for
    /// `PERF_DOUBLE_RAW`.
    pub value: u64,
    /// The raw property's own width.
    pub width: Width,
    /// The time stamp (D) of the type's time base, in ticks; not read by types
    /// without one.
    pub time: u64,
    /// The time stamp's ticks per second (F); 0 if it isn't known.
    pub frequency: u64,
    /// The base property's value (B) and width; `None` if there is no base
    /// property or it is NULL.
    pub base: Option<(u64, Width)>,
}

impl Sample {
    /// How far the raw value went since `older`.
    pub(super) const fn value_since(&self, older: &Sample) -> Result<u64, Reason> {
        self.width.advance(older.value, self.value)
    }

    /// The ticks since `older`, never zero.
    pub(super) const fn time_since(&self, older: &Sample) -> Result<u64, Reason> {
        match Width::U64.advance(older.time, self.time) {
            Ok(0) => Err(Reason::TimeNotAdvanced),
            step => step,
        }
    }

    /// How far the base went since `older`, never zero: `unmoved` is the
    /// reason if it stands where it was.
    pub(super) fn base_since(&self, older: &Sample, unmoved: Reason) -> Result<u64, Reason> {
        let (newer, width) = self.base.ok_or(Reason::Missing)?;
        let (older, _) = older.base.ok_or(Reason::NoBaseline)?;
        match width.advance(older, newer)? {
            0 => Err(unmoved),
            step => Ok(step),
        }
    }

    /// The base as it is, never zero.
    pub(super) fn base_now(&self) -> Result<u64, Reason> {
        let (base, width) = self.base.ok_or(Reason::Missing)?;
        match width.low_bits(base) {
            0 => Err(Reason::BaseZero),
            base => Ok(base),
        }
    }

    /// The raw value as an integer.
    pub(super) const fn value_now(&self) -> u64 {
        self.width.low_bits(self.value)
    }

    /// The ticks per second, never zero.
    pub(super) const fn frequency_now(&self) -> Result<u64, Reason> {
        if self.frequency == 0 { Err(Reason::NoFrequency) } else { Ok(self.frequency) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_and_resets() {
        let max = u64::from(u32::MAX);
        assert_eq!(Width::U32.advance(max, 0), Ok(1));
        assert_eq!(Width::U32.advance(4_294_967_196, 50), Ok(150));
        assert_eq!(Width::U32.advance(1 << 31, 0), Err(Reason::Reset));
        assert_eq!(Width::U32.advance((1 << 31) + 1, 0), Ok((1 << 31) - 1));
        assert_eq!(Width::U32.advance(5, 4), Err(Reason::Reset));
        assert_eq!(Width::U32.advance(0, max), Ok(max));
        assert_eq!(Width::U32.advance(1 << 40, 7), Ok(7));
        assert_eq!(Width::U64.advance(u64::MAX, 0), Err(Reason::Reset));
        assert_eq!(Width::U64.advance(0, u64::MAX), Ok(u64::MAX));
    }
}
