//! Instances, and the aliases by which statements refer to each other.

use std::collections::HashMap;
use std::sync::Arc;

use crate::mof::ast::{Assignment, InstanceDeclaration, Name, Span};
use crate::mof::codes;
use crate::mof::diagnostic::Diagnostic;
use crate::path::MAX_PATH_CHARACTERS;
use crate::suggest::closest;
use crate::{Class, Instance, Status, Value, system_property};

use super::convert::convert;
use super::qualifier::Declarations;
use super::{ClassSource, Classes, Compiled, Declared, Statement, What, at, class};

/// Aliases that lead to each other in a longer chain than this are refused,
/// because following them recurses.
const MAX_CHAIN: usize = 64;

/// The statements of a text while they are compiled.
pub(super) struct Instances<'c, 'i, 'a, S> {
    source: &'c S,
    declarations: &'c Declarations,
    statements: &'c [Statement<'i, 'a>],
    /// Alias in lower case -> statement.
    aliases: HashMap<String, usize>,
    /// Per statement, what is known of its instance.
    states: Vec<State>,
}

#[derive(Clone)]
enum State {
    Untouched,
    /// It is being compiled: an alias that leads here leads in a circle.
    Open,
    Done(Box<Instance>),
    /// What is wrong was reported.
    Wrong,
}

impl<'c, 'i, 'a, S: ClassSource> Instances<'c, 'i, 'a, S> {
    pub fn new(
        source: &'c S,
        declarations: &'c Declarations,
        statements: &'c [Statement<'i, 'a>],
    ) -> Instances<'c, 'i, 'a, S> {
        let aliases = statements.iter().enumerate().filter_map(|(index, statement)| {
            statement.alias().map(|alias| (alias.text.to_ascii_lowercase(), index))
        });
        let aliases = aliases.collect();
        Instances {
            source,
            declarations,
            statements,
            aliases,
            states: vec![State::Untouched; statements.len()],
        }
    }

    /// Compiles a class and makes it known to the statements after it.
    pub fn class(
        &mut self,
        statement: &Statement<'i, 'a>,
        classes: &mut Classes,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Compiled> {
        let What::Class(declaration) = statement.what else { return None };
        let namespace = statement.namespace.as_deref();
        let parent = match declaration.parent {
            None => Ok(None),
            Some(parent) => match classes.find(self.source, namespace, parent.text, statement.order) {
                Some(Declared::Class(class)) => Ok(Some(class)),
                Some(Declared::Wrong) => Err(None),
                None => {
                    let status = Status::WBEM_E_INVALID_SUPERCLASS;
                    let message = format!("there is no class {}", parent.text);
                    Err(Some(Diagnostic::error(status, parent.span, message)))
                }
            },
        };
        let class = match parent {
            // The alias of an instance further down is compiled for it.
            Ok(parent) => {
                let mut later = Vec::new();
                let (declarations, declared) = (self.declarations, statement.declared);
                let mut resolve = |alias: &str| self.path(alias, namespace, classes, &mut later, 0);
                let class =
                    class::class(declaration, parent, declarations, declared, &mut resolve, diagnostics);
                diagnostics.append(&mut later);
                class
            }
            Err(diagnostic) => {
                diagnostics.extend(diagnostic);
                None
            }
        };
        let declared = class.clone().map_or(Declared::Wrong, Declared::Class);
        classes.insert(namespace, declaration.name.text, statement.order, declared);
        let namespace = namespace.map(str::to_owned);
        class.map(|class| Compiled::Class { namespace, class, flags: statement.flags })
    }

    /// Compiles the instance of a statement, unless an alias has led to it
    /// before.
    pub fn instance(
        &mut self,
        index: usize,
        classes: &Classes,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Compiled> {
        let instance = self.built(index, classes, diagnostics, 0)?;
        let statement = &self.statements[index];
        let namespace = statement.namespace.as_deref().map(str::to_owned);
        Some(Compiled::Instance { namespace, instance, flags: statement.flags })
    }

    fn built(
        &mut self,
        index: usize,
        classes: &Classes,
        diagnostics: &mut Vec<Diagnostic>,
        depth: usize,
    ) -> Option<Instance> {
        let What::Instance(declaration) = self.statements[index].what else { return None };
        if let State::Untouched = self.states[index] {
            self.states[index] = State::Open;
            let built = self.build(index, declaration, classes, diagnostics, depth);
            self.states[index] = built.map_or(State::Wrong, |instance| State::Done(Box::new(instance)));
        }
        match &self.states[index] {
            State::Done(instance) => Some((**instance).clone()),
            _ => None,
        }
    }

    fn build(
        &mut self,
        index: usize,
        declaration: &InstanceDeclaration<'a>,
        classes: &Classes,
        diagnostics: &mut Vec<Diagnostic>,
        depth: usize,
    ) -> Option<Instance> {
        let statement = &self.statements[index];
        let namespace = statement.namespace.as_deref();
        let name = declaration.class;
        let class = match classes.find(self.source, namespace, name.text, statement.order) {
            Some(Declared::Class(class)) => class,
            Some(Declared::Wrong) => return None,
            None => {
                let message = format!("there is no class {}", name.text);
                diagnostics.push(Diagnostic::error(Status::WBEM_E_NOT_FOUND, name.span, message));
                return None;
            }
        };
        let wrong_before = diagnostics.len();
        diagnostics.extend(check_class(&class, name).err());
        diagnostics.extend(check_qualifiers(declaration).err());
        let mut instance = Instance::spawn(&class);
        for assignment in &declaration.assignments {
            let mut later = Vec::new();
            let mut resolve = |alias: &str| self.path(alias, namespace, classes, &mut later, depth + 1);
            let value = assigned(&class, assignment, &mut resolve);
            let put = value.and_then(|value| {
                instance.put(assignment.name.text, &value).map_err(|error| at(assignment.span, &error))
            });
            diagnostics.extend(put.err());
            diagnostics.append(&mut later);
        }
        if diagnostics.len() == wrong_before {
            diagnostics.extend(check_nulls(&instance, name.span).err());
        }
        (diagnostics.len() == wrong_before).then_some(instance)
    }

    /// The path that an alias stands for, as it is written in `namespace`.
    fn path(
        &mut self,
        alias: &str,
        namespace: Option<&str>,
        classes: &Classes,
        diagnostics: &mut Vec<Diagnostic>,
        depth: usize,
    ) -> Result<String, Diagnostic> {
        let fail = |status: Status, message: String| Diagnostic::error(status, Span::default(), message);
        let Some(&index) = self.aliases.get(&alias.to_ascii_lowercase()) else {
            let status = codes::WBEMMOF_E_EXPECTED_ALIAS_NAME;
            let diagnostic = fail(status, format!("there is no alias ${alias}"));
            let known = self.aliases.keys().map(String::as_str);
            return Err(match closest(alias, known) {
                Some(near) => diagnostic.hint(format!("did you mean ${near}?")),
                None => diagnostic.hint(format!("write `as ${alias}` after the class of the instance")),
            });
        };
        let statement = &self.statements[index];
        let relpath = match statement.what {
            What::Class(class) => class.name.text.to_owned(),
            _ if matches!(self.states[index], State::Open) => {
                let status = Status::WBEM_E_CIRCULAR_REFERENCE;
                return Err(fail(status, format!("alias ${alias} leads back to itself")));
            }
            _ if depth > MAX_CHAIN => {
                let message = format!("more than {MAX_CHAIN} aliases in a row lead to ${alias}");
                return Err(fail(Status::WBEM_E_CIRCULAR_REFERENCE, message)
                    .hint("move the instance in front of those that refer to it"));
            }
            _ => match self.built(index, classes, diagnostics, depth) {
                Some(instance) => instance.relpath().unwrap_or_default(),
                // What is wrong with it was reported, so nothing is made of
                // the one that refers to it either.
                None => String::new(),
            },
        };
        // Each path within a path is escaped once more, which doubles its
        // backslashes: without a bound a short text could ask for any memory.
        if relpath.len() > MAX_PATH_CHARACTERS {
            let message = format!("the path of ${alias} is longer than {MAX_PATH_CHARACTERS} characters");
            return Err(fail(Status::WBEM_E_INVALID_OBJECT_PATH, message));
        }
        let is_elsewhere = match (statement.namespace.as_deref(), namespace) {
            (Some(a), Some(b)) => !a.eq_ignore_ascii_case(b),
            (a, b) => a != b,
        };
        Ok(match statement.namespace.as_deref().filter(|_| is_elsewhere) {
            Some(namespace) => format!("{namespace}:{relpath}"),
            None => relpath,
        })
    }
}

/// Whether the class can have instances.
fn check_class(class: &Class, name: Name<'_>) -> Result<(), Diagnostic> {
    let class_name = class.name();
    if class.is_abstract() {
        let message = format!("class {class_name} is abstract, so it has no instances");
        return Err(Diagnostic::error(Status::WBEM_E_INVALID_OPERATION, name.span, message));
    }
    if class.keys().is_empty() && !class.is_singleton() {
        let message = format!("class {class_name} has no key, so it has no instances");
        return Err(Diagnostic::error(Status::WBEM_E_NO_KEY, name.span, message)
            .hint("give a property the Key qualifier, or the class the Singleton qualifier"));
    }
    Ok(())
}

fn check_qualifiers(declaration: &InstanceDeclaration<'_>) -> Result<(), Diagnostic> {
    let of_properties = declaration.assignments.iter().flat_map(|assignment| &assignment.qualifiers);
    match declaration.qualifiers.iter().chain(of_properties).next() {
        None => Ok(()),
        Some(qualifier) => {
            let status = Status::WBEM_E_NOT_SUPPORTED;
            let message = "qualifiers on instances are not supported yet";
            Err(Diagnostic::error(status, qualifier.span, message))
        }
    }
}

/// The value of one assignment.
fn assigned(
    class: &Arc<Class>,
    assignment: &Assignment<'_>,
    resolve: &mut super::convert::Resolve<'_>,
) -> Result<Value, Diagnostic> {
    let name = assignment.name;
    let Some(property) = class.property(name.text) else {
        if system_property(name.text).is_some() {
            let message = format!("{} is set by the system", name.text);
            return Err(Diagnostic::error(Status::WBEM_E_READ_ONLY, name.span, message));
        }
        let message = format!("class {} has no property {}", class.name(), name.text);
        let diagnostic = Diagnostic::error(Status::WBEM_E_INVALID_PROPERTY, name.span, message);
        let known = class.properties().iter().map(crate::Property::name);
        return Err(match closest(name.text, known) {
            Some(near) => diagnostic.hint(format!("did you mean {near}?")),
            None => diagnostic,
        });
    };
    match &assignment.value {
        Some(value) => convert(value, property.ty(), name.text, resolve),
        None => Ok(property.default_value().clone()),
    }
}

/// Whether every property that must have a value has one.
fn check_nulls(instance: &Instance, place: Span) -> Result<(), Diagnostic> {
    for (index, property) in instance.class().properties().iter().enumerate() {
        let (status, why) = if property.is_key() {
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
