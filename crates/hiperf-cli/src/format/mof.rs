//! MOF: what was asked for as a MOF compiler reads it.
//!
//! The text is the object model's own ([`hiperf_cim::mof`]); what is made here
//! is an instance of which only some properties were asked for.

use std::fmt::Write as _;

use hiperf_cim::mof::{Printer, constant};
use hiperf_cim::{Class, Value};

/// Appends an instance statement, without the NULLs.
pub fn instance<'a>(out: &mut String, class: &str, properties: impl IntoIterator<Item = (&'a str, Value)>) {
    append(out, format_args!("instance of {class}\n{{\n"));
    for (name, value) in properties {
        if !value.is_null() {
            append(out, format_args!("\t{name} = {};\n", constant(&value)));
        }
    }
    out.push_str("};\n");
}

/// Appends a class statement, without what the class inherits.
pub fn class(out: &mut String, class: &Class) {
    out.push_str(Printer::new().class(class).trim_start_matches('\n'));
}

fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _never_fails = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiperf_cim::ClassBuilder;

    #[test]
    fn instances() {
        let mut out = String::new();
        let properties = [
            ("Name", Value::String("a\"\\".into())),
            ("Gone", Value::Null),
            ("Count", Value::Uint64(u64::MAX)),
        ];
        instance(&mut out, "X", properties);
        assert_eq!(out, "instance of X\n{\n\tName = \"a\\\"\\\\\";\n\tCount = 18446744073709551615;\n};\n");
        assert!(!hiperf_cim::mof::parse(&out).has_errors());
    }

    #[test]
    fn classes() {
        let mut out = String::new();
        class(&mut out, &ClassBuilder::new("X", None).unwrap().build().unwrap());
        assert!(out.starts_with("class X\n"), "{out}");
        assert!(!hiperf_cim::mof::parse(&out).has_errors());
    }
}
