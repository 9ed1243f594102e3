//! [`Edit`]: the verbs that change the repository, with the rules that keep it
//! consistent. They change the top layer of a view; whether that becomes a
//! transaction is for others to say.
//!
//! Each rule broken has its own status:
//!
//! | what | status |
//! |---|---|
//! | no such namespace | `WBEM_E_INVALID_NAMESPACE` |
//! | a class or an instance that isn't there, or must be there to be updated | `WBEM_E_NOT_FOUND` |
//! | one that is there, with the flag to create only | `WBEM_E_ALREADY_EXISTS` |
//! | a built-in class is put differently | `WBEM_E_ALREADY_EXISTS` |
//! | a built-in object, one of a provider file, or one of the system's repository by another user, is deleted | `WBEM_E_ACCESS_DENIED` |
//! | a class name that starts with `_` | `WBEM_E_INVALID_OPERATION` |
//! | an unknown parent | `WBEM_E_INVALID_SUPERCLASS` |
//! | a class with children is deleted | `WBEM_E_CLASS_HAS_CHILDREN` |
//! | a class is deleted of which there is an object in another object | `WBEM_E_CLASS_HAS_INSTANCES` |
//! | a class would derive from itself, or contain itself by its default values | `WBEM_E_CIRCULAR_REFERENCE` |
//! | an instance of an unknown class | `WBEM_E_INVALID_CLASS` |
//! | ... of an abstract class, or one with the Amendment qualifier | `WBEM_E_INVALID_OPERATION` |
//! | ... of a class without a key | `WBEM_E_NO_KEY` |
//! | ... of a class that a provider serves | `WBEM_E_PROVIDER_NOT_CAPABLE` |
//! | a class, or an instance, with a class definition among its values | `WBEM_E_NOT_SUPPORTED` |
//! | ... with a NULL key / a NULL property that has Not_Null | `WBEM_E_INVALID_OBJECT` / `WBEM_E_ILLEGAL_NULL` |
//!
//! What may change of a class that has children or instances is in `evolve`.
//! Deleting a class deletes its instances; a class with children is not
//! deleted, because a slip must not cost a hierarchy.
//!
//! Source: mof.md sections 2 and 6; interfaces.md section 6.

mod class;
mod instance;
mod namespace;

use hiperf_cim::{Error, Instance, Result, Status, Value};

use super::key::{Kind, fold, key};
use super::view::View;

/// `WBEM_CHANGE_FLAG_TYPE`.
pub(crate) mod flag {
    pub const UPDATE_ONLY: u32 = 1;
    pub const CREATE_ONLY: u32 = 2;
    pub const SAFE: u32 = 0x20;
    pub const FORCE: u32 = 0x40;
}

/// Changes to the top layer of a view.
pub(crate) struct Edit<'a> {
    pub(super) view: &'a mut View,
}

impl<'a> Edit<'a> {
    pub(crate) fn new(view: &'a mut View) -> Edit<'a> {
        Edit { view }
    }

    /// Stores a record as it is, or takes one away.
    pub(crate) fn put_record(&mut self, key: Vec<u8>, record: Vec<u8>) {
        self.view.set(key, Some(record));
    }

    pub(super) fn remove_record(&mut self, key: Vec<u8>) {
        self.view.set(key, None);
    }

    /// Whether the top layer has a record of this key.
    pub(super) fn is_own(&self, key: &[u8]) -> Result<bool> {
        Ok(self.view.layers.first().map_or(Ok(None), |layer| layer.get(key))?.is_some())
    }

    /// Stores the text of a qualifier declaration.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_NAMESPACE`: there is no such namespace.
    pub(crate) fn put_qualifier(&mut self, namespace: &str, name: &str, text: &str) -> Result<()> {
        let at = key(Kind::Qualifier, &self.view.folded(namespace)?, &fold(name));
        self.put_record(at, text.into());
        Ok(())
    }

    /// Takes away the static instances of exactly this class.
    pub(super) fn delete_instances(&mut self, namespace: &str, class: &str) -> Result<()> {
        for end in [".", "="] {
            let prefix = key(Kind::Instance, namespace, &format!("{}{end}", fold(class)));
            self.delete_own(&prefix)?;
        }
        Ok(())
    }

    fn delete_own(&mut self, prefix: &[u8]) -> Result<()> {
        let Some(layer) = self.view.layers.first() else { return Ok(()) };
        let keys = layer.scan(prefix).map(|object| Ok(object?.0.to_vec())).collect::<Result<Vec<_>>>()?;
        keys.into_iter().for_each(|key| self.view.set(key, None));
        Ok(())
    }
}

/// Refuses what the flags to create or to update only exclude.
fn check_flags(flags: u32, exists: bool, what: impl Fn() -> String) -> Result<()> {
    if exists && flags & flag::CREATE_ONLY != 0 {
        let message = format!("{} is there already, and was to be created only", what());
        return Err(Error::new(Status::WBEM_E_ALREADY_EXISTS, message));
    }
    if !exists && flags & flag::UPDATE_ONLY != 0 {
        let message = format!("{} is not there, and was to be updated only", what());
        return Err(Error::new(Status::WBEM_E_NOT_FOUND, message));
    }
    Ok(())
}

pub(super) fn denied(what: &str, done: &str) -> Error {
    Error::new(Status::WBEM_E_ACCESS_DENIED, format!("{what}, so it can't be {done} here"))
}

fn values(instance: &Instance) -> impl Iterator<Item = Value> {
    (0..instance.class().properties().len()).map(|index| instance.value(index))
}

/// Refuses class definitions among the values of `what`: MOF has no form for
/// them, and everything that is stored can be made again from its MOF.
fn check_no_class(what: &str, mut values: impl Iterator<Item = Value>) -> Result<()> {
    if values.any(|value| holds_class(&value)) {
        let message = format!("{what} has a class definition as a value, which can't be stored");
        return Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message));
    }
    Ok(())
}

fn holds_class(value: &Value) -> bool {
    match value {
        Value::Class(_) => true,
        Value::Object(object) => values(object).any(|value| holds_class(&value)),
        Value::Array(_, elements) => elements.iter().any(holds_class),
        _ => false,
    }
}
