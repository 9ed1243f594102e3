//! [`Interface`], the trait of every interface type, and [`IUnknown`], the
//! root of them all.
//!
//! An interface type is what an interface pointer points to: one pointer to a
//! vtable, and behind it an object whose shape only its own class knows. No
//! value of such a type is ever made or moved here; it is met behind a
//! reference or a [`ComPtr`](crate::ComPtr) only.

use std::cell::UnsafeCell;
use std::ffi::c_void;

use hiperf_cim::Status;

use crate::{Class, ComObject, Guid, VtblFor};

/// A COM interface, declared by [`interface!`](crate::interface).
///
/// # Safety
/// 1. The type is `#[repr(C)]` and begins with a pointer to `Self::Vtbl`.
/// 2. `Self::Vtbl` is `#[repr(C)]` and begins with `Self::Base`'s vtable.
/// 3. Whoever answers `Self::IID` in QueryInterface returns such a pointer.
pub unsafe trait Interface: Sized + 'static {
    /// The interface's identifier.
    const IID: Guid;
    /// The interface's name.
    const NAME: &'static str;
    /// The names of all slots in order, those of the bases first.
    const SLOTS: &'static [&'static str];
    /// The vtable.
    type Vtbl: 'static;
    /// The interface it extends; IUnknown's is itself.
    type Base: Interface;

    /// Whether a pointer to this interface also serves as one to `iid`: this
    /// interface or one of its bases.
    #[must_use]
    fn answers(iid: &Guid) -> bool {
        *iid == Self::IID || Self::Base::answers(iid)
    }
}

/// The slots of [`IUnknown`], with which every vtable begins.
#[derive(Clone, Copy)]
#[repr(C)]
#[allow(missing_docs)] // the names are the specification's
pub struct IUnknownVtbl {
    pub QueryInterface:
        unsafe extern "system" fn(this: *mut c_void, iid: *const Guid, ppv: *mut *mut c_void) -> Status,
    pub AddRef: unsafe extern "system" fn(this: *mut c_void) -> u32,
    pub Release: unsafe extern "system" fn(this: *mut c_void) -> u32,
}

/// The interface of every COM object: identity and lifetime.
#[repr(C)]
pub struct IUnknown {
    vtbl: *const IUnknownVtbl,
    /// The object behind the pointer changes under a shared reference, which
    /// the compiler has to know: without this cell it would take memory reached
    /// from `&self` for constant.
    object: UnsafeCell<()>,
}

// SAFETY: 1 and 2 by `repr(C)` and the first fields; 3 is the ABI's definition.
unsafe impl Interface for IUnknown {
    const IID: Guid = Guid::parse("00000000-0000-0000-C000-000000000046");
    const NAME: &'static str = "IUnknown";
    const SLOTS: &'static [&'static str] = &["QueryInterface", "AddRef", "Release"];
    type Vtbl = IUnknownVtbl;
    type Base = IUnknown;

    fn answers(iid: &Guid) -> bool {
        *iid == Self::IID
    }
}

impl IUnknown {
    /// Asks the object for another of its interfaces.
    ///
    /// # Safety
    /// 1. `iid` is readable and `ppv` is writable, or NULL.
    /// 2. On success the caller owns one reference to `*ppv`.
    pub unsafe fn QueryInterface(&self, iid: *const Guid, ppv: *mut *mut c_void) -> Status {
        // SAFETY: an interface pointer's first word points to its vtable.
        let vtbl = unsafe { &*self.vtbl };
        // SAFETY: `this` is the pointer the vtable was read from; 1 and 2 are the caller's.
        unsafe { (vtbl.QueryInterface)(self.as_this(), iid, ppv) }
    }

    /// Adds a reference; the answer is for diagnostics only.
    ///
    /// # Safety
    /// The reference must be given back by [`IUnknown::Release`].
    pub unsafe fn AddRef(&self) -> u32 {
        // SAFETY: an interface pointer's first word points to its vtable.
        let vtbl = unsafe { &*self.vtbl };
        // SAFETY: `this` is the pointer the vtable was read from.
        unsafe { (vtbl.AddRef)(self.as_this()) }
    }

    /// Gives up a reference; the answer is for diagnostics only.
    ///
    /// # Safety
    /// The caller owns a reference and doesn't use it afterwards.
    pub unsafe fn Release(&self) -> u32 {
        // SAFETY: an interface pointer's first word points to its vtable.
        let vtbl = unsafe { &*self.vtbl };
        // SAFETY: `this` is the pointer the vtable was read from.
        unsafe { (vtbl.Release)(self.as_this()) }
    }

    fn as_this(&self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }
}

impl<T: Class, const N: usize> VtblFor<T, N> for IUnknownVtbl {
    const VTBL: IUnknownVtbl = IUnknownVtbl {
        QueryInterface: ComObject::<T>::query_interface::<N>,
        AddRef: ComObject::<T>::add_ref::<N>,
        Release: ComObject::<T>::release::<N>,
    };
}
