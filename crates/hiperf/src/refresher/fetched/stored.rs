//! [`StoredObject`]: an instance that is stored in the repository. Its path is
//! all the identity that it has: what is stored anew under it is it again.

use hiperf_cim::{Error, Instance, Result, Status};

use super::ClientObject;
use crate::Namespace;

/// An object that is read from the repository.
pub(in crate::refresher) struct StoredObject {
    pub client: ClientObject,
    namespace: Namespace,
    path: String,
}

impl StoredObject {
    /// The object of `client` in a namespace.
    pub fn new(client: ClientObject, namespace: &Namespace) -> StoredObject {
        let path = client.keys().relpath().unwrap_or_default();
        StoredObject { client, namespace: namespace.clone(), path }
    }

    /// Whether there is such an instance.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is none.
    pub fn check(&self) -> Result<()> {
        self.read().map(|_instance| ())
    }

    /// Reads it as it is now, whoever has changed it.
    pub fn refresh(&mut self) {
        self.client.take(self.read().map_err(|error| error.status()));
    }

    fn read(&self) -> Result<Instance> {
        let view = self.namespace.repository().refresh();
        let found = view.instance(self.namespace.folded(), &crate::repository::fold(&self.path))?;
        found.ok_or_else(|| {
            Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no instance {}", self.path))
        })
    }
}
