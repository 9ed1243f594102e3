//! `IWbemQualifierSet` over the qualifiers of a class, an instance or a
//! property. It is a copy that can be read; changing qualifiers answers
//! `WBEM_E_NOT_SUPPORTED`.

use std::sync::{Mutex, PoisonError};

use hiperf_cim::{MAX_IDENTIFIER, Qualifier, QualifierSet, Status};

use crate::param::store;
use crate::wide::require_wide;
use crate::{
    Bstr, IWbemQualifierSet, IWbemQualifierSet_Impl, OwnedSafeArray, RawBstr, SafeArray, Variant, answer,
    com_class,
};

const LOCAL_ONLY: i32 = 0x10;
const PROPAGATED_ONLY: i32 = 0x20;

/// A set of qualifiers.
pub(crate) struct QualifierSetObject {
    qualifiers: QualifierSet,
    /// Indexes still to come in an enumeration, the next one last; `None` when
    /// none was begun.
    remaining: Mutex<Option<Vec<usize>>>,
}

com_class! { class QualifierSetObject: IWbemQualifierSet; }

impl QualifierSetObject {
    pub(crate) fn new(qualifiers: QualifierSet) -> QualifierSetObject {
        QualifierSetObject { qualifiers, remaining: Mutex::new(None) }
    }

    /// The indexes of the qualifiers that the flags leave.
    fn listed(&self, flags: i32) -> Result<Vec<usize>, Status> {
        let propagated = |qualifier: &Qualifier| qualifier.flavor.contains(hiperf_cim::Flavor::PROPAGATED);
        let kept: fn(bool) -> bool = match flags {
            0 => |_| true,
            LOCAL_ONLY => |propagated| !propagated,
            PROPAGATED_ONLY => |propagated| propagated,
            _ => return Err(Status::WBEM_E_INVALID_PARAMETER),
        };
        let all = self.qualifiers.iter().enumerate();
        Ok(all.filter(|(_, qualifier)| kept(propagated(qualifier))).map(|(index, _)| index).collect())
    }
}

impl IWbemQualifierSet_Impl for QualifierSetObject {
    unsafe fn Get(&self, name: *const u16, flags: i32, value: *mut Variant, flavor: *mut i32) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { require_wide(name, MAX_IDENTIFIER) }?;
            if flags != 0 {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            let found = self.qualifiers.get(&name).ok_or(Status::WBEM_E_NOT_FOUND)?;
            // SAFETY: the caller's promise; what an out parameter held before is no value.
            unsafe { store(value, Variant::from_value(&found.value)) };
            // SAFETY: as above.
            unsafe { store(flavor, found.flavor.0.into()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Put(&self, _: *const u16, _: *const Variant, _: i32) -> Status {
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn Delete(&self, _: *const u16) -> Status {
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn GetNames(&self, flags: i32, names: *mut *mut SafeArray) -> Status {
        answer(|| {
            if names.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable by the caller's promise.
            unsafe { names.write(std::ptr::null_mut()) };
            let all: Vec<&Qualifier> = self.qualifiers.iter().collect();
            let kept: Vec<&str> = self.listed(flags)?.into_iter().map(|index| &*all[index].name).collect();
            let array = OwnedSafeArray::from_texts(kept.iter())?;
            // SAFETY: not NULL, so writable; the array becomes the caller's.
            unsafe { names.write(array.into_raw()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn BeginEnumeration(&self, flags: i32) -> Status {
        answer(|| {
            let mut listed = self.listed(flags)?;
            listed.reverse();
            *self.remaining.lock().unwrap_or_else(PoisonError::into_inner) = Some(listed);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Next(&self, flags: i32, name: *mut RawBstr, value: *mut Variant, flavor: *mut i32) -> Status {
        // SAFETY: the caller's promise.
        unsafe { store(name, std::ptr::null_mut()) };
        answer(|| {
            if flags != 0 {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            let next = match &mut *self.remaining.lock().unwrap_or_else(PoisonError::into_inner) {
                None => return Err(Status::WBEM_E_UNEXPECTED),
                Some(remaining) => remaining.pop(),
            };
            let Some(found) = next.and_then(|index| self.qualifiers.iter().nth(index)) else {
                return Ok(Status::WBEM_S_NO_MORE_DATA);
            };
            if !name.is_null() {
                // SAFETY: not NULL, so writable; the string becomes the caller's.
                unsafe { name.write(Bstr::new(&found.name).into_raw()) };
            }
            // SAFETY: the caller's promise; what an out parameter held before is no value.
            unsafe { store(value, Variant::from_value(&found.value)) };
            // SAFETY: as above.
            unsafe { store(flavor, found.flavor.0.into()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn EndEnumeration(&self) -> Status {
        *self.remaining.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Status::WBEM_S_NO_ERROR
    }
}
