//! Classes.

use std::sync::Arc;

use crate::mof::ast::{ClassDeclaration, Property, Qualifier, Scopes, Span, TypeOf};
use crate::mof::diagnostic::Diagnostic;
use crate::{CimType, Class, ClassBuilder, Error, Flavor, PropertyDeclaration, Status, Type, Value};

use super::at;
use super::convert::{Resolve, convert};
use super::qualifier::Declarations;

/// Builds a class below `superclass`. Everything wrong with it is reported, and
/// then there is no class.
pub(super) fn class(
    declaration: &ClassDeclaration<'_>,
    superclass: Option<Arc<Class>>,
    declarations: &Declarations,
    declared: usize,
    resolve: &mut Resolve<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Class>> {
    let wrong_before = diagnostics.len();
    let parent = superclass.clone();
    let mut builder = match ClassBuilder::new(declaration.name.text, superclass) {
        Ok(builder) => builder,
        Err(error) => {
            let is_parent = error.status() == Status::WBEM_E_INVALID_SUPERCLASS;
            let name = declaration.parent.filter(|_| is_parent).unwrap_or(declaration.name);
            diagnostics.push(at(name.span, &error));
            return None;
        }
    };
    for qualifier in &declaration.qualifiers {
        let compiled = declarations.compile(qualifier, class_scope(declaration), declared);
        let put = compiled
            .and_then(|compiled| builder.qualifier(compiled).map_err(|error| at(qualifier.span, &error)));
        diagnostics.extend(put.err());
    }
    for property in &declaration.properties {
        match property_declaration(property, declarations, declared, resolve) {
            Ok(compiled) => {
                if let Err(error) = builder.property(compiled) {
                    let inherited = parent.as_ref().and_then(|parent| parent.property(property.name.text));
                    diagnostics.push(at(place_of(&error, property, inherited), &error));
                }
            }
            Err(wrong) => diagnostics.extend(wrong),
        }
    }
    for method in &declaration.methods {
        let message = format!("method {}: methods are not supported yet", method.name.text);
        diagnostics.push(Diagnostic::error(Status::WBEM_E_NOT_SUPPORTED, method.name.span, message));
    }
    if diagnostics.len() > wrong_before {
        return None;
    }
    builder.build().map_err(|error| diagnostics.push(at(place_of_build(&error, declaration), &error))).ok()
}

/// The scopes that a class's qualifiers may have.
fn class_scope(class: &ClassDeclaration<'_>) -> Scopes {
    let mut scope = Scopes::CLASS;
    for qualifier in &class.qualifiers {
        if qualifier.name.is("association") {
            scope.0 |= Scopes::ASSOCIATION.0;
        } else if qualifier.name.is("indication") {
            scope.0 |= Scopes::INDICATION.0;
        }
    }
    scope
}

fn property_declaration(
    property: &Property<'_>,
    declarations: &Declarations,
    declared: usize,
    resolve: &mut Resolve<'_>,
) -> Result<PropertyDeclaration, Vec<Diagnostic>> {
    let (scalar, class_name) = match property.type_name.of {
        TypeOf::Cim(cim) => (cim, None),
        TypeOf::Embedded(class) => (CimType::Object, Some(class)),
        TypeOf::Reference(class) if class.eq_ignore_ascii_case("object") => (CimType::Reference, None),
        TypeOf::Reference(class) => (CimType::Reference, Some(class)),
        // The parser refuses it.
        TypeOf::Void => (CimType::Object, None),
    };
    let ty = Type { scalar, is_array: property.array.is_some() };
    let scope = match scalar {
        CimType::Reference => Scopes(Scopes::PROPERTY.0 | Scopes::REFERENCE.0),
        _ => Scopes::PROPERTY,
    };
    let mut wrong = Vec::new();
    let mut qualifiers = Vec::new();
    for qualifier in &property.qualifiers {
        match declarations.compile(qualifier, scope, declared) {
            Ok(compiled) => qualifiers.push(compiled),
            Err(diagnostic) => wrong.push(diagnostic),
        }
    }
    if let Some(size) = property.array.and_then(|array| array.size)
        && !property.qualifiers.iter().any(|qualifier| qualifier.name.is("max"))
    {
        let flavor = Flavor::TO_INSTANCE | Flavor::TO_DERIVED_CLASS;
        qualifiers.push(crate::Qualifier::new("MAX", Value::Sint32(size.cast_signed()), flavor));
    }
    let default = property.default.as_ref().map(|default| convert(default, ty, property.name.text, resolve));
    let default = default.transpose().unwrap_or_else(|diagnostic| {
        wrong.push(diagnostic);
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

/// The part of a property that an error of the builder is about.
fn place_of(error: &Error, property: &Property<'_>, inherited: Option<&crate::Property>) -> Span {
    let qualifier = |is: &dyn Fn(&Qualifier<'_>) -> bool| {
        property.qualifiers.iter().find(|qualifier| is(qualifier)).map(|qualifier| qualifier.span)
    };
    let place = match error.status() {
        Status::WBEM_E_PROPAGATED_PROPERTY => Some(property.type_name.span),
        Status::WBEM_E_INVALID_PROPERTY_TYPE | Status::WBEM_E_CANNOT_BE_KEY => {
            qualifier(&|qualifier| qualifier.name.is("key"))
        }
        Status::WBEM_E_OVERRIDE_NOT_ALLOWED => qualifier(&|written| {
            let fixed = inherited.and_then(|property| property.qualifiers().get(written.name.text));
            fixed.is_some_and(|fixed| fixed.flavor.contains(Flavor::NOT_OVERRIDABLE))
        }),
        _ => None,
    };
    place.unwrap_or(property.name.span)
}

/// The part of a class that an error of its building is about.
fn place_of_build(error: &Error, class: &ClassDeclaration<'_>) -> Span {
    let place = match error.status() {
        Status::WBEM_E_CANNOT_BE_KEY => {
            let mut qualifiers = class.properties.iter().flat_map(|property| &property.qualifiers);
            qualifiers.find(|qualifier| qualifier.name.is("key"))
        }
        Status::WBEM_E_CANNOT_BE_SINGLETON => {
            class.qualifiers.iter().find(|qualifier| qualifier.name.is("singleton"))
        }
        _ => None,
    };
    place.map_or(class.name.span, |qualifier| qualifier.span)
}
