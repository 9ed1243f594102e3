//! The client's refresher, `CLSID_WbemRefresher`: `IWbemRefresher` and
//! `IWbemConfigureRefresher` over [`ClientRefresher`].
//!
//! One call at a time: a second one that comes while another thread is inside
//! gets `WBEM_E_REFRESHER_BUSY` at once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

use hiperf_cim::{Result, Status};

use super::nesting;
use crate::client::{ClassObject, RefresherClient};
use crate::error_info::{explained, leave};
use crate::object::Object;
use crate::param::{OutPtr, require, store};
use crate::wide::{WBEM_MAX_PATH, require_wide};
use crate::{
    ComPtr, Context, IWbemClassObject, IWbemConfigureRefresher, IWbemConfigureRefresher_Impl, IWbemContext,
    IWbemHiPerfEnum, IWbemRefresher, IWbemRefresher_Impl, IWbemServices, answer, com_class,
};

/// What a client says of an object or enumerator beside what it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Adding<'a> {
    /// The context, for the provider.
    pub context: Option<&'a Context>,
    /// Whether the client's objects get the texts of the connection's locale
    /// (`WBEM_FLAG_USE_AMENDED_QUALIFIERS`).
    pub amended: bool,
}

/// What a client's refresher does.
pub trait ClientRefresher: Send + 'static {
    /// Adds the instance with this path; the object is the client's.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT_PATH`, `WBEM_E_NOT_FOUND`, and the provider's.
    fn add_object_by_path(
        &mut self,
        services: &ComPtr<IWbemServices>,
        path: &str,
        adding: Adding<'_>,
    ) -> Result<(Object, i32)>;

    /// Adds the instance whose keys these are; the object is the client's.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT`, `WBEM_E_NOT_FOUND`, and the provider's.
    fn add_object_by_template(
        &mut self,
        services: &ComPtr<IWbemServices>,
        template: &ClassObject,
        adding: Adding<'_>,
    ) -> Result<(Object, i32)>;

    /// Adds the instances of a class; the enumerator is the client's.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`, and the provider's.
    fn add_enum(
        &mut self,
        services: &ComPtr<IWbemServices>,
        class: &str,
        adding: Adding<'_>,
    ) -> Result<(ComPtr<IWbemHiPerfEnum>, i32)>;

    /// Adds a refresher, which is refreshed together with this one.
    fn add_refresher(&mut self, refresher: RefresherClient) -> i32;

    /// The refreshers that were added.
    fn nested(&self) -> Vec<ComPtr<IWbemRefresher>>;

    /// Removes an object, an enumerator or a refresher.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`.
    fn remove(&mut self, id: i32) -> Result<()>;

    /// Brings everything up to date; the status of the refresh.
    fn refresh(&mut self, flags: i32) -> Status;
}

/// The COM class of a client's refresher.
pub struct RefresherObject<R> {
    refresher: Mutex<R>,
    /// The levels of refreshers above, at most, since it was made. Changed only
    /// while the lock of a refresher above is held.
    depth: AtomicU32,
}

com_class! {
    impl<R: ClientRefresher> class RefresherObject<R>: IWbemRefresher, IWbemConfigureRefresher;
}

impl<R: ClientRefresher> RefresherObject<R> {
    /// A refresher over `refresher`.
    #[must_use]
    pub fn new(refresher: R) -> RefresherObject<R> {
        RefresherObject { refresher: Mutex::new(refresher), depth: AtomicU32::new(0) }
    }

    pub(super) fn depth(&self) -> u32 {
        self.depth.load(Ordering::Acquire)
    }

    pub(super) fn raise_depth(&self, depth: u32) {
        self.depth.fetch_max(depth, Ordering::AcqRel);
    }

    pub(super) fn enter(&self) -> Result<MutexGuard<'_, R>, Status> {
        match self.refresher.try_lock() {
            Ok(inside) => Ok(inside),
            Err(TryLockError::WouldBlock) => Err(Status::WBEM_E_REFRESHER_BUSY),
            // A panic inside left it as it was at that moment; what it holds are
            // lists of items that are added and removed whole.
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        }
    }
}

/// `WBEM_FLAG_USE_AMENDED_QUALIFIERS`.
const USE_AMENDED_QUALIFIERS: i32 = 0x2_0000;
/// `WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT`; the default, 0, is to reconnect.
const NO_AUTO_RECONNECT: i32 = 1;

fn adding(flags: i32, context: Option<&Context>) -> Result<Adding<'_>, Status> {
    match flags {
        0 | USE_AMENDED_QUALIFIERS => Ok(Adding { context, amended: flags != 0 }),
        _ => Err(Status::WBEM_E_INVALID_PARAMETER),
    }
}

fn check_refresh_flags(flags: i32) -> Result<(), Status> {
    if flags & !NO_AUTO_RECONNECT == 0 { Ok(()) } else { Err(Status::WBEM_E_INVALID_PARAMETER) }
}

impl<R: ClientRefresher> IWbemRefresher_Impl for RefresherObject<R> {
    unsafe fn Refresh(&self, flags: i32) -> Status {
        answer(|| {
            check_refresh_flags(flags)?;
            let mut refresher = self.enter()?;
            // The status may be that of a provider, which left a sentence.
            let refreshed = explained("refreshing", || match refresher.refresh(flags) {
                failed if failed.is_error() => Err(failed),
                status => Ok(status),
            });
            refreshed.map_err(leave)
        })
    }
}

impl<R: ClientRefresher> IWbemConfigureRefresher_Impl for RefresherObject<R> {
    unsafe fn AddObjectByPath(
        &self,
        services: *mut IWbemServices,
        path: *const u16,
        flags: i32,
        context: *mut IWbemContext,
        object: *mut *mut IWbemClassObject,
        id: *mut i32,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(object) }?;
            // SAFETY: the caller's promise.
            let services = unsafe { require(services) }?;
            // SAFETY: the caller's promise.
            let path = unsafe { require_wide(path, WBEM_MAX_PATH) }?;
            // SAFETY: the caller's promise.
            let context = unsafe { Context::from_borrowed(context) };
            let adding = adding(flags, context.as_ref())?;
            let mut refresher = self.enter()?;
            let (added, added_id) = refresher.add_object_by_path(&services, &path, adding).map_err(leave)?;
            drop(refresher);
            out.set(added.access().cast()?);
            // SAFETY: the caller's promise.
            unsafe { store(id, added_id) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn AddObjectByTemplate(
        &self,
        services: *mut IWbemServices,
        template: *mut IWbemClassObject,
        flags: i32,
        context: *mut IWbemContext,
        object: *mut *mut IWbemClassObject,
        id: *mut i32,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(object) }?;
            // SAFETY: the caller's promise.
            let services = unsafe { require(services) }?;
            // SAFETY: the caller's promise.
            let template = ClassObject::new(unsafe { require(template) }?);
            // SAFETY: the caller's promise.
            let context = unsafe { Context::from_borrowed(context) };
            let adding = adding(flags, context.as_ref())?;
            let mut refresher = self.enter()?;
            let (added, added_id) =
                refresher.add_object_by_template(&services, &template, adding).map_err(leave)?;
            drop(refresher);
            out.set(added.access().cast()?);
            // SAFETY: the caller's promise.
            unsafe { store(id, added_id) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn AddRefresher(&self, refresher: *mut IWbemRefresher, flags: i32, id: *mut i32) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let child = unsafe { require(refresher) }?;
            adding(flags, None)?;
            let mut refresher = self.enter()?;
            nesting::admit(self, &child).map_err(leave)?;
            let added_id = refresher.add_refresher(RefresherClient::new(child));
            drop(refresher);
            // SAFETY: the caller's promise.
            unsafe { store(id, added_id) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Remove(&self, id: i32, flags: i32) -> Status {
        answer(|| {
            check_refresh_flags(flags)?;
            self.enter()?.remove(id).map_err(leave)?;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn AddEnum(
        &self,
        services: *mut IWbemServices,
        class: *const u16,
        flags: i32,
        context: *mut IWbemContext,
        enumerator: *mut *mut IWbemHiPerfEnum,
        id: *mut i32,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(enumerator) }?;
            // SAFETY: the caller's promise.
            let services = unsafe { require(services) }?;
            // SAFETY: the caller's promise.
            let class = unsafe { require_wide(class, WBEM_MAX_PATH) }?;
            // SAFETY: the caller's promise.
            let context = unsafe { Context::from_borrowed(context) };
            let adding = adding(flags, context.as_ref())?;
            let mut refresher = self.enter()?;
            let (added, added_id) = refresher.add_enum(&services, &class, adding).map_err(leave)?;
            drop(refresher);
            out.set(added);
            // SAFETY: the caller's promise.
            unsafe { store(id, added_id) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }
}
