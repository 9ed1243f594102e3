//! SAFEARRAY, of one dimension: the arrays that WMI puts into VARIANTs and
//! returns from GetNames.
//!
//! ```text
//!  -16  padding; at -4 the element type, as FADF_HAVEVARTYPE promises
//!    0  u16 dimensions, u16 features, u32 element size, u32 locks
//!   16  pointer to the elements
//!   24  u32 count, i32 lower bound
//! ```
//! (on 64-bit machines). Descriptor and elements come from the C library's
//! allocator. Arrays of more dimensions, which WMI has none of, are refused.
//!
//! Source: \[MS-OAUT\] 2.2.30 and the public `oaidl.h`.

mod view;

use std::ffi::c_void;
use std::ptr::NonNull;

use hiperf_cim::Status;

use crate::Variant;
use crate::variant::{DISP_E_ARRAYISLOCKED, vt};

pub use view::ArrayView;

/// The descriptor of an array (SAFEARRAY), met behind pointers only.
#[repr(C)]
pub struct SafeArray {
    dims: u16,
    features: u16,
    element_size: u32,
    locks: u32,
    data: *mut c_void,
    count: u32,
    lower: i32,
}

const FADF_HAVEVARTYPE: u16 = 0x0080;
const FADF_BSTR: u16 = 0x0100;
const FADF_UNKNOWN: u16 = 0x0200;
const FADF_DISPATCH: u16 = 0x0400;
const FADF_VARIANT: u16 = 0x0800;
/// The memory isn't the allocator's: such an array is never freed here.
const FADF_NOT_OURS: u16 = 0x0001 | 0x0002 | 0x0004 | 0x0010;

/// Bytes before the descriptor.
const PREFIX: usize = 16;

/// The size of an element of this type.
fn element_size(vt: u16) -> Result<usize, Status> {
    Ok(match vt {
        vt::I1 | vt::UI1 => 1,
        vt::I2 | vt::UI2 | vt::BOOL => 2,
        vt::I4 | vt::UI4 | vt::R4 | vt::INT | vt::UINT | vt::ERROR => 4,
        vt::I8 | vt::UI8 | vt::R8 | vt::DATE | vt::CY => 8,
        vt::BSTR | vt::UNKNOWN | vt::DISPATCH => size_of::<*mut c_void>(),
        vt::VARIANT => size_of::<Variant>(),
        _ => return Err(Status::DISP_E_BADVARTYPE),
    })
}

const fn features(vt: u16) -> u16 {
    FADF_HAVEVARTYPE
        | match vt {
            vt::BSTR => FADF_BSTR,
            vt::UNKNOWN => FADF_UNKNOWN,
            vt::DISPATCH => FADF_DISPATCH,
            vt::VARIANT => FADF_VARIANT,
            _ => 0,
        }
}

/// Destroys an array and its elements (SafeArrayDestroy); NULL is ignored.
///
/// # Errors
/// `DISP_E_ARRAYISLOCKED` while it is locked, `E_INVALIDARG` when it isn't an
/// array of this module's kind; nothing is freed then.
///
/// # Safety
/// `array` is NULL or an array that nobody uses after success.
pub unsafe fn destroy(array: *mut SafeArray) -> Result<(), Status> {
    // SAFETY: the caller's duty.
    let Some(view) = (unsafe { ArrayView::new(array, vt::EMPTY) }) else {
        return if array.is_null() { Ok(()) } else { Err(Status::E_INVALIDARG) };
    };
    let descriptor = view.descriptor();
    if descriptor.locks != 0 {
        return Err(DISP_E_ARRAYISLOCKED);
    }
    if descriptor.features & FADF_NOT_OURS != 0 || descriptor.features & FADF_HAVEVARTYPE == 0 {
        return Err(Status::E_INVALIDARG);
    }
    let data = descriptor.data;
    for index in 0..view.len() {
        // SAFETY: within the array, whose elements belong to it.
        unsafe { view.free_element(index) };
    }
    // SAFETY: both blocks came from the C allocator in `OwnedSafeArray::vector`.
    unsafe { libc::free(data) };
    // SAFETY: the descriptor's block begins before its prefix.
    let block = unsafe { array.byte_sub(PREFIX) };
    // SAFETY: as above.
    unsafe { libc::free(block.cast()) };
    Ok(())
}

/// Locks an array (SafeArrayLock): while locked it can't be destroyed.
///
/// # Errors
/// `E_UNEXPECTED` when the count is at its end, `E_INVALIDARG` for NULL.
///
/// # Safety
/// `array` is NULL or a SAFEARRAY that no other thread uses.
pub unsafe fn lock(array: *mut SafeArray) -> Result<(), Status> {
    // SAFETY: the caller's duty.
    let array = unsafe { array.as_mut() }.ok_or(Status::E_INVALIDARG)?;
    array.locks = array.locks.checked_add(1).ok_or(Status::E_UNEXPECTED)?;
    Ok(())
}

/// Undoes one [`lock`] (SafeArrayUnlock).
///
/// # Errors
/// `E_UNEXPECTED` when it isn't locked, `E_INVALIDARG` for NULL.
///
/// # Safety
/// As [`lock`].
pub unsafe fn unlock(array: *mut SafeArray) -> Result<(), Status> {
    // SAFETY: the caller's duty.
    let array = unsafe { array.as_mut() }.ok_or(Status::E_INVALIDARG)?;
    array.locks = array.locks.checked_sub(1).ok_or(Status::E_UNEXPECTED)?;
    Ok(())
}

/// An owned array, destroyed when dropped.
pub struct OwnedSafeArray(NonNull<SafeArray>);

// SAFETY: plain memory with one owner; objects in it are `Send` as `ComPtr` is.
unsafe impl Send for OwnedSafeArray {}

impl OwnedSafeArray {
    /// An array of `count` zeroed elements from index `lower`
    /// (SafeArrayCreateVector).
    ///
    /// # Errors
    /// `DISP_E_BADVARTYPE` for a type that has no arrays, `E_OUTOFMEMORY`.
    pub fn vector(vt: u16, lower: i32, count: u32) -> Result<OwnedSafeArray, Status> {
        let size = element_size(vt)?;
        // SAFETY: any size may be asked for.
        let block = unsafe { libc::calloc(1, PREFIX + size_of::<SafeArray>()) };
        // One element at least, so that an empty array has an address too.
        // SAFETY: as above; calloc refuses a product that overflows.
        let data = unsafe { libc::calloc(count.max(1) as usize, size) };
        if block.is_null() || data.is_null() {
            // SAFETY: NULL or allocated above.
            unsafe { libc::free(block) };
            // SAFETY: as above.
            unsafe { libc::free(data) };
            return Err(Status::E_OUTOFMEMORY);
        }
        // SAFETY: the block has room for the prefix and the descriptor.
        let array = unsafe { block.byte_add(PREFIX) }.cast::<SafeArray>();
        let descriptor = SafeArray {
            dims: 1,
            features: features(vt),
            element_size: u32::try_from(size).unwrap_or_default(),
            locks: 0,
            data,
            count,
            lower,
        };
        // SAFETY: malloc aligns to 16, so the descriptor is aligned.
        unsafe { array.write(descriptor) };
        // SAFETY: the last four bytes of the prefix.
        let prefix = unsafe { array.cast::<u32>().sub(1) };
        // SAFETY: as above.
        unsafe { prefix.write(vt.into()) };
        NonNull::new(array).map(OwnedSafeArray).ok_or(Status::E_OUTOFMEMORY)
    }

    /// An array of these values, all of which have type `vt`.
    ///
    /// # Errors
    /// `DISP_E_TYPEMISMATCH` when one has another, `DISP_E_BADVARTYPE`,
    /// `E_OUTOFMEMORY`.
    pub fn from_variants(
        vt: u16,
        variants: impl ExactSizeIterator<Item = Variant>,
    ) -> Result<OwnedSafeArray, Status> {
        let count = u32::try_from(variants.len()).map_err(|_| Status::E_OUTOFMEMORY)?;
        let mut array = OwnedSafeArray::vector(vt, 0, count)?;
        for (position, variant) in (0..count).zip(variants) {
            array.set(position, variant)?;
        }
        Ok(array)
    }

    /// An array of BSTRs.
    ///
    /// # Errors
    /// `E_OUTOFMEMORY`.
    pub fn from_texts<T: AsRef<str>>(
        texts: impl ExactSizeIterator<Item = T>,
    ) -> Result<OwnedSafeArray, Status> {
        OwnedSafeArray::from_variants(vt::BSTR, texts.map(|text| Variant::from_text(text.as_ref())))
    }

    /// Moves `variant` into the element at `position` (from 0).
    ///
    /// # Errors
    /// `DISP_E_BADINDEX`, or `DISP_E_TYPEMISMATCH` for another type.
    pub fn set(&mut self, position: u32, variant: Variant) -> Result<(), Status> {
        let view = self.view();
        if position >= view.len() {
            return Err(Status::DISP_E_BADINDEX);
        }
        if view.vt() != vt::VARIANT && variant.vt() != view.vt() {
            return Err(Status::DISP_E_TYPEMISMATCH);
        }
        // SAFETY: within the array, which `self` owns.
        unsafe { view.free_element(position) };
        // SAFETY: as above.
        let element = unsafe { view.element(position) };
        let size = view.descriptor().element_size as usize;
        if view.vt() == vt::VARIANT {
            // SAFETY: the element is a VARIANT.
            unsafe { element.cast::<Variant>().write(variant) };
        } else {
            let moved = std::mem::ManuallyDrop::new(variant);
            let data = moved.data();
            // SAFETY: the value's bytes are the element's; ownership moves along.
            unsafe { element.cast::<u8>().copy_from_nonoverlapping((&raw const data).cast(), size) };
        }
        Ok(())
    }

    /// The array, borrowed.
    #[must_use]
    pub fn view(&self) -> ArrayView<'_> {
        // SAFETY: `self` owns it.
        unsafe { ArrayView::new(self.0.as_ptr(), vt::EMPTY) }
            .expect("`vector` made it, or `from_raw` checked it")
    }

    /// Takes over an array; `None` when it is NULL or not of this kind.
    ///
    /// # Safety
    /// `array` is NULL or an array of this module, and nobody else destroys it.
    #[must_use]
    pub unsafe fn from_raw(array: *mut SafeArray) -> Option<OwnedSafeArray> {
        // SAFETY: the caller's duty.
        unsafe { ArrayView::new(array, vt::EMPTY) }.map(|view| OwnedSafeArray(view.array))
    }

    /// The raw array, which still belongs to `self`.
    #[must_use]
    pub fn as_raw(&self) -> *mut SafeArray {
        self.0.as_ptr()
    }

    /// The raw array, which the caller must destroy.
    #[must_use]
    pub fn into_raw(self) -> *mut SafeArray {
        let raw = self.0.as_ptr();
        std::mem::forget(self);
        raw
    }
}

impl Drop for OwnedSafeArray {
    fn drop(&mut self) {
        // A locked array is left alone: someone holds a pointer into it.
        // SAFETY: `self` owns it.
        let _ = unsafe { destroy(self.0.as_ptr()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawBstr;

    #[test]
    fn descriptor_layout() {
        use std::mem::offset_of;
        #[cfg(target_pointer_width = "64")]
        assert_eq!(
            (offset_of!(SafeArray, data), offset_of!(SafeArray, count), size_of::<SafeArray>()),
            (16, 24, 32)
        );
        assert_eq!((offset_of!(SafeArray, element_size), offset_of!(SafeArray, locks)), (4, 8));
    }

    #[test]
    fn bounds_and_elements() {
        let array = OwnedSafeArray::vector(vt::I4, -1, 3).unwrap();
        let view = array.view();
        assert_eq!((view.lower(), view.upper(), view.len()), (-1, 1, 3));
        let (mut value, number) = (0i32, 42i32);
        // SAFETY: the array is ours, elements are `i32`.
        unsafe { view.put_element(1, (&raw const number).cast()) }.unwrap();
        // SAFETY: as above.
        unsafe { view.get_element(1, (&raw mut value).cast()) }.unwrap();
        assert_eq!(value, 42);
        for index in [-2, 2, i32::MIN, i32::MAX] {
            // SAFETY: as above.
            let status = unsafe { view.get_element(index, (&raw mut value).cast()) };
            assert_eq!(status, Err(Status::DISP_E_BADINDEX));
        }
        let empty = OwnedSafeArray::vector(vt::BSTR, 0, 0).unwrap();
        assert_eq!((empty.view().upper(), empty.view().is_empty()), (-1, true));
    }

    #[test]
    fn strings_are_copied_and_freed() {
        let array = OwnedSafeArray::from_texts(["a", "bé"].iter()).unwrap();
        let copy = array.view().copy().unwrap();
        drop(array);
        let texts: Vec<_> = copy.view().variants().unwrap().iter().map(Variant::text).collect();
        assert_eq!(texts, [Some("a".to_owned()), Some("bé".to_owned())]);
        let mut raw: RawBstr = std::ptr::null_mut();
        // SAFETY: elements are BSTRs.
        unsafe { copy.view().get_element(1, (&raw mut raw).cast()) }.unwrap();
        // SAFETY: the copy is the caller's.
        assert_eq!(unsafe { crate::Bstr::from_raw(raw) }.to_string(), "bé");
        let other = crate::Bstr::new("c");
        // SAFETY: the array is ours, the source a BSTR.
        unsafe { copy.view().put_element(0, other.as_raw().cast()) }.unwrap();
        assert_eq!(copy.view().get(0).unwrap().text().as_deref(), Some("c"));
    }

    #[test]
    fn arrays_of_variants() {
        let values = [Variant::from_text("x"), Variant::from_i4(7)];
        let array = OwnedSafeArray::from_variants(vt::VARIANT, values.into_iter()).unwrap();
        let copy = array.view().copy().unwrap();
        assert_eq!(copy.view().get(0).unwrap().text().as_deref(), Some("x"));
        assert_eq!(copy.view().get(1).unwrap().vt(), vt::I4);
    }

    #[test]
    fn locks_protect() {
        let raw = OwnedSafeArray::vector(vt::UI1, 0, 4).unwrap().into_raw();
        // SAFETY: the array is ours throughout.
        unsafe {
            assert_eq!(unlock(raw), Err(Status::E_UNEXPECTED));
            lock(raw).unwrap();
            assert_eq!(destroy(raw), Err(DISP_E_ARRAYISLOCKED));
            unlock(raw).unwrap();
            assert_eq!(destroy(raw), Ok(()));
            assert_eq!(destroy(std::ptr::null_mut()), Ok(()));
        }
    }

    #[test]
    fn wrong_types_are_refused() {
        assert_eq!(OwnedSafeArray::vector(vt::EMPTY, 0, 1).err(), Some(Status::DISP_E_BADVARTYPE));
        let mut array = OwnedSafeArray::vector(vt::I4, 0, 1).unwrap();
        assert_eq!(array.set(0, Variant::from_i2(1)), Err(Status::DISP_E_TYPEMISMATCH));
        assert_eq!(array.set(1, Variant::from_i4(1)), Err(Status::DISP_E_BADINDEX));
        assert_eq!(array.view().get(1).err(), Some(Status::DISP_E_BADINDEX));
    }
}
