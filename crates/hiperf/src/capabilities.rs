//! [`Capabilities`]: which methods a provider leaves out.
//!
//! A provider says that it leaves a method out by answering
//! `WBEM_E_PROVIDER_NOT_CAPABLE`, or COM's `E_NOTIMPL`. It may serve one class
//! so and another one otherwise; for one class it won't change its mind, so it
//! is asked once. Here are also the calls of a provider that makes refreshers,
//! where no answer is one of the answers; what to do then is decided in
//! `serving.rs` and by the refresher.
//!
//! Source: the documentation of `IWbemHiPerfProvider`; lifecycle.md section 12.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use hiperf_cim::{Class, Error, Result, Status};
use hiperf_com::client::{Context, RefresherClient};
use hiperf_com::object::Object;
use hiperf_com::{ComPtr, IWbemHiPerfEnum, IWbemObjectAccess};

use crate::loading::LoadedProvider;
use crate::namespace::lock;

/// The methods that a provider may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Method {
    QueryInstances,
    CreateRefresher,
    CreateRefreshableObject,
    CreateRefreshableEnum,
    GetObjects,
}

/// What a provider has been found to leave out so far.
#[derive(Debug, Default)]
pub(crate) struct Capabilities {
    left_out: Mutex<HashSet<(Method, String)>>,
}

impl Capabilities {
    /// Calls a method for a class, unless the provider is known to leave it
    /// out: then, and if it says so now, there is no result.
    ///
    /// # Errors
    /// The call's own.
    pub(crate) fn call<R>(
        &self,
        method: Method,
        class: &str,
        call: impl FnOnce() -> Result<R>,
    ) -> Result<Option<R>> {
        let key = (method, class.to_ascii_uppercase());
        if lock(&self.left_out).contains(&key) {
            return Ok(None);
        }
        match call() {
            Ok(result) => Ok(Some(result)),
            Err(error) if is_left_out(error.status()) => {
                lock(&self.left_out).insert(key);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl LoadedProvider {
    /// A new refresher, if it makes any.
    ///
    /// # Errors
    /// The provider's own.
    pub(crate) fn create_refresher(&self) -> Result<Option<RefresherClient>> {
        self.capabilities().call(Method::CreateRefresher, "", || self.client().create_refresher())
    }

    /// Adds the instance that the template's keys name to a refresher: the
    /// provider's object and its id.
    ///
    /// # Errors
    /// The provider's own; `WBEM_E_PROVIDER_FAILURE` when it returns something
    /// else than an instance of the template's class, made by hiperf.
    pub(crate) fn create_refreshable_object(
        &self,
        refresher: &RefresherClient,
        template: &Object,
        context: Option<&Context>,
    ) -> Result<Option<(Object, i32)>> {
        let class = template.class();
        let create = || self.client().create_refreshable_object(refresher, template.access(), context);
        let created = self.capabilities().call(Method::CreateRefreshableObject, class.name(), create)?;
        let Some((access, id)) = created else { return Ok(None) };
        match self.own_object(&access, class) {
            Ok(object) => Ok(Some((object, id))),
            Err(error) => {
                let _already_failing = self.client().stop_refreshing(refresher, id);
                Err(error)
            }
        }
    }

    fn own_object(&self, access: &ComPtr<IWbemObjectAccess>, class: &Arc<Class>) -> Result<Object> {
        let (provider, asked) = (self.name(), class.name());
        let message = match Object::from_access(access) {
            None => format!(
                "provider {provider} returned an object that hiperf did not make; it must clone the template"
            ),
            Some(object) if object.is_class() => {
                format!(
                    "provider {provider} returned a class, not an instance, asked for an object of {asked}"
                )
            }
            Some(object) if !object.class().is_same(class) => {
                let returned = object.class().name();
                format!("provider {provider} returned an object of class {returned}, asked for {asked}")
            }
            Some(object) => return Ok(object),
        };
        Err(Error::new(Status::WBEM_E_PROVIDER_FAILURE, message))
    }

    /// Adds all instances of a class to a refresher, which keeps them in
    /// `target`: the enumerator's id.
    ///
    /// # Errors
    /// The provider's own.
    pub(crate) fn create_refreshable_enum(
        &self,
        refresher: &RefresherClient,
        class: &Class,
        context: Option<&Context>,
        target: ComPtr<IWbemHiPerfEnum>,
    ) -> Result<Option<i32>> {
        let create = || self.client().create_refreshable_enum(refresher, class.name(), context, target);
        self.capabilities().call(Method::CreateRefreshableEnum, class.name(), create)
    }
}

fn is_left_out(status: Status) -> bool {
    status == Status::WBEM_E_PROVIDER_NOT_CAPABLE || status == Status::E_NOTIMPL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_asked_once_for_each_class() {
        let capabilities = Capabilities::default();
        let mut calls = Vec::new();
        let mut call = |method, class: &str, status: Status| {
            let answer = capabilities.call(method, class, || {
                calls.push(class.to_owned());
                if status.is_error() { Err(status.into()) } else { Ok(7) }
            });
            answer.map_err(|error| error.status())
        };
        let (fine, not_capable) = (Status::WBEM_S_NO_ERROR, Status::WBEM_E_PROVIDER_NOT_CAPABLE);
        assert_eq!(call(Method::GetObjects, "A", fine), Ok(Some(7)));
        assert_eq!(call(Method::GetObjects, "A", not_capable), Ok(None));
        assert_eq!(call(Method::GetObjects, "a", fine), Ok(None));
        assert_eq!(call(Method::GetObjects, "B", Status::E_NOTIMPL), Ok(None));
        assert_eq!(call(Method::GetObjects, "B", fine), Ok(None));
        // A failure is no sign that the method is missing.
        let failed = Status::WBEM_E_ACCESS_DENIED;
        assert_eq!(call(Method::QueryInstances, "A", failed), Err(failed));
        assert_eq!(call(Method::QueryInstances, "A", fine), Ok(Some(7)));
        assert_eq!(calls, ["A", "A", "B", "A", "A"]);
    }
}
