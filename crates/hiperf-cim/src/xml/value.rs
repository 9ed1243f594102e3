//! Values as elements: `VALUE` and its kin.

use super::element::{Element, is_xml};
use super::{Dialect, Form, Options, XmlObject, decode, encode, form, invalid, parser, reference};
use crate::path::ObjectPath;
use crate::wmio::ClassObject;
use crate::{CimType, DateTime, Error, Result, Status, Type, Value};

/// The element of a value; `None` for NULL, which has none.
pub(super) fn write(value: &Value, ty: Type, options: Options) -> Result<Option<Element>> {
    let form = form(ty, options.dialect);
    Ok(match value {
        Value::Null => None,
        Value::Array(_, elements) => {
            let children = elements.iter().map(|element| scalar(element, &form, options));
            Some(Element::new(form.value).with_children(children.collect::<Result<Vec<_>>>()?))
        }
        other => Some(scalar(other, &form, options)?),
    })
}

fn scalar(value: &Value, form: &Form, options: Options) -> Result<Element> {
    Ok(match value {
        Value::Reference(path) => {
            Element::new("VALUE.REFERENCE").with_children([reference::write(&ObjectPath::parse(path)?)?])
        }
        Value::Object(instance) => object(encode::instance(instance, options)?, form),
        Value::Class(class) => {
            object(encode::class(&class.class, class.decoration.as_deref(), options)?, form)
        }
        other => Element::new("VALUE").with_text(text(other)?),
    })
}

/// An embedded object, as an element or as the text of one.
fn object(object: Element, form: &Form) -> Element {
    if form.in_string {
        return Element::new("VALUE").with_text(object.to_string());
    }
    Element::new("VALUE.OBJECT").with_children([object])
}

/// A scalar as text.
pub(super) fn text(value: &Value) -> Result<String> {
    let text = match value {
        Value::Real32(v) => real((*v).into(), format!("{v:?}")),
        Value::Real64(v) => real(*v, format!("{v:?}")),
        Value::Char16(unit) => char::from_u32((*unit).into()).map_or("\0".to_owned(), String::from),
        other => other.to_string(),
    };
    if text.chars().all(is_xml) {
        return Ok(text);
    }
    let message = "a text has a character that XML can't hold";
    Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message))
}

fn real(value: f64, text: String) -> String {
    match value {
        v if v.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "INF".to_owned(),
        f64::NEG_INFINITY => "-INF".to_owned(),
        _ => text,
    }
}

/// The value of the property, parameter or qualifier `holder`; NULL if it has
/// none. `depth` objects are around the one it belongs to.
///
/// # Errors
/// * `WBEM_E_TYPE_MISMATCH`: it is of another type.
/// * `WBEM_E_ILLEGAL_NULL`: a NULL in an array.
pub(super) fn read(holder: &Element, ty: Type, depth: u32) -> Result<Value> {
    let value = |dialect| holder.child(form(ty, dialect).value);
    let Some(found) = value(Dialect::Wmi).or_else(|| value(Dialect::Cim)) else { return Ok(Value::Null) };
    if !ty.is_array {
        return read_scalar(found, ty.scalar, depth);
    }
    let elements = found.children.iter().map(|element| match &*element.name {
        "VALUE.NULL" => Err(Error::new(Status::WBEM_E_ILLEGAL_NULL, "an array can hold no NULL")),
        _ => read_scalar(element, ty.scalar, depth),
    });
    Ok(Value::Array(ty.scalar, elements.collect::<Result<_>>()?))
}

fn read_scalar(element: &Element, cim: CimType, depth: u32) -> Result<Value> {
    match (cim, &*element.name) {
        (CimType::Reference, "VALUE.REFERENCE") => reference::read(element).map(Value::Reference),
        (CimType::Object, "VALUE.OBJECT") => match element.children.first() {
            Some(object) => embedded(object, depth),
            None => Err(invalid("VALUE.OBJECT holds no object")),
        },
        (CimType::Object, "VALUE") => embedded(&parser::parse(&element.text)?, depth),
        (CimType::Reference | CimType::Object, _) => Err(mismatch(&element.name, cim)),
        (_, "VALUE") => parse(&element.text, cim).ok_or_else(|| mismatch(&element.text, cim)),
        (_, other) => Err(invalid(format!("{other} is no value of type {}", cim.mof_name()))),
    }
}

fn embedded(element: &Element, depth: u32) -> Result<Value> {
    match decode::object(element, None, depth + 1)? {
        XmlObject::Instance(instance) => Ok(Value::Object(instance)),
        XmlObject::Class(class, decoration) => {
            let object = ClassObject { class, decoration, prototype: None };
            Ok(Value::Class(Box::new(object)))
        }
    }
}

fn mismatch(text: &str, cim: CimType) -> Error {
    Error::new(Status::WBEM_E_TYPE_MISMATCH, format!("{text} is no {}", cim.mof_name()))
}

/// A scalar from its text.
fn parse(text: &str, cim: CimType) -> Option<Value> {
    let word = text.trim();
    Some(match cim {
        CimType::String => Value::String(text.to_owned()),
        CimType::DateTime => Value::DateTime(DateTime::parse(word)?),
        CimType::Boolean if word.eq_ignore_ascii_case("true") => Value::Boolean(true),
        CimType::Boolean if word.eq_ignore_ascii_case("false") => Value::Boolean(false),
        CimType::Char16 => {
            let mut units = text.encode_utf16();
            Value::Char16(units.next().filter(|_| units.next().is_none())?)
        }
        CimType::Real32 => Value::Real32(parse_real(word)?),
        CimType::Real64 => Value::Real64(parse_real(word)?),
        integer if integer.is_integer() => Value::from_integer(integer, parse_integer(word)?)?,
        _ => return None,
    })
}

/// Rust's names for what is no number are more than those of DSP0201.
fn parse_real<T: std::str::FromStr>(word: &str) -> Option<T> {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    (is_number || matches!(word, "NaN" | "INF" | "+INF" | "-INF")).then(|| word.parse().ok())?
}

fn parse_integer(word: &str) -> Option<i128> {
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((digits, 10), |digits| (digits, 16));
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    i64::from_str_radix(digits, radix)
        .map(i128::from)
        .or_else(|_| u64::from_str_radix(digits, radix).map(i128::from))
        .ok()
        .map(|value| sign * value)
}
