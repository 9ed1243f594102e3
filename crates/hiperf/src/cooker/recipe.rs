//! [`Recipe`]: how the properties of a formatted class are computed from those
//! of its raw class, worked out once from the classes' qualifiers.
//!
//! | a formatted property | becomes |
//! |---|---|
//! | with `CookingType`, `Counter` and perhaps `Base` | the formula's value of the raw properties they name |
//! | with a raw one of the same name and a fixed width, such as the time stamps | a copy |
//! | the key | written once, when the instance appears |
//!
//! Source: counters.md sections 5 and 6.

use hiperf_cim::cook::{self, CookingType, CounterType, Reason, Sample, TimeBase, Width};
use hiperf_cim::{CimType, Class, Context as _, Error, Instance, PropertyHandle, Result, Status};
use hiperf_com::access::ObjectAccess;

/// The raw class that `formatted` is cooked from, by its qualifiers.
pub(crate) fn raw_class_name(formatted: &Class) -> Option<&str> {
    formatted.qualifiers().text("AutoCook_RawClass")
}

/// How instances of a formatted class are computed.
#[derive(Debug)]
pub(crate) struct Recipe {
    steps: Vec<Step>,
    copies: Vec<(PropertyHandle, PropertyHandle)>,
    /// Computed properties that nobody asked for.
    others: Vec<PropertyHandle>,
}

/// The class whose properties say when a sample was taken. Everybody gets them.
const SAMPLE_CLASS: &str = "Win32_Perf";

/// How one property is computed.
#[derive(Debug)]
struct Step {
    target: PropertyHandle,
    target_type: CimType,
    counter_type: CounterType,
    value: Operand,
    base: Option<Operand>,
    /// Time stamp and frequency.
    time: Option<(PropertyHandle, PropertyHandle)>,
}

/// A raw property that goes into a formula.
#[derive(Clone, Copy, Debug)]
struct Operand {
    handle: PropertyHandle,
    width: Width,
}

impl Recipe {
    /// The recipe for `formatted` from `raw`, of the properties that are
    /// `wanted`; `None` means all.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_QUALIFIER`: a qualifier names a formula or a raw
    ///   property that isn't there, or one that holds no counter.
    /// * `WBEM_E_NOT_SUPPORTED`: a statistical cooking type.
    pub(crate) fn new(formatted: &Class, raw: &Class, wanted: Option<&[String]>) -> Result<Recipe> {
        let mut recipe = Recipe { steps: Vec::new(), copies: Vec::new(), others: Vec::new() };
        let is_wanted = |name: &str| {
            wanted.is_none_or(|names| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)))
        };
        for property in formatted.properties() {
            let (name, ty) = (property.name(), property.ty());
            if !is_wanted(name) && property.origin() != SAMPLE_CLASS {
                // The key is not computed, and what has no handle neither.
                recipe.others.extend(formatted.handle(name).ok().filter(|_| !property.is_key()));
                continue;
            }
            let in_formatted = || format!("property {name} of {}", formatted.name());
            if let Some(cooking_type) = property.qualifiers().text("CookingType") {
                let counter_type = match CookingType::from_name(cooking_type) {
                    Some(CookingType::Counter(counter_type)) => Ok(counter_type),
                    Some(CookingType::Statistic(_)) => Err(Error::new(
                        Status::WBEM_E_NOT_SUPPORTED,
                        format!("statistical cooking type {cooking_type} is not supported"),
                    )),
                    None => Err(invalid(format!("{cooking_type} is no cooking type"))),
                };
                let step = counter_type.and_then(|counter_type| {
                    let counter = property.qualifiers().text("Counter").unwrap_or(name);
                    let base = property.qualifiers().text("Base");
                    let target = formatted.handle(name)?;
                    Step::new(target, ty.scalar, counter_type, counter, base, formatted, raw)
                });
                recipe.steps.push(step.context(in_formatted)?);
            } else if let Some(same) = raw.property(name).filter(|same| same.ty() == ty)
                && !ty.is_array
                && !ty.scalar.is_text()
                && ty.scalar != CimType::Object
            {
                recipe.copies.push((raw.handle(same.name())?, formatted.handle(name)?));
            }
        }
        Ok(recipe)
    }

    /// Whether any property is the difference of two samples.
    pub(crate) fn needs_two_samples(&self) -> bool {
        self.steps.iter().any(|step| step.counter_type.needs_two_samples())
    }

    /// The properties of `raw` that the recipe takes.
    pub(crate) fn raw_properties<'r>(&self, raw: &'r Class) -> Vec<&'r str> {
        let of_steps = self.steps.iter().flat_map(Step::takes);
        let mut indexes: Vec<usize> =
            of_steps.chain(self.copies.iter().map(|&(from, _)| from)).map(PropertyHandle::index).collect();
        indexes.sort_unstable();
        indexes.dedup();
        indexes.into_iter().map(|index| raw.properties()[index].name()).collect()
    }

    /// Says in a new object why the properties that nobody asked for are NULL.
    pub(crate) fn mark_others(&self, target: &ObjectAccess) -> Result<(), Status> {
        self.others.iter().try_for_each(|&handle| target.write_missing(handle, Reason::NotAsked))
    }

    /// Computes every property of `target` from the samples. What can't be
    /// computed becomes NULL, with the reason. Allocates nothing but room for an
    /// object's first reason.
    pub(crate) fn cook(
        &self,
        older: Option<&Instance>,
        newer: &Instance,
        target: &ObjectAccess,
    ) -> Result<(), Status> {
        for &(from, to) in &self.copies {
            match newer.read_fixed(from)? {
                Some(value) => target.write_bytes(to, value)?,
                None => target.write_missing(to, newer.why(from)?.unwrap_or(Reason::Missing))?,
            }
        }
        for step in &self.steps {
            step.cook(older, newer, target)?;
        }
        Ok(())
    }

    /// Sets every computed property to NULL: the sample is missing.
    pub(crate) fn clear(&self, target: &ObjectAccess, reason: Reason) -> Result<(), Status> {
        let copied = self.copies.iter().map(|&(_, to)| to);
        let mut targets = self.steps.iter().map(|step| step.target).chain(copied);
        targets.try_for_each(|handle| target.write_missing(handle, reason))
    }
}

impl Step {
    fn new(
        target: PropertyHandle,
        target_type: CimType,
        counter_type: CounterType,
        counter: &str,
        base: Option<&str>,
        formatted: &Class,
        raw: &Class,
    ) -> Result<Step> {
        let base = match (base, counter_type.base()) {
            (Some(name), Some(base)) => Some(Operand::new(base, raw, name)?),
            (None, Some(base)) => Some(Operand::new(base, raw, &format!("{counter}_Base"))?),
            (_, None) => None,
        };
        let time = match counter_type.time_base() {
            Some(time_base) => Some(time_properties(time_base, formatted, raw)?),
            None => None,
        };
        Ok(Step {
            target,
            target_type,
            counter_type,
            value: Operand::new(counter_type, raw, counter)?,
            base,
            time,
        })
    }

    fn cook(&self, older: Option<&Instance>, newer: &Instance, target: &ObjectAccess) -> Result<(), Status> {
        let cooked = match self.value(older, newer) {
            Ok(cooked) => cooked,
            Err(reason) => return target.write_missing(self.target, reason),
        };
        match (self.target_type, cooked.capped(u64::MAX)) {
            (CimType::Real64, _) => target.write_bytes(self.target, &cooked.real().to_le_bytes()),
            (_, None) => target.write_missing(self.target, Reason::OutOfRange),
            (CimType::Uint32, Some(integer)) => {
                target.write_u32(self.target, u32::try_from(integer).unwrap_or(u32::MAX))
            }
            (_, Some(integer)) => target.write_u64(self.target, integer),
        }
    }

    /// The raw properties that the formula takes.
    fn takes(&self) -> impl Iterator<Item = PropertyHandle> {
        let base = self.base.map(|base| base.handle);
        let time = self.time.into_iter().flat_map(|(timestamp, frequency)| [timestamp, frequency]);
        [self.value.handle].into_iter().chain(base).chain(time)
    }

    fn value(&self, older: Option<&Instance>, newer: &Instance) -> Result<cook::Cooked, Reason> {
        let newer = self.sample(newer)?;
        // A baseline that lacks the value is no baseline.
        let older = older.and_then(|instance| self.sample(instance).ok());
        cook::cook(self.counter_type, older.as_ref(), &newer)
    }

    fn sample(&self, instance: &Instance) -> Result<Sample, Reason> {
        let read = |handle| instance.read_u64(handle).ok().flatten().unwrap_or(0);
        let (time, frequency) = match self.time {
            Some((timestamp, frequency)) => (read(timestamp), read(frequency)),
            None => (0, 0),
        };
        let base = self.base.and_then(|base| Some((base.read(instance)?, base.width)));
        let value = self.value.read(instance).ok_or_else(|| self.value.why(instance))?;
        Ok(Sample { value, width: self.value.width, time, frequency, base })
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

/// The raw properties that hold time stamp and frequency of a time base: those
/// that the formatted class names, or the ones every raw class inherits.
fn time_properties(
    time_base: TimeBase,
    formatted: &Class,
    raw: &Class,
) -> Result<(PropertyHandle, PropertyHandle)> {
    let property = |qualifier, default| {
        let name = formatted.qualifiers().text(qualifier).unwrap_or(default);
        match raw.property(name).map(|property| property.ty().scalar) {
            Some(CimType::Uint64) => raw.handle(name),
            _ => Err(invalid(format!("{name}, its time, is not a uint64 property of {}", raw.name()))),
        }
    };
    Ok((
        property(time_base.timestamp_qualifier(), time_base.timestamp_property())?,
        property(time_base.frequency_qualifier(), time_base.frequency_property())?,
    ))
}

fn invalid(message: String) -> Error {
    Error::new(Status::WBEM_E_INVALID_QUALIFIER, message)
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
