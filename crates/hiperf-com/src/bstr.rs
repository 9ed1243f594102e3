//! [`Bstr`]: COM's counted string.
//!
//! ```text
//!   -4  u32   length in bytes, the NUL not counted
//!    0  u16.. the units   <- the BSTR points here
//!    n  u16   NUL
//! ```
//! NULL is an empty string. The memory comes from an allocator that all
//! libraries of a process share, so that a BSTR made in one may be freed in
//! another; whoever receives one as a result frees it. The `sys_` functions are the bodies of the C
//! library's Sys*String functions.

use std::fmt;

use hiperf_cim::Status;

use crate::RawBstr;

#[cfg(not(windows))]
#[path = "bstr/malloc.rs"]
mod memory;
#[cfg(windows)]
#[path = "bstr/windows.rs"]
mod memory;

/// Allocates a BSTR of `byte_len` bytes from `bytes` (zeros if `None`); NULL
/// when there is no memory or the length doesn't fit.
fn allocate(byte_len: usize, bytes: Option<&[u8]>) -> RawBstr {
    let bstr = memory::allocate(byte_len);
    if bstr.is_null() {
        return bstr;
    }
    if let Some(bytes) = bytes {
        // SAFETY: both are `byte_len` long, and the block is new.
        unsafe { bstr.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), byte_len.min(bytes.len())) };
    }
    bstr
}

/// A new BSTR of these units (SysAllocStringLen); NULL when out of memory.
#[must_use]
pub fn sys_alloc_units(units: &[u16]) -> RawBstr {
    // SAFETY: units are plain bytes.
    let bytes = unsafe { std::slice::from_raw_parts(units.as_ptr().cast(), size_of_val(units)) };
    allocate(bytes.len(), Some(bytes))
}

/// A new BSTR of these bytes (SysAllocStringByteLen); NULL when out of memory.
#[must_use]
pub fn sys_alloc_bytes(bytes: &[u8]) -> RawBstr {
    allocate(bytes.len(), Some(bytes))
}

/// A new BSTR of zeros (SysAllocStringLen without a source); NULL when out of
/// memory.
#[must_use]
pub fn sys_alloc_zeroed(byte_len: usize) -> RawBstr {
    allocate(byte_len, None)
}

/// A copy of all bytes of a BSTR; NULL for NULL.
///
/// # Errors
/// `E_OUTOFMEMORY`.
///
/// # Safety
/// `bstr` is NULL or a BSTR.
pub(crate) unsafe fn sys_copy(bstr: RawBstr) -> Result<RawBstr, Status> {
    if bstr.is_null() {
        return Ok(bstr);
    }
    // SAFETY: a BSTR.
    let length = unsafe { sys_byte_len(bstr) } as usize;
    // SAFETY: a BSTR has as many bytes as it says.
    let copy = sys_alloc_bytes(unsafe { std::slice::from_raw_parts(bstr.cast(), length) });
    if copy.is_null() { Err(Status::E_OUTOFMEMORY) } else { Ok(copy) }
}

/// Frees a BSTR (SysFreeString); NULL is ignored.
///
/// # Safety
/// `bstr` is NULL or a BSTR of this module that nobody uses afterwards.
pub unsafe fn sys_free(bstr: RawBstr) {
    if bstr.is_null() {
        return;
    }
    // SAFETY: a BSTR by the caller's duty.
    unsafe { memory::free(bstr) };
}

/// The length in bytes (SysStringByteLen); 0 for NULL.
///
/// # Safety
/// `bstr` is NULL or a BSTR.
#[must_use]
pub unsafe fn sys_byte_len(bstr: RawBstr) -> u32 {
    if bstr.is_null() {
        return 0;
    }
    // SAFETY: the length stands before the units.
    let prefix = unsafe { bstr.cast::<u32>().sub(1) };
    // SAFETY: as above; a foreign BSTR may be aligned to units only.
    unsafe { prefix.read_unaligned() }
}

/// The length in units (SysStringLen); 0 for NULL.
///
/// # Safety
/// `bstr` is NULL or a BSTR.
#[must_use]
pub unsafe fn sys_len(bstr: RawBstr) -> u32 {
    // SAFETY: the caller's duty is the same.
    unsafe { sys_byte_len(bstr) / 2 }
}

/// The units of a BSTR; none for NULL.
///
/// # Safety
/// `bstr` is NULL or a BSTR that lives and stays unchanged for `'a`.
#[must_use]
pub unsafe fn sys_units<'a>(bstr: RawBstr) -> &'a [u16] {
    if bstr.is_null() {
        return &[];
    }
    // SAFETY: a BSTR.
    let len = unsafe { sys_len(bstr) } as usize;
    // SAFETY: a BSTR has as many units as it says.
    unsafe { std::slice::from_raw_parts(bstr, len) }
}

/// An owned BSTR, freed when dropped.
pub struct Bstr(RawBstr);

// SAFETY: it is a plain block of memory with one owner.
unsafe impl Send for Bstr {}
// SAFETY: shared references only read it.
unsafe impl Sync for Bstr {}

impl Bstr {
    /// The NULL BSTR: empty.
    #[must_use]
    pub const fn null() -> Bstr {
        Bstr(std::ptr::null_mut())
    }

    /// `text` as a BSTR. Ends the process when there is no memory, as every
    /// Rust allocation does.
    #[must_use]
    pub fn new(text: &str) -> Bstr {
        Bstr::from_units(&text.encode_utf16().collect::<Vec<u16>>())
    }

    /// These units as a BSTR; as [`Bstr::new`].
    #[must_use]
    pub fn from_units(units: &[u16]) -> Bstr {
        let raw = sys_alloc_units(units);
        if raw.is_null() {
            std::alloc::handle_alloc_error(std::alloc::Layout::for_value(units));
        }
        Bstr(raw)
    }

    /// Takes over a BSTR.
    ///
    /// # Safety
    /// `raw` is NULL or a BSTR of this module, and nobody else frees it.
    #[must_use]
    pub unsafe fn from_raw(raw: RawBstr) -> Bstr {
        Bstr(raw)
    }

    /// The raw BSTR, which still belongs to `self`.
    #[must_use]
    pub fn as_raw(&self) -> RawBstr {
        self.0
    }

    /// The raw BSTR, which the caller must free.
    #[must_use]
    pub fn into_raw(self) -> RawBstr {
        let raw = self.0;
        std::mem::forget(self);
        raw
    }

    /// The units without the NUL.
    #[must_use]
    pub fn units(&self) -> &[u16] {
        // SAFETY: a BSTR that `self` owns.
        unsafe { sys_units(self.0) }
    }

    /// Room for a callee to store a BSTR in, which then belongs to `self`.
    #[must_use]
    pub fn receive(call: impl FnOnce(*mut RawBstr)) -> Bstr {
        let mut raw = std::ptr::null_mut();
        call(&raw mut raw);
        Bstr(raw)
    }
}

impl From<&str> for Bstr {
    fn from(text: &str) -> Bstr {
        Bstr::new(text)
    }
}

impl fmt::Display for Bstr {
    /// The text; unpaired surrogates show as U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf16_lossy(self.units()))
    }
}

impl fmt::Debug for Bstr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf16_lossy(self.units()))
    }
}

impl Clone for Bstr {
    /// A copy of all bytes; NULL stays NULL.
    fn clone(&self) -> Bstr {
        // SAFETY: NULL or a BSTR that `self` owns.
        match unsafe { sys_copy(self.0) } {
            Ok(copy) => Bstr(copy),
            Err(_) => std::alloc::handle_alloc_error(std::alloc::Layout::for_value(self.units())),
        }
    }
}

impl Drop for Bstr {
    fn drop(&mut self) {
        // SAFETY: `self` owns it.
        unsafe { sys_free(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout() {
        let bstr = Bstr::new("ab\u{1F600}");
        // SAFETY: a BSTR that lives here.
        assert_eq!(unsafe { (sys_len(bstr.as_raw()), sys_byte_len(bstr.as_raw())) }, (4, 8));
        // SAFETY: a BSTR of four units has a fifth, the NUL.
        assert_eq!(unsafe { bstr.as_raw().add(4).read() }, 0);
        assert_eq!(bstr.to_string(), "ab\u{1F600}");
        assert_eq!(bstr.clone().units(), bstr.units());
    }

    #[test]
    fn odd_lengths_and_inner_nuls() {
        // SAFETY: a new BSTR.
        let odd = unsafe { Bstr::from_raw(sys_alloc_bytes(b"abc")) };
        // SAFETY: a BSTR that lives here.
        assert_eq!(unsafe { (sys_len(odd.as_raw()), sys_byte_len(odd.as_raw())) }, (1, 3));
        let copy = odd.clone();
        // SAFETY: as above.
        assert_eq!(unsafe { sys_byte_len(copy.as_raw()) }, 3);
        // SAFETY: after the odd byte stands a padding byte, then the NUL.
        assert_eq!(unsafe { odd.as_raw().add(2).read() }, 0);
        assert_eq!(Bstr::from_units(&[0x41, 0, 0x42]).units(), [0x41, 0, 0x42]);
        // SAFETY: a new BSTR.
        let zeros = unsafe { Bstr::from_raw(sys_alloc_zeroed(6)) };
        assert_eq!(zeros.units(), [0; 3]);
    }

    #[test]
    fn null_is_empty() {
        assert!(Bstr::null().units().is_empty());
        assert!(Bstr::null().clone().as_raw().is_null());
        // SAFETY: NULL is ignored.
        unsafe { sys_free(std::ptr::null_mut()) };
    }
}
