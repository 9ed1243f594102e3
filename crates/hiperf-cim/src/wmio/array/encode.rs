//! [`ArrayEncoder`]: from objects to arrays.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::{
    CLASS, CLASS_HEADER, ClassId, HEADERS, INSTANCE, INSTANCE_HEADER, INSTANCE_WITHOUT_CLASS, OBJECT_HEADER,
    Packet, SIGNATURE, VERSION,
};
use crate::wmio::heap_writer::{length, patch};
use crate::wmio::object::whole;
use crate::wmio::{Object, encode_class_block, encode_instance_block, encode_instance_without_class};
use crate::{Class, Instance, Result};

/// Encodes the arrays of one enumerator or sink. `I` makes the GUIDs by which
/// it numbers the classes: random ones, none of them twice.
pub struct ArrayEncoder<I> {
    new_id: I,
    /// By ClassPart, so that equal classes are one.
    sent: HashMap<Arc<[u8]>, ClassId>,
    /// The class of the last instance: the next one is mostly of the same.
    last: Option<(Arc<Class>, ClassId)>,
}

impl<I> fmt::Debug for ArrayEncoder<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrayEncoder").field("classes", &self.sent.len()).finish_non_exhaustive()
    }
}

impl<I: FnMut() -> [u8; 16]> ArrayEncoder<I> {
    /// An encoder that has sent nothing yet.
    #[must_use]
    pub fn new(new_id: I) -> ArrayEncoder<I> {
        ArrayEncoder { new_id, sent: HashMap::new(), last: None }
    }

    /// Appends an array of these objects. After an error `out` is as it was,
    /// and the encoder is to be given up: its receiver doesn't know the classes
    /// of what was not sent.
    ///
    /// # Errors
    /// Those of [`encode_class_block`] and [`encode_instance_block`].
    pub fn encode<'o>(
        &mut self,
        packet: Packet,
        objects: impl ExactSizeIterator<Item = &'o Object>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        whole(out, |out| {
            let [first, second, third] = HEADERS;
            out.extend_from_slice(&[0; 4]);
            out.extend_from_slice(SIGNATURE);
            let first = sized(first, out);
            out.extend_from_slice(&[0; 4]);
            out.extend_from_slice(&[VERSION, packet.code()]);
            let in_first = out.len();
            let second = sized(second, out);
            let in_second = out.len();
            let third = sized(third, out);
            out.extend_from_slice(&length(objects.len())?.to_le_bytes());
            let in_third = out.len();
            for object in objects {
                self.object(object, out)?;
            }
            for (at, start) in [(first, in_first), (second, in_second), (third, in_third)] {
                let len = length(out.len() - start)?;
                patch(out, at, len);
            }
            Ok(())
        })
    }

    fn object(&mut self, object: &Object, out: &mut Vec<u8>) -> Result<()> {
        let at = sized(OBJECT_HEADER, out);
        let start = out.len() + 1;
        match object {
            Object::Class(class) => {
                out.push(CLASS);
                let size = sized(CLASS_HEADER, out);
                data(size, out, |out| encode_class_block(class, out))?;
            }
            Object::Instance(instance) => self.instance(instance, out)?,
        }
        let len = length(out.len() - start)?;
        patch(out, at, len);
        Ok(())
    }

    fn instance(&mut self, instance: &Instance, out: &mut Vec<u8>) -> Result<()> {
        let (id, is_new) = self.class_id(instance.class())?;
        out.push(if is_new { INSTANCE } else { INSTANCE_WITHOUT_CLASS });
        let size = sized(INSTANCE_HEADER, out);
        out.extend_from_slice(&id);
        data(size, out, |out| match is_new {
            true => encode_instance_block(instance, out),
            false => encode_instance_without_class(instance, out),
        })
    }

    /// The number of a class, and whether it is new.
    fn class_id(&mut self, class: &Arc<Class>) -> Result<(ClassId, bool)> {
        if let Some((_, id)) = self.last.as_ref().filter(|(last, _)| Arc::ptr_eq(last, class)) {
            return Ok((*id, false));
        }
        let part = class.shared_wire_part()?;
        let known = self.sent.get(part).copied();
        let id = known.unwrap_or_else(&mut self.new_id);
        if known.is_none() {
            self.sent.insert(part.clone(), id);
        }
        self.last = Some((class.clone(), id));
        Ok((id, known.is_none()))
    }
}

/// Writes the size of a header and leaves room for that of what is behind it;
/// returns where.
fn sized(header: u32, out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(&header.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.len() - 4
}

/// Writes an object, and at `size` how many bytes it has.
fn data(size: usize, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
    let start = out.len();
    write(out)?;
    let len = length(out.len() - start)?;
    patch(out, size, len);
    Ok(())
}
