//! The system properties: `__CLASS`, `__PATH` and their kin.
//!
//! They are not stored but told from the class, the keys and the decoration.
//! Source: objects.md section 2 and the Microsoft page "WMI System Properties".

use crate::path;
use crate::{CimType, Class, Instance, Type, Value};

/// The system properties in the order in which they are enumerated, with
/// their types.
pub const SYSTEM_PROPERTIES: [(&str, Type); 10] = [
    ("__GENUS", Type::scalar(CimType::Sint32)),
    ("__CLASS", Type::scalar(CimType::String)),
    ("__SUPERCLASS", Type::scalar(CimType::String)),
    ("__DYNASTY", Type::scalar(CimType::String)),
    ("__RELPATH", Type::scalar(CimType::String)),
    ("__PROPERTY_COUNT", Type::scalar(CimType::Sint32)),
    ("__DERIVATION", Type::array(CimType::String)),
    ("__SERVER", Type::scalar(CimType::String)),
    ("__NAMESPACE", Type::scalar(CimType::String)),
    ("__PATH", Type::scalar(CimType::String)),
];

/// The name and type of the system property that `name` means, in any case.
#[must_use]
pub fn system_property(name: &str) -> Option<(&'static str, Type)> {
    SYSTEM_PROPERTIES.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
}

impl Class {
    /// The value of a system property of the class; `None` if `name` is none.
    #[must_use]
    pub fn system_value(&self, name: &str) -> Option<Value> {
        let (name, _) = system_property(name)?;
        let text = |text: &str| Value::String(text.to_owned());
        Some(match name {
            "__GENUS" => Value::Sint32(1),
            "__CLASS" | "__RELPATH" => text(self.name()),
            "__SUPERCLASS" => self.superclass_name().map_or(Value::Null, text),
            "__DYNASTY" => text(self.dynasty()),
            "__PROPERTY_COUNT" => Value::Sint32(i32::try_from(self.properties().len()).unwrap_or(i32::MAX)),
            "__DERIVATION" => Value::Array(CimType::String, self.derivation().map(text).collect()),
            // __SERVER, __NAMESPACE, __PATH: a class alone belongs to no namespace.
            _ => Value::Null,
        })
    }
}

impl Instance {
    /// The value of a system property of the instance; `None` if `name` is
    /// none.
    #[must_use]
    pub fn system_value(&self, name: &str) -> Option<Value> {
        let (name, _) = system_property(name)?;
        let string = |text: Option<String>| text.map_or(Value::Null, Value::String);
        Some(match name {
            "__GENUS" => Value::Sint32(2),
            "__RELPATH" => string(self.relpath()),
            "__SERVER" => string(self.decoration().map(|from| from.server.clone())),
            "__NAMESPACE" => string(self.decoration().map(|from| from.namespace.clone())),
            "__PATH" => string(
                self.decoration()
                    .zip(self.relpath())
                    .map(|(from, relpath)| format!("\\\\{}\\{}:{relpath}", from.server, from.namespace)),
            ),
            _ => return self.class().system_value(name),
        })
    }

    /// The relative path, `Class.Key="value"` or `Class=@`; `None` when a key
    /// is NULL or the class has none.
    #[must_use]
    pub fn relpath(&self) -> Option<String> {
        let class = self.class();
        if class.is_singleton() {
            return Some(format!("{}=@", class.name()));
        }
        if class.keys().is_empty() {
            return None;
        }
        let keys: Vec<(&str, Value)> =
            class.keys().iter().map(|&index| (class.properties()[index].name(), self.value(index))).collect();
        if keys.iter().any(|(_, value)| value.is_null()) {
            return None;
        }
        let borrowed: Vec<(&str, &Value)> = keys.iter().map(|(name, value)| (*name, value)).collect();
        Some(path::relpath(class.name(), &borrowed))
    }
}
