//! [`Providers`]: what the client had loaded here, by the numbers it gave.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hiperf_cim::{Error, Result, Status};
use hiperf_com::call_context::Caller;
use hiperf_com::client::{Context, Provider};
use hiperf_com::provider::{Initialization, Services};
use hiperf_com::server::ServicesObject;
use hiperf_com::{Guid, registry};

use crate::classes::Classes;
use crate::services::ClientNamespace;

/// A loaded provider and its classes.
pub struct Loaded {
    pub client: Provider,
    pub classes: Arc<Classes>,
}

/// The providers by number.
#[derive(Default)]
pub struct Providers(Mutex<HashMap<u32, Arc<Loaded>>>);

/// What is to be loaded.
pub struct Wanted<'a> {
    pub clsid: Guid,
    pub library: Option<&'a Path>,
    pub namespace: String,
    pub user: Option<String>,
    pub locale: Option<String>,
    pub context: Option<Context>,
    pub caller: Caller,
    pub limit: Duration,
}

impl Providers {
    fn lock(&self) -> MutexGuard<'_, HashMap<u32, Arc<Loaded>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Loads a provider.
    ///
    /// # Errors
    /// Those of [`Provider::load`], in WMI's words.
    pub fn load(&self, number: u32, wanted: Wanted<'_>) -> Result<()> {
        let Wanted { clsid, library, namespace, user, locale, context, caller, limit } = wanted;
        if let Some(path) = library {
            registry::register_library(clsid, path);
        }
        let classes = Arc::new(Classes::default());
        let services = ServicesObject::create(ClientNamespace::new(&namespace, classes.clone()));
        let services = Services::new(services);
        let initialization = Initialization { user, namespace, locale, services, context };
        let client = Provider::load_for(clsid, &initialization, limit, caller).map_err(
            |error| match error.status() {
                Status::REGDB_E_CLASSNOTREG => Error::new(
                    Status::WBEM_E_PROVIDER_LOAD_FAILURE,
                    format!(
                        "class {clsid} is in no library that the client knows, and not in the provider host; \
                         register the library under the provider's CLSID"
                    ),
                ),
                _ => error,
            },
        )?;
        self.lock().insert(number, Arc::new(Loaded { client, classes }));
        Ok(())
    }

    /// The provider with this number.
    ///
    /// # Errors
    /// `WBEM_E_PROVIDER_NOT_FOUND`.
    pub fn get(&self, number: u32) -> Result<Arc<Loaded>> {
        let unknown =
            || Error::new(Status::WBEM_E_PROVIDER_NOT_FOUND, format!("no provider {number} is here"));
        self.lock().get(&number).cloned().ok_or_else(unknown)
    }

    /// Releases the provider with this number.
    pub fn unload(&self, number: u32) {
        let removed = self.lock().remove(&number);
        // Its end is a stranger's code: it runs outside of the lock.
        drop(removed);
    }
}
