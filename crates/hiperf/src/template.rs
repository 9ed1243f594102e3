//! Templates: the instance that an object path or another object names, as far
//! as its keys say.
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

/// An instance of `class` with the keys that a template has, which may be
/// anyone's: `get` gives its values.
///
/// # Errors
/// `WBEM_E_INVALID_OBJECT`: a key is missing, NULL or of another type.
pub(crate) fn keys_of(class: &Arc<Class>, get: &dyn Fn(&str) -> Result<Value>) -> Result<Instance> {
    let name = class.name();
    let invalid = |message: String| Error::new(Status::WBEM_E_INVALID_OBJECT, message);
    if !class.is_singleton() && class.keys().is_empty() {
        return Err(invalid(format!("{name} has no keys, so no instance of it can be named")));
    }
    let mut instance = Instance::spawn(class);
    for &index in class.keys() {
        let key = class.properties()[index].name();
        let value = get(key).map_err(|error| {
            invalid(format!("key {key} of the template of {name} can't be had: {}", error.message()))
        })?;
        if value.is_null() {
            return Err(invalid(format!("key {key} of the template of {name} is NULL; set it first")));
        }
        instance.put(key, &value).map_err(|error| invalid(error.message().to_owned()))?;
    }
    Ok(instance)
}

fn example(class: &str, keys: &[&str]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("{key}=\"..\"")).collect();
    format!("{class}.{}", keys.join(","))
}
