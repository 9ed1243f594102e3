//! Why values are missing: `IHiPerfValueReason`.

use hiperf_cim::{PropertyHandle, Reason, Status};

use super::WbemObject;
use crate::IHiPerfValueReason_Impl;

impl IHiPerfValueReason_Impl for WbemObject {
    unsafe fn GetReason(&self, handle: i32, reason: *mut i32) -> Status {
        if reason.is_null() {
            return Status::WBEM_E_INVALID_PARAMETER;
        }
        let (code, status) = match self.with(|instance| instance.why(PropertyHandle(handle))) {
            Ok(said) => (said.map_or(0, |said| said.code().into()), Status::WBEM_S_NO_ERROR),
            Err(status) => (0, status),
        };
        // SAFETY: not NULL, so writable as the caller promises; it need not be aligned.
        unsafe { reason.write_unaligned(code) };
        status
    }

    unsafe fn SetReason(&self, handle: i32, reason: i32) -> Status {
        let handle = PropertyHandle(handle);
        if let Err(status) = self.check_writable() {
            return status;
        }
        let Ok(code) = u8::try_from(reason) else { return Status::WBEM_E_INVALID_PARAMETER };
        let written = self.with_mut(|instance| match (code, Reason::from_code(code)) {
            (0, _) => instance.write_null(handle),
            (_, Some(reason)) => instance.write_missing(handle, reason),
            (_, None) => Err(Status::WBEM_E_INVALID_PARAMETER),
        });
        written.err().unwrap_or(Status::WBEM_S_NO_ERROR)
    }
}
