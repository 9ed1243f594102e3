//! Storing and deleting static instances, those that stand for namespaces too.

use hiperf_cim::path::{Keys, ObjectPath};
use hiperf_cim::{Class, Error, Instance, Result, Status, Value};

use super::{Edit, check_flags, check_no_class, denied, flag, values};
use crate::repository::evolve::Mode;
use crate::repository::key::{Kind, fold, key};
use crate::repository::record;
use crate::repository::view::NAMESPACE_CLASS;
use crate::template::template_for;

impl Edit<'_> {
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
            return Err(denied(
                &format!("{path} is built in, or of the system's repository or a provider file"),
                "deleted",
            ));
        }
        Err(missing())
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
