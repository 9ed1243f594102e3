//! Calls into a provider as a conformance test makes them: with every pointer
//! left out that a caller could leave out, with its own counting of references,
//! and with sinks that remember everything.
//!
//! [`client`](crate::client) calls a provider as the engine does: correctly, and
//! it turns what comes back into one answer. Here the call is made as it was
//! asked for, and what comes back is told as it came. Nothing here judges.
//!
//! ```text
//!   Library --class object--> ProbedProvider --calls--> Created, Status
//!                              InitReports, SinkRecord  <--calls-- provider
//!   references(), refusals, impersonations, memory: what the calls did beside
//! ```
//!
//! A provider is foreign code: one that can't stand a NULL takes the process
//! with it. So whoever uses this does it in a process made for it.

mod foreign;
pub mod impersonations;
pub mod memory;
mod provider;
pub mod refusals;
mod sinks;

use std::ffi::c_void;

use hiperf_cim::Status;

pub use foreign::ForeignRefresher;
pub use provider::{Created, ProbedProvider, Wanted};
pub use sinks::{Event, InitReports, SinkRecord};

use crate::{ComPtr, Guid, IClassFactory, IUnknown, IWbemHiPerfEnum, IWbemObjectAccess, Interface};

/// How many references an object has, as its own AddRef and Release tell.
pub fn references<I: Interface>(object: &ComPtr<I>) -> u32 {
    let unknown = object.as_unknown();
    // SAFETY: given back in the next line.
    unsafe { unknown.AddRef() };
    // SAFETY: the reference that was added above.
    unsafe { unknown.Release() }
}

/// What QueryInterface answers: its status, and whether it stored a pointer,
/// whose reference is given back.
pub fn query_interface<I: Interface>(object: &ComPtr<I>, iid: &Guid) -> (Status, bool) {
    let mut stored: *mut c_void = std::ptr::null_mut();
    // SAFETY: both pointers are valid.
    let status = unsafe { object.as_unknown().QueryInterface(iid, &raw mut stored) };
    let is_stored = !stored.is_null();
    if !status.is_error() {
        // SAFETY: after success it is NULL or a reference of ours.
        drop(unsafe { ComPtr::<IUnknown>::from_raw(stored.cast()) });
    }
    (status, is_stored)
}

/// What CreateInstance answers when it is asked to aggregate.
#[must_use]
pub fn aggregate(class: &ComPtr<IClassFactory>, outer: &ComPtr<IUnknown>) -> Status {
    let mut stored: *mut c_void = std::ptr::null_mut();
    // SAFETY: all pointers are valid.
    let status = unsafe { class.CreateInstance(outer.as_raw(), &IUnknown::IID, &raw mut stored) };
    if !status.is_error() {
        // SAFETY: after success it is NULL or a reference of ours.
        drop(unsafe { ComPtr::<IUnknown>::from_raw(stored.cast()) });
    }
    status
}

/// The objects of an enumerator; the error is its own.
///
/// # Errors
/// What GetObjects answers.
pub fn enumerated(list: &ComPtr<IWbemHiPerfEnum>) -> Result<Vec<ComPtr<IWbemObjectAccess>>, Status> {
    let mut count = 0;
    // SAFETY: no array is given for no objects.
    let status = unsafe { list.GetObjects(0, 0, std::ptr::null_mut(), &raw mut count) };
    if status.is_error() && status != Status::WBEM_E_BUFFER_TOO_SMALL {
        return Err(status);
    }
    let mut objects = vec![std::ptr::null_mut(); count as usize];
    // SAFETY: the array has room for `count` pointers.
    let status = unsafe { list.GetObjects(0, count, objects.as_mut_ptr(), &raw mut count) };
    if status.is_error() {
        return Err(status);
    }
    // SAFETY: references that the enumerator gave us.
    Ok(objects.into_iter().filter_map(|object| unsafe { ComPtr::from_raw(object) }).collect())
}
