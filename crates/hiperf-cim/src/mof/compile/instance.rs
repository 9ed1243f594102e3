//! Instances: those of the text, and those embedded in values.

use std::sync::Arc;

use crate::mof::ast::{Assignment, InstanceDeclaration, Name, Qualifier, Scopes, Span};
use crate::mof::diagnostic::Diagnostic;
use crate::suggest::closest;
use crate::{Class, Error, Instance, Status, Value, system_property};

use super::convert::{Resolve, Target, convert};
use super::qualifier::Known;
use super::{at, is_full};

/// Makes an instance of `class`. One that is embedded in a value needs no key,
/// because no path leads to it.
///
/// Without a diagnostic, what is wrong was reported elsewhere.
pub(super) fn instance(
    declaration: &InstanceDeclaration<'_>,
    class: &Arc<Class>,
    is_embedded: bool,
    known: Known<'_>,
    resolve: &mut dyn Resolve,
) -> Result<Instance, Vec<Diagnostic>> {
    let name = declaration.class;
    let mut wrong: Vec<Diagnostic> = check_class(class, name, is_embedded).err().into_iter().collect();
    let mut is_whole = true;
    let mut instance = Instance::spawn(class);
    qualifiers(&declaration.qualifiers, known, &mut wrong, |qualifier| instance.put_qualifier(qualifier));
    for assignment in &declaration.assignments {
        let put = assigned(class, assignment, resolve).and_then(|value| {
            let put = instance.put(assignment.name.text, &value);
            put.map_err(|error| vec![at(assignment.span, &error)])
        });
        if let Err(mut diagnostics) = put {
            is_whole = false;
            wrong.append(&mut diagnostics);
            if is_full(&wrong) {
                break;
            }
        } else if let Some(index) = class.index_of(assignment.name.text) {
            qualifiers(&assignment.qualifiers, known, &mut wrong, |qualifier| {
                instance.put_property_qualifier(index, qualifier)
            });
        }
    }
    if is_whole && wrong.is_empty() {
        wrong.extend(check_nulls(&instance, is_embedded, name.span).err());
    }
    if is_whole && wrong.is_empty() { Ok(instance) } else { Err(wrong) }
}

/// Whether the class can have instances.
fn check_class(class: &Class, name: Name<'_>, is_embedded: bool) -> Result<(), Diagnostic> {
    let class_name = class.name();
    if class.is_abstract() {
        let message = format!("class {class_name} is abstract, so it has no instances");
        return Err(Diagnostic::error(Status::WBEM_E_INVALID_OPERATION, name.span, message));
    }
    if !is_embedded && class.keys().is_empty() && !class.is_singleton() {
        let message = format!("class {class_name} has no key, so it has no instances");
        return Err(Diagnostic::error(Status::WBEM_E_NO_KEY, name.span, message)
            .hint("give a property the Key qualifier, or the class the Singleton qualifier"));
    }
    Ok(())
}

/// Compiles qualifiers of an instance, for which no scope is declared, and
/// gives each to `put`.
fn qualifiers(
    written: &[Qualifier<'_>],
    known: Known<'_>,
    wrong: &mut Vec<Diagnostic>,
    mut put: impl FnMut(crate::Qualifier) -> Result<(), Error>,
) {
    for qualifier in written {
        let result = known.compile(qualifier, Scopes::default()).and_then(|compiled| {
            compiled.map_or(Ok(()), &mut put).map_err(|error| at(qualifier.span, &error))
        });
        wrong.extend(result.err());
        if is_full(wrong) {
            break;
        }
    }
}

/// The value of one assignment.
fn assigned(
    class: &Class,
    assignment: &Assignment<'_>,
    resolve: &mut dyn Resolve,
) -> Result<Value, Vec<Diagnostic>> {
    let name = assignment.name;
    let Some(property) = class.property(name.text) else {
        if system_property(name.text).is_some() {
            let message = format!("{} is set by the system", name.text);
            return Err(vec![Diagnostic::error(Status::WBEM_E_READ_ONLY, name.span, message)]);
        }
        let message = format!("class {} has no property {}", class.name(), name.text);
        let diagnostic = Diagnostic::error(Status::WBEM_E_INVALID_PROPERTY, name.span, message);
        let known = class.properties().iter().map(crate::Property::name);
        return Err(vec![match closest(name.text, known) {
            Some(near) => diagnostic.hint(format!("did you mean {near}?")),
            None => diagnostic,
        }]);
    };
    let target = Target { ty: property.ty(), class_name: property.class_name(), what: name.text };
    match &assignment.value {
        Some(value) => convert(value, target, resolve),
        None => Ok(property.default_value().clone()),
    }
}

/// Whether every property that must have a value has one.
fn check_nulls(instance: &Instance, is_embedded: bool, place: Span) -> Result<(), Diagnostic> {
    for (index, property) in instance.class().properties().iter().enumerate() {
        let (status, why) = if property.is_key() && !is_embedded {
            (Status::WBEM_E_INVALID_OBJECT, "it is a key")
        } else if property.qualifiers().is_true("not_null") {
            (Status::WBEM_E_ILLEGAL_NULL, "it has the Not_Null qualifier")
        } else {
            continue;
        };
        if instance.value(index).is_null() {
            let message = format!("property {} needs a value: {why}", property.name());
            return Err(Diagnostic::error(status, place, message));
        }
    }
    Ok(())
}
