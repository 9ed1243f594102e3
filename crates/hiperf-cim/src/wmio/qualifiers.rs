//! QualifierSet: \[MS-WMIO\] 2.2.59.
//!
//! ```text
//! u32 length, counting itself | { u32 name | u8 flavor | u32 type | value }
//! ```

use super::heap_writer::{HeapWriter, length, patch};
use super::reader::Reader;
use super::value::{self, Source};
use crate::{CimType, Flavor, MAX_QUALIFIERS, Qualifier, QualifierSet, Result, Type, Value};

/// Bytes before the value of a qualifier.
const HEAD: usize = 9;

/// Reads the set in `section`, which is a set without its length.
pub(super) fn decode(section: &mut Reader<'_>, source: &mut Source<'_, '_>) -> Result<QualifierSet> {
    let mut qualifiers = Vec::new();
    while !section.rest().is_empty() {
        let what = "a qualifier";
        if qualifiers.len() == MAX_QUALIFIERS {
            return Err(section.error(format_args!("there are more than {MAX_QUALIFIERS} qualifiers")));
        }
        let name = source.heap.name(section.u32(what)?, "the name of a qualifier")?;
        let flavor = Flavor(section.u8(what)?);
        let code = section.u32(what)?;
        let ty = match Type::from_code(code) {
            Some(ty) if ty.scalar != CimType::Object => ty,
            _ => return Err(section.error(format_args!("qualifier {name} is of the unknown type {code:#x}"))),
        };
        let value = source.value(section, ty, "the value of a qualifier")?;
        qualifiers.push(Qualifier { name, value, flavor });
    }
    Ok(QualifierSet::from_decoded(qualifiers))
}

/// Bytes that a set takes.
pub(super) fn encoded_len(set: &QualifierSet) -> usize {
    4 + set.iter().map(|qualifier| HEAD + type_of(&qualifier.value).width()).sum::<usize>()
}

/// Writes a set at `at`, where room of [`encoded_len`] bytes was left for it.
pub(super) fn encode(heap: &mut HeapWriter<'_>, at: usize, set: &QualifierSet) -> Result<()> {
    patch(heap.out, at, length(encoded_len(set))?);
    let mut at = at + 4;
    for qualifier in set {
        let ty = type_of(&qualifier.value);
        let name = heap.text(&qualifier.name)?;
        patch(heap.out, at, name);
        heap.out[at + 4] = qualifier.flavor.0;
        patch(heap.out, at + 5, ty.code());
        value::write(heap, at + HEAD, ty, &qualifier.value)
            .map_err(|error| error.context(format_args!("qualifier {}", qualifier.name)))?;
        at += HEAD + ty.width();
    }
    Ok(())
}

/// The type that a qualifier is written with: one that came over the wire as a
/// NULL has lost its own.
fn type_of(value: &Value) -> Type {
    value.type_of().unwrap_or(Type::scalar(CimType::String))
}
