//! [`Decoder`]: from bytes to objects.

use std::collections::HashMap;
use std::sync::Arc;

use super::object::{
    ClassObject, FLAG_CLASS, FLAG_DECORATED, FLAG_INSTANCE, FLAG_KEYLESS, FLAG_PROTOTYPE, Object, Prototype,
    too_deep,
};
use super::reader::Reader;
use super::{MAX_NESTING, SIGNATURE, class_decode, instance_decode};
use crate::block::Nesting;
use crate::{Class, Decoration, Instance, Result};

/// Bytes of classes that a decoder remembers: some hundreds of classes. When
/// more would be remembered, it forgets all and starts again, so that a sender
/// of ever new classes can't fill the memory.
const MAX_REMEMBERED: usize = 1 << 20;

/// How often the average byte of an input may be nested: an object that is
/// nested n deep is held n times over while it is decoded. Few objects are
/// nested at all.
const MEAN_NESTING: usize = 16;

/// Bytes that may be nested in any input, so that small objects can be nested
/// as deep as [`MAX_NESTING`] lets them.
const ALWAYS_NESTED: usize = 1 << 20;

/// Decodes objects, and remembers their classes: instances whose ClassParts
/// are the same bytes share one class, and so its handles, and the second one
/// is decoded faster.
///
/// All errors are `WBEM_E_INVALID_OBJECT` with the offset of the byte that is
/// wrong, but for `WBEM_E_QUOTA_VIOLATION` when objects are nested deeper than
/// [`MAX_NESTING`] or too much is nested in each other.
#[derive(Debug, Default)]
pub struct Decoder {
    classes: HashMap<Arc<[u8]>, Arc<Class>>,
    /// The class of the last instance: the next one is mostly of the same, and
    /// comparing is faster than hashing.
    last: Option<(Arc<[u8]>, Arc<Class>)>,
    remembered_bytes: usize,
    decoration: Option<Arc<Decoration>>,
    /// Bytes of nested objects that the input may still have.
    may_nest: usize,
}

impl Decoder {
    /// A decoder that remembers nothing yet.
    #[must_use]
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Decodes an EncodingUnit. Bytes after the object are ignored.
    ///
    /// # Errors
    /// Those of the decoder.
    pub fn decode(&mut self, unit: &[u8]) -> Result<Object> {
        let mut reader = self.begin(unit);
        let signature = reader.u32("the signature")?;
        if signature != SIGNATURE {
            return Err(Reader::new(unit, 0).error(format_args!("the signature is {signature:#010x}")));
        }
        let len = reader.u32("the length of the object")?;
        let mut block = reader.section(len as usize);
        self.object(&mut block, 0)
    }

    /// Decodes an ObjectBlock. Bytes after the object are ignored.
    ///
    /// # Errors
    /// Those of the decoder.
    pub fn decode_block(&mut self, block: &[u8]) -> Result<Object> {
        let mut reader = self.begin(block);
        self.object(&mut reader, 0)
    }

    /// Decodes an EncodingUnitInstanceNoClass: an instance of `class`, which
    /// came before it.
    ///
    /// # Errors
    /// Those of the decoder.
    pub fn decode_instance_without_class(&mut self, block: &[u8], class: &Arc<Class>) -> Result<Instance> {
        let mut reader = self.begin(block);
        let (_, decoration) = self.head(&mut reader)?;
        let mut instance = instance_decode::instance_type(&mut reader, class, self, 0)?;
        instance.decorate(decoration);
        Ok(instance)
    }

    /// Checks that `block` is an object that another may embed.
    pub(crate) fn check_embedded(&mut self, block: &[u8]) -> Result<()> {
        let mut reader = self.begin(block);
        self.nested(&mut reader, 0).map(|_| ())
    }

    pub(super) fn begin<'a>(&mut self, input: &'a [u8]) -> Reader<'a> {
        self.may_nest = input.len().saturating_mul(MEAN_NESTING).saturating_add(ALWAYS_NESTED);
        Reader::new(input, 0)
    }

    /// Reads an object that is embedded in one that is nested `depth` deep.
    pub(super) fn nested(&mut self, block: &mut Reader<'_>, depth: u32) -> Result<Object> {
        match self.may_nest.checked_sub(block.rest().len()) {
            Some(rest) if depth < MAX_NESTING => self.may_nest = rest,
            _ => return Err(too_deep()),
        }
        self.object(block, depth + 1)
    }

    fn object(&mut self, reader: &mut Reader<'_>, depth: u32) -> Result<Object> {
        let start = *reader;
        let (flags, decoration) = self.head(reader)?;
        match flags & (FLAG_CLASS | FLAG_INSTANCE) {
            FLAG_CLASS => {
                let class = class_decode::class_type(reader, self, depth)?;
                let prototype = match (flags & FLAG_PROTOTYPE, flags & FLAG_KEYLESS) {
                    (0, _) => None,
                    (_, 0) => Some(Prototype::WithKeys),
                    _ => Some(Prototype::WithoutKeys),
                };
                Ok(Object::Class(ClassObject { class, decoration, prototype }))
            }
            FLAG_INSTANCE => {
                let class = self.instance_class(reader, depth)?;
                let mut instance = instance_decode::instance_type(reader, &class, self, depth)?;
                instance.decorate(decoration);
                Ok(Object::Instance(instance))
            }
            _ => Err(start.error(format_args!("the flags {flags:#04x} say neither class nor instance"))),
        }
    }

    /// Reads the flags and where the object came from.
    fn head(&mut self, reader: &mut Reader<'_>) -> Result<(u8, Option<Arc<Decoration>>)> {
        let flags = reader.u8("the object's flags")?;
        if flags & FLAG_DECORATED == 0 {
            return Ok((flags, None));
        }
        let (server, namespace) = (reader.text("the server")?, reader.text("the namespace")?);
        let (server, namespace) = (server.to_str(), namespace.to_str());
        let decoration = match &self.decoration {
            Some(last) if last.server == server && last.namespace == namespace => last.clone(),
            _ => {
                let (server, namespace) = (server.into_owned(), namespace.into_owned());
                Arc::new(Decoration { server, namespace })
            }
        };
        self.decoration = Some(decoration.clone());
        Ok((flags, Some(decoration)))
    }

    /// Reads the ClassPart of an instance, or knows it already.
    fn instance_class(&mut self, reader: &mut Reader<'_>, depth: u32) -> Result<Arc<Class>> {
        let mut rest = *reader;
        let len = rest.sized_section("a class's part")?.rest().len() + 4;
        let part = &reader.rest()[..len];
        if let Some((_, class)) = self.last.as_ref().filter(|(last, _)| **last == *part) {
            *reader = rest;
            return Ok(class.clone());
        }
        if let Some((known, class)) = self.classes.get_key_value(part) {
            *reader = rest;
            self.last = Some((known.clone(), class.clone()));
            return Ok(class.clone());
        }
        let parts = class_decode::class_part(reader, None, self, depth)?;
        let Some(parts) = parts else { return Err(reader.error("the instance's class has no name")) };
        let class = Arc::new(parts.finish(Nesting::Checked)?);
        if self.remembered_bytes + len > MAX_REMEMBERED {
            self.classes.clear();
            self.remembered_bytes = 0;
        }
        if len <= MAX_REMEMBERED {
            self.remembered_bytes += len;
            let part: Arc<[u8]> = part.into();
            self.last = Some((part.clone(), class.clone()));
            self.classes.insert(part, class.clone());
        }
        Ok(class)
    }
}
