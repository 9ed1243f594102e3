//! References: from the text of an object path to the elements of one.
//!
//! ```text
//! VALUE.REFERENCE = CLASSNAME | LOCALCLASSPATH | CLASSPATH
//!                 | INSTANCENAME | LOCALINSTANCEPATH | INSTANCEPATH ;
//! INSTANCENAME    = CLASSNAME { KEYBINDING } | CLASSNAME KEYVALUE ;
//! ```
//! An instance name without keys is that of a singleton. What comes back is the
//! path in its canonical form.

use super::element::Element;
use super::{invalid, value};
use crate::path::{KeyValue, Keys, ObjectPath};
use crate::{Result, Value};

/// The element of a path.
///
/// # Errors
/// `WBEM_E_NOT_SUPPORTED`: a key has a character that XML can't hold.
pub(super) fn write(path: &ObjectPath) -> Result<Element> {
    let object = match &path.keys {
        Keys::None => Element::new("CLASSNAME").with("NAME", &*path.class),
        keys => Element::new("INSTANCENAME").with("CLASSNAME", &*path.class).with_children(write_keys(keys)?),
    };
    let kind = if path.is_class() { "CLASSPATH" } else { "INSTANCEPATH" };
    let Some(namespace) = &path.namespace else { return Ok(object) };
    let names = namespace.split('\\').map(|name| Element::new("NAMESPACE").with("NAME", name));
    let namespace = Element::new("LOCALNAMESPACEPATH").with_children(names);
    Ok(match &path.server {
        None => Element::new(format!("LOCAL{kind}")).with_children([namespace, object]),
        Some(server) => {
            let host = Element::new("HOST").with_text(&**server);
            let namespace = Element::new("NAMESPACEPATH").with_children([host, namespace]);
            Element::new(kind).with_children([namespace, object])
        }
    })
}

fn write_keys(keys: &Keys) -> Result<Vec<Element>> {
    match keys {
        Keys::None | Keys::Singleton => Ok(Vec::new()),
        Keys::Unnamed(key) => Ok(vec![write_key(key)?]),
        Keys::Named(keys) => {
            let bind = |(name, key): &(String, KeyValue)| {
                Ok(Element::new("KEYBINDING").with("NAME", &**name).with_children([write_key(key)?]))
            };
            keys.iter().map(bind).collect()
        }
    }
}

fn write_key(key: &KeyValue) -> Result<Element> {
    let (kind, text) = match key {
        KeyValue::String(text) => ("string", value::text(&Value::String(text.clone()))?),
        KeyValue::Integer(integer) => ("numeric", integer.to_string()),
        KeyValue::Real(real) => ("numeric", format!("{real:?}")),
        KeyValue::Boolean(boolean) => ("boolean", if *boolean { "TRUE" } else { "FALSE" }.to_owned()),
    };
    Ok(Element::new("KEYVALUE").with("VALUETYPE", kind).with_text(text))
}

/// The path that a `VALUE.REFERENCE` holds.
///
/// # Errors
/// `WBEM_E_INVALID_OBJECT`: it holds none.
pub(super) fn read(element: &Element) -> Result<String> {
    let path = element.children.first().ok_or_else(|| invalid("VALUE.REFERENCE holds no path"))?;
    Ok(read_path(path)?.to_string())
}

/// The path that an element is.
///
/// # Errors
/// `WBEM_E_INVALID_OBJECT`: it is none.
pub(super) fn read_path(path: &Element) -> Result<ObjectPath> {
    Ok(match &*path.name {
        "CLASSNAME" | "INSTANCENAME" => read_object(path)?,
        "CLASSPATH" | "LOCALCLASSPATH" | "INSTANCEPATH" | "LOCALINSTANCEPATH" => {
            let [namespace, object] = &*path.children else {
                return Err(invalid(format!("{} is a namespace and an object", path.name)));
            };
            let local = namespace.child("LOCALNAMESPACEPATH").unwrap_or(namespace);
            let names =
                local.all("NAMESPACE").map(|name| name.required("NAME")).collect::<Result<Vec<_>>>()?;
            let server = namespace.child("HOST").map(|host| host.text.trim().to_owned());
            ObjectPath { server, namespace: Some(names.join("\\")), ..read_object(object)? }
        }
        other => return Err(invalid(format!("{other} is no path"))),
    })
}

fn read_object(element: &Element) -> Result<ObjectPath> {
    if element.name == "CLASSNAME" {
        return Ok(ObjectPath::class(element.required("NAME")?));
    }
    let class = ObjectPath::class(element.required("CLASSNAME")?);
    let keys = match element.children.first() {
        None => Keys::Singleton,
        Some(child) if child.name != "KEYBINDING" => Keys::Unnamed(read_key(child)?),
        Some(_) => {
            let bound = |binding: &Element| match binding.children.first() {
                Some(key) => Ok((binding.required("NAME")?.to_owned(), read_key(key)?)),
                None => Err(invalid("KEYBINDING holds no key")),
            };
            Keys::Named(element.all("KEYBINDING").map(bound).collect::<Result<_>>()?)
        }
    };
    Ok(ObjectPath { keys, ..class })
}

fn read_key(element: &Element) -> Result<KeyValue> {
    let text = &element.text;
    let wrong = || invalid(format!("{text} is no key of its type"));
    match (&*element.name, element.attribute("VALUETYPE").unwrap_or("string")) {
        ("VALUE.REFERENCE", _) => read(element).map(KeyValue::String),
        ("KEYVALUE", "boolean") => match text.trim() {
            word if word.eq_ignore_ascii_case("true") => Ok(KeyValue::Boolean(true)),
            word if word.eq_ignore_ascii_case("false") => Ok(KeyValue::Boolean(false)),
            _ => Err(wrong()),
        },
        ("KEYVALUE", "numeric") => {
            let real = |_| text.trim().parse().ok().filter(|real: &f64| real.is_finite()).map(KeyValue::Real);
            text.trim().parse().map(KeyValue::Integer).map_or_else(real, Some).ok_or_else(wrong)
        }
        ("KEYVALUE", "string") => Ok(KeyValue::String(text.clone())),
        _ => Err(wrong()),
    }
}
