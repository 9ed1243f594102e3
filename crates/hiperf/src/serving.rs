//! How the instances of a hi-perf class are had outside of a client's
//! refresher, whichever of its methods the provider leaves out.
//!
//! ```text
//! one instance     GetObjects, or a refresher with one object, or one of all instances
//! some instances   GetObjects of many at once, or one after the other
//! all instances    QueryInstances, or a refresher with an enumerator
//! ```
//!
//! The refreshers made here live for one call. A provider that is registered
//! without SupportsGet or SupportsEnumeration is not asked at all.
//!
//! Source: the documentation of `IWbemHiPerfProvider`; lifecycle.md section 12.

use std::sync::Arc;
use std::time::Duration;

use hiperf_cim::{Class, Error, Instance, Result, Status};
use hiperf_com::client::Context;
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::Object;
use hiperf_com::{ComPtr, IWbemObjectAccess};

use crate::capabilities::Method;
use crate::loading::LoadedProvider;
use crate::repository::fold;

/// How long a provider may take to deliver after its QueryInstances returned.
const DELIVERY_LIMIT: Duration = Duration::from_secs(30);
/// Instances asked for in one call of GetObjects.
const BATCH: usize = 256;

/// `WBEM_FLAG_REFRESH_AUTO_RECONNECT`, the default.
const AUTO_RECONNECT: i32 = 0;

/// The instance that the template's keys name.
///
/// # Errors
/// * `WBEM_E_NOT_FOUND`: there is none.
/// * `WBEM_E_PROVIDER_NOT_CAPABLE`: the provider is not registered for it, or
///   has none of the methods that could serve it.
/// * the provider's own.
pub(crate) fn instance(
    provider: &LoadedProvider,
    template: &Instance,
    context: Option<&Context>,
) -> Result<Instance> {
    check_get(provider)?;
    let object = Object::new(template.clone());
    if get_objects(provider, std::slice::from_ref(object.access()), template.class(), context)?.is_some() {
        return Ok(object.to_instance());
    }
    if let Some(instance) = through_object(provider, template, context)? {
        return Ok(instance);
    }
    one_of_all(provider, template, context)
}

/// The instances that the templates' keys name; those that don't exist are
/// left out.
///
/// # Errors
/// Those of [`instance`].
pub(crate) fn some_instances(
    provider: &LoadedProvider,
    templates: &[Instance],
    context: Option<&Context>,
) -> Result<Vec<Instance>> {
    check_get(provider)?;
    let mut found = Vec::with_capacity(templates.len());
    for batch in templates.chunks(BATCH) {
        found_of(provider, batch, context, &mut found)?;
    }
    Ok(found)
}

/// GetObjects fails as a whole when one of the objects doesn't exist. Then
/// each half is asked for, down to single ones.
fn found_of(
    provider: &LoadedProvider,
    templates: &[Instance],
    context: Option<&Context>,
    found: &mut Vec<Instance>,
) -> Result<()> {
    let [first, others @ ..] = templates else { return Ok(()) };
    if !others.is_empty() {
        let objects: Vec<Object> = templates.iter().map(|template| Object::new(template.clone())).collect();
        let array: Vec<_> = objects.iter().map(|object| object.access().clone()).collect();
        match get_objects(provider, &array, first.class(), context) {
            Ok(Some(())) => {
                found.extend(objects.iter().map(Object::to_instance));
                return Ok(());
            }
            Ok(None) => {}
            Err(error) if error.status() == Status::WBEM_E_NOT_FOUND => {}
            Err(error) => return Err(error),
        }
        let (one, other) = templates.split_at(templates.len() / 2);
        found_of(provider, one, context, found)?;
        return found_of(provider, other, context, found);
    }
    match instance(provider, first, context) {
        Ok(instance) => found.push(instance),
        Err(error) if error.status() == Status::WBEM_E_NOT_FOUND => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// All instances of exactly this class.
///
/// # Errors
/// * `WBEM_E_PROVIDER_NOT_CAPABLE`: as for [`instance`].
/// * `WBEM_E_PROVIDER_FAILURE`: it delivered something else.
/// * the provider's own.
pub(crate) fn all_instances(
    provider: &LoadedProvider,
    class: &Arc<Class>,
    context: Option<&Context>,
) -> Result<Vec<Instance>> {
    check_enumeration(provider)?;
    if let Some(instances) = query_instances(provider, class, context)? {
        return Ok(instances);
    }
    match through_enum(provider, class, context)? {
        Some(instances) => Ok(instances),
        None => Err(not_capable(provider, class, "QueryInstances nor CreateRefreshableEnum")),
    }
}

/// Whether the provider is registered for single instances.
pub(crate) fn check_get(provider: &LoadedProvider) -> Result<()> {
    check_registered(provider, provider.registration().supports_get, "SupportsGet")
}

/// Whether the provider is registered for all instances of a class.
pub(crate) fn check_enumeration(provider: &LoadedProvider) -> Result<()> {
    check_registered(provider, provider.registration().supports_enumeration, "SupportsEnumeration")
}

fn check_registered(provider: &LoadedProvider, supports: Option<bool>, property: &str) -> Result<()> {
    if supports != Some(false) {
        return Ok(());
    }
    let message = format!("provider {} is registered without {property}", provider.name());
    Err(Error::new(Status::WBEM_E_PROVIDER_NOT_CAPABLE, message))
}

pub(crate) fn not_capable(provider: &LoadedProvider, class: &Class, methods: &str) -> Error {
    let message = format!("provider {} has neither {methods} for {}", provider.name(), class.name());
    Error::new(Status::WBEM_E_PROVIDER_NOT_CAPABLE, message)
}

/// Has the provider fill objects of a class; nothing if it leaves that out.
///
/// # Errors
/// `WBEM_E_NOT_FOUND`: one of them doesn't exist; the provider's own.
pub(crate) fn get_objects(
    provider: &LoadedProvider,
    objects: &[ComPtr<IWbemObjectAccess>],
    class: &Class,
    context: Option<&Context>,
) -> Result<Option<()>> {
    let get = || provider.client().get_objects(objects, context);
    provider.capabilities().call(Method::GetObjects, class.name(), get)
}

/// All instances by QueryInstances; nothing if the provider leaves that out.
fn query_instances(
    provider: &LoadedProvider,
    class: &Arc<Class>,
    context: Option<&Context>,
) -> Result<Option<Vec<Instance>>> {
    let query = || provider.client().query_instances(class.name(), context, DELIVERY_LIMIT);
    let Some(delivered) = provider.capabilities().call(Method::QueryInstances, class.name(), query)? else {
        return Ok(None);
    };
    let instance = |object| {
        let own = Object::from_class_object(object).filter(|own| !own.is_class());
        // A provider may have asked for the class with texts, the client did not.
        own.and_then(|own| own.to_instance().with_texts_of(class).ok()).ok_or_else(|| {
            let (provider, class) = (provider.name(), class.name());
            let message = format!("provider {provider} delivered an object that is no instance of {class}");
            Error::new(Status::WBEM_E_PROVIDER_FAILURE, message)
        })
    };
    delivered.objects.iter().map(instance).collect::<Result<_>>().map(Some)
}

/// One instance by a refresher of its own.
fn through_object(
    provider: &LoadedProvider,
    template: &Instance,
    context: Option<&Context>,
) -> Result<Option<Instance>> {
    let Some(refresher) = provider.create_refresher()? else { return Ok(None) };
    let object = Object::new(template.clone());
    let Some((object, _)) = provider.create_refreshable_object(&refresher, &object, context)? else {
        return Ok(None);
    };
    checked(refresher.refresh(AUTO_RECONNECT))?;
    Ok(Some(object.to_instance().with_texts_of(template.class())?))
}

/// All instances by a refresher of their own.
fn through_enum(
    provider: &LoadedProvider,
    class: &Arc<Class>,
    context: Option<&Context>,
) -> Result<Option<Vec<Instance>>> {
    let Some(refresher) = provider.create_refresher()? else { return Ok(None) };
    let list = ObjectList::new(class.clone());
    if provider.create_refreshable_enum(&refresher, class, context, list.for_provider())?.is_none() {
        return Ok(None);
    }
    checked(refresher.refresh(AUTO_RECONNECT))?;
    let mut instances = Vec::new();
    list.for_each(|_, object| instances.push(object.to_instance().with_texts_of(class)));
    Ok(Some(instances.into_iter().collect::<Result<_, Status>>()?))
}

fn checked(status: Status) -> Result<()> {
    if status.is_error() { Err(Error::from(status).context("the provider's Refresh")) } else { Ok(()) }
}

/// One instance out of all.
///
/// # Errors
/// `WBEM_E_NOT_FOUND`: it is not among them; those of [`all_instances`].
pub(crate) fn one_of_all(
    provider: &LoadedProvider,
    template: &Instance,
    context: Option<&Context>,
) -> Result<Instance> {
    let wanted = key_path(template);
    let mut all = all_instances(provider, template.class(), context)?.into_iter();
    all.find(|instance| key_path(instance) == wanted).ok_or_else(|| {
        let name = template.relpath().unwrap_or_default();
        Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no instance {name}"))
    })
}

/// The relative path in the form in which two are compared; keys are equal in
/// any case.
pub(crate) fn key_path(instance: &Instance) -> String {
    fold(&instance.relpath().unwrap_or_default())
}
