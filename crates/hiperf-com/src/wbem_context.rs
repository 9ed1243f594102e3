//! [`WbemContext`]: the class of CLSID_WbemContext, named values that a client
//! sends along with a call.
//!
//! Names are compared without regard to case and keep the spelling in which
//! they came first. The order of an enumeration is that of setting.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hiperf_cim::Status;

use crate::param::{OutPtr, store};
use crate::wide::{WBEM_MAX_PATH, require_wide};
use crate::{
    Bstr, ComPtr, IWbemContext, IWbemContext_Impl, OwnedSafeArray, RawBstr, SafeArray, Variant, answer,
    com_class,
};

/// The object behind an IWbemContext of ours.
#[derive(Default)]
pub struct WbemContext {
    state: Mutex<State>,
}

com_class! { class WbemContext: IWbemContext; }

#[derive(Default)]
struct State {
    values: Vec<(String, Variant)>,
    /// The next value of the enumeration, while there is one.
    cursor: Option<usize>,
}

impl State {
    fn position(&self, name: &str) -> Option<usize> {
        let name = name.to_lowercase();
        self.values.iter().position(|(known, _)| known.to_lowercase() == name)
    }
}

impl WbemContext {
    /// An empty context.
    #[must_use]
    pub fn new() -> WbemContext {
        WbemContext::default()
    }

    /// A panic leaves no half-made state behind: every change is one step.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn copy(&self) -> Result<WbemContext, Status> {
        let state = self.state();
        let values = state.values.iter().map(|(name, value)| Ok((name.clone(), value.copy()?)));
        let values = values.collect::<Result<_, Status>>()?;
        Ok(WbemContext { state: Mutex::new(State { values, cursor: None }) })
    }
}

/// Flags are reserved and must be 0.
fn no_flags(flags: i32) -> Result<(), Status> {
    if flags == 0 { Ok(()) } else { Err(Status::WBEM_E_INVALID_PARAMETER) }
}

impl IWbemContext_Impl for WbemContext {
    unsafe fn Clone(&self, ppNewCopy: *mut *mut IWbemContext) -> Status {
        answer(|| {
            // SAFETY: the caller's duty.
            let out = unsafe { OutPtr::new(ppNewCopy) }?;
            out.set(ComPtr::new(self.copy()?));
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn GetNames(&self, lFlags: i32, pNames: *mut *mut SafeArray) -> Status {
        answer(|| {
            if pNames.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable.
            unsafe { store(pNames, std::ptr::null_mut()) };
            no_flags(lFlags)?;
            let state = self.state();
            let names = OwnedSafeArray::from_texts(state.values.iter().map(|(name, _)| name))?;
            // SAFETY: not NULL, so writable; the caller gets the array.
            unsafe { store(pNames, names.into_raw()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn BeginEnumeration(&self, lFlags: i32) -> Status {
        answer(|| {
            no_flags(lFlags)?;
            self.state().cursor = Some(0);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Next(&self, lFlags: i32, pstrName: *mut RawBstr, pValue: *mut Variant) -> Status {
        // SAFETY: NULL or writable.
        unsafe { store(pstrName, std::ptr::null_mut()) };
        answer(|| {
            no_flags(lFlags)?;
            let mut state = self.state();
            let at = state.cursor.ok_or(Status::WBEM_E_UNEXPECTED)?;
            let Some((name, value)) = state.values.get(at) else {
                return Ok(Status::WBEM_S_NO_MORE_DATA);
            };
            let copy = value.copy()?;
            if !pstrName.is_null() {
                // SAFETY: not NULL, so writable; the caller gets the BSTR.
                unsafe { store(pstrName, Bstr::new(name).into_raw()) };
            }
            // SAFETY: NULL or writable; the caller gets the copy.
            unsafe { store(pValue, copy) };
            state.cursor = Some(at + 1);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn EndEnumeration(&self) -> Status {
        self.state().cursor = None;
        Status::WBEM_S_NO_ERROR
    }

    unsafe fn SetValue(&self, wszName: *const u16, lFlags: i32, pValue: *const Variant) -> Status {
        answer(|| {
            no_flags(lFlags)?;
            // SAFETY: the caller's duty.
            let name = unsafe { require_wide(wszName, WBEM_MAX_PATH) }?;
            // SAFETY: NULL or a VARIANT.
            let value = unsafe { pValue.as_ref() }.ok_or(Status::WBEM_E_INVALID_PARAMETER)?.copy()?;
            let mut state = self.state();
            let replaced = match state.position(&name) {
                Some(at) => std::mem::replace(&mut state.values[at].1, value),
                None => {
                    state.values.push((name, value));
                    Variant::EMPTY
                }
            };
            drop(state);
            // An object's end is a stranger's code: it runs outside of the lock.
            drop(replaced);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn GetValue(&self, wszName: *const u16, lFlags: i32, pValue: *mut Variant) -> Status {
        answer(|| {
            no_flags(lFlags)?;
            if pValue.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: the caller's duty.
            let name = unsafe { require_wide(wszName, WBEM_MAX_PATH) }?;
            let state = self.state();
            let at = state.position(&name).ok_or(Status::WBEM_E_NOT_FOUND)?;
            // SAFETY: not NULL, so writable; the caller gets the copy.
            unsafe { store(pValue, state.values[at].1.copy()?) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn DeleteValue(&self, wszName: *const u16, lFlags: i32) -> Status {
        answer(|| {
            no_flags(lFlags)?;
            // SAFETY: the caller's duty.
            let name = unsafe { require_wide(wszName, WBEM_MAX_PATH) }?;
            let mut state = self.state();
            let at = state.position(&name).ok_or(Status::WBEM_E_NOT_FOUND)?;
            let removed = state.values.remove(at);
            // An enumeration goes on with what would have come next.
            state.cursor = state.cursor.map(|next| if next > at { next - 1 } else { next });
            drop(state);
            drop(removed);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn DeleteAll(&self) -> Status {
        let mut state = self.state();
        let removed = std::mem::take(&mut state.values);
        state.cursor = state.cursor.map(|_| 0);
        drop(state);
        drop(removed);
        Status::WBEM_S_NO_ERROR
    }
}
