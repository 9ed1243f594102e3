//! The rules that a declaration must keep, and what follows from them.

use crate::{
    CimType, Class, Error, Flavor, MAX_IDENTIFIER, Qualifier, QualifierSet, Result, Status, Type, Value,
};

/// `CIMTYPE`, which is made for every property from its type.
pub(crate) fn cimtype(ty: Type, class_name: Option<&str>) -> Qualifier {
    let text = match (ty.scalar, class_name) {
        (CimType::Reference, class) => format!("ref:{}", class.unwrap_or("object")),
        (CimType::Object, Some(class)) => format!("object:{class}"),
        (scalar, _) => scalar.mof_name().to_owned(),
    };
    Qualifier::new("CIMTYPE", Value::String(text), Flavor::TO_INSTANCE | Flavor::TO_DERIVED_CLASS)
}

/// `key`: to instances and derived classes, not overridable.
pub(super) const KEY_FLAVOR: Flavor = Flavor(0x13);

pub(super) fn check_identifier(name: &str, what: &str) -> std::result::Result<(), String> {
    let mut chars = name.chars();
    let starts_well = chars.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    if !starts_well || !chars.all(|c| c.is_alphanumeric() || c == '_') {
        return Err(format!("{name:?} is no {what} name: letters, digits and _ only, not a digit first"));
    }
    if name.ends_with('_') {
        return Err(format!("{what} name {name} ends with _, which is reserved"));
    }
    Ok(())
}

pub(super) fn check_width(name: &str, what: &str, status: Status) -> Result<()> {
    match name.chars().nth(MAX_IDENTIFIER) {
        None => Ok(()),
        Some(_) => Err(Error::new(status, format!("a {what} name has at most {MAX_IDENTIFIER} characters"))),
    }
}

/// What is below a dynamic class is dynamic, whatever flavor the qualifier has:
/// the instances of a static class below it would be in the repository, where
/// the parent's provider can't see them.
pub(super) fn inherit_dynamic(
    name: &str,
    parent: Option<&Class>,
    qualifiers: &mut QualifierSet,
) -> Result<()> {
    let Some(parent) = parent.filter(|parent| parent.qualifiers.is_true("dynamic")) else { return Ok(()) };
    match (qualifiers.value("dynamic"), parent.qualifiers.get("dynamic")) {
        (Some(Value::Boolean(false)), _) => {
            let message = format!("class {name} can't be static: its parent {} is dynamic", parent.name);
            Err(Error::new(Status::WBEM_E_INVALID_SUPERCLASS, message))
        }
        (None, Some(inherited)) => {
            let flavor = inherited.flavor | Flavor::PROPAGATED;
            qualifiers.put(Qualifier { flavor, ..inherited.clone() })
        }
        _ => Ok(()),
    }
}

/// Whether two parameter lists have the same names and types in the same order.
pub(super) fn same_parameters(one: Option<&Class>, other: Option<&Class>) -> bool {
    let list = |class: Option<&Class>| -> Vec<(String, Type)> {
        let properties = class.map_or(&[][..], Class::properties);
        properties.iter().map(|p| (p.name.to_ascii_uppercase(), p.ty)).collect()
    };
    list(one) == list(other)
}

pub(super) fn check_key_type(name: &str, ty: Type) -> Result<()> {
    if ty.is_array || ty.scalar.is_real() || ty.scalar == CimType::Object {
        let message = format!("property {name} is of type {ty}, which can't be a key");
        return Err(Error::new(Status::WBEM_E_INVALID_PROPERTY_TYPE, message));
    }
    Ok(())
}
