//! [`ProbedProvider`]: each method of a provider, any pointer of which may be
//! NULL.

use hiperf_cim::{Error, Result, Status};

use super::sinks::{InitReports, SinkRecord};
use crate::call_context::{CallContext, Caller};
use crate::client::Services;
use crate::error_info::receive;
use crate::factory::create_instance;
use crate::{
    ComPtr, IClassFactory, IWbemHiPerfEnum, IWbemHiPerfProvider, IWbemObjectAccess, IWbemProviderInit,
    IWbemProviderInitSink, IWbemRefresher, IWbemServices, WideString,
};

/// Which out parameters a call gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    Both,
    /// None for the object.
    NoObject,
    /// None for the id.
    NoId,
}

/// What CreateRefreshableObject gave.
#[derive(Debug)]
pub struct Created {
    /// What it answered.
    pub status: Status,
    /// The object, of which one reference is the caller's.
    pub object: Option<ComPtr<IWbemObjectAccess>>,
    /// The id.
    pub id: i32,
}

/// An object of a provider's class, initialised or not.
#[derive(Clone, Debug)]
pub struct ProbedProvider {
    init: ComPtr<IWbemProviderInit>,
    provider: ComPtr<IWbemHiPerfProvider>,
    flags: i32,
}

/// A pointer to what is there, else NULL.
fn raw<I: crate::Interface>(pointer: Option<&ComPtr<I>>) -> *mut I {
    pointer.map_or(std::ptr::null_mut(), ComPtr::as_raw)
}

fn namespace(services: Option<&Services>) -> *mut IWbemServices {
    raw(services.map(Services::as_com))
}

fn text(text: Option<&WideString>) -> *const u16 {
    text.map_or(std::ptr::null(), WideString::as_ptr)
}

impl ProbedProvider {
    /// A new object of a class.
    ///
    /// # Errors
    /// The class's own; `E_NOINTERFACE` if it is no hi-perf provider.
    pub fn create(class: &ComPtr<IClassFactory>) -> Result<ProbedProvider> {
        let init: ComPtr<IWbemProviderInit> = create_instance(class, "creating a provider")?;
        let provider = init.cast().map_err(|status| {
            Error::new(status, "the object has no IWbemHiPerfProvider, so it is no hi-perf provider")
        })?;
        Ok(ProbedProvider { init, provider, flags: 0 })
    }

    /// The interface with which it begins.
    #[must_use]
    pub fn init(&self) -> &ComPtr<IWbemProviderInit> {
        &self.init
    }

    /// The interface with which it works.
    #[must_use]
    pub fn hiperf(&self) -> &ComPtr<IWbemHiPerfProvider> {
        &self.provider
    }

    /// The same object, whose methods get these flags instead of none.
    #[must_use]
    pub fn with_flags(&self, flags: i32) -> ProbedProvider {
        ProbedProvider { flags, ..self.clone() }
    }

    /// Initialize.
    pub fn initialize(
        &self,
        path: Option<&str>,
        services: Option<&Services>,
        reports: Option<&InitReports>,
    ) -> Status {
        self.initialize_with(path, services, reports.map(InitReports::sink).as_ref())
    }

    /// Initialize with a sink that the caller goes on to hold.
    pub fn initialize_with(
        &self,
        path: Option<&str>,
        services: Option<&Services>,
        sink: Option<&ComPtr<IWbemProviderInitSink>>,
    ) -> Status {
        let path = path.map(WideString::new);
        let (path, services, sink) = (text(path.as_ref()), namespace(services), raw(sink));
        let none = std::ptr::null();
        let _call = CallContext::enter(Caller::ThisThread);
        // SAFETY: all pointers are NULL or valid during the call.
        unsafe { self.init.Initialize(none, self.flags, path, none, services, std::ptr::null_mut(), sink) }
    }

    /// QueryInstances.
    pub fn query_instances(
        &self,
        services: Option<&Services>,
        class: Option<&str>,
        record: Option<&SinkRecord>,
    ) -> Status {
        let class = class.map(WideString::new);
        let sink = record.map(SinkRecord::sink);
        let (class, services, sink) = (text(class.as_ref()), namespace(services), raw(sink.as_ref()));
        let _call = CallContext::enter(Caller::ThisThread);
        // SAFETY: all pointers are NULL or valid during the call.
        unsafe { self.provider.QueryInstances(services, class, self.flags, std::ptr::null_mut(), sink) }
    }

    /// CreateRefresher.
    ///
    /// # Errors
    /// What it answers; `WBEM_S_NO_ERROR` as an error is success without a
    /// refresher.
    pub fn create_refresher(&self, services: Option<&Services>) -> Result<ComPtr<IWbemRefresher>, Status> {
        let services = namespace(services);
        let _call = CallContext::enter(Caller::ThisThread);
        receive("CreateRefresher", Status::WBEM_S_NO_ERROR, |slot| {
            // SAFETY: all pointers are NULL or valid during the call.
            unsafe { self.provider.CreateRefresher(services, self.flags, slot) }
        })
        .map_err(|error| error.status())
    }

    /// CreateRefresher without a place for the refresher.
    pub fn create_no_refresher(&self, services: Option<&Services>) -> Status {
        let _call = CallContext::enter(Caller::ThisThread);
        // SAFETY: all pointers are NULL or valid during the call.
        unsafe { self.provider.CreateRefresher(namespace(services), self.flags, std::ptr::null_mut()) }
    }

    /// CreateRefreshableObject.
    pub fn create_object(
        &self,
        services: Option<&Services>,
        template: Option<&ComPtr<IWbemObjectAccess>>,
        refresher: Option<&ComPtr<IWbemRefresher>>,
        wanted: Wanted,
    ) -> Created {
        let (mut object, mut id) = (std::ptr::null_mut(), 0);
        let slot = if wanted == Wanted::NoObject { std::ptr::null_mut() } else { &raw mut object };
        let id_slot = if wanted == Wanted::NoId { std::ptr::null_mut() } else { &raw mut id };
        let (services, template, refresher) = (namespace(services), raw(template), raw(refresher));
        let context = std::ptr::null_mut();
        let _call = CallContext::enter(Caller::ThisThread);
        // SAFETY: all pointers are NULL or valid during the call.
        let status = unsafe {
            self.provider
                .CreateRefreshableObject(services, template, refresher, self.flags, context, slot, id_slot)
        };
        let object = match status.is_error() {
            true => None,
            // SAFETY: after success it is NULL or a reference of ours.
            false => unsafe { ComPtr::from_raw(object) },
        };
        Created { status, object, id }
    }

    /// CreateRefreshableEnum: what it answers, and the id.
    pub fn create_enum(
        &self,
        services: Option<&Services>,
        class: Option<&str>,
        refresher: Option<&ComPtr<IWbemRefresher>>,
        target: Option<&ComPtr<IWbemHiPerfEnum>>,
        wanted: Wanted,
    ) -> (Status, i32) {
        let mut id = 0;
        let id_slot = if wanted == Wanted::NoId { std::ptr::null_mut() } else { &raw mut id };
        let class = class.map(WideString::new);
        let (services, class) = (namespace(services), text(class.as_ref()));
        let (refresher, target) = (raw(refresher), raw(target));
        let context = std::ptr::null_mut();
        let _call = CallContext::enter(Caller::ThisThread);
        // SAFETY: all pointers are NULL or valid during the call.
        let status = unsafe {
            self.provider
                .CreateRefreshableEnum(services, class, refresher, self.flags, context, target, id_slot)
        };
        (status, id)
    }

    /// StopRefreshing.
    pub fn stop(&self, refresher: Option<&ComPtr<IWbemRefresher>>, id: i32) -> Status {
        let _call = CallContext::enter(Caller::ThisThread);
        // SAFETY: the pointer is NULL or valid during the call.
        unsafe { self.provider.StopRefreshing(raw(refresher), id, self.flags) }
    }

    /// GetObjects of these objects, of which some may be missing; `None` for
    /// `objects` is an array of one that isn't there.
    pub fn get_objects(
        &self,
        services: Option<&Services>,
        objects: Option<&[Option<ComPtr<IWbemObjectAccess>>]>,
    ) -> Status {
        let pointers: Option<Vec<_>> = objects.map(|all| all.iter().map(|one| raw(one.as_ref())).collect());
        let count = pointers.as_ref().map_or(1, Vec::len);
        let Ok(count) = i32::try_from(count) else { return Status::WBEM_E_INVALID_PARAMETER };
        let array = pointers.as_ref().map_or(std::ptr::null(), Vec::as_ptr);
        let (services, context) = (namespace(services), std::ptr::null_mut());
        let _call = CallContext::enter(Caller::ThisThread);
        // SAFETY: all pointers are NULL or valid during the call.
        unsafe { self.provider.GetObjects(services, count, array, self.flags, context) }
    }
}
