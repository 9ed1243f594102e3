//! [`Variant`]: COM's value with its type (VARIANT), and what a CIM value is in
//! one.
//!
//! ```text
//!   0  u16  vt: VT_*, VT_ARRAY and VT_BYREF flags
//!   2  u16  three reserved words
//!   8       the value, 16 bytes (two pointers)
//! ```
//! Sources: \[MS-OAUT\] 2.2.29; the types of CIM values are those of WMI's
//! "Numbers" and "Strings" pages. What a VARIANT becomes when it is put into a
//! property is in `coerce.rs`.

use std::ffi::c_void;
use std::mem::ManuallyDrop;

use hiperf_cim::{CimType, Status, Value};

use crate::bstr::{sys_copy, sys_free, sys_units};
use crate::object::Object;
use crate::safearray::{ArrayView, OwnedSafeArray, SafeArray, destroy};
use crate::{Bstr, ComPtr, IUnknown, RawBstr};

/// The types of a VARIANT (VARENUM) that WMI meets.
#[allow(missing_docs)] // the names are the specification's
pub mod vt {
    pub const EMPTY: u16 = 0;
    pub const NULL: u16 = 1;
    pub const I2: u16 = 2;
    pub const I4: u16 = 3;
    pub const R4: u16 = 4;
    pub const R8: u16 = 5;
    pub const CY: u16 = 6;
    pub const DATE: u16 = 7;
    pub const BSTR: u16 = 8;
    pub const DISPATCH: u16 = 9;
    pub const ERROR: u16 = 10;
    pub const BOOL: u16 = 11;
    pub const VARIANT: u16 = 12;
    pub const UNKNOWN: u16 = 13;
    pub const I1: u16 = 16;
    pub const UI1: u16 = 17;
    pub const UI2: u16 = 18;
    pub const UI4: u16 = 19;
    pub const I8: u16 = 20;
    pub const UI8: u16 = 21;
    pub const INT: u16 = 22;
    pub const UINT: u16 = 23;
    pub const ARRAY: u16 = 0x2000;
    pub const BYREF: u16 = 0x4000;
}

/// `DISP_E_ARRAYISLOCKED`: an array in use can't be destroyed.
pub const DISP_E_ARRAYISLOCKED: Status = Status(0x8002_000D);

/// Arrays within each other that are still copied. CIM has none at all; each
/// is a call within a call, and whoever made them has no bound but memory.
pub const MAX_NESTED_ARRAYS: usize = 64;

/// VARIANT_TRUE; FALSE is 0.
pub const VARIANT_TRUE: i16 = -1;

/// A VARIANT, which owns what it holds and clears it when dropped.
#[repr(C)]
pub struct Variant {
    vt: u16,
    reserved: [u16; 3],
    data: Data,
}

/// The value; which field holds is said by `vt`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) union Data {
    pub(crate) i1: i8,
    pub(crate) ui1: u8,
    pub(crate) i2: i16,
    pub(crate) ui2: u16,
    pub(crate) i4: i32,
    pub(crate) ui4: u32,
    pub(crate) i8: i64,
    pub(crate) ui8: u64,
    pub(crate) r4: f32,
    pub(crate) r8: f64,
    pub(crate) bool: i16,
    pub(crate) bstr: RawBstr,
    pub(crate) unknown: *mut IUnknown,
    pub(crate) array: *mut SafeArray,
    /// VT_RECORD has two pointers, which make the size.
    pub(crate) record: [*mut c_void; 2],
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Variant>() == 24 && align_of::<Variant>() == 8);

// SAFETY: it owns plain memory, and object pointers that are `Send` as `ComPtr` is.
unsafe impl Send for Variant {}

impl Variant {
    /// A VARIANT without a value (VariantInit).
    pub const EMPTY: Variant = Variant::of(vt::EMPTY, Data { record: [std::ptr::null_mut(); 2] });
    /// The value NULL.
    pub const NULL: Variant = Variant::of(vt::NULL, Data { record: [std::ptr::null_mut(); 2] });

    const fn of(vt: u16, data: Data) -> Variant {
        Variant { vt, reserved: [0; 3], data }
    }

    /// The type, flags included.
    #[must_use]
    pub const fn vt(&self) -> u16 {
        self.vt
    }

    /// A VT_I4.
    #[must_use]
    pub fn from_i4(value: i32) -> Variant {
        Variant::of(vt::I4, Data { i4: value })
    }

    /// A VT_I2.
    #[must_use]
    pub fn from_i2(value: i16) -> Variant {
        Variant::of(vt::I2, Data { i2: value })
    }

    /// A VT_UI1.
    #[must_use]
    pub fn from_ui1(value: u8) -> Variant {
        Variant::of(vt::UI1, Data { ui1: value })
    }

    /// A VT_R4.
    #[must_use]
    pub fn from_r4(value: f32) -> Variant {
        Variant::of(vt::R4, Data { r4: value })
    }

    /// A VT_R8.
    #[must_use]
    pub fn from_r8(value: f64) -> Variant {
        Variant::of(vt::R8, Data { r8: value })
    }

    /// A VT_BOOL.
    #[must_use]
    pub fn from_bool(value: bool) -> Variant {
        Variant::of(vt::BOOL, Data { bool: if value { VARIANT_TRUE } else { 0 } })
    }

    /// A VT_BSTR.
    #[must_use]
    pub fn from_bstr(value: Bstr) -> Variant {
        Variant::of(vt::BSTR, Data { bstr: value.into_raw() })
    }

    /// A VT_BSTR with this text.
    #[must_use]
    pub fn from_text(text: &str) -> Variant {
        Variant::from_bstr(Bstr::new(text))
    }

    /// A VT_UNKNOWN: an embedded object.
    #[must_use]
    pub fn from_unknown(object: ComPtr<IUnknown>) -> Variant {
        Variant::of(vt::UNKNOWN, Data { unknown: object.into_raw() })
    }

    /// A VT_ARRAY of the array's element type.
    #[must_use]
    pub fn from_array(array: OwnedSafeArray) -> Variant {
        let vt = vt::ARRAY | array.view().vt();
        Variant::of(vt, Data { array: array.into_raw() })
    }

    /// The numeric bits of a scalar that isn't a pointer, for
    /// `coerce.rs` and element copies.
    pub(crate) fn data(&self) -> Data {
        self.data
    }

    /// A scalar of type `vt` whose data are `data`.
    ///
    /// # Safety
    /// The field of `data` that `vt` names is set, and what it points to is
    /// given to the VARIANT.
    pub(crate) unsafe fn from_data(vt: u16, data: Data) -> Variant {
        Variant::of(vt, data)
    }

    /// The text of a VT_BSTR.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.bstr_units().map(String::from_utf16_lossy)
    }

    pub(crate) fn bstr_units(&self) -> Option<&[u16]> {
        if self.vt != vt::BSTR {
            return None;
        }
        // SAFETY: a VT_BSTR holds a BSTR.
        let raw = unsafe { self.data.bstr };
        // SAFETY: it lives as long as `self` leaves it.
        Some(unsafe { sys_units(raw) })
    }

    /// The object of a VT_UNKNOWN or VT_DISPATCH that isn't NULL.
    #[must_use]
    pub fn unknown(&self) -> Option<ComPtr<IUnknown>> {
        if !matches!(self.vt, vt::UNKNOWN | vt::DISPATCH) {
            return None;
        }
        // SAFETY: these types hold an interface pointer.
        let raw = unsafe { self.data.unknown };
        // SAFETY: NULL or kept alive by `self`.
        unsafe { ComPtr::from_borrowed(raw) }
    }

    /// The array of a VT_ARRAY that isn't NULL.
    #[must_use]
    pub fn array(&self) -> Option<ArrayView<'_>> {
        if self.vt & (vt::ARRAY | vt::BYREF) != vt::ARRAY {
            return None;
        }
        // SAFETY: a VT_ARRAY holds a SAFEARRAY.
        let raw = unsafe { self.data.array };
        // SAFETY: NULL or owned by `self`; the VARIANT's type is the elements'.
        unsafe { ArrayView::new(raw, self.vt & !vt::ARRAY) }
    }

    /// A deep copy (VariantCopy); a VT_BYREF copies the reference.
    ///
    /// # Errors
    /// `DISP_E_BADVARTYPE` for a type that isn't known here,
    /// `E_OUTOFMEMORY`, `E_INVALIDARG` for arrays in more than
    /// [`MAX_NESTED_ARRAYS`] others.
    pub fn copy(&self) -> Result<Variant, Status> {
        self.copy_nested(MAX_NESTED_ARRAYS)
    }

    /// The same, with at most so many `levels` of arrays.
    pub(crate) fn copy_nested(&self, levels: usize) -> Result<Variant, Status> {
        if self.vt & vt::BYREF != 0 {
            return Ok(Variant::of(self.vt, self.data));
        }
        if self.vt & vt::ARRAY != 0 {
            return match self.array() {
                Some(view) => view.copy_nested(levels).map(Variant::from_array),
                // SAFETY: a VT_ARRAY holds a SAFEARRAY.
                None if unsafe { self.data.array }.is_null() => Ok(Variant::of(self.vt, self.data)),
                None => Err(Status::DISP_E_BADVARTYPE),
            };
        }
        match self.vt {
            vt::BSTR => {
                // SAFETY: a VT_BSTR holds a BSTR.
                let raw = unsafe { self.data.bstr };
                // SAFETY: NULL or owned by `self`.
                let copy = unsafe { sys_copy(raw) }?;
                Ok(Variant::of(vt::BSTR, Data { bstr: copy }))
            }
            vt::UNKNOWN | vt::DISPATCH => {
                let raw = self.unknown().map_or(std::ptr::null_mut(), ComPtr::into_raw);
                Ok(Variant::of(self.vt, Data { unknown: raw }))
            }
            vt if is_plain(vt) => Ok(Variant::of(vt, self.data)),
            _ => Err(Status::DISP_E_BADVARTYPE),
        }
    }

    /// Frees the value and leaves `VT_EMPTY` (VariantClear).
    ///
    /// # Errors
    /// `DISP_E_BADVARTYPE` for a type that isn't known here and
    /// `DISP_E_ARRAYISLOCKED` for an array in use; the value stays.
    pub fn clear(&mut self) -> Result<(), Status> {
        // Empty first: the Release of an object in it is a stranger's code, which
        // may come back to this VARIANT.
        let mut old = ManuallyDrop::new(std::mem::replace(self, Variant::EMPTY));
        let freed = old.free_if_owned();
        if freed.is_err() {
            *self = ManuallyDrop::into_inner(old);
        }
        freed
    }

    fn free_if_owned(&mut self) -> Result<(), Status> {
        if self.vt & vt::BYREF == 0 { self.free() } else { Ok(()) }
    }

    fn free(&mut self) -> Result<(), Status> {
        if self.vt & vt::ARRAY != 0 {
            // SAFETY: a VT_ARRAY holds a SAFEARRAY.
            let array = unsafe { self.data.array };
            // SAFETY: `self` owns it and forgets it on success.
            return unsafe { destroy(array) };
        }
        match self.vt {
            vt::BSTR => {
                // SAFETY: a VT_BSTR holds a BSTR.
                let raw = unsafe { self.data.bstr };
                // SAFETY: `self` owns it and forgets it now.
                unsafe { sys_free(raw) };
            }
            vt::UNKNOWN | vt::DISPATCH => {
                // SAFETY: these types hold an interface pointer.
                let raw = unsafe { self.data.unknown };
                // SAFETY: `self` owns the reference and forgets it now.
                drop(unsafe { ComPtr::from_raw(raw) });
            }
            vt if is_plain(vt) => {}
            _ => return Err(Status::DISP_E_BADVARTYPE),
        }
        Ok(())
    }

    /// A CIM value as WMI passes it: 64-bit integers as decimal text, uint32 as
    /// the VT_I4 of its bits, datetimes and references as text.
    #[must_use]
    pub fn from_value(value: &Value) -> Variant {
        match value {
            Value::Null => Variant::NULL,
            Value::Sint8(v) => Variant::from_i2((*v).into()),
            Value::Uint8(v) => Variant::from_ui1(*v),
            Value::Sint16(v) => Variant::from_i2(*v),
            Value::Uint16(v) => Variant::from_i4((*v).into()),
            Value::Sint32(v) => Variant::from_i4(*v),
            Value::Uint32(v) => Variant::from_i4(v.cast_signed()),
            Value::Sint64(v) => Variant::from_text(&v.to_string()),
            Value::Uint64(v) => Variant::from_text(&v.to_string()),
            Value::Real32(v) => Variant::from_r4(*v),
            Value::Real64(v) => Variant::from_r8(*v),
            Value::Boolean(v) => Variant::from_bool(*v),
            Value::Char16(v) => Variant::from_i2(v.cast_signed()),
            Value::String(text) | Value::Reference(text) => Variant::from_text(text),
            Value::DateTime(datetime) => Variant::from_text(&datetime.to_string()),
            // The interface of an object is its IUnknown.
            Value::Object(instance) => {
                Variant::from_unknown(Object::new((**instance).clone()).into_unknown())
            }
            Value::Class(object) => {
                let class = Object::from_class_in(&object.class, object.decoration.clone());
                Variant::from_unknown(class.into_unknown())
            }
            Value::Array(element, values) => {
                let variants = values.iter().map(Variant::from_value);
                match OwnedSafeArray::from_variants(variant_type(*element), variants) {
                    Ok(array) => Variant::from_array(array),
                    // The elements have the array's own type, so only memory can fail.
                    Err(_) => std::alloc::handle_alloc_error(std::alloc::Layout::new::<SafeArray>()),
                }
            }
        }
    }
}

/// The type in which WMI passes a scalar of this CIM type.
#[must_use]
pub const fn variant_type(cim: CimType) -> u16 {
    match cim {
        CimType::Sint8 | CimType::Sint16 | CimType::Char16 => vt::I2,
        CimType::Uint8 => vt::UI1,
        CimType::Uint16 | CimType::Sint32 | CimType::Uint32 => vt::I4,
        CimType::Real32 => vt::R4,
        CimType::Real64 => vt::R8,
        CimType::Boolean => vt::BOOL,
        CimType::Object => vt::UNKNOWN,
        CimType::Sint64 | CimType::Uint64 | CimType::String | CimType::DateTime | CimType::Reference => {
            vt::BSTR
        }
    }
}

/// Whether a scalar of this type owns nothing.
const fn is_plain(vt: u16) -> bool {
    matches!(
        vt,
        vt::EMPTY..=vt::DATE | vt::ERROR | vt::BOOL | vt::I1..=vt::UINT
    ) && vt != vt::BSTR
}

impl Default for Variant {
    fn default() -> Variant {
        Variant::EMPTY
    }
}

impl Drop for Variant {
    fn drop(&mut self) {
        // An array that someone has locked, or a type that isn't known, is left
        // alone: leaking is safe, freeing memory in use is not.
        let _ = self.free_if_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_the_abi() {
        assert_eq!(std::mem::offset_of!(Variant, vt), 0);
        assert_eq!(std::mem::offset_of!(Variant, data), 8);
        let number = Variant::from_i4(-2);
        // SAFETY: a VARIANT is readable as its bytes at this offset.
        let bits = unsafe { std::ptr::from_ref(&number).cast::<i32>().add(2).read() };
        assert_eq!((number.vt(), bits), (3, -2));
    }

    #[test]
    fn clear_copy_and_byref() {
        let mut text = Variant::from_text("abc");
        let copy = text.copy().unwrap();
        text.clear().unwrap();
        assert_eq!((text.vt(), text.text()), (vt::EMPTY, None));
        assert_eq!(copy.text().as_deref(), Some("abc"));

        let mut target = 7i32;
        let data = Data { record: [(&raw mut target).cast(), std::ptr::null_mut()] };
        // SAFETY: a reference owns nothing.
        let mut byref = unsafe { Variant::from_data(vt::BYREF | vt::BSTR, data) };
        assert!(byref.array().is_none() && byref.text().is_none());
        byref.clear().unwrap();
        assert_eq!(byref.vt(), vt::EMPTY);
    }

    #[test]
    fn objects_are_counted() {
        let object: ComPtr<IUnknown> = crate::Context::new().as_com().cast().unwrap();
        let references = || crate::class::reference_count(&object);
        let mut variant = Variant::from_unknown(object.clone());
        let array =
            OwnedSafeArray::from_variants(vt::UNKNOWN, [variant.copy().unwrap()].into_iter()).unwrap();
        assert_eq!(references(), Some(3));
        let copy = Variant::from_array(array).copy().unwrap();
        assert_eq!(references(), Some(3));
        drop(copy);
        variant.clear().unwrap();
        assert_eq!(references(), Some(1));
    }

    #[test]
    fn an_array_that_can_not_be_read_is_not_copied() {
        let array = OwnedSafeArray::vector(vt::I4, 0, 1).unwrap();
        let flat = Variant::from_array(array);
        // SAFETY: the array is alive; two dimensions are one too many here.
        unsafe { flat.data.array.cast::<u16>().write(2) };
        assert_eq!(flat.copy().err(), Some(Status::DISP_E_BADVARTYPE));
        // SAFETY: as above; so that it is freed.
        unsafe { flat.data.array.cast::<u16>().write(1) };
    }

    #[test]
    fn arrays_within_arrays_are_copied_to_a_depth() {
        let mut nested = Variant::from_i4(7);
        for _ in 0..MAX_NESTED_ARRAYS {
            nested = Variant::from_array(
                OwnedSafeArray::from_variants(vt::VARIANT, [nested].into_iter()).unwrap(),
            );
        }
        let copy = nested.copy().unwrap();
        assert_eq!(copy.array().unwrap().len(), 1);
        let deeper = OwnedSafeArray::from_variants(vt::VARIANT, [nested].into_iter()).unwrap();
        assert_eq!(Variant::from_array(deeper).copy().err(), Some(Status::E_INVALIDARG));
    }

    #[test]
    fn unknown_types_are_left_alone() {
        // SAFETY: type 36 (VT_RECORD) is not freed.
        let mut record = unsafe { Variant::from_data(36, Variant::EMPTY.data()) };
        assert_eq!(record.clear(), Err(Status::DISP_E_BADVARTYPE));
        assert_eq!(record.copy().err(), Some(Status::DISP_E_BADVARTYPE));
        assert_eq!(record.vt(), 36);
    }

    #[test]
    fn null_pointers_inside() {
        for vt in [vt::BSTR, vt::UNKNOWN, vt::ARRAY | vt::I4] {
            // SAFETY: all three may hold NULL.
            let variant = unsafe { Variant::from_data(vt, Variant::EMPTY.data()) };
            assert_eq!(variant.copy().unwrap().vt(), vt);
            assert!(variant.unknown().is_none() && variant.array().is_none());
        }
    }
}
