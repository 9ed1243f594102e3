//! Templates: the instance that an object path names, as far as the path says.
//!
//! Source: lifecycle.md sections 5 and 12.

use std::sync::Arc;

use hiperf_cim::path::{Keys, ObjectPath};
use hiperf_cim::{Class, Error, Instance, Result, Status, Value};

/// An instance of `class` with the keys that `path` gives, all of them.
pub(crate) fn template_for(class: &Arc<Class>, path: &ObjectPath) -> Result<Instance> {
    let invalid = |message: String| Error::new(Status::WBEM_E_INVALID_OBJECT_PATH, message);
    let mut instance = Instance::spawn(class);
    let keys: Vec<&str> = class.keys().iter().map(|&index| class.properties()[index].name()).collect();
    let name = class.name();
    let given = match &path.keys {
        Keys::Singleton if class.is_singleton() => return Ok(instance),
        _ if class.is_singleton() => {
            return Err(invalid(format!("{name} has one instance only; its path is {name}=@")));
        }
        Keys::Singleton => {
            return Err(invalid(format!(
                "{name} is no singleton; name an instance: {}",
                example(name, &keys)
            )));
        }
        Keys::None => {
            let message = format!("{name} is a class; name an instance: {}", example(name, &keys));
            return Err(invalid(message));
        }
        Keys::Unnamed(value) => match keys[..] {
            [key] => vec![(key, value)],
            _ => return Err(invalid(format!("name the keys of {name}: {}", example(name, &keys)))),
        },
        Keys::Named(named) => named.iter().map(|(key, value)| (key.as_str(), value)).collect(),
    };
    for (key, value) in &given {
        let Some(index) = class.index_of(key).filter(|index| class.keys().contains(index)) else {
            return Err(invalid(format!("{key} is no key of {name}; its path is {}", example(name, &keys))));
        };
        let ty = class.properties()[index].ty();
        let value: Value = value
            .to_value(ty.scalar)
            .ok_or_else(|| invalid(format!("key {key} of {name} is a {ty}, which the value given is not")))?;
        instance.put(key, &value)?;
    }
    match class.keys().iter().find(|&&index| instance.value(index).is_null()) {
        None => Ok(instance),
        Some(&missing) => {
            let missing = class.properties()[missing].name();
            Err(invalid(format!("key {missing} of {name} is missing; its path is {}", example(name, &keys))))
        }
    }
}

fn example(class: &str, keys: &[&str]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("{key}=\"..\"")).collect();
    format!("{class}.{}", keys.join(","))
}
