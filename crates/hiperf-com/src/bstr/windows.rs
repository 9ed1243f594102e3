//! The memory of a BSTR on Windows, where OLE Automation has an allocator that
//! all libraries share: a provider frees what WMI made.

use crate::RawBstr;

#[link(name = "oleaut32")]
unsafe extern "system" {
    fn SysAllocStringByteLen(bytes: *const u8, length: u32) -> RawBstr;
    fn SysFreeString(bstr: RawBstr);
}

/// A BSTR of `byte_len` zeros; NULL when there is no memory or the length
/// doesn't fit.
pub(super) fn allocate(byte_len: usize) -> RawBstr {
    let Ok(length) = u32::try_from(byte_len) else {
        return std::ptr::null_mut();
    };
    // SAFETY: without a source the bytes are left as they are.
    let bstr = unsafe { SysAllocStringByteLen(std::ptr::null(), length) };
    if !bstr.is_null() {
        // SAFETY: it has that many bytes.
        unsafe { bstr.cast::<u8>().write_bytes(0, byte_len) };
    }
    bstr
}

/// # Safety
/// It is a BSTR that nobody uses.
pub(super) unsafe fn free(bstr: RawBstr) {
    // SAFETY: the caller's duty.
    unsafe { SysFreeString(bstr) };
}
