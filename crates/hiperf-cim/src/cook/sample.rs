//! [`Sample`]: what one refresh says of one raw property, and the step from
//! one sample to the next.
//!
//! Counters are never subtracted with `-`: their width says whether a smaller
//! number is a wrap or a reset.

use super::Reason;
use crate::CimType;

/// How many bits of a raw value count, which decides where it wraps, and
/// whether one of them is a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// 8 bits.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits, those of most counters: wraps every 2^32.
    U32,
    /// 64 bits: never wraps in practice, so a step back is a reset.
    U64,
    /// 8 bits with a sign.
    S8,
    /// 16 bits with a sign.
    S16,
    /// 32 bits with a sign.
    S32,
    /// 64 bits with a sign.
    S64,
}

impl Width {
    /// The width of a raw property of this CIM type; `None` for a type that
    /// holds no integer. Which types a counter type can be read from says
    /// [`CounterType::width_of`](super::CounterType::width_of).
    #[must_use]
    pub const fn of(cim: CimType) -> Option<Width> {
        Some(match cim {
            CimType::Uint8 => Width::U8,
            CimType::Uint16 => Width::U16,
            CimType::Uint32 => Width::U32,
            CimType::Uint64 => Width::U64,
            CimType::Sint8 => Width::S8,
            CimType::Sint16 => Width::S16,
            CimType::Sint32 => Width::S32,
            CimType::Sint64 => Width::S64,
            _ => return None,
        })
    }

    /// The number of bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Width::U8 | Width::S8 => 8,
            Width::U16 | Width::S16 => 16,
            Width::U32 | Width::S32 => 32,
            Width::U64 | Width::S64 => 64,
        }
    }

    pub(super) const fn is_signed(self) -> bool {
        matches!(self, Width::S8 | Width::S16 | Width::S32 | Width::S64)
    }

    /// The value's bits that count.
    const fn low_bits(self, value: u64) -> u64 {
        value & (u64::MAX >> (64 - self.bits()))
    }

    /// The value as the number it is.
    pub(super) const fn number(self, value: u64) -> i128 {
        let number = self.low_bits(value);
        if self.is_signed() && number >> (self.bits() - 1) == 1 {
            return number as i128 - (1 << self.bits());
        }
        number as i128
    }

    /// The value as a part, a whole or a number of things.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] if it is negative, which none of them can be.
    const fn level(self, value: u64) -> Result<u64, Reason> {
        let level = self.low_bits(value);
        if self.is_signed() && level >> (self.bits() - 1) == 1 {
            return Err(Reason::OutOfRange);
        }
        Ok(level)
    }

    /// How far a counter of this width went from `older` to `newer`. A sign
    /// makes no difference: beyond the largest value comes the smallest.
    ///
    /// # Errors
    /// [`Reason::Reset`] if it went back: for 64 bits always, for fewer when
    /// the distance, modulo the range, is half the range or more. Less than
    /// that is a wrap.
    pub const fn advance(self, older: u64, newer: u64) -> Result<u64, Reason> {
        // With a sign the order is that of the numbers moved up by half the
        // range, which leaves the distances as they are.
        let lift = if self.is_signed() { 1 << (self.bits() - 1) } else { 0 };
        let (older, newer) =
            (self.low_bits(older.wrapping_add(lift)), self.low_bits(newer.wrapping_add(lift)));
        if let Some(step) = newer.checked_sub(older) {
            return Ok(step);
        }
        let step = self.low_bits(newer.wrapping_sub(older));
        if self.bits() < 64 && step < 1 << (self.bits() - 1) { Ok(step) } else { Err(Reason::Reset) }
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
        match width.level(base)? {
            0 => Err(Reason::BaseZero),
            base => Ok(base),
        }
    }

    /// The raw value as a part of a whole, or as a time.
    pub(super) const fn value_now(&self) -> Result<u64, Reason> {
        self.width.level(self.value)
    }

    /// The ticks per second, never zero.
    pub(super) const fn frequency_now(&self) -> Result<u64, Reason> {
        if self.frequency == 0 { Err(Reason::NoFrequency) } else { Ok(self.frequency) }
    }

    /// The ticks per second of both samples, never zero. If it isn't the same,
    /// their ticks have nothing in common: the time base was reset.
    pub(super) const fn frequency_since(&self, older: &Sample) -> Result<u64, Reason> {
        match self.frequency_now() {
            Ok(_) if self.frequency != older.frequency => Err(Reason::Reset),
            frequency => frequency,
        }
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
        assert_eq!(Width::U16.advance(65_535, 0), Ok(1));
        assert_eq!(Width::U16.advance(1 << 15, 0), Err(Reason::Reset));
        assert_eq!(Width::U8.advance(0x80, 0xFF), Ok(0x7F));
        assert_eq!(Width::U8.advance(0x81, 0), Ok(0x7F));
        assert_eq!(Width::U8.advance(1 << 7, 0), Err(Reason::Reset));
    }

    #[test]
    fn signs() {
        let bits = i64::cast_unsigned;
        assert_eq!(Width::S32.advance(bits(-5), 5), Ok(10));
        assert_eq!(Width::S32.advance(5, bits(-5)), Err(Reason::Reset));
        assert_eq!(Width::S32.advance(bits(i32::MAX.into()), bits(i32::MIN.into())), Ok(1));
        assert_eq!(Width::S64.advance(bits(-1), 1), Ok(2));
        assert_eq!(Width::S64.advance(bits(i64::MIN), bits(i64::MAX)), Ok(u64::MAX));
        assert_eq!(Width::S64.advance(bits(i64::MAX), bits(i64::MIN)), Err(Reason::Reset));
        assert_eq!((Width::S16.number(0xFFFF), Width::U16.number(0xFFFF)), (-1, 0xFFFF));
        assert_eq!(Width::S8.number(0x1_0080), -128);
        assert_eq!(Width::S64.number(bits(i64::MIN)), i64::MIN.into());
        assert_eq!(Width::U64.number(u64::MAX), u64::MAX.into());
        assert_eq!(Width::S16.level(0xFFFF), Err(Reason::OutOfRange));
        assert_eq!(Width::S16.level(0x7FFF), Ok(0x7FFF));
        assert_eq!(Width::S64.level(bits(-1)), Err(Reason::OutOfRange));
        assert_eq!(Width::U64.level(u64::MAX), Ok(u64::MAX));
    }
}
