//! A lane's slow way: whole instances, value by value, for whatever isn't as the
//! runs need it.

use super::sample::ClockSample;
use super::{ClockSlots, Lane, LaneSample, Left, LeftValue, Operand, Place, check_class};
use crate::cook::{Cooked, Reason, Sample, cook};
use crate::{Instance, PropertyHandle, Status};

/// What a step takes of one sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub value: u64,
    pub base: Option<u64>,
    pub clock: ClockSample,
}

impl Lane {
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
        for number in 0..self.steps.len() {
            let value = LeftValue::of(self.value_of(number, raw, sample));
            left.push(Left { place: Place::Step(number), value });
        }
        self.sample_all(raw, sample);
        Ok(())
    }

    /// The value of a step since `sample`.
    fn value_of(&self, number: usize, raw: &Instance, sample: &LaneSample) -> Result<Cooked, Reason> {
        let (step, operand) = (&self.steps[number], self.operands[number]);
        let value = operand.read(raw).ok_or_else(|| why(raw, step.value))?;
        let clock = match self.clock_of[number] {
            None => ClockSample::default(),
            Some(clock) => self.clocks[clock].read(raw).map_err(|handle| why(raw, handle))?,
        };
        let base = self.bases[number].and_then(|base| base.operand.read(raw));
        let older = self.moment_of(number, sample);
        self.value(number, older, Moment { value, base, clock }).map_err(|reason| match (reason, step.base) {
            (Reason::NoBaseline, _) => sample.no_baseline(),
            (Reason::Missing, Some(base)) => why(raw, base),
            _ => reason,
        })
    }

    /// What the sample has of a step.
    fn moment_of(&self, number: usize, sample: &LaneSample) -> Option<Moment> {
        let clock = match self.clock_of[number] {
            None => ClockSample::default(),
            Some(clock) => ClockSample {
                stamp: sample.word(ClockSlots::word(clock))?,
                frequency: sample.word(ClockSlots::word(clock) + 1).unwrap_or(0),
            },
        };
        let word = |place: usize| sample.word(self.clock_words() + place);
        let base = self.bases[number].and_then(|base| word(base.word));
        Some(Moment { value: word(number)?, base, clock })
    }

    /// The value of a step from one moment to the next.
    pub(super) fn value(
        &self,
        number: usize,
        older: Option<Moment>,
        newer: Moment,
    ) -> Result<Cooked, Reason> {
        let (step, operand) = (self.steps.get(number), self.operands.get(number));
        let (Some(step), Some(operand)) = (step, operand) else { return Err(Reason::Missing) };
        let width_of_base = self.bases.get(number).copied().flatten().map(|base| base.operand.width);
        let sample = |moment: Moment| Sample {
            value: moment.value,
            width: operand.width,
            time: moment.clock.stamp,
            frequency: moment.clock.frequency,
            base: moment.base.zip(width_of_base),
        };
        cook(step.counter_type, older.map(sample).as_ref(), &sample(newer))
    }

    /// Takes the sample.
    fn sample_all(&self, raw: &Instance, sample: &mut LaneSample) {
        for (number, clock) in self.clocks.iter().enumerate() {
            let now = clock.read(raw).ok();
            let place = ClockSlots::word(number);
            sample.set_word(place, now.map(|now| now.stamp));
            sample.set_word(place + 1, now.map(|now| now.frequency));
        }
        let at = self.clock_words();
        for (number, operand) in self.operands.iter().enumerate() {
            sample.set_word(at + number, operand.read(raw));
        }
        for base in self.bases.iter().flatten() {
            sample.set_word(at + base.word, base.operand.read(raw));
        }
        sample.finish(!self.is_unusual(raw.block()));
    }
}

impl Operand {
    fn read(self, raw: &Instance) -> Option<u64> {
        let bytes = raw.read_fixed(self.slot.handle()).ok()??;
        let mut word = [0; 8];
        word.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(u64::from_le_bytes(word))
    }
}

impl ClockSlots {
    /// What the clock shows; a frequency of 0 where that is NULL.
    ///
    /// # Errors
    /// The time stamp's handle: it is NULL.
    fn read(&self, raw: &Instance) -> Result<ClockSample, PropertyHandle> {
        let read = |handle: PropertyHandle| raw.read_u64(handle).ok().flatten();
        let stamp = match self.stamp.map(|slot| slot.handle()) {
            None => 0,
            Some(handle) => read(handle).ok_or(handle)?,
        };
        Ok(ClockSample { stamp, frequency: read(self.frequency.handle()).unwrap_or(0) })
    }
}

/// Why a raw value is missing.
fn why(raw: &Instance, handle: PropertyHandle) -> Reason {
    raw.why(handle).ok().flatten().unwrap_or(Reason::Missing)
}
