//! Making and deleting namespaces.

use hiperf_cim::path::NamespacePath;
use hiperf_cim::{Error, Result, Status};

use super::{Edit, check_flags, denied};
use crate::repository::built_in;
use crate::repository::key::{Kind, fold, key};

impl Edit<'_> {
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
                &format!("namespace {namespace} is of the system's repository or of a provider file"),
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
