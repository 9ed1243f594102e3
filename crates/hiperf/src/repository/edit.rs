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
//! | a built-in object, or one of the system's repository, is deleted by another user | `WBEM_E_ACCESS_DENIED` |
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

use hiperf_cim::path::{Keys, NamespacePath, ObjectPath};
use hiperf_cim::{Class, Error, Instance, Result, Status, Value};

use super::evolve::{self, Mode};
use super::key::{Kind, fold, key};
use super::view::{NAMESPACE_CLASS, View};
use super::{built_in, record};
use crate::template::template_for;

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

    /// Stores a class.
    ///
    /// # Errors
    /// As above, and those of [`hiperf_cim::ClassBuilder`] and of `evolve`.
    pub(crate) fn put_class(&mut self, namespace: &str, class: &Class, flags: u32) -> Result<()> {
        let mode = Mode::of(flags)?;
        let namespace = self.view.folded(namespace)?;
        let name = class.name();
        let defaults = class.properties().iter().map(|property| property.default_value().clone());
        check_no_class(&format!("class {name}"), defaults)?;
        let record = record::of_class(class);
        if let Some(built_in) = built_in::class(&namespace, name)? {
            if record::of_class(&built_in) == record && flags & flag::CREATE_ONLY == 0 {
                return Ok(());
            }
            let message = format!("class {name} is built in and can't be replaced");
            return Err(Error::new(Status::WBEM_E_ALREADY_EXISTS, message));
        }
        if name.starts_with('_') {
            let message = format!("class name {name} starts with _, which is for the system's classes");
            return Err(Error::new(Status::WBEM_E_INVALID_OPERATION, message));
        }
        let at = key(Kind::Class, &namespace, &fold(name));
        let before = self.view.record(&at)?;
        check_flags(flags, before.is_some(), || format!("class {name}"))?;
        if before == Some(&record) {
            return Ok(());
        }
        let is_new = before.is_none();
        // Made again on the parent that is stored, which need not be the one it
        // was made on.
        let made = record::to_class(&record, &|name| self.view.class(&namespace, name))?;
        if made.derivation().any(|ancestor| ancestor.eq_ignore_ascii_case(name)) {
            let message = format!("class {name} would derive from itself");
            return Err(Error::new(Status::WBEM_E_CIRCULAR_REFERENCE, message));
        }
        if is_new {
            self.put_record(at, record);
            self.view.changed(&namespace, Some(&made));
            return Ok(());
        }
        evolve::update(self, &namespace, &made, record, mode)
    }

    /// Deletes a class and its instances.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn delete_class(&mut self, namespace: &str, name: &str) -> Result<()> {
        let namespace = self.view.folded(namespace)?;
        let at = key(Kind::Class, &namespace, &fold(name));
        if built_in::entry(&namespace, name).is_some() {
            return Err(denied(&format!("class {name} is built in"), "deleted"));
        }
        if self.view.record(&at)?.is_none() {
            let message = format!("there is no class {name} in {namespace}");
            return Err(Error::new(Status::WBEM_E_NOT_FOUND, message));
        }
        if !self.is_own(&at)? {
            return Err(denied(&format!("class {name} is in the repository of the system"), "deleted"));
        }
        if let Some(child) = self.view.child_names(&namespace, name)?.first() {
            let message = format!("class {name} has derived classes, such as {child}; delete them first");
            return Err(Error::new(Status::WBEM_E_CLASS_HAS_CHILDREN, message));
        }
        if let Some(user) = self.view.embedding(&namespace, name)? {
            let message = format!("{user} has an object of class {name} in it; delete that first");
            return Err(Error::new(Status::WBEM_E_CLASS_HAS_INSTANCES, message));
        }
        self.delete_instances(&namespace, name)?;
        self.remove_record(at);
        self.view.changed(&namespace, None);
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

    /// Stores an instance; one of `__Namespace` makes the namespace.
    ///
    /// # Errors
    /// As above; `WBEM_E_INVALID_PROPERTY`, `WBEM_E_TYPE_MISMATCH`: the class
    /// that is stored is not the one the instance was made of.
    pub(crate) fn put_instance(&mut self, namespace: &str, instance: &Instance, flags: u32) -> Result<()> {
        if flags & !(flag::UPDATE_ONLY | flag::CREATE_ONLY) != 0 {
            return Err(Mode::invalid(flags));
        }
        let folded = self.view.folded(namespace)?;
        let name = instance.class().name();
        let class = self.view.class(&folded, name)?.ok_or_else(|| {
            Error::new(Status::WBEM_E_INVALID_CLASS, format!("there is no class {name} in {namespace}"))
        })?;
        check_properties(&class, instance)?;
        check_no_class(&format!("the instance of {name}"), values(instance))?;
        // Made again of the class that is stored, which need not be the one it
        // was made of: it may have other keys by now.
        let given = record::of_instance(instance);
        let instance = record::to_instance(&given, &class, &|name| self.view.class(&folded, name))?;
        check_instance(&class, &instance)?;
        if class.name().eq_ignore_ascii_case(NAMESPACE_CLASS) {
            return self.create_namespace(&below(namespace, &instance)?, flags);
        }
        let relpath = instance.relpath().ok_or_else(|| {
            let message = format!("the instance of {name} lacks a key");
            Error::new(Status::WBEM_E_INVALID_OBJECT, message)
        })?;
        let at = key(Kind::Instance, &folded, &fold(&relpath));
        let record = record::of_instance(&instance);
        let before = self.view.record(&at)?;
        let exists = before.is_some() || self.view.instance(&folded, &fold(&relpath))?.is_some();
        check_flags(flags, exists, || relpath.clone())?;
        if before != Some(&record) {
            self.put_record(at, record);
        }
        Ok(())
    }

    /// Deletes the instance with this relative path; one of `__Namespace`
    /// deletes the namespace and everything in it.
    ///
    /// # Errors
    /// As above; `WBEM_E_INVALID_OBJECT_PATH`.
    pub(crate) fn delete_instance(&mut self, namespace: &str, path: &str) -> Result<()> {
        let folded = self.view.folded(namespace)?;
        let parsed = ObjectPath::parse(path)?;
        if parsed.keys == Keys::None {
            let message = format!("{path} names a class, not an instance");
            return Err(Error::new(Status::WBEM_E_INVALID_OBJECT_PATH, message));
        }
        let missing = || Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no instance {path}"));
        let class = self.view.class(&folded, &parsed.class)?.ok_or_else(missing)?;
        let template = template_for(&class, &parsed)?;
        let relpath = fold(&template.relpath().ok_or_else(missing)?);
        if class.name().eq_ignore_ascii_case(NAMESPACE_CLASS) {
            return self.delete_namespace(&below(namespace, &template)?);
        }
        let at = key(Kind::Instance, &folded, &relpath);
        if self.is_own(&at)? {
            self.remove_record(at);
            return Ok(());
        }
        if self.view.instance(&folded, &relpath)?.is_some() {
            return Err(denied(&format!("{path} is built in or in the repository of the system"), "deleted"));
        }
        Err(missing())
    }

    /// Makes a namespace below one that is there.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_NAMESPACE`: the path is malformed, or there is nothing
    /// above it; `WBEM_E_ALREADY_EXISTS`, `WBEM_E_NOT_FOUND`: by the flags.
    pub(crate) fn create_namespace(&mut self, namespace: &str, flags: u32) -> Result<()> {
        let path = NamespacePath::parse(namespace)?;
        let parent = path.namespace.rsplit_once('\\').map_or("", |(parent, _)| parent);
        if !path.is_local() || parent.is_empty() {
            let message = format!("{namespace} can't be made: namespaces are below root");
            return Err(Error::new(Status::WBEM_E_INVALID_NAMESPACE, message));
        }
        self.view.folded(parent)?;
        let exists = self.view.has_namespace(&path.namespace)?;
        check_flags(flags, exists, || format!("namespace {namespace}"))?;
        if !exists {
            self.put_record(key(Kind::Namespace, &fold(&path.namespace), ""), path.namespace.into());
        }
        Ok(())
    }

    /// Deletes a namespace, with everything in it and below it.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is none; `WBEM_E_ACCESS_DENIED`: it is built in
    /// or in the system's repository.
    pub(crate) fn delete_namespace(&mut self, namespace: &str) -> Result<()> {
        let folded = fold(namespace);
        if built_in::NAMESPACES.iter().any(|known| known.eq_ignore_ascii_case(namespace)) {
            return Err(denied(&format!("namespace {namespace} is built in"), "deleted"));
        }
        if !self.view.has_namespace(namespace)? {
            return Err(Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no namespace {namespace}")));
        }
        if !self.is_own(&key(Kind::Namespace, &folded, ""))? {
            return Err(denied(
                &format!("namespace {namespace} is in the repository of the system"),
                "deleted",
            ));
        }
        for kind in [Kind::Namespace, Kind::Class, Kind::Instance, Kind::Qualifier] {
            // With NUL behind it only the namespace itself has the name, with
            // the separator only those below it.
            self.delete_own(&key(kind, &folded, ""))?;
            let mut below = key(kind, &format!("{folded}\\"), "");
            below.pop();
            self.delete_own(&below)?;
        }
        self.view.changed(&folded, None);
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

/// The namespace that an instance of `__Namespace` stands for.
fn below(namespace: &str, instance: &Instance) -> Result<String> {
    match instance.get("Name")? {
        Value::String(child) if !child.contains(['\\', '/']) => Ok(format!("{namespace}\\{child}")),
        name => {
            let message = format!("{name} is no name of one namespace below {namespace}");
            Err(Error::new(Status::WBEM_E_INVALID_NAMESPACE, message))
        }
    }
}

/// Whether `class`, as it is stored, has what the instance has.
fn check_properties(class: &Class, instance: &Instance) -> Result<()> {
    for (index, given) in instance.class().properties().iter().enumerate() {
        let (name, is_given) = (given.name(), !instance.value(index).is_null());
        match class.property(name) {
            None if is_given => {
                return refuse(class, Status::WBEM_E_INVALID_PROPERTY, &format!("has no property {name}"));
            }
            Some(property) if property.ty() != given.ty() => {
                let why = format!("has property {name} as {}, not as {}", property.ty(), given.ty());
                return refuse(class, Status::WBEM_E_TYPE_MISMATCH, &why);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether an instance of this class can be stored.
fn check_instance(class: &Class, instance: &Instance) -> Result<()> {
    let qualifiers = class.qualifiers();
    if class.is_abstract() {
        return refuse(class, Status::WBEM_E_INVALID_OPERATION, "is abstract, so it has no instances");
    }
    if qualifiers.is_true("amendment") {
        return refuse(class, Status::WBEM_E_INVALID_OPERATION, "is an amendment, so it has no instances");
    }
    if qualifiers.is_true("dynamic") {
        let why = "is dynamic: its instances come from its provider, which takes none";
        return refuse(class, Status::WBEM_E_PROVIDER_NOT_CAPABLE, why);
    }
    if class.keys().is_empty() && !class.is_singleton() {
        let why = "has no key, so it has no instances that could be stored";
        return refuse(class, Status::WBEM_E_NO_KEY, why);
    }
    for (index, property) in class.properties().iter().enumerate() {
        let (name, is_null) = (property.name(), instance.value(index).is_null());
        if is_null && property.is_key() {
            let why = format!("has the key {name}, which the instance lacks");
            return refuse(class, Status::WBEM_E_INVALID_OBJECT, &why);
        }
        if is_null && property.qualifiers().is_true("not_null") {
            let why = format!("wants a value for {name}, which has the Not_Null qualifier");
            return refuse(class, Status::WBEM_E_ILLEGAL_NULL, &why);
        }
    }
    Ok(())
}

fn refuse(class: &Class, status: Status, why: &str) -> Result<()> {
    Err(Error::new(status, format!("class {} {why}", class.name())))
}

pub(super) fn denied(what: &str, done: &str) -> Error {
    Error::new(Status::WBEM_E_ACCESS_DENIED, format!("{what}, so it can't be {done} here"))
}
