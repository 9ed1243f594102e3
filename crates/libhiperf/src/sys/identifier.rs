//! Identifiers as text, in braces.

use hiperf_cim::Status;
use hiperf_com::{Guid, wide};

use super::{answer, guarded};

/// Units of an identifier in braces.
const UNITS: usize = 38;

/// Reads an identifier; `CO_E_CLASSSTRING` if `text` isn't one. NULL is the
/// identifier of all zeros, as in COM.
///
/// # Safety
/// `text` is NULL or a string, `clsid` is NULL or writable.
#[unsafe(no_mangle)]
unsafe extern "C" fn CLSIDFromString(text: *const u16, clsid: *mut Guid) -> Status {
    answer(|| {
        if clsid.is_null() {
            return Err(Status::E_INVALIDARG);
        }
        // SAFETY: the caller's duty.
        let text = unsafe { wide::read_wide(text, UNITS) }.map_err(|_| Status::CO_E_CLASSSTRING)?;
        let guid = match text {
            None => Guid::NULL,
            Some(text) if text.starts_with('{') => text.parse().map_err(|_| Status::CO_E_CLASSSTRING)?,
            Some(_) => return Err(Status::CO_E_CLASSSTRING),
        };
        // SAFETY: not NULL.
        unsafe { clsid.write_unaligned(guid) };
        Ok(())
    })
}

/// Writes an identifier and a NUL; returns the units written, or 0 when there
/// is no room.
///
/// # Safety
/// `guid` is NULL or readable, `text` is NULL or writable for `capacity`
/// units.
#[unsafe(no_mangle)]
unsafe extern "C" fn StringFromGUID2(guid: *const Guid, text: *mut u16, capacity: i32) -> i32 {
    const WRITTEN: i32 = UNITS as i32 + 1;
    if guid.is_null() || text.is_null() || capacity < WRITTEN {
        return 0;
    }
    guarded(|| {
        // SAFETY: not NULL.
        let wide = wide::WideString::new(&unsafe { guid.read_unaligned() }.to_string());
        // SAFETY: it has a NUL after its units, and there is room for both.
        unsafe { text.copy_from_nonoverlapping(wide.as_ptr(), wide.units().len() + 1) };
        WRITTEN
    })
}
