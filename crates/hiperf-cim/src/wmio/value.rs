//! Values of properties and qualifiers: in place where they have a fixed
//! width, else in the heap.

use super::heap::Heap;
use super::heap_writer::{HeapWriter, length, patch};
use super::object::{Embedded, write_embedded};
use super::reader::Reader;
use super::{Decoder, NO_REFERENCE};
use crate::block::{fixed_bytes, fixed_value, text_of, text_value};
use crate::{CimType, Error, Result, Status, Type, Value};

/// What a value is read from: the heap that its references go to, and where in
/// the nesting of objects it stands.
pub(super) struct Source<'s, 'a> {
    pub(super) heap: &'s mut Heap<'a>,
    pub(super) decoder: &'s mut Decoder,
    pub(super) depth: u32,
}

impl Source<'_, '_> {
    /// Reads a value of type `ty` that stands in `slot`.
    pub(super) fn value(&mut self, slot: &mut Reader<'_>, ty: Type, what: &str) -> Result<Value> {
        if !ty.is_array {
            return self.scalar(slot, ty.scalar, what);
        }
        let reference = slot.u32(what)?;
        if reference == NO_REFERENCE {
            return Ok(Value::Null);
        }
        let width = ty.scalar.width();
        let mut elements = self.heap.array(reference, width, what)?;
        let mut values = Vec::with_capacity(elements.rest().len() / width);
        while !elements.rest().is_empty() {
            values.push(match self.scalar(&mut elements, ty.scalar, what)? {
                // An element can't be NULL; a NULL string reads as an empty one.
                Value::Null if ty.scalar == CimType::String => Value::String(String::new()),
                Value::Null => return Err(elements.error(format_args!("an element of {what} is no value"))),
                value => value,
            });
        }
        Ok(Value::Array(ty.scalar, values))
    }

    fn scalar(&mut self, slot: &mut Reader<'_>, cim: CimType, what: &str) -> Result<Value> {
        if cim.is_text() {
            let text = self.heap.text(slot.u32(what)?, what)?;
            return Ok(text.map_or(Value::Null, |text| text_value(cim, text)));
        }
        if cim != CimType::Object {
            return Ok(fixed_value(cim, slot.take(cim.width(), what)?));
        }
        match slot.u32(what)? {
            NO_REFERENCE => Ok(Value::Null),
            reference => {
                let mut block = self.heap.sized_item(reference, what)?;
                Ok(self.decoder.nested(&mut block, self.depth)?.into())
            }
        }
    }
}

/// Writes a value of type `ty` at `at`, where room of the type's width was left
/// for it in a table or a qualifier; what has no fixed width goes to the heap.
pub(super) fn write(heap: &mut HeapWriter<'_>, at: usize, ty: Type, value: &Value) -> Result<()> {
    let (cim, elements) = match value {
        Value::Null => {
            heap.out[at..at + ty.width()].fill(0xFF);
            return Ok(());
        }
        Value::Array(cim, elements) if ty == Type::array(*cim) => (*cim, elements),
        scalar if scalar.type_of() == Some(ty) => return write_scalar(heap, at, scalar),
        _ => return Err(mismatch(ty)),
    };
    let reference = heap.next()?;
    patch(heap.out, at, reference);
    let count = length(elements.len())?;
    heap.out.extend_from_slice(&count.to_le_bytes());
    let first = heap.out.len();
    let width = cim.width();
    heap.out.resize(first + elements.len() * width, 0);
    for (n, element) in elements.iter().enumerate() {
        if element.type_of() != Some(Type::scalar(cim)) {
            return Err(mismatch(ty));
        }
        write_scalar(heap, first + n * width, element)?;
    }
    Ok(())
}

fn write_scalar(heap: &mut HeapWriter<'_>, at: usize, value: &Value) -> Result<()> {
    let reference = match Embedded::of(value) {
        Some(object) => write_embedded(heap, object)?,
        None => match text_of(value) {
            Some(text) => heap.text(text)?,
            None => {
                let (bytes, width) = fixed_bytes(value);
                heap.out[at..at + width].copy_from_slice(&bytes[..width]);
                return Ok(());
            }
        },
    };
    patch(heap.out, at, reference);
    Ok(())
}

fn mismatch(ty: Type) -> Error {
    Error::new(Status::WBEM_E_TYPE_MISMATCH, format!("a value is not of its type, {ty}"))
}
