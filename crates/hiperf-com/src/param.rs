//! Parameters as they come over the ABI, checked once at the door.
//!
//! A pointer from a caller is an allegation: NULL and alignment are checked
//! here, and what remains (that it points to what its type says) is the ABI's
//! contract. Methods use these in their first lines and are safe code after.

use hiperf_cim::Status;

use crate::{ComPtr, Interface};

/// An out parameter for an interface pointer: NULL until [`OutPtr::set`].
pub struct OutPtr<I: Interface>(*mut *mut I);

impl<I: Interface> OutPtr<I> {
    /// Checks `slot` and stores NULL in it, which it keeps if the call fails.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PARAMETER` for NULL.
    ///
    /// # Safety
    /// `slot` is NULL or writable until the method returns.
    pub unsafe fn new(slot: *mut *mut I) -> Result<OutPtr<I>, Status> {
        // SAFETY: the caller's duty.
        unsafe { OutPtr::optional(slot) }.ok_or(Status::WBEM_E_INVALID_PARAMETER)
    }

    /// As [`OutPtr::new`] for a parameter that may be NULL.
    ///
    /// # Safety
    /// As [`OutPtr::new`].
    pub unsafe fn optional(slot: *mut *mut I) -> Option<OutPtr<I>> {
        if slot.is_null() || !slot.is_aligned() {
            return None;
        }
        // SAFETY: not NULL, so writable.
        unsafe { slot.write(std::ptr::null_mut()) };
        Some(OutPtr(slot))
    }

    /// Hands the reference to the caller.
    pub fn set(self, pointer: ComPtr<I>) {
        // SAFETY: `new` was promised that the slot is writable until the method
        // returns, and this value doesn't outlive it.
        unsafe { self.0.write(pointer.into_raw()) };
    }
}

/// Stores `value` if the caller wants it.
///
/// # Safety
/// `slot` is NULL or writable.
pub unsafe fn store<T>(slot: *mut T, value: T) {
    if !slot.is_null() {
        // SAFETY: not NULL, so writable; an out parameter's old contents are no
        // value, and a member of a packed structure is not aligned.
        unsafe { slot.write_unaligned(value) };
    }
}

/// An owned pointer to an interface that the caller lends; an error for NULL.
///
/// # Errors
/// `WBEM_E_INVALID_PARAMETER` for NULL.
///
/// # Safety
/// `pointer` is NULL or an interface pointer of type `I`.
pub unsafe fn require<I: Interface>(pointer: *mut I) -> Result<ComPtr<I>, Status> {
    // SAFETY: the caller's duty.
    unsafe { ComPtr::from_borrowed(pointer) }.ok_or(Status::WBEM_E_INVALID_PARAMETER)
}

/// The array of `count` elements at `pointer`; NULL is good for none.
///
/// # Errors
/// `WBEM_E_INVALID_PARAMETER` for NULL or a misaligned pointer.
///
/// # Safety
/// `pointer` is NULL or readable for `count` elements for `'a`.
pub unsafe fn slice<'a, T>(pointer: *const T, count: u32) -> Result<&'a [T], Status> {
    if count == 0 {
        return Ok(&[]);
    }
    let fits = (count as usize).checked_mul(size_of::<T>()).is_some_and(|size| isize::try_from(size).is_ok());
    if pointer.is_null() || !pointer.is_aligned() || !fits {
        return Err(Status::WBEM_E_INVALID_PARAMETER);
    }
    // SAFETY: checked above, and readable by the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(pointer, count as usize) })
}
