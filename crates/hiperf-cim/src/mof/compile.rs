//! From the tree to classes and instances.
//!
//! ```text
//! items --> namespaces and qualifier declarations, in order
//!       --> classes, in order        each may derive from those before it
//!       --> instances                each may refer to any other by its alias
//! ```
//!
//! What is wrong becomes a [`Diagnostic`] at its place, whether the syntax says
//! so or the object model. Nothing is stored here, and classes that are stored
//! are asked of a [`ClassSource`]. `#include` is not followed here: `load.rs` puts
//! the statements of several files into one list.
//!
//! Source: the mofcomp and "Creating a Class" pages of the WMI documentation.

mod class;
mod compiled;
mod convert;
mod instance;
mod method;
mod names;
mod objects;
mod property;
mod qualifier;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::Parsed;
use super::ast::{ClassDeclaration, Command, InstanceDeclaration, Item, Name, Span};
use super::diagnostic::{Diagnostic, MAX_DIAGNOSTICS};
use crate::{Error, Status};

pub use compiled::{ClassSource, Compiled};
use names::{Classes, Declared, namespace_path};
use objects::{MAX_COMPILED, Objects};
pub use qualifier::Declarations;

/// Compiles a text on its own.
///
/// # Errors
/// Everything that is wrong, in the order of the text.
pub fn compile<S: ClassSource>(parsed: &Parsed<'_>, source: &S) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
    Compiler::new(source).compile(parsed)
}

/// Compiles the parts of a text, or texts that include each other: the
/// namespace, the flags, the qualifier declarations and the classes of one are
/// known to the next.
pub struct Compiler<'s, S> {
    source: &'s S,
    declarations: Arc<Declarations>,
    classes: Classes,
    namespace: Option<Arc<str>>,
    class_flags: u32,
    instance_flags: u32,
    /// Bytes that a part may become.
    limit: usize,
    /// Statements of earlier parts, so that the order goes on.
    passed: usize,
    warnings: Vec<Found>,
}

/// A diagnostic, and the number of the file it is about.
pub(super) type Found = (usize, Diagnostic);

impl<'s, S: ClassSource> Compiler<'s, S> {
    /// A compiler at the start of a text.
    #[must_use]
    pub fn new(source: &'s S) -> Compiler<'s, S> {
        Compiler {
            source,
            declarations: Arc::default(),
            classes: Classes::default(),
            namespace: None,
            class_flags: 0,
            instance_flags: 0,
            limit: MAX_COMPILED,
            passed: 0,
            warnings: Vec::new(),
        }
    }

    /// The same with qualifiers declared, as if the declarations stood before
    /// the text: for a class that is compiled alone.
    #[must_use]
    pub fn with_declarations(self, declarations: &Arc<Declarations>) -> Compiler<'s, S> {
        Compiler { declarations: declarations.clone(), ..self }
    }

    /// The same in a namespace, as if a pragma stood before the text.
    #[must_use]
    pub fn in_namespace(mut self, namespace: &str) -> Compiler<'s, S> {
        self.namespace = Some(namespace.into());
        self
    }

    /// The same with these flags for the classes and for the instances of the
    /// text, as if the pragmas stood before it.
    #[must_use]
    pub fn with_flags(mut self, class_flags: u32, instance_flags: u32) -> Compiler<'s, S> {
        (self.class_flags, self.instance_flags) = (class_flags, instance_flags);
        self
    }

    /// The same that stops, with `WBEM_E_QUOTA_VIOLATION`, when what is asked
    /// for takes more than about so many bytes. 1 GiB if nothing is said.
    #[must_use]
    pub fn with_limit(mut self, bytes: usize) -> Compiler<'s, S> {
        self.limit = bytes;
        self
    }

    /// Compiles a text. If it has syntax errors, they are all that is returned.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the text; of very much the
    /// first part.
    pub fn compile(&mut self, parsed: &Parsed<'_>) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
        if parsed.has_errors() {
            return Err(parsed.diagnostics.clone());
        }
        self.compile_items(&parsed.items)
    }

    /// Compiles statements that have no syntax errors.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the text; of very much the
    /// first part.
    pub fn compile_items(&mut self, items: &[Item<'_>]) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
        self.compile_files(items.iter().map(|item| (0, item)))
            .map_err(|found| found.into_iter().map(|(_, diagnostic)| diagnostic).collect())
    }

    /// What was accepted but deserves a word, since this was asked last.
    pub fn take_warnings(&mut self) -> Vec<Diagnostic> {
        self.take_found_warnings().into_iter().map(|(_, diagnostic)| diagnostic).collect()
    }

    pub(super) fn take_found_warnings(&mut self) -> Vec<Found> {
        std::mem::take(&mut self.warnings)
    }

    /// Compiles statements of several files, each with its file's number.
    pub(super) fn compile_files<'i, 'a: 'i>(
        &mut self,
        items: impl Iterator<Item = (usize, &'i Item<'a>)>,
    ) -> Result<Vec<Compiled>, Vec<Found>> {
        let mut found = Vec::new();
        let mut statements = Vec::new();
        for (file, item) in items {
            statements.extend(self.statement(file, item, &mut found));
            self.passed += 1;
        }
        let mut compiled: Vec<Option<Compiled>> = Vec::new();
        compiled.resize_with(statements.len(), || None);
        for statement in &statements {
            if let What::Other(other) = &statement.what
                && let Compiled::DeleteClass { namespace, name, .. } = &**other
            {
                self.classes.insert(namespace.as_deref(), name, statement.order, Declared::Gone);
            }
        }
        let mut objects =
            Objects::new(self.source, &self.declarations, &mut self.classes, &statements, self.limit);
        // Every class before any instance, because an alias may stand for an
        // instance further down.
        for (index, compiled) in compiled.iter_mut().enumerate() {
            if objects.is_over() {
                break;
            }
            *compiled = match &statements[index].what {
                What::Class(_) => objects.class(index),
                What::Other(other) => Some((**other).clone()),
                What::Instance(_) => None,
            };
        }
        for (index, compiled) in compiled.iter_mut().enumerate() {
            if objects.is_over() {
                break;
            }
            if let What::Instance(_) = statements[index].what {
                *compiled = objects.instance(index);
            }
        }
        let (warnings, errors): (Vec<Found>, Vec<Found>) =
            objects.found.into_iter().partition(|(_, diagnostic)| !diagnostic.is_error());
        self.warnings.extend(warnings);
        self.warnings.truncate(MAX_DIAGNOSTICS);
        found.extend(errors);
        if found.is_empty() {
            return Ok(compiled.into_iter().flatten().collect());
        }
        found.sort_by_key(|(file, diagnostic)| (*file, diagnostic.span));
        found.truncate(MAX_DIAGNOSTICS);
        Err(found)
    }

    /// What an item asks for; `None` if it only changes the compiler's state.
    fn statement<'i, 'a>(
        &mut self,
        file: usize,
        item: &'i Item<'a>,
        found: &mut Vec<Found>,
    ) -> Option<Statement<'i, 'a>> {
        let (what, flags) = match item {
            Item::Class(class) => (What::Class(class), self.class_flags),
            Item::Instance(instance) => (What::Instance(instance), self.instance_flags),
            Item::Qualifier(declaration) => {
                let wrong = Arc::make_mut(&mut self.declarations).declare(declaration).err();
                found.extend(wrong.map(|diagnostic| (file, diagnostic)));
                return None;
            }
            Item::Pragma(pragma) => match self.command(&pragma.command, pragma.span) {
                Ok(other) => (What::Other(Box::new(other?)), 0),
                Err(diagnostic) => {
                    found.push((file, diagnostic));
                    return None;
                }
            },
        };
        let declared = self.declarations.len();
        Some(Statement { order: self.passed, file, namespace: self.namespace.clone(), flags, declared, what })
    }

    /// What a pragma asks for; `None` if it only changes the compiler's state.
    fn command(&mut self, command: &Command<'_>, span: Span) -> Result<Option<Compiled>, Diagnostic> {
        let namespace = self.namespace.as_deref().map(str::to_owned);
        match command {
            Command::DeleteClass { name, must_exist } => {
                let name = name.to_string();
                return Ok(Some(Compiled::DeleteClass { namespace, name, must_exist: *must_exist }));
            }
            Command::DeleteInstance { path, must_exist } => {
                let path = path.to_string();
                return Ok(Some(Compiled::DeleteInstance { namespace, path, must_exist: *must_exist }));
            }
            Command::Autorecover => return Ok(Some(Compiled::Autorecover)),
            Command::Amendment(locale) => return Ok(Some(Compiled::Amendment(locale.to_string()))),
            Command::Namespace(path) => self.namespace = Some(namespace_path(path, span)?.into()),
            Command::ClassFlags(flags) => self.class_flags = *flags,
            Command::InstanceFlags(flags) => self.instance_flags = *flags,
            Command::Include(_) | Command::Ignored(_) => {}
        }
        Ok(None)
    }
}

/// A statement that asks for something, with what the text before it says.
struct Statement<'i, 'a> {
    /// Its place among all statements.
    order: usize,
    /// The number of its file.
    file: usize,
    namespace: Option<Arc<str>>,
    flags: u32,
    /// How many of the qualifier declarations stand before it.
    declared: usize,
    what: What<'i, 'a>,
}

enum What<'i, 'a> {
    Class(&'i ClassDeclaration<'a>),
    Instance(&'i InstanceDeclaration<'a>),
    /// A pragma that asks for this.
    Other(Box<Compiled>),
}

impl<'i, 'a> Statement<'i, 'a> {
    fn alias(&self) -> Option<&'i Name<'a>> {
        match self.what {
            What::Class(class) => class.alias.as_ref(),
            What::Instance(instance) => instance.alias.as_ref(),
            What::Other(_) => None,
        }
    }
}

/// Whether an object can take no more, so that the rest of its list would only
/// be told to be too much as well.
fn is_full(wrong: &[Diagnostic]) -> bool {
    let full = [Status::WBEM_E_TOO_MANY_PROPERTIES, Status::WBEM_E_QUOTA_VIOLATION];
    wrong.last().is_some_and(|last| full.contains(&last.status))
}

/// An error of the object model at its place.
fn at(span: Span, error: &Error) -> Diagnostic {
    Diagnostic::error(error.status(), span, error.message())
}
