//! MOF: instances and classes as a MOF compiler reads them.
//!
//! Just enough to make the object again: an instance without its NULLs, a class
//! without what it inherits. The flavor that a qualifier has is written behind
//! it.
//!
//! Source: mof.md sections 4 and 10; the Windows page of
//! `IWbemClassObject::GetObjectText`.

use std::fmt::Write as _;

use hiperf_cim::{CimType, Class, Flavor, Property, Qualifier, QualifierSet, Value};

/// Bytes after which a list of qualifiers goes on in another line.
const LINE_LENGTH: usize = 100;

/// Appends an instance statement.
pub fn instance<'a>(out: &mut String, class: &str, properties: impl IntoIterator<Item = (&'a str, Value)>) {
    line(out, format_args!("instance of {class}"));
    out.push_str("{\n");
    for (name, value) in properties {
        if !value.is_null() {
            line(out, format_args!("\t{name} = {};", constant(&value)));
        }
    }
    out.push_str("};\n");
}

/// Appends a class statement.
pub fn class(out: &mut String, class: &Class) {
    qualifier_list(out, "", class.qualifiers());
    match class.superclass() {
        Some(parent) => line(out, format_args!("class {} : {}", class.name(), parent.name())),
        None => line(out, format_args!("class {}", class.name())),
    }
    out.push_str("{\n");
    for property in class.properties().iter().filter(|property| property.is_local()) {
        declaration(out, property);
    }
    out.push_str("};\n");
}

fn declaration(out: &mut String, property: &Property) {
    qualifier_list(out, "\t", property.qualifiers());
    let ty = property.ty();
    let type_name = match (ty.scalar, property.class_name()) {
        (CimType::Reference, class) => format!("{} ref", class.unwrap_or("object")),
        (CimType::Object, Some(class)) => class.to_owned(),
        (scalar, _) => scalar.mof_name().to_owned(),
    };
    let array = if ty.is_array { "[]" } else { "" };
    let default = match property.default_value() {
        Value::Null => String::new(),
        value => format!(" = {}", constant(value)),
    };
    line(out, format_args!("\t{type_name} {}{array}{default};", property.name()));
}

/// Appends `[Key, MaxLen(256) : ToInstance]` without what the class inherits,
/// in as many lines as it takes; nothing if there is nothing.
fn qualifier_list(out: &mut String, indent: &str, set: &QualifierSet) {
    let local = set.iter().filter(|qualifier| {
        !qualifier.flavor.contains(Flavor::PROPAGATED) && !qualifier.name.eq_ignore_ascii_case("CIMTYPE")
    });
    let mut used = 0;
    for (n, text) in local.map(qualifier_text).enumerate() {
        let before = match n {
            0 => format!("{indent}["),
            _ if used + text.len() > LINE_LENGTH => format!(",\n{indent} "),
            _ => ", ".to_owned(),
        };
        used = if before.contains('\n') { 0 } else { used } + before.len() + text.len();
        out.push_str(&before);
        out.push_str(&text);
    }
    if used > 0 {
        out.push_str("]\n");
    }
}

fn qualifier_text(Qualifier { name, value, flavor }: &Qualifier) -> String {
    let value = match value {
        Value::Boolean(true) | Value::Null => String::new(),
        Value::Array(..) => constant(value),
        scalar => format!("({})", constant(scalar)),
    };
    const NAMES: [(Flavor, &str); 4] = [
        (Flavor::TO_INSTANCE, " ToInstance"),
        (Flavor::TO_DERIVED_CLASS, " ToSubclass"),
        (Flavor::NOT_OVERRIDABLE, " DisableOverride"),
        (Flavor::AMENDED, " Amended"),
    ];
    let flavors: String =
        NAMES.iter().filter(|(bit, _)| flavor.contains(*bit)).map(|(_, name)| *name).collect();
    // A key has its flavor whatever is written.
    let colon = if flavors.is_empty() || name.eq_ignore_ascii_case("key") { None } else { Some(" :") };
    format!("{name}{value}{}", colon.map(|colon| format!("{colon}{flavors}")).unwrap_or_default())
}

/// A value as a MOF constant.
pub fn constant(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Char16(unit) => format!("'\\x{unit:04X}'"),
        Value::Real32(real) => real_constant(real.is_finite(), format!("{real:?}")),
        Value::Real64(real) => real_constant(real.is_finite(), format!("{real:?}")),
        Value::String(text) | Value::Reference(text) => quoted(text),
        Value::DateTime(datetime) => quoted(datetime.as_str()),
        Value::Array(_, elements) => {
            format!("{{{}}}", elements.iter().map(constant).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// MOF wants a point in every real, and has no name for what is no number.
fn real_constant(is_finite: bool, text: String) -> String {
    match text.split_once('e') {
        _ if !is_finite => "NULL".to_owned(),
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Always four digits, so that a digit that follows is not taken for a fifth.
            c if c.is_control() => append(&mut out, format_args!("\\x{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    append(out, text);
    out.push('\n');
}

fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _never_fails = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiperf_cim::{ClassBuilder, PropertyDeclaration};

    #[test]
    fn instances() {
        let mut out = String::new();
        let properties = [
            ("Name", Value::String("a\"\\\n\u{1}1".into())),
            ("Gone", Value::Null),
            ("Count", Value::Uint64(u64::MAX)),
            ("Share", Value::Real64(2.0)),
            ("Huge", Value::Real64(1e300)),
            ("Is", Value::Boolean(false)),
            ("Letter", Value::Char16(0x41)),
            ("List", Value::Array(CimType::Sint8, vec![Value::Sint8(-1), Value::Sint8(2)])),
        ];
        instance(&mut out, "X", properties);
        assert_eq!(
            out,
            "instance of X\n{\n\tName = \"a\\\"\\\\\\n\\x00011\";\n\tCount = 18446744073709551615;\n\
             \tShare = 2.0;\n\tHuge = 1.0e300;\n\tIs = FALSE;\n\tLetter = '\\x0041';\n\tList = {-1, 2};\n};\n"
        );
        assert!(!hiperf_cim::mof::parse(&out).has_errors());
    }

    #[test]
    fn classes_without_what_they_inherit() {
        let property = |name: &str, cim: CimType, qualifiers, default| PropertyDeclaration {
            name: name.into(),
            ty: cim.into(),
            class_name: None,
            qualifiers,
            default,
        };
        let key = Qualifier::new("Key", Value::Boolean(true), Flavor::NONE);
        let mut parent = ClassBuilder::new("Parent", None).unwrap();
        parent.property(property("Name", CimType::String, vec![key], None)).unwrap();
        let parent = parent.build().unwrap();
        let mut child = ClassBuilder::new("Child", Some(parent.clone())).unwrap();
        child.qualifier(Qualifier::new("Dynamic", Value::Boolean(true), Flavor::TO_INSTANCE)).unwrap();
        child.property(property("Size", CimType::Sint32, vec![], Some(Value::Sint32(3)))).unwrap();
        let child = child.build().unwrap();
        let mut out = String::new();
        class(&mut out, &parent);
        class(&mut out, &child);
        assert_eq!(
            out,
            "class Parent\n{\n\t[Key]\n\tstring Name;\n};\n\
             [Dynamic : ToInstance]\nclass Child : Parent\n{\n\tsint32 Size = 3;\n};\n"
        );
        assert!(!hiperf_cim::mof::parse(&out).has_errors());
    }
}
