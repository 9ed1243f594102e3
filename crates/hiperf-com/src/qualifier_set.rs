//! `IWbemQualifierSet`: a live view on the qualifiers of a class, an instance,
//! a property or a method.
//!
//! It keeps its object alive and reads it anew at every call. When its property
//! or method is deleted, it answers `WBEM_E_NOT_FOUND`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hiperf_cim::{CimType, Flavor, MAX_IDENTIFIER, Qualifier, QualifierSet, Status};

use crate::object::{Object, Owner};
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
    /// Behind a lock, because an object is used by one thread at a time.
    object: Mutex<Object>,
    owner: Owner,
    /// Names still to come in an enumeration, the next one last; `None` when
    /// none was begun.
    remaining: Mutex<Option<Vec<String>>>,
}

com_class! { class QualifierSetObject: IWbemQualifierSet; }

impl QualifierSetObject {
    pub(crate) fn new(object: Object, owner: Owner) -> QualifierSetObject {
        QualifierSetObject { object: Mutex::new(object), owner, remaining: Mutex::new(None) }
    }

    fn object(&self) -> MutexGuard<'_, Object> {
        self.object.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remaining(&self) -> MutexGuard<'_, Option<Vec<String>>> {
        self.remaining.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Result<QualifierSet, Status> {
        self.object().qualifiers(&self.owner)
    }

    /// The names of the qualifiers that the flags leave.
    fn listed(&self, flags: i32) -> Result<Vec<String>, Status> {
        let kept: fn(bool) -> bool = match flags {
            0 => |_| true,
            LOCAL_ONLY => |propagated| !propagated,
            PROPAGATED_ONLY => |propagated| propagated,
            _ => return Err(Status::WBEM_E_INVALID_PARAMETER),
        };
        let all = self.now()?;
        let listed = all.iter().filter(|qualifier| kept(qualifier.flavor.contains(Flavor::PROPAGATED)));
        Ok(listed.map(|qualifier| qualifier.name.to_string()).collect())
    }
}

/// The qualifier that a caller puts.
fn qualifier(name: String, value: Option<&Variant>, flavor: i32) -> Result<Qualifier, Status> {
    let value = value.filter(|variant| !variant.is_null()).ok_or(Status::WBEM_E_INVALID_PARAMETER)?;
    let ty = value.natural_type().ok_or(Status::WBEM_E_INVALID_QUALIFIER_TYPE)?;
    if !matches!(ty.scalar, CimType::Sint32 | CimType::Real64 | CimType::String | CimType::Boolean) {
        return Err(Status::WBEM_E_INVALID_QUALIFIER_TYPE);
    }
    let flavor = u8::try_from(flavor).map_err(|_| Status::WBEM_E_INVALID_FLAVOR)?;
    Ok(Qualifier::new(name, value.to_value(ty)?, Flavor(flavor)))
}

impl IWbemQualifierSet_Impl for QualifierSetObject {
    unsafe fn Get(&self, name: *const u16, flags: i32, value: *mut Variant, flavor: *mut i32) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { require_wide(name, MAX_IDENTIFIER) }?;
            if flags != 0 {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            let all = self.now()?;
            let found = all.get(&name).ok_or(Status::WBEM_E_NOT_FOUND)?;
            // SAFETY: the caller's promise; what an out parameter held before is no value.
            unsafe { store(value, Variant::from_value(&found.value)) };
            // SAFETY: as above.
            unsafe { store(flavor, found.flavor.0.into()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Put(&self, name: *const u16, value: *const Variant, flavor: i32) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { require_wide(name, MAX_IDENTIFIER) }?;
            // SAFETY: NULL or a variant, by the caller's promise.
            let qualifier = qualifier(name, unsafe { value.as_ref() }, flavor)?;
            self.object().put_qualifier(&self.owner, qualifier)
        })
    }

    unsafe fn Delete(&self, name: *const u16) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { require_wide(name, MAX_IDENTIFIER) }?;
            self.object().delete_qualifier(&self.owner, &name)
        })
    }

    unsafe fn GetNames(&self, flags: i32, names: *mut *mut SafeArray) -> Status {
        answer(|| {
            if names.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable by the caller's promise.
            unsafe { names.write(std::ptr::null_mut()) };
            let array = OwnedSafeArray::from_texts(self.listed(flags)?.iter())?;
            // SAFETY: not NULL, so writable; the array becomes the caller's.
            unsafe { names.write(array.into_raw()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn BeginEnumeration(&self, flags: i32) -> Status {
        answer(|| {
            let mut listed = self.listed(flags)?;
            listed.reverse();
            *self.remaining() = Some(listed);
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
            let all = self.now()?;
            let mut remaining = self.remaining();
            let remaining = remaining.as_mut().ok_or(Status::WBEM_E_UNEXPECTED)?;
            // What was deleted since the enumeration began is passed over.
            let found = std::iter::from_fn(|| remaining.pop()).find_map(|name| all.get(&name));
            let Some(found) = found else { return Ok(Status::WBEM_S_NO_MORE_DATA) };
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
        *self.remaining() = None;
        Status::WBEM_S_NO_ERROR
    }
}
