//! Classes and their objects: CoInitializeEx to CoGetClassObject.

use std::ffi::c_void;

use hiperf_cim::{Error, Result, Status};
use hiperf_com::{Guid, IUnknown, registry};

use super::{explain, guarded};
use crate::apartment;

/// `CLSCTX_INPROC_SERVER`: the one kind of server that there is.
const INPROC_SERVER: u32 = 1;

/// Begins this thread's use of the library. `S_OK` the first time, then
/// `S_FALSE`; `E_INVALIDARG` for a `reserved` that isn't NULL or flags that
/// COM doesn't have.
#[unsafe(no_mangle)]
extern "C" fn CoInitializeEx(reserved: *mut c_void, model: u32) -> Status {
    guarded(|| if reserved.is_null() { apartment::enter(model) } else { Status::E_INVALIDARG })
}

/// Ends this thread's use of the library.
#[unsafe(no_mangle)]
extern "C" fn CoUninitialize() {
    guarded(apartment::leave);
}

/// Makes an object of class `clsid` and stores its interface `iid`.
///
/// # Safety
/// 1. `clsid` and `iid` are NULL or readable, `object` is NULL or writable.
/// 2. `outer` is NULL or an object.
#[unsafe(no_mangle)]
unsafe extern "C" fn CoCreateInstance(
    clsid: *const Guid,
    outer: *mut IUnknown,
    context: u32,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Status {
    explain(|| {
        // SAFETY: by 1.
        let (clsid, iid) = unsafe { asked(clsid, context, iid, object) }?;
        // SAFETY: `asked` refuses NULL; by 1 and 2.
        unsafe { registry::create_instance_raw(clsid, outer, &iid, object) }
    })
}

/// Stores the interface `iid` of the class object of `clsid`.
///
/// # Safety
/// `clsid` and `iid` are NULL or readable, `object` is NULL or writable.
#[unsafe(no_mangle)]
unsafe extern "C" fn CoGetClassObject(
    clsid: *const Guid,
    context: u32,
    reserved: *mut c_void,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Status {
    explain(|| {
        // SAFETY: the caller's duty.
        let (clsid, iid) = unsafe { asked(clsid, context, iid, object) }?;
        if !reserved.is_null() {
            let message = "CoGetClassObject: there are no servers on other machines; `reserved` must be NULL";
            return Err(Error::new(Status::E_INVALIDARG, message));
        }
        // SAFETY: `asked` refuses NULL.
        unsafe { registry::get_class_object(clsid, &iid, object) }
    })
}

/// The class and the interface that a client asks for; `object` holds NULL
/// from then on.
///
/// # Safety
/// `clsid` and `iid` are NULL or readable, `object` is NULL or writable.
unsafe fn asked(
    clsid: *const Guid,
    context: u32,
    iid: *const Guid,
    object: *mut *mut c_void,
) -> Result<(Guid, Guid)> {
    if object.is_null() {
        return Err(Error::new(Status::E_POINTER, "there is no place for the object: `object` is NULL"));
    }
    // SAFETY: not NULL.
    unsafe { object.write(std::ptr::null_mut()) };
    if clsid.is_null() || iid.is_null() {
        return Err(Error::new(Status::E_POINTER, "the class or interface identifier is NULL"));
    }
    // SAFETY: not NULL.
    let (clsid, iid) = unsafe { (clsid.read_unaligned(), iid.read_unaligned()) };
    if context & INPROC_SERVER == 0 {
        let message = format!("class {clsid} is served in this process only: ask with CLSCTX_INPROC_SERVER");
        return Err(Error::new(Status::REGDB_E_CLASSNOTREG, message));
    }
    apartment::prepare();
    Ok((clsid, iid))
}
