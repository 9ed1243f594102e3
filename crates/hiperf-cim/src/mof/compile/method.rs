//! Methods: their parameters become two classes, as WMI keeps them.
//!
//! Each parameter has an `ID`, counted from 0 in the order of the text unless
//! the text numbers them itself. The parameters stand in the classes in the
//! order of their IDs, and each begins with `in` or `out` and its `ID`; one
//! that is both stands in both classes. A parameter that is neither is an
//! input, as older compilers take it.
//!
//! Source: the Microsoft page "Creating a Method" and \[MS-WMIO\] 2.2.38.

use std::sync::Arc;

use crate::mof::ast::{self, Property, Scopes, TypeOf};
use crate::mof::diagnostic::Diagnostic;
use crate::{
    CimType, Class, Flavor, MethodDeclaration, PropertyDeclaration, Qualifier, Status, Value, parameters,
};

use super::convert::Resolve;
use super::qualifier::Known;
use super::{at, property};

/// The property of the output that holds the return value.
const RETURN_VALUE: &str = "ReturnValue";

/// A parameter: its declaration without `in`, `out` and `ID`, which are here.
struct Parameter {
    declaration: PropertyDeclaration,
    input: Option<Qualifier>,
    output: Option<Qualifier>,
    id: i32,
}

/// The declaration of a method.
pub(super) fn declaration(
    method: &ast::Method<'_>,
    known: Known<'_>,
    resolve: &mut dyn Resolve,
) -> Result<MethodDeclaration, Vec<Diagnostic>> {
    let mut wrong = Vec::new();
    if let Some(id) = method.qualifiers.iter().find(|qualifier| qualifier.name.is("id")) {
        let status = Status::WBEM_E_PARAMETER_ID_ON_RETVAL;
        let message = format!("the return value of {} can't have an ID", method.name.text);
        wrong.push(Diagnostic::error(status, id.span, message).hint("give IDs to the parameters only"));
    }
    let qualifiers = known.compile_all(&method.qualifiers, Scopes::METHOD, &mut wrong);
    let mut all = Vec::with_capacity(method.parameters.len());
    for (order, written) in method.parameters.iter().enumerate() {
        match parameter(written, order, known, resolve) {
            Ok(parameter) => all.push(parameter),
            Err(mut diagnostics) => wrong.append(&mut diagnostics),
        }
    }
    if wrong.is_empty() {
        wrong.extend(check_ids(method, &all).err());
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    all.sort_by_key(|parameter| parameter.id);
    let inputs = all.iter().filter_map(|p| p.input.as_ref().map(|direction| p.of(direction)));
    let outputs = all.iter().filter_map(|p| p.output.as_ref().map(|direction| p.of(direction)));
    let class = |declarations: Vec<PropertyDeclaration>| -> Result<Option<Arc<Class>>, Vec<Diagnostic>> {
        if declarations.is_empty() {
            return Ok(None);
        }
        parameters(declarations).map(Some).map_err(|error| vec![at(method.name.span, &error)])
    };
    Ok(MethodDeclaration {
        name: method.name.text.to_owned(),
        qualifiers,
        input: class(inputs.collect())?,
        output: class(outputs.chain(return_value(method)).collect())?,
    })
}

impl Parameter {
    /// The declaration for the class of the inputs or of the outputs.
    fn of(&self, direction: &Qualifier) -> PropertyDeclaration {
        let mut declaration = self.declaration.clone();
        // Whatever the text says of it, an ID has this flavor.
        let flavor = Flavor::TO_INSTANCE | Flavor::NOT_OVERRIDABLE;
        let id = Qualifier::new("ID", Value::Sint32(self.id), flavor);
        declaration.qualifiers.splice(0..0, [direction.clone(), id]);
        declaration
    }
}

fn parameter(
    written: &Property<'_>,
    order: usize,
    known: Known<'_>,
    resolve: &mut dyn Resolve,
) -> Result<Parameter, Vec<Diagnostic>> {
    let name = written.name;
    if name.is(RETURN_VALUE) {
        let status = Status::WBEM_E_INVALID_METHOD_PARAMETERS;
        let message = format!("a parameter can't be named {RETURN_VALUE}, which is what the method returns");
        return Err(vec![Diagnostic::error(status, name.span, message)]);
    }
    let mut declaration = property::declaration(written, Scopes::PARAMETER, known, resolve)?;
    let mut take = |name: &str| {
        let index = declaration.qualifiers.iter().position(|q| q.name.eq_ignore_ascii_case(name))?;
        Some(declaration.qualifiers.remove(index))
    };
    let is_true = |qualifier: &Qualifier| qualifier.value == Value::Boolean(true);
    let (mut input, output) = (take("in").filter(is_true), take("out").filter(is_true));
    if input.is_none() && output.is_none() {
        input = Some(Qualifier::new("in", Value::Boolean(true), Flavor::NONE));
    }
    let id = match take("id").map(|id| id.value) {
        // More parameters than an i32 can count fit into no text.
        None => i32::try_from(order).unwrap_or(i32::MAX),
        Some(Value::Sint32(id)) if id >= 0 => id,
        Some(_) => {
            let qualifier = written.qualifiers.iter().find(|qualifier| qualifier.name.is("id"));
            let span = qualifier.map_or(name.span, |qualifier| qualifier.span);
            let message = format!("the ID of {} is not a number from 0 on", name.text);
            return Err(vec![Diagnostic::error(Status::WBEM_E_INVALID_PARAMETER_ID, span, message)]);
        }
    };
    Ok(Parameter { declaration, input, output, id })
}

/// Whether the IDs are given to all parameters or to none, each to one, and
/// without a gap.
fn check_ids(method: &ast::Method<'_>, all: &[Parameter]) -> Result<(), Diagnostic> {
    let written = |parameter: &Property<'_>| {
        parameter.qualifiers.iter().find(|qualifier| qualifier.name.is("id")).map(|id| id.span)
    };
    let mut numbered = Vec::new();
    let mut without = None;
    for (parameter, compiled) in method.parameters.iter().zip(all) {
        match written(parameter) {
            Some(span) => numbered.push((compiled.id, span)),
            None => without = without.or(Some(parameter.name)),
        }
    }
    if numbered.is_empty() {
        return Ok(());
    }
    if let Some(name) = without {
        let message = format!("parameter {} of {} has no ID, and others have", name.text, method.name.text);
        return Err(Diagnostic::error(Status::WBEM_E_MISSING_PARAMETER_ID, name.span, message)
            .hint("give an ID to every parameter, or to none"));
    }
    numbered.sort_by_key(|(id, span)| (*id, *span));
    for (expected, (id, span)) in (0..).zip(numbered) {
        if id < expected {
            let message = format!("ID {id} is given to two parameters of {}", method.name.text);
            let status = Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS;
            return Err(Diagnostic::error(status, span, message).hint("no two parameters have the same ID"));
        }
        if id > expected {
            let message = format!("the parameters of {} have no ID {expected}", method.name.text);
            let status = Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS;
            return Err(Diagnostic::error(status, span, message).hint("IDs count from 0 without a gap"));
        }
    }
    Ok(())
}

/// The property for the return value; `None` for `void`.
fn return_value(method: &ast::Method<'_>) -> Option<PropertyDeclaration> {
    if method.return_type.of == TypeOf::Void {
        return None;
    }
    let (scalar, class_name): (CimType, _) = property::type_of(method.return_type);
    Some(PropertyDeclaration {
        name: RETURN_VALUE.to_owned(),
        ty: scalar.into(),
        class_name: class_name.map(str::to_owned),
        qualifiers: vec![Qualifier::new("out", Value::Boolean(true), Flavor::NONE)],
        default: None,
    })
}
