//! Class objects: [`Factory`] makes objects, [`ClassObjectFactory`] shows it as
//! IClassFactory.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hiperf_cim::{Result, Status};

use crate::error_info::leave;
use crate::{
    ComPtr, Guid, IClassFactory, IClassFactory_Impl, IUnknown, Implements, Interface, com_class, live_objects,
};

/// Makes the objects of one class. Any closure that returns one is a factory.
pub trait Factory: Send + Sync + 'static {
    /// A new object.
    ///
    /// # Errors
    /// Why there is none; the status is what CreateInstance answers.
    fn create(&self) -> Result<ComPtr<IUnknown>>;
}

impl<F: Fn() -> Result<ComPtr<IUnknown>> + Send + Sync + 'static> Factory for F {
    fn create(&self) -> Result<ComPtr<IUnknown>> {
        self()
    }
}

/// A factory of the values that `make` returns.
pub fn factory_of<T: Implements<IUnknown>>(make: impl Fn() -> T + Send + Sync + 'static) -> Arc<dyn Factory> {
    Arc::new(move || Ok(ComPtr::new(make())))
}

/// Locks on this module: LockServer(TRUE) minus LockServer(FALSE).
static LOCKS: AtomicU32 = AtomicU32::new(0);

/// Whether nothing of this module is in use: what DllCanUnloadNow says.
#[must_use]
pub fn can_unload() -> bool {
    live_objects() == 0 && LOCKS.load(Ordering::Acquire) == 0
}

/// The COM class of class objects.
pub struct ClassObjectFactory {
    factory: Arc<dyn Factory>,
}

com_class! { class ClassObjectFactory: IClassFactory; panic = Status::WBEM_E_PROVIDER_FAILURE; }

impl ClassObjectFactory {
    /// The class object of `factory`.
    #[must_use]
    pub fn new(factory: Arc<dyn Factory>) -> ClassObjectFactory {
        ClassObjectFactory { factory }
    }
}

impl IClassFactory_Impl for ClassObjectFactory {
    unsafe fn CreateInstance(
        &self,
        pUnkOuter: *mut IUnknown,
        riid: *const Guid,
        ppvObject: *mut *mut c_void,
    ) -> Status {
        if ppvObject.is_null() {
            return Status::E_POINTER;
        }
        // SAFETY: not NULL, so writable.
        unsafe { ppvObject.write(std::ptr::null_mut()) };
        if riid.is_null() {
            return Status::E_POINTER;
        }
        if !pUnkOuter.is_null() {
            return Status::CLASS_E_NOAGGREGATION;
        }
        match self.factory.create() {
            // SAFETY: both pointers were checked; the reference goes to the caller.
            Ok(object) => unsafe { object.QueryInterface(riid, ppvObject) },
            Err(error) => leave(error),
        }
    }

    unsafe fn LockServer(&self, fLock: i32) -> Status {
        if fLock != 0 {
            LOCKS.fetch_add(1, Ordering::AcqRel);
            return Status::WBEM_S_NO_ERROR;
        }
        match LOCKS.fetch_update(Ordering::AcqRel, Ordering::Acquire, |locks| locks.checked_sub(1)) {
            Ok(_) => Status::WBEM_S_NO_ERROR,
            Err(_) => Status::E_UNEXPECTED,
        }
    }
}

/// Makes the factory of one of a library's classes.
#[doc(hidden)]
pub type MakeFactory<'a> = &'a dyn Fn() -> Arc<dyn Factory>;

/// The body of a library's DllGetClassObject over the classes it has.
///
/// # Safety
/// `clsid` and `iid` are readable and `ppv` is writable, or NULL.
#[doc(hidden)]
pub unsafe fn dll_get_class_object(
    classes: &[(Guid, MakeFactory<'_>)],
    clsid: *const Guid,
    iid: *const Guid,
    ppv: *mut *mut c_void,
) -> Status {
    crate::guard(Status::WBEM_E_PROVIDER_FAILURE, || {
        if ppv.is_null() {
            return Status::E_POINTER;
        }
        // SAFETY: not NULL, so writable.
        unsafe { ppv.write(std::ptr::null_mut()) };
        if clsid.is_null() || iid.is_null() {
            return Status::E_POINTER;
        }
        // SAFETY: not NULL, so readable.
        let clsid = unsafe { clsid.read_unaligned() };
        let Some((_, make)) = classes.iter().find(|(known, _)| *known == clsid) else {
            return Status::CLASS_E_CLASSNOTAVAILABLE;
        };
        let class: ComPtr<IClassFactory> = ComPtr::new(ClassObjectFactory::new(make()));
        // SAFETY: both pointers were checked; the reference goes to the caller.
        unsafe { class.QueryInterface(iid, ppv) }
    })
}

/// The interface `I` of a new object of a class object.
pub(crate) fn create_instance<I: Interface>(class: &ComPtr<IClassFactory>, doing: &str) -> Result<ComPtr<I>> {
    let iid = I::IID;
    crate::error_info::receive(doing, Status::WBEM_E_PROVIDER_LOAD_FAILURE, |slot: *mut *mut I| {
        // SAFETY: all pointers are valid; there is no outer object.
        unsafe { class.CreateInstance(std::ptr::null_mut(), &raw const iid, slot.cast()) }
    })
}
