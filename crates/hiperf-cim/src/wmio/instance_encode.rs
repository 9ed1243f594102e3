//! Encodes InstanceType behind its ClassPart: \[MS-WMIO\] 2.2.53.

use super::class_encode::room;
use super::heap_writer::{HeapWriter, patch, patch_length};
use super::{IS_DEFAULT, IS_NULL, NO_REFERENCE, nd_bits, qualifiers};
use crate::block::Block;
use crate::layout::Slot;
use crate::{CimType, Instance, Result};

/// What stands behind the qualifiers of an instance: its properties have none
/// of their own, or a set each.
pub(super) const NO_PROPERTY_QUALIFIERS: u8 = 1;
pub(super) const PROPERTY_QUALIFIERS: u8 = 2;

/// The bits of four properties that say "is the class's default".
const ALL_DEFAULT: u8 = 0b1010_1010;

/// Writes an instance without its class.
pub(super) fn instance_type(instance: &Instance, out: &mut Vec<u8>) -> Result<()> {
    let start = out.len();
    out.extend_from_slice(&[0; 9]);
    values(instance, Some(start + 5), out)?;
    patch_length(&mut out[start..], 0)
}

/// Writes the tables of an instance, its qualifiers and its heap, which starts
/// with the class's name if a reference to that is to stand at `name_at`.
/// Returns where the heap is.
pub(super) fn values(instance: &Instance, name_at: Option<usize>, out: &mut Vec<u8>) -> Result<usize> {
    let (class, block) = (instance.class(), instance.block_parts());
    let layout = class.layout();
    let table_at = out.len();
    out.extend_from_slice(&block.bytes()[..layout.fixed_len()]);
    let qualifiers_at = room(out, qualifiers::encoded_len(instance.qualifiers()));
    let own = instance.has_property_qualifiers();
    out.push(if own { PROPERTY_QUALIFIERS } else { NO_PROPERTY_QUALIFIERS });
    let in_lookup_order = || class.lookup.iter().map(|&index| usize::from(index));
    let set_of = |index| instance.property_qualifiers(index);
    let sets_len = |index| if own { qualifiers::encoded_len(set_of(index)) } else { 0 };
    let mut set_at = room(out, in_lookup_order().map(sets_len).sum());

    table(class.properties().len(), layout.slots(), &mut out[table_at..]);
    let heap_at = out.len();
    let mut heap = HeapWriter::begin(out);
    if let Some(at) = name_at {
        let name = heap.text(class.name())?;
        patch(heap.out, at, name);
    }
    for index in in_lookup_order() {
        let slot = layout.slots()[index];
        if slot.width() == 0 && nd_bits(block.bytes(), index) == 0 {
            let reference = item(block, slot, &mut heap)?;
            patch(heap.out, table_at + slot.offset(), reference);
        }
    }
    qualifiers::encode(&mut heap, qualifiers_at, instance.qualifiers())?;
    if own {
        for set in in_lookup_order().map(set_of) {
            qualifiers::encode(&mut heap, set_at, set)?;
            set_at += qualifiers::encoded_len(set);
        }
    }
    heap.finish()?;
    Ok(heap_at)
}

/// Clears what a table says of no property, and the values of those that have
/// the class's default: the class's part says them.
fn table(count: usize, slots: &[Slot], table: &mut [u8]) {
    if !count.is_multiple_of(4) {
        table[count / 4] &= (1 << (count % 4 * 2)) - 1;
    }
    if table[..count.div_ceil(4)].iter().all(|bits| bits & ALL_DEFAULT == 0) {
        return;
    }
    for (index, slot) in slots.iter().enumerate() {
        match nd_bits(table, index) {
            IS_DEFAULT => table[slot.range()].fill(0),
            bits if bits & IS_NULL != 0 => table[slot.range()].fill(0xFF),
            _ => {}
        }
    }
}

/// Adds the value of `slot`, which lies in the block's tail, and returns the
/// reference to it.
fn item(block: &Block, slot: Slot, heap: &mut HeapWriter<'_>) -> Result<u32> {
    let Some(offset) = block.tail_offset(slot) else { return Ok(NO_REFERENCE) };
    if !slot.is_array() {
        return element(block, slot.scalar(), offset, heap);
    }
    let Some(array) = block.array_at(offset, slot.scalar()) else { return Ok(NO_REFERENCE) };
    let reference = heap.bytes(array)?;
    if slot.scalar().is_text() || slot.scalar() == CimType::Object {
        let first = heap.out.len() - array.len() + 4;
        for (n, offset) in array[4..].chunks_exact(4).enumerate() {
            let offset = offset.try_into().map_or(NO_REFERENCE, u32::from_le_bytes);
            let element = element(block, slot.scalar(), offset, heap)?;
            patch(heap.out, first + n * 4, element);
        }
    }
    Ok(reference)
}

fn element(block: &Block, cim: CimType, offset: u32, heap: &mut HeapWriter<'_>) -> Result<u32> {
    if cim == CimType::Object {
        return block.object_at(offset).map_or(Ok(NO_REFERENCE), |object| heap.bytes(object));
    }
    block.text_at(offset).map_or(Ok(NO_REFERENCE), |text| heap.encoded_text(text))
}
