//! A hi-perf provider as its author writes it, and the COM objects around it.
//!
//! An author implements [`HiPerfProvider`] and [`ProviderRefresher`], which are
//! safe; [`class_factory`] makes a class of them that the rest of WMI sees as
//! `IWbemProviderInit`, `IWbemHiPerfProvider` and `IWbemRefresher`. Here the
//! parameters are checked, so that no NULL, negative count or stranger's
//! refresher reaches the author; here panics end; and here a refresher is
//! guarded: a second call while one is in it is `WBEM_E_REFRESHER_BUSY`.
//!
//! Source: the documentation of the three interfaces; "Initializing a
//! Provider".

use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use hiperf_cim::{MAX_IDENTIFIER, Result, Status};

use crate::access::{HiPerfEnum, ObjectAccess};
use crate::error_info::leave;
use crate::factory::Factory;
use crate::param::{OutPtr, require, slice, store};
use crate::sink::ObjectSink;
use crate::wide::{WBEM_MAX_PATH, read_wide, require_wide};
use crate::{
    ComPtr, Context, IWbemContext, IWbemHiPerfEnum, IWbemHiPerfProvider, IWbemHiPerfProvider_Impl,
    IWbemObjectAccess, IWbemObjectSink, IWbemProviderInit, IWbemProviderInit_Impl, IWbemProviderInitSink,
    IWbemRefresher, IWbemRefresher_Impl, IWbemServices, answer, com_class, downcast, guard,
};

pub use crate::services::Services;

/// More objects in one call than this are a garbage count: the largest process
/// table that Linux allows has 2^22 entries.
const MAX_OBJECTS: i32 = 1 << 22;

/// Where and for whom a provider works.
#[derive(Clone, Debug)]
pub struct Initialization {
    /// The user, when the provider is initialised once per user.
    pub user: Option<String>,
    /// The namespace: `root\cimv2`.
    pub namespace: String,
    /// The locale, as `MS_409`.
    pub locale: Option<String>,
    /// The namespace's services.
    pub services: Services,
    /// The context of the initialisation.
    pub context: Option<Context>,
}

impl Initialization {
    /// An initialisation for a namespace, for every user and locale.
    #[must_use]
    pub fn new(namespace: &str, services: Services) -> Initialization {
        Initialization { user: None, namespace: namespace.to_owned(), locale: None, services, context: None }
    }
}

/// A high-performance provider. Its methods may be called from several threads
/// at once.
pub trait HiPerfProvider: Send + Sync + 'static {
    /// The provider's refreshers; each belongs to one client.
    type Refresher: ProviderRefresher;

    /// Prepares the provider for a namespace.
    ///
    /// # Errors
    /// Why it can't work there; the provider is not used then.
    fn initialize(&self, initialization: &Initialization) -> Result<()>;

    /// A new refresher without objects.
    ///
    /// # Errors
    /// `WBEM_E_PROVIDER_NOT_CAPABLE`, or why there is none.
    fn create_refresher(&self, services: &Services) -> Result<Self::Refresher>;

    /// Delivers all instances of exactly this class.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: not a class of this provider; what else failed.
    fn query_instances(
        &self,
        services: &Services,
        class: &str,
        context: Option<&Context>,
        sink: &ObjectSink,
    ) -> Result<()>;

    /// Fills the properties of objects whose keys are set.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: one of them doesn't exist; what else failed.
    fn get_objects(
        &self,
        services: &Services,
        objects: &[ObjectAccess],
        context: Option<&Context>,
    ) -> Result<()>;
}

/// A provider's refresher: its objects and enumerators of one client. One
/// thread at a time is in it.
pub trait ProviderRefresher: Send + 'static {
    /// Adds the instance that the template's keys name. Returns an object of
    /// its own (a clone of the template), which `refresh` writes, and its id,
    /// which is unique among this refresher's objects and enumerators.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is no such instance; `WBEM_E_INVALID_CLASS`.
    fn add_object(
        &mut self,
        services: &Services,
        template: &ObjectAccess,
        context: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)>;

    /// Adds all instances of exactly this class, which `refresh` puts into
    /// `target`. Returns an id as `add_object` does.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: not a class of this provider.
    fn add_enum(
        &mut self,
        services: &Services,
        class: &str,
        context: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32>;

    /// Drops an object or an enumerator.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is none with this id.
    fn stop_refreshing(&mut self, id: i32) -> Result<()>;

    /// Brings all objects and enumerators up to date, in the least time.
    /// `WBEM_S_PARTIAL_RESULTS` says that some could not be.
    ///
    /// # Errors
    /// Why none could be brought up to date.
    fn refresh(&mut self, flags: i32) -> Result<Status, Status>;
}

/// The class factory of a provider that `make` makes, for
/// [`registry::register_provider`](crate::registry::register_provider) and
/// [`dll_exports!`](crate::dll_exports).
#[must_use]
pub fn class_factory<P: HiPerfProvider>(make: impl Fn() -> P + Send + Sync + 'static) -> Arc<dyn Factory> {
    crate::factory::factory_of(move || ProviderObject { provider: Arc::new(make()) })
}

/// The COM object of a provider.
struct ProviderObject<P: HiPerfProvider> {
    provider: Arc<P>,
}

com_class! {
    impl<P: HiPerfProvider> class ProviderObject<P>: IWbemProviderInit, IWbemHiPerfProvider;
    panic = Status::WBEM_E_PROVIDER_FAILURE;
}

/// The COM object of a provider's refresher.
struct RefresherObject<P: HiPerfProvider> {
    /// The provider that made it, which no other provider's object may use.
    provider: Arc<P>,
    refresher: Mutex<P::Refresher>,
}

com_class! {
    impl<P: HiPerfProvider> class RefresherObject<P>: IWbemRefresher;
    panic = Status::WBEM_E_PROVIDER_FAILURE;
}

impl<P: HiPerfProvider> RefresherObject<P> {
    /// The refresher, if nobody is in it. After a panic it is used again: it is
    /// safe code, and its objects are all still there.
    #[inline]
    fn lock(&self) -> Result<MutexGuard<'_, P::Refresher>, Status> {
        match self.refresher.try_lock() {
            Ok(refresher) => Ok(refresher),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => Err(Status::WBEM_E_REFRESHER_BUSY),
        }
    }
}

impl<P: HiPerfProvider> IWbemRefresher_Impl for RefresherObject<P> {
    unsafe fn Refresh(&self, lFlags: i32) -> Status {
        answer(|| self.lock()?.refresh(lFlags))
    }
}

/// The services that a caller lends; every method needs them.
///
/// # Safety
/// NULL or an IWbemServices.
unsafe fn services(pointer: *mut IWbemServices) -> Result<Services, Status> {
    // SAFETY: the caller's duty.
    Ok(Services::new(unsafe { require(pointer) }?))
}

/// The class's name; it may not be empty.
///
/// # Safety
/// NULL or a string that ends with a NUL.
unsafe fn class_name(pointer: *const u16) -> Result<String, Status> {
    // SAFETY: the caller's duty.
    let name = unsafe { require_wide(pointer, MAX_IDENTIFIER) }?;
    if name.is_empty() { Err(Status::WBEM_E_INVALID_PARAMETER) } else { Ok(name) }
}

impl<P: HiPerfProvider> ProviderObject<P> {
    /// Runs `body` on one of this provider's own refreshers.
    ///
    /// # Safety
    /// `pointer` is NULL or an IWbemRefresher.
    unsafe fn with_refresher<R>(
        &self,
        pointer: *mut IWbemRefresher,
        body: impl FnOnce(&mut P::Refresher) -> Result<R>,
    ) -> Result<R, Status> {
        // SAFETY: the caller's duty.
        let refresher = unsafe { require(pointer) }?;
        let own = downcast::<RefresherObject<P>>(refresher.as_unknown())
            .filter(|own| Arc::ptr_eq(&own.provider, &self.provider))
            .ok_or(Status::WBEM_E_INVALID_PARAMETER)?;
        body(&mut *own.lock()?).map_err(leave)
    }
}

impl<P: HiPerfProvider> IWbemProviderInit_Impl for ProviderObject<P> {
    unsafe fn Initialize(
        &self,
        wszUser: *const u16,
        _: i32,
        wszNamespace: *const u16,
        wszLocale: *const u16,
        pNamespace: *mut IWbemServices,
        pCtx: *mut IWbemContext,
        pInitSink: *mut IWbemProviderInitSink,
    ) -> Status {
        answer(|| {
            // SAFETY: NULL or a sink, as the caller promises.
            let sink = unsafe { require(pInitSink) }?;
            // From here on every outcome, a panic too, is also told to the sink.
            let status = guard(Status::WBEM_E_PROVIDER_FAILURE, || {
                answer(|| {
                    let initialization = Initialization {
                        // SAFETY: NULL or valid, as the caller promises.
                        user: unsafe { read_wide(wszUser, WBEM_MAX_PATH) }?,
                        // SAFETY: as above.
                        namespace: unsafe { require_wide(wszNamespace, WBEM_MAX_PATH) }?,
                        // SAFETY: as above.
                        locale: unsafe { read_wide(wszLocale, WBEM_MAX_PATH) }?,
                        // SAFETY: as above.
                        services: unsafe { services(pNamespace) }?,
                        // SAFETY: as above.
                        context: unsafe { Context::from_borrowed(pCtx) },
                    };
                    self.provider.initialize(&initialization).map_err(leave)?;
                    Ok(Status::WBEM_S_NO_ERROR)
                })
            });
            // SAFETY: no pointers. The sink has nothing to say about it.
            let _ = unsafe { sink.SetStatus(status, 0) };
            Ok(status)
        })
    }
}

impl<P: HiPerfProvider> IWbemHiPerfProvider_Impl for ProviderObject<P> {
    unsafe fn QueryInstances(
        &self,
        pNamespace: *mut IWbemServices,
        wszClass: *const u16,
        _: i32,
        pCtx: *mut IWbemContext,
        pSink: *mut IWbemObjectSink,
    ) -> Status {
        answer(|| {
            // SAFETY: NULL or valid, as the caller promises.
            let sink = ObjectSink::new(unsafe { require(pSink) }?);
            let mut message = None;
            // Every outcome, a panic too, is also told to the sink.
            let status = guard(Status::WBEM_E_PROVIDER_FAILURE, || {
                answer(|| {
                    // SAFETY: all pointers are NULL or valid, as the caller promises.
                    let services = unsafe { services(pNamespace) }?;
                    // SAFETY: as above.
                    let class = unsafe { class_name(wszClass) }?;
                    // SAFETY: as above.
                    let context = unsafe { Context::from_borrowed(pCtx) };
                    let queried = self.provider.query_instances(&services, &class, context.as_ref(), &sink);
                    queried.map_err(|error| {
                        message = Some(error.message().to_owned());
                        leave(error)
                    })?;
                    Ok(Status::WBEM_S_NO_ERROR)
                })
            });
            sink.set_status(status, message.as_deref());
            Ok(status)
        })
    }

    unsafe fn CreateRefresher(
        &self,
        pNamespace: *mut IWbemServices,
        _: i32,
        ppRefresher: *mut *mut IWbemRefresher,
    ) -> Status {
        answer(|| {
            // SAFETY: NULL or valid, as the caller promises.
            let out = unsafe { OutPtr::new(ppRefresher) }?;
            // SAFETY: as above.
            let services = unsafe { services(pNamespace) }?;
            let refresher = Mutex::new(self.provider.create_refresher(&services).map_err(leave)?);
            out.set(ComPtr::new(RefresherObject { provider: self.provider.clone(), refresher }));
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn CreateRefreshableObject(
        &self,
        pNamespace: *mut IWbemServices,
        pTemplate: *mut IWbemObjectAccess,
        pRefresher: *mut IWbemRefresher,
        _: i32,
        pContext: *mut IWbemContext,
        ppRefreshable: *mut *mut IWbemObjectAccess,
        plId: *mut i32,
    ) -> Status {
        answer(|| {
            // SAFETY: NULL or valid, as the caller promises.
            let out = unsafe { OutPtr::new(ppRefreshable) }?;
            if plId.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: as above.
            let services = unsafe { services(pNamespace) }?;
            // SAFETY: as above.
            let template = ObjectAccess::new(unsafe { require(pTemplate) }?);
            // SAFETY: as above.
            let context = unsafe { Context::from_borrowed(pContext) };
            let add =
                |refresher: &mut P::Refresher| refresher.add_object(&services, &template, context.as_ref());
            // SAFETY: as above.
            let (object, id) = unsafe { self.with_refresher(pRefresher, add) }?;
            out.set(object.into_com());
            // SAFETY: not NULL, so writable.
            unsafe { store(plId, id) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn StopRefreshing(&self, pRefresher: *mut IWbemRefresher, lId: i32, _: i32) -> Status {
        answer(|| {
            // SAFETY: NULL or valid, as the caller promises.
            unsafe { self.with_refresher(pRefresher, |refresher| refresher.stop_refreshing(lId)) }?;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn CreateRefreshableEnum(
        &self,
        pNamespace: *mut IWbemServices,
        wszClass: *const u16,
        pRefresher: *mut IWbemRefresher,
        _: i32,
        pContext: *mut IWbemContext,
        pHiPerfEnum: *mut IWbemHiPerfEnum,
        plId: *mut i32,
    ) -> Status {
        answer(|| {
            if plId.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: all pointers are NULL or valid, as the caller promises.
            let services = unsafe { services(pNamespace) }?;
            // SAFETY: as above.
            let class = unsafe { class_name(wszClass) }?;
            // SAFETY: as above.
            let target = HiPerfEnum::new(unsafe { require(pHiPerfEnum) }?);
            // SAFETY: as above.
            let context = unsafe { Context::from_borrowed(pContext) };
            let add = |refresher: &mut P::Refresher| {
                refresher.add_enum(&services, &class, context.as_ref(), target)
            };
            // SAFETY: as above.
            let id = unsafe { self.with_refresher(pRefresher, add) }?;
            // SAFETY: not NULL, so writable.
            unsafe { store(plId, id) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn GetObjects(
        &self,
        pNamespace: *mut IWbemServices,
        lNumObjects: i32,
        apObj: *const *mut IWbemObjectAccess,
        _: i32,
        pContext: *mut IWbemContext,
    ) -> Status {
        answer(|| {
            if !(0..=MAX_OBJECTS).contains(&lNumObjects) {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: all pointers are NULL or valid, as the caller promises.
            let services = unsafe { services(pNamespace) }?;
            // SAFETY: NULL or an array of that many pointers.
            let pointers = unsafe { slice(apObj, lNumObjects.cast_unsigned()) }?;
            // SAFETY: objects that the caller lends for the call.
            let objects = unsafe { ObjectAccess::from_array(pointers) }?;
            // SAFETY: as above.
            let context = unsafe { Context::from_borrowed(pContext) };
            self.provider.get_objects(&services, objects, context.as_ref()).map_err(leave)?;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }
}
