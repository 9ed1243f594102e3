//! The by-name half: `IWbemClassObject`, as it comes over the ABI. What the
//! methods do is in the files beside this one.

use hiperf_cim::mof::Printer;
use hiperf_cim::{ClassDraft, Comparison, Instance, MAX_IDENTIFIER, Method, Status, system_property};

use super::definition::still_there;
use super::listing::{Cursor, Listed, condition};
use super::parameters::{give, give_parameters, name_at, no_flags, signature, store_text};
use super::{Object, Owner, WbemObject};
use crate::error_info::leave;
use crate::param::{OutPtr, require, store};
use crate::qualifier_set::QualifierSetObject;
use crate::wide::read_wide;
use crate::{
    ComPtr, IWbemClassObject, IWbemClassObject_Impl, IWbemQualifierSet, OwnedSafeArray, RawBstr, SafeArray,
    Variant, answer,
};

/// `WBEM_FLAG_NO_FLAVORS`.
const NO_FLAVORS: i32 = 1;

impl WbemObject {
    /// Hands out a live view on qualifiers that exist.
    ///
    /// # Safety
    /// As [`WbemObject::object`].
    unsafe fn give_qualifiers(&self, out: OutPtr<IWbemQualifierSet>, owner: Owner) -> Result<Status, Status> {
        self.qualifiers(&owner)?;
        // SAFETY: the caller's duty.
        out.set(ComPtr::new(QualifierSetObject::new(unsafe { self.object() }, owner)));
        Ok(Status::WBEM_S_NO_ERROR)
    }
}

impl IWbemClassObject_Impl for WbemObject {
    unsafe fn GetQualifierSet(&self, set: *mut *mut IWbemQualifierSet) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(set) }?;
            // SAFETY: called through the vtable.
            unsafe { self.give_qualifiers(out, Owner::Whole) }
        })
    }

    unsafe fn Get(
        &self,
        name: *const u16,
        flags: i32,
        value: *mut Variant,
        ty: *mut i32,
        flavor: *mut i32,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { name_at(name) }?;
            no_flags(flags)?;
            let class = self.class_now();
            let found = WbemObject::find(&class, &name)?;
            let found = self.describe(&class, found).ok_or(Status::WBEM_E_NOT_FOUND)?;
            // SAFETY: the caller's promise; what an out parameter held before is no value.
            unsafe { store(value, Variant::from_value(&found.value)) };
            // SAFETY: as above.
            unsafe { store(ty, found.ty.code().cast_signed()) };
            // SAFETY: as above.
            unsafe { store(flavor, found.flavor) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn Put(&self, name: *const u16, flags: i32, value: *const Variant, ty: i32) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { name_at(name) }?;
            no_flags(flags)?;
            // SAFETY: NULL or a variant, by the caller's promise.
            let value = unsafe { value.as_ref() };
            match self.definition {
                None => self.put_in_instance(&name, value, ty),
                Some(_) => self.put_in_class(&name, value, ty),
            }
        })
    }

    unsafe fn Delete(&self, name: *const u16) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { name_at(name) }?;
            match self.definition {
                None => self.reset_in_instance(&name),
                Some(_) => self.change(|draft| draft.delete_property(&name)).map(still_there),
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
            let kept = self.names(qualifier.as_deref(), flags, wanted)?;
            let array = OwnedSafeArray::from_texts(kept.iter())?;
            // SAFETY: not NULL, so writable; the array becomes the caller's.
            unsafe { names.write(array.into_raw()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn BeginEnumeration(&self, flags: i32) -> Status {
        answer(|| {
            // Conditions on qualifiers are GetNames' own.
            no_flags(flags & condition::MASK_PRIMARY)?;
            let mut remaining = self.listed(&self.class_now(), flags)?;
            remaining.reverse();
            *self.cursor() = Some(Box::new(Cursor { remaining }));
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
        // SAFETY: the caller's promise.
        unsafe { store(name, std::ptr::null_mut()) };
        answer(|| {
            no_flags(flags)?;
            let class = self.class_now();
            let mut cursor = self.cursor();
            let remaining = &mut cursor.as_mut().ok_or(Status::WBEM_E_UNEXPECTED)?.remaining;
            let next =
                std::iter::from_fn(|| remaining.pop()).find_map(|listed| self.describe(&class, listed));
            let Some(found) = next else { return Ok(Status::WBEM_S_NO_MORE_DATA) };
            // SAFETY: the caller's promise.
            unsafe { store_text(name, found.name) };
            // SAFETY: the caller's promise; what an out parameter held before is no value.
            unsafe { store(value, Variant::from_value(&found.value)) };
            // SAFETY: as above.
            unsafe { store(ty, found.ty.code().cast_signed()) };
            // SAFETY: as above.
            unsafe { store(flavor, found.flavor) };
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
            let name = unsafe { name_at(name) }?;
            if system_property(&name).is_some() {
                return Err(Status::WBEM_E_SYSTEM_PROPERTY);
            }
            // SAFETY: called through the vtable.
            unsafe { self.give_qualifiers(out, Owner::Property(name)) }
        })
    }

    unsafe fn Clone(&self, copy: *mut *mut IWbemClassObject) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(copy) }?;
            let instance = self.with(Instance::clone);
            give(
                out,
                &Object::wrap(match &self.definition {
                    None => WbemObject::new(instance),
                    Some(definition) => {
                        WbemObject::of_class(definition.draft().clone(), instance.decoration().cloned())
                    }
                }),
            )
        })
    }

    unsafe fn GetObjectText(&self, flags: i32, text: *mut RawBstr) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            unsafe { store(text, std::ptr::null_mut()) };
            let printer = match flags {
                0 => Printer::new(),
                NO_FLAVORS => Printer::new().without_flavors(),
                _ => return Err(Status::WBEM_E_INVALID_PARAMETER),
            };
            if text.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable by the caller's promise.
            unsafe { store_text(text, &self.text(printer)?) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn SpawnDerivedClass(&self, flags: i32, new: *mut *mut IWbemClassObject) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(new) }?;
            no_flags(flags)?;
            if self.definition.is_none() {
                return Err(Status::WBEM_E_INVALID_OPERATION);
            }
            let draft = ClassDraft::derived_from(&self.finished_class()?).map_err(leave)?;
            give(out, &Object::wrap(WbemObject::of_class(draft, None)))
        })
    }

    unsafe fn SpawnInstance(&self, flags: i32, new: *mut *mut IWbemClassObject) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(new) }?;
            no_flags(flags)?;
            give(out, &Object::new(Instance::spawn(&self.finished_class()?)))
        })
    }

    unsafe fn CompareTo(&self, flags: i32, other: *mut IWbemClassObject) -> Status {
        answer(|| {
            let comparison = Comparison::from_flags(flags).ok_or(Status::WBEM_E_INVALID_PARAMETER)?;
            // SAFETY: the caller's promise.
            let other = unsafe { require(other) }?;
            let other = Object::from_class_object(&other).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
            let same = self.is_same(comparison, other.inner());
            Ok(if same { Status::WBEM_S_NO_ERROR } else { Status::WBEM_S_DIFFERENT })
        })
    }

    unsafe fn GetPropertyOrigin(&self, name: *const u16, class: *mut RawBstr) -> Status {
        // SAFETY: the caller's promise.
        unsafe { store(class, std::ptr::null_mut()) };
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { name_at(name) }?;
            let now = self.class_now();
            let origin = match WbemObject::find(&now, &name)? {
                Listed::System(_) => "___SYSTEM".to_owned(),
                Listed::Own(index) => self.origin_name(now.properties()[index].origin()),
            };
            if class.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable.
            unsafe { store_text(class, &origin) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn InheritsFrom(&self, ancestor: *const u16) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let ancestor = unsafe { name_at(ancestor) }?;
            let inherits = self.class_now().is_a(&ancestor);
            Ok(if inherits { Status::WBEM_S_NO_ERROR } else { Status::WBEM_S_FALSE })
        })
    }

    unsafe fn GetMethod(
        &self,
        name: *const u16,
        flags: i32,
        inputs: *mut *mut IWbemClassObject,
        outputs: *mut *mut IWbemClassObject,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise, for both.
            let slots = [inputs, outputs].map(|slot| unsafe { OutPtr::optional(slot) });
            // SAFETY: the caller's promise.
            let name = unsafe { name_at(name) }?;
            no_flags(flags)?;
            give_parameters(slots, self.method_parameters(&name)?)?;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn PutMethod(
        &self,
        name: *const u16,
        flags: i32,
        inputs: *mut IWbemClassObject,
        outputs: *mut IWbemClassObject,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { name_at(name) }?;
            no_flags(flags)?;
            // SAFETY: the caller's promise.
            let input = unsafe { signature(inputs) }?;
            // SAFETY: as above.
            let output = unsafe { signature(outputs) }?;
            self.change(|draft| draft.put_method(&name, input.as_deref(), output.as_deref()))?;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn DeleteMethod(&self, name: *const u16) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let name = unsafe { name_at(name) }?;
            self.change(|draft| draft.delete_method(&name)).map(still_there)
        })
    }

    unsafe fn BeginMethodEnumeration(&self, flags: i32) -> Status {
        answer(|| {
            let listed = self.listed_methods(flags)?;
            *self.definition()?.methods() = Some(listed);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn NextMethod(
        &self,
        flags: i32,
        name: *mut RawBstr,
        inputs: *mut *mut IWbemClassObject,
        outputs: *mut *mut IWbemClassObject,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            unsafe { store(name, std::ptr::null_mut()) };
            // SAFETY: the caller's promise, for both.
            let slots = [inputs, outputs].map(|slot| unsafe { OutPtr::optional(slot) });
            no_flags(flags)?;
            let mut remaining = self.definition()?.methods();
            let remaining = remaining.as_mut().ok_or(Status::WBEM_E_UNEXPECTED)?;
            // What was deleted since the enumeration began is passed over.
            let next = std::iter::from_fn(|| remaining.pop())
                .find_map(|method| self.method_parameters(&method).ok().map(|found| (method, found)));
            let Some((method, parameters)) = next else { return Ok(Status::WBEM_S_NO_MORE_DATA) };
            give_parameters(slots, parameters)?;
            // SAFETY: the caller's promise.
            unsafe { store_text(name, &method) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn EndMethodEnumeration(&self) -> Status {
        answer(|| {
            *self.definition()?.methods() = None;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn GetMethodQualifierSet(&self, name: *const u16, set: *mut *mut IWbemQualifierSet) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(set) }?;
            // SAFETY: the caller's promise.
            let name = unsafe { name_at(name) }?;
            // SAFETY: called through the vtable.
            unsafe { self.give_qualifiers(out, Owner::Method(name)) }
        })
    }

    unsafe fn GetMethodOrigin(&self, name: *const u16, class: *mut RawBstr) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            unsafe { store(class, std::ptr::null_mut()) };
            // SAFETY: the caller's promise.
            let name = unsafe { name_at(name) }?;
            self.definition()?;
            let now = self.class_now();
            let origin = now.method(&name).map(Method::origin).ok_or(Status::WBEM_E_NOT_FOUND)?;
            if class.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable.
            unsafe { store_text(class, &self.origin_name(origin)) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }
}
