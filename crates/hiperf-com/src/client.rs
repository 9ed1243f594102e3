//! Calls into a provider, whoever wrote it: [`Provider`] and
//! [`RefresherClient`].
//!
//! A provider may be a stranger's C code, so its answers are doubted: success
//! without an object is a failure, a call that never ends is given up after a
//! while, and every error says what was asked.
//!
//! Source: the documentation of `IWbemProviderInit` and `IWbemHiPerfProvider`.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hiperf_cim::{Context as _, Error, Result, Status};

use crate::call_context::{CallContext, Caller};
use crate::error_info::{call, receive};
use crate::factory::{ClassObjectFactory, Factory, create_instance};
use crate::provider::Initialization;
use crate::services::context_pointer;
use crate::{
    ComPtr, Guid, IClassFactory, IWbemHiPerfEnum, IWbemHiPerfProvider, IWbemObjectAccess, IWbemProviderInit,
    IWbemProviderInitSink, IWbemProviderInitSink_Impl, IWbemRefresher, WideString, com_class, registry,
};

pub use crate::class_access::ClassObject;
pub use crate::context::Context;
pub use crate::services::Services;
pub use crate::sink::{Collected, CollectingSink, ObjectSink};

/// A loaded and initialised provider.
#[derive(Clone, Debug)]
pub struct Provider {
    provider: ComPtr<IWbemHiPerfProvider>,
    services: Services,
    caller: Caller,
}

// SAFETY: a hi-perf provider has to serve calls from any thread at any time
// ("Both" and the multithreaded apartment); only the pointer is shared here.
unsafe impl Sync for Provider {}

impl Provider {
    /// Makes a provider by its CLSID and initialises it. It has `limit` to
    /// report that it is ready.
    ///
    /// # Errors
    /// * `REGDB_E_CLASSNOTREG`: nothing is registered under this CLSID.
    /// * `WBEM_E_PROVIDER_LOAD_FAILURE`: its library or object can't be had,
    ///   or it is no hi-perf provider.
    /// * `WBEM_E_INITIALIZATION_FAILURE`: it failed to initialise, or can't
    ///   report any more that it did.
    /// * `WBEM_E_PROVIDER_TIMED_OUT`: it didn't report within the limit.
    pub fn load(clsid: Guid, initialization: &Initialization, limit: Duration) -> Result<Provider> {
        Provider::load_for(clsid, initialization, limit, Caller::ThisThread)
    }

    /// As [`Provider::load`], for a host whose calls are made for `caller`.
    ///
    /// # Errors
    /// As [`Provider::load`].
    pub fn load_for(
        clsid: Guid,
        initialization: &Initialization,
        limit: Duration,
        caller: Caller,
    ) -> Result<Provider> {
        let class = registry::class_object(clsid)?;
        Provider::create(&class, &format!("class {clsid}"), initialization, limit, caller)
    }

    /// Makes a provider of this program, which is registered nowhere, and
    /// initialises it. `name` begins its errors.
    ///
    /// # Errors
    /// As [`Provider::load`], but for `REGDB_E_CLASSNOTREG`.
    pub fn of_factory(
        factory: Arc<dyn Factory>,
        name: &str,
        initialization: &Initialization,
        limit: Duration,
    ) -> Result<Provider> {
        let class = ComPtr::new(ClassObjectFactory::new(factory));
        Provider::create(&class, name, initialization, limit, Caller::ThisThread)
    }

    fn create(
        class: &ComPtr<IClassFactory>,
        name: &str,
        initialization: &Initialization,
        limit: Duration,
        caller: Caller,
    ) -> Result<Provider> {
        let doing = format!("creating an object of {name}");
        let init: ComPtr<IWbemProviderInit> = create_instance(class, &doing)
            .map_err(|error| as_status(Status::WBEM_E_PROVIDER_LOAD_FAILURE, error))?;
        initialize(&init, initialization, limit, caller)?;
        let provider = init.cast().map_err(|status| {
            let message = format!("{name} is no hi-perf provider: it has no IWbemHiPerfProvider");
            Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message).caused_by(Error::from(status))
        })?;
        Ok(Provider { provider, services: initialization.services.clone(), caller })
    }

    /// The interface pointer.
    #[must_use]
    pub fn as_com(&self) -> &ComPtr<IWbemHiPerfProvider> {
        &self.provider
    }

    /// All instances of exactly this class. The provider has `limit` to finish
    /// after it returned.
    ///
    /// # Errors
    /// The provider's own; `WBEM_E_PROVIDER_TIMED_OUT`.
    pub fn query_instances(
        &self,
        class: &str,
        context: Option<&Context>,
        limit: Duration,
    ) -> Result<Collected> {
        let (name, services) = (WideString::new(class), self.services.as_com().as_raw());
        let doing = format!("the provider's QueryInstances of {class}");
        let _call = CallContext::enter(self.caller);
        CollectingSink::collect(&doing, limit, |sink| {
            let context = context_pointer(context);
            // SAFETY: all pointers are valid during the call.
            unsafe { self.provider.QueryInstances(services, name.as_ptr(), 0, context, sink.as_raw()) }
        })
    }

    /// A new refresher of the provider.
    ///
    /// # Errors
    /// The provider's own; `WBEM_E_PROVIDER_FAILURE` when it returns none.
    pub fn create_refresher(&self) -> Result<RefresherClient> {
        let services = self.services.as_com().as_raw();
        let doing = "the provider's CreateRefresher";
        let _call = CallContext::enter(self.caller);
        let refresher = receive(doing, Status::WBEM_E_PROVIDER_FAILURE, |slot| {
            // SAFETY: all pointers are valid during the call.
            unsafe { self.provider.CreateRefresher(services, 0, slot) }
        })?;
        Ok(RefresherClient { refresher, caller: self.caller })
    }

    /// Adds the instance that the template's keys name to a refresher: the
    /// provider's object and its id.
    ///
    /// # Errors
    /// The provider's own; `WBEM_E_PROVIDER_FAILURE` when it returns none.
    pub fn create_refreshable_object(
        &self,
        refresher: &RefresherClient,
        template: &ComPtr<IWbemObjectAccess>,
        context: Option<&Context>,
    ) -> Result<(ComPtr<IWbemObjectAccess>, i32)> {
        let (services, template) = (self.services.as_com().as_raw(), template.as_raw());
        let (refresher, context) = (refresher.refresher.as_raw(), context_pointer(context));
        let mut id = 0;
        let doing = "the provider's CreateRefreshableObject";
        let _call = CallContext::enter(self.caller);
        let object = receive(doing, Status::WBEM_E_PROVIDER_FAILURE, |slot| {
            let id = &raw mut id;
            // SAFETY: all pointers are valid during the call.
            unsafe {
                self.provider.CreateRefreshableObject(services, template, refresher, 0, context, slot, id)
            }
        })?;
        Ok((object, id))
    }

    /// Adds all instances of exactly this class to a refresher, which keeps
    /// them in `target`: the enumerator's id.
    ///
    /// # Errors
    /// The provider's own.
    pub fn create_refreshable_enum(
        &self,
        refresher: &RefresherClient,
        class: &str,
        context: Option<&Context>,
        target: ComPtr<IWbemHiPerfEnum>,
    ) -> Result<i32> {
        let (services, name) = (self.services.as_com().as_raw(), WideString::new(class));
        let (refresher, context) = (refresher.refresher.as_raw(), context_pointer(context));
        let mut id = 0;
        let _call = CallContext::enter(self.caller);
        call(&format!("the provider's CreateRefreshableEnum of {class}"), || {
            let (name, target, id) = (name.as_ptr(), target.as_raw(), &raw mut id);
            // SAFETY: all pointers are valid during the call.
            unsafe { self.provider.CreateRefreshableEnum(services, name, refresher, 0, context, target, id) }
        })?;
        Ok(id)
    }

    /// Takes an object or enumerator out of a refresher.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: the provider doesn't know the id; its other errors.
    pub fn stop_refreshing(&self, refresher: &RefresherClient, id: i32) -> Result<()> {
        let refresher = refresher.refresher.as_raw();
        let _call = CallContext::enter(self.caller);
        // SAFETY: the pointer is valid during the call.
        let status = call("the provider's StopRefreshing", || unsafe {
            self.provider.StopRefreshing(refresher, id, 0)
        })?;
        // The documents list both answers for an unknown id.
        if status == Status::WBEM_S_FALSE {
            let message = format!("the provider's refresher has no object or enumerator {id}");
            return Err(Error::new(Status::WBEM_E_NOT_FOUND, message));
        }
        Ok(())
    }

    /// Has the provider fill objects whose keys are set.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: one of them doesn't exist; the provider's other
    /// errors, `WBEM_E_PROVIDER_NOT_CAPABLE` among them.
    pub fn get_objects(
        &self,
        objects: &[ComPtr<IWbemObjectAccess>],
        context: Option<&Context>,
    ) -> Result<()> {
        let count = i32::try_from(objects.len()).map_err(|_| Status::WBEM_E_INVALID_PARAMETER)?;
        let (services, context) = (self.services.as_com().as_raw(), context_pointer(context));
        // A `ComPtr` is transparent around its pointer.
        let array = objects.as_ptr().cast();
        let _call = CallContext::enter(self.caller);
        // SAFETY: all pointers are valid during the call.
        call("the provider's GetObjects", || unsafe {
            self.provider.GetObjects(services, count, array, 0, context)
        })?;
        Ok(())
    }
}

/// The same message under another status, with the original as its cause.
fn as_status(status: Status, error: Error) -> Error {
    Error::new(status, format!("{} ({})", error.message(), error.status())).caused_by(error)
}

fn initialize(
    init: &ComPtr<IWbemProviderInit>,
    initialization: &Initialization,
    limit: Duration,
    caller: Caller,
) -> Result<()> {
    let _call = CallContext::enter(caller);
    let user = initialization.user.as_deref().map(WideString::new);
    let locale = initialization.locale.as_deref().map(WideString::new);
    let namespace = WideString::new(&initialization.namespace);
    let pointer = |text: &Option<WideString>| text.as_ref().map_or(std::ptr::null(), WideString::as_ptr);
    let outcome = Arc::new(InitOutcome::default());
    let sink: ComPtr<IWbemProviderInitSink> = ComPtr::new(InitSink(outcome.clone()));
    call("the provider's Initialize", || {
        let (user, namespace, locale) = (pointer(&user), namespace.as_ptr(), pointer(&locale));
        let services = initialization.services.as_com().as_raw();
        let context = context_pointer(initialization.context.as_ref());
        // SAFETY: all pointers are valid during the call.
        unsafe { init.Initialize(user, 0, namespace, locale, services, context, sink.as_raw()) }
    })
    .map_err(|error| as_status(Status::WBEM_E_INITIALIZATION_FAILURE, error))?;
    // From here on the sink lives as long as the provider wants it to.
    drop(sink);
    outcome.wait(limit)
}

/// Our end of IWbemProviderInitSink: the first report counts, or the end of
/// the sink, after which there will be none.
struct InitSink(Arc<InitOutcome>);

com_class! { class InitSink: IWbemProviderInitSink; }

/// What became of an initialisation.
#[derive(Default)]
struct InitOutcome {
    report: Mutex<InitReport>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default)]
enum InitReport {
    #[default]
    Awaited,
    Status(Status),
    Released,
}

impl InitOutcome {
    fn report(&self) -> MutexGuard<'_, InitReport> {
        // One word that is replaced whole.
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, report: InitReport) {
        let mut known = self.report();
        if matches!(*known, InitReport::Awaited) {
            *known = report;
            self.changed.notify_all();
        }
    }

    fn wait(&self, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        let mut report = self.report();
        loop {
            match *report {
                InitReport::Awaited => {}
                InitReport::Status(status) if !status.is_error() => return Ok(()),
                InitReport::Status(status) => {
                    return Err(as_status(Status::WBEM_E_INITIALIZATION_FAILURE, Error::from(status)))
                        .context(|| "the provider reported a failure to its initialisation sink");
                }
                InitReport::Released => {
                    return Err(Error::new(
                        Status::WBEM_E_INITIALIZATION_FAILURE,
                        "the provider's Initialize returned success but never called SetStatus on its \
                         sink, and released it; it must report 0 there when it is ready",
                    ));
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let message = format!("the provider did not report within {limit:?} that it is initialised");
                return Err(Error::new(Status::WBEM_E_PROVIDER_TIMED_OUT, message));
            }
            report = self.changed.wait_timeout(report, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl IWbemProviderInitSink_Impl for InitSink {
    unsafe fn SetStatus(&self, lStatus: Status, _: i32) -> Status {
        self.0.end(InitReport::Status(lStatus));
        Status::WBEM_S_NO_ERROR
    }
}

impl Drop for InitSink {
    fn drop(&mut self) {
        self.0.end(InitReport::Released);
    }
}

/// A provider's refresher, as the client of the provider.
#[derive(Debug)]
pub struct RefresherClient {
    refresher: ComPtr<IWbemRefresher>,
    caller: Caller,
}

impl RefresherClient {
    /// Wraps an interface pointer.
    #[must_use]
    pub fn new(refresher: ComPtr<IWbemRefresher>) -> RefresherClient {
        RefresherClient { refresher, caller: Caller::ThisThread }
    }

    /// The interface pointer.
    #[must_use]
    pub fn as_com(&self) -> &ComPtr<IWbemRefresher> {
        &self.refresher
    }

    /// Brings the refresher's objects up to date.
    #[inline]
    pub fn refresh(&self, flags: i32) -> Status {
        let _call = CallContext::enter(self.caller);
        // SAFETY: no pointers.
        unsafe { self.refresher.Refresh(flags) }
    }
}
