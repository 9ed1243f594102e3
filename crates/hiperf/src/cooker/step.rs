//! [`Step`]: how one property of a formatted class is computed from samples of
//! its raw one.
//!
//! A step reads what its formula takes out of both samples; the formula is of
//! `hiperf_cim::cook`, which knows neither objects nor handles. What is missing
//! has the reason that the raw value has. An operand has the width of its raw
//! property, and so has a time stamp: a narrow one wraps as a counter does.

use hiperf_cim::cook::{Cooked, CounterType, Formula, LaneClock, LaneStep, Reason, Sample, Width, cook};
use hiperf_cim::{CimType, Class, Error, Instance, Property, PropertyHandle, Result};

use super::naming::{Naming, invalid};
use super::target::Target;

/// The sample before, or why there is none.
pub(super) type Baseline<'a> = Result<&'a Instance, Reason>;

/// How one property is computed.
#[derive(Debug)]
pub(super) struct Step {
    pub target: Target,
    pub counter_type: CounterType,
    value: Operand,
    base: Option<Operand>,
    clock: Option<Clock>,
}

/// A raw property that goes into a formula.
#[derive(Clone, Copy, Debug)]
struct Operand {
    handle: PropertyHandle,
    width: Width,
}

/// The raw properties that say when a sample was taken.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// `None` for a formula that takes the frequency alone.
    stamp: Option<Operand>,
    frequency: Operand,
}

impl Step {
    /// The step that `naming` says, to `target`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUALIFIER`: a raw property isn't there, or holds no
    /// counter.
    pub fn new(target: Target, counter_type: CounterType, naming: Naming<'_>, raw: &Class) -> Result<Step> {
        let base = counter_type.base().map(|base| Operand::new(base, raw, &naming.base())).transpose()?;
        let clock = counter_type.time_base().map(|time_base| {
            let (stamp, frequency) = naming.time(time_base);
            let is_read = counter_type.formula() != Formula::AverageTimer;
            Ok::<_, Error>(Clock {
                stamp: is_read.then(|| Operand::of_time(raw, stamp)).transpose()?,
                frequency: Operand::of_time(raw, frequency)?,
            })
        });
        let value = Operand::new(counter_type, raw, naming.counter())?;
        Ok(Step { target, counter_type, value, base, clock: clock.transpose()? })
    }

    /// The raw properties that the formula takes.
    pub fn takes(&self) -> impl Iterator<Item = PropertyHandle> {
        let stamp = self.clock.and_then(|clock| clock.stamp);
        let frequency = self.clock.map(|clock| clock.frequency);
        let operands = [Some(self.value), self.base, stamp, frequency];
        operands.into_iter().flatten().map(|operand| operand.handle)
    }

    /// The step for a lane.
    pub fn for_lane(&self) -> LaneStep {
        let clock = self.clock.map(|clock| LaneClock {
            stamp: clock.stamp.map(|stamp| stamp.handle),
            frequency: clock.frequency.handle,
        });
        LaneStep {
            counter_type: self.counter_type,
            value: self.value.handle,
            base: self.base.map(|base| base.handle),
            clock,
            target: self.target.handle,
        }
    }

    /// The value of the newer sample, or why there is none.
    pub fn value(&self, older: Baseline<'_>, newer: &Instance) -> Result<Cooked, Reason> {
        // A baseline that lacks the value is no baseline.
        let older = older.and_then(|instance| self.sample(instance).map_err(|_| Reason::NoBaseline));
        let sample = self.sample(newer).map(|sample| self.with_time_since(older.ok(), sample))?;
        cook(self.counter_type, older.as_ref().ok(), &sample).map_err(|reason| match (reason, older) {
            (Reason::NoBaseline, Err(reason)) => reason,
            (Reason::Missing, _) => self.base.map_or(reason, |base| base.why(newer)),
            _ => reason,
        })
    }

    fn sample(&self, instance: &Instance) -> Result<Sample, Reason> {
        let needed = |operand: Operand| operand.read(instance).ok_or_else(|| operand.why(instance));
        let value = needed(self.value)?;
        let (mut time, mut frequency) = (0, 0);
        if let Some(clock) = self.clock {
            time = clock.stamp.map_or(Ok(0), needed)?;
            frequency = clock.frequency.read(instance).unwrap_or(0);
        }
        let base = self.base.and_then(|base| Some((base.read(instance)?, base.width)));
        Ok(Sample { value, width: self.value.width, time, frequency, base })
    }

    /// The sample with a time stamp that goes on where a narrow one wrapped.
    fn with_time_since(&self, older: Option<Sample>, sample: Sample) -> Sample {
        let stamp = self.clock.and_then(|clock| clock.stamp).filter(|stamp| stamp.width.bits() < 64);
        let (Some(older), Some(stamp)) = (older, stamp) else { return sample };
        match stamp.width.advance(older.time, sample.time) {
            Ok(step) => Sample { time: older.time + step, ..sample },
            Err(_) => sample,
        }
    }
}

impl Operand {
    fn new(counter_type: CounterType, raw: &Class, name: &str) -> Result<Operand> {
        let property = raw
            .property(name)
            .ok_or_else(|| invalid(format!("its raw property {name} is not a property of {}", raw.name())))?;
        let ty = property.ty();
        let width = counter_type.width_of(ty.scalar).filter(|_| !ty.is_array).ok_or_else(|| {
            let class = raw.name();
            invalid(format!(
                "its raw property {name} of {class} is a {ty}, which holds no counter of type {counter_type}"
            ))
        })?;
        Ok(Operand { handle: raw.handle(name)?, width })
    }

    /// The property `name`, which says when a sample was taken.
    fn of_time(raw: &Class, name: &str) -> Result<Operand> {
        let ty = raw.property(name).map(Property::ty).filter(|ty| !ty.is_array);
        let is_unsigned = |scalar: &CimType| scalar.integer_range().is_some_and(|(min, _)| min == 0);
        match ty.map(|ty| ty.scalar).filter(is_unsigned).and_then(Width::of) {
            Some(width) => Ok(Operand { handle: raw.handle(name)?, width }),
            None => {
                let class = raw.name();
                Err(invalid(format!("{name}, its time, is not an unsigned integer property of {class}")))
            }
        }
    }

    /// Why the raw value is missing, which is then why the cooked one is.
    fn why(self, instance: &Instance) -> Reason {
        instance.why(self.handle).ok().flatten().unwrap_or(Reason::Missing)
    }

    fn read(self, instance: &Instance) -> Option<u64> {
        match self.width {
            Width::U32 => instance.read_u32(self.handle).ok()?.map(u64::from),
            Width::U64 => instance.read_u64(self.handle).ok()?,
            _ => {
                let bytes = instance.read_fixed(self.handle).ok()??;
                let mut word = [0; 8];
                word.get_mut(..bytes.len())?.copy_from_slice(bytes);
                Some(u64::from_le_bytes(word))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hiperf_cim::{ClassBuilder, PropertyDeclaration, Value};

    use super::*;

    #[test]
    fn narrow_values_are_read_whole() {
        let values = [
            (CimType::Uint8, Value::Uint8(200), 200),
            (CimType::Uint16, Value::Uint16(60_000), 60_000),
            (CimType::Sint32, Value::Sint32(70_000), 70_000),
        ];
        for (cim, value, expected) in values {
            let mut raw = ClassBuilder::new("Test_Raw", None).unwrap();
            raw.property(PropertyDeclaration {
                name: "Level".into(),
                ty: cim.into(),
                class_name: None,
                qualifiers: Vec::new(),
                default: None,
            })
            .unwrap();
            let raw = raw.build().unwrap();
            let level = Operand::new(CounterType::PERF_COUNTER_RAWCOUNT, &raw, "Level").unwrap();
            let mut instance = Instance::spawn(&raw);
            assert_eq!(level.read(&instance), None, "{cim:?}");
            instance.put("Level", &value).unwrap();
            assert_eq!(level.read(&instance), Some(expected), "{cim:?}");
        }
    }
}
