//! Values that are no objects, as MOF constants.

use std::fmt::Write as _;

use crate::Value;

/// A value as a MOF constant. An embedded object has none of its own; its class
/// is named.
#[must_use]
pub fn constant(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

pub(super) fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Class(_) => out.push_str("NULL"),
        Value::Char16(unit) => character(*unit, out),
        Value::Real32(v) => real(f64::from(*v), &shortest(*v), out),
        Value::Real64(v) => real(*v, &format!("{v:?}"), out),
        Value::String(text) | Value::Reference(text) => quoted(text, out),
        Value::DateTime(datetime) => quoted(datetime.as_str(), out),
        Value::Array(_, elements) => {
            out.push('{');
            for (n, element) in elements.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { ", " });
                write(element, out);
            }
            out.push('}');
        }
        // Integers and booleans look in MOF as they do anywhere.
        other => drop(write!(out, "{other}")),
    }
}

/// Whether MOF has a constant for the value: it has none for a real that is
/// infinite or no number, and for a class as a value, alone or in an array,
/// which can hold no NULL.
pub(super) fn exists(value: &Value) -> bool {
    match value {
        Value::Class(_) => false,
        Value::Real32(v) => v.is_finite(),
        Value::Real64(v) => v.is_finite(),
        Value::Array(_, elements) => elements.iter().all(exists),
        _ => true,
    }
}

/// The shortest decimal that becomes `v` again, by way of a real64 as the
/// compiler reads it.
fn shortest(v: f32) -> String {
    let text = format!("{v:?}");
    #[allow(clippy::cast_possible_truncation)] // this is what is to be tried
    match text.parse::<f64>() {
        Ok(long) if long as f32 == v => text,
        _ => format!("{:?}", f64::from(v)),
    }
}

/// MOF wants a point in every real.
fn real(value: f64, text: &str, out: &mut String) {
    match text.split_once('e') {
        _ if !value.is_finite() => out.push_str("NULL"),
        Some((digits, exponent)) if !digits.contains('.') => {
            out.extend([digits, ".0e", exponent]);
        }
        _ => out.push_str(text),
    }
}

/// A code unit: the character itself where it can't be mistaken, else its
/// number, because half of a surrogate pair is no character.
fn character(unit: u16, out: &mut String) {
    let is_plain = |c: &char| c.is_ascii_graphic() && !matches!(c, '\'' | '\\');
    match char::from_u32(unit.into()).filter(is_plain) {
        Some(c) => out.extend(['\'', c, '\'']),
        None => drop(write!(out, "'\\x{unit:04X}'")),
    }
}

/// A string with its escapes.
pub(super) fn quoted(text: &str, out: &mut String) {
    out.reserve(text.len() + 2);
    out.push('"');
    // What needs no escape is copied as it is, and most text needs none.
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        if !c.is_control() && !matches!(c, '"' | '\\') {
            continue;
        }
        out.push_str(&text[copied..at]);
        copied = at + c.len_utf8();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Always four digits, so that a digit that follows is not taken
            // for a fifth.
            c => drop(write!(out, "\\x{:04X}", u32::from(c))),
        }
    }
    out.push_str(&text[copied..]);
    out.push('"');
}
