//! Keys: the names of everything the repository keeps.
//!
//! ```text
//! key = kind folded-namespace NUL folded-name ;
//! kind = "N" | "C" | "I" | "Q" ;
//! ```
//! Names have no case, so a key has them folded; the record behind it has them
//! as they were written. Keys sort by kind, namespace and name: the classes of a
//! namespace lie together, and so do the instances of a class, whose names are
//! their relative paths and start with the class and `.` or `=`.

use hiperf_cim::path::caseless;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A namespace; its name is empty.
    Namespace = b'N',
    Class = b'C',
    /// A static instance; its name is its relative path.
    Instance = b'I',
    /// A qualifier declaration.
    Qualifier = b'Q',
}

/// A text without its case.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(caseless::fold).collect()
}

/// The key of an object. Both names are folded.
pub(crate) fn key(kind: Kind, namespace: &str, name: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(2 + namespace.len() + name.len());
    key.push(kind as u8);
    key.extend_from_slice(namespace.as_bytes());
    key.push(0);
    key.extend_from_slice(name.as_bytes());
    key
}

/// Kind, namespace and name of a key; `None` for what is no key.
pub(crate) fn parts(key: &[u8]) -> Option<(Kind, &str, &str)> {
    let (kind, rest) = key.split_first()?;
    let kind = [Kind::Namespace, Kind::Class, Kind::Instance, Kind::Qualifier]
        .into_iter()
        .find(|known| *known as u8 == *kind)?;
    let (namespace, name) = std::str::from_utf8(rest).ok()?.split_once('\0')?;
    Some((kind, namespace, name))
}

/// A key as a person reads it.
pub(crate) fn describe(key: &[u8]) -> String {
    match parts(key) {
        Some((Kind::Namespace, namespace, _)) => format!("namespace {namespace}"),
        Some((Kind::Class, namespace, name)) => format!("class {namespace}:{name}"),
        Some((Kind::Instance, namespace, name)) => format!("instance {namespace}:{name}"),
        Some((Kind::Qualifier, namespace, name)) => format!("qualifier type {namespace}:{name}"),
        None => format!("the unknown key {}", String::from_utf8_lossy(key).escape_debug()),
    }
}
