//! Classes.

use std::sync::Arc;

use crate::mof::ast::{ClassDeclaration, Name, Property, Qualifier, Scopes, Span};
use crate::mof::diagnostic::Diagnostic;
use crate::{Class, ClassBuilder, Error, Flavor, Status};

use super::convert::Resolve;
use super::qualifier::Known;
use super::{at, is_full, method, property};

/// Builds a class below `superclass`. Everything wrong with it is reported, and
/// then there is no class.
pub(super) fn class(
    declaration: &ClassDeclaration<'_>,
    superclass: Option<Arc<Class>>,
    known: Known<'_>,
    resolve: &mut dyn Resolve,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Class>> {
    let parent = superclass.clone();
    let mut builder = match ClassBuilder::new(declaration.name.text, superclass) {
        Ok(builder) => builder.allow_abstract(),
        Err(error) => {
            let is_parent = error.status() == Status::WBEM_E_INVALID_SUPERCLASS;
            let name = declaration.parent.filter(|_| is_parent).unwrap_or(declaration.name);
            diagnostics.push(at(name.span, &error));
            return None;
        }
    };
    let mut wrong = Vec::new();
    let scope = class_scope(declaration);
    for qualifier in &declaration.qualifiers {
        let put = known.compile(qualifier, scope).and_then(|compiled| {
            compiled
                .map_or(Ok(()), |compiled| builder.qualifier(compiled))
                .map_err(|e| at(qualifier.span, &e))
        });
        wrong.extend(put.err());
        if is_full(&wrong) {
            break;
        }
    }
    for property in &declaration.properties {
        if let Some(reserved) = reserved(property.name, declaration.name, Status::WBEM_E_INVALID_PROPERTY) {
            wrong.push(reserved);
            continue;
        }
        match property::declaration(property, Scopes::PROPERTY, known, resolve) {
            Ok(compiled) => {
                if let Err(error) = builder.property(compiled) {
                    let inherited = parent.as_ref().and_then(|parent| parent.property(property.name.text));
                    wrong.push(at(place_of(&error, property, inherited), &error));
                }
            }
            Err(mut diagnostics) => wrong.append(&mut diagnostics),
        }
        if is_full(&wrong) {
            break;
        }
    }
    for method in &declaration.methods {
        if let Some(reserved) = reserved(method.name, declaration.name, Status::WBEM_E_INVALID_METHOD) {
            wrong.push(reserved);
            continue;
        }
        match method::declaration(method, known, resolve) {
            Ok(compiled) => {
                let added = builder.method(compiled);
                wrong.extend(added.map_err(|error| at(method.name.span, &error)).err());
            }
            Err(mut diagnostics) => wrong.append(&mut diagnostics),
        }
        if is_full(&wrong) {
            break;
        }
    }
    if !wrong.is_empty() {
        diagnostics.append(&mut wrong);
        return None;
    }
    match builder.build() {
        Ok(class) => {
            diagnostics.extend(abstract_below_concrete(&class, declaration));
            Some(class)
        }
        Err(error) => {
            diagnostics.push(at(place_of_build(&error, declaration), &error));
            None
        }
    }
}

/// What is wrong with the name of a member that starts with an underscore: only
/// the system's classes, whose own names do, have such members.
fn reserved(member: Name<'_>, class: Name<'_>, status: Status) -> Option<Diagnostic> {
    if !member.text.starts_with('_') || class.text.starts_with("__") {
        return None;
    }
    let message = format!("the name {} starts with _, which is reserved to the system", member.text);
    Some(Diagnostic::error(status, member.span, message))
}

/// A word about an abstract class below one that is not, which WMI refuses and
/// DSP0004 does not: see [`ClassBuilder::allow_abstract`].
fn abstract_below_concrete(class: &Class, declaration: &ClassDeclaration<'_>) -> Option<Diagnostic> {
    let parent = class.superclass().filter(|parent| class.is_abstract() && !parent.is_abstract())?;
    let span = declaration.qualifiers.iter().find(|q| q.name.is("abstract"))?.span;
    let message = format!("class {} is abstract, and its parent {} is not", class.name(), parent.name());
    let hint = "Windows refuses such a class";
    Some(Diagnostic::warning(Status::WBEM_E_CANNOT_BE_ABSTRACT, span, message).hint(hint))
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
    let of_class = |name: &str| class.qualifiers.iter().find(|qualifier| qualifier.name.is(name));
    let place = match error.status() {
        Status::WBEM_E_CANNOT_BE_KEY => {
            let mut qualifiers = class.properties.iter().flat_map(|property| &property.qualifiers);
            qualifiers.find(|qualifier| qualifier.name.is("key"))
        }
        Status::WBEM_E_CANNOT_BE_SINGLETON => of_class("singleton"),
        Status::WBEM_E_INVALID_SUPERCLASS => of_class("dynamic"),
        _ => None,
    };
    place.map_or(class.name.span, |qualifier| qualifier.span)
}
