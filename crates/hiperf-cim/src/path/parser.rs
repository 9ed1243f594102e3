//! The parser of [`super::ObjectPath`]: one function per rule of its grammar.

use super::caseless;
use super::{KeyValue, Keys, MAX_NAME_CHARACTERS, MAX_PATH_CHARACTERS, ObjectPath};
use crate::{Error, Result, Status};

/// Parses a path.
pub(super) fn parse(text: &str) -> Result<ObjectPath> {
    let mut parser = Parser { text, at: 0 };
    if text.encode_utf16().count() > MAX_PATH_CHARACTERS {
        let message = format!("an object path has at most {MAX_PATH_CHARACTERS} characters");
        return Err(Error::new(Status::WBEM_E_INVALID_OBJECT_PATH, message));
    }
    let path = parser.path()?;
    if parser.at < text.len() {
        return parser.wrong("nothing more can stand after the path");
    }
    Ok(path)
}

struct Parser<'a> {
    text: &'a str,
    /// A byte position on a character's edge.
    at: usize,
}

impl<'a> Parser<'a> {
    fn path(&mut self) -> Result<ObjectPath> {
        if self.text.is_empty() {
            return self.wrong("it is empty; a path names at least a class");
        }
        let server = self.server()?;
        let namespace = self.namespace(server.is_some())?;
        let class = self.name("the name of a class")?.to_owned();
        let keys = self.keys()?;
        Ok(ObjectPath { server, namespace, class, keys })
    }

    fn server(&mut self) -> Result<Option<String>> {
        if !self.rest().starts_with(is_separator) {
            return Ok(None);
        }
        if !self.rest()[1..].starts_with(is_separator) {
            return self.wrong("a path starts with two slashes and a machine's name, or with no slash");
        }
        self.at += 2;
        let name = self.take_while(|c| !is_separator(c) && !c.is_whitespace() && !c.is_control());
        if name.is_empty() {
            return self.wrong("expected a machine's name, or '.' for this one");
        }
        if !self.rest().starts_with(is_separator) {
            return self.wrong("expected a slash and a namespace after the machine's name");
        }
        self.at += 1;
        Ok(Some(name.to_owned()))
    }

    /// The namespace before a ':'; required after a server.
    fn namespace(&mut self, required: bool) -> Result<Option<String>> {
        let head = &self.rest()[..self.rest().find(['"', '\'', '=']).unwrap_or(self.rest().len())];
        if !head.contains(':') {
            if required {
                self.at = self.text.len();
                return self.wrong("a namespace alone names no object; expected ':' and a class");
            }
            return Ok(None);
        }
        let mut namespace = self.name("the name of a namespace")?.to_owned();
        while self.eat(is_separator) {
            namespace.push('\\');
            namespace.push_str(self.name("the name of a namespace")?);
        }
        if !self.eat(|c| c == ':') {
            return self.wrong("expected '\\' or ':' after the name of a namespace");
        }
        Ok(Some(namespace))
    }

    fn keys(&mut self) -> Result<Keys> {
        if self.eat(|c| c == '=') {
            if self.eat(|c| c == '@') {
                return Ok(Keys::Singleton);
            }
            let value = self.value()?;
            if self.rest().starts_with(',') {
                return self.wrong("several keys need their names: Class.A=1,B=2");
            }
            return Ok(Keys::Unnamed(value));
        }
        if !self.eat(|c| c == '.') {
            return match self.rest().chars().next() {
                None => Ok(Keys::None),
                Some('\\' | '/') => {
                    self.wrong("a namespace is followed by ':' and a class: root\\cimv2:Class")
                }
                Some(_) => self.wrong("expected '.' or '=' and keys after the class, without white space"),
            };
        }
        let mut keys: Vec<(String, KeyValue)> = Vec::new();
        loop {
            let start = self.at;
            let name = self.name("the name of a key")?;
            if keys.iter().any(|(known, _)| caseless::equal(known, name)) {
                self.at = start;
                return self.wrong(&format!("the key {name} is given twice"));
            }
            if !self.eat(|c| c == '=') {
                return self.wrong(&format!("expected '=' and a value after the key {name}"));
            }
            keys.push((name.to_owned(), self.value()?));
            if !self.eat(|c| c == ',') {
                return Ok(Keys::Named(keys));
            }
        }
    }

    fn value(&mut self) -> Result<KeyValue> {
        match self.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => self.string(quote).map(KeyValue::String),
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.number(),
            _ => {
                let start = self.at;
                let word = self.take_while(is_name_character);
                if word.eq_ignore_ascii_case("true") {
                    return Ok(KeyValue::Boolean(true));
                }
                if word.eq_ignore_ascii_case("false") {
                    return Ok(KeyValue::Boolean(false));
                }
                self.at = start;
                self.wrong("expected a value: a number, TRUE, FALSE, or text between quotes")
            }
        }
    }

    fn string(&mut self, quote: char) -> Result<String> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else {
                self.at = start;
                return self.wrong("the text that starts here has no closing quote");
            };
            if c == '\\' {
                let Some(escaped @ ('\\' | '"' | '\'')) = self.rest()[1..].chars().next() else {
                    return self.wrong("a backslash in quoted text is written twice");
                };
                text.push(escaped);
                self.at += 2;
                continue;
            }
            self.at += c.len_utf8();
            if c == quote {
                return Ok(text);
            }
            text.push(c);
        }
    }

    fn number(&mut self) -> Result<KeyValue> {
        let start = self.at;
        let negative = self.rest().starts_with('-');
        self.eat(|c| matches!(c, '+' | '-'));
        let digits_start = self.at;
        let mut previous = ' ';
        let digits = self.take_while(|c| {
            let sign_of_exponent = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E');
            previous = c;
            c.is_ascii_alphanumeric() || c == '.' || sign_of_exponent
        });
        let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
        let magnitude = match hexadecimal {
            Some(hex) => i128::from_str_radix(hex, 16).ok(),
            None => digits.parse::<i128>().ok(),
        };
        if let Some(magnitude) = magnitude {
            return Ok(KeyValue::Integer(if negative { -magnitude } else { magnitude }));
        }
        // Of what Rust reads as a real, infinity and NaN have no digit first.
        let numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        let is_real = digits.contains(['.', 'e', 'E']);
        match self.text[digits_start..self.at].parse::<f64>() {
            Ok(real) if numeric && is_real && real.is_finite() => {
                Ok(KeyValue::Real(if negative { -real } else { real }))
            }
            _ => {
                self.at = start;
                self.wrong("this is no number; text stands between quotes")
            }
        }
    }

    fn name(&mut self, expected: &str) -> Result<&'a str> {
        let start = self.at;
        let name = self.take_while(is_name_character);
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            self.at = start;
            return self.wrong(&format!("expected {expected}"));
        }
        if name.encode_utf16().count() > MAX_NAME_CHARACTERS {
            self.at = start;
            return self.wrong(&format!("a name has at most {MAX_NAME_CHARACTERS} characters"));
        }
        Ok(name)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn eat(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let next = self.rest().chars().next().filter(|c| wanted(*c));
        self.at += next.map_or(0, char::len_utf8);
        next.is_some()
    }

    fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// The error at this place.
    fn wrong<T>(&self, reason: &str) -> Result<T> {
        let column = self.text[..self.at].chars().count() + 1;
        Err(Error::new(
            Status::WBEM_E_INVALID_OBJECT_PATH,
            format!("the object path {} is not valid at column {column}: {reason}", self.text),
        ))
    }
}

/// Both slashes separate, since both are in use.
pub(super) fn is_separator(c: char) -> bool {
    matches!(c, '\\' | '/')
}

/// What names of classes, keys and namespaces are made of.
pub(super) fn is_name_character(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
