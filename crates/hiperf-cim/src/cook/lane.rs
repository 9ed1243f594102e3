//! [`Lane`]: the formulas of most counters, for whole instances at once.
//!
//! A refresh cooks thousands of counters whose formulas differ in little: what
//! was added, times something, by the time that passed. A lane takes those from
//! block to block, where each run of neighbours with the same formula is one
//! loop without a branch. Whether every value of a run was as usual is looked at
//! after it, and what was not is cooked by [`cook`](super::cook), value by value.
//!
//! ```text
//! raw block      [nulls][time][a b c d][e f]...        LaneSample   [time][a b c d][e f]
//!                                 |  newer - older, older = newer         |
//! target block   [nulls][time][A B C D][E F]... <-------------------------+
//! ```
//!
//! | what is unusual | goes to [`cook`](super::cook) |
//! |---|---|
//! | no sample before, a raw value that is or was NULL | all of the instance |
//! | a clock that stands still, stepped back, or ticks otherwise than before | its runs |
//! | a counter that stepped back, or a number beyond what [`Pace`] can do | its run |
//! | a mean of nothing | it alone |
//!
//! The values are the same either way: exact quotients.
//!
//! A raw property that its class marks as Unsupported is NULL as a rule. What comes
//! of it is written once, NULL too, and then left alone, until the raw property has
//! a value after all.
//!
//! All that a warm instance takes is inlined into [`Lane::cook`], so that a caller
//! who may use the processor's wider registers gets loops that do.
//!
//! Not here: statistics, and objects: the lane says what it could not write, and
//! its owner writes that as it writes anything.

mod loops;
mod mean;
mod pace;
mod run;
mod sample;
mod singly;
mod step;

use std::sync::Arc;

use super::{CounterType, Reason, Width};
use crate::layout::Slot;
use crate::{CimType, Class, Instance, PropertyHandle, Status};

pub use pace::Pace;
pub use sample::LaneSample;
pub use step::{LaneClock, LaneStep, Left, LeftValue, Place};

use run::{BasePlace, Kind, Run};
use sample::{CLOCK_WORDS, ClockSample};
use singly::Moment;

/// A raw property that steps take, and its place in a sample.
#[derive(Clone, Copy, Debug)]
struct Operand {
    slot: Slot,
    width: Width,
}

/// A base that a step takes.
#[derive(Clone, Copy, Debug)]
struct Base {
    operand: Operand,
    /// Its word in a sample, after the clocks.
    word: usize,
}

/// The raw properties of a clock.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ClockSlots {
    /// `None` for one that is asked for its frequency alone.
    stamp: Option<Slot>,
    frequency: Slot,
}

/// Neighbouring bytes that are copied.
#[derive(Clone, Copy, Debug)]
struct CopiedBytes {
    from: usize,
    to: usize,
    len: usize,
}

/// Bytes of the six time properties, which nearly every class has and copies.
const TIMES: usize = 48;

/// What the runs need of a word of the raw NdTable: of these bits, those.
#[derive(Clone, Copy, Debug, Default)]
struct NullBits {
    /// The bits that matter.
    mask: u64,
    /// Those of them that say NULL of what never has a value.
    void: u64,
}

/// Formulas made ready for the instances of two classes.
#[derive(Debug)]
pub struct Lane {
    raw_slots: Arc<[Slot]>,
    target_slots: Arc<[Slot]>,
    steps: Vec<LaneStep>,
    /// One for each step.
    operands: Vec<Operand>,
    /// One for each step, of those that have one.
    bases: Vec<Option<Base>>,
    /// Which of the clocks each step is measured against.
    clock_of: Vec<Option<usize>>,
    copies: Vec<(Slot, Slot)>,
    clocks: Vec<ClockSlots>,
    runs: Vec<Run>,
    copied: Vec<CopiedBytes>,
    /// Of each word of the raw NdTable that has a bit of what is taken.
    raw_nulls: Vec<NullBits>,
    /// Both bits in the target's NdTable of what is written.
    target_bits: Vec<u64>,
}

impl Lane {
    /// Whether a lane can take the step: a formula of unsigned integers of 32 or
    /// 64 bits, of which only the value may be one that its class marks as
    /// Unsupported.
    #[must_use]
    pub fn takes(step: &LaneStep, raw: &Class, target: &Class) -> bool {
        let beside = [step.base, step.clock.and_then(|clock| clock.stamp), step.clock.map(|c| c.frequency)];
        if beside.into_iter().flatten().any(|handle| is_unsupported(raw, handle)) {
            return false;
        }
        let (raw, target) = (raw.layout().slots(), target.layout().slots());
        let slot = |slots: &[Slot], handle: PropertyHandle| slots.get(handle.index()).copied();
        let is_clock = |handle| slot(raw, handle).is_some_and(|slot| is(slot, CimType::Uint64));
        let (Some(value), Some(written)) = (slot(raw, step.value), slot(target, step.target)) else {
            return false;
        };
        let clock_fits = match (step.counter_type.time_base(), step.clock) {
            (Some(_), Some(clock)) => clock.stamp.is_none_or(is_clock) && is_clock(clock.frequency),
            (time_base, clock) => time_base.is_none() && clock.is_none(),
        };
        let base = step.base.and_then(|base| slot(raw, base));
        let base_fits = step.base.is_some() == step.counter_type.base().is_some();
        let formula = step.counter_type.formula();
        clock_fits && base_fits && Kind::of(formula, value, base, written).is_some()
    }

    /// The lane of steps that [`Lane::takes`], in the order of their properties,
    /// and of fixed-width properties that are copied. `None` if there is nothing
    /// to take, or if the classes are too small to be worth it.
    #[must_use]
    pub fn new(
        steps: Vec<LaneStep>,
        copies: &[(PropertyHandle, PropertyHandle)],
        raw: &Class,
        target: &Class,
    ) -> Option<Lane> {
        let is_whole =
            |class: &Class| class.layout().nd_len().next_multiple_of(8) <= class.layout().fixed_len();
        if steps.is_empty() || !is_whole(raw) || !is_whole(target) {
            return None;
        }
        let (raw_slots, target_slots) = (raw.layout().slots().clone(), target.layout().slots().clone());
        let mut lane = Lane {
            operands: Vec::new(),
            bases: Vec::new(),
            clock_of: Vec::new(),
            copies: copies
                .iter()
                .map(|(from, to)| (raw_slots[from.index()], target_slots[to.index()]))
                .collect(),
            clocks: Vec::new(),
            runs: Vec::new(),
            copied: Vec::new(),
            raw_nulls: vec![NullBits::default(); raw.layout().nd_len().div_ceil(8)],
            target_bits: vec![0; target.layout().nd_len().div_ceil(8)],
            steps,
            raw_slots,
            target_slots,
        };
        let is_void = |handle: PropertyHandle| is_unsupported(raw, handle);
        for number in 0..lane.steps.len() {
            lane.add_step(number, is_void)?;
        }
        for &(from, to) in copies {
            if is_void(from) {
                lane.expect(from, true);
                continue;
            }
            lane.expect(from, false);
            mark(&mut lane.target_bits, to);
            lane.add_copy(lane.raw_slots[from.index()], lane.target_slots[to.index()]);
        }
        Some(lane)
    }

    fn add_step(&mut self, number: usize, is_void: impl Fn(PropertyHandle) -> bool) -> Option<()> {
        let step = self.steps[number];
        let (slot, target) = (self.raw_slots[step.value.index()], self.target_slots[step.target.index()]);
        let width_of = |counter_type: CounterType, slot: Slot| counter_type.width_of(slot.scalar());
        self.operands.push(Operand { slot, width: width_of(step.counter_type, slot)? });
        let base_slot = step.base.map(|base| self.raw_slots[base.index()]);
        let base = match (base_slot, step.counter_type.base()) {
            (Some(slot), Some(base)) => {
                let word = self.steps.len() + self.bases.iter().flatten().count();
                Some(Base { operand: Operand { slot, width: width_of(base, slot)? }, word })
            }
            _ => None,
        };
        self.bases.push(base);
        let clock = step.clock.map(|clock| self.clock_at(clock));
        self.clock_of.push(clock);
        if is_void(step.value) {
            self.expect(step.value, true);
            return Some(());
        }
        let stamp = step.clock.and_then(|clock| clock.stamp);
        let frequency = step.clock.map(|clock| clock.frequency);
        let taken = [Some(step.value), step.base, stamp, frequency];
        taken.into_iter().flatten().for_each(|handle| self.expect(handle, false));
        mark(&mut self.target_bits, step.target);
        let kind = Kind::of(step.counter_type.formula(), slot, base_slot, target)?;
        let base = base.map(|base| BasePlace { raw: base.operand.slot.offset(), word: base.word });
        let run = Run::new(kind, clock, number, (slot, target), base);
        if !self.runs.last_mut().is_some_and(|last| last.extend(&run)) {
            self.runs.push(run);
        }
        Some(())
    }

    /// The number of the clock, which is a new one if need be.
    fn clock_at(&mut self, clock: LaneClock) -> usize {
        let slot = |handle: PropertyHandle| self.raw_slots[handle.index()];
        let clock = ClockSlots { stamp: clock.stamp.map(slot), frequency: slot(clock.frequency) };
        self.clocks.iter().position(|known| *known == clock).unwrap_or_else(|| {
            self.clocks.push(clock);
            self.clocks.len() - 1
        })
    }

    /// The runs need that the raw property has a value, or that it has none.
    fn expect(&mut self, raw: PropertyHandle, is_void: bool) {
        let (word, bit) = (raw.index() / 32, 1 << (raw.index() % 32 * 2));
        let bits = &mut self.raw_nulls[word];
        bits.mask |= bit;
        bits.void |= if is_void { bit } else { 0 };
    }

    fn add_copy(&mut self, from: Slot, to: Slot) {
        let (from, to, len) = (from.offset(), to.offset(), from.width());
        match self.copied.last_mut() {
            Some(last) if last.from + last.len == from && last.to + last.len == to => last.len += len,
            _ => self.copied.push(CopiedBytes { from, to, len }),
        }
    }

    /// The steps, each at its number.
    #[must_use]
    pub fn steps(&self) -> &[LaneStep] {
        &self.steps
    }

    /// A sample of nothing yet.
    #[must_use]
    pub fn sample(&self) -> LaneSample {
        LaneSample::new(self.clock_words() + self.steps.len() + self.bases.iter().flatten().count())
    }

    /// Words of a sample that the clocks take.
    #[inline(always)]
    fn clock_words(&self) -> usize {
        CLOCK_WORDS * self.clocks.len()
    }

    /// The pace of no clock yet.
    #[must_use]
    pub fn pace(&self) -> Pace {
        // A mean has two older values: its own and its base's.
        let longest_run = self.runs.iter().map(|run| run.count).max().unwrap_or(0).max(2);
        Pace::new(self.clocks.len(), longest_run)
    }

    /// Takes a sample of `raw` and writes what it comes to, since the sample
    /// before, to `target`. What it doesn't write it appends to `left`. Allocates
    /// only there.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: one of the instances is of another class than the
    /// lane was made for.
    #[inline(always)]
    pub fn cook(
        &self,
        raw: &Instance,
        sample: &mut LaneSample,
        target: &mut Instance,
        pace: &mut Pace,
        left: &mut Vec<Left>,
    ) -> Result<(), Status> {
        check_class(target, &self.target_slots)?;
        if !sample.is_whole() || self.is_unusual(raw.block()) {
            return self.cook_singly(raw, sample, left);
        }
        check_class(raw, &self.raw_slots)?;
        let left_before = left.len();
        let fixed_part = target.block_parts_mut().fixed_part_mut();
        let revived = self
            .cook_runs(raw.block(), sample.words_mut(), fixed_part, pace, left)
            .ok_or(Status::WBEM_E_INVALID_CLASS)?;
        if left.len() != left_before {
            sample.set_tidy(false);
        } else if revived || !sample.is_tidy() {
            target.drop_void_reasons();
            sample.set_tidy(true);
        }
        Ok(())
    }

    /// Whether a raw value that is taken is NULL, or one that never is there isn't.
    #[inline(always)]
    fn is_unusual(&self, raw: &[u8]) -> bool {
        let (words, _) = raw.as_chunks::<8>();
        // Mostly it is one word or two.
        words
            .iter()
            .zip(&self.raw_nulls)
            .any(|(word, bits)| u64::from_le_bytes(*word) & bits.mask != bits.void)
    }

    /// Whether a value that was NULL has one now. `None` if a block is shorter
    /// than its class says.
    #[inline(always)]
    fn cook_runs(
        &self,
        block: &[u8],
        words: &mut [u64],
        target: &mut [u8],
        pace: &mut Pace,
        left: &mut Vec<Left>,
    ) -> Option<bool> {
        let revived = self.say_not_null(target);
        for copied in &self.copied {
            copied.copy(block, target)?;
        }
        let (clock_words, values) = words.split_at_mut_checked(self.clock_words())?;
        let (clock_words, _) = clock_words.as_chunks_mut::<CLOCK_WORDS>();
        for ((slots, [stamp, frequency]), beat) in self.clocks.iter().zip(clock_words).zip(pace.parts().0) {
            let newer = slots.show(block)?;
            beat.step(ClockSample { stamp: *stamp, frequency: *frequency }, newer);
            (*stamp, *frequency) = (newer.stamp, newer.frequency);
        }
        for run in &self.runs {
            if !run.cook(block, values, target, pace)? {
                run.cook_singly(self, values, pace, left)?;
            }
        }
        Some(revived)
    }

    /// Says in the target's NdTable that what is written isn't NULL, and whether
    /// any of it was.
    #[inline(always)]
    fn say_not_null(&self, target: &mut [u8]) -> bool {
        let (nd, _) = target.as_chunks_mut::<8>();
        let mut changed = 0;
        for (word, mask) in nd.iter_mut().zip(&self.target_bits) {
            let bits = u64::from_le_bytes(*word);
            // What isn't stored isn't written back from the cache.
            if bits & mask != 0 {
                changed |= bits & mask;
                *word = (bits & !mask).to_le_bytes();
            }
        }
        changed != 0
    }
}

impl CopiedBytes {
    #[inline(always)]
    fn copy(self, block: &[u8], target: &mut [u8]) -> Option<()> {
        let (from, to) = (block.get(self.from..)?, target.get_mut(self.to..)?);
        if self.len == TIMES {
            // Of a length that is known: moves instead of a call.
            *to.first_chunk_mut::<TIMES>()? = *from.first_chunk()?;
        } else {
            to.get_mut(..self.len)?.copy_from_slice(from.get(..self.len)?);
        }
        Some(())
    }
}

impl ClockSlots {
    /// The word of a sample where the clock with this number begins.
    fn word(number: usize) -> usize {
        CLOCK_WORDS * number
    }

    /// What the clock shows in a block where it is not NULL.
    #[inline(always)]
    fn show(&self, block: &[u8]) -> Option<ClockSample> {
        let read = |slot: Slot| Some(u64::from_le_bytes(*block.get(slot.offset()..)?.first_chunk()?));
        let stamp = match self.stamp {
            Some(slot) => read(slot)?,
            None => 0,
        };
        Some(ClockSample { stamp, frequency: read(self.frequency)? })
    }
}

/// Whether the instance has the properties of the lane's class, each at its
/// place.
#[inline(always)]
fn check_class(instance: &Instance, slots: &Arc<[Slot]>) -> Result<(), Status> {
    let is_same = Arc::ptr_eq(instance.slots(), slots) || instance.slots() == slots;
    if is_same { Ok(()) } else { Err(Status::WBEM_E_INVALID_CLASS) }
}

/// Marks both bits of a property in a copy of the NdTable.
fn mark(table: &mut [u64], handle: PropertyHandle) {
    table[handle.index() / 32] |= 0b11 << (handle.index() % 32 * 2);
}

fn is(slot: Slot, cim: CimType) -> bool {
    slot.scalar() == cim && !slot.is_array()
}

/// Whether the class says that the property has no value.
fn is_unsupported(class: &Class, handle: PropertyHandle) -> bool {
    let property = class.properties().get(handle.index());
    property.is_some_and(|property| property.qualifiers().get("Unsupported").is_some())
}
