//! The client's refresher, `CLSID_WbemRefresher`: `IWbemRefresher` and
//! `IWbemConfigureRefresher` over [`ClientRefresher`].
//!
//! One call at a time: a second one that comes while another thread is inside
//! gets `WBEM_E_REFRESHER_BUSY` at once.

use std::sync::{Mutex, MutexGuard, TryLockError};

use hiperf_cim::{Result, Status};

use crate::error_info::leave;
use crate::object::Object;
use crate::param::{OutPtr, require, store};
use crate::wide::{WBEM_MAX_PATH, require_wide};
use crate::{
    ComPtr, Context, IWbemClassObject, IWbemConfigureRefresher, IWbemConfigureRefresher_Impl, IWbemContext,
    IWbemHiPerfEnum, IWbemRefresher, IWbemRefresher_Impl, IWbemServices, answer, com_class,
};

/// What a client's refresher does.
pub trait ClientRefresher: Send + 'static {
    /// Adds the instance with this path; the object is the client's, with the
    /// texts of the connection's locale if `amended`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT_PATH`, `WBEM_E_NOT_FOUND`, and the provider's.
    fn add_object_by_path(
        &mut self,
        services: &ComPtr<IWbemServices>,
        path: &str,
        amended: bool,
        context: Option<&Context>,
    ) -> Result<(Object, i32)>;

    /// Adds the instances of a class; the enumerator is the client's, and so is
    /// `amended`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`, and the provider's.
    fn add_enum(
        &mut self,
        services: &ComPtr<IWbemServices>,
        class: &str,
        amended: bool,
        context: Option<&Context>,
    ) -> Result<(ComPtr<IWbemHiPerfEnum>, i32)>;

    /// Removes an object or enumerator.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`.
    fn remove(&mut self, id: i32) -> Result<()>;

    /// Brings everything up to date; the status of the refresh.
    fn refresh(&mut self, flags: i32) -> Status;
}

/// The COM class of a client's refresher.
pub struct RefresherObject<R>(Mutex<R>);

com_class! {
    impl<R: ClientRefresher> class RefresherObject<R>: IWbemRefresher, IWbemConfigureRefresher;
}

impl<R: ClientRefresher> RefresherObject<R> {
    /// A refresher over `refresher`.
    #[must_use]
    pub fn new(refresher: R) -> RefresherObject<R> {
        RefresherObject(Mutex::new(refresher))
    }

    fn enter(&self) -> Result<MutexGuard<'_, R>, Status> {
        match self.0.try_lock() {
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

fn check_add_flags(flags: i32) -> Result<(), Status> {
    if flags & !USE_AMENDED_QUALIFIERS == 0 { Ok(()) } else { Err(Status::WBEM_E_INVALID_PARAMETER) }
}

fn check_refresh_flags(flags: i32) -> Result<(), Status> {
    if flags & !NO_AUTO_RECONNECT == 0 { Ok(()) } else { Err(Status::WBEM_E_INVALID_PARAMETER) }
}

impl<R: ClientRefresher> IWbemRefresher_Impl for RefresherObject<R> {
    unsafe fn Refresh(&self, flags: i32) -> Status {
        answer(|| {
            check_refresh_flags(flags)?;
            Ok(self.enter()?.refresh(flags))
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
            check_add_flags(flags)?;
            let mut refresher = self.enter()?;
            let amended = flags & USE_AMENDED_QUALIFIERS != 0;
            let (added, added_id) =
                refresher.add_object_by_path(&services, &path, amended, context.as_ref()).map_err(leave)?;
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
        _: *mut IWbemContext,
        object: *mut *mut IWbemClassObject,
        _: *mut i32,
    ) -> Status {
        // SAFETY: the caller's promise.
        if unsafe { OutPtr::new(object) }.is_err() || services.is_null() || template.is_null() {
            return Status::WBEM_E_INVALID_PARAMETER;
        }
        answer(|| check_add_flags(flags).and(Err(Status::WBEM_E_NOT_SUPPORTED)))
    }

    unsafe fn AddRefresher(&self, refresher: *mut IWbemRefresher, flags: i32, _: *mut i32) -> Status {
        if refresher.is_null() {
            return Status::WBEM_E_INVALID_PARAMETER;
        }
        answer(|| check_add_flags(flags).and(Err(Status::WBEM_E_NOT_SUPPORTED)))
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
            check_add_flags(flags)?;
            let mut refresher = self.enter()?;
            let amended = flags & USE_AMENDED_QUALIFIERS != 0;
            let (added, added_id) =
                refresher.add_enum(&services, &class, amended, context.as_ref()).map_err(leave)?;
            drop(refresher);
            out.set(added);
            // SAFETY: the caller's promise.
            unsafe { store(id, added_id) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }
}
