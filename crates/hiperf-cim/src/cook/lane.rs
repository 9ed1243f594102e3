//! [`Lane`]: the formulas of most counters, for whole instances at once.
//!
//! A refresh cooks thousands of counters whose formulas differ in little: what
//! was added, times something, by the time that passed. A lane takes those from
//! block to block, where each run of neighbours with the same formula is one
//! loop without a branch. Whether every value of a run was as usual is looked at
//! after it, and what was not is cooked by [`cook`], value by value.
//!
//! ```text
//! raw block      [nulls][time][a b c d][e f]...        LaneSample   [time][a b c d][e f]
//!                                 |  newer - older, older = newer         |
//! target block   [nulls][time][A B C D][E F]... <-------------------------+
//! ```
//!
//! | what is unusual | goes to [`cook`] |
//! |---|---|
//! | no sample before, a raw value that is or was NULL | all of the instance |
//! | a clock that stands still, stepped back, or ticks otherwise than before | its runs |
//! | a counter that stepped back, or a number beyond [`Pace`]'s bounds | its run |
//!
//! The values are the same either way: exact quotients.
//!
//! Not here: formulas with a base, statistics, and objects: the lane says what
//! it could not write, and its owner writes that as it writes anything.

mod pace;
mod run;
mod sample;

use std::sync::Arc;

use super::{Cooked, CounterType, Reason, Sample, Width, cook};
use crate::layout::Slot;
use crate::{CimType, Class, Instance, PropertyHandle, Status};

pub use pace::Pace;
pub use sample::LaneSample;

use run::{Kind, Run};
use sample::ClockSample;

/// A formula and the properties it works on.
#[derive(Clone, Copy, Debug)]
pub struct LaneStep {
    /// The counter type whose formula it is.
    pub counter_type: CounterType,
    /// The raw property.
    pub value: PropertyHandle,
    /// The raw properties with time stamp and frequency.
    pub clock: Option<(PropertyHandle, PropertyHandle)>,
    /// The formatted property.
    pub target: PropertyHandle,
}

/// A value that the lane left to its owner to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Left {
    /// Which: a step, or a copy, by its number.
    pub place: Place,
    /// What is to be written.
    pub value: LeftValue,
}

/// Which of a lane's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// That of the step with this number.
    Step(usize),
    /// That of the copy with this number.
    Copy(usize),
}

/// What a lane's owner has to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LeftValue {
    /// A cooked value.
    Cooked(Cooked),
    /// The first so many of these bytes.
    Bytes([u8; 8], usize),
    /// NULL, and why.
    Missing(Reason),
}

/// A raw property that steps take, and its place in a sample.
#[derive(Clone, Copy, Debug)]
struct Operand {
    slot: Slot,
    width: Width,
}

/// The raw properties of a clock.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ClockSlots {
    stamp: Slot,
    frequency: Slot,
}

/// Neighbouring bytes that are copied.
#[derive(Clone, Copy, Debug)]
struct CopiedBytes {
    from: usize,
    to: usize,
    len: usize,
}

/// Formulas made ready for the instances of two classes.
#[derive(Debug)]
pub struct Lane {
    raw_slots: Arc<[Slot]>,
    target_slots: Arc<[Slot]>,
    steps: Vec<LaneStep>,
    /// One for each step.
    operands: Vec<Operand>,
    /// Which of the clocks each step is measured against.
    clock_of: Vec<Option<usize>>,
    copies: Vec<(Slot, Slot)>,
    clocks: Vec<ClockSlots>,
    runs: Vec<Run>,
    copied: Vec<CopiedBytes>,
    /// The bits of the raw NdTable that say NULL of what is taken.
    raw_nulls: Vec<u64>,
    /// Both bits in the target's NdTable of what is written.
    target_bits: Vec<u64>,
}

impl Lane {
    /// Whether a lane can take the step: a formula without a base, of unsigned
    /// integers of 32 or 64 bits.
    #[must_use]
    pub fn takes(step: &LaneStep, raw: &Class, target: &Class) -> bool {
        let (raw, target) = (raw.layout().slots(), target.layout().slots());
        let slot = |slots: &[Slot], handle: PropertyHandle| slots.get(handle.index()).copied();
        let is_clock = |handle| slot(raw, handle).is_some_and(|slot| is(slot, CimType::Uint64));
        let (Some(value), Some(written)) = (slot(raw, step.value), slot(target, step.target)) else {
            return false;
        };
        let clock_fits = match (step.counter_type.time_base(), step.clock) {
            (Some(_), Some((stamp, frequency))) => is_clock(stamp) && is_clock(frequency),
            (time_base, clock) => time_base.is_none() && clock.is_none(),
        };
        clock_fits && Kind::of(step.counter_type.formula(), value, written).is_some()
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
            clock_of: Vec::new(),
            copies: copies
                .iter()
                .map(|(from, to)| (raw_slots[from.index()], target_slots[to.index()]))
                .collect(),
            clocks: Vec::new(),
            runs: Vec::new(),
            copied: Vec::new(),
            raw_nulls: vec![0; raw.layout().nd_len().div_ceil(8)],
            target_bits: vec![0; target.layout().nd_len().div_ceil(8)],
            steps,
            raw_slots,
            target_slots,
        };
        for place in 0..lane.steps.len() {
            lane.add_step(place)?;
        }
        for &(from, to) in copies {
            mark(&mut lane.raw_nulls, from, IS_NULL);
            mark(&mut lane.target_bits, to, BOTH);
            lane.add_copy(lane.raw_slots[from.index()], lane.target_slots[to.index()]);
        }
        Some(lane)
    }

    fn add_step(&mut self, place: usize) -> Option<()> {
        let step = self.steps[place];
        let (slot, target) = (self.raw_slots[step.value.index()], self.target_slots[step.target.index()]);
        let kind = Kind::of(step.counter_type.formula(), slot, target)?;
        self.operands.push(Operand { slot, width: step.counter_type.width_of(slot.scalar())? });
        mark(&mut self.raw_nulls, step.value, IS_NULL);
        mark(&mut self.target_bits, step.target, BOTH);
        let clock = step.clock.map(|(stamp, frequency)| {
            mark(&mut self.raw_nulls, stamp, IS_NULL);
            mark(&mut self.raw_nulls, frequency, IS_NULL);
            let (stamp, frequency) = (self.raw_slots[stamp.index()], self.raw_slots[frequency.index()]);
            let clock = ClockSlots { stamp, frequency };
            self.clocks.iter().position(|known| *known == clock).unwrap_or_else(|| {
                self.clocks.push(clock);
                self.clocks.len() - 1
            })
        });
        self.clock_of.push(clock);
        let run = Run::new(kind, clock, place, slot.offset(), target.offset());
        if !self.runs.last_mut().is_some_and(|last| last.extend(&run)) {
            self.runs.push(run);
        }
        Some(())
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
        LaneSample::new(self.clocks.len(), self.steps.len())
    }

    /// The pace of no clock yet.
    #[must_use]
    pub fn pace(&self) -> Pace {
        Pace::new(self.clocks.len())
    }

    /// Takes a sample of `raw` and writes what it comes to, since the sample
    /// before, to `target`. What it doesn't write it appends to `left`. Allocates
    /// only there.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: one of the instances is of another class than the
    /// lane was made for.
    #[inline]
    pub fn cook(
        &self,
        raw: &Instance,
        sample: &mut LaneSample,
        target: &mut Instance,
        pace: &mut Pace,
        left: &mut Vec<Left>,
    ) -> Result<(), Status> {
        check_class(target, &self.target_slots)?;
        if !sample.is_whole() || self.lacks_any(raw.block()) {
            return self.cook_singly(raw, sample, left);
        }
        check_class(raw, &self.raw_slots)?;
        self.cook_runs(raw, sample, target.block_parts_mut().fixed_part_mut(), pace, left)
            .ok_or(Status::WBEM_E_INVALID_CLASS)?;
        target.drop_void_reasons();
        Ok(())
    }

    /// As [`Lane::cook`], for a target that is somebody else's: everything is
    /// left to be written by its methods.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: the instance is of another class.
    #[cold]
    pub fn cook_singly(
        &self,
        raw: &Instance,
        sample: &mut LaneSample,
        left: &mut Vec<Left>,
    ) -> Result<(), Status> {
        check_class(raw, &self.raw_slots)?;
        for (number, (from, to)) in self.copies.iter().enumerate() {
            let value = match raw.read_fixed(from.handle())? {
                Some(value) => {
                    let mut bytes = [0; 8];
                    bytes[..to.width()].copy_from_slice(value);
                    LeftValue::Bytes(bytes, to.width())
                }
                None => LeftValue::Missing(why(raw, from.handle())),
            };
            left.push(Left { place: Place::Copy(number), value });
        }
        for (number, (step, operand)) in self.steps.iter().zip(&self.operands).enumerate() {
            let clock = self.clock_of[number];
            let unclocked = ClockSample { is_known: true, ..ClockSample::default() };
            let (before, now) = match clock {
                Some(clock) => (sample.clock(clock), self.clocks[clock].read(raw)),
                None => (unclocked, unclocked),
            };
            let older = sample.value(number).filter(|_| before.is_known);
            let older = older.map(|value| operand.sample(value, before));
            let newer = operand.read(raw);
            let cooked = match (newer, step.clock) {
                (None, _) => Err(why(raw, step.value)),
                (_, Some((stamp, _))) if !now.is_known => Err(why(raw, stamp)),
                (Some(value), _) => cook(step.counter_type, older.as_ref(), &operand.sample(value, now)),
            };
            let cooked = cooked.map_err(|reason| match reason {
                Reason::NoBaseline => sample.no_baseline(),
                reason => reason,
            });
            sample.set_value(number, newer);
            left.push(Left { place: Place::Step(number), value: LeftValue::of(cooked) });
        }
        let clocks = self.clocks.iter().map(|clock| clock.read(raw));
        sample.finish(clocks, !self.lacks_any(raw.block()));
        Ok(())
    }

    /// Whether a raw value that is taken is NULL.
    #[inline]
    fn lacks_any(&self, raw: &[u8]) -> bool {
        let (words, _) = raw.as_chunks::<8>();
        words
            .iter()
            .zip(&self.raw_nulls)
            .fold(0, |nulls, (word, mask)| nulls | u64::from_le_bytes(*word) & mask)
            != 0
    }

    /// `None` if a block is shorter than its class says.
    #[inline]
    fn cook_runs(
        &self,
        raw: &Instance,
        sample: &mut LaneSample,
        target: &mut [u8],
        pace: &mut Pace,
        left: &mut Vec<Left>,
    ) -> Option<()> {
        let block = raw.block();
        let (nd, _) = target.as_chunks_mut::<8>();
        for (word, mask) in nd.iter_mut().zip(&self.target_bits) {
            let bits = u64::from_le_bytes(*word);
            if bits & mask != 0 {
                *word = (bits & !mask).to_le_bytes();
            }
        }
        for copied in &self.copied {
            let from = block.get(copied.from..copied.from + copied.len)?;
            target.get_mut(copied.to..copied.to + copied.len)?.copy_from_slice(from);
        }
        let (clocks, values) = sample.parts();
        for ((slots, clock), beat) in self.clocks.iter().zip(clocks.iter_mut()).zip(pace.beats()) {
            let read = |slot: Slot| Some(u64::from_le_bytes(*block.get(slot.offset()..)?.first_chunk()?));
            beat.step(clock, read(slots.stamp)?, read(slots.frequency)?);
        }
        for run in &self.runs {
            if !run.cook(block, values, target, pace)? {
                run.cook_singly(self, block, values, pace, left)?;
            }
        }
        Some(())
    }
}

/// The two bits of a property in the NdTable.
const IS_NULL: u64 = 0b01;
const BOTH: u64 = 0b11;

impl Operand {
    fn read(self, raw: &Instance) -> Option<u64> {
        let bytes = raw.read_fixed(self.slot.handle()).ok()??;
        let mut word = [0; 8];
        word.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(u64::from_le_bytes(word))
    }

    /// A value of it, sampled when the clock showed this.
    fn sample(self, value: u64, clock: ClockSample) -> Sample {
        let ClockSample { stamp, frequency, .. } = clock;
        Sample { value, width: self.width, time: stamp, frequency, base: None }
    }
}

impl ClockSlots {
    /// What the clock shows; 0 where it is NULL.
    fn read(self, raw: &Instance) -> ClockSample {
        let read = |slot: Slot| raw.read_u64(slot.handle()).ok().flatten();
        let (stamp, frequency) = (read(self.stamp), read(self.frequency));
        ClockSample {
            stamp: stamp.unwrap_or(0),
            frequency: frequency.unwrap_or(0),
            is_known: stamp.is_some(),
        }
    }
}

/// Whether the instance has the properties of the lane's class, each at its
/// place.
#[inline]
fn check_class(instance: &Instance, slots: &Arc<[Slot]>) -> Result<(), Status> {
    let is_same = Arc::ptr_eq(instance.slots(), slots) || instance.slots() == slots;
    if is_same { Ok(()) } else { Err(Status::WBEM_E_INVALID_CLASS) }
}

fn mark(table: &mut [u64], handle: PropertyHandle, bits: u64) {
    let place = handle.index() * 2;
    table[place / 64] |= bits << (place % 64);
}

fn is(slot: Slot, cim: CimType) -> bool {
    slot.scalar() == cim && !slot.is_array()
}

/// Why a raw value is missing.
fn why(raw: &Instance, handle: PropertyHandle) -> Reason {
    raw.why(handle).ok().flatten().unwrap_or(Reason::Missing)
}

impl LeftValue {
    fn of(cooked: Result<Cooked, Reason>) -> LeftValue {
        cooked.map_or_else(LeftValue::Missing, LeftValue::Cooked)
    }
}
