//! Everything that an object says, as text to compare.
//!
//! `==` won't do: what is no number is not equal to itself, and instances are
//! equal without regard to their qualifiers. `Debug` won't do either, because
//! two equal instances may hold their bytes in another order.

use std::fmt::Write as _;

use hiperf_cim::wmio::Object;
use hiperf_cim::{Class, Instance, QualifierSet, Value};

/// Both objects say the same; else the first line that differs is shown.
#[track_caller]
pub fn assert_same(one: &Object, other: &Object) {
    let (one, other) = (object(one), object(other));
    if let Some((one, other)) = one.lines().zip(other.lines()).find(|(one, other)| one != other) {
        panic!("{one}\n{other}");
    }
    assert_eq!(one.len(), other.len(), "one ends where the other goes on");
}

fn object(object: &Object) -> String {
    let mut out = String::new();
    match object {
        Object::Class(object) => {
            line(&mut out, format_args!("{:?} {:?}", object.decoration, object.prototype));
            for class in std::iter::successors(Some(&object.class), |class| class.superclass()) {
                self::class(class, &mut out);
            }
        }
        Object::Instance(object) => {
            self::class(object.class(), &mut out);
            instance(object, &mut out);
        }
    }
    out
}

fn class(class: &Class, out: &mut String) {
    let derivation: Vec<&str> = class.derivation().collect();
    line(out, format_args!("class {} {derivation:?} {:?}", class.name(), class.keys()));
    qualifiers(class.qualifiers(), out);
    for property in class.properties() {
        let (name, of) = (property.name(), property.class_name());
        line(out, format_args!("property {name} {:?} {of:?} {}", property.ty(), property.origin()));
        line(out, format_args!("{} {}", property.is_key(), property.is_local()));
        value(property.default_value(), out);
        qualifiers(property.qualifiers(), out);
    }
    for method in class.methods() {
        line(out, format_args!("method {} {} {}", method.name(), method.origin(), method.is_local()));
        qualifiers(method.qualifiers(), out);
        for signature in [method.input(), method.output()] {
            match signature {
                Some(signature) => self::class(signature, out),
                None => line(out, format_args!("no parameters")),
            }
        }
    }
}

fn instance(instance: &Instance, out: &mut String) {
    line(out, format_args!("instance {:?} {:?}", instance.relpath(), instance.decoration()));
    qualifiers(instance.qualifiers(), out);
    for index in 0..instance.class().properties().len() {
        line(out, format_args!("value {index} {}", instance.is_default(index)));
        value(&instance.value(index), out);
        qualifiers(instance.property_qualifiers(index), out);
    }
}

fn qualifiers(set: &QualifierSet, out: &mut String) {
    for qualifier in set {
        line(out, format_args!("qualifier {} {:?}", qualifier.name, qualifier.flavor));
        value(&qualifier.value, out);
    }
}

fn value(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            class(object.class(), out);
            instance(object, out);
        }
        Value::Class(object) => {
            line(out, format_args!("{:?} {:?}", object.decoration, object.prototype));
            class(&object.class, out);
        }
        Value::Array(cim, elements) => {
            line(out, format_args!("array {cim:?} {}", elements.len()));
            elements.iter().for_each(|element| self::value(element, out));
        }
        other => line(out, format_args!("{other:?}")),
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = writeln!(out, "{text}");
}
