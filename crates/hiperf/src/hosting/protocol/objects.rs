//! Classes and instances as they travel.
//!
//! ```text
//! class that a call is about   EncodingUnit
//! object in any other place    u32 length | that many bytes of its encoding | a byte for each property, or none
//! ```
//! The bytes at the end are the codes of an instance's reasons for missing
//! values, which \[MS-WMIO\] has no place for.

use std::sync::Arc;

use hiperf_cim::wmio::{self, Decoder};
use hiperf_cim::{Class, Context as _, Error, Instance, Result, Status};
use hiperf_com::object::Object;

use super::frame::Reader;
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

/// An instance without its class, which the other side has.
///
/// # Errors
/// Those of the encoding.
pub fn instance_bytes(instance: &Instance) -> Result<Bytes> {
    let codes = instance.reason_codes().unwrap_or_default();
    joined(codes, |bytes| wmio::encode_instance_without_class(instance, bytes))
}

/// The instance of `class` in what [`instance_bytes`] gave.
///
/// # Errors
/// `WBEM_E_INVALID_OBJECT`: it is damaged, or of another class.
pub fn instance_of(bytes: &[u8], decoder: &mut Decoder, class: &Arc<Class>) -> Result<Instance> {
    let (encoding, codes) = parts(bytes)?;
    Ok(explained(decoder.decode_instance_without_class(encoding, class)?, codes))
}

/// A class, or an instance with its class.
///
/// # Errors
/// Those of the encoding.
pub fn object_bytes(object: &Object) -> Result<Bytes> {
    if object.is_class() {
        let unit = class_unit(&object.class_definition()?)?;
        return joined(&[], |bytes| {
            bytes.extend_from_slice(&unit.0);
            Ok(())
        });
    }
    let instance = object.to_instance();
    joined(instance.reason_codes().unwrap_or_default(), |bytes| wmio::encode_instance(&instance, bytes))
}

/// What an object came as: its EncodingUnit, and the codes of its reasons.
///
/// # Errors
/// `WBEM_E_INVALID_OBJECT`: it is shorter than it says.
pub fn parts(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let mut reader = Reader(bytes);
    let encoding = reader.sized().map_err(|what| Error::new(Status::WBEM_E_INVALID_OBJECT, what.0))?;
    Ok((encoding, reader.0))
}

/// The instance with the reasons that came with it.
#[must_use]
pub fn explained(mut instance: Instance, codes: &[u8]) -> Instance {
    if !codes.is_empty() {
        instance.load_reasons(codes.iter().copied());
    }
    instance
}

fn joined(codes: &[u8], encode: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<Bytes> {
    const LENGTH: usize = size_of::<u32>();
    let mut bytes = vec![0; LENGTH];
    encode(&mut bytes)?;
    // What is longer than that fits into no message.
    let length = u32::try_from(bytes.len() - LENGTH).map_err(|_| Status::WBEM_E_QUOTA_VIOLATION)?;
    bytes[..LENGTH].copy_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(codes);
    Ok(Bytes(bytes))
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
    use hiperf_cim::{Reason, Value};

    use super::*;
    use crate::Namespace;

    #[test]
    fn reasons_travel_and_damage_is_seen() {
        let class = Namespace::connect("root\\cimv2").unwrap().class("Win32_PerfRawData").unwrap();
        let mut instance = Instance::spawn(&class);
        instance.put("Caption", &Value::String("one".into())).unwrap();
        let mut decoder = Decoder::new();
        let bytes = instance_bytes(&instance).unwrap();
        let there = instance_of(&bytes.0, &mut decoder, &class).unwrap();
        assert_eq!(
            (there.get("Caption").unwrap(), there.reason_codes()),
            (Value::String("one".into()), None)
        );
        let handle = class.handle("Frequency_Object").unwrap();
        instance.write_missing(handle, Reason::Denied).unwrap();
        let bytes = instance_bytes(&instance).unwrap();
        let there = instance_of(&bytes.0, &mut decoder, &class).unwrap();
        assert_eq!(there.why(handle), Ok(Some(Reason::Denied)));
        let classed = object_bytes(&Object::new(instance)).unwrap();
        let (unit, codes) = parts(&classed.0).unwrap();
        let wmio::Object::Instance(there) = decoder.decode(unit).unwrap() else { panic!("a class") };
        assert_eq!(explained(there, codes).why_at(handle.index()), Some(Reason::Denied));
        for len in 0..bytes.0.len() - class.properties().len() {
            let error = instance_of(&bytes.0[..len], &mut decoder, &class).unwrap_err();
            assert_eq!(error.status(), Status::WBEM_E_INVALID_OBJECT);
        }
    }

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
