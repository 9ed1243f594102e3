//! Interoperation with windows-core, a COM layer that others wrote: its types
//! drive our objects, and our client drives its objects.
//!
//! The interfaces are declared here anew from the published ones, so a slot or
//! an IID that is wrong on our side shows. Strings are arrays of UTF-16 made
//! here: windows-core's own helpers take `wchar_t` of this system for 16 bits.
// Interfaces and their methods keep the IDL's spelling.
#![allow(non_snake_case)]

#[path = "../common/mod.rs"]
mod common;
mod foreign;
mod interfaces;
mod ours;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hiperf_cim::Status;
use hiperf_com::ComPtr;
use interfaces::{Any, IWbemObjectAccess};
use windows_core::{HRESULT, IUnknown, Interface};

const LIMIT: Duration = Duration::from_secs(10);
const OK: HRESULT = HRESULT(0);
const INVALID_PARAMETER: HRESULT = answer(Status::WBEM_E_INVALID_PARAMETER);

/// A status as windows-core's type.
const fn answer(status: Status) -> HRESULT {
    HRESULT(status.0.cast_signed())
}

/// One test at a time, because they count objects.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// One of our interface pointers as windows-core's type, with a reference of
/// its own.
fn adopt<I: Interface, O: hiperf_com::Interface>(object: &ComPtr<O>) -> I {
    // SAFETY: both declare the same published interface, and the reference of
    // the clone goes to the new owner.
    unsafe { I::from_raw(object.clone().into_raw().cast()) }
}

/// What a method stored, as its type.
fn received<I: Interface>(pointer: Any) -> I {
    assert!(!pointer.is_null());
    // SAFETY: the method that was called stores an `I` and a reference to it.
    unsafe { I::from_raw(pointer) }
}

fn handle_of(object: &IWbemObjectAccess, name: &str) -> (i32, i32) {
    let (name, mut ty, mut handle) = (wide(name), 0, 0);
    // SAFETY: the name ends with a NUL and all pointers live during the call.
    let status = unsafe { object.GetPropertyHandle(name.as_ptr(), &raw mut ty, &raw mut handle) };
    assert_eq!(status, OK);
    (ty, handle)
}

fn read_u64(object: &IWbemObjectAccess, handle: i32) -> u64 {
    let mut value = 0;
    // SAFETY: the value lives during the call.
    assert_eq!(unsafe { object.ReadQWORD(handle, &raw mut value) }, OK);
    value
}

/// AddRef and Release answer with the count.
fn references(object: &impl Interface) -> u32 {
    // SAFETY: every interface begins with IUnknown's slots.
    let vtable = unsafe { object.assume_vtable::<IUnknown>() };
    // SAFETY: the reference is given back below.
    unsafe { (vtable.AddRef)(object.as_raw()) };
    // SAFETY: gives back the reference of the line above.
    unsafe { (vtable.Release)(object.as_raw()) }
}
