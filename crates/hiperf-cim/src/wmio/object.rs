//! ObjectBlock and EncodingUnit: \[MS-WMIO\] 2.2.1 and 2.2.5.

use std::sync::Arc;

use super::heap_writer::{HeapWriter, length, patch, push_text};
use super::{Decoder, MAX_NESTING, SIGNATURE, class_encode, instance_encode};
use crate::block::Nesting;
use crate::{CimType, Class, Comparison, Decoration, Error, Instance, Result, Status, Value};

/// The flags of an ObjectBlock.
pub(super) const FLAG_CLASS: u8 = 0x01;
pub(super) const FLAG_INSTANCE: u8 = 0x02;
pub(super) const FLAG_DECORATED: u8 = 0x04;
pub(super) const FLAG_PROTOTYPE: u8 = 0x10;
pub(super) const FLAG_KEYLESS: u8 = 0x40;

/// Bytes of an object that can be embedded in another. An object that holds two
/// of those that hold two of the next is soon larger than any memory; and it is
/// decoded as a whole when its property is read.
const MAX_EMBEDDED: usize = 16 << 20;

/// An object as it travels.
#[derive(Clone, Debug)]
pub enum Object {
    /// A class definition.
    Class(ClassObject),
    /// An instance, with as much of its class as its values need: its methods
    /// and the definitions of its ancestors don't travel with it.
    Instance(Instance),
}

/// A class definition as it travels.
#[derive(Clone, Debug)]
pub struct ClassObject {
    /// The class.
    pub class: Arc<Class>,
    /// Where it came from.
    pub decoration: Option<Arc<Decoration>>,
    /// Whether it describes the result of a query (`WBEM_FLAG_PROTOTYPE`).
    pub prototype: Option<Prototype>,
}

/// Two are equal when their classes say the same; where they came from doesn't
/// count, as it doesn't with instances.
impl PartialEq for ClassObject {
    fn eq(&self, other: &ClassObject) -> bool {
        Comparison::ALL.classes(&self.class, &other.class) && self.prototype == other.prototype
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        match object {
            Object::Class(class) => Value::Class(Box::new(class)),
            Object::Instance(instance) => Value::Object(Box::new(instance)),
        }
    }
}

/// How a class that describes the result of a query lacks what the query
/// didn't select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prototype {
    /// Every key was selected.
    WithKeys,
    /// Some key was not selected.
    WithoutKeys,
}

/// Appends an instance as an EncodingUnit.
///
/// # Errors
/// Those of [`encode_instance_block`].
pub fn encode_instance(instance: &Instance, out: &mut Vec<u8>) -> Result<()> {
    unit(out, |out| encode_instance_block(instance, out))
}

/// Appends a class as an EncodingUnit.
///
/// # Errors
/// Those of [`encode_class_block`].
pub fn encode_class(class: &ClassObject, out: &mut Vec<u8>) -> Result<()> {
    unit(out, |out| encode_class_block(class, out))
}

/// Appends an instance as an ObjectBlock, which is an EncodingUnit without its
/// first eight bytes. After an error `out` is as it was.
///
/// # Errors
/// * `WBEM_E_INVALID_PARAMETER`: a NUL within a text of the class.
/// * `WBEM_E_TYPE_MISMATCH`: an array of a qualifier holds values of another
///   type than it says.
/// * `WBEM_E_VALUE_OUT_OF_RANGE`: it would take 2 GiB or more.
pub fn encode_instance_block(instance: &Instance, out: &mut Vec<u8>) -> Result<()> {
    whole(out, |out| {
        head(FLAG_INSTANCE, instance.decoration(), out)?;
        out.extend_from_slice(instance.class().wire_part()?);
        instance_encode::instance_type(instance, out)
    })
}

/// Appends an instance as an EncodingUnitInstanceNoClass: without its class,
/// which the receiver must have already. After an error `out` is as it was.
///
/// # Errors
/// Those of [`encode_instance_block`].
pub fn encode_instance_without_class(instance: &Instance, out: &mut Vec<u8>) -> Result<()> {
    whole(out, |out| {
        head(FLAG_INSTANCE, instance.decoration(), out)?;
        instance_encode::instance_type(instance, out)
    })
}

/// Appends a class as an ObjectBlock, which is an EncodingUnit without its
/// first eight bytes. After an error `out` is as it was.
///
/// # Errors
/// * `WBEM_E_INVALID_SUPERCLASS`: the definition of its parent isn't there,
///   because the class came with an instance.
/// * those of [`encode_instance_block`].
pub fn encode_class_block(object: &ClassObject, out: &mut Vec<u8>) -> Result<()> {
    whole(out, |out| {
        let prototype = match object.prototype {
            None => 0,
            Some(Prototype::WithKeys) => FLAG_PROTOTYPE,
            Some(Prototype::WithoutKeys) => FLAG_PROTOTYPE | FLAG_KEYLESS,
        };
        head(FLAG_CLASS | prototype, object.decoration.as_ref(), out)?;
        class_encode::class_type(&object.class, out, 0)
    })
}

/// Appends what `block` appends behind the head of an EncodingUnit.
fn unit(out: &mut Vec<u8>, block: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
    whole(out, |out| {
        out.extend_from_slice(&SIGNATURE.to_le_bytes());
        let at = out.len();
        out.extend_from_slice(&[0; 4]);
        block(out)?;
        let len = length(out.len() - at - 4)?;
        patch(out, at, len);
        Ok(())
    })
}

/// Appends what `write` appends, or nothing if that fails.
pub(super) fn whole(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
    let start = out.len();
    let written = write(out);
    if written.is_err() {
        out.truncate(start);
    }
    written
}

/// Writes the flags and where the object came from.
fn head(flags: u8, decoration: Option<&Arc<Decoration>>, out: &mut Vec<u8>) -> Result<()> {
    let Some(decoration) = decoration else {
        out.push(flags);
        return Ok(());
    };
    out.push(flags | FLAG_DECORATED);
    push_text(out, &decoration.server)?;
    push_text(out, &decoration.namespace)
}

/// Writes the parameters of a method of a class that is nested `depth` deep.
pub(super) fn write_signature(class: &Class, out: &mut Vec<u8>, depth: u32) -> Result<()> {
    if depth >= MAX_NESTING {
        return Err(too_deep());
    }
    out.push(FLAG_CLASS);
    class_encode::class_type(class, out, depth + 1)
}

/// Adds an embedded object to a heap and returns the reference to it.
pub(super) fn write_embedded(heap: &mut HeapWriter<'_>, object: Embedded<'_>) -> Result<u32> {
    heap.sized_item(|out| object.encode(out))
}

/// An object that is a value.
#[derive(Clone, Copy)]
pub(crate) enum Embedded<'v> {
    Class(&'v ClassObject),
    Instance(&'v Instance),
}

impl<'v> Embedded<'v> {
    /// The object that a value is; `None` if it is none.
    pub(crate) fn of(value: &'v Value) -> Option<Embedded<'v>> {
        match value {
            Value::Object(instance) => Some(Embedded::Instance(instance)),
            Value::Class(class) => Some(Embedded::Class(class)),
            _ => None,
        }
    }

    fn encode(self, out: &mut Vec<u8>) -> Result<()> {
        match self {
            Embedded::Class(class) => encode_class_block(class, out),
            Embedded::Instance(instance) => encode_instance_block(instance, out),
        }
    }

    /// Whether objects can be nested in it.
    fn can_nest(self) -> bool {
        match self {
            Embedded::Class(_) => true,
            Embedded::Instance(instance) => {
                instance.class().properties().iter().any(|p| p.ty().scalar == CimType::Object)
            }
        }
    }
}

/// An embedded object as it lies in a heap or in a tail: its length, which
/// doesn't count itself, and the ObjectBlock.
///
/// # Errors
/// * `WBEM_E_QUOTA_VIOLATION`: it would be nested deeper than [`MAX_NESTING`],
///   or is large and nested deep, or has more than [`MAX_EMBEDDED`] bytes.
/// * those of [`encode_instance_block`] and [`encode_class_block`].
pub(crate) fn embedded_block(object: Embedded<'_>, nesting: Nesting) -> Result<Vec<u8>> {
    let mut item = vec![0; 4];
    object.encode(&mut item)?;
    if item.len() > MAX_EMBEDDED {
        let message = format!("an object of {} bytes is too large to be embedded", item.len());
        return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
    }
    let len = length(item.len() - 4)?;
    patch(&mut item, 0, len);
    if nesting == Nesting::Unknown && object.can_nest() {
        // Only what can hold objects itself can be nested too deep.
        Decoder::new().check_embedded(&item[4..])?;
    }
    Ok(item)
}

/// The error that an input unfolds into too much.
pub(super) fn too_large() -> Error {
    let message = "the objects take far more memory than their encoding: their class has long defaults";
    Error::new(Status::WBEM_E_QUOTA_VIOLATION, message)
}

/// The error that objects are nested too deep.
pub(super) fn too_deep() -> Error {
    let message = format!("objects are nested more than {MAX_NESTING} deep, or large ones nearly so");
    Error::new(Status::WBEM_E_QUOTA_VIOLATION, message)
}
