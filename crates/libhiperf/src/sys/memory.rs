//! Memory that passes from callee to caller: the C library's own, so that it
//! may be allocated in one library and freed in another.

use std::ffi::c_void;

/// A block of `size` bytes; NULL when there is no memory.
#[unsafe(no_mangle)]
extern "C" fn CoTaskMemAlloc(size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    unsafe { libc::malloc(size) }
}

/// The block with another size; a size of 0 frees it and returns NULL.
///
/// # Safety
/// `memory` is NULL or a block of these functions, which the result replaces.
#[unsafe(no_mangle)]
unsafe extern "C" fn CoTaskMemRealloc(memory: *mut c_void, size: usize) -> *mut c_void {
    if size == 0 && !memory.is_null() {
        // C leaves open what realloc to 0 does.
        // SAFETY: the caller's duty.
        unsafe { libc::free(memory) };
        return std::ptr::null_mut();
    }
    // SAFETY: the caller's duty.
    unsafe { libc::realloc(memory, size) }
}

/// Frees a block; NULL is ignored.
///
/// # Safety
/// `memory` is NULL or a block of these functions that nobody uses afterwards.
#[unsafe(no_mangle)]
unsafe extern "C" fn CoTaskMemFree(memory: *mut c_void) {
    // SAFETY: the caller's duty.
    unsafe { libc::free(memory) };
}
