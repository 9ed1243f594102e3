//! [`ArrayDecoder`]: from arrays to objects.

use std::collections::HashMap;
use std::sync::Arc;

use super::{
    CLASS, CLASS_HEADER, ClassId, HEADERS, INSTANCE, INSTANCE_HEADER, INSTANCE_WITHOUT_CLASS, OBJECT_HEADER,
    Packet, SIGNATURE, VERSION,
};
use crate::wmio::reader::Reader;
use crate::wmio::spawned::Spawned;
use crate::wmio::{Decoder, Object};
use crate::{Class, Context as _, Error, Result, Status};

/// Classes that a decoder remembers: more than any namespace has below one
/// class.
const MAX_CLASSES: usize = 4096;
/// Bytes of the instances that brought them: a sender that is honest sends each
/// class once, and the CIM schema with all its texts is half of this.
const MAX_CLASS_BYTES: usize = 64 << 20;
/// Bytes of the smallest object.
const MIN_OBJECT: usize = 17;

/// Decodes the arrays of one enumerator or sink, and remembers their classes.
#[derive(Debug, Default)]
pub struct ArrayDecoder {
    decoder: Decoder,
    /// With the bytes of the instance that brought the class.
    classes: HashMap<ClassId, (Arc<Class>, usize)>,
    class_bytes: usize,
}

impl ArrayDecoder {
    /// A decoder that knows no class yet.
    #[must_use]
    pub fn new() -> ArrayDecoder {
        ArrayDecoder::default()
    }

    /// Decodes an array. Bytes after it are ignored.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT`: it is malformed, or an instance is of a class
    ///   that was not sent.
    /// * `WBEM_E_QUOTA_VIOLATION`: too many classes, or objects that would take
    ///   far more memory than their encoding.
    /// * those of the [`Decoder`].
    pub fn decode(&mut self, array: &[u8]) -> Result<(Packet, Vec<Object>)> {
        let mut reader = Reader::new(array, 0);
        let packet = packet(&mut reader)?;
        let [_, second, third] = HEADERS;
        let ([], mut reader) = sized(&mut reader, second, "the second header")?;
        let (count, mut reader) = sized(&mut reader, third, "the third header")?;
        let count = u32::from_le_bytes(count) as usize;
        let mut spawned = Spawned::of_input(array.len());
        let mut objects = Vec::with_capacity(count.min(reader.rest().len() / MIN_OBJECT));
        for number in 0..count {
            let object =
                self.object(&mut reader, &mut spawned).context(|| format!("object {number} of the array"))?;
            objects.push(object);
        }
        Ok((packet, objects))
    }

    fn object(&mut self, reader: &mut Reader<'_>, spawned: &mut Spawned) -> Result<Object> {
        let what = "an object's header";
        let start = *reader;
        let ([kind], mut body) = sized(reader, OBJECT_HEADER, what)?;
        if kind == CLASS {
            let ([], block) = sized(&mut body, CLASS_HEADER, what)?;
            return match self.decoder.decode_block(block.rest())? {
                class @ Object::Class(_) => Ok(class),
                Object::Instance(_) => Err(block.error("an instance is sent as a class")),
            };
        }
        if kind != INSTANCE && kind != INSTANCE_WITHOUT_CLASS {
            return Err(start.error(format_args!("an object of the unknown kind {kind}")));
        }
        let (id, block): (ClassId, _) = sized(&mut body, INSTANCE_HEADER, what)?;
        if kind == INSTANCE {
            let object = self.decoder.decode_block(block.rest())?;
            let Object::Instance(instance) = &object else {
                return Err(block.error("a class is sent as an instance"));
            };
            self.remember(id, instance.class(), block.rest().len())?;
            return Ok(object);
        }
        let Some((class, _)) = self.classes.get(&id) else {
            return Err(block.error("the class of the instance was not sent"));
        };
        spawned.take(class)?;
        self.decoder.decode_instance_without_class(block.rest(), class).map(Object::Instance)
    }

    fn remember(&mut self, id: ClassId, class: &Arc<Class>, bytes: usize) -> Result<()> {
        let before = self.classes.get(&id).map_or(0, |(_, bytes)| *bytes);
        let total = self.class_bytes - before + bytes;
        let is_full = self.classes.len() >= MAX_CLASSES && !self.classes.contains_key(&id);
        if is_full || total > MAX_CLASS_BYTES {
            let message = format!(
                "an enumerator sends at most {MAX_CLASSES} classes and {} MiB of them",
                MAX_CLASS_BYTES >> 20
            );
            return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
        }
        self.class_bytes = total;
        self.classes.insert(id, (class.clone(), bytes));
        Ok(())
    }
}

/// Reads the first header, and makes what it says follows the rest of `reader`.
fn packet(reader: &mut Reader<'_>) -> Result<Packet> {
    let what = "the header of the array";
    let start = *reader;
    let order = reader.u32(what)?;
    if order != 0 || reader.take(SIGNATURE.len(), what)? != SIGNATURE {
        return Err(start.error("this is no array of objects"));
    }
    // Flags, version and packet stand behind the two sizes.
    let ([_, _, _, _, version, code], body) = sized(reader, HEADERS[0], what)?;
    let Some(packet) = Packet::from_code(code).filter(|_| version == VERSION) else {
        return Err(start.error(format_args!("version {version} or packet {code} of the array is not known")));
    };
    *reader = body;
    Ok(packet)
}

/// Reads a header of a fixed size: that size, the size of what is behind it,
/// and `N` bytes more. Returns these and what is behind.
fn sized<'a, const N: usize>(
    reader: &mut Reader<'a>,
    header: u32,
    what: &str,
) -> Result<([u8; N], Reader<'a>)> {
    let start = *reader;
    let size = reader.u32(what)?;
    if size != header {
        return Err(start.error(format_args!("{what} is {size} bytes long, not {header}")));
    }
    let len = reader.u32(what)? as usize;
    let more = reader.array(what)?;
    Ok((more, reader.section(len)))
}
