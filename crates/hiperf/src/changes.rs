//! The verbs by which a program changes a namespace: each is one transaction,
//! stored and visible to everybody when it returns.

use hiperf_cim::path::{Keys, ObjectPath};
use hiperf_cim::{Class, Context as _, Error, Instance, Result, Status, Value};

use crate::repository::{Edit, Statement};
use crate::{Namespace, cooker};

impl Namespace {
    /// Stores a class. `flags` are `WBEM_CHANGE_FLAG_TYPE`: 0 to create or to
    /// update, 1 to update only, 2 to create only, 0x20 for safe and 0x40 for
    /// force mode.
    ///
    /// # Errors
    /// * `WBEM_E_ALREADY_EXISTS`, `WBEM_E_NOT_FOUND`: by the flags; a built-in
    ///   class can't be replaced.
    /// * `WBEM_E_INVALID_SUPERCLASS`: its parent is not in this namespace.
    /// * `WBEM_E_INVALID_OPERATION`: its name starts with `_`, or the connection
    ///   is precise and the class a cooked one.
    /// * `WBEM_E_CLASS_HAS_CHILDREN`, `WBEM_E_CLASS_HAS_INSTANCES`, and the
    ///   `WBEM_E_UPDATE_*`: it is there, and others depend on it.
    /// * `WBEM_E_ACCESS_DENIED`: this user may not write.
    pub fn put_class(&self, class: &Class, flags: u32) -> Result<()> {
        if self.is_precise() && cooker::cooks(class) {
            let (name, namespace) = (class.name(), self.path());
            let message = format!(
                "this connection shows {name} with reals, which the class in {namespace} need not have: \
                 store it over a connection that isn't precise"
            );
            return Err(Error::new(Status::WBEM_E_INVALID_OPERATION, message));
        }
        self.change(Statement::PutClass(class, flags), |edit, within| edit.put_class(within, class, flags))
            .context(|| format!("storing class {}", class.name()))
    }

    /// Deletes a class and its instances.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT_PATH`: it is the path of an instance, or of
    ///   elsewhere.
    /// * `WBEM_E_NOT_FOUND`: there is none.
    /// * `WBEM_E_CLASS_HAS_CHILDREN`: others derive from it.
    /// * `WBEM_E_CLASS_HAS_INSTANCES`: an object of it is in another object.
    /// * `WBEM_E_ACCESS_DENIED`: it is built in, or this user may not write.
    pub fn delete_class(&self, path: &str) -> Result<()> {
        let delete = || {
            let parsed = ObjectPath::parse(path)?;
            self.check_path_is_here(&parsed)?;
            if parsed.keys != Keys::None {
                let message = format!("{path} names an instance, not a class");
                return Err(Error::new(Status::WBEM_E_INVALID_OBJECT_PATH, message));
            }
            let name = &parsed.class;
            self.change(Statement::DeleteClass(name), |edit, within| edit.delete_class(within, name))
        };
        delete().context(|| format!("deleting class {path}"))
    }

    /// Stores a static instance. `flags`: 0 to create or to update, 1 to update
    /// only, 2 to create only. One of `__Namespace` makes a namespace.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_CLASS`: there is no such class here.
    /// * `WBEM_E_INVALID_OPERATION`, `WBEM_E_NO_KEY`,
    ///   `WBEM_E_PROVIDER_NOT_CAPABLE`: the class has no static instances.
    /// * `WBEM_E_INVALID_OBJECT`, `WBEM_E_ILLEGAL_NULL`: a value is missing.
    /// * `WBEM_E_ALREADY_EXISTS`, `WBEM_E_NOT_FOUND`: by the flags.
    /// * `WBEM_E_ACCESS_DENIED`: this user may not write.
    pub fn put_instance(&self, instance: &Instance, flags: u32) -> Result<()> {
        let put = |edit: &mut Edit<'_>, within: &str| edit.put_instance(within, instance, flags);
        self.change(Statement::PutInstance(instance), put)
            .context(|| format!("storing an instance of {}", instance.class().name()))
    }

    /// Deletes the static instance with this path. One of `__Namespace` deletes
    /// the namespace with everything in it.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT_PATH`: it is malformed, or of elsewhere.
    /// * `WBEM_E_NOT_FOUND`: there is none.
    /// * `WBEM_E_ACCESS_DENIED`: it is built in, or this user may not write.
    pub fn delete_instance(&self, path: &str) -> Result<()> {
        let delete = || {
            let parsed = ObjectPath::parse(path)?;
            self.check_path_is_here(&parsed)?;
            let relpath = parsed.relpath();
            self.change(Statement::DeleteInstance(&relpath), |edit, within| {
                edit.delete_instance(within, &relpath)
            })
        };
        delete().context(|| format!("deleting {path}"))
    }

    /// Makes a namespace below this one.
    ///
    /// # Errors
    /// * `WBEM_E_ALREADY_EXISTS`: it is there.
    /// * `WBEM_E_INVALID_NAMESPACE`: it is no name.
    /// * `WBEM_E_ACCESS_DENIED`: this user may not write.
    pub fn create_namespace(&self, name: &str) -> Result<Namespace> {
        const CREATE_ONLY: u32 = 2;
        self.put_instance(&self.namespace_instance(name)?, CREATE_ONLY)?;
        self.repository().connect(&format!("{}\\{name}", self.path()))
    }

    /// Deletes a namespace below this one, with everything in it and below it.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: there is none.
    /// * `WBEM_E_ACCESS_DENIED`: it is built in, or this user may not write.
    pub fn delete_namespace(&self, name: &str) -> Result<()> {
        let unnamed = || Error::new(Status::WBEM_E_INVALID_NAMESPACE, format!("{name:?} is no name"));
        self.delete_instance(&self.namespace_instance(name)?.relpath().ok_or_else(unnamed)?)
    }

    fn namespace_instance(&self, name: &str) -> Result<Instance> {
        let mut instance = Instance::spawn(&self.class("__Namespace")?);
        instance.put("Name", &Value::String(name.to_owned()))?;
        Ok(instance)
    }

    fn change(
        &self,
        statement: Statement<'_>,
        change: impl FnOnce(&mut Edit<'_>, &str) -> Result<()>,
    ) -> Result<()> {
        self.repository().transact(|view| {
            change(&mut Edit::new(view), self.path())?;
            Ok(((), self.path().to_owned(), statement.text(self.path())))
        })
    }
}
