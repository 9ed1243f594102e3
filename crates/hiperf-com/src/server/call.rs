//! The arguments of a call to `IWbemServices`: flags, paths, objects and the
//! places for results, checked before anything is done.
//!
//! Source: the flags of each method in interfaces.md sections 6 and 8.

use hiperf_cim::{Class, Error, Result, Status};

use crate::object::Object;
use crate::param::{OutPtr, require, store};
use crate::wide::{WBEM_MAX_PATH, read_wide};
use crate::{IWbemCallResult, IWbemClassObject, RawBstr};

pub mod flag {
    /// `WBEM_CHANGE_FLAG_TYPE`, all of them: update or create only, safe, force.
    pub const CHANGES: i32 = 1 | 2 | MODES;
    /// Those that are for classes only.
    pub const MODES: i32 = 0x20 | 0x40;
    pub const SHALLOW: i32 = 1;
    pub const RETURN_IMMEDIATELY: i32 = 0x10;
    pub const FORWARD_ONLY: i32 = 0x20;
    pub const ENSURE_LOCATABLE: i32 = 0x100;
    pub const DIRECT_READ: i32 = 0x200;
    pub const USE_AMENDED_QUALIFIERS: i32 = 0x2_0000;
}

pub fn check_flags(flags: i32, allowed: i32) -> Result<(), Status> {
    if flags & !allowed == 0 { Ok(()) } else { Err(Status::WBEM_E_INVALID_PARAMETER) }
}

/// The path of an object or the name of a class or language; NULL is empty.
///
/// # Safety
/// `text` is NULL or a string that ends with a NUL.
pub unsafe fn path(text: RawBstr) -> Result<String, Status> {
    // SAFETY: the caller's duty.
    Ok(unsafe { read_wide(text, WBEM_MAX_PATH) }?.unwrap_or_default())
}

/// What every enumeration allows: all objects are there before it returns, so
/// there is nothing to wait for.
pub const ENUMERATION: i32 = flag::RETURN_IMMEDIATELY | flag::FORWARD_ONLY | flag::USE_AMENDED_QUALIFIERS;

/// The answer of a method that is not there, with NULL in its out parameters.
///
/// # Safety
/// Both are NULL or writable.
pub unsafe fn unsupported<A, B>(one: *mut *mut A, other: *mut *mut B) -> Status {
    // SAFETY: the caller's duty.
    unsafe { store(one, std::ptr::null_mut()) };
    // SAFETY: the caller's duty.
    unsafe { store(other, std::ptr::null_mut()) };
    Status::WBEM_E_NOT_SUPPORTED
}

pub const NOTHING: *mut *mut IWbemCallResult = std::ptr::null_mut();

/// Checks the flags of a call that may ask for a call result, and stores NULL in
/// it, because all calls are finished when they return.
///
/// # Errors
/// * `WBEM_E_INVALID_PARAMETER`: other flags, or no place for the call result
///   that is asked for.
/// * `WBEM_E_NOT_SUPPORTED`: a call result is asked for.
///
/// # Safety
/// `result` is NULL or writable.
pub unsafe fn check_call(flags: i32, allowed: i32, result: *mut *mut IWbemCallResult) -> Result<(), Status> {
    // SAFETY: the caller's duty.
    let call_result = unsafe { OutPtr::optional(result) };
    check_flags(flags, flag::RETURN_IMMEDIATELY | allowed)?;
    if flags & flag::RETURN_IMMEDIATELY == 0 {
        return Ok(());
    }
    Err(match call_result {
        None => Status::WBEM_E_INVALID_PARAMETER,
        Some(_) => Status::WBEM_E_NOT_SUPPORTED,
    })
}

/// The object that a client puts.
///
/// # Errors
/// `WBEM_E_INVALID_PARAMETER`: it is NULL, or not one of this library's.
///
/// # Safety
/// `object` is NULL or an interface pointer.
pub unsafe fn given(object: *mut IWbemClassObject) -> Result<Object> {
    // SAFETY: the caller's duty.
    let object = unsafe { require(object) }?;
    Object::from_class_object(&object).ok_or_else(|| {
        let message = "the object was made by another library; put one that this namespace gave";
        Error::new(Status::WBEM_E_INVALID_PARAMETER, message)
    })
}

/// Whether the caller wants texts of the locale with what is got, or says that
/// those of what is put are not its own.
pub fn is_amended(flags: i32) -> bool {
    flags & flag::USE_AMENDED_QUALIFIERS != 0
}

/// Refuses to store the texts of a locale with a class, or with an instance of
/// it.
pub fn check_amended(class: &Class, flags: i32) -> Result<()> {
    if !class.is_amended() || is_amended(flags) {
        return Ok(());
    }
    let message = format!(
        "{} came with texts of a locale: put it with WBEM_FLAG_USE_AMENDED_QUALIFIERS, which leaves them out",
        class.name()
    );
    Err(Error::new(Status::WBEM_E_AMENDED_OBJECT, message))
}

/// The flags as the repository has them.
pub fn changes(flags: i32) -> u32 {
    (flags & flag::CHANGES).cast_unsigned()
}
