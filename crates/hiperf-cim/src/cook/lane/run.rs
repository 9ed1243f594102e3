//! [`Run`]: neighbouring properties with the same formula, of the same widths.
//!
//! ```text
//! kind        value
//! Timed       mult * (N1 - N0) / (D1 - D0)                mult: 1, 100 or F
//! Idle        100 * ((D1 - D0) - (N1 - N0)) / (D1 - D0)   0 if that is negative
//! Added       N1 - N0
//! Same        N1
//! Mean        see [`Mean`]; always a run of one
//! ```

use super::loops::{Raw, Rows, Target};
use super::mean::{Mean, Pair};
use super::pace::{Beat, Pace, Ratio};
use super::{Lane, Left, LeftValue, Moment, Place};
use crate::CimType;
use crate::cook::Formula;
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
    pub count: usize,
    base: Option<BasePlace>,
}

/// Where a base lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct BasePlace {
    /// In the raw block.
    pub raw: usize,
    /// In the sample, after the clocks.
    pub word: usize,
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
    Mean(Mean),
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
pub(super) enum Form {
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

    /// The form of a counter.
    fn of_raw(slot: Slot) -> Option<Form> {
        Form::of(slot).filter(|form| *form != Form::Real)
    }

    pub fn width(self) -> usize {
        match self {
            Form::U32 => 4,
            Form::U64 | Form::Real => 8,
        }
    }

    /// The value at this place of a block.
    #[inline(always)]
    fn read(self, block: &[u8], at: usize) -> Option<u64> {
        let bytes = block.get(at..)?;
        Some(match self {
            Form::U32 => u32::from_le_bytes(*bytes.first_chunk()?).into(),
            Form::U64 | Form::Real => u64::from_le_bytes(*bytes.first_chunk()?),
        })
    }
}

impl Kind {
    /// The kind of a formula from one property, with a base or without, to
    /// another; `None` if no run has it.
    pub fn of(formula: Formula, from: Slot, base: Option<Slot>, to: Slot) -> Option<Kind> {
        let (from, to) = (Form::of_raw(from)?, Form::of(to)?);
        if let Some(base) = base {
            let formula = RunFormula::Mean(Mean::of(formula, Form::of_raw(base)?)?);
            return Some(Kind { formula, from, to });
        }
        let formula = match formula {
            Formula::Rate => RunFormula::Timed(Factor::Frequency),
            Formula::QueueLength => RunFormula::Timed(Factor::One),
            Formula::Timer => RunFormula::Timed(Factor::Hundred),
            Formula::InverseTimer => RunFormula::Idle,
            Formula::Difference if to != Form::Real => RunFormula::Added,
            Formula::Value if to != Form::Real => RunFormula::Same,
            _ => return None,
        };
        Some(Kind { formula, from, to })
    }
}

impl Run {
    /// A run of one.
    pub fn new(
        kind: Kind,
        clock: Option<usize>,
        first: usize,
        (raw, target): (Slot, Slot),
        base: Option<BasePlace>,
    ) -> Run {
        Run { kind, clock, first, raw: raw.offset(), target: target.offset(), count: 1, base }
    }

    /// Takes in a run that follows; whether it does, and is of the same kind.
    pub fn extend(&mut self, next: &Run) -> bool {
        let Kind { from, to, .. } = self.kind;
        let follows = next.kind == self.kind
            && next.base.is_none()
            && next.clock == self.clock
            && next.first == self.first + self.count
            && next.raw == self.raw + self.count * from.width()
            && next.target == self.target + self.count * to.width();
        if follows {
            self.count += next.count;
        }
        follows
    }

    /// Cooks the run and takes its sample: of `values`, which are those of the
    /// sample but for the clocks. `false` if there is doubt: what was written
    /// means nothing then. `None` if a block is shorter than its class says.
    #[inline(always)]
    pub fn cook(&self, raw: &[u8], values: &mut [u64], target: &mut [u8], pace: &mut Pace) -> Option<bool> {
        if let (RunFormula::Mean(mean), Some(base)) = (self.kind.formula, self.base) {
            return self.cook_mean(mean, base, raw, values, target, pace);
        }
        match (self.kind.from, self.kind.to) {
            (Form::U32, Form::U32) => self.cook_forms::<u32, u32>(raw, values, target, pace),
            (Form::U32, Form::U64) => self.cook_forms::<u32, u64>(raw, values, target, pace),
            (Form::U32, Form::Real) => self.cook_forms::<u32, f64>(raw, values, target, pace),
            (_, Form::U32) => self.cook_forms::<u64, u32>(raw, values, target, pace),
            (_, Form::U64) => self.cook_forms::<u64, u64>(raw, values, target, pace),
            (_, Form::Real) => self.cook_forms::<u64, f64>(raw, values, target, pace),
        }
    }

    #[inline(always)]
    fn rows<'r, R: Raw, T: Target>(
        &self,
        raw: &'r [u8],
        values: &'r mut [u64],
        target: &'r mut [u8],
        older: &'r mut [u64],
    ) -> Option<Rows<'r, R, T>> {
        let raw = raw.get(self.raw..self.raw + self.count * self.kind.from.width())?;
        let target = target.get_mut(self.target..self.target + self.count * self.kind.to.width())?;
        Some(Rows {
            raw: R::values(raw).get(..self.count)?,
            values: values.get_mut(self.first..self.first + self.count)?,
            older: older.get_mut(..self.count)?,
            target: T::values(target).get_mut(..self.count)?,
        })
    }

    #[inline(always)]
    fn cook_forms<R: Raw, T: Target>(
        &self,
        raw: &[u8],
        values: &mut [u64],
        target: &mut [u8],
        pace: &mut Pace,
    ) -> Option<bool> {
        let (beats, older) = pace.parts();
        let rows = self.rows::<R, T>(raw, values, target, older)?;
        let taken = match self.kind.formula {
            RunFormula::Same => rows.same(),
            RunFormula::Added => rows.added(),
            RunFormula::Idle => {
                let beat = beats.get(self.clock?)?;
                rows.timed::<true>(beat, &beat.hundred)
            }
            RunFormula::Timed(factor) => {
                let beat = beats.get(self.clock?)?;
                rows.timed::<false>(beat, factor.over(beat))
            }
            RunFormula::Mean(_) => return None,
        };
        if taken == self.count {
            Some(true)
        } else {
            self.cook_widely::<R, T>(raw, values, target, pace, taken)
        }
    }

    /// Cooks a run of whose values some are large. The sample is taken of the
    /// first `taken`.
    #[inline(never)]
    fn cook_widely<R: Raw, T: Target>(
        &self,
        raw: &[u8],
        values: &mut [u64],
        target: &mut [u8],
        pace: &mut Pace,
        taken: usize,
    ) -> Option<bool> {
        let (beats, older) = pace.parts();
        let mut rows = self.rows::<R, T>(raw, values, target, older)?;
        rows.take_rest(taken);
        Some(match (self.kind.formula, self.clock) {
            (RunFormula::Timed(factor), Some(clock)) => {
                let beat = beats.get(clock)?;
                rows.timed_widely::<false>(beat, factor.over(beat).factor)
            }
            (RunFormula::Idle, Some(clock)) => rows.timed_widely::<true>(beats.get(clock)?, 100),
            _ => false,
        })
    }

    #[inline(never)]
    fn cook_mean(
        &self,
        mean: Mean,
        place: BasePlace,
        raw: &[u8],
        values: &mut [u64],
        target: &mut [u8],
        pace: &mut Pace,
    ) -> Option<bool> {
        let (beats, [older_value, older_base, ..]) = pace.parts() else { return None };
        let beat = self.clock.and_then(|clock| beats.get(clock));
        let mut take = |form: Form, at: usize, word: usize, older: &mut u64| {
            let newer = form.read(raw, at)?;
            *older = std::mem::replace(values.get_mut(word)?, newer);
            Some(Pair { form, older: *older, newer })
        };
        let value = take(self.kind.from, self.raw, self.first, older_value)?;
        let base = take(mean.base, place.raw, place.word, older_base)?;
        let Some(bits) = mean.cook(value, base, beat, self.kind.to) else { return Some(false) };
        let width = self.kind.to.width();
        let target = target.get_mut(self.target..self.target + width)?;
        match target.first_chunk_mut::<8>() {
            Some(target) => *target = bits.to_le_bytes(),
            None => target.copy_from_slice(bits.to_le_bytes().get(..width)?),
        }
        Some(true)
    }

    /// Cooks the run value by value; its sample is taken.
    #[cold]
    #[inline(never)]
    pub fn cook_singly(
        &self,
        lane: &Lane,
        values: &[u64],
        pace: &mut Pace,
        left: &mut Vec<Left>,
    ) -> Option<()> {
        let (beats, older) = pace.parts();
        let beat = self.clock.and_then(|clock| beats.get(clock)).copied().unwrap_or_default();
        for index in 0..self.count {
            let number = self.first + index;
            let base = |base: &BasePlace| Some((*older.get(1)?, *values.get(base.word)?));
            let (older_base, newer_base) = self.base.as_ref().and_then(base).unzip();
            let before = Moment { value: *older.get(index)?, base: older_base, clock: beat.older };
            let now = Moment { value: *values.get(number)?, base: newer_base, clock: beat.newer };
            let value = LeftValue::of(lane.value(number, Some(before), now));
            left.push(Left { place: Place::Step(number), value });
        }
        Some(())
    }
}

impl Factor {
    #[inline(always)]
    fn over(self, beat: &Beat) -> &Ratio {
        match self {
            Factor::One => &beat.one,
            Factor::Hundred => &beat.hundred,
            Factor::Frequency => &beat.per_second,
        }
    }
}
