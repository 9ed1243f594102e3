//! Putting and deleting qualifiers of a draft.

use super::declarations::Declarations;
use super::{ClassDraft, check_underscores, no_method};
use crate::{CimType, Class, Error, Flavor, Qualifier, QualifierSet, Result, Status, Type, Value};

/// Whose qualifiers are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QualifierOwner<'a> {
    /// The class itself.
    Class,
    /// The property of this name.
    Property(&'a str),
    /// The method of this name.
    Method(&'a str),
}

impl ClassDraft {
    /// The qualifiers as they are now, inherited ones included.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is no such property or method.
    pub fn qualifiers(&self, of: QualifierOwner<'_>) -> Result<&QualifierSet> {
        qualifiers(&self.class, of)
    }

    /// Adds a qualifier, or gives one another value and flavor. A `key` is
    /// TRUE whatever its value; `CIMTYPE` may name the class of a reference or
    /// of an embedded object.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: there is no such property or method.
    /// * `WBEM_E_INVALID_PARAMETER`: a bad name.
    /// * `WBEM_E_INVALID_FLAVOR`: bits that say where a qualifier comes from,
    ///   or none at all.
    /// * `WBEM_E_INVALID_QUALIFIER_TYPE`: a value that a qualifier can't have,
    ///   or that this one can't.
    /// * `WBEM_E_INVALID_QUALIFIER`: a `CIMTYPE` of another type.
    /// * `WBEM_E_OVERRIDE_NOT_ALLOWED`: the inherited one has another value
    ///   and is fixed.
    /// * `WBEM_E_CANNOT_BE_KEY`: what it belongs to can't be a key.
    /// * those of [`ClassBuilder::build`](crate::ClassBuilder::build).
    pub fn put_qualifier(&mut self, of: QualifierOwner<'_>, qualifier: Qualifier) -> Result<()> {
        qualifier.check()?;
        let is_key = qualifier.name.eq_ignore_ascii_case("key");
        let qualifier = if is_key { key(of, qualifier)? } else { qualifier };
        let mut declared = self.declarations()?;
        match of {
            QualifierOwner::Property(name) if qualifier.name.eq_ignore_ascii_case("CIMTYPE") => {
                let property = declared.property_mut(&self.class, name)?;
                property.class_name = class_of_cimtype(property.ty, &qualifier)?;
            }
            _ => {
                let list = list(&mut declared, &self.class, of)?;
                match list.iter_mut().find(|own| own.name.eq_ignore_ascii_case(&qualifier.name)) {
                    Some(own) => *own = Qualifier { name: own.name.clone(), ..qualifier },
                    None => list.push(qualifier),
                }
            }
        }
        self.change(declared).map_err(|error| match error.status() {
            Status::WBEM_E_INVALID_PROPERTY_TYPE if is_key => {
                Error::new(Status::WBEM_E_CANNOT_BE_KEY, error.message())
            }
            _ => error,
        })
    }

    /// Deletes a qualifier that the class gives. Says whether it is still
    /// there, because it is inherited too.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: there is no such qualifier, property or method.
    /// * `WBEM_E_PROPAGATED_QUALIFIER`: it is inherited.
    /// * `WBEM_E_INVALID_OPERATION`: `CIMTYPE`, which every property has.
    pub fn delete_qualifier(&mut self, of: QualifierOwner<'_>, name: &str) -> Result<bool> {
        let Some(known) = self.qualifiers(of)?.get(name) else {
            return Err(Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no qualifier {name}")));
        };
        if known.flavor.contains(Flavor::PROPAGATED) {
            let message = format!("qualifier {name} is inherited and can't be deleted here");
            return Err(Error::new(Status::WBEM_E_PROPAGATED_QUALIFIER, message));
        }
        if matches!(of, QualifierOwner::Property(_)) && name.eq_ignore_ascii_case("CIMTYPE") {
            return Err(Error::new(Status::WBEM_E_INVALID_OPERATION, "every property has a CIMTYPE"));
        }
        let mut declared = self.declarations()?;
        list(&mut declared, &self.class, of)?.retain(|own| !own.name.eq_ignore_ascii_case(name));
        self.change(declared)?;
        Ok(self.qualifiers(of)?.get(name).is_some())
    }
}

impl Qualifier {
    /// Whether its name and its flavor are such that a client may put it,
    /// whatever it belongs to: where a qualifier comes from is not for the
    /// client to say.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_PARAMETER`: the name begins or ends with an underscore
    ///   or is empty.
    /// * `WBEM_E_INVALID_FLAVOR`: a bit that says where it comes from, or that
    ///   means nothing.
    pub fn check(&self) -> Result<()> {
        if self.name.is_empty() {
            return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, "a qualifier has no name"));
        }
        check_underscores(&self.name, "qualifier")?;
        let given =
            Flavor::TO_INSTANCE | Flavor::TO_DERIVED_CLASS | Flavor::NOT_OVERRIDABLE | Flavor::AMENDED;
        if self.flavor.without(given) == Flavor::NONE {
            return Ok(());
        }
        let message = format!("qualifier {} can't be given the flavor {:?}", self.name, self.flavor);
        Err(Error::new(Status::WBEM_E_INVALID_FLAVOR, message))
    }
}

fn qualifiers<'c>(class: &'c Class, of: QualifierOwner<'_>) -> Result<&'c QualifierSet> {
    match of {
        QualifierOwner::Class => Ok(class.qualifiers()),
        QualifierOwner::Property(name) => {
            class.property(name).map(|property| property.qualifiers()).ok_or_else(|| class.no_property(name))
        }
        QualifierOwner::Method(name) => {
            class.method(name).map(|method| method.qualifiers()).ok_or_else(|| no_method(class, name))
        }
    }
}

fn list<'d>(
    declared: &'d mut Declarations,
    class: &Class,
    of: QualifierOwner<'_>,
) -> Result<&'d mut Vec<Qualifier>> {
    Ok(match of {
        QualifierOwner::Class => &mut declared.qualifiers,
        QualifierOwner::Property(name) => &mut declared.property_mut(class, name)?.qualifiers,
        QualifierOwner::Method(name) => &mut declared.method_mut(class, name)?.qualifiers,
    })
}

/// Only properties are keys, and a key that says FALSE is one nevertheless.
fn key(of: QualifierOwner<'_>, qualifier: Qualifier) -> Result<Qualifier> {
    let wrong = |status, message: &str| Err(Error::new(status, message));
    match (of, &qualifier.value) {
        (QualifierOwner::Property(_), Value::Boolean(_)) => {
            Ok(Qualifier { value: Value::Boolean(true), ..qualifier })
        }
        (QualifierOwner::Property(_), _) => {
            wrong(Status::WBEM_E_INVALID_QUALIFIER_TYPE, "the qualifier key is a boolean")
        }
        _ => wrong(Status::WBEM_E_CANNOT_BE_KEY, "only properties can be keys"),
    }
}

/// The class that a `CIMTYPE` names, if it is one for this type: `ref:Class`,
/// `object:Class`, or the type's own name.
fn class_of_cimtype(ty: Type, qualifier: &Qualifier) -> Result<Option<String>> {
    let Some(text) = qualifier.value.as_str() else {
        let message = "the qualifier CIMTYPE is a string";
        return Err(Error::new(Status::WBEM_E_INVALID_QUALIFIER_TYPE, message));
    };
    let (name, class) = match text.split_once(':') {
        Some((name, class)) => (name, Some(class)),
        None => (text, None),
    };
    let takes_class = matches!(ty.scalar, CimType::Reference | CimType::Object);
    if !name.eq_ignore_ascii_case(ty.scalar.mof_name())
        || class.is_some_and(str::is_empty)
        || class.is_some() && !takes_class
    {
        let message = format!("the property is of type {ty}, which CIMTYPE {text} is not");
        return Err(Error::new(Status::WBEM_E_INVALID_QUALIFIER, message));
    }
    let any = |class: &&str| ty.scalar == CimType::Reference && class.eq_ignore_ascii_case("object");
    Ok(class.filter(|class| !any(class)).map(str::to_owned))
}
