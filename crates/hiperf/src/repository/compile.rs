//! From MOF to changes of the repository.

use std::cell::Cell;
use std::sync::Arc;

use hiperf_cim::mof::ast::{Command, Pragma};
use hiperf_cim::mof::{self, Compiled, Compiler, Diagnostic, Item, Parsed, Span, Split};
use hiperf_cim::path::NamespacePath;
use hiperf_cim::{Class, Error, Locale, Result, Status};

use super::edit::Edit;
use super::key::fold;
use super::source::Source;
use super::view::View;
use crate::namespace::is_this_machine;

/// What a compile has stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compilation {
    /// Classes stored.
    pub classes: usize,
    /// Instances stored.
    pub instances: usize,
    /// Qualifier types stored.
    pub qualifiers: usize,
    /// Classes and instances deleted.
    pub deletions: usize,
    /// The namespaces that something was stored in or deleted from, each once.
    pub namespaces: Vec<String>,
    /// What was passed over, rendered for a person.
    pub warnings: String,
}

impl Compilation {
    fn changes(&mut self, namespace: &str) {
        if !self.namespaces.iter().any(|known| known.eq_ignore_ascii_case(namespace)) {
            self.namespaces.push(namespace.to_owned());
        }
    }
}

/// Compiles texts into a view, each on its own but all into `namespace` unless
/// they say otherwise.
///
/// # Errors
/// Everything that is wrong with the first text in which something is, with
/// the status of the first diagnostic. The view is not usable then.
pub(crate) fn compile(view: &mut View, namespace: &str, sources: &[Source]) -> Result<Compilation> {
    let mut done = Compilation::default();
    for source in sources {
        compile_one(view, namespace, source, &mut done)?;
    }
    Ok(done)
}

/// The namespace of a command line or a call, as paths have it: here, and with
/// `\\` between its parts.
///
/// # Errors
/// `WBEM_E_INVALID_NAMESPACE`: it is malformed, or not there;
/// `WBEM_E_NOT_SUPPORTED`: it is on another machine.
pub(super) fn target(view: &View, namespace: &str) -> Result<String> {
    let path = NamespacePath::parse(namespace)?;
    if !path.server.as_deref().is_none_or(is_this_machine) {
        let message = format!("{namespace} is on another machine, into which hiperf can't compile");
        return Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message));
    }
    view.folded(&path.namespace)?;
    Ok(path.namespace)
}

fn compile_one(view: &mut View, namespace: &str, source: &Source, done: &mut Compilation) -> Result<()> {
    let parsed = mof::parse(source.text());
    let mut warnings: Vec<Diagnostic> =
        parsed.diagnostics.iter().filter(|found| !found.is_error()).cloned().collect();
    let (compiled, found) = compiled(view, namespace, source, &parsed)?;
    warnings.extend(found);
    done.warnings.push_str(&source.render(&warnings));
    // Each statement that the compiler has a result for has one, in order.
    let mut spans = parsed.items.iter().filter_map(place);
    let mut edit = Edit::new(view);
    for item in compiled {
        let span = spans.next().ok_or(Status::WBEM_E_UNEXPECTED)?;
        apply(&mut edit, item, namespace, done)
            .map_err(|error| source.failed(&[diagnostic(&error, span)]))?;
    }
    let mut within = namespace.to_owned();
    for item in &parsed.items {
        match item {
            Item::Pragma(pragma) => {
                if let Command::Namespace(path) = &pragma.command {
                    within = NamespacePath::parse(path).map_or(within, |path| path.namespace);
                }
            }
            Item::Qualifier(declaration) => {
                let (start, end) = (declaration.span.start as usize, declaration.span.end as usize);
                done.changes(&within);
                edit.put_qualifier(&within, declaration.name.text, &source.text()[start..end])
                    .map_err(|error| source.failed(&[diagnostic(&error, declaration.span)]))?;
                done.qualifiers += 1;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What the statements of a text ask for, and the compiler's warnings.
fn compiled(
    view: &View,
    namespace: &str,
    source: &Source,
    parsed: &Parsed<'_>,
) -> Result<(Vec<Compiled>, Vec<Diagnostic>)> {
    let unread: Cell<Option<Error>> = Cell::new(None);
    let find = |within: Option<&str>, name: &str| -> Option<Arc<Class>> {
        let found = view.class(&fold(within.unwrap_or(namespace)), name);
        found.map_err(|error| unread.set(Some(error))).ok().flatten()
    };
    let mut compiler = Compiler::new(&find).in_namespace(namespace);
    // A class that is there and can't be read is not a mistake of the text.
    let failed = |diagnostics: Vec<Diagnostic>| unread.take().unwrap_or_else(|| source.failed(&diagnostics));
    let compiled = compiler.compile(parsed).map_err(failed)?;
    Ok((compiled, compiler.take_warnings()))
}

/// Splits a text for the locale that its pragma names, or else for `locale`.
///
/// # Errors
/// What is wrong with the text; `WBEM_E_INVALID_PARAMETER`: nothing names a
/// locale.
pub(crate) fn split(view: &View, namespace: &str, source: &Source, locale: Option<Locale>) -> Result<Split> {
    let parsed = mof::parse(source.text());
    let named = parsed.items.iter().find_map(|item| match item {
        Item::Pragma(Pragma { command: Command::Amendment(named), .. }) => Some(Locale::parse(named)),
        _ => None,
    });
    let Some(locale) = named.transpose()?.or(locale) else {
        let message = "which locale is it for? The text has no #pragma amendment(\"MS_409\")";
        return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message));
    };
    let (compiled, _) = compiled(view, namespace, source, &parsed)?;
    mof::split(source.text(), &parsed.items, &compiled, locale, namespace)
}

/// The place to point at in a statement that the compiler has a result for.
fn place(item: &Item<'_>) -> Option<Span> {
    match item {
        Item::Class(class) => Some(class.name.span),
        Item::Instance(instance) => Some(instance.class.span),
        Item::Pragma(pragma) => match pragma.command {
            Command::DeleteClass { .. }
            | Command::DeleteInstance { .. }
            | Command::Autorecover
            | Command::Amendment(_) => Some(pragma.span),
            Command::Namespace(_)
            | Command::ClassFlags(_)
            | Command::InstanceFlags(_)
            | Command::Include(_)
            | Command::Ignored(_) => None,
        },
        Item::Qualifier(_) => None,
    }
}

fn apply(edit: &mut Edit<'_>, item: Compiled, default: &str, done: &mut Compilation) -> Result<()> {
    let within = |namespace: &Option<String>| namespace.clone().unwrap_or_else(|| default.to_owned());
    match item {
        Compiled::Class { namespace, class, flags } => {
            let namespace = within(&namespace);
            done.classes += 1;
            done.changes(&namespace);
            edit.put_class(&namespace, &class, flags)
        }
        Compiled::Instance { namespace, instance, flags } => {
            let namespace = within(&namespace);
            done.instances += 1;
            done.changes(&namespace);
            edit.put_instance(&namespace, &instance, flags)
        }
        Compiled::DeleteClass { namespace, name, must_exist } => {
            let namespace = within(&namespace);
            let deleted = edit.delete_class(&namespace, &name);
            count_deleted(deleted, must_exist, &namespace, done)
        }
        Compiled::DeleteInstance { namespace, path, must_exist } => {
            let namespace = within(&namespace);
            let deleted = edit.delete_instance(&namespace, &path);
            count_deleted(deleted, must_exist, &namespace, done)
        }
        // Every text is compiled again when the repository is rebuilt.
        Compiled::Autorecover => Ok(()),
        Compiled::Amendment(locale) => {
            let message = format!(
                "the text is to be split into two, one of them for {locale}: name their files with --mof and \
                 --mfl, and compile these"
            );
            Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message))
        }
    }
}

fn count_deleted(
    deleted: Result<()>,
    must_exist: bool,
    namespace: &str,
    done: &mut Compilation,
) -> Result<()> {
    match deleted {
        Ok(()) => {
            done.deletions += 1;
            done.changes(namespace);
            Ok(())
        }
        Err(error) if !must_exist && error.status() == Status::WBEM_E_NOT_FOUND => Ok(()),
        Err(error) => Err(error),
    }
}

fn diagnostic(error: &Error, span: Span) -> Diagnostic {
    Diagnostic::error(error.status(), span, error.message())
}
