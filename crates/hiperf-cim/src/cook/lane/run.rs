//! [`Run`]: neighbouring properties with the same formula, of the same widths.
//!
//! ```text
//! kind        value
//! Timed       mult * (N1 - N0) / (D1 - D0)                mult: 1, 100 or F
//! Idle        100 * ((D1 - D0) - (N1 - N0)) / (D1 - D0)   0 if that is negative
//! Added       N1 - N0
//! Same        N1
//! ```
//!
//! The loops are written for the compiler to take several values at once: no
//! branch, and the doubts gathered in a word that is looked at in the end.

use super::pace::{BOUND, Beat, Pace};
use super::{Lane, Left, LeftValue, Place};
use crate::CimType;
use crate::cook::{Formula, cook};
use crate::layout::Slot;

/// A run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    kind: Kind,
    clock: Option<usize>,
    /// The number of its first step.
    first: usize,
    /// Where its first values lie in the blocks.
    raw: usize,
    target: usize,
    count: usize,
}

/// What a run's values have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    formula: RunFormula,
    from: Form,
    to: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunFormula {
    Timed(Factor),
    Idle,
    Added,
    Same,
}

/// By what a difference is multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Factor {
    One,
    Hundred,
    Frequency,
}

/// How a value lies in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    U32,
    U64,
    Real,
}

impl Form {
    fn of(slot: Slot) -> Option<Form> {
        match slot.scalar() {
            _ if slot.is_array() => None,
            CimType::Uint32 => Some(Form::U32),
            CimType::Uint64 => Some(Form::U64),
            CimType::Real64 => Some(Form::Real),
            _ => None,
        }
    }

    fn width(self) -> usize {
        match self {
            Form::U32 => 4,
            Form::U64 | Form::Real => 8,
        }
    }
}

impl Kind {
    /// The kind of a formula from one property to another; `None` if no run has
    /// it.
    pub fn of(formula: Formula, from: Slot, to: Slot) -> Option<Kind> {
        let (from, to) = (Form::of(from).filter(|form| *form != Form::Real)?, Form::of(to)?);
        let is_as_wide = to == from;
        let formula = match formula {
            Formula::Rate => RunFormula::Timed(Factor::Frequency),
            Formula::QueueLength => RunFormula::Timed(Factor::One),
            Formula::Timer => RunFormula::Timed(Factor::Hundred),
            Formula::InverseTimer => RunFormula::Idle,
            Formula::Difference if is_as_wide => RunFormula::Added,
            Formula::Value if is_as_wide => RunFormula::Same,
            _ => return None,
        };
        Some(Kind { formula, from, to })
    }
}

impl Run {
    /// A run of one.
    pub fn new(kind: Kind, clock: Option<usize>, first: usize, raw: usize, target: usize) -> Run {
        Run { kind, clock, first, raw, target, count: 1 }
    }

    /// Takes in a run that follows; whether it does, and is of the same kind.
    pub fn extend(&mut self, next: &Run) -> bool {
        let Kind { from, to, .. } = self.kind;
        let follows = next.kind == self.kind
            && next.clock == self.clock
            && next.first == self.first + self.count
            && next.raw == self.raw + self.count * from.width()
            && next.target == self.target + self.count * to.width();
        if follows {
            self.count += next.count;
        }
        follows
    }

    /// Cooks the run and takes its sample. `false` if there is doubt: then
    /// `values` is as it was, and what was written means nothing. `None` if a
    /// block is shorter than its class says.
    #[inline]
    pub fn cook(&self, raw: &[u8], values: &mut [u64], target: &mut [u8], pace: &Pace) -> Option<bool> {
        let raw = raw.get(self.raw..self.raw + self.count * self.kind.from.width())?;
        let target = target.get_mut(self.target..self.target + self.count * self.kind.to.width())?;
        let values = values.get_mut(self.first..self.first + self.count)?;
        Some(match (self.kind.from, self.kind.to) {
            (Form::U32, Form::U32) => self.cook_forms::<u32, u32>(raw, values, target, pace)?,
            (Form::U32, Form::U64) => self.cook_forms::<u32, u64>(raw, values, target, pace)?,
            (Form::U32, Form::Real) => self.cook_forms::<u32, f64>(raw, values, target, pace)?,
            (_, Form::U32) => self.cook_forms::<u64, u32>(raw, values, target, pace)?,
            (_, Form::U64) => self.cook_forms::<u64, u64>(raw, values, target, pace)?,
            (_, Form::Real) => self.cook_forms::<u64, f64>(raw, values, target, pace)?,
        })
    }

    #[inline(always)]
    fn cook_forms<R: Raw, T: Target>(
        &self,
        raw: &[u8],
        values: &mut [u64],
        target: &mut [u8],
        pace: &Pace,
    ) -> Option<bool> {
        let (raw, target) = (R::values(raw).get(..values.len())?, T::values(target).get_mut(..values.len())?);
        let is_sure = match self.kind.formula {
            RunFormula::Same => {
                target.iter_mut().zip(raw).for_each(|(place, raw)| *place = T::of(R::get(raw)));
                true
            }
            RunFormula::Added => added::<R, T>(raw, values, target),
            RunFormula::Idle => timed::<R, T, true>(raw, values, target, pace.beat(self.clock?)?, 100),
            RunFormula::Timed(factor) => {
                let beat = pace.beat(self.clock?)?;
                let factor = match factor {
                    Factor::One => 1,
                    Factor::Hundred => 100,
                    Factor::Frequency => beat.newer.frequency,
                };
                timed::<R, T, false>(raw, values, target, beat, factor)
                    || wide::<R, T>(raw, values, target, beat, factor)
            }
        };
        if is_sure {
            values.iter_mut().zip(raw).for_each(|(value, raw)| *value = R::get(raw));
        }
        Some(is_sure)
    }

    /// Cooks the run value by value and takes its sample.
    #[cold]
    #[inline(never)]
    pub fn cook_singly(
        &self,
        lane: &Lane,
        raw: &[u8],
        values: &mut [u64],
        pace: &Pace,
        left: &mut Vec<Left>,
    ) -> Option<()> {
        let beat = self.clock.and_then(|clock| pace.beat(clock)).copied().unwrap_or_default();
        for number in self.first..self.first + self.count {
            let (step, operand) = (lane.steps.get(number)?, lane.operands.get(number)?);
            let mut word = [0; 8];
            let bytes = raw.get(operand.slot.range())?;
            word.get_mut(..bytes.len())?.copy_from_slice(bytes);
            let newer = u64::from_le_bytes(word);
            let older = std::mem::replace(values.get_mut(number)?, newer);
            let (older, newer) = (operand.sample(older, beat.older), operand.sample(newer, beat.newer));
            let value = LeftValue::of(cook(step.counter_type, Some(&older), &newer));
            left.push(Left { place: Place::Step(number), value });
        }
        Some(())
    }
}

/// A raw value in a block.
trait Raw {
    type Bytes;

    /// The bit of a difference that says it may be a step back: of 32 bits, half
    /// the range; of 64, the highest, as long as neither value has it.
    const SUSPECT: u64;

    fn values(block: &[u8]) -> &[Self::Bytes];

    fn get(bytes: &Self::Bytes) -> u64;

    /// The difference of two values, modulo the range.
    fn since(newer: u64, older: u64) -> u64;
}

impl Raw for u32 {
    type Bytes = [u8; 4];

    const SUSPECT: u64 = 1 << 31;

    #[inline(always)]
    fn values(block: &[u8]) -> &[[u8; 4]] {
        block.as_chunks().0
    }

    #[inline(always)]
    fn get(bytes: &[u8; 4]) -> u64 {
        u32::from_le_bytes(*bytes).into()
    }

    #[inline(always)]
    fn since(newer: u64, older: u64) -> u64 {
        newer.wrapping_sub(older) & u64::from(u32::MAX)
    }
}

impl Raw for u64 {
    type Bytes = [u8; 8];

    const SUSPECT: u64 = 1 << 63;

    #[inline(always)]
    fn values(block: &[u8]) -> &[[u8; 8]] {
        block.as_chunks().0
    }

    #[inline(always)]
    fn get(bytes: &[u8; 8]) -> u64 {
        u64::from_le_bytes(*bytes)
    }

    #[inline(always)]
    fn since(newer: u64, older: u64) -> u64 {
        newer.wrapping_sub(older)
    }
}

/// A cooked value in a block.
trait Target {
    type Bytes;

    /// Whether it is the quotient itself, not truncated.
    const IS_REAL: bool;
    /// The bits that it can't hold.
    const BEYOND: u64;

    fn values(block: &mut [u8]) -> &mut [Self::Bytes];

    fn of(bits: u64) -> Self::Bytes;
}

macro_rules! targets {
    ($($ty:ty: $width:literal, $is_real:literal, $beyond:expr, $bits:ident => $bytes:expr;)*) => {$(
        impl Target for $ty {
            type Bytes = [u8; $width];

            const IS_REAL: bool = $is_real;
            const BEYOND: u64 = $beyond;

            #[inline(always)]
            fn values(block: &mut [u8]) -> &mut [[u8; $width]] {
                block.as_chunks_mut().0
            }

            #[inline(always)]
            fn of($bits: u64) -> [u8; $width] {
                $bytes
            }
        }
    )*};
}

targets! {
    u32: 4, false, !0xFFFF_FFFF, bits => (bits as u32).to_le_bytes();
    u64: 8, false, 0, bits => bits.to_le_bytes();
    f64: 8, true, 0, bits => bits.to_le_bytes();
}

/// 2^52: a real of this size has no fraction, and an integer below it at the end
/// of its bits.
const UNIT: f64 = (1u64 << 52) as f64;
/// As much and half of that: the same holds a little below it, too.
const ROUNDING: f64 = 1.5 * UNIT;

/// An integer below 2^52 as a real.
#[inline(always)]
fn real_of(integer: u64) -> f64 {
    f64::from_bits(integer | UNIT.to_bits()) - UNIT
}

/// `factor * n / ticks`, or with `IDLE` `factor * (ticks - n) / ticks`, where n
/// is what was added. Whether all of them are exact; see [`pace`](super::pace).
#[inline(always)]
fn timed<R: Raw, T: Target, const IDLE: bool>(
    raw: &[R::Bytes],
    values: &[u64],
    target: &mut [T::Bytes],
    beat: &Beat,
    factor: u64,
) -> bool {
    // A real is divided, of which the operands have to be exact and nothing else.
    let bound = if T::IS_REAL { MANTISSA } else { BOUND };
    let most_ticks = if IDLE { bound / factor } else { bound };
    if beat.ticks == 0 || beat.ticks >= most_ticks || factor > bound {
        return false;
    }
    let bits = (bound / factor).ilog2();
    let (ticks, factor) = (beat.ticks as f64, factor as f64);
    let (ratio, half) = (factor * beat.reciprocal, 0.5 * beat.reciprocal - 0.5);
    let (mut added, mut older_values, mut written) = (0, 0, 0);
    for ((raw, older), place) in raw.iter().zip(values).zip(target) {
        let n = R::since(R::get(raw), *older);
        added |= n;
        older_values |= older;
        let n = if IDLE { positive(ticks - real_of(n)) } else { real_of(n) };
        let value = if T::IS_REAL {
            (n * factor / ticks).to_bits()
        } else {
            // The floor of x is what is nearest to x less a half.
            (n * ratio + half + ROUNDING).to_bits() ^ ROUNDING.to_bits()
        };
        written |= value;
        *place = T::of(value);
    }
    added >> bits == 0 && !may_be_back::<R>(added, older_values) && written & T::BEYOND == 0
}

/// The same for larger products: the quotient is found in reals and put right by
/// its remainder, of which 64 bits are all there is.
#[cold]
#[inline(never)]
fn wide<R: Raw, T: Target>(
    raw: &[R::Bytes],
    values: &[u64],
    target: &mut [T::Bytes],
    beat: &Beat,
    factor: u64,
) -> bool {
    if T::IS_REAL || beat.ticks == 0 || beat.ticks >= BOUND || factor > BOUND {
        return false;
    }
    let ratio = factor as f64 * beat.reciprocal;
    let (mut added, mut older_values, mut nears, mut written) = (0, 0, 0, 0);
    for ((raw, older), place) in raw.iter().zip(values).zip(target) {
        let n = R::since(R::get(raw), *older);
        added |= n;
        older_values |= older;
        let near = (real_of(n & (MANTISSA - 1)) * ratio) as u64;
        let rest = n.wrapping_mul(factor).wrapping_sub(near.wrapping_mul(beat.ticks)).cast_signed();
        let value = match rest {
            ..0 => near.wrapping_sub(1),
            rest if rest.cast_unsigned() >= beat.ticks => near.wrapping_add(1),
            _ => near,
        };
        nears |= near;
        written |= value;
        *place = T::of(value);
    }
    added < MANTISSA && nears < BOUND && !may_be_back::<R>(added, older_values) && written & T::BEYOND == 0
}

/// Integers below this are reals exactly.
const MANTISSA: u64 = 1 << 52;

/// What was added.
#[inline(always)]
fn added<R: Raw, T: Target>(raw: &[R::Bytes], values: &[u64], target: &mut [T::Bytes]) -> bool {
    let (mut added, mut older_values) = (0, 0);
    for ((raw, older), place) in raw.iter().zip(values).zip(target) {
        let n = R::since(R::get(raw), *older);
        added |= n;
        older_values |= older;
        *place = T::of(n);
    }
    !may_be_back::<R>(added, older_values)
}

/// Whether one of the values may have stepped back, from all differences and all
/// older values.
#[inline(always)]
fn may_be_back<R: Raw>(added: u64, older_values: u64) -> bool {
    // A value of 32 bits has no bit 63.
    (added | older_values & (1 << 63)) & R::SUSPECT != 0
}

/// The real, or zero if it is less.
#[inline(always)]
fn positive(real: f64) -> f64 {
    if real > 0.0 { real } else { 0.0 }
}
