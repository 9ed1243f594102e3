//! [`ArrayView`]: reads the elements of an array that someone else owns, and
//! does the element copies of SafeArrayGetElement and SafeArrayPutElement.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr::NonNull;

use hiperf_cim::Status;

use super::{
    FADF_BSTR, FADF_DISPATCH, FADF_HAVEVARTYPE, FADF_UNKNOWN, FADF_VARIANT, OwnedSafeArray, SafeArray,
    element_size,
};
use crate::bstr::{sys_copy, sys_free};
use crate::variant::{Data, MAX_NESTED_ARRAYS, vt};
use crate::{ComPtr, IUnknown, RawBstr, Variant};

/// A borrowed array.
#[derive(Clone, Copy)]
pub struct ArrayView<'a> {
    pub(super) array: NonNull<SafeArray>,
    vt: u16,
    lifetime: PhantomData<&'a SafeArray>,
}

impl<'a> ArrayView<'a> {
    /// The array at `array`; `None` when it is NULL, misaligned, not of one
    /// dimension, or its element size isn't that of its type. `vt` is the type
    /// that its VARIANT says, used when the array itself has none.
    ///
    /// # Safety
    /// `array` is NULL or a SAFEARRAY that lives for `'a`.
    #[must_use]
    pub unsafe fn new(array: *mut SafeArray, vt: u16) -> Option<ArrayView<'a>> {
        let array = NonNull::new(array).filter(|array| array.is_aligned())?;
        // SAFETY: a SAFEARRAY by the caller's promise.
        let descriptor = unsafe { array.as_ref() };
        let own = match descriptor.features {
            features if features & FADF_HAVEVARTYPE != 0 => {
                // SAFETY: the flag promises the type in the four bytes before.
                let prefix = unsafe { array.cast::<u32>().sub(1) };
                // SAFETY: as above.
                u16::try_from(unsafe { prefix.read() }).ok()?
            }
            features if features & FADF_BSTR != 0 => vt::BSTR,
            features if features & FADF_UNKNOWN != 0 => vt::UNKNOWN,
            features if features & FADF_DISPATCH != 0 => vt::DISPATCH,
            features if features & FADF_VARIANT != 0 => vt::VARIANT,
            _ => vt,
        };
        let fits = descriptor.dims == 1
            && element_size(own) == Ok(descriptor.element_size as usize)
            && (descriptor.count == 0 || !descriptor.data.is_null());
        fits.then_some(ArrayView { array, vt: own, lifetime: PhantomData })
    }

    pub(super) fn descriptor(&self) -> &SafeArray {
        // SAFETY: `new` had the caller's promise.
        unsafe { self.array.as_ref() }
    }

    /// The type of the elements.
    #[must_use]
    pub fn vt(&self) -> u16 {
        self.vt
    }

    /// The number of elements.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.descriptor().count
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index of the first element (SafeArrayGetLBound).
    #[must_use]
    pub fn lower(&self) -> i32 {
        self.descriptor().lower
    }

    /// The index of the last element (SafeArrayGetUBound); below the lower
    /// bound when there is none.
    #[must_use]
    pub fn upper(&self) -> i32 {
        self.lower().wrapping_add_unsigned(self.len()).wrapping_sub(1)
    }

    /// The first element's address (SafeArrayAccessData, without the lock).
    #[must_use]
    pub fn data(&self) -> *mut c_void {
        self.descriptor().data
    }

    /// The place of `index`, counted from the lower bound, in elements.
    ///
    /// # Errors
    /// `DISP_E_BADINDEX` outside the bounds.
    pub fn position(&self, index: i32) -> Result<u32, Status> {
        let offset = i64::from(index) - i64::from(self.lower());
        u32::try_from(offset).ok().filter(|at| *at < self.len()).ok_or(Status::DISP_E_BADINDEX)
    }

    /// # Safety
    /// `position` < `len`.
    pub(super) unsafe fn element(&self, position: u32) -> *mut c_void {
        let descriptor = self.descriptor();
        // SAFETY: within the elements.
        unsafe { descriptor.data.byte_add(position as usize * descriptor.element_size as usize) }
    }

    /// # Safety
    /// `position` < `len`, and the array may be written.
    pub(super) unsafe fn free_element(&self, position: u32) {
        // SAFETY: the caller's duty.
        let element = unsafe { self.element(position) };
        match self.vt {
            vt::BSTR => {
                // SAFETY: the element is a BSTR; zeroed so that it isn't freed twice.
                let bstr = unsafe { element.cast::<RawBstr>().replace(std::ptr::null_mut()) };
                // SAFETY: the array owned it.
                unsafe { sys_free(bstr) };
            }
            vt::UNKNOWN | vt::DISPATCH => {
                let slot = element.cast::<*mut IUnknown>();
                // SAFETY: the element is an interface pointer.
                let unknown = unsafe { slot.replace(std::ptr::null_mut()) };
                // SAFETY: the array owned the reference.
                drop(unsafe { ComPtr::from_raw(unknown) });
            }
            vt::VARIANT => {
                // SAFETY: the element is a VARIANT, which the array owned.
                drop(unsafe { element.cast::<Variant>().replace(Variant::EMPTY) });
            }
            _ => {}
        }
    }

    /// A copy of the element at `position` (from 0).
    ///
    /// # Errors
    /// `DISP_E_BADINDEX` outside the array, and as [`Variant::copy`].
    pub fn get(&self, position: u32) -> Result<Variant, Status> {
        self.get_nested(position, MAX_NESTED_ARRAYS)
    }

    fn get_nested(&self, position: u32, levels: usize) -> Result<Variant, Status> {
        if position >= self.len() {
            return Err(Status::DISP_E_BADINDEX);
        }
        // SAFETY: within the array.
        let element = unsafe { self.element(position) };
        if self.vt == vt::VARIANT {
            // SAFETY: the elements are VARIANTs.
            return unsafe { &*element.cast::<Variant>() }.copy_nested(levels);
        }
        let mut data = Data { record: [std::ptr::null_mut(); 2] };
        let size = self.descriptor().element_size as usize;
        // SAFETY: an element is no larger than a VARIANT's value, checked in `new`.
        unsafe { (&raw mut data).cast::<u8>().copy_from_nonoverlapping(element.cast(), size) };
        // SAFETY: the data are of this type; what they point to stays the
        // array's, so the lent VARIANT is copied and never dropped.
        let lent = std::mem::ManuallyDrop::new(unsafe { Variant::from_data(self.vt, data) });
        lent.copy()
    }

    /// The elements as VARIANTs.
    ///
    /// # Errors
    /// As [`Variant::copy`] of the first element that can't be copied.
    pub fn variants(&self) -> Result<Vec<Variant>, Status> {
        (0..self.len()).map(|position| self.get(position)).collect()
    }

    /// A copy of the array and of its elements (SafeArrayCopy).
    ///
    /// # Errors
    /// `E_OUTOFMEMORY`, and as [`Variant::copy`].
    pub fn copy(&self) -> Result<OwnedSafeArray, Status> {
        self.copy_nested(MAX_NESTED_ARRAYS)
    }

    /// The same, where `levels` is how many arrays may be within each other.
    pub(crate) fn copy_nested(&self, levels: usize) -> Result<OwnedSafeArray, Status> {
        let levels = levels.checked_sub(1).ok_or(Status::E_INVALIDARG)?;
        let mut copy = OwnedSafeArray::vector(self.vt, self.lower(), self.len())?;
        for position in 0..self.len() {
            copy.set(position, self.get_nested(position, levels)?)?;
        }
        Ok(copy)
    }

    /// Copies the element at `index` to `target` (SafeArrayGetElement): a BSTR
    /// is copied, an interface gets a reference, both for the caller.
    ///
    /// # Errors
    /// `DISP_E_BADINDEX`, `E_OUTOFMEMORY`.
    ///
    /// # Safety
    /// `target` is writable for one element.
    pub unsafe fn get_element(&self, index: i32, target: *mut c_void) -> Result<(), Status> {
        let copy = std::mem::ManuallyDrop::new(self.get(self.position(index)?)?);
        if self.vt == vt::VARIANT {
            // SAFETY: writable by the caller's promise; it takes the copy over.
            unsafe { target.cast::<Variant>().write_unaligned(std::mem::ManuallyDrop::into_inner(copy)) };
            return Ok(());
        }
        let data = copy.data();
        let size = self.descriptor().element_size as usize;
        // SAFETY: as above; the size is the element's.
        unsafe { target.cast::<u8>().copy_from_nonoverlapping((&raw const data).cast(), size) };
        Ok(())
    }

    /// Copies the element from `source` to `index` (SafeArrayPutElement). For a
    /// BSTR or interface, `source` is that pointer itself.
    ///
    /// # Errors
    /// `DISP_E_BADINDEX`, `E_OUTOFMEMORY`, and as [`Variant::copy`].
    ///
    /// # Safety
    /// 1. `source` is NULL for a pointer type, or a valid element.
    /// 2. The array may be written: its owner is the caller.
    pub unsafe fn put_element(&self, index: i32, source: *const c_void) -> Result<(), Status> {
        let position = self.position(index)?;
        // SAFETY: within the array.
        let element = unsafe { self.element(position) };
        let size = self.descriptor().element_size as usize;
        match self.vt {
            vt::BSTR => {
                // SAFETY: by 1 a BSTR or NULL.
                let copy = unsafe { sys_copy(source.cast_mut().cast()) }?;
                // SAFETY: within the array, and writable by 2.
                unsafe { self.free_element(position) };
                // SAFETY: as above.
                unsafe { element.cast::<RawBstr>().write(copy) };
            }
            vt::UNKNOWN | vt::DISPATCH => {
                // SAFETY: by 1 an interface pointer or NULL.
                let copy = unsafe { ComPtr::<IUnknown>::from_borrowed(source.cast_mut().cast()) };
                // SAFETY: within the array, and writable by 2.
                unsafe { self.free_element(position) };
                let raw = copy.map_or(std::ptr::null_mut(), ComPtr::into_raw);
                // SAFETY: as above.
                unsafe { element.cast::<*mut IUnknown>().write(raw) };
            }
            vt::VARIANT => {
                // SAFETY: by 1 a VARIANT.
                let copy = unsafe { &*source.cast::<Variant>() }.copy()?;
                // SAFETY: the element is a VARIANT, and writable by 2.
                drop(unsafe { element.cast::<Variant>().replace(copy) });
            }
            // SAFETY: a plain element of this size; writable by 2.
            _ => unsafe { element.cast::<u8>().copy_from_nonoverlapping(source.cast(), size) },
        }
        Ok(())
    }
}
