//! [`ComPtr`]: an interface pointer that owns one reference.

use std::fmt;
use std::ops::Deref;
use std::ptr::NonNull;

use hiperf_cim::Status;

use crate::{IUnknown, Interface};

/// Owns one reference to a COM object: cloning adds one, dropping releases it.
///
/// It is `Send`: in WMI's multithreaded apartment any thread may use, count and
/// release an object. It is not `Sync`: the interface doesn't say that two
/// threads may be in one object at once, so each takes a pointer of its own,
/// and the object's class (see [`Class`](crate::Class)) or the owner's order of
/// calls answers for the rest, as the interface's documentation demands.
#[repr(transparent)]
pub struct ComPtr<I: Interface> {
    pointer: NonNull<I>,
}

// SAFETY: see the type: reference counts are atomic by COM's rules and objects
// of the multithreaded apartment are not bound to a thread.
unsafe impl<I: Interface> Send for ComPtr<I> {}

impl<I: Interface> ComPtr<I> {
    /// Takes over the reference that the caller owns; `None` for NULL.
    ///
    /// # Safety
    /// 1. `pointer` is NULL or an interface pointer of type `I`.
    /// 2. The caller owns one reference and gives it up.
    #[must_use]
    pub unsafe fn from_raw(pointer: *mut I) -> Option<ComPtr<I>> {
        NonNull::new(pointer).map(|pointer| ComPtr { pointer })
    }

    /// Adds a reference to a pointer that belongs to someone else; `None` for
    /// NULL.
    ///
    /// # Safety
    /// `pointer` is NULL or an interface pointer of type `I`, alive during the call.
    #[must_use]
    pub unsafe fn from_borrowed(pointer: *mut I) -> Option<ComPtr<I>> {
        // SAFETY: NULL or alive, as the caller says.
        let interface = unsafe { pointer.as_ref() }?;
        Some(ComPtr::from_interface(interface))
    }

    /// An owned pointer to an interface that is borrowed.
    #[must_use]
    pub fn from_interface(interface: &I) -> ComPtr<I> {
        let pointer = NonNull::from(interface);
        // SAFETY: every interface begins with IUnknown, and it is borrowed here.
        let unknown = unsafe { pointer.cast::<IUnknown>().as_ref() };
        // SAFETY: the new owner releases it.
        unsafe { unknown.AddRef() };
        ComPtr { pointer }
    }

    /// The pointer, whose reference still belongs to `self`.
    #[must_use]
    pub fn as_raw(&self) -> *mut I {
        self.pointer.as_ptr()
    }

    /// The pointer together with its reference, which the caller must release.
    #[must_use]
    pub fn into_raw(self) -> *mut I {
        let pointer = self.pointer.as_ptr();
        std::mem::forget(self);
        pointer
    }

    /// The object as IUnknown, without asking it.
    #[must_use]
    pub fn as_unknown(&self) -> &IUnknown {
        // SAFETY: every interface begins with IUnknown, and `self` keeps it alive.
        unsafe { self.pointer.cast::<IUnknown>().as_ref() }
    }

    /// Another interface of the same object (QueryInterface).
    ///
    /// # Errors
    /// The object's answer, usually `E_NOINTERFACE`; also when it claims
    /// success but gives NULL.
    pub fn cast<J: Interface>(&self) -> Result<ComPtr<J>, Status> {
        let iid = J::IID;
        let unknown = self.as_unknown();
        ComPtr::receive(Status::E_NOINTERFACE, |slot: *mut *mut J| {
            // SAFETY: both pointers are valid; the reference goes to the new pointer.
            unsafe { unknown.QueryInterface(&raw const iid, slot.cast()) }
        })
    }

    /// The interface pointer that `call` stores in its out parameter.
    /// `if_null` is the error when it claims success without one.
    ///
    /// # Errors
    /// `call`'s own status, or `if_null`.
    pub fn receive(if_null: Status, call: impl FnOnce(*mut *mut I) -> Status) -> Result<ComPtr<I>, Status> {
        let mut pointer = std::ptr::null_mut();
        let status = call(&raw mut pointer);
        if status.is_error() {
            // What a failed call leaves in its out parameter is not a reference.
            return Err(status);
        }
        // SAFETY: after success an out parameter is NULL or a reference of the caller's.
        unsafe { ComPtr::from_raw(pointer) }.ok_or(if_null)
    }

    /// Whether both are the same object, by COM's rule: the same IUnknown.
    #[must_use]
    pub fn is_same_object<J: Interface>(&self, other: &ComPtr<J>) -> bool {
        match (self.cast::<IUnknown>(), other.cast::<IUnknown>()) {
            (Ok(one), Ok(two)) => one.as_raw() == two.as_raw(),
            _ => false,
        }
    }
}

impl<I: Interface> Clone for ComPtr<I> {
    #[inline]
    fn clone(&self) -> Self {
        ComPtr::from_interface(self)
    }
}

impl<I: Interface> Drop for ComPtr<I> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the reference is `self`'s and ends with it.
        unsafe { self.as_unknown().Release() };
    }
}

impl<I: Interface> Deref for ComPtr<I> {
    type Target = I;

    #[inline]
    fn deref(&self) -> &I {
        // SAFETY: the reference that `self` owns keeps the object alive.
        unsafe { self.pointer.as_ref() }
    }
}

impl<I: Interface> fmt::Debug for ComPtr<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:p})", I::NAME, self.pointer)
    }
}
