//! [`Registration`]: what the instances of `__Win32Provider` and
//! `__InstanceProviderRegistration` say of a provider.
//!
//! Every property that is used is a field here. Read by nobody, here as on
//! Windows: `DefaultMachineName` (a provider starts on its client's machine),
//! `UnloadTimeout` (`ClearAfter` of `__ObjectProviderCacheControl` decides),
//! `SecurityDescriptor` (of decoupled providers, which there are none of),
//! `Concurrency`, `InitializationTimeoutInterval`, `OperationTimeoutInterval`,
//! the `Supports..` of `__Win32Provider`, `SupportsBatching` and
//! `SupportsTransactions`. `QuerySupportLevels` is read by nobody yet: what a
//! hi-perf provider delivers is always filtered.
//!
//! What contradicts itself is `WBEM_E_INVALID_PROVIDER_REGISTRATION`. A
//! provider whose `Version` is 2 has asked for more: both its CLSIDs, different
//! ones; a stated `HostingModel`; both `SupportsGet` and `SupportsEnumeration`
//! TRUE; and neither `SupportsPut` nor `SupportsDelete`, which no hi-perf
//! provider can keep.
//!
//! Source: lifecycle.md section 2.

use hiperf_cim::{Error, Instance, Result, Status, Value};
use hiperf_com::Guid;

use crate::hosting_model::HostingModel;

/// A registered provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The name that classes' `Provider` qualifiers use.
    pub name: String,
    /// The COM class that a provider host loads.
    pub clsid: Option<Guid>,
    /// The COM class that is loaded into a client's process.
    pub client_loadable_clsid: Option<Guid>,
    /// Where it runs on behalf of clients that don't load it.
    pub hosting_model: HostingModel,
    /// Whose rights it has in a host.
    pub impersonation: Impersonation,
    /// Whether it is initialised once for each user, and told who that is.
    pub per_user_initialization: bool,
    /// Whether it is initialised once for each locale, and told which.
    pub per_locale_initialization: bool,
    /// Which initialisations wait for each other.
    pub reentrancy: Reentrancy,
    /// Whether it is first to be initialised with an administrator's rights. A
    /// client has only its own, so this means something in a host.
    pub initialize_as_admin_first: bool,
    /// Whether it needs nothing more once its last interface was released, so
    /// that it may be unloaded.
    pub is_pure: bool,
    /// Whether it may be used at all.
    pub enabled: bool,
    /// The version of the contract that it keeps: 1, or 2 for the stricter one.
    pub version: u32,
    /// Whether it serves single instances by path; `None` without an
    /// `__InstanceProviderRegistration`.
    pub supports_get: Option<bool>,
    /// Whether it serves all instances of a class.
    pub supports_enumeration: Option<bool>,
    /// Whether it claims to take instances. No hi-perf provider can.
    pub supports_put: bool,
    /// Whether it claims to delete instances.
    pub supports_delete: bool,
}

/// `ImpersonationLevel`: whose rights a provider has in a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Impersonation {
    /// 0: those of the host.
    #[default]
    Host,
    /// 1: those of the caller.
    Caller,
}

/// `InitializationReentrancy`: which initialisations of a provider wait for
/// each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reentrancy {
    /// 0: all in this process.
    #[default]
    Serialized,
    /// 1: those for one namespace.
    PerNamespace,
    /// 2: none.
    Free,
}

impl Registration {
    /// Reads an instance of `__Win32Provider`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PROVIDER_REGISTRATION`: the name is missing, or a
    /// property has a value that it can't have.
    pub(crate) fn from_provider(instance: &Instance) -> Result<Registration> {
        let Value::String(name) = instance.get("Name")? else {
            return Err(invalid("an instance of __Win32Provider has no Name"));
        };
        let read = Reader { instance, name: &name };
        let registration = Registration {
            clsid: read.guid("CLSID")?,
            client_loadable_clsid: read.guid("ClientLoadableCLSID")?,
            hosting_model: read.hosting_model()?,
            impersonation: match read.integer("ImpersonationLevel")? {
                None | Some(0) => Impersonation::Host,
                Some(1) => Impersonation::Caller,
                Some(level) => return Err(read.out_of_range("ImpersonationLevel", level, "0 or 1")),
            },
            per_user_initialization: read.flag("PerUserInitialization", false)?,
            per_locale_initialization: read.flag("PerLocaleInitialization", false)?,
            reentrancy: match read.integer("InitializationReentrancy")? {
                None | Some(0) => Reentrancy::Serialized,
                Some(1) => Reentrancy::PerNamespace,
                Some(2) => Reentrancy::Free,
                Some(level) => return Err(read.out_of_range("InitializationReentrancy", level, "0, 1 or 2")),
            },
            initialize_as_admin_first: read.flag("InitializeAsAdminFirst", false)?,
            is_pure: read.flag("Pure", true)?,
            enabled: read.flag("Enabled", true)?,
            version: match read.integer("Version")? {
                None | Some(1) => 1,
                Some(2) => 2,
                Some(version) => return Err(read.out_of_range("Version", version, "1 or 2")),
            },
            supports_get: None,
            supports_enumeration: None,
            supports_put: false,
            supports_delete: false,
            name: name.clone(),
        };
        if registration.version == 2 {
            registration.check_strictly(&read)?;
        }
        Ok(registration)
    }

    /// Takes in an instance of `__InstanceProviderRegistration` of this
    /// provider.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PROVIDER_REGISTRATION`: the provider's `Version` is 2,
    /// and this is not what that asks for.
    pub(crate) fn add_instance_registration(&mut self, instance: &Instance) -> Result<()> {
        let name = self.name.clone();
        let read = Reader { instance, name: &name };
        self.supports_get = Some(read.flag("SupportsGet", false)?);
        self.supports_enumeration = Some(read.flag("SupportsEnumeration", false)?);
        self.supports_put = read.flag("SupportsPut", false)?;
        self.supports_delete = read.flag("SupportsDelete", false)?;
        let serves = self.supports_get == Some(true) && self.supports_enumeration == Some(true);
        if self.version == 2 && !(serves && !self.supports_put && !self.supports_delete) {
            return Err(read.too_lax(
                "its __InstanceProviderRegistration must state SupportsGet = TRUE and SupportsEnumeration = \
                 TRUE, and neither SupportsPut nor SupportsDelete",
            ));
        }
        Ok(())
    }

    fn check_strictly(&self, read: &Reader<'_>) -> Result<()> {
        match (self.clsid, self.client_loadable_clsid) {
            (Some(host), Some(client)) if host != client => {}
            _ => return Err(read.too_lax("it must have a CLSID and another ClientLoadableCLSID")),
        }
        if read.instance.get("HostingModel")?.is_null() {
            return Err(read.too_lax("it must state its HostingModel"));
        }
        Ok(())
    }
}

/// The properties of an instance that is about the provider `name`.
struct Reader<'a> {
    instance: &'a Instance,
    name: &'a str,
}

impl Reader<'_> {
    fn guid(&self, property: &str) -> Result<Option<Guid>> {
        let name = self.name;
        match self.instance.get(property)? {
            Value::String(text) if !text.is_empty() => text.parse().map(Some).map_err(|_| {
                invalid(format!("{property} of provider {name} is not a GUID in braces: {text}"))
            }),
            _ => Ok(None),
        }
    }

    fn hosting_model(&self) -> Result<HostingModel> {
        match self.instance.get("HostingModel")? {
            Value::String(text) => text.parse().map_err(|why| {
                invalid(format!("HostingModel of provider {} is \"{text}\": {why}", self.name))
            }),
            _ => Ok(HostingModel::default()),
        }
    }

    fn integer(&self, property: &str) -> Result<Option<i128>> {
        Ok(self.instance.get(property)?.as_integer())
    }

    fn flag(&self, property: &str, default: bool) -> Result<bool> {
        Ok(match self.instance.get(property)? {
            Value::Boolean(value) => value,
            _ => default,
        })
    }

    fn out_of_range(&self, property: &str, value: i128, range: &str) -> Error {
        invalid(format!("{property} of provider {} is {value}, but must be {range}", self.name))
    }

    fn too_lax(&self, demand: &str) -> Error {
        invalid(format!("provider {} is of Version 2: {demand}", self.name))
    }
}

fn invalid(what: impl Into<String>) -> Error {
    Error::new(Status::WBEM_E_INVALID_PROVIDER_REGISTRATION, what)
}
