//! Decodes InstanceType behind its ClassPart: \[MS-WMIO\] 2.2.53.

use std::sync::Arc;

use super::heap::Heap;
use super::instance_encode::{NO_PROPERTY_QUALIFIERS, PROPERTY_QUALIFIERS};
use super::reader::Reader;
use super::value::Source;
use super::{Decoder, IS_DEFAULT, IS_NULL, NO_REFERENCE, nd_bits, qualifiers};
use crate::block::Block;
use crate::block::Nesting;
use crate::layout::Slot;
use crate::{CimType, Class, Instance, Property, Result};

/// Reads an instance of `class` that is nested `depth` deep.
pub(super) fn instance_type(
    reader: &mut Reader<'_>,
    class: &Arc<Class>,
    decoder: &mut Decoder,
    depth: u32,
) -> Result<Instance> {
    let what = "the instance";
    let mut body = reader.sized_section(what)?;
    body.u8(what)?;
    // The class's part has said the name already.
    body.u32(what)?;
    values(&mut body, class, decoder, depth, |body| body.heap("the instance's heap"))
}

/// Reads the tables of an instance, its qualifiers and its heap, as `heap` finds
/// it.
pub(super) fn values<'a>(
    body: &mut Reader<'a>,
    class: &Arc<Class>,
    decoder: &mut Decoder,
    depth: u32,
    heap: impl FnOnce(&mut Reader<'a>) -> Result<Heap<'a>>,
) -> Result<Instance> {
    let nd = body.take(class.layout().nd_len(), "the NdTable")?;
    let foreign = class.wire_layout();
    let own_len = class.layout().fixed_len() - class.layout().nd_len();
    let table_at = body.offset();
    let table = body.take(foreign.map_or(own_len, |layout| layout.table_len), "the value table")?;
    let mut set = body.sized_section("the instance's qualifiers")?;
    let property_sets = property_sets(body, class)?;
    let heap = &mut heap(body)?;

    let mut source = Source { heap, decoder, depth };
    let mut instance = Instance::spawn(class);
    for (index, property) in class.properties().iter().enumerate() {
        let slot = class.layout().slots()[index];
        let offset = match foreign {
            Some(layout) => layout.offsets[index],
            None => slot.offset() - class.layout().nd_len(),
        };
        let bits = nd_bits(nd, index);
        if bits == IS_DEFAULT {
            continue;
        }
        let block = instance.block_parts_mut();
        if bits & IS_NULL != 0 {
            block.write_null(index, slot);
            if bits & IS_DEFAULT != 0 {
                block.mark_default(index);
            }
            continue;
        }
        if slot.width() != 0 {
            // The class's part has said that its properties lie in the table.
            block.write_fixed(index, slot, &table[offset..offset + slot.width()]);
            continue;
        }
        let mut bytes = Reader::new(&table[offset..], table_at + offset);
        set_in_tail(block, index, slot, property, &mut bytes, &mut source)
            .map_err(|error| error.context(format_args!("{}.{}", class.name(), property.name())))?;
    }
    let own = qualifiers::decode(&mut set, &mut source)?;
    let mut sets = Vec::with_capacity(property_sets.len());
    for (index, mut section) in property_sets {
        sets.push((index, qualifiers::decode(&mut section, &mut source)?));
    }
    instance.set_decoded_qualifiers(own, sets);
    Ok(instance)
}

/// The qualifier sets of the properties, each with the property's index.
fn property_sets<'a>(body: &mut Reader<'a>, class: &Class) -> Result<Vec<(usize, Reader<'a>)>> {
    match body.u8("the mark of the properties' qualifiers")? {
        NO_PROPERTY_QUALIFIERS => Ok(Vec::new()),
        PROPERTY_QUALIFIERS => {
            let lookup = class.wire_layout().map_or(&class.lookup, |layout| &layout.lookup);
            let mut sets = Vec::with_capacity(lookup.len());
            for &index in lookup {
                sets.push((usize::from(index), body.sized_section("the qualifiers of a property")?));
            }
            Ok(sets)
        }
        mark => {
            Err(body.error(format_args!("the mark of the properties' qualifiers is {mark}, neither 1 nor 2")))
        }
    }
}

/// Sets a property whose value lies in the tail to the one that `bytes` refer
/// to.
fn set_in_tail(
    block: &mut Block,
    index: usize,
    slot: Slot,
    property: &Property,
    bytes: &mut Reader<'_>,
    source: &mut Source<'_, '_>,
) -> Result<()> {
    let (ty, what) = (property.ty(), "the value");
    let has_references = ty.scalar.is_text() || ty.scalar == CimType::Object;
    if ty.is_array && has_references {
        let value = source.value(bytes, ty, what)?;
        return Ok(block.set_value(index, slot, ty, &value, Nesting::Checked)?);
    }
    let reference = bytes.u32(what)?;
    if reference == NO_REFERENCE {
        block.write_null(index, slot);
    } else if ty.is_array {
        let elements = source.heap.array(reference, ty.scalar.width(), what)?;
        let count = elements.rest().len() / ty.scalar.width();
        block.write_item(index, slot, count, elements.rest());
    } else if ty.scalar.is_text() {
        match source.heap.text(reference, what)? {
            Some(text) => block.write_text(index, slot, text.utf16())?,
            None => block.write_null(index, slot),
        }
    } else {
        let object = source.heap.sized_item(reference, what)?;
        source.decoder.nested(&mut object.clone(), source.depth)?;
        block.write_item(index, slot, object.rest().len(), object.rest());
    }
    Ok(())
}
