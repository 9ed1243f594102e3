//! Object paths: the names of classes and instances.
//!
//! ```text
//! path      = [ server ] [ namespace ":" ] object ;
//! server    = ("\\" | "//") name ("\" | "/") ;
//! namespace = name { ("\" | "/") name } ;
//! object    = class [ "=" "@" | "=" const | "." key "=" const { "," key "=" const } ] ;
//! const     = integer | real | string | "TRUE" | "FALSE" ;
//! ```
//! Strings are between double or single quotes, with `\"`, `\'` and `\\` for
//! the three. There is no white space outside of strings. [`ObjectPath`]
//! prints the canonical form: backslashes, double quotes, decimal numbers.
//! Which keys a class has is not known here; the engine checks that.
//! A path to a namespace alone is a [`NamespacePath`].
//!
//! Source: \[MS-WMI\] 2.2.2 and the Windows pages `describing-*-object-path`.

pub mod caseless;
mod namespace;
mod parser;

use std::fmt;
use std::fmt::Write as _;

pub use namespace::NamespacePath;

use crate::{CimType, Result, Value};

/// Most characters of a path.
pub const MAX_PATH_CHARACTERS: usize = 0x2000;
/// Most characters of a name in a path.
pub const MAX_NAME_CHARACTERS: usize = 0x1000;

/// The path of a class or of an instance.
///
/// `==` is exact; [`ObjectPath::names_same_object`] compares as WMI does.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectPath {
    /// The machine; `None` and `.` are this one.
    pub server: Option<String>,
    /// The namespace with `\` between its parts; `None` is the current one.
    pub namespace: Option<String>,
    /// The class.
    pub class: String,
    /// Which instance of the class, if any.
    pub keys: Keys,
}

/// The part of a path that tells an instance from the others of its class.
#[derive(Clone, Debug, PartialEq)]
pub enum Keys {
    /// None: the path names the class itself.
    None,
    /// `=@`: the only instance of a singleton class.
    Singleton,
    /// `="value"`: the value of the class's only key, whatever it is called.
    Unnamed(KeyValue),
    /// `.Key="value",..` in the order given, no name twice.
    Named(Vec<(String, KeyValue)>),
}

/// The value of a key in a path.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyValue {
    /// Quoted text: a string, a datetime, or the path of a reference.
    String(String),
    /// A whole number.
    Integer(i128),
    /// A finite number with a fraction or an exponent.
    Real(f64),
    /// `TRUE` or `FALSE`.
    Boolean(bool),
}

impl ObjectPath {
    /// Parses a path.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT_PATH`, with the path, the column and the reason.
    pub fn parse(text: &str) -> Result<ObjectPath> {
        parser::parse(text)
    }

    /// The path of the class `name` in the current namespace.
    #[must_use]
    pub fn class(name: impl Into<String>) -> ObjectPath {
        ObjectPath { server: None, namespace: None, class: name.into(), keys: Keys::None }
    }

    /// Whether it names a class, not an instance.
    #[must_use]
    pub fn is_class(&self) -> bool {
        self.keys == Keys::None
    }

    /// The value given for a key; an unnamed value is that of every name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&KeyValue> {
        match &self.keys {
            Keys::None | Keys::Singleton => None,
            Keys::Unnamed(value) => Some(value),
            Keys::Named(keys) => {
                keys.iter().find(|(key, _)| caseless::equal(key, name)).map(|(_, value)| value)
            }
        }
    }

    /// The path without server and namespace: the `__RELPATH`.
    #[must_use]
    pub fn relpath(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = self.write_relpath(&mut text);
        text
    }

    /// Whether two paths name the same object: without regard to case, to the
    /// order of the keys, and to the name of an only key. A server or namespace
    /// that only one of them has is taken to be the other's.
    #[must_use]
    pub fn names_same_object(&self, other: &ObjectPath) -> bool {
        let same_or_open = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => caseless::equal(a, b),
            _ => true,
        };
        let local = |server: &Option<String>| server.as_deref().is_none_or(namespace::is_local);
        (local(&self.server) && local(&other.server) || same_or_open(&self.server, &other.server))
            && same_or_open(&self.namespace, &other.namespace)
            && caseless::equal(&self.class, &other.class)
            && match (&self.keys, &other.keys) {
                (Keys::None, Keys::None) | (Keys::Singleton, Keys::Singleton) => true,
                (Keys::Unnamed(a), Keys::Unnamed(b)) => a.same(b),
                (Keys::Unnamed(a), Keys::Named(named)) | (Keys::Named(named), Keys::Unnamed(a)) => {
                    matches!(named.as_slice(), [(_, b)] if a.same(b))
                }
                (Keys::Named(a), Keys::Named(b)) => {
                    a.len() == b.len()
                        && a.iter().all(|(name, value)| other.key(name).is_some_and(|b| value.same(b)))
                }
                _ => false,
            }
    }

    fn write_relpath(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str(&self.class)?;
        match &self.keys {
            Keys::None => Ok(()),
            Keys::Singleton => out.write_str("=@"),
            Keys::Unnamed(value) => write!(out, "={value}"),
            Keys::Named(keys) => keys.iter().enumerate().try_for_each(|(n, (name, value))| {
                write!(out, "{}{name}={value}", if n == 0 { '.' } else { ',' })
            }),
        }
    }
}

impl fmt::Display for ObjectPath {
    /// The canonical form. A server without a namespace can't be said in a
    /// path, and is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            if let Some(server) = &self.server {
                write!(f, "\\\\{server}\\")?;
            }
            write!(f, "{namespace}:")?;
        }
        self.write_relpath(f)
    }
}

impl std::str::FromStr for ObjectPath {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<ObjectPath> {
        ObjectPath::parse(text)
    }
}

impl KeyValue {
    /// A key's value as a path has it; `None` for NULL, an array and a number
    /// that isn't finite, which no path can hold.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<KeyValue> {
        Some(match value {
            Value::Null | Value::Array(..) => return None,
            Value::Boolean(v) => KeyValue::Boolean(*v),
            Value::Char16(_) => KeyValue::String(value.to_string()),
            Value::String(text) | Value::Reference(text) => KeyValue::String(text.clone()),
            Value::DateTime(datetime) => KeyValue::String(datetime.to_string()),
            Value::Real32(_) | Value::Real64(_) => KeyValue::Real(value.as_real().filter(|v| v.is_finite())?),
            _ => KeyValue::Integer(value.as_integer()?),
        })
    }

    /// The value for a key of type `cim`; `None` when it can't be one. A
    /// quoted number will do for a number, 0 and 1 for a boolean.
    #[must_use]
    pub fn to_value(&self, cim: CimType) -> Option<Value> {
        match (self, cim) {
            (KeyValue::String(text), CimType::String) => Some(Value::String(text.clone())),
            (KeyValue::String(text), CimType::Reference) => Some(Value::Reference(text.clone())),
            (KeyValue::String(text), CimType::DateTime) => crate::DateTime::parse(text).map(Value::DateTime),
            (KeyValue::String(text), CimType::Char16) => {
                let mut units = text.encode_utf16();
                let unit = units.next()?;
                units.next().is_none().then_some(Value::Char16(unit))
            }
            (KeyValue::Integer(v), CimType::String) => Some(Value::String(v.to_string())),
            (KeyValue::Boolean(v), CimType::Boolean) => Some(Value::Boolean(*v)),
            (KeyValue::Integer(v @ (0 | 1)), CimType::Boolean) => Some(Value::Boolean(*v == 1)),
            (KeyValue::String(text), CimType::Boolean) => {
                let truth = ["false", "true"].iter().position(|word| caseless::equal(text, word))?;
                Some(Value::Boolean(truth == 1))
            }
            (KeyValue::Integer(v), cim) if cim.is_integer() => Value::from_integer(cim, *v),
            (KeyValue::String(text), cim) if cim.is_integer() => {
                Value::from_integer(cim, text.trim().parse().ok()?)
            }
            (_, CimType::Real32 | CimType::Real64) => {
                #[allow(clippy::cast_precision_loss)] // the nearest real is what is meant
                let real = match self {
                    KeyValue::Real(v) => *v,
                    KeyValue::Integer(v) => *v as f64,
                    KeyValue::String(text) => text.trim().parse().ok()?,
                    KeyValue::Boolean(_) => return None,
                };
                #[allow(clippy::cast_possible_truncation)] // a real32 has what fits
                let value =
                    if cim == CimType::Real32 { Value::Real32(real as f32) } else { Value::Real64(real) };
                Some(value)
            }
            _ => None,
        }
    }

    /// Whether two values are the same, text without regard to case.
    #[must_use]
    pub fn same(&self, other: &KeyValue) -> bool {
        match (self, other) {
            (KeyValue::String(a), KeyValue::String(b)) => caseless::equal(a, b),
            _ => self == other,
        }
    }
}

impl fmt::Display for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyValue::String(text) => {
                f.write_char('"')?;
                for c in text.chars() {
                    if matches!(c, '"' | '\\') {
                        f.write_char('\\')?;
                    }
                    f.write_char(c)?;
                }
                f.write_char('"')
            }
            KeyValue::Integer(v) => write!(f, "{v}"),
            // The debug form keeps a fraction or an exponent, so that a real
            // is read back as one.
            KeyValue::Real(v) => write!(f, "{v:?}"),
            KeyValue::Boolean(v) => f.write_str(if *v { "TRUE" } else { "FALSE" }),
        }
    }
}

/// The `__RELPATH` of the instance of `class` with these keys, in the order
/// given: `Class.Name="a"`, or `Class=@` without keys. No key is NULL: an
/// instance with a NULL key has no path, which is for the caller to say. A
/// value that no path can hold is written as quoted text.
#[must_use]
pub fn relpath(class: &str, keys: &[(&str, &Value)]) -> String {
    let key =
        |value: &Value| KeyValue::from_value(value).unwrap_or_else(|| KeyValue::String(value.to_string()));
    let named: Vec<_> = keys.iter().map(|(name, value)| ((*name).to_owned(), key(value))).collect();
    let keys = if named.is_empty() { Keys::Singleton } else { Keys::Named(named) };
    ObjectPath { keys, ..ObjectPath::class(class) }.relpath()
}

#[cfg(test)]
mod tests;
