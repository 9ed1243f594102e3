//! [`ObjectAccess`] and [`HiPerfEnum`]: what a provider writes to, without
//! unsafe code.
//!
//! Both work on anyone's objects through the vtable. Methods by handle return a
//! bare [`Status`] and allocate nothing.
//!
//! Two references to one object may be held by a provider and by whoever loaded
//! it. Who touches it when is WMI's rule, not the compiler's: a provider
//! touches a refreshable object only inside its refresher's refresh, the
//! other side only outside of it.

use hiperf_cim::{PropertyHandle, Reason, Result, Status, Text, Type, Value};

use crate::error_info::call;
use crate::{ComPtr, IHiPerfValueReason, IWbemHiPerfEnum, IWbemObjectAccess, WideString, class_access};

/// UTF-16 units that [`ObjectAccess`] reads and writes without allocating;
/// longer text takes the heap. Instance names are shorter.
const INLINE_UNITS: usize = 256;

/// An owned reference to an instance that is read and written by handle.
/// Cloning it gives a second reference to the same instance;
/// [`clone_object`](ObjectAccess::clone_object) makes another instance.
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct ObjectAccess(ComPtr<IWbemObjectAccess>);

#[inline]
fn check(status: Status) -> Result<(), Status> {
    if status.is_error() { Err(status) } else { Ok(()) }
}

/// `WBEM_S_FALSE` is how a read says NULL.
#[inline]
fn unless_null<T>(status: Status, value: T) -> Result<Option<T>, Status> {
    if status.is_error() {
        return Err(status);
    }
    Ok((status != Status::WBEM_S_FALSE).then_some(value))
}

impl ObjectAccess {
    /// Wraps an interface pointer.
    #[must_use]
    pub fn new(object: ComPtr<IWbemObjectAccess>) -> ObjectAccess {
        ObjectAccess(object)
    }

    /// The interface pointer.
    #[must_use]
    pub fn as_com(&self) -> &ComPtr<IWbemObjectAccess> {
        &self.0
    }

    /// The interface pointer with its reference.
    #[must_use]
    pub fn into_com(self) -> ComPtr<IWbemObjectAccess> {
        self.0
    }

    /// A property's type and its handle, which is valid for every instance of
    /// the class: ask once.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is no such property;
    /// `WBEM_E_NOT_SUPPORTED`: arrays and objects have no handle.
    pub fn property_handle(&self, name: &str) -> Result<(Type, PropertyHandle)> {
        let wide = WideString::new(name);
        let (mut code, mut handle) = (0, 0);
        let doing = format!("finding the handle of property {name}");
        // SAFETY: all pointers live during the call.
        call(&doing, || unsafe { self.0.GetPropertyHandle(wide.as_ptr(), &raw mut code, &raw mut handle) })?;
        let ty = Type::from_code(code.cast_unsigned()).ok_or(Status::WBEM_E_INVALID_CIM_TYPE)?;
        Ok((ty, PropertyHandle(handle)))
    }

    /// Sets a 32-bit property.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST` for a handle of another class,
    /// `WBEM_E_TYPE_MISMATCH` for a property of another width.
    #[inline]
    pub fn write_u32(&self, handle: PropertyHandle, value: u32) -> Result<(), Status> {
        // SAFETY: no pointers.
        check(unsafe { self.0.WriteDWORD(handle.0, value) })
    }

    /// Sets a 64-bit property.
    ///
    /// # Errors
    /// As [`ObjectAccess::write_u32`].
    #[inline]
    pub fn write_u64(&self, handle: PropertyHandle, value: u64) -> Result<(), Status> {
        // SAFETY: no pointers.
        check(unsafe { self.0.WriteQWORD(handle.0, value) })
    }

    /// Sets the property's bytes, of exactly its width (little-endian).
    ///
    /// # Errors
    /// As [`ObjectAccess::write_u32`].
    #[inline]
    pub fn write_bytes(&self, handle: PropertyHandle, bytes: &[u8]) -> Result<(), Status> {
        let len = i32::try_from(bytes.len()).map_err(|_| Status::WBEM_E_INVALID_PARAMETER)?;
        // SAFETY: the bytes live during the call and are as many as it says.
        check(unsafe { self.0.WritePropertyValue(handle.0, len, bytes.as_ptr()) })
    }

    /// Sets the property to NULL.
    ///
    /// # Errors
    /// As [`ObjectAccess::write_u32`].
    #[inline]
    pub fn write_null(&self, handle: PropertyHandle) -> Result<(), Status> {
        // SAFETY: no bytes are read from NULL.
        check(unsafe { self.0.WritePropertyValue(handle.0, 0, std::ptr::null()) })
    }

    /// Sets the property to NULL and says why, if the object can keep it.
    /// Allocates when it is the object's first reason.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST` for a handle of another class.
    pub fn write_missing(&self, handle: PropertyHandle, reason: Reason) -> Result<(), Status> {
        match self.0.cast::<IHiPerfValueReason>() {
            // SAFETY: no pointers.
            Ok(reasons) => check(unsafe { reasons.SetReason(handle.0, reason.code().into()) }),
            Err(_) => self.write_null(handle),
        }
    }

    /// Why the property is NULL; `None` if it has a value, or if nobody said.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST` for a handle of another class.
    pub fn why(&self, handle: PropertyHandle) -> Result<Option<Reason>, Status> {
        let Ok(reasons) = self.0.cast::<IHiPerfValueReason>() else { return Ok(None) };
        let mut code = 0;
        // SAFETY: the code lives during the call.
        check(unsafe { reasons.GetReason(handle.0, &raw mut code) })?;
        Ok(u8::try_from(code).ok().and_then(Reason::from_code))
    }

    /// Sets a string, datetime or reference. Allocates only for text of more
    /// than 255 UTF-16 units.
    ///
    /// # Errors
    /// As [`ObjectAccess::write_u32`].
    pub fn write_string(&self, handle: PropertyHandle, text: &str) -> Result<(), Status> {
        // UTF-16 never has more units than UTF-8 has bytes.
        if text.len() >= INLINE_UNITS {
            return self.write_units(handle, &text.encode_utf16().chain([0]).collect::<Vec<u16>>());
        }
        let mut units = [0; INLINE_UNITS];
        let mut len = 0;
        for (unit, slot) in text.encode_utf16().zip(&mut units) {
            *slot = unit;
            len += 1;
        }
        self.write_units(handle, &units[..=len])
    }

    /// Sets a string, datetime or reference to a text of another instance.
    /// `units` is room for it: who keeps it allocates for longer texts only.
    ///
    /// # Errors
    /// As [`ObjectAccess::write_u32`].
    pub fn write_text(
        &self,
        handle: PropertyHandle,
        text: Text<'_>,
        units: &mut Vec<u16>,
    ) -> Result<(), Status> {
        self.write_utf16(handle, text.utf16(), units)
    }

    /// The same of a text in UTF-16.
    ///
    /// # Errors
    /// As [`ObjectAccess::write_u32`].
    pub fn write_utf16(
        &self,
        handle: PropertyHandle,
        text: impl Iterator<Item = u16>,
        units: &mut Vec<u16>,
    ) -> Result<(), Status> {
        units.clear();
        units.extend(text.chain([0]));
        self.write_units(handle, units)
    }

    /// `units` end with a NUL, which counts: text may not be empty of bytes,
    /// for no bytes would mean NULL.
    fn write_units(&self, handle: PropertyHandle, units: &[u16]) -> Result<(), Status> {
        let len = i32::try_from(size_of_val(units)).map_err(|_| Status::WBEM_E_INVALID_PARAMETER)?;
        // SAFETY: the units live during the call and are as many bytes as it says.
        check(unsafe { self.0.WritePropertyValue(handle.0, len, units.as_ptr().cast()) })
    }

    /// Reads a 32-bit property, or the low half of a 64-bit one; NULL is `None`.
    ///
    /// # Errors
    /// As [`ObjectAccess::write_u32`].
    #[inline]
    pub fn read_u32(&self, handle: PropertyHandle) -> Result<Option<u32>, Status> {
        let mut value = 0;
        // SAFETY: the value lives during the call.
        let status = unsafe { self.0.ReadDWORD(handle.0, &raw mut value) };
        unless_null(status, value)
    }

    /// Reads a 64-bit property; NULL is `None`.
    ///
    /// # Errors
    /// As [`ObjectAccess::write_u32`].
    #[inline]
    pub fn read_u64(&self, handle: PropertyHandle) -> Result<Option<u64>, Status> {
        let mut value = 0;
        // SAFETY: the value lives during the call.
        let status = unsafe { self.0.ReadQWORD(handle.0, &raw mut value) };
        unless_null(status, value)
    }

    /// Reads the property's bytes into `buffer` and says how many there are;
    /// NULL is `None`.
    ///
    /// # Errors
    /// `WBEM_E_BUFFER_TOO_SMALL`, and as [`ObjectAccess::write_u32`].
    pub fn read_bytes(&self, handle: PropertyHandle, buffer: &mut [u8]) -> Result<Option<usize>, Status> {
        let (status, needed) = self.read_raw(handle, buffer.as_mut_ptr(), buffer.len());
        // A count beyond the buffer after success would be the object's lie.
        unless_null(status, needed.min(buffer.len()))
    }

    /// Reads a string, datetime or reference; NULL is `None`.
    ///
    /// # Errors
    /// As [`ObjectAccess::write_u32`].
    pub fn read_string(&self, handle: PropertyHandle) -> Result<Option<String>, Status> {
        let mut inline = [0u16; INLINE_UNITS];
        let (status, needed) = self.read_raw(handle, inline.as_mut_ptr().cast(), size_of_val(&inline));
        if status != Status::WBEM_E_BUFFER_TOO_SMALL {
            return unless_null(status, text(&inline, needed));
        }
        let mut units = vec![0u16; needed.div_ceil(2)];
        let (status, needed) = self.read_raw(handle, units.as_mut_ptr().cast(), size_of_val(&units[..]));
        unless_null(status, text(&units, needed))
    }

    /// `ReadPropertyValue`: its status and its count, 0 when negative.
    fn read_raw(&self, handle: PropertyHandle, buffer: *mut u8, size: usize) -> (Status, usize) {
        let (size, mut needed) = (i32::try_from(size).unwrap_or(i32::MAX), 0);
        // SAFETY: the callers pass a buffer of that size, which lives during the call.
        let status = unsafe { self.0.ReadPropertyValue(handle.0, size, &raw mut needed, buffer) };
        (status, usize::try_from(needed).unwrap_or(0))
    }

    /// The value of any property, system properties included, by name.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is no such property.
    pub fn get(&self, name: &str) -> Result<Value> {
        class_access::get(&self.0, name)
    }

    /// Sets any property by name.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is no such property; `WBEM_E_TYPE_MISMATCH`.
    pub fn put(&self, name: &str, value: &Value) -> Result<()> {
        class_access::put(&self.0, name, value)
    }

    /// A new instance with the same values.
    ///
    /// # Errors
    /// The object's own.
    pub fn clone_object(&self) -> Result<ObjectAccess> {
        class_access::clone_object(&self.0)
    }

    /// A new instance of the same class, with the class's defaults.
    ///
    /// # Errors
    /// The object's own.
    pub fn spawn_instance(&self) -> Result<ObjectAccess> {
        class_access::spawn_instance(&self.0)
    }

    /// The class's name.
    ///
    /// # Errors
    /// The object's own, or `WBEM_E_INVALID_OBJECT` without a class name.
    pub fn class_name(&self) -> Result<String> {
        class_access::class_name(&self.0)
    }

    /// The objects as an array of interface pointers, without a copy.
    pub(crate) fn as_array(objects: &[ObjectAccess]) -> *const *mut IWbemObjectAccess {
        // `ObjectAccess` and `ComPtr` are transparent around the pointer.
        objects.as_ptr().cast()
    }

    /// An array of borrowed interface pointers as objects; an error if one is
    /// NULL.
    ///
    /// # Safety
    /// Each is NULL or an IWbemObjectAccess that lives as long as the array.
    pub(crate) unsafe fn from_array(pointers: &[*mut IWbemObjectAccess]) -> Result<&[ObjectAccess], Status> {
        if pointers.iter().any(|pointer| pointer.is_null()) {
            return Err(Status::WBEM_E_INVALID_PARAMETER);
        }
        // SAFETY: transparent around pointers that aren't NULL and are objects by
        // the caller's duty; the slice is borrowed, so no reference is released.
        Ok(unsafe { std::slice::from_raw_parts(pointers.as_ptr().cast(), pointers.len()) })
    }
}

impl From<ComPtr<IWbemObjectAccess>> for ObjectAccess {
    fn from(object: ComPtr<IWbemObjectAccess>) -> ObjectAccess {
        ObjectAccess(object)
    }
}

/// The text in the first `bytes` bytes of `units`, up to its NUL.
fn text(units: &[u16], bytes: usize) -> String {
    let given = &units[..(bytes / 2).min(units.len())];
    let len = given.iter().position(|unit| *unit == 0).unwrap_or(given.len());
    String::from_utf16_lossy(&given[..len])
}

/// The client's set of instances that a provider changes inside a refresh.
/// Its ids are the provider's own: the same as long as it is the same instance.
#[derive(Clone, Debug)]
pub struct HiPerfEnum(ComPtr<IWbemHiPerfEnum>);

impl HiPerfEnum {
    /// Wraps an interface pointer.
    #[must_use]
    pub fn new(enumerator: ComPtr<IWbemHiPerfEnum>) -> HiPerfEnum {
        HiPerfEnum(enumerator)
    }

    /// The interface pointer.
    #[must_use]
    pub fn as_com(&self) -> &ComPtr<IWbemHiPerfEnum> {
        &self.0
    }

    /// Adds instances under ids that are new to the enumerator. Nothing
    /// happens for none.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PARAMETER`: not as many ids as objects;
    /// `WBEM_E_FAILED`: an id is there already.
    pub fn add_objects(&self, ids: &[i32], objects: &[ObjectAccess]) -> Result<(), Status> {
        if ids.len() != objects.len() {
            return Err(Status::WBEM_E_INVALID_PARAMETER);
        }
        if ids.is_empty() {
            return Ok(());
        }
        let count = count(ids)?;
        // SAFETY: both arrays live during the call and have `count` elements.
        check(unsafe { self.0.AddObjects(0, count, ids.as_ptr(), ObjectAccess::as_array(objects)) })
    }

    /// Removes the instances with these ids. Nothing happens for none.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: one of them isn't there.
    pub fn remove_objects(&self, ids: &[i32]) -> Result<(), Status> {
        if ids.is_empty() {
            return Ok(());
        }
        let count = count(ids)?;
        // SAFETY: the array lives during the call and has `count` elements.
        check(unsafe { self.0.RemoveObjects(0, count, ids.as_ptr()) })
    }

    /// Removes all instances.
    ///
    /// # Errors
    /// The enumerator's own.
    pub fn remove_all(&self) -> Result<(), Status> {
        // SAFETY: no pointers.
        check(unsafe { self.0.RemoveAll(0) })
    }
}

impl From<ComPtr<IWbemHiPerfEnum>> for HiPerfEnum {
    fn from(enumerator: ComPtr<IWbemHiPerfEnum>) -> HiPerfEnum {
        HiPerfEnum(enumerator)
    }
}

fn count(ids: &[i32]) -> Result<u32, Status> {
    u32::try_from(ids.len()).map_err(|_| Status::WBEM_E_INVALID_PARAMETER)
}
