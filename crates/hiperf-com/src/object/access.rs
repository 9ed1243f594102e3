//! The by-handle half: `IWbemObjectAccess`.

use hiperf_cim::{MAX_IDENTIFIER, PropertyHandle, Status};

use super::WbemObject;
use crate::param::store;
use crate::probe::refusals;
use crate::wide::require_wide;
use crate::{Bstr, IWbemObjectAccess_Impl, RawBstr};

/// What a write by handle answers. Few writers look at it, so whoever examines
/// a provider can ask for what was refused.
#[inline(always)]
fn status(result: Result<(), Status>) -> Status {
    match result {
        Ok(()) => Status::WBEM_S_NO_ERROR,
        Err(status) => refusals::note(status),
    }
}

impl WbemObject {
    /// Class definitions have no values to write.
    #[inline(always)]
    pub(super) fn check_writable(&self) -> Result<(), Status> {
        if self.definition.is_none() { Ok(()) } else { Err(Status::WBEM_E_INVALID_OPERATION) }
    }
}

impl IWbemObjectAccess_Impl for WbemObject {
    unsafe fn GetPropertyHandle(&self, name: *const u16, ty: *mut i32, handle: *mut i32) -> Status {
        if handle.is_null() {
            return Status::WBEM_E_INVALID_PARAMETER;
        }
        // SAFETY: NULL or NUL-terminated, as the caller promises.
        let name = match unsafe { require_wide(name, MAX_IDENTIFIER) } {
            Ok(name) => name,
            Err(status) => return status,
        };
        let class = self.class_now();
        let found = match class.handle(&name) {
            Ok(found) => found,
            Err(error) => return error.status(),
        };
        let code = class.properties()[found.index()].ty().code().cast_signed();
        // SAFETY: not NULL, so writable as the caller promises.
        unsafe { handle.write(found.0) };
        if !ty.is_null() {
            // SAFETY: as above.
            unsafe { ty.write(code) };
        }
        Status::WBEM_S_NO_ERROR
    }

    unsafe fn WritePropertyValue(&self, handle: i32, bytes: i32, data: *const u8) -> Status {
        let handle = PropertyHandle(handle);
        if let Err(status) = self.check_writable() {
            return status;
        }
        if data.is_null() {
            return match bytes {
                0 => status(self.with_mut(|instance| instance.write_null(handle))),
                _ => Status::WBEM_E_INVALID_PARAMETER,
            };
        }
        let Ok(length) = usize::try_from(bytes) else { return Status::WBEM_E_INVALID_PARAMETER };
        // SAFETY: not NULL, so readable for that many bytes as the caller promises.
        let data = unsafe { std::slice::from_raw_parts(data, length) };
        self.with_mut(|instance| match instance.width(handle) {
            Err(status) => status,
            Ok(0) if data.len() % 2 != 0 => Status::WBEM_E_INVALID_PARAMETER,
            Ok(0) => {
                // The documents leave open whether the count includes the NUL.
                let text = data.strip_suffix(&[0, 0]).unwrap_or(data);
                let units = text.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
                status(instance.write_text(handle, units))
            }
            Ok(_) => status(instance.write_fixed(handle, data)),
        })
    }

    unsafe fn ReadPropertyValue(&self, handle: i32, size: i32, bytes: *mut i32, data: *mut u8) -> Status {
        let handle = PropertyHandle(handle);
        let Ok(size) = usize::try_from(size) else { return Status::WBEM_E_INVALID_PARAMETER };
        if bytes.is_null() || (data.is_null() && size != 0) {
            return Status::WBEM_E_INVALID_PARAMETER;
        }
        // SAFETY: not NULL, so writable as the caller promises.
        let say = |length: usize| unsafe { bytes.write(i32::try_from(length).unwrap_or(i32::MAX)) };
        self.with(|instance| {
            let fixed = match instance.width(handle) {
                Err(status) => return status,
                Ok(width) => width != 0,
            };
            if fixed {
                let Ok(Some(value)) = instance.read_fixed(handle) else {
                    say(0);
                    return Status::WBEM_S_FALSE;
                };
                say(value.len());
                if size < value.len() {
                    return Status::WBEM_E_BUFFER_TOO_SMALL;
                }
                // SAFETY: `data` has room for `size` bytes, and the value is ours.
                unsafe { data.copy_from_nonoverlapping(value.as_ptr(), value.len()) };
                return Status::WBEM_S_NO_ERROR;
            }
            let text = match instance.read_text(handle) {
                Err(status) => return status,
                Ok(None) => {
                    say(0);
                    return Status::WBEM_S_FALSE;
                }
                Ok(Some(text)) => text,
            };
            let length = (text.utf16().count() + 1) * 2;
            say(length);
            if size < length {
                return Status::WBEM_E_BUFFER_TOO_SMALL;
            }
            for (index, unit) in text.utf16().chain(std::iter::once(0)).enumerate() {
                let [low, high] = unit.to_le_bytes();
                // SAFETY: `data` has room for `length` bytes, and index * 2 + 1 is below it.
                let pair = unsafe { data.add(index * 2) };
                // SAFETY: as above; bytewise, as the buffer need not be aligned.
                unsafe { pair.cast::<[u8; 2]>().write([low, high]) };
            }
            Status::WBEM_S_NO_ERROR
        })
    }

    unsafe fn ReadDWORD(&self, handle: i32, value: *mut u32) -> Status {
        if value.is_null() {
            return Status::WBEM_E_INVALID_PARAMETER;
        }
        let (read, status) = match self.with(|instance| instance.read_u32(PropertyHandle(handle))) {
            Ok(Some(read)) => (read, Status::WBEM_S_NO_ERROR),
            Ok(None) => (0, Status::WBEM_S_FALSE),
            Err(status) => return status,
        };
        // SAFETY: not NULL, so writable as the caller promises; it need not be aligned.
        unsafe { value.write_unaligned(read) };
        status
    }

    unsafe fn WriteDWORD(&self, handle: i32, value: u32) -> Status {
        if let Err(status) = self.check_writable() {
            return status;
        }
        status(self.with_mut(|instance| instance.write_u32(PropertyHandle(handle), value)))
    }

    unsafe fn ReadQWORD(&self, handle: i32, value: *mut u64) -> Status {
        if value.is_null() {
            return Status::WBEM_E_INVALID_PARAMETER;
        }
        let (read, status) = match self.with(|instance| instance.read_u64(PropertyHandle(handle))) {
            Ok(Some(read)) => (read, Status::WBEM_S_NO_ERROR),
            Ok(None) => (0, Status::WBEM_S_FALSE),
            Err(status) => return status,
        };
        // SAFETY: not NULL, so writable as the caller promises; it need not be aligned.
        unsafe { value.write_unaligned(read) };
        status
    }

    unsafe fn WriteQWORD(&self, handle: i32, value: u64) -> Status {
        if let Err(status) = self.check_writable() {
            return status;
        }
        status(self.with_mut(|instance| instance.write_u64(PropertyHandle(handle), value)))
    }

    unsafe fn GetPropertyInfoByHandle(&self, handle: i32, name: *mut RawBstr, ty: *mut i32) -> Status {
        // SAFETY: the caller's promise.
        unsafe { store(name, std::ptr::null_mut()) };
        let handle = PropertyHandle(handle);
        if let Err(status) = self.with(|instance| instance.width(handle)) {
            return status;
        }
        let class = self.class_now();
        let property = &class.properties()[handle.index()];
        if !name.is_null() {
            let text = Bstr::new(property.name()).into_raw();
            // SAFETY: not NULL, so writable as the caller promises; the string becomes the caller's.
            unsafe { name.write(text) };
        }
        if !ty.is_null() {
            // SAFETY: not NULL, so writable as the caller promises.
            unsafe { ty.write(property.ty().code().cast_signed()) };
        }
        Status::WBEM_S_NO_ERROR
    }

    // The documents say of both: flags are ignored, the answer is success, and
    // only other callers of Lock are excluded. Objects here belong to one
    // thread at a time, so there is no one to exclude.
    unsafe fn Lock(&self, _: i32) -> Status {
        Status::WBEM_S_NO_ERROR
    }

    unsafe fn Unlock(&self, _: i32) -> Status {
        Status::WBEM_S_NO_ERROR
    }
}
