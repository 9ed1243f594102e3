//! The classes and instances of a text, and the aliases by which they refer to
//! each other.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::mof::ast::{InstanceDeclaration, Name, Span};
use crate::mof::codes;
use crate::mof::diagnostic::{Diagnostic, MAX_DIAGNOSTICS};
use crate::path::MAX_PATH_CHARACTERS;
use crate::suggest::closest;
use crate::{Class, Instance, Status};

use super::convert::Resolve;
use super::names::{Classes, Declared};
use super::qualifier::Declarations;
use super::{ClassSource, Compiled, Found, Statement, What, class, instance};

/// Aliases that lead to each other in a longer chain than this are refused,
/// because following them recurses. Embedded objects count as links of it.
const MAX_CHAIN: usize = 64;

/// Bytes that a text may become unless the caller says otherwise, counted
/// roughly. A class owns what it inherits, and an object the objects within it,
/// so a short text can ask for more than any memory.
pub(super) const MAX_COMPILED: usize = 1 << 30;
/// What a property, a method or the name of an ancestor counts, in bytes.
const MEMBER: usize = 256;

/// Aliases that unknown ones are compared with, to suggest one: each unknown one
/// takes as long as there are known ones.
const MAX_COMPARED: usize = 1 << 18;

/// The statements of a text while they are compiled.
pub(super) struct Objects<'c, 'i, 'a, S> {
    source: &'c S,
    declarations: &'c Declarations,
    classes: &'c mut Classes,
    statements: &'c [Statement<'i, 'a>],
    /// The statements of a class by its key in `classes`, in their order.
    declared: HashMap<String, Vec<usize>>,
    /// Alias in lower case -> statement.
    aliases: HashMap<String, usize>,
    /// Per statement, what is known of its class or instance.
    states: Vec<State>,
    /// Bytes that were compiled so far.
    compiled: usize,
    /// Bytes that may be.
    limit: usize,
    /// What was found, in no order.
    pub found: Vec<Found>,
    /// How many errors are among it.
    errors: usize,
}

#[derive(Clone)]
enum State {
    Untouched,
    /// It is being compiled: an alias that leads here leads in a circle.
    Open,
    Done(Box<Instance>),
    Class(Arc<Class>),
    /// What is wrong was reported.
    Wrong,
}

impl<'c, 'i, 'a, S: ClassSource> Objects<'c, 'i, 'a, S> {
    pub fn new(
        source: &'c S,
        declarations: &'c Declarations,
        classes: &'c mut Classes,
        statements: &'c [Statement<'i, 'a>],
        limit: usize,
    ) -> Objects<'c, 'i, 'a, S> {
        let mut aliases = HashMap::new();
        let mut declared: HashMap<String, Vec<usize>> = HashMap::new();
        let mut found = Vec::new();
        for (index, statement) in statements.iter().enumerate() {
            if let What::Class(class) = statement.what {
                let key = Classes::key(statement.namespace.as_deref(), class.name.text);
                declared.entry(key).or_default().push(index);
            }
            let Some(alias) = statement.alias() else { continue };
            match aliases.entry(alias.text.to_ascii_lowercase()) {
                Entry::Vacant(entry) => {
                    entry.insert(index);
                }
                // Two of one file are a matter of its syntax.
                Entry::Occupied(_) => {
                    let status = codes::WBEMMOF_E_MULTIPLE_ALIASES;
                    let message = format!("alias ${} stands here a second time", alias.text);
                    found.push((statement.file, Diagnostic::error(status, alias.span, message)));
                }
            }
        }
        let states = vec![State::Untouched; statements.len()];
        Objects {
            source,
            declarations,
            classes,
            statements,
            declared,
            aliases,
            states,
            compiled: 0,
            limit,
            errors: found.len(),
            found,
        }
    }

    /// Whether there is no use in going on: the text asks for more than it may,
    /// or what is wrong from here on would not be told.
    pub fn is_over(&self) -> bool {
        self.compiled > self.limit || self.errors >= MAX_DIAGNOSTICS
    }

    fn report(&mut self, file: usize, found: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in found {
            self.errors += usize::from(diagnostic.is_error());
            self.found.push((file, diagnostic));
        }
    }

    /// Counts `bytes` more that the text becomes.
    fn count(&mut self, bytes: usize, place: Span) -> Result<(), Diagnostic> {
        self.compiled = self.compiled.saturating_add(bytes);
        if self.compiled <= self.limit {
            return Ok(());
        }
        let message = format!("what the text asks for up to here takes more than {} MiB", self.limit >> 20);
        Err(Diagnostic::error(Status::WBEM_E_QUOTA_VIOLATION, place, message)
            .hint("compile it in several parts"))
    }

    /// Compiles the class of a statement, unless an alias has led to it before.
    pub fn class(&mut self, index: usize) -> Option<Compiled> {
        self.build_class(index, 0);
        let State::Class(class) = &self.states[index] else { return None };
        let Statement { namespace, flags, .. } = &self.statements[index];
        let namespace = namespace.as_deref().map(str::to_owned);
        Some(Compiled::Class { namespace, class: class.clone(), flags: *flags })
    }

    /// Makes the class of a statement known to the statements after it.
    fn build_class(&mut self, index: usize, depth: usize) {
        let statement = &self.statements[index];
        let (What::Class(declaration), State::Untouched) = (&statement.what, &self.states[index]) else {
            return;
        };
        self.states[index] = State::Open;
        let namespace = statement.namespace.as_deref();
        let parent = match declaration.parent.map(|parent| (parent, self.find(parent, statement, depth))) {
            None => Some(None),
            Some((_, Ok(class))) => Some(Some(class)),
            Some((parent, Err(declared))) => {
                let wrong = no_class(parent, &declared, Status::WBEM_E_INVALID_SUPERCLASS);
                self.report(statement.file, wrong);
                None
            }
        };
        let class = parent.and_then(|parent| {
            let known = self.declarations.before(statement.declared);
            let mut found = Vec::new();
            let mut place = Place { objects: self, statement, depth };
            let class = class::class(declaration, parent, known, &mut place, &mut found);
            self.report(statement.file, found);
            class
        });
        let class = class.filter(|class| {
            let too_much = self.count(size_of(class), declaration.name.span).err();
            let is_affordable = too_much.is_none();
            self.report(statement.file, too_much);
            is_affordable
        });
        let declared = class.clone().map_or(Declared::Wrong, Declared::Class);
        self.classes.insert(namespace, declaration.name.text, statement.order, declared);
        self.states[index] = class.map_or(State::Wrong, State::Class);
    }

    /// The class of this name as it is where `statement` stands.
    fn find(
        &mut self,
        name: Name<'_>,
        statement: &Statement<'_, '_>,
        depth: usize,
    ) -> Result<Arc<Class>, Declared> {
        let namespace = statement.namespace.as_deref();
        let declared = self.declared.get(&Classes::key(namespace, name.text));
        let mut before = declared.into_iter().flatten().rev();
        let last = before.find(|&&index| self.statements[index].order < statement.order).copied();
        match last.map(|index| (index, &self.states[index])) {
            Some((_, State::Open)) => return Err(Declared::Circle),
            Some((_, State::Untouched)) if depth > MAX_CHAIN => return Err(Declared::Circle),
            Some((index, State::Untouched)) => self.build_class(index, depth + 1),
            _ => {}
        }
        match self.classes.find(self.source, namespace, name.text, statement.order) {
            Some(Declared::Class(class)) => Ok(class),
            other => Err(other.unwrap_or(Declared::Gone)),
        }
    }

    /// Compiles the instance of a statement, unless an alias has led to it
    /// before.
    pub fn instance(&mut self, index: usize) -> Option<Compiled> {
        let instance = self.built(index, 0)?;
        let statement = &self.statements[index];
        let namespace = statement.namespace.as_deref().map(str::to_owned);
        Some(Compiled::Instance { namespace, instance, flags: statement.flags })
    }

    fn built(&mut self, index: usize, depth: usize) -> Option<Instance> {
        let statement = &self.statements[index];
        let What::Instance(declaration) = statement.what else { return None };
        if let State::Untouched = self.states[index] {
            self.states[index] = State::Open;
            let mut place = Place { objects: self, statement, depth };
            let built = place.class_of(declaration.class).and_then(|class| {
                let known = place.objects.declarations.before(statement.declared);
                instance::instance(declaration, &class, false, known, &mut place)
            });
            let built = built.and_then(|instance| {
                let counted = self.count(instance.block().len() + MEMBER, declaration.class.span);
                counted.map(|()| instance).map_err(|found| vec![found])
            });
            self.states[index] = match built {
                Ok(instance) => State::Done(Box::new(instance)),
                Err(wrong) => {
                    self.report(statement.file, wrong);
                    State::Wrong
                }
            };
        }
        match &self.states[index] {
            State::Done(instance) => Some((**instance).clone()),
            _ => None,
        }
    }

    /// The path that an alias stands for, as it is written in `namespace`.
    fn path(
        &mut self,
        alias: &str,
        namespace: Option<&str>,
        depth: usize,
    ) -> Result<String, Option<Diagnostic>> {
        let fail = |status: Status, message: String| Diagnostic::error(status, Span::default(), message);
        let Some(&index) = self.aliases.get(&alias.to_ascii_lowercase()) else {
            let status = codes::WBEMMOF_E_EXPECTED_ALIAS_NAME;
            let diagnostic = fail(status, format!("there is no alias ${alias}"));
            let is_worth_it = self.errors * self.aliases.len() < MAX_COMPARED;
            let known = self.aliases.keys().filter(|_| is_worth_it).map(String::as_str);
            return Err(Some(match closest(alias, known) {
                Some(near) => diagnostic.hint(format!("did you mean ${near}?")),
                None => diagnostic.hint(format!("write `as ${alias}` after the class of the instance")),
            }));
        };
        let statement = &self.statements[index];
        let relpath = match statement.what {
            What::Class(class) => class.name.text.to_owned(),
            _ if matches!(self.states[index], State::Open) => {
                let status = Status::WBEM_E_CIRCULAR_REFERENCE;
                return Err(Some(fail(status, format!("alias ${alias} leads back to itself"))));
            }
            _ if depth > MAX_CHAIN => {
                let message = format!("more than {MAX_CHAIN} aliases in a row lead to ${alias}");
                let diagnostic = fail(Status::WBEM_E_CIRCULAR_REFERENCE, message);
                return Err(Some(diagnostic.hint("move the instance in front of those that refer to it")));
            }
            // What is wrong with it was reported, so nothing is made of the one
            // that refers to it either.
            _ => self.built(index, depth).ok_or(None)?.relpath().unwrap_or_default(),
        };
        // Each path within a path is escaped once more, which doubles its
        // backslashes: without a bound a short text could ask for any memory.
        if relpath.len() > MAX_PATH_CHARACTERS {
            let message = format!("the path of ${alias} is longer than {MAX_PATH_CHARACTERS} characters");
            return Err(Some(fail(Status::WBEM_E_INVALID_OBJECT_PATH, message)));
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

/// A place in the text, where aliases and class names mean something.
struct Place<'o, 'c, 'i, 'a, S> {
    objects: &'o mut Objects<'c, 'i, 'a, S>,
    /// The statement around the place.
    statement: &'o Statement<'i, 'a>,
    /// How many aliases and embedded objects led here.
    depth: usize,
}

impl<S: ClassSource> Place<'_, '_, '_, '_, S> {
    /// The class of an instance. Without a diagnostic, what is wrong with it
    /// was reported.
    fn class_of(&mut self, name: Name<'_>) -> Result<Arc<Class>, Vec<Diagnostic>> {
        self.objects
            .find(name, self.statement, self.depth)
            .map_err(|declared| no_class(name, &declared, Status::WBEM_E_NOT_FOUND).into_iter().collect())
    }
}

/// What is wrong with a name that stands for no class; nothing if that was
/// reported where the class is.
fn no_class(name: Name<'_>, declared: &Declared, status: Status) -> Option<Diagnostic> {
    match declared {
        Declared::Class(_) | Declared::Wrong => None,
        Declared::Gone => {
            Some(Diagnostic::error(status, name.span, format!("there is no class {}", name.text)))
        }
        Declared::Circle => {
            let message = format!("an alias leads from class {0} to this, which needs {0}", name.text);
            let diagnostic = Diagnostic::error(Status::WBEM_E_CIRCULAR_REFERENCE, name.span, message);
            Some(diagnostic.hint("write the path of the instance instead of its alias"))
        }
    }
}

impl<S: ClassSource> Resolve for Place<'_, '_, '_, '_, S> {
    fn path(&mut self, alias: &str) -> Result<String, Option<Diagnostic>> {
        let namespace = self.statement.namespace.as_deref();
        self.objects.path(alias, namespace, self.depth + 1)
    }

    fn object(&mut self, object: &InstanceDeclaration<'_>) -> Result<Instance, Vec<Diagnostic>> {
        let class = self.class_of(object.class)?;
        let known = self.objects.declarations.before(self.statement.declared);
        self.depth += 1;
        let built = instance::instance(object, &class, true, known, self);
        self.depth -= 1;
        let built = built?;
        self.objects.count(built.block().len() + MEMBER, object.class.span).map_err(|found| vec![found])?;
        Ok(built)
    }
}

/// The bytes that a class counts.
fn size_of(class: &Class) -> usize {
    let members = class.properties().len() + class.methods().len() + class.derivation().count();
    class.default_block.len() + (members + 1) * MEMBER
}
