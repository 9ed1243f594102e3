//! [`Target`]: what a person names on the command line: a class, an object or
//! a query.

use std::sync::Arc;

use hiperf::{Namespace, Query};
use hiperf_cim::path::{Keys, ObjectPath};
use hiperf_cim::{Class, Result};

use crate::names;

/// What is to be watched.
pub enum Target {
    /// All instances of a class.
    Class(Arc<Class>),
    /// One object: its class, and its path with the class's full name.
    Object(Arc<Class>, String),
    /// The rows of a query.
    Query(Query),
}

impl Target {
    /// Understands an argument: text that starts with SELECT is a query, text
    /// with `=` in it an object path, and everything else a class.
    ///
    /// # Errors
    /// Those of the query, of the path, and of [`names::resolve`].
    pub fn parse(namespace: &Namespace, text: &str) -> Result<Target> {
        let first = text.split_whitespace().next().unwrap_or("");
        if first.eq_ignore_ascii_case("SELECT") {
            return Ok(Target::Query(Query::new(namespace, text)?));
        }
        if !text.contains('=') {
            return Ok(Target::Class(names::resolve(namespace, text)?));
        }
        let (class, path) = object(namespace, text)?;
        Ok(Target::Object(class, path))
    }
}

/// The class and the full path of an object. The class in the path may be
/// shortened, and a class with one instance needs no more than its name.
///
/// # Errors
/// Those of the path, and of [`names::resolve`].
pub fn object(namespace: &Namespace, text: &str) -> Result<(Arc<Class>, String)> {
    // A display name is no path because of its blanks.
    let mut path = match ObjectPath::parse(text) {
        Ok(path) => path,
        Err(_) if !text.contains(['=', '.', '\\', '/', ':']) => ObjectPath::class(text),
        Err(error) => return Err(error),
    };
    let class = names::resolve(namespace, &path.class)?;
    path.class = class.name().to_owned();
    if path.keys == Keys::None && class.is_singleton() {
        path.keys = Keys::Singleton;
    }
    Ok((class, path.to_string()))
}
