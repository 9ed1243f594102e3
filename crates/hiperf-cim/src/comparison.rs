//! [`Comparison`]: whether two objects are equal in what matters to the one
//! who asks.
//!
//! Names are equal in any case, and the order of qualifiers, properties and
//! methods is of no account. Two reals that are no numbers are equal if their
//! bits are, so that an object is equal to its copy.
//!
//! Source: the Microsoft page of `IWbemClassObject::CompareTo`, whose flags
//! these are.

use std::sync::Arc;

use crate::{Class, Decoration, Instance, Method, Property, Qualifier, QualifierSet, Value};

/// What a comparison leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison(u8);

impl Comparison {
    /// Everything counts.
    pub const ALL: Comparison = Comparison(0);
    /// `WBEM_FLAG_IGNORE_QUALIFIERS`.
    pub const IGNORE_QUALIFIERS: Comparison = Comparison(0x01);
    /// `WBEM_FLAG_IGNORE_OBJECT_SOURCE`: the server and the namespace.
    pub const IGNORE_OBJECT_SOURCE: Comparison = Comparison(0x02);
    /// `WBEM_FLAG_IGNORE_DEFAULT_VALUES`: those that a class gives.
    pub const IGNORE_DEFAULT_VALUES: Comparison = Comparison(0x04);
    /// `WBEM_FLAG_IGNORE_CLASS`: only what instances have themselves.
    pub const IGNORE_CLASS: Comparison = Comparison(0x08);
    /// `WBEM_FLAG_IGNORE_CASE`: that of text in values.
    pub const IGNORE_CASE: Comparison = Comparison(0x10);
    /// `WBEM_FLAG_IGNORE_FLAVOR`: that of qualifiers.
    pub const IGNORE_FLAVOR: Comparison = Comparison(0x20);

    /// The comparison of these flags; `None` for a bit that has no meaning.
    #[must_use]
    pub fn from_flags(flags: i32) -> Option<Comparison> {
        u8::try_from(flags).ok().filter(|bits| bits & !0x3F == 0).map(Comparison)
    }

    /// Whether it leaves this out.
    #[must_use]
    pub fn ignores(self, what: Comparison) -> bool {
        self.0 & what.0 != 0
    }

    /// Whether two classes are equal.
    #[must_use]
    pub fn classes(self, one: &Class, other: &Class) -> bool {
        std::ptr::eq(one, other)
            || (one.name().eq_ignore_ascii_case(other.name())
                && one
                    .derivation()
                    .map(str::to_ascii_lowercase)
                    .eq(other.derivation().map(str::to_ascii_lowercase))
                && self.qualifiers(one.qualifiers(), other.qualifiers())
                && one.properties().len() == other.properties().len()
                && one.properties().iter().all(|property| {
                    other.property(property.name()).is_some_and(|twin| self.properties(property, twin))
                })
                && one.methods().len() == other.methods().len()
                && one
                    .methods()
                    .iter()
                    .all(|method| other.method(method.name()).is_some_and(|twin| self.methods(method, twin))))
    }

    /// Whether two instances are equal.
    #[must_use]
    pub fn instances(self, one: &Instance, other: &Instance) -> bool {
        let (mine, theirs) = (one.class(), other.class());
        if !self.ignores(Comparison::IGNORE_CLASS)
            && !Arc::ptr_eq(mine, theirs)
            && !self.classes(mine, theirs)
        {
            return false;
        }
        if !self.sources(one.decoration(), other.decoration()) {
            return false;
        }
        mine.properties().len() == theirs.properties().len()
            && self.qualifiers(one.qualifiers(), other.qualifiers())
            && mine.properties().iter().enumerate().all(|(index, property)| {
                theirs.index_of(property.name()).is_some_and(|twin| {
                    self.values(&one.value(index), &other.value(twin))
                        && self.qualifiers(one.property_qualifiers(index), other.property_qualifiers(twin))
                })
            })
    }

    /// Whether two objects come from the same place, as far as that counts.
    #[must_use]
    pub fn sources(self, one: Option<&Arc<Decoration>>, other: Option<&Arc<Decoration>>) -> bool {
        self.ignores(Comparison::IGNORE_OBJECT_SOURCE)
            || match (one, other) {
                (Some(one), Some(other)) => {
                    one.server.eq_ignore_ascii_case(&other.server)
                        && one.namespace.eq_ignore_ascii_case(&other.namespace)
                }
                (one, other) => one.is_none() && other.is_none(),
            }
    }

    fn properties(self, one: &Property, other: &Property) -> bool {
        one.ty() == other.ty()
            && one.origin().eq_ignore_ascii_case(other.origin())
            && self.qualifiers(one.qualifiers(), other.qualifiers())
            && (self.ignores(Comparison::IGNORE_DEFAULT_VALUES)
                || self.values(one.default_value(), other.default_value()))
    }

    fn methods(self, one: &Method, other: &Method) -> bool {
        let signatures = |one: Option<&Arc<Class>>, other: Option<&Arc<Class>>| match (one, other) {
            (Some(one), Some(other)) => self.classes(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        one.origin().eq_ignore_ascii_case(other.origin())
            && self.qualifiers(one.qualifiers(), other.qualifiers())
            && signatures(one.input(), other.input())
            && signatures(one.output(), other.output())
    }

    fn qualifiers(self, one: &QualifierSet, other: &QualifierSet) -> bool {
        let same = |a: &Qualifier, b: &Qualifier| {
            (self.ignores(Comparison::IGNORE_FLAVOR) || a.flavor == b.flavor)
                && self.values(&a.value, &b.value)
        };
        self.ignores(Comparison::IGNORE_QUALIFIERS)
            || (one.len() == other.len()
                && one.iter().all(|a| other.get(&a.name).is_some_and(|b| same(a, b))))
    }

    fn values(self, one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::String(a), Value::String(b)) | (Value::Reference(a), Value::Reference(b)) => {
                a == b || (self.ignores(Comparison::IGNORE_CASE) && a.to_lowercase() == b.to_lowercase())
            }
            (Value::Real32(a), Value::Real32(b)) => a == b || a.to_bits() == b.to_bits(),
            (Value::Real64(a), Value::Real64(b)) => a == b || a.to_bits() == b.to_bits(),
            (Value::Object(a), Value::Object(b)) => self.instances(a, b),
            (Value::Class(a), Value::Class(b)) => {
                let is_same_source =
                    self.ignores(Comparison::IGNORE_OBJECT_SOURCE) || a.decoration == b.decoration;
                is_same_source && a.prototype == b.prototype && self.classes(&a.class, &b.class)
            }
            (Value::Array(of_a, a), Value::Array(of_b, b)) => {
                of_a == of_b && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.values(a, b))
            }
            (a, b) => a == b,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CimType, ClassDraft, Flavor, QualifierOwner};

    fn class(default: &str, note: &str, flavor: u8) -> Arc<Class> {
        let mut draft = ClassDraft::empty();
        draft.set_name("C").unwrap();
        draft.put_property("Text", CimType::String.into(), Some(Value::String(default.into()))).unwrap();
        draft.put_property("Real", CimType::Real64.into(), None).unwrap();
        let note = Qualifier::new("Note", Value::String(note.into()), Flavor(flavor));
        draft.put_qualifier(QualifierOwner::Property("Text"), note).unwrap();
        draft.put_method("Run", None, None).unwrap();
        draft.build().unwrap()
    }

    #[test]
    fn classes() {
        let base = class("a", "n", 0);
        let check = |other: &Class, ignore: Comparison| {
            assert!(!Comparison::ALL.classes(&base, other));
            assert!(ignore.classes(&base, other));
        };
        assert!(Comparison::ALL.classes(&base, &class("a", "n", 0)));
        check(&class("A", "n", 0), Comparison::IGNORE_CASE);
        check(&class("b", "n", 0), Comparison::IGNORE_DEFAULT_VALUES);
        check(&class("a", "m", 0), Comparison::IGNORE_QUALIFIERS);
        check(&class("a", "n", 1), Comparison::IGNORE_FLAVOR);
        let mut without = ClassDraft::of(&base);
        without.delete_method("Run").unwrap();
        assert!(!Comparison::IGNORE_QUALIFIERS.classes(&base, without.class()));
        assert_eq!((Comparison::from_flags(0x40), Comparison::from_flags(-1)), (None, None));
    }

    #[test]
    fn instances() {
        let mut one = Instance::spawn(&class("a", "n", 0));
        one.put("Real", &Value::Real64(f64::NAN)).unwrap();
        assert!(Comparison::ALL.instances(&one, &one.clone()));
        let mut other = one.clone();
        other.put("Text", &Value::String("A".into())).unwrap();
        assert!(!Comparison::ALL.instances(&one, &other));
        assert!(Comparison::IGNORE_CASE.instances(&one, &other));
        let mut elsewhere = one.clone();
        let from = Decoration { server: "S".into(), namespace: "root".into() };
        elsewhere.decorate(Some(Arc::new(from)));
        assert!(!Comparison::ALL.instances(&one, &elsewhere));
        assert!(Comparison::IGNORE_OBJECT_SOURCE.instances(&one, &elsewhere));
        let mut there = one.clone();
        let from = Decoration { server: "s".into(), namespace: "ROOT".into() };
        there.decorate(Some(Arc::new(from)));
        assert!(Comparison::ALL.instances(&there, &elsewhere), "names of places have no case");
        let mut noted = one.clone();
        noted.put_property_qualifier(0, Qualifier::new("Own", Value::Boolean(true), Flavor::NONE)).unwrap();
        assert!(!Comparison::ALL.instances(&one, &noted));
        assert!(Comparison::IGNORE_QUALIFIERS.instances(&one, &noted));
        let mut similar = Instance::spawn(&class("a", "m", 0));
        similar.put("Real", &Value::Real64(f64::NAN)).unwrap();
        assert!(!Comparison::ALL.instances(&one, &similar));
        assert!(Comparison::IGNORE_CLASS.instances(&one, &similar));
    }
}
