//! [`ClassObject`]: a class or an instance of anyone's, by name and without
//! unsafe code.

use hiperf_cim::{Context as _, Error, Result, Status, Type, Value};

use crate::access::ObjectAccess;
use crate::error_info::{call, receive};
use crate::{ComPtr, IWbemClassObject, IWbemQualifierSet, Variant, WideString};

/// An owned reference to any `IWbemClassObject`: a class definition or an
/// instance, made by hiperf or by a stranger.
#[derive(Clone, Debug)]
#[repr(transparent)]
pub struct ClassObject(ComPtr<IWbemClassObject>);

impl ClassObject {
    /// Wraps an interface pointer.
    #[must_use]
    pub fn new(object: ComPtr<IWbemClassObject>) -> ClassObject {
        ClassObject(object)
    }

    /// The interface pointer.
    #[must_use]
    pub fn as_com(&self) -> &ComPtr<IWbemClassObject> {
        &self.0
    }

    /// The class's name.
    ///
    /// # Errors
    /// The object's own, or `WBEM_E_INVALID_OBJECT` without a class name.
    pub fn class_name(&self) -> Result<String> {
        class_name(&self.0)
    }

    /// The value of a property, system properties included.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is no such property.
    pub fn get(&self, name: &str) -> Result<Value> {
        get(&self.0, name)
    }

    /// Sets a property.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is no such property; `WBEM_E_TYPE_MISMATCH`.
    pub fn put(&self, name: &str, value: &Value) -> Result<()> {
        put(&self.0, name, value)
    }

    /// The value of a qualifier of a property; `None` if it hasn't this one.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is no such property.
    pub fn property_qualifier(&self, property: &str, qualifier: &str) -> Result<Option<Value>> {
        property_qualifier(&self.0, property, qualifier)
    }

    /// A new instance with the class's defaults.
    ///
    /// # Errors
    /// The object's own.
    pub fn spawn_instance(&self) -> Result<ObjectAccess> {
        spawn_instance(&self.0)
    }

    /// The same object by handle.
    ///
    /// # Errors
    /// `E_NOINTERFACE`: the object has no `IWbemObjectAccess`.
    pub fn access(&self) -> Result<ObjectAccess> {
        access(&self.0)
    }
}

impl From<ComPtr<IWbemClassObject>> for ClassObject {
    fn from(object: ComPtr<IWbemClassObject>) -> ClassObject {
        ClassObject(object)
    }
}

fn access(object: &ComPtr<IWbemClassObject>) -> Result<ObjectAccess> {
    Ok(ObjectAccess::new(object.cast().context(|| "asking an object for IWbemObjectAccess")?))
}

pub(crate) fn class_name(object: &IWbemClassObject) -> Result<String> {
    match get(object, "__CLASS")? {
        Value::String(name) => Ok(name),
        _ => Err(Error::new(Status::WBEM_E_INVALID_OBJECT, "the object has no class name")),
    }
}

pub(crate) fn get(object: &IWbemClassObject, name: &str) -> Result<Value> {
    let wide = WideString::new(name);
    let (mut value, mut code) = (Variant::EMPTY, 0);
    let doing = format!("reading property {name}");
    call(&doing, || {
        let (value, code) = (&raw mut value, &raw mut code);
        // SAFETY: all pointers live during the call; an empty VARIANT may be overwritten.
        unsafe { object.Get(wide.as_ptr(), 0, value, code, std::ptr::null_mut()) }
    })?;
    let Some(ty) = Type::from_code(code.cast_unsigned()) else {
        let message = format!("property {name} has no known type (CIMTYPE {code})");
        return Err(Error::new(Status::WBEM_E_INVALID_CIM_TYPE, message));
    };
    value.to_value(ty).context(|| format!("property {name} as {ty}"))
}

pub(crate) fn put(object: &IWbemClassObject, name: &str, value: &Value) -> Result<()> {
    let (wide, variant) = (WideString::new(name), Variant::from_value(value));
    // SAFETY: both live during the call.
    call(&format!("setting property {name}"), || unsafe {
        object.Put(wide.as_ptr(), 0, &raw const variant, 0)
    })?;
    Ok(())
}

fn property_qualifier(object: &IWbemClassObject, property: &str, qualifier: &str) -> Result<Option<Value>> {
    let (property_wide, name) = (WideString::new(property), WideString::new(qualifier));
    let doing = format!("reading the qualifiers of property {property}");
    let set = receive::<IWbemQualifierSet>(&doing, Status::WBEM_E_FAILED, |slot| {
        // SAFETY: both pointers live during the call.
        unsafe { object.GetPropertyQualifierSet(property_wide.as_ptr(), slot) }
    })?;
    let mut value = Variant::EMPTY;
    let doing = format!("reading qualifier {qualifier} of property {property}");
    let status = call(&doing, || {
        let value = &raw mut value;
        // SAFETY: all pointers live during the call; an empty VARIANT may be overwritten.
        unsafe { set.Get(name.as_ptr(), 0, value, std::ptr::null_mut()) }
    });
    match status {
        Ok(_) => match value.natural_type() {
            Some(ty) => Ok(Some(value.to_value(ty)?)),
            None => Ok(Some(Value::Null)),
        },
        Err(error) if error.status() == Status::WBEM_E_NOT_FOUND => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn spawn_instance(object: &IWbemClassObject) -> Result<ObjectAccess> {
    let doing = "spawning an instance";
    let spawned = receive(doing, Status::WBEM_E_FAILED, |slot| {
        // SAFETY: the slot is valid.
        unsafe { object.SpawnInstance(0, slot) }
    })?;
    access(&spawned)
}

pub(crate) fn clone_object(object: &IWbemClassObject) -> Result<ObjectAccess> {
    let copy = receive("copying an object", Status::WBEM_E_FAILED, |slot| {
        // SAFETY: the slot is valid.
        unsafe { object.Clone(slot) }
    })?;
    access(&copy)
}
