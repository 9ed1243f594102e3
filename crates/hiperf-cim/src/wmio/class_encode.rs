//! Encodes ClassType and ClassPart: \[MS-WMIO\] 2.2.11 and 2.2.15.

use super::heap_writer::{HeapWriter, length, patch, patch_length, push_text};
use super::{IS_DEFAULT, IS_NULL, NO_REFERENCE, TYPE_INHERITED, methods, qualifiers, value};
use crate::{Class, Error, Property, Result, Status};

/// The ClassPart of the parent that a top-most class doesn't have.
const NO_CLASS_PART: [u8; 29] =
    [29, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80];

/// Writes a class with its parent. `depth` is how deep it is nested.
pub(super) fn class_type(class: &Class, out: &mut Vec<u8>, depth: u32) -> Result<()> {
    match (class.superclass(), class.superclass_name()) {
        (Some(parent), _) => {
            out.extend_from_slice(parent.wire_part()?);
            methods::encode(parent, out, depth)?;
        }
        (None, None) => {
            out.extend_from_slice(&NO_CLASS_PART);
            methods::encode_none(out);
        }
        (None, Some(parent)) => {
            let message = format!(
                "class {} came with an instance, without its parent {parent}: get the class itself first",
                class.name()
            );
            return Err(Error::new(Status::WBEM_E_INVALID_SUPERCLASS, message));
        }
    }
    out.extend_from_slice(class.wire_part()?);
    methods::encode(class, out, depth)
}

/// Writes a ClassPart.
pub(super) fn class_part(class: &Class, out: &mut Vec<u8>) -> Result<()> {
    let start = out.len();
    let (count, layout) = (class.properties.len(), &class.layout);
    out.extend_from_slice(&[0; 9]);
    out.extend_from_slice(&length(layout.fixed_len())?.to_le_bytes());
    derivation(class, out)?;
    let qualifiers_at = room(out, qualifiers::encoded_len(&class.qualifiers));
    out.extend_from_slice(&length(count)?.to_le_bytes());
    let lookup_at = room(out, count * 8);
    let table_at = room(out, layout.fixed_len());
    out[table_at + layout.nd_len()..].fill(0xFF);

    let mut heap = HeapWriter::begin(out);
    let name = heap.text(class.name())?;
    patch(heap.out, start + 5, name);
    qualifiers::encode(&mut heap, qualifiers_at, &class.qualifiers)?;
    for (n, &index) in class.lookup.iter().enumerate() {
        let property = &class.properties[usize::from(index)];
        let (name, info) = property_info(class, usize::from(index), property, &mut heap)
            .map_err(|error| error.context(format_args!("{}.{}", class.name(), property.name())))?;
        patch(heap.out, lookup_at + n * 8, name);
        patch(heap.out, lookup_at + n * 8 + 4, info);
    }
    for &index in &class.lookup {
        let index = usize::from(index);
        let property = &class.properties[index];
        let is_null = if property.default.is_null() { IS_NULL } else { 0 };
        let is_default = if property.is_default_inherited { IS_DEFAULT } else { 0 };
        heap.out[table_at + index / 4] |= (is_null | is_default) << (index % 4 * 2);
        value::write(&mut heap, table_at + layout.slots()[index].offset(), property.ty, &property.default)?;
    }
    heap.finish()?;
    patch_length(&mut out[start..], 0)
}

/// Writes the names of the ancestors, the parent first.
fn derivation(class: &Class, out: &mut Vec<u8>) -> Result<()> {
    let at = room(out, 4);
    for name in class.derivation() {
        let start = out.len();
        push_text(out, name)?;
        let len = length(out.len() - start)?;
        out.extend_from_slice(&len.to_le_bytes());
    }
    patch_length(&mut out[at..], 0)
}

/// Writes the name and the description of a property, and returns the
/// references to both.
fn property_info(
    class: &Class,
    index: usize,
    property: &Property,
    heap: &mut HeapWriter<'_>,
) -> Result<(u32, u32)> {
    let name = heap.text(property.name())?;
    let info = heap.next()?;
    let inherited = if property.is_local { 0 } else { TYPE_INHERITED };
    let offset = class.layout.slots()[index].offset() - class.layout.nd_len();
    heap.out.extend_from_slice(&(property.ty.code() | inherited).to_le_bytes());
    // A class has at most 1,024 properties.
    heap.out.extend_from_slice(&u16::try_from(index).unwrap_or(u16::MAX).to_le_bytes());
    heap.out.extend_from_slice(&length(offset)?.to_le_bytes());
    heap.out.extend_from_slice(&origin_number(class, property.origin()).to_le_bytes());
    let at = room(heap.out, qualifiers::encoded_len(&property.qualifiers));
    qualifiers::encode(heap, at, &property.qualifiers)?;
    Ok((name, info))
}

/// The number of the class that declares something: how many ancestors it has
/// itself, so the top-most class is 0.
pub(super) fn origin_number(class: &Class, origin: &str) -> u32 {
    let depth = class.derivation.len();
    let steps = class.derivation.iter().position(|name| name.eq_ignore_ascii_case(origin));
    let number = steps.map_or(depth, |steps| depth - 1 - steps);
    u32::try_from(number).unwrap_or(NO_REFERENCE)
}

/// Leaves room for `len` bytes and returns where.
pub(super) fn room(out: &mut Vec<u8>, len: usize) -> usize {
    let at = out.len();
    out.resize(at + len, 0);
    at
}
