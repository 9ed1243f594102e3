//! The properties of an object as they are found, listed and described.

use std::sync::{MutexGuard, PoisonError};

use hiperf_cim::{CimType, Class, Property, QualifierSet, SYSTEM_PROPERTIES, Status, Type, Value};

use super::WbemObject;
use crate::Variant;

/// `WBEM_CONDITION_FLAG_TYPE`, and its groups.
pub(super) mod condition {
    pub const ONLY_IF_TRUE: i32 = 1;
    pub const ONLY_IF_FALSE: i32 = 2;
    pub const MASK_PRIMARY: i32 = 3;
    pub const KEYS_ONLY: i32 = 4;
    pub const REFS_ONLY: i32 = 8;
    pub const LOCAL_ONLY: i32 = 0x10;
    pub const PROPAGATED_ONLY: i32 = 0x20;
    pub const SYSTEM_ONLY: i32 = 0x30;
    pub const NONSYSTEM_ONLY: i32 = 0x40;
    pub const MASK_ORIGIN: i32 = 0x70;
    pub const CLASS_OVERRIDES_ONLY: i32 = 0x100;
    pub const CLASS_LOCAL_AND_OVERRIDES: i32 = 0x200;
    pub const ALL: i32 = MASK_PRIMARY | KEYS_ONLY | REFS_ONLY | MASK_ORIGIN;
}

const FLAVOR_LOCAL: i32 = 0;
const FLAVOR_PROPAGATED: i32 = 0x20;
const FLAVOR_SYSTEM: i32 = 0x40;

/// Where an enumeration of an object's properties stands.
#[derive(Debug)]
pub(super) struct Cursor {
    /// The properties still to come, the next one last.
    pub remaining: Vec<Listed>,
}

/// A property in an enumeration.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listed {
    /// Index in [`SYSTEM_PROPERTIES`].
    System(usize),
    /// Index in the class's properties.
    Own(usize),
}

/// What is told of a property.
pub(super) struct Described<'c> {
    pub name: &'c str,
    pub value: Value,
    pub ty: Type,
    pub flavor: i32,
}

impl WbemObject {
    /// The properties that the flags of an enumeration leave, in order.
    pub(super) fn listed(&self, class: &Class, flags: i32) -> Result<Vec<Listed>, Status> {
        let class_flags = condition::CLASS_OVERRIDES_ONLY | condition::CLASS_LOCAL_AND_OVERRIDES;
        let allowed = if self.definition.is_some() { condition::ALL | class_flags } else { condition::ALL };
        let both_groups = condition::KEYS_ONLY | condition::REFS_ONLY;
        let origin = flags & condition::MASK_ORIGIN;
        let is_one_of = |flag, group| flags & group == 0 || flags & group == flag;
        if flags & !allowed != 0
            || flags & both_groups == both_groups
            || origin > condition::NONSYSTEM_ONLY
            || !is_one_of(condition::CLASS_OVERRIDES_ONLY, class_flags)
                && !is_one_of(condition::CLASS_LOCAL_AND_OVERRIDES, class_flags)
        {
            return Err(Status::WBEM_E_INVALID_PARAMETER);
        }
        let narrowed = flags & (both_groups | class_flags) != 0;
        let with_system = !narrowed && matches!(origin, 0 | condition::SYSTEM_ONLY);
        let with_own = origin != condition::SYSTEM_ONLY;
        let keep = |property: &Property| {
            let overridden = property.is_local() && !property.origin().eq_ignore_ascii_case(class.name());
            (flags & condition::KEYS_ONLY == 0 || property.is_key())
                && (flags & condition::REFS_ONLY == 0 || property.ty().scalar == CimType::Reference)
                && (origin != condition::LOCAL_ONLY || property.is_local())
                && (origin != condition::PROPAGATED_ONLY || !property.is_local())
                && (flags & condition::CLASS_OVERRIDES_ONLY == 0 || overridden)
                && (flags & condition::CLASS_LOCAL_AND_OVERRIDES == 0 || property.is_local())
        };
        let system = (0..SYSTEM_PROPERTIES.len()).filter(|_| with_system).map(Listed::System);
        let properties = class.properties();
        let own = (0..properties.len()).filter(|&i| with_own && keep(&properties[i])).map(Listed::Own);
        Ok(system.chain(own).collect())
    }

    pub(super) fn find(class: &Class, name: &str) -> Result<Listed, Status> {
        if let Some(index) = SYSTEM_PROPERTIES.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            return Ok(Listed::System(index));
        }
        class.index_of(name).map(Listed::Own).ok_or(Status::WBEM_E_NOT_FOUND)
    }

    /// A property; `None` for one that was deleted since it was listed.
    pub(super) fn describe<'c>(&self, class: &'c Class, listed: Listed) -> Option<Described<'c>> {
        Some(match listed {
            Listed::System(index) => {
                let (name, ty) = SYSTEM_PROPERTIES[index];
                let value = match &self.definition {
                    Some(definition) => self.class_system_value(definition, name),
                    None => self.with(|instance| instance.system_value(name)).unwrap_or(Value::Null),
                };
                Described { name, value, ty, flavor: FLAVOR_SYSTEM }
            }
            Listed::Own(index) => {
                let property = class.properties().get(index)?;
                // An instance's property is its own once the instance has
                // changed it, wherever it was declared.
                let is_local = match &self.definition {
                    Some(_) => property.is_local(),
                    None => self.with(|instance| {
                        !instance.is_default(index) || !instance.property_qualifiers(index).is_empty()
                    }),
                };
                let flavor = if is_local { FLAVOR_LOCAL } else { FLAVOR_PROPAGATED };
                let value = self.with(|instance| instance.value(index));
                Described { name: property.name(), value, ty: property.ty(), flavor }
            }
        })
    }

    pub(super) fn cursor(&self) -> MutexGuard<'_, Option<Box<Cursor>>> {
        self.cursor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names that GetNames gives.
    pub(super) fn names(
        &self,
        qualifier: Option<&str>,
        flags: i32,
        wanted: Option<&Variant>,
    ) -> Result<Vec<String>, Status> {
        let class = self.class_now();
        let condition = Condition::new(qualifier, flags & condition::MASK_PRIMARY, wanted)?;
        let listed = self.listed(&class, flags)?;
        let kept = listed.into_iter().filter(|listed| match *listed {
            Listed::System(_) => condition.admits(&QualifierSet::new()),
            Listed::Own(index) if self.definition.is_some() => {
                condition.admits(class.properties()[index].qualifiers())
            }
            Listed::Own(index) => {
                self.with(|instance| condition.admits(&instance.shown_property_qualifiers(index)))
            }
        });
        let name = |listed| match listed {
            Listed::System(index) => SYSTEM_PROPERTIES[index].0.to_owned(),
            Listed::Own(index) => class.properties()[index].name().to_owned(),
        };
        Ok(kept.map(name).collect())
    }
}

/// The primary condition of GetNames: what qualifiers a property must have.
enum Condition<'q> {
    Always,
    Has(&'q str),
    Lacks(&'q str),
    /// It has this one with this value.
    Is(&'q str, Value),
}

impl<'q> Condition<'q> {
    /// # Errors
    /// `WBEM_E_INVALID_PARAMETER`: the name or the value is missing that the
    /// condition is about.
    fn new(qualifier: Option<&'q str>, primary: i32, wanted: Option<&Variant>) -> Result<Self, Status> {
        if primary == 0 {
            return Ok(Condition::Always);
        }
        let name = qualifier.ok_or(Status::WBEM_E_INVALID_PARAMETER)?;
        Ok(match primary {
            condition::ONLY_IF_TRUE => Condition::Has(name),
            condition::ONLY_IF_FALSE => Condition::Lacks(name),
            _ => {
                let wanted = wanted.ok_or(Status::WBEM_E_INVALID_PARAMETER)?;
                let ty = wanted.natural_type().ok_or(Status::WBEM_E_INVALID_PARAMETER)?;
                Condition::Is(name, wanted.to_value(ty)?)
            }
        })
    }

    fn admits(&self, qualifiers: &QualifierSet) -> bool {
        match self {
            Condition::Always => true,
            Condition::Has(name) => qualifiers.get(name).is_some(),
            Condition::Lacks(name) => qualifiers.get(name).is_none(),
            Condition::Is(name, value) => qualifiers.value(name) == Some(value),
        }
    }
}
