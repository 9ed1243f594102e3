//! What a remote refresher sends: the values of instances alone.
//!
//! ```text
//! WBEM_INSTANCE_BLOB        u32 version 1 | u32 count | count times: u32 size | RefreshedSingleInstance
//! RefreshedSingleInstance   u32 size of the heap | NdTable | value table
//!                           | QualifierSet | property QualifierSets | Heap
//! ```
//!
//! The class is that of the template which the client got when it added the
//! object. The documents leave open whether the size counts the heap's own
//! length before its items, and whether that is there at all: here it is there
//! and counts, and what is read may be any of the three.
//!
//! Source: \[MS-WMI\] 2.2.15 to 2.2.17; lifecycle.md section 6.1.

use std::sync::Arc;

use super::heap::Heap;
use super::heap_writer::{length, patch};
use super::object::whole;
use super::reader::Reader;
use super::spawned::Spawned;
use super::{Decoder, TOP_BIT, instance_decode, instance_encode};
use crate::{Class, Instance, Result};

const VERSION: u32 = 1;

/// Appends the values of an instance as a RefreshedSingleInstance. After an
/// error `out` is as it was.
///
/// # Errors
/// Those of [`encode_instance_block`](super::encode_instance_block).
pub fn encode_refreshed(instance: &Instance, out: &mut Vec<u8>) -> Result<()> {
    whole(out, |out| {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        let heap_at = instance_encode::values(instance, None, out)?;
        let size = length(out.len() - heap_at)?;
        patch(out, start, size);
        Ok(())
    })
}

/// Appends the values of instances as a WBEM_INSTANCE_BLOB. After an error
/// `out` is as it was.
///
/// # Errors
/// Those of [`encode_refreshed`].
pub fn encode_refreshed_list<'i>(
    instances: impl ExactSizeIterator<Item = &'i Instance>,
    out: &mut Vec<u8>,
) -> Result<()> {
    whole(out, |out| {
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&length(instances.len())?.to_le_bytes());
        for instance in instances {
            let at = out.len();
            out.extend_from_slice(&[0; 4]);
            encode_refreshed(instance, out)?;
            let size = length(out.len() - at - 4)?;
            patch(out, at, size);
        }
        Ok(())
    })
}

impl Decoder {
    /// Decodes a RefreshedSingleInstance of `class`. Bytes after it are ignored.
    ///
    /// # Errors
    /// Those of the decoder.
    pub fn decode_refreshed(&mut self, input: &[u8], class: &Arc<Class>) -> Result<Instance> {
        let mut reader = self.begin(input);
        refreshed(&mut reader, class, self)
    }

    /// Decodes a WBEM_INSTANCE_BLOB of instances of `class`. Bytes after it are
    /// ignored.
    ///
    /// # Errors
    /// Those of the decoder; `WBEM_E_QUOTA_VIOLATION` also for instances that
    /// would take far more memory than their encoding.
    pub fn decode_refreshed_list(&mut self, input: &[u8], class: &Arc<Class>) -> Result<Vec<Instance>> {
        let mut reader = self.begin(input);
        let start = reader;
        let version = reader.u32("the version")?;
        if version != VERSION {
            return Err(start.error(format_args!("version {version} of the instances is not known")));
        }
        let count = reader.u32("the number of instances")? as usize;
        let mut spawned = Spawned::of_input(input.len());
        // Each takes more than four bytes, whatever the count says.
        let mut instances = Vec::with_capacity(count.min(reader.rest().len() / 4));
        for _ in 0..count {
            let size = reader.u32("the size of an instance")? as usize;
            let mut one = reader.section(size);
            spawned.take(class)?;
            instances.push(refreshed(&mut one, class, self)?);
        }
        Ok(instances)
    }
}

fn refreshed(reader: &mut Reader<'_>, class: &Arc<Class>, decoder: &mut Decoder) -> Result<Instance> {
    let size = reader.u32("the size of the heap")?;
    instance_decode::values(reader, class, decoder, 0, |reader| heap(reader, size))
}

/// The heap of `size` bytes, with or without its own length.
fn heap<'a>(reader: &mut Reader<'a>, size: u32) -> Result<Heap<'a>> {
    let own = reader.clone().u32("the heap").unwrap_or(0);
    let len = own & !TOP_BIT;
    if own & TOP_BIT != 0 && (len == size || len.checked_add(4) == Some(size)) {
        return reader.heap("the heap");
    }
    let offset = reader.offset();
    Ok(Heap::new(reader.take(size as usize, "the heap")?, offset))
}
