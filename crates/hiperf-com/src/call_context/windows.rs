//! The system's own calls: on Windows it is COM that knows who calls.

use std::ffi::c_void;

use super::HostCalls;
use crate::{Guid, Status};

#[link(name = "ole32")]
unsafe extern "system" {
    fn CoGetCallContext(iid: *const Guid, object: *mut *mut c_void) -> Status;
    safe fn CoImpersonateClient() -> Status;
    safe fn CoRevertToSelf() -> Status;
}

#[allow(clippy::cast_possible_truncation)] // 32 bytes
pub(super) static SYSTEM_CALLS: HostCalls =
    HostCalls { size: size_of::<HostCalls>() as u32, CoGetCallContext, CoImpersonateClient, CoRevertToSelf };
