//! Classes and instances as they travel.

use std::sync::Arc;

use hiperf_cim::wmio::{self, Decoder};
use hiperf_cim::{Class, Context as _, Error, Instance, Result, Status};
use hiperf_com::object::Object;

use super::message::Bytes;

/// A class as an EncodingUnit.
///
/// # Errors
/// Those of the encoding.
pub fn class_unit(class: &Arc<Class>) -> Result<Bytes> {
    let object = wmio::ClassObject { class: class.clone(), decoration: None, prototype: None };
    let mut unit = Vec::new();
    wmio::encode_class(&object, &mut unit).context(|| format!("encoding class {}", class.name()))?;
    Ok(Bytes(unit))
}

/// An instance without its class.
///
/// # Errors
/// Those of the encoding.
pub fn instance_bytes(instance: &Instance) -> Result<Bytes> {
    let mut bytes = Vec::new();
    wmio::encode_instance_without_class(instance, &mut bytes)?;
    Ok(Bytes(bytes))
}

/// An object of any kind as an EncodingUnit.
///
/// # Errors
/// Those of the encoding.
pub fn object_unit(object: &Object) -> Result<Bytes> {
    if object.is_class() {
        return class_unit(&object.class_definition()?);
    }
    let mut unit = Vec::new();
    wmio::encode_instance(&object.to_instance(), &mut unit)?;
    Ok(Bytes(unit))
}

/// The class in an EncodingUnit.
///
/// # Errors
/// `WBEM_E_INVALID_OBJECT`: it is damaged, or no class.
pub fn class_of_unit(unit: &Bytes) -> Result<Arc<Class>> {
    match Decoder::new().decode(&unit.0)? {
        wmio::Object::Class(object) => Ok(object.class),
        wmio::Object::Instance(_) => {
            Err(Error::new(Status::WBEM_E_INVALID_OBJECT, "an instance came in place of a class"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Namespace;

    /// Both sides of the shared memory lay out instances alike: a class that
    /// travelled has every property where it was.
    #[test]
    fn a_class_keeps_its_layout() {
        let namespace = Namespace::connect("root\\cimv2").unwrap();
        let names = namespace.class_names();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            let class = namespace.class(&name).unwrap();
            let there = class_of_unit(&class_unit(&class).unwrap()).unwrap();
            assert_eq!(there.layout().slots(), class.layout().slots(), "{name}");
            assert_eq!(there.layout().fixed_len(), class.layout().fixed_len(), "{name}");
            assert_eq!(there.keys(), class.keys(), "{name}");
        }
    }
}
