//! [`LoadedProvider`]: a provider that is initialised and ready for use.
//!
//! A provider is loaded by its `ClientLoadableCLSID` into this process, once for
//! each namespace (and user, and locale, if it is registered so), on the thread
//! that first asks for one of its classes, and runs as that thread: nothing is
//! impersonated in a client. One that has none, or that the connection wants to
//! be apart, is loaded by its `CLSID` into a provider host: see
//! [`crate::hosting`]. It stays until the namespace and every refresher that uses
//! it are gone, or until it has been idle for long enough: see `idle`.
//!
//! Source: lifecycle.md section 3.

use std::sync::Arc;
use std::time::Duration;

use hiperf_cim::{Class, Context as _, Error, Result, Status};
use hiperf_com::Guid;
use hiperf_com::client::{Provider, Services};
use hiperf_com::provider::Initialization;

use crate::capabilities::Capabilities;
use crate::hosting::{self, Hosting};
use crate::is_cooker;
use crate::providers::Use;
use crate::registration::Registration;
use crate::repository::fold;
use crate::turn::Turn;

/// How long a provider may take to report that it is initialised. WMI asks
/// them to be ready within 100 ms; one that takes this long never will be.
pub(crate) const INITIALIZATION_LIMIT: Duration = Duration::from_secs(10);

/// A provider, ready for use.
#[derive(Debug)]
pub(crate) struct LoadedProvider {
    registration: Arc<Registration>,
    client: Provider,
    capabilities: Capabilities,
    is_hosted: bool,
}

impl LoadedProvider {
    /// Loads the provider where it belongs and initialises it for a namespace
    /// and a use.
    ///
    /// # Errors
    /// * `WBEM_E_PROVIDER_DISABLED`: its registration says so.
    /// * `WBEM_E_INVALID_OPERATION`: it has no CLSID, so it is no hi-perf
    ///   provider.
    /// * `WBEM_E_PROVIDER_NOT_CAPABLE`: it is not registered for instances.
    /// * `WBEM_E_PROVIDER_LOAD_FAILURE`: its class can't be had.
    /// * `WBEM_E_INITIALIZATION_FAILURE`, `WBEM_E_PROVIDER_TIMED_OUT`: it did
    ///   not initialise.
    /// * `WBEM_E_NOT_AVAILABLE`: it would have to wait for itself.
    pub(crate) fn load(
        registration: &Arc<Registration>,
        namespace: &str,
        by: &Use,
        services: Services,
        hosting: &Hosting,
    ) -> Result<Self> {
        let name = &registration.name;
        if !registration.enabled {
            let message = format!("provider {name} is disabled by its registration");
            return Err(Error::new(Status::WBEM_E_PROVIDER_DISABLED, message));
        }
        let place = Place::of(registration, hosting)?;
        if registration.supports_get.is_none() {
            let message = format!(
                "provider {name} is not registered for instances: there is no instance of \
                 __InstanceProviderRegistration whose Provider it is"
            );
            return Err(Error::new(Status::WBEM_E_PROVIDER_NOT_CAPABLE, message));
        }
        let initialization = Initialization {
            user: by.user.clone(),
            locale: by.locale.map(|locale| locale.to_string()),
            ..Initialization::new(namespace, services)
        };
        let _turn = Turn::wait(registration, place.clsid(), &fold(namespace))?;
        let client = match place {
            Place::Client(clsid) => load_here(clsid, &initialization),
            Place::Host(clsid) => hosting::load(registration, clsid, &initialization, hosting),
        };
        let client = client.context(|| format!("loading provider {name}"))?;
        Ok(LoadedProvider {
            registration: registration.clone(),
            client,
            capabilities: Capabilities::default(),
            is_hosted: matches!(place, Place::Host(_)),
        })
    }

    /// The name it is registered under.
    pub(crate) fn name(&self) -> &str {
        &self.registration.name
    }

    /// What it is registered for.
    pub(crate) fn registration(&self) -> &Arc<Registration> {
        &self.registration
    }

    /// What it has been found to leave out.
    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Whether it is in a host, so that what is here of it is our own code.
    pub(crate) fn is_hosted(&self) -> bool {
        self.is_hosted
    }

    /// Its interfaces.
    pub(crate) fn client(&self) -> &Provider {
        &self.client
    }
}

/// Where a provider is loaded, and as which class.
#[derive(Clone, Copy)]
enum Place {
    /// In this process, by its `ClientLoadableCLSID`.
    Client(Guid),
    /// In a provider host, by its `CLSID`.
    Host(Guid),
}

impl Place {
    fn clsid(self) -> Guid {
        match self {
            Place::Client(clsid) | Place::Host(clsid) => clsid,
        }
    }

    /// # Errors
    /// `WBEM_E_INVALID_OPERATION`: it has no CLSID at all.
    fn of(registration: &Registration, hosting: &Hosting) -> Result<Place> {
        match (registration.clsid, registration.client_loadable_clsid) {
            (Some(clsid), Some(_)) if hosting.is_isolated() && !is_cooker(clsid) => Ok(Place::Host(clsid)),
            (_, Some(clsid)) => Ok(Place::Client(clsid)),
            (Some(clsid), None) => Ok(Place::Host(clsid)),
            (None, None) => {
                let name = &registration.name;
                let message = format!(
                    "provider {name} has neither a ClientLoadableCLSID nor a CLSID, so it is no hi-perf provider"
                );
                Err(Error::new(Status::WBEM_E_INVALID_OPERATION, message))
            }
        }
    }
}

fn load_here(clsid: Guid, initialization: &Initialization) -> Result<Provider> {
    Provider::load(clsid, initialization, INITIALIZATION_LIMIT).map_err(|error| match error.status() {
        // COM's word for a class that can't be had; WMI has one of its own.
        Status::REGDB_E_CLASSNOTREG => {
            Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, error.message()).caused_by(error)
        }
        _ => error,
    })
}

/// The provider that a hi-perf class names.
///
/// # Errors
/// * `WBEM_E_INVALID_OPERATION`: the class is not a hi-perf class.
/// * `WBEM_E_PROVIDER_NOT_FOUND`: it names no provider.
pub(crate) fn provider_name(class: &Class) -> Result<&str> {
    if !is_hiperf(class) {
        let message = format!("class {} is not served by a hi-perf provider", class.name());
        return Err(Error::new(Status::WBEM_E_INVALID_OPERATION, message));
    }
    class.qualifiers().text("provider").ok_or_else(|| {
        let message = format!("class {} names no provider: it lacks the Provider qualifier", class.name());
        Error::new(Status::WBEM_E_PROVIDER_NOT_FOUND, message)
    })
}

/// Whether a hi-perf provider serves the class.
pub(crate) fn is_hiperf(class: &Class) -> bool {
    class.qualifiers().is_true("hiperf")
}
