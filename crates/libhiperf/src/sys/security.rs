//! Who calls: CoGetCallContext, CoImpersonateClient, CoRevertToSelf.
//!
//! For providers that are a part of the program. Those in libraries get the
//! same functions handed over when they are loaded.

use std::ffi::c_void;

use hiperf_cim::Status;
use hiperf_com::error_info::settled;
use hiperf_com::{Guid, call_context};

/// The context of the call that this thread serves.
///
/// # Safety
/// `iid` is NULL or readable, `object` is NULL or writable.
#[unsafe(no_mangle)]
unsafe extern "C" fn CoGetCallContext(iid: *const Guid, object: *mut *mut c_void) -> Status {
    // SAFETY: the caller's duty.
    settled(unsafe { call_context::get_call_context(iid, object) })
}

/// Lets this thread act as the caller.
#[unsafe(no_mangle)]
extern "C" fn CoImpersonateClient() -> Status {
    settled(call_context::impersonate_client())
}

/// Lets this thread act as itself again.
#[unsafe(no_mangle)]
extern "C" fn CoRevertToSelf() -> Status {
    settled(call_context::revert_to_self())
}
