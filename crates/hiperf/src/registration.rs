//! [`Registration`]: what the instances of `__Win32Provider` and
//! `__InstanceProviderRegistration` say of a provider.
//!
//! Source: lifecycle.md section 2.

use hiperf_cim::{Error, Instance, Result, Status, Value};
use hiperf_com::Guid;

/// A registered provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The name that classes' `Provider` qualifiers use.
    pub name: String,
    /// The COM class that a provider host loads.
    pub clsid: Option<Guid>,
    /// The COM class that is loaded into a client's process.
    pub client_loadable_clsid: Option<Guid>,
    /// Whether it may be used at all.
    pub enabled: bool,
    /// Whether it serves single instances by path; `None` without an
    /// `__InstanceProviderRegistration`.
    pub supports_get: Option<bool>,
    /// Whether it serves all instances of a class.
    pub supports_enumeration: Option<bool>,
}

impl Registration {
    /// Reads an instance of `__Win32Provider`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PROVIDER_REGISTRATION`: the name is missing or a CLSID
    /// is malformed.
    pub(crate) fn from_provider(instance: &Instance) -> Result<Registration> {
        let damaged = |what: String| Error::new(Status::WBEM_E_INVALID_PROVIDER_REGISTRATION, what);
        let Value::String(name) = instance.get("Name")? else {
            return Err(damaged("an instance of __Win32Provider has no Name".into()));
        };
        let guid = |property: &str| match instance.get(property)? {
            Value::String(text) if !text.is_empty() => text.parse().map(Some).map_err(|_| {
                damaged(format!("{property} of provider {name} is not a GUID in braces: {text}"))
            }),
            _ => Ok(None),
        };
        Ok(Registration {
            clsid: guid("CLSID")?,
            client_loadable_clsid: guid("ClientLoadableCLSID")?,
            enabled: instance.get("Enabled")? != Value::Boolean(false),
            supports_get: None,
            supports_enumeration: None,
            name,
        })
    }

    /// Takes in an instance of `__InstanceProviderRegistration` of this
    /// provider.
    pub(crate) fn add_instance_registration(&mut self, instance: &Instance) -> Result<()> {
        let flag = |property| Ok::<_, Error>(instance.get(property)? == Value::Boolean(true));
        self.supports_get = Some(flag("SupportsGet")?);
        self.supports_enumeration = Some(flag("SupportsEnumeration")?);
        Ok(())
    }
}
