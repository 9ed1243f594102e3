//! SAFEARRAYs of one dimension: SafeArrayCreateVector to
//! SafeArrayUnaccessData.

use std::ffi::c_void;

use hiperf_cim::Status;
use hiperf_com::safearray::{destroy, lock, unlock};
use hiperf_com::variant::vt;
use hiperf_com::{OwnedSafeArray, SafeArray, safearray::ArrayView};

use super::{answer, guarded};

/// An array of zeroed elements; NULL when there is no memory or `vt` has no
/// arrays.
#[unsafe(no_mangle)]
extern "C" fn SafeArrayCreateVector(vt: u16, lower_bound: i32, elements: u32) -> *mut SafeArray {
    guarded(|| match OwnedSafeArray::vector(vt, lower_bound, elements) {
        Ok(array) => array.into_raw(),
        Err(_) => std::ptr::null_mut(),
    })
}

/// Frees an array and its elements; NULL is ignored.
///
/// # Safety
/// `array` is NULL or an array that nobody uses after success.
#[unsafe(no_mangle)]
unsafe extern "C" fn SafeArrayDestroy(array: *mut SafeArray) -> Status {
    // SAFETY: the caller's duty.
    answer(|| unsafe { destroy(array) })
}

/// The number of dimensions: 1, or 0 for NULL and what isn't such an array.
///
/// # Safety
/// `array` is NULL or an array.
#[unsafe(no_mangle)]
unsafe extern "C" fn SafeArrayGetDim(array: *mut SafeArray) -> u32 {
    // SAFETY: the caller's duty.
    guarded(|| unsafe { view(array) }.is_ok().into())
}

/// The index of the first element.
///
/// # Safety
/// `array` is NULL or an array, `lower_bound` is NULL or writable.
#[unsafe(no_mangle)]
unsafe extern "C" fn SafeArrayGetLBound(
    array: *mut SafeArray,
    dimension: u32,
    lower_bound: *mut i32,
) -> Status {
    // SAFETY: the caller's duty.
    answer(|| unsafe { bound(array, dimension, lower_bound, |view| view.lower()) })
}

/// The index of the last element, below the lower bound when there is none.
///
/// # Safety
/// `array` is NULL or an array, `upper_bound` is NULL or writable.
#[unsafe(no_mangle)]
unsafe extern "C" fn SafeArrayGetUBound(
    array: *mut SafeArray,
    dimension: u32,
    upper_bound: *mut i32,
) -> Status {
    // SAFETY: the caller's duty.
    answer(|| unsafe { bound(array, dimension, upper_bound, |view| view.upper()) })
}

/// Copies the element at `*index` to `element`.
///
/// # Safety
/// 1. `array` is NULL or an array, `index` is NULL or readable.
/// 2. `element` is NULL or writable for one element.
#[unsafe(no_mangle)]
unsafe extern "C" fn SafeArrayGetElement(
    array: *mut SafeArray,
    index: *const i32,
    element: *mut c_void,
) -> Status {
    answer(|| {
        // SAFETY: by 1.
        let (view, index) = unsafe { (view(array)?, read(index)?) };
        if element.is_null() {
            return Err(Status::E_INVALIDARG);
        }
        // SAFETY: not NULL, and by 2.
        unsafe { view.get_element(index, element) }
    })
}

/// Copies `element` to the place at `*index`; for an array of BSTRs or of
/// objects, `element` is that pointer itself.
///
/// # Safety
/// 1. `array` is NULL or an array of the caller's, `index` is NULL or readable.
/// 2. `element` is NULL or an element.
#[unsafe(no_mangle)]
unsafe extern "C" fn SafeArrayPutElement(
    array: *mut SafeArray,
    index: *const i32,
    element: *mut c_void,
) -> Status {
    answer(|| {
        // SAFETY: by 1.
        let (view, index) = unsafe { (view(array)?, read(index)?) };
        let is_pointer = matches!(view.vt(), vt::BSTR | vt::UNKNOWN | vt::DISPATCH);
        if element.is_null() && !is_pointer {
            return Err(Status::E_INVALIDARG);
        }
        // SAFETY: NULL for a pointer type only, and by 2.
        unsafe { view.put_element(index, element) }
    })
}

/// Locks an array and stores the address of its elements.
///
/// # Safety
/// `array` is NULL or an array that no other thread uses, `data` is NULL or
/// writable.
#[unsafe(no_mangle)]
unsafe extern "C" fn SafeArrayAccessData(array: *mut SafeArray, data: *mut *mut c_void) -> Status {
    answer(|| {
        if data.is_null() {
            return Err(Status::E_INVALIDARG);
        }
        // SAFETY: the caller's duty.
        let elements = unsafe { view(array) }?.data();
        // SAFETY: as above.
        unsafe { lock(array) }?;
        // SAFETY: not NULL.
        unsafe { data.write(elements) };
        Ok(())
    })
}

/// Unlocks an array once.
///
/// # Safety
/// `array` is NULL or an array that no other thread uses.
#[unsafe(no_mangle)]
unsafe extern "C" fn SafeArrayUnaccessData(array: *mut SafeArray) -> Status {
    // SAFETY: the caller's duty.
    answer(|| unsafe { unlock(array) })
}

/// # Safety
/// `array` is NULL or an array that lives for `'a`.
unsafe fn view<'a>(array: *mut SafeArray) -> Result<ArrayView<'a>, Status> {
    // SAFETY: the caller's duty.
    unsafe { ArrayView::new(array, vt::EMPTY) }.ok_or(Status::E_INVALIDARG)
}

/// # Safety
/// `index` is NULL or readable.
unsafe fn read(index: *const i32) -> Result<i32, Status> {
    // SAFETY: the caller's duty.
    unsafe { index.as_ref() }.copied().ok_or(Status::E_INVALIDARG)
}

/// # Safety
/// `array` is NULL or an array, `slot` is NULL or writable.
unsafe fn bound(
    array: *mut SafeArray,
    dimension: u32,
    slot: *mut i32,
    of: impl FnOnce(ArrayView<'_>) -> i32,
) -> Result<(), Status> {
    // SAFETY: the caller's duty.
    let view = unsafe { view(array) }?;
    // SAFETY: the caller's duty.
    let slot = unsafe { slot.as_mut() }.ok_or(Status::E_INVALIDARG)?;
    if dimension != 1 {
        return Err(Status::DISP_E_BADINDEX);
    }
    *slot = of(view);
    Ok(())
}
