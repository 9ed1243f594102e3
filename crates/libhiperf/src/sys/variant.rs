//! VARIANTs: VariantInit to VariantChangeType.

use hiperf_cim::Status;
use hiperf_com::Variant;

use super::{answer, guarded};

/// Makes `variant` empty, whatever is there.
///
/// # Safety
/// `variant` is NULL or writable.
#[unsafe(no_mangle)]
unsafe extern "C" fn VariantInit(variant: *mut Variant) {
    if !variant.is_null() {
        // SAFETY: not NULL.
        guarded(|| unsafe { variant.write(Variant::EMPTY) });
    }
}

/// Frees what `variant` holds and makes it empty.
///
/// # Safety
/// `variant` is NULL or a VARIANT.
#[unsafe(no_mangle)]
unsafe extern "C" fn VariantClear(variant: *mut Variant) -> Status {
    answer(|| {
        // SAFETY: the caller's duty.
        unsafe { variant.as_mut() }.ok_or(Status::E_INVALIDARG)?.clear()
    })
}

/// Gives `to` a copy of what `from` holds, in the place of what it held.
///
/// # Safety
/// `to` and `from` are NULL or VARIANTs.
#[unsafe(no_mangle)]
unsafe extern "C" fn VariantCopy(to: *mut Variant, from: *const Variant) -> Status {
    answer(|| {
        // SAFETY: the caller's duty.
        let value = unsafe { from.as_ref() }.ok_or(Status::E_INVALIDARG)?.copy()?;
        // SAFETY: the caller's duty.
        unsafe { replace(to, value) }
    })
}

/// Gives `to` what `from` holds, as a value of another type.
///
/// # Safety
/// `to` and `from` are NULL or VARIANTs, perhaps the same one.
#[unsafe(no_mangle)]
unsafe extern "C" fn VariantChangeType(
    to: *mut Variant,
    from: *const Variant,
    flags: u16,
    vt: u16,
) -> Status {
    answer(|| {
        // SAFETY: the caller's duty.
        let value = unsafe { from.as_ref() }.ok_or(Status::E_INVALIDARG)?.change_type(vt, flags)?;
        // SAFETY: the caller's duty.
        unsafe { replace(to, value) }
    })
}

/// Puts `value` in the place of what `to` holds. If that can't be freed, as an
/// array that is in use, nothing changes.
///
/// # Safety
/// `to` is NULL or a VARIANT.
unsafe fn replace(to: *mut Variant, value: Variant) -> Result<(), Status> {
    // SAFETY: the caller's duty. What `from` led to is a value by now, so that
    // this is the only reference even if both are one VARIANT.
    let to = unsafe { to.as_mut() }.ok_or(Status::E_INVALIDARG)?;
    to.clear()?;
    *to = value;
    Ok(())
}
