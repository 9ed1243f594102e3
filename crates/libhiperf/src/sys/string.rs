//! BSTRs: the Sys*String* functions.

use std::ffi::c_char;

use hiperf_com::{RawBstr, bstr};

use super::guarded;

/// The units before the NUL.
///
/// # Safety
/// `text` is a string.
unsafe fn units<'a>(text: *const u16) -> &'a [u16] {
    let mut len = 0;
    // SAFETY: all units before this one are no NUL, so the string goes on.
    while unsafe { text.add(len).read() } != 0 {
        len += 1;
    }
    // SAFETY: these units were all read just now.
    unsafe { std::slice::from_raw_parts(text, len) }
}

/// A copy of `text`; NULL for NULL, and when there is no memory.
///
/// # Safety
/// `text` is NULL or a string.
#[unsafe(no_mangle)]
unsafe extern "C" fn SysAllocString(text: *const u16) -> RawBstr {
    if text.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: not NULL.
    guarded(|| bstr::sys_alloc_units(unsafe { units(text) }))
}

/// A string of `units` units, copied from `text` if that isn't NULL.
///
/// # Safety
/// `text` is NULL or readable for `units` units.
#[unsafe(no_mangle)]
unsafe extern "C" fn SysAllocStringLen(text: *const u16, units: u32) -> RawBstr {
    let length = units as usize;
    guarded(|| match text.is_null() {
        true => bstr::sys_alloc_zeroed(length.saturating_mul(size_of::<u16>())),
        // SAFETY: not NULL.
        false => bstr::sys_alloc_units(unsafe { std::slice::from_raw_parts(text, length) }),
    })
}

/// A string of `length` bytes, copied from `bytes` if that isn't NULL.
///
/// # Safety
/// `bytes` is NULL or readable for `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn SysAllocStringByteLen(bytes: *const c_char, length: u32) -> RawBstr {
    let length = length as usize;
    guarded(|| match bytes.is_null() {
        true => bstr::sys_alloc_zeroed(length),
        // SAFETY: not NULL.
        false => bstr::sys_alloc_bytes(unsafe { std::slice::from_raw_parts(bytes.cast(), length) }),
    })
}

/// Puts a copy of `text` in the place of `*string`, which is freed. FALSE, and
/// nothing changed, when there is no memory.
///
/// # Safety
/// 1. `string` is NULL or leads to NULL or a BSTR.
/// 2. `text` is NULL or a string, perhaps a part of that BSTR.
#[unsafe(no_mangle)]
unsafe extern "C" fn SysReAllocString(string: *mut RawBstr, text: *const u16) -> i32 {
    if string.is_null() {
        return 0;
    }
    // SAFETY: by 2.
    let copy = unsafe { SysAllocString(text) };
    if copy.is_null() && !text.is_null() {
        return 0;
    }
    // SAFETY: not NULL, and by 1.
    let old = unsafe { string.replace(copy) };
    // SAFETY: by 1; nothing leads to it any more.
    unsafe { bstr::sys_free(old) };
    1
}

/// Frees a string; NULL is ignored.
///
/// # Safety
/// `string` is NULL or a BSTR that nobody uses afterwards.
#[unsafe(no_mangle)]
unsafe extern "C" fn SysFreeString(string: RawBstr) {
    // SAFETY: the caller's duty.
    unsafe { bstr::sys_free(string) };
}

/// The length in units; 0 for NULL.
///
/// # Safety
/// `string` is NULL or a BSTR.
#[unsafe(no_mangle)]
unsafe extern "C" fn SysStringLen(string: RawBstr) -> u32 {
    // SAFETY: the caller's duty.
    unsafe { bstr::sys_len(string) }
}

/// The length in bytes; 0 for NULL.
///
/// # Safety
/// `string` is NULL or a BSTR.
#[unsafe(no_mangle)]
unsafe extern "C" fn SysStringByteLen(string: RawBstr) -> u32 {
    // SAFETY: the caller's duty.
    unsafe { bstr::sys_byte_len(string) }
}
