//! The parameters of `IWbemClassObject` as they come and go.

use std::sync::Arc;

use hiperf_cim::{Class, MAX_IDENTIFIER, Status};

use super::Object;
use crate::param::OutPtr;
use crate::wide::require_wide;
use crate::{Bstr, ComPtr, IWbemClassObject, RawBstr};

/// The reserved flags of a method.
pub(super) fn no_flags(flags: i32) -> Result<(), Status> {
    if flags == 0 { Ok(()) } else { Err(Status::WBEM_E_INVALID_PARAMETER) }
}

/// The name in a parameter.
///
/// # Safety
/// As [`require_wide`].
pub(super) unsafe fn name_at(name: *const u16) -> Result<String, Status> {
    // SAFETY: the caller's duty.
    unsafe { require_wide(name, MAX_IDENTIFIER) }
}

/// Stores a string if the caller wants it, whose own it becomes.
///
/// # Safety
/// `slot` is NULL or writable.
pub(super) unsafe fn store_text(slot: *mut RawBstr, text: &str) {
    if !slot.is_null() {
        // SAFETY: not NULL, so writable.
        unsafe { slot.write(Bstr::new(text).into_raw()) };
    }
}

/// Hands out an object.
pub(super) fn give(out: OutPtr<IWbemClassObject>, object: &Object) -> Result<Status, Status> {
    out.set(object.access().cast()?);
    Ok(Status::WBEM_S_NO_ERROR)
}

/// Hands out the parameters of a method, as far as there are any and the caller
/// wants them.
pub(super) fn give_parameters(
    slots: [Option<OutPtr<IWbemClassObject>>; 2],
    (input, output): (Option<Object>, Option<Object>),
) -> Result<(), Status> {
    for (slot, object) in slots.into_iter().zip([input, output]) {
        if let (Some(slot), Some(object)) = (slot, object) {
            give(slot, &object)?;
        }
    }
    Ok(())
}

/// The class behind an optional parameter, which is an object of ours.
///
/// # Safety
/// `object` is NULL or an interface pointer.
pub(super) unsafe fn signature(object: *mut IWbemClassObject) -> Result<Option<Arc<Class>>, Status> {
    // SAFETY: the caller's duty.
    let Some(object) = (unsafe { ComPtr::from_borrowed(object) }) else { return Ok(None) };
    let object = Object::from_class_object(&object).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
    Ok(Some(object.inner().class_now().clone()))
}
