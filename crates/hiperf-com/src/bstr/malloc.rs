//! The memory of a BSTR: a block from the C library's `malloc`, so that what
//! one library makes another may free.

use crate::RawBstr;

/// Bytes before the units: 4 of padding keep the units aligned to 8, then the
/// length.
const HEADER: usize = 8;
const NUL: usize = size_of::<u16>();

/// A BSTR of `byte_len` zeros; NULL when there is no memory or the length
/// doesn't fit.
pub(super) fn allocate(byte_len: usize) -> RawBstr {
    let Ok(prefix) = u32::try_from(byte_len) else {
        return std::ptr::null_mut();
    };
    // An odd length gets a whole unit of NUL after it all the same.
    let size = HEADER + byte_len + byte_len % 2 + NUL;
    // SAFETY: any size may be asked for; calloc zeroes, which makes the NUL.
    let block = unsafe { libc::calloc(1, size) }.cast::<u8>();
    if block.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: within the block of at least HEADER bytes.
    let units = unsafe { block.add(HEADER) };
    // SAFETY: the four bytes before the units are within the block.
    let length = unsafe { units.cast::<u32>().sub(1) };
    // SAFETY: as above, and aligned as the block is.
    unsafe { length.write(prefix) };
    units.cast()
}

/// # Safety
/// It came from [`allocate`], here or in another library, and nobody uses it.
pub(super) unsafe fn free(bstr: RawBstr) {
    // SAFETY: the block begins HEADER bytes before the units.
    let block = unsafe { bstr.byte_sub(HEADER) };
    // SAFETY: it came from calloc.
    unsafe { libc::free(block.cast()) };
}
