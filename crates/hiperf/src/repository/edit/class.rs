//! Storing and deleting classes; what may change of one that is there is in
//! `evolve`.

use hiperf_cim::{Class, Error, Result, Status};

use super::{Edit, check_flags, check_no_class, denied, flag};
use crate::repository::evolve::{self, Mode};
use crate::repository::key::{Kind, fold, key};
use crate::repository::{built_in, record};

impl Edit<'_> {
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
            return Err(denied(
                &format!("class {name} is of the system's repository or of a provider file"),
                "deleted",
            ));
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
}
