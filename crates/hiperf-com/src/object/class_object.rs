//! The by-name half: `IWbemClassObject`.
//!
//! Of a class definition everything can be read. Changing one (Put, Delete,
//! SpawnDerivedClass), its methods and its text answer `WBEM_E_NOT_SUPPORTED`.

use hiperf_cim::{
    MAX_IDENTIFIER, Property, QualifierSet, SYSTEM_PROPERTIES, Status, Type, Value, system_property,
};

use super::{Genus, Object, WbemObject};
use crate::param::{OutPtr, require, store};
use crate::qualifier_set::QualifierSetObject;
use crate::wide::{read_wide, require_wide};
use crate::{
    Bstr, ComPtr, IWbemClassObject, IWbemClassObject_Impl, IWbemQualifierSet, OwnedSafeArray, RawBstr,
    SafeArray, Variant, answer,
};

/// `WBEM_CONDITION_FLAG_TYPE`, and its groups.
mod condition {
    pub const ONLY_IF_TRUE: i32 = 1;
    pub const ONLY_IF_FALSE: i32 = 2;
    pub const ONLY_IF_IDENTICAL: i32 = 3;
    pub const MASK_PRIMARY: i32 = 3;
    pub const KEYS_ONLY: i32 = 4;
    pub const REFS_ONLY: i32 = 8;
    pub const LOCAL_ONLY: i32 = 0x10;
    pub const PROPAGATED_ONLY: i32 = 0x20;
    pub const SYSTEM_ONLY: i32 = 0x30;
    pub const NONSYSTEM_ONLY: i32 = 0x40;
    pub const MASK_ORIGIN: i32 = 0x70;
    pub const CLASS_OVERRIDES_ONLY: i32 = 0x100;
    pub const CLASS_LOCAL_AND_OVERRIDES: i32 = 0x200;
    pub const ALL: i32 = MASK_PRIMARY | KEYS_ONLY | REFS_ONLY | MASK_ORIGIN;
}

const FLAVOR_LOCAL: i32 = 0;
const FLAVOR_PROPAGATED: i32 = 0x20;
const FLAVOR_SYSTEM: i32 = 0x40;

/// Where an enumeration of an object's properties stands.
#[derive(Debug)]
pub(super) struct Cursor {
    /// The properties still to come, the next one last.
    remaining: Vec<Listed>,
}

/// A property in an enumeration.
#[derive(Clone, Copy, Debug)]
enum Listed {
    /// Index in [`SYSTEM_PROPERTIES`].
    System(usize),
    /// Index in the class's properties.
    Own(usize),
}

impl WbemObject {
    /// The properties that the flags of an enumeration leave, in order.
    fn listed(&self, flags: i32) -> Result<Vec<Listed>, Status> {
        let class_flags = condition::CLASS_OVERRIDES_ONLY | condition::CLASS_LOCAL_AND_OVERRIDES;
        let allowed = if self.genus == Genus::Class { condition::ALL | class_flags } else { condition::ALL };
        let both_groups = condition::KEYS_ONLY | condition::REFS_ONLY;
        let origin = flags & condition::MASK_ORIGIN;
        if flags & !allowed != 0 || flags & both_groups == both_groups || origin > condition::NONSYSTEM_ONLY {
            return Err(Status::WBEM_E_INVALID_PARAMETER);
        }
        let narrowed = flags & (both_groups | class_flags) != 0;
        let with_system = !narrowed && matches!(origin, 0 | condition::SYSTEM_ONLY);
        let with_own = origin != condition::SYSTEM_ONLY;
        let keep = |property: &Property| {
            let overridden =
                property.is_local() && !property.origin().eq_ignore_ascii_case(self.class.name());
            (flags & condition::KEYS_ONLY == 0 || property.is_key())
                && (flags & condition::REFS_ONLY == 0
                    || property.ty().scalar == hiperf_cim::CimType::Reference)
                && (origin != condition::LOCAL_ONLY || property.is_local())
                && (origin != condition::PROPAGATED_ONLY || !property.is_local())
                && (flags & condition::CLASS_OVERRIDES_ONLY == 0 || overridden)
                && (flags & condition::CLASS_LOCAL_AND_OVERRIDES == 0 || property.is_local())
        };
        let system = (0..SYSTEM_PROPERTIES.len()).filter(|_| with_system).map(Listed::System);
        let properties = self.class.properties();
        let own = (0..properties.len()).filter(|&i| with_own && keep(&properties[i])).map(Listed::Own);
        Ok(system.chain(own).collect())
    }

    fn find(&self, name: &str) -> Result<Listed, Status> {
        if let Some(index) = SYSTEM_PROPERTIES.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            return Ok(Listed::System(index));
        }
        self.class.index_of(name).map(Listed::Own).ok_or(Status::WBEM_E_NOT_FOUND)
    }

    /// Name, value, type and flavor of a property.
    fn describe(&self, listed: Listed) -> (&str, Value, Type, i32) {
        match listed {
            Listed::System(index) => {
                let (name, ty) = SYSTEM_PROPERTIES[index];
                let value = match self.genus {
                    Genus::Class => self.class.system_value(name),
                    Genus::Instance => self.with(|instance| instance.system_value(name)),
                };
                (name, value.unwrap_or(Value::Null), ty, FLAVOR_SYSTEM)
            }
            Listed::Own(index) => {
                let property = &self.class.properties()[index];
                let flavor = if property.is_local() { FLAVOR_LOCAL } else { FLAVOR_PROPAGATED };
                (property.name(), self.with(|instance| instance.value(index)), property.ty(), flavor)
            }
        }
    }

    fn cursor(&self) -> std::sync::MutexGuard<'_, Option<Box<Cursor>>> {
        self.cursor.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The property that a Put or Delete names, if it may be changed.
    fn writable(&self, name: &str) -> Result<usize, Status> {
        if self.genus == Genus::Class {
            return Err(Status::WBEM_E_NOT_SUPPORTED);
        }
        match self.find(name)? {
            Listed::System(_) => Err(Status::WBEM_E_READ_ONLY),
            Listed::Own(index) => Ok(index),
        }
    }

    /// Whether a property's qualifiers meet the primary condition of GetNames.
    fn meets(
        &self,
        listed: Listed,
        flags: i32,
        qualifier: Option<&str>,
        wanted: Option<&Variant>,
    ) -> Result<bool, Status> {
        let primary = flags & condition::MASK_PRIMARY;
        if primary == 0 {
            return Ok(true);
        }
        let qualifier = qualifier.ok_or(Status::WBEM_E_INVALID_PARAMETER)?;
        let Listed::Own(index) = listed else { return Ok(primary == condition::ONLY_IF_FALSE) };
        let found = self.class.properties()[index].qualifiers().value(qualifier);
        Ok(match primary {
            condition::ONLY_IF_TRUE => found.is_some(),
            condition::ONLY_IF_FALSE => found.is_none(),
            condition::ONLY_IF_IDENTICAL => {
                let wanted = wanted.ok_or(Status::WBEM_E_INVALID_PARAMETER)?;
                let ty = found.and_then(Value::type_of);
                ty.is_some_and(|ty| wanted.to_value(ty).ok().as_ref() == found)
            }
            _ => false,
        })
    }
}

/// Hands out a qualifier set.
fn qualifiers(qualifiers: QualifierSet) -> ComPtr<IWbemQualifierSet> {
    ComPtr::new(QualifierSetObject::new(qualifiers))
}

impl IWbemClassObject_Impl for WbemObject {
    unsafe fn GetQualifierSet(&self, set: *mut *mut IWbemQualifierSet) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(set) }?;
            let own = self.class.qualifiers();
            out.set(qualifiers(match self.genus {
                Genus::Class => own.clone(),
                Genus::Instance => own.for_instance(),
            }));
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Get(
        &self,
        name: *const u16,
        _: i32,
        value: *mut Variant,
        ty: *mut i32,
        flavor: *mut i32,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { require_wide(name, MAX_IDENTIFIER) }?;
            let (_, found, found_type, found_flavor) = self.describe(self.find(&name)?);
            // SAFETY: the caller's promise; what an out parameter held before is no value.
            unsafe { store(value, Variant::from_value(&found)) };
            // SAFETY: as above.
            unsafe { store(ty, found_type.code().cast_signed()) };
            // SAFETY: as above.
            unsafe { store(flavor, found_flavor) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Put(&self, name: *const u16, flags: i32, value: *const Variant, ty: i32) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { require_wide(name, MAX_IDENTIFIER) }?;
            let index = self.writable(&name)?;
            let property = &self.class.properties()[index];
            // The documents want 0 here for an instance; public samples pass the real type.
            if flags != 0 || (ty != 0 && ty != property.ty().code().cast_signed()) {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: NULL or a variant, by the caller's promise.
            let value = match unsafe { value.as_ref() } {
                Some(variant) => variant.to_value(property.ty())?,
                None => Value::Null,
            };
            let put = self.with_mut(|instance| instance.put(property.name(), &value));
            put.map(|()| Status::WBEM_S_NO_ERROR).map_err(|error| error.status())
        })
    }

    unsafe fn Delete(&self, name: *const u16) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { require_wide(name, MAX_IDENTIFIER) }?;
            let index = self.writable(&name).map_err(|status| match status {
                Status::WBEM_E_READ_ONLY => Status::WBEM_E_SYSTEM_PROPERTY,
                other => other,
            })?;
            let name = self.class.properties()[index].name();
            match self.with_mut(|instance| instance.reset(name)) {
                Ok(true) => Ok(Status::WBEM_S_RESET_TO_DEFAULT),
                Ok(false) => Ok(Status::WBEM_S_NO_ERROR),
                Err(error) => Err(error.status()),
            }
        })
    }

    unsafe fn GetNames(
        &self,
        qualifier: *const u16,
        flags: i32,
        qualifier_value: *const Variant,
        names: *mut *mut SafeArray,
    ) -> Status {
        answer(|| {
            if names.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable by the caller's promise.
            unsafe { names.write(std::ptr::null_mut()) };
            // SAFETY: the caller's promise.
            let qualifier = unsafe { read_wide(qualifier, MAX_IDENTIFIER) }?;
            // SAFETY: NULL or a variant, by the caller's promise.
            let wanted = unsafe { qualifier_value.as_ref() };
            let mut kept = Vec::new();
            for listed in self.listed(flags)? {
                if self.meets(listed, flags, qualifier.as_deref(), wanted)? {
                    kept.push(self.describe(listed).0);
                }
            }
            let array = OwnedSafeArray::from_texts(kept.iter())?;
            // SAFETY: not NULL, so writable; the array becomes the caller's.
            unsafe { names.write(array.into_raw()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn BeginEnumeration(&self, flags: i32) -> Status {
        answer(|| {
            if flags & condition::MASK_PRIMARY != 0 {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            let mut listed = self.listed(flags)?;
            listed.reverse();
            *self.cursor() = Some(Box::new(Cursor { remaining: listed }));
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Next(
        &self,
        flags: i32,
        name: *mut RawBstr,
        value: *mut Variant,
        ty: *mut i32,
        flavor: *mut i32,
    ) -> Status {
        answer(|| {
            if flags != 0 {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            let listed = match &mut *self.cursor() {
                None => return Err(Status::WBEM_E_UNEXPECTED),
                Some(cursor) => cursor.remaining.pop(),
            };
            let Some(listed) = listed else { return Ok(Status::WBEM_S_NO_MORE_DATA) };
            let (found_name, found, found_type, found_flavor) = self.describe(listed);
            if !name.is_null() {
                // SAFETY: not NULL, so writable; the string becomes the caller's.
                unsafe { name.write(Bstr::new(found_name).into_raw()) };
            }
            // SAFETY: the caller's promise; what an out parameter held before is no value.
            unsafe { store(value, Variant::from_value(&found)) };
            // SAFETY: as above.
            unsafe { store(ty, found_type.code().cast_signed()) };
            // SAFETY: as above.
            unsafe { store(flavor, found_flavor) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn EndEnumeration(&self) -> Status {
        *self.cursor() = None;
        Status::WBEM_S_NO_ERROR
    }

    unsafe fn GetPropertyQualifierSet(&self, name: *const u16, set: *mut *mut IWbemQualifierSet) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(set) }?;
            // SAFETY: the caller's promise.
            let name = unsafe { require_wide(name, MAX_IDENTIFIER) }?;
            if system_property(&name).is_some() {
                return Err(Status::WBEM_E_SYSTEM_PROPERTY);
            }
            let own = self.class.property(&name).ok_or(Status::WBEM_E_NOT_FOUND)?.qualifiers();
            out.set(qualifiers(match self.genus {
                Genus::Class => own.clone(),
                Genus::Instance => own.for_instance(),
            }));
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Clone(&self, copy: *mut *mut IWbemClassObject) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(copy) }?;
            let copy = WbemObject::new(self.genus, self.with(hiperf_cim::Instance::clone));
            out.set(Object::wrap(copy).access().cast()?);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn GetObjectText(&self, _: i32, text: *mut RawBstr) -> Status {
        // SAFETY: the caller's promise.
        unsafe { store(text, std::ptr::null_mut()) };
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn SpawnDerivedClass(&self, _: i32, new: *mut *mut IWbemClassObject) -> Status {
        // SAFETY: the caller's promise.
        match unsafe { OutPtr::new(new) } {
            Ok(_) => Status::WBEM_E_NOT_SUPPORTED,
            Err(status) => status,
        }
    }

    unsafe fn SpawnInstance(&self, flags: i32, new: *mut *mut IWbemClassObject) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(new) }?;
            if flags != 0 {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            out.set(Object::new(hiperf_cim::Instance::spawn(&self.class)).access().cast()?);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn CompareTo(&self, flags: i32, other: *mut IWbemClassObject) -> Status {
        const IGNORE_OBJECT_SOURCE: i32 = 2;
        const IGNORE_CASE: i32 = 0x10;
        const ALL_FLAGS: i32 = 0x3F;
        answer(|| {
            if flags & !ALL_FLAGS != 0 {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: the caller's promise.
            let other = unsafe { require(other) }?;
            let other = Object::from_class_object(&other).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
            let other = other.inner();
            let (mine, theirs) = (self.with(Clone::clone), other.with(Clone::clone));
            let same_value = |index| match (mine.value(index), theirs.value(index)) {
                (Value::String(a), Value::String(b)) if flags & IGNORE_CASE != 0 => {
                    a.to_lowercase() == b.to_lowercase()
                }
                (a, b) => a == b,
            };
            let same = self.genus == other.genus
                && std::sync::Arc::ptr_eq(&self.class, &other.class)
                && (flags & IGNORE_OBJECT_SOURCE != 0 || mine.decoration() == theirs.decoration())
                && (0..self.class.properties().len()).all(same_value);
            Ok(if same { Status::WBEM_S_NO_ERROR } else { Status::WBEM_S_DIFFERENT })
        })
    }

    unsafe fn GetPropertyOrigin(&self, name: *const u16, class: *mut RawBstr) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { require_wide(name, MAX_IDENTIFIER) }?;
            let origin = match self.find(&name)? {
                Listed::System(_) => "___SYSTEM",
                Listed::Own(index) => self.class.properties()[index].origin(),
            };
            if class.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable; the string becomes the caller's.
            unsafe { class.write(Bstr::new(origin).into_raw()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn InheritsFrom(&self, ancestor: *const u16) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let ancestor = unsafe { require_wide(ancestor, MAX_IDENTIFIER) }?;
            Ok(if self.class.is_a(&ancestor) { Status::WBEM_S_NO_ERROR } else { Status::WBEM_S_FALSE })
        })
    }

    unsafe fn GetMethod(
        &self,
        _: *const u16,
        _: i32,
        inputs: *mut *mut IWbemClassObject,
        outputs: *mut *mut IWbemClassObject,
    ) -> Status {
        // SAFETY: the caller's promise, for both.
        unsafe { store(inputs, std::ptr::null_mut()) };
        // SAFETY: as above.
        unsafe { store(outputs, std::ptr::null_mut()) };
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn PutMethod(
        &self,
        _: *const u16,
        _: i32,
        _: *mut IWbemClassObject,
        _: *mut IWbemClassObject,
    ) -> Status {
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn DeleteMethod(&self, _: *const u16) -> Status {
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn BeginMethodEnumeration(&self, _: i32) -> Status {
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn NextMethod(
        &self,
        _: i32,
        name: *mut RawBstr,
        inputs: *mut *mut IWbemClassObject,
        outputs: *mut *mut IWbemClassObject,
    ) -> Status {
        // SAFETY: the caller's promise, for all three.
        unsafe { store(name, std::ptr::null_mut()) };
        // SAFETY: as above.
        unsafe { store(inputs, std::ptr::null_mut()) };
        // SAFETY: as above.
        unsafe { store(outputs, std::ptr::null_mut()) };
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn EndMethodEnumeration(&self) -> Status {
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn GetMethodQualifierSet(&self, _: *const u16, set: *mut *mut IWbemQualifierSet) -> Status {
        // SAFETY: the caller's promise.
        match unsafe { OutPtr::new(set) } {
            Ok(_) => Status::WBEM_E_NOT_SUPPORTED,
            Err(status) => status,
        }
    }

    unsafe fn GetMethodOrigin(&self, _: *const u16, class: *mut RawBstr) -> Status {
        // SAFETY: the caller's promise.
        unsafe { store(class, std::ptr::null_mut()) };
        Status::WBEM_E_NOT_SUPPORTED
    }
}
