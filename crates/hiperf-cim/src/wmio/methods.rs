//! MethodsPart: \[MS-WMIO\] 2.2.38.
//!
//! ```text
//! u32 length, counting itself | u16 count | u16 - | descriptions | Heap
//! description  u32 name | u8 flags | 3 bytes - | u32 origin
//!              | u32 qualifiers | u32 input | u32 output
//! ```
//!
//! Input and output are class objects of their own, each behind a length that
//! doesn't count itself.

use std::sync::Arc;

use super::class_decode::Origins;
use super::class_encode::{origin_number, room};
use super::heap_writer::{HeapWriter, length, patch, patch_length};
use super::object::{Object, write_signature};
use super::reader::Reader;
use super::value::Source;
use super::{Decoder, NO_REFERENCE, qualifiers};
use crate::class_parts::ClassParts;
use crate::{Class, Error, Method, QualifierSet, Result, Status};

/// Bytes of a description.
const DESCRIPTION: usize = 24;
/// The flag of a method that the class doesn't declare itself.
const FLAG_INHERITED: u8 = 0x20;

/// Writes that there are no methods.
pub(super) fn encode_none(out: &mut Vec<u8>) {
    out.extend_from_slice(&[12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80]);
}

/// Writes the methods of a class that is nested `depth` deep.
pub(super) fn encode(class: &Class, out: &mut Vec<u8>, depth: u32) -> Result<()> {
    let start = room(out, 8);
    let Ok(count) = u16::try_from(class.methods.len()) else {
        let message = format!("class {} has more than {} methods", class.name(), u16::MAX);
        return Err(Error::new(Status::WBEM_E_VALUE_OUT_OF_RANGE, message));
    };
    out[start + 4..start + 6].copy_from_slice(&count.to_le_bytes());
    let first = room(out, class.methods.len() * DESCRIPTION);
    let mut heap = HeapWriter::begin(out);
    for (n, method) in class.methods.iter().enumerate() {
        let at = first + n * DESCRIPTION;
        let name = heap.text(method.name())?;
        patch(heap.out, at, name);
        heap.out[at + 4] = if method.is_local { 0 } else { FLAG_INHERITED };
        patch(heap.out, at + 8, origin_number(class, method.origin()));
        for (field, signature) in [(16, method.input()), (20, method.output())] {
            let reference = match signature {
                Some(signature) => heap.sized_item(|out| write_signature(signature, out, depth))?,
                None => NO_REFERENCE,
            };
            patch(heap.out, at + field, reference);
        }
        let reference = encode_qualifiers(&mut heap, method.qualifiers())?;
        patch(heap.out, at + 12, reference);
    }
    heap.finish()?;
    patch_length(&mut out[start..], 0)
}

fn encode_qualifiers(heap: &mut HeapWriter<'_>, set: &QualifierSet) -> Result<u32> {
    if set.is_empty() {
        return Ok(NO_REFERENCE);
    }
    let reference = heap.next()?;
    length(qualifiers::encoded_len(set))?;
    let at = room(heap.out, qualifiers::encoded_len(set));
    qualifiers::encode(heap, at, set)?;
    Ok(reference)
}

/// Reads the methods of the class of `parts`; `section` is the part without
/// its length.
pub(super) fn decode(
    section: &mut Reader<'_>,
    parts: &ClassParts,
    decoder: &mut Decoder,
    depth: u32,
) -> Result<Vec<Method>> {
    let what = "the methods";
    let count = usize::from(section.u16(what)?);
    section.u16(what)?;
    let mut list = section.section(count * DESCRIPTION);
    let heap = &mut section.heap("the methods' heap")?;
    let origins = Origins { derivation: &parts.derivation, name: &parts.name };
    let mut source = Source { heap, decoder, depth };
    let mut methods = Vec::with_capacity(count.min(list.rest().len() / DESCRIPTION));
    for _ in 0..count {
        let name = source.heap.name(list.u32(what)?, "a method's name")?;
        let method = decode_method(name.clone(), &mut list, &origins, &mut source)
            .map_err(|error| error.context(format_args!("method {name}")))?;
        methods.push(method);
    }
    Ok(methods)
}

fn decode_method(
    name: Arc<str>,
    description: &mut Reader<'_>,
    origins: &Origins<'_>,
    source: &mut Source<'_, '_>,
) -> Result<Method> {
    let what = "its description";
    let flags = description.u8(what)?;
    description.take(3, what)?;
    let origin = origins.name_of(description.u32(what)?);
    let qualifiers = match description.u32(what)? {
        NO_REFERENCE => QualifierSet::new(),
        reference => {
            let mut item = source.heap.item(reference, "its qualifiers")?;
            let start = item.offset();
            let mut section = item.sized_section("its qualifiers")?;
            source.heap.took(item.offset() - start, "its qualifiers")?;
            qualifiers::decode(&mut section, source)?
        }
    };
    let input = decode_signature(description.u32(what)?, source)?;
    let output = decode_signature(description.u32(what)?, source)?;
    Ok(Method { name, origin, qualifiers, input, output, is_local: flags & FLAG_INHERITED == 0 })
}

fn decode_signature(reference: u32, source: &mut Source<'_, '_>) -> Result<Option<Arc<Class>>> {
    if reference == NO_REFERENCE {
        return Ok(None);
    }
    let what = "its parameters";
    let mut block = source.heap.sized_item(reference, what)?;
    match source.decoder.nested(&mut block, source.depth)? {
        Object::Class(signature) => Ok(Some(signature.class)),
        Object::Instance(_) => Err(block.error("its parameters are no class")),
    }
}
