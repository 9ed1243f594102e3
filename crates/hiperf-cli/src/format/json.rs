//! JSON: one object a line, every integer exact.
//!
//! 64-bit integers are numbers, which JSON allows at any length; readers that
//! hold numbers as doubles ask for quotes (`--json-strings`). A real that JSON
//! can't write, which no class should have, is null.
//!
//! Source: RFC 8259.

use std::fmt::Write as _;

use hiperf_cim::Value;

use super::text::is_64_bit;

/// Appends an object of the given fields and a line feed.
pub fn object<'a>(
    out: &mut String,
    fields: impl IntoIterator<Item = (&'a str, Value)>,
    has_quoted_64_bit: bool,
) {
    out.push('{');
    members(out, fields, |out, field| value(out, &field, has_quoted_64_bit));
    out.push_str("}\n");
}

/// The same with an object of texts behind the fields, under a name of its own.
pub fn object_with<'a>(
    out: &mut String,
    fields: impl IntoIterator<Item = (&'a str, Value)>,
    name: &str,
    texts: &[(&str, &str)],
    has_quoted_64_bit: bool,
) {
    object(out, fields, has_quoted_64_bit);
    out.truncate(out.len() - "}\n".len());
    if !out.ends_with('{') {
        out.push(',');
    }
    string(out, name);
    out.push_str(":{");
    members(out, texts.iter().copied(), string);
    out.push_str("}}\n");
}

fn members<'a, T>(
    out: &mut String,
    all: impl IntoIterator<Item = (&'a str, T)>,
    write: impl Fn(&mut String, T),
) {
    for (n, (name, member)) in all.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        string(out, name);
        out.push(':');
        write(out, member);
    }
}

fn value(out: &mut String, value_: &Value, has_quoted_64_bit: bool) {
    match value_ {
        Value::Null => out.push_str("null"),
        Value::Boolean(true) => out.push_str("true"),
        Value::Boolean(false) => out.push_str("false"),
        Value::Real32(real) => match real.is_finite() {
            true => append(out, format_args!("{real:?}")),
            false => out.push_str("null"),
        },
        Value::Real64(real) => match real.is_finite() {
            true => append(out, format_args!("{real:?}")),
            false => out.push_str("null"),
        },
        Value::Array(_, elements) => {
            out.push('[');
            for (n, element) in elements.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                value(out, element, has_quoted_64_bit);
            }
            out.push(']');
        }
        Value::String(text) | Value::Reference(text) => string(out, text),
        Value::DateTime(_) | Value::Char16(_) => string(out, &value_.to_string()),
        integer => {
            let is_quoted = has_quoted_64_bit && integer.type_of().is_some_and(|ty| is_64_bit(ty.scalar));
            let quote = if is_quoted { "\"" } else { "" };
            append(out, format_args!("{quote}{integer}{quote}"));
        }
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // DEL and the C1 controls are legal JSON, but move terminals.
            c if c.is_control() => append(out, format_args!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _never_fails = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiperf_cim::CimType;

    #[track_caller]
    fn check(value: Value, has_quoted_64_bit: bool, expected: &str) {
        let mut out = String::new();
        object(&mut out, [("P", value)], has_quoted_64_bit);
        assert_eq!(out, format!("{{\"P\":{expected}}}\n"));
    }

    #[test]
    fn scalars() {
        check(Value::Null, true, "null");
        check(Value::Boolean(true), true, "true");
        check(Value::Sint8(-128), true, "-128");
        check(Value::Uint64(u64::MAX), false, "18446744073709551615");
        check(Value::Uint64(u64::MAX), true, "\"18446744073709551615\"");
        check(Value::Sint64(i64::MIN), true, "\"-9223372036854775808\"");
        check(Value::Uint32(7), true, "7");
        check(Value::Real64(0.1), false, "0.1");
        check(Value::Real64(1e300), false, "1e300");
        check(Value::Real64(f64::NAN), false, "null");
        check(Value::Real32(0.1), false, "0.1");
        check(Value::Char16(0x41), false, "\"A\"");
    }

    #[test]
    fn texts_are_escaped() {
        check(
            Value::String("a\"b\\c\n\t\x01\x7f é \u{1F600}".into()),
            false,
            "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f é \u{1F600}\"",
        );
    }

    #[test]
    fn texts_in_an_object_of_their_own() {
        let mut out = String::new();
        object_with(&mut out, [("A", Value::Null)], "why", &[("A", "gone"), ("B", "\"")], false);
        object_with(&mut out, [], "why", &[], false);
        assert_eq!(out, "{\"A\":null,\"why\":{\"A\":\"gone\",\"B\":\"\\\"\"}}\n{\"why\":{}}\n");
    }

    #[test]
    fn arrays_and_several_fields() {
        let array = Value::Array(CimType::Uint64, vec![Value::Uint64(1), Value::Uint64(2)]);
        check(array.clone(), true, "[\"1\",\"2\"]");
        let mut out = String::new();
        object(&mut out, [("A", array), ("B", Value::Null)], false);
        assert_eq!(out, "{\"A\":[1,2],\"B\":null}\n");
    }
}
