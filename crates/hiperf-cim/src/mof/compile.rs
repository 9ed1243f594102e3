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
//! are asked of a [`ClassSource`]. `#include` is not followed: the caller cuts
//! the items there and compiles the parts one after the other.
//!
//! Not supported yet: methods, embedded objects as values, and qualifiers on
//! instances. They are errors, so that nothing is lost in silence.
//!
//! Source: the mofcomp and "Creating a Class" pages of the WMI documentation.

mod class;
mod convert;
mod instance;
mod qualifier;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use super::ast::{Command, InstanceDeclaration, Item, Name, QualifierDeclaration, Span};
use super::diagnostic::Diagnostic;
use super::{Parsed, codes};
use crate::path::NamespacePath;
use crate::{Class, Error, Instance, Status};

use qualifier::Declarations;

/// Where the compiler finds the classes that a text builds on.
pub trait ClassSource {
    /// The class of this name, in any case. `namespace` is the one that the
    /// text names, as `root\cimv2`, and `None` before it names one.
    fn class(&self, namespace: Option<&str>, name: &str) -> Option<Arc<Class>>;
}

impl<F: Fn(Option<&str>, &str) -> Option<Arc<Class>>> ClassSource for F {
    fn class(&self, namespace: Option<&str>, name: &str) -> Option<Arc<Class>> {
        self(namespace, name)
    }
}

/// What a statement asks for. `namespace` is `None` before the text names one;
/// `flags` are the `WBEM_CHANGE_FLAG_TYPE` of the last pragma about them.
#[derive(Clone, Debug)]
pub enum Compiled {
    /// Store a class.
    Class {
        /// Where.
        namespace: Option<String>,
        /// The class.
        class: Arc<Class>,
        /// How.
        flags: u32,
    },
    /// Store an instance.
    Instance {
        /// Where.
        namespace: Option<String>,
        /// The instance.
        instance: Instance,
        /// How.
        flags: u32,
    },
    /// Delete a class and its instances.
    DeleteClass {
        /// Where.
        namespace: Option<String>,
        /// The class's name.
        name: String,
        /// Whether its absence is an error.
        must_exist: bool,
    },
    /// Delete an instance.
    DeleteInstance {
        /// Where.
        namespace: Option<String>,
        /// Its relative path.
        path: String,
        /// Whether its absence is an error.
        must_exist: bool,
    },
}

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
    declarations: Declarations,
    classes: Classes,
    namespace: Option<Arc<str>>,
    class_flags: u32,
    instance_flags: u32,
    /// Statements of earlier parts, so that the order goes on.
    passed: usize,
}

impl<'s, S: ClassSource> Compiler<'s, S> {
    /// A compiler at the start of a text.
    #[must_use]
    pub fn new(source: &'s S) -> Compiler<'s, S> {
        Compiler {
            source,
            declarations: Declarations::default(),
            classes: Classes::default(),
            namespace: None,
            class_flags: 0,
            instance_flags: 0,
            passed: 0,
        }
    }

    /// The same with qualifiers declared, as if the declarations stood before
    /// the text: for a class that is compiled alone.
    #[must_use]
    pub fn with_declarations(mut self, declarations: &[QualifierDeclaration<'_>]) -> Compiler<'s, S> {
        for declaration in declarations {
            // What is wrong in a declaration is told where its own text is.
            let _ = self.declarations.declare(declaration);
        }
        self
    }

    /// The same in a namespace, as if a pragma stood before the text.
    #[must_use]
    pub fn in_namespace(mut self, namespace: &str) -> Compiler<'s, S> {
        self.namespace = Some(namespace.into());
        self
    }

    /// Compiles a text. If it has syntax errors, they are all that is returned.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the text.
    pub fn compile(&mut self, parsed: &Parsed<'_>) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
        if parsed.has_errors() {
            return Err(parsed.diagnostics.clone());
        }
        self.compile_items(&parsed.items)
    }

    /// Compiles statements that have no syntax errors.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the text.
    pub fn compile_items(&mut self, items: &[Item<'_>]) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let statements: Vec<Statement<'_, '_>> = items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| self.statement(self.passed + index, item, &mut diagnostics))
            .collect();
        self.passed += items.len();
        let mut compiled: Vec<Option<Compiled>> = Vec::new();
        compiled.resize_with(statements.len(), || None);
        let mut instances = instance::Instances::new(self.source, &self.declarations, &statements);
        // Every class before any instance, because an alias may stand for an
        // instance further down.
        for (statement, compiled) in statements.iter().zip(&mut compiled) {
            *compiled = match &statement.what {
                What::Class(_) => instances.class(statement, &mut self.classes, &mut diagnostics),
                What::Delete(delete) => Some((**delete).clone()),
                What::Instance(_) => None,
            };
        }
        for (index, compiled) in compiled.iter_mut().enumerate() {
            if let What::Instance(_) = statements[index].what {
                *compiled = instances.instance(index, &self.classes, &mut diagnostics);
            }
        }
        if diagnostics.is_empty() {
            return Ok(compiled.into_iter().flatten().collect());
        }
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        Err(diagnostics)
    }

    /// What an item asks for; `None` if it only changes the compiler's state.
    fn statement<'i, 'a>(
        &mut self,
        order: usize,
        item: &'i Item<'a>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Statement<'i, 'a>> {
        let namespace = self.namespace.clone();
        let owned = || namespace.as_deref().map(str::to_owned);
        let (what, flags, declared) = match item {
            Item::Class(class) => (What::Class(class), self.class_flags, self.declarations.len()),
            Item::Instance(instance) => (What::Instance(instance), self.instance_flags, 0),
            Item::Qualifier(declaration) => {
                diagnostics.extend(self.declarations.declare(declaration).err());
                return None;
            }
            Item::Pragma(pragma) => {
                let delete = match &pragma.command {
                    Command::DeleteClass { name, must_exist } => Compiled::DeleteClass {
                        namespace: owned(),
                        name: name.to_string(),
                        must_exist: *must_exist,
                    },
                    Command::DeleteInstance { path, must_exist } => Compiled::DeleteInstance {
                        namespace: owned(),
                        path: path.to_string(),
                        must_exist: *must_exist,
                    },
                    Command::Namespace(path) => {
                        match namespace_path(path, pragma.span) {
                            Ok(path) => self.namespace = Some(path.into()),
                            Err(diagnostic) => diagnostics.push(diagnostic),
                        }
                        return None;
                    }
                    Command::ClassFlags(flags) => {
                        self.class_flags = *flags;
                        return None;
                    }
                    Command::InstanceFlags(flags) => {
                        self.instance_flags = *flags;
                        return None;
                    }
                    Command::Autorecover
                    | Command::Amendment(_)
                    | Command::Include(_)
                    | Command::Ignored(_) => return None,
                };
                (What::Delete(Box::new(delete)), 0, 0)
            }
        };
        Some(Statement { order, namespace, flags, declared, what })
    }
}

/// A class, an instance or a deletion, with what the text before it says.
struct Statement<'i, 'a> {
    /// Its place among all statements.
    order: usize,
    namespace: Option<Arc<str>>,
    flags: u32,
    /// How many of the qualifier declarations stand before it.
    declared: usize,
    what: What<'i, 'a>,
}

enum What<'i, 'a> {
    Class(&'i super::ast::ClassDeclaration<'a>),
    Instance(&'i InstanceDeclaration<'a>),
    Delete(Box<Compiled>),
}

impl<'i, 'a> Statement<'i, 'a> {
    fn alias(&self) -> Option<&'i Name<'a>> {
        match self.what {
            What::Class(class) => class.alias.as_ref(),
            What::Instance(instance) => instance.alias.as_ref(),
            What::Delete(_) => None,
        }
    }
}

/// The classes of the text.
#[derive(Default)]
struct Classes(HashMap<String, Vec<(usize, Declared)>>);

/// A class of the text, or the place of one that is wrong.
#[derive(Clone)]
enum Declared {
    Class(Arc<Class>),
    Wrong,
}

impl Classes {
    /// Namespaces and classes have no case, and no name has a colon.
    fn key(namespace: Option<&str>, name: &str) -> String {
        format!("{}:{name}", namespace.unwrap_or("")).to_ascii_lowercase()
    }

    fn insert(&mut self, namespace: Option<&str>, name: &str, order: usize, class: Declared) {
        self.0.entry(Classes::key(namespace, name)).or_default().push((order, class));
    }

    /// The class as the text has it before the statement at `order`, or as it
    /// is stored.
    fn find(
        &self,
        source: &impl ClassSource,
        namespace: Option<&str>,
        name: &str,
        order: usize,
    ) -> Option<Declared> {
        let declared = self.0.get(&Classes::key(namespace, name));
        let before = declared.and_then(|declared| declared.iter().rev().find(|(at, _)| *at < order));
        match before {
            Some((_, class)) => Some(class.clone()),
            None => source.class(namespace, name).map(Declared::Class),
        }
    }
}

/// The canonical form of a namespace pragma's path. One leading separator,
/// which no other path may have, is found in shipped files and means nothing.
fn namespace_path(text: &str, span: Span) -> Result<String, Diagnostic> {
    let is_separator = |c: char| matches!(c, '\\' | '/');
    let rest = text.strip_prefix(is_separator).filter(|rest| !rest.starts_with(is_separator));
    match NamespacePath::parse(rest.unwrap_or(text)) {
        Ok(path) if path.is_local() => Ok(path.namespace),
        Ok(path) => {
            let server = path.server.unwrap_or_default();
            let message = format!("a text can't be compiled into another machine, {server}");
            Err(Diagnostic::error(Status::WBEM_E_NOT_SUPPORTED, span, message)
                .hint("leave the machine out, and connect to it instead"))
        }
        Err(error) => {
            let status = codes::WBEMMOF_E_INVALID_NAMESPACE_SPECIFICATION;
            Err(Diagnostic::error(status, span, error.message()))
        }
    }
}

/// An error of the object model at its place.
fn at(span: Span, error: &Error) -> Diagnostic {
    Diagnostic::error(error.status(), span, error.message())
}
