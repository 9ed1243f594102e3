//! What names in a text mean: classes and namespaces.

use std::collections::HashMap;
use std::sync::Arc;

use crate::mof::ast::Span;
use crate::mof::codes;
use crate::mof::diagnostic::Diagnostic;
use crate::path::NamespacePath;
use crate::{Class, Status};

use super::ClassSource;

/// The classes of the text.
#[derive(Default)]
pub(super) struct Classes(HashMap<String, Vec<(usize, Declared)>>);

/// What a statement makes of a class's name.
#[derive(Clone)]
pub(super) enum Declared {
    Class(Arc<Class>),
    /// The class is wrong, which was reported.
    Wrong,
    /// It is deleted.
    Gone,
    /// It is being compiled, and an alias in it leads back to it, or over too
    /// many others.
    Circle,
}

impl Classes {
    /// Namespaces and classes have no case, and no name has a colon.
    pub fn key(namespace: Option<&str>, name: &str) -> String {
        format!("{}:{name}", namespace.unwrap_or("")).to_ascii_lowercase()
    }

    /// An alias can lead to a class further down before its turn has come.
    pub fn insert(&mut self, namespace: Option<&str>, name: &str, order: usize, class: Declared) {
        let declared = self.0.entry(Classes::key(namespace, name)).or_default();
        let at = declared.partition_point(|(known, _)| *known < order);
        declared.insert(at, (order, class));
    }

    /// The class as the text has it before the statement at `order`, or as it
    /// is stored.
    pub fn find(
        &self,
        source: &impl ClassSource,
        namespace: Option<&str>,
        name: &str,
        order: usize,
    ) -> Option<Declared> {
        let declared = self.0.get(&Classes::key(namespace, name));
        let before = declared.and_then(|declared| declared.iter().rev().find(|(at, _)| *at < order));
        match before {
            Some((_, Declared::Gone)) => None,
            Some((_, class)) => Some(class.clone()),
            None => source.class(namespace, name).map(Declared::Class),
        }
    }
}

/// The canonical form of a namespace pragma's path. One leading separator,
/// which no other path may have, is found in shipped files and means nothing.
pub(super) fn namespace_path(text: &str, span: Span) -> Result<String, Diagnostic> {
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
