//! Classes: their properties and methods.

use std::borrow::Cow;

use crate::{CimType, Class, Flavor, Method, Property, Qualifier, QualifierSet, Value};

use super::{LINE_LENGTH, Of, Printer, append, constant, instance};

/// Appends a class statement.
pub(super) fn print(printer: Printer, class: &Class, out: &mut String) {
    printer.qualifiers(class.qualifiers(), Of::Object, "", "\n", out);
    append(out, format_args!("class {}", class.name()));
    if let Some(parent) = class.superclass_name() {
        append(out, format_args!(" : {parent}"));
    }
    out.push_str("\n{\n");
    for local in class.properties().iter().filter(|property| property.is_local()) {
        let inherited = class.superclass().and_then(|parent| parent.property(local.name()));
        printer.qualifiers(local.qualifiers(), Of::Property, "\t", "\n", out);
        out.push('\t');
        declaration(printer, local, inherited, out);
        out.push_str(";\n");
    }
    for local in class.methods().iter().filter(|method| method.is_local()) {
        method(printer, local, out);
    }
    out.push_str("};\n");
}

/// Appends `type name[] = default`. An inherited default is left out, and one
/// that became NULL here must be written as such.
fn declaration(printer: Printer, property: &Property, inherited: Option<&Property>, out: &mut String) {
    let array = if property.ty().is_array { "[]" } else { "" };
    append(out, format_args!("{} {}{array}", type_name(property), property.name()));
    let had_default = inherited.is_some_and(|inherited| !inherited.default_value().is_null());
    let default = property.default_value();
    let is_own = !property.is_default_inherited;
    if is_own && (had_default || !default.is_null() && constant::exists(default)) {
        out.push_str(" = ");
        instance::value(printer, default, "\t", out);
    }
}

fn type_name(property: &Property) -> Cow<'_, str> {
    match (property.ty().scalar, property.class_name()) {
        (CimType::Reference, class) => format!("{} ref", class.unwrap_or("object")).into(),
        (CimType::Object, Some(class)) => class.into(),
        (scalar, _) => scalar.mof_name().into(),
    }
}

/// Appends a method.
fn method(printer: Printer, method: &Method, out: &mut String) {
    printer.qualifiers(method.qualifiers(), Of::Object, "\t", "\n", out);
    let result = method.output().and_then(|output| output.property("ReturnValue"));
    let return_type = result.map_or("void".into(), type_name);
    append(out, format_args!("\t{return_type} {}(", method.name()));
    let parameters = parameters(method);
    let texts: Vec<String> = parameters
        .iter()
        .map(|(parameter, qualifiers)| {
            let mut text = String::new();
            printer.qualifiers(qualifiers, Of::Parameter, "", " ", &mut text);
            declaration(printer, parameter, None, &mut text);
            text
        })
        .collect();
    // Parameters that say no more than they must go into one line.
    let is_short = texts.iter().map(String::len).sum::<usize>() < LINE_LENGTH;
    let (before, between) = if is_short { ("", ", ") } else { ("\n\t\t", ",\n\t\t") };
    if !texts.is_empty() {
        append(out, format_args!("{before}{}", texts.join(between)));
    }
    out.push_str(");\n");
}

/// The parameters of a method in the order of their IDs, each with all its
/// qualifiers; one that is both input and output once. The return value is not
/// among them.
pub(crate) fn parameters(method: &Method) -> Vec<(&Property, QualifierSet)> {
    let inputs = method.input().map_or(&[][..], |class| class.properties());
    let outputs = method.output().map_or(&[][..], |class| class.properties());
    let is_return = |property: &&Property| property.name().eq_ignore_ascii_case("ReturnValue");
    let mut parameters: Vec<(&Property, QualifierSet)> =
        inputs.iter().map(|input| (input, directed(input.qualifiers(), "in"))).collect();
    for output in outputs.iter().filter(|property| !is_return(property)) {
        let both = |(input, _): &&mut (&Property, _)| input.name().eq_ignore_ascii_case(output.name());
        let qualifiers = directed(output.qualifiers(), "out");
        match parameters.iter_mut().find(both) {
            Some((_, input)) => *input = merged(input, &qualifiers),
            None => parameters.push((output, qualifiers)),
        }
    }
    let id = |qualifiers: &QualifierSet| qualifiers.integer("ID").unwrap_or(i128::MAX);
    parameters.sort_by_key(|(_, qualifiers)| id(qualifiers));
    parameters
}

/// The qualifiers of a parameter, with its direction if they don't say it.
fn directed(qualifiers: &QualifierSet, direction: &str) -> QualifierSet {
    if qualifiers.is_true(direction) {
        return qualifiers.clone();
    }
    let others = qualifiers.iter().filter(|known| !known.name.eq_ignore_ascii_case(direction));
    let direction = Qualifier::new(direction, Value::Boolean(true), Flavor::NONE);
    set_of(std::iter::once(&direction).chain(others))
}

/// The qualifiers of a parameter that is both: `out` behind `in`, and what only
/// the output has at the end.
fn merged(input: &QualifierSet, output: &QualifierSet) -> QualifierSet {
    let mut all: Vec<&Qualifier> = input.iter().collect();
    for qualifier in output.iter().filter(|qualifier| input.get(&qualifier.name).is_none()) {
        let behind_in = all.iter().position(|known| known.name.eq_ignore_ascii_case("in")).map(|at| at + 1);
        match behind_in.filter(|_| qualifier.name.eq_ignore_ascii_case("out")) {
            Some(at) => all.insert(at, qualifier),
            None => all.push(qualifier),
        }
    }
    set_of(all)
}

/// Qualifiers of different names that were taken from sets, as one set.
fn set_of<'q>(qualifiers: impl IntoIterator<Item = &'q Qualifier>) -> QualifierSet {
    QualifierSet::from_decoded(qualifiers.into_iter().cloned().collect())
}
