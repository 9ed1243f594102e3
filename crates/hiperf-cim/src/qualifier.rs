//! Qualifiers and how they propagate.
//!
//! Source: `wbemcli.h` (`WBEM_FLAVOR_TYPE`), \[MS-WMIO\] 2.2.62, and the
//! Microsoft page "Qualifier Flavors".

use std::fmt;
use std::ops::BitOr;
use std::sync::Arc;

use crate::{Error, MAX_IDENTIFIER, Result, Status, Value};

/// A qualifier's flavor: how it propagates and where it comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Flavor(pub u8);

impl Flavor {
    /// Propagates to nothing, may be overridden.
    pub const NONE: Flavor = Flavor(0);
    /// Visible on instances.
    pub const TO_INSTANCE: Flavor = Flavor(0x01);
    /// Inherited by derived classes.
    pub const TO_DERIVED_CLASS: Flavor = Flavor(0x02);
    /// A derived class may not give another value.
    pub const NOT_OVERRIDABLE: Flavor = Flavor(0x10);
    /// Came from the parent class.
    pub const PROPAGATED: Flavor = Flavor(0x20);
    /// Made by the system.
    pub const SYSTEM: Flavor = Flavor(0x40);
    /// The value belongs to a locale.
    pub const AMENDED: Flavor = Flavor(0x80);

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Flavor) -> bool {
        self.0 & other.0 == other.0
    }

    /// This flavor without the bits of `other`.
    #[must_use]
    pub const fn without(self, other: Flavor) -> Flavor {
        Flavor(self.0 & !other.0)
    }
}

impl BitOr for Flavor {
    type Output = Flavor;
    fn bitor(self, other: Flavor) -> Flavor {
        Flavor(self.0 | other.0)
    }
}

impl fmt::Debug for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flavor({:#04x})", self.0)
    }
}

/// Qualifiers of one class, property, method or instance. WMI names no limit;
/// this is far beyond any use, and bounds what looking through a set costs.
pub const MAX_QUALIFIERS: usize = 4096;

/// A named value that describes a class or a property.
#[derive(Clone, Debug, PartialEq)]
pub struct Qualifier {
    /// The name, as first written.
    pub name: Arc<str>,
    /// A sint32, real64, string or boolean, or an array of one of them.
    pub value: Value,
    /// How it propagates.
    pub flavor: Flavor,
}

impl Qualifier {
    /// A qualifier of the given name, value and flavor.
    pub fn new(name: impl Into<Arc<str>>, value: Value, flavor: Flavor) -> Qualifier {
        Qualifier { name: name.into(), value, flavor }
    }
}

/// The qualifiers of a class or of a property, in the order they were given.
///
/// Sets share their memory until one is changed: most of what a class holds is
/// inherited without a change, text and all.
#[derive(Clone, Default)]
pub struct QualifierSet(Option<Arc<Vec<Qualifier>>>);

impl PartialEq for QualifierSet {
    fn eq(&self, other: &QualifierSet) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl fmt::Debug for QualifierSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl QualifierSet {
    /// An empty set.
    #[must_use]
    pub const fn new() -> QualifierSet {
        QualifierSet(None)
    }

    fn as_slice(&self) -> &[Qualifier] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    /// The qualifiers, to be changed: no longer shared.
    fn make_mut(&mut self) -> &mut Vec<Qualifier> {
        Arc::make_mut(self.0.get_or_insert_default())
    }

    /// The qualifiers of a class that came over the wire, taken as they are.
    pub(crate) fn from_decoded(qualifiers: Vec<Qualifier>) -> QualifierSet {
        QualifierSet(Some(Arc::new(qualifiers)))
    }

    /// The qualifier of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Qualifier> {
        self.iter().find(|qualifier| qualifier.name.eq_ignore_ascii_case(name))
    }

    /// The value of the qualifier of this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.get(name).map(|qualifier| &qualifier.value)
    }

    /// The text of a string qualifier.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// The value of an integer qualifier.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i128> {
        self.value(name)?.as_integer()
    }

    /// Whether a boolean qualifier is present and TRUE.
    #[must_use]
    pub fn is_true(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool) == Some(true)
    }

    /// All qualifiers, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Qualifier> {
        self.as_slice().iter()
    }

    /// The number of qualifiers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// Adds a qualifier, or gives an existing one its new value and flavor.
    /// An inherited qualifier that is overridden becomes local.
    ///
    /// # Errors
    /// * `WBEM_E_OVERRIDE_NOT_ALLOWED`: the existing one was inherited as not
    ///   overridable and has another value.
    /// * `WBEM_E_INVALID_QUALIFIER_TYPE`: the value is none of the types a
    ///   qualifier may have.
    /// * `WBEM_E_QUALIFIER_NAME_TOO_WIDE`: the name has more than
    ///   [`MAX_IDENTIFIER`](crate::MAX_IDENTIFIER) characters.
    /// * `WBEM_E_QUOTA_VIOLATION`: there are [`MAX_QUALIFIERS`] already.
    pub fn put(&mut self, qualifier: Qualifier) -> Result<()> {
        check_type(&qualifier)?;
        let existing = self.iter().position(|known| known.name.eq_ignore_ascii_case(&qualifier.name));
        let Some(index) = existing else {
            if qualifier.name.chars().nth(MAX_IDENTIFIER).is_some() {
                let message = format!("a qualifier name has at most {MAX_IDENTIFIER} characters");
                return Err(Error::new(Status::WBEM_E_QUALIFIER_NAME_TOO_WIDE, message));
            }
            if self.len() == MAX_QUALIFIERS {
                let message = format!("there are more than {MAX_QUALIFIERS} qualifiers");
                return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
            }
            self.make_mut().push(qualifier);
            return Ok(());
        };
        let existing = &self.as_slice()[index];
        if existing.flavor.contains(Flavor::PROPAGATED | Flavor::NOT_OVERRIDABLE) {
            if existing.value == qualifier.value {
                return Ok(());
            }
            let message = format!(
                "qualifier {} is inherited with DisableOverride and can't be given another value",
                existing.name
            );
            return Err(Error::new(Status::WBEM_E_OVERRIDE_NOT_ALLOWED, message));
        }
        let name = existing.name.clone();
        self.make_mut()[index] = Qualifier { name, ..qualifier };
        Ok(())
    }

    /// Adds a qualifier, or puts it in the place of the one of its name, by no
    /// rule.
    pub(crate) fn replace(&mut self, qualifier: Qualifier) {
        let known = self.iter().position(|known| known.name.eq_ignore_ascii_case(&qualifier.name));
        match known {
            Some(index) => self.make_mut()[index] = qualifier,
            None => self.make_mut().push(qualifier),
        }
    }

    /// Keeps the qualifiers for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Qualifier) -> bool) {
        if !self.iter().all(&keep) {
            self.make_mut().retain(keep);
        }
    }

    /// Removes the qualifier of this name and says whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let is_there = self.get(name).is_some();
        if is_there {
            self.make_mut().retain(|qualifier| !qualifier.name.eq_ignore_ascii_case(name));
        }
        is_there
    }

    /// What a derived class gets of these: the ones with `ToSubclass`, marked
    /// as propagated.
    #[must_use]
    pub fn for_derived_class(&self) -> QualifierSet {
        self.propagated(Flavor::TO_DERIVED_CLASS)
    }

    /// What an instance shows of these: the ones with `ToInstance`, marked as
    /// propagated.
    #[must_use]
    pub fn for_instance(&self) -> QualifierSet {
        self.propagated(Flavor::TO_INSTANCE)
    }

    fn propagated(&self, to: Flavor) -> QualifierSet {
        // What was inherited once is inherited again as it is.
        let is_passed = |q: &Qualifier| q.flavor.contains(to | Flavor::PROPAGATED);
        if self.iter().all(is_passed) {
            return self.clone();
        }
        let passed = self.iter().filter(|qualifier| qualifier.flavor.contains(to));
        let passed = passed.map(|q| Qualifier { flavor: q.flavor | Flavor::PROPAGATED, ..q.clone() });
        QualifierSet(Some(Arc::new(passed.collect())))
    }
}

impl<'a> IntoIterator for &'a QualifierSet {
    type Item = &'a Qualifier;
    type IntoIter = std::slice::Iter<'a, Qualifier>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn check_type(qualifier: &Qualifier) -> Result<()> {
    use crate::CimType::{Boolean, Real64, Sint32, String};
    match qualifier.value.type_of() {
        Some(ty) if matches!(ty.scalar, Sint32 | Real64 | String | Boolean) => Ok(()),
        _ => Err(Error::new(
            Status::WBEM_E_INVALID_QUALIFIER_TYPE,
            format!(
                "qualifier {} must be a sint32, real64, string or boolean, or an array of one of them",
                qualifier.name
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, value: &str, flavor: Flavor) -> Qualifier {
        Qualifier::new(name, Value::String(value.into()), flavor)
    }

    #[test]
    fn propagation_follows_the_flavor() {
        let mut set = QualifierSet::new();
        set.put(text("Local", "a", Flavor::NONE)).unwrap();
        set.put(text("Down", "b", Flavor::TO_DERIVED_CLASS)).unwrap();
        set.put(text("Shown", "c", Flavor::TO_INSTANCE)).unwrap();
        let names = |set: QualifierSet| set.iter().map(|q| q.name.to_string()).collect::<Vec<_>>();
        assert_eq!(names(set.for_derived_class()), ["Down"]);
        assert_eq!(names(set.for_instance()), ["Shown"]);
        assert_eq!(set.for_derived_class().get("down").unwrap().flavor, Flavor(0x22));
    }

    #[test]
    fn overriding() {
        let mut parent = QualifierSet::new();
        parent.put(text("Free", "a", Flavor::TO_DERIVED_CLASS)).unwrap();
        parent.put(text("Fixed", "a", Flavor::TO_DERIVED_CLASS | Flavor::NOT_OVERRIDABLE)).unwrap();
        let mut child = parent.for_derived_class();
        child.put(text("free", "b", Flavor::NONE)).unwrap();
        assert_eq!(child.text("Free"), Some("b"));
        assert_eq!(child.get("Free").unwrap().flavor, Flavor::NONE);
        let refused = child.put(text("FIXED", "b", Flavor::NONE)).unwrap_err();
        assert_eq!(refused.status(), Status::WBEM_E_OVERRIDE_NOT_ALLOWED);
        child.put(text("FIXED", "a", Flavor::NONE)).unwrap();
        let wrong = child.put(Qualifier::new("N", Value::Uint8(1), Flavor::NONE)).unwrap_err();
        assert_eq!(wrong.status(), Status::WBEM_E_INVALID_QUALIFIER_TYPE);
    }
}
