//! Properties, and the parameters of methods, which are declared alike.

use crate::mof::ast::{Property, Scopes, TypeName, TypeOf};
use crate::mof::diagnostic::Diagnostic;
use crate::{CimType, Flavor, PropertyDeclaration, Type, Value};

use super::convert::{Resolve, Target, convert};
use super::qualifier::Known;

/// The declaration of a property or a parameter. `scope` is that of its
/// qualifiers.
pub(super) fn declaration(
    property: &Property<'_>,
    scope: Scopes,
    known: Known<'_>,
    resolve: &mut dyn Resolve,
) -> Result<PropertyDeclaration, Vec<Diagnostic>> {
    let (scalar, class_name) = type_of(property.type_name);
    let ty = Type { scalar, is_array: property.array.is_some() };
    let scope = match scalar {
        CimType::Reference => Scopes(scope.0 | Scopes::REFERENCE.0),
        _ => scope,
    };
    let mut wrong = Vec::new();
    let mut qualifiers = known.compile_all(&property.qualifiers, scope, &mut wrong);
    if let Some(size) = property.array.and_then(|array| array.size)
        && !property.qualifiers.iter().any(|qualifier| qualifier.name.is("max"))
    {
        let flavor = Flavor::TO_INSTANCE | Flavor::TO_DERIVED_CLASS;
        qualifiers.push(crate::Qualifier::new("MAX", Value::Sint32(size.cast_signed()), flavor));
    }
    let target = Target { ty, class_name, what: property.name.text };
    let default = property.default.as_ref().map(|default| convert(default, target, resolve));
    let default = default.transpose().unwrap_or_else(|mut diagnostics| {
        wrong.append(&mut diagnostics);
        None
    });
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(PropertyDeclaration {
        name: property.name.text.to_owned(),
        ty,
        class_name: class_name.map(str::to_owned),
        qualifiers,
        default,
    })
}

/// The type that a name means, and the class it names.
pub(super) fn type_of(type_name: TypeName<'_>) -> (CimType, Option<&str>) {
    match type_name.of {
        TypeOf::Cim(cim) => (cim, None),
        TypeOf::Embedded(class) => (CimType::Object, Some(class)),
        TypeOf::Reference(class) if class.eq_ignore_ascii_case("object") => (CimType::Reference, None),
        TypeOf::Reference(class) => (CimType::Reference, Some(class)),
        // The parser refuses it but for methods, which ask for it before.
        TypeOf::Void => (CimType::Object, None),
    }
}
