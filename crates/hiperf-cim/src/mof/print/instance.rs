//! Instances, and the values of properties.

use crate::{Instance, Value};

use super::{Of, Printer, append, constant};

/// Appends `instance of N { ... }` without the semicolon, which an embedded
/// object has none of, and without qualifiers of its own, likewise. The first
/// line is not indented.
pub(super) fn print(printer: Printer, instance: &Instance, indent: &str, out: &mut String) {
    let class = instance.class();
    append(out, format_args!("instance of {}\n{indent}{{\n", class.name()));
    let inner = format!("{indent}\t");
    for (index, property) in class.properties().iter().enumerate() {
        let value = instance.value(index);
        // A NULL that is left out would become the class's default.
        let has_text = !value.is_null() && constant::exists(&value);
        let is_written = has_text || !property.default_value().is_null();
        let qualifiers = instance.property_qualifiers(index);
        if !is_written && qualifiers.is_empty() {
            continue;
        }
        printer.qualifiers(qualifiers, Of::Property, &inner, "\n", out);
        append(out, format_args!("{inner}{}", property.name()));
        if is_written {
            out.push_str(" = ");
            self::value(printer, &value, &inner, out);
        }
        out.push_str(";\n");
    }
    append(out, format_args!("{indent}}}"));
}

/// Appends a value. `indent` is that of the line it begins in.
pub(super) fn value(printer: Printer, value: &Value, indent: &str, out: &mut String) {
    match value {
        Value::Object(object) => print(printer, object, indent, out),
        Value::Array(_, elements)
            if elements.iter().any(|element| matches!(element, Value::Object(_)))
                && constant::exists(value) =>
        {
            out.push('{');
            for (n, element) in elements.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { ", " });
                self::value(printer, element, indent, out);
            }
            out.push('}');
        }
        value if constant::exists(value) => constant::write(value, out),
        _ => out.push_str("NULL"),
    }
}
