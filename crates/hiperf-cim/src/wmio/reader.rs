//! [`Reader`]: takes fields off the front of an encoding.
//!
//! A reader never goes beyond its bytes, and knows where in the whole input
//! they lie, for messages.

use super::heap::Heap;
use super::{NO_REFERENCE, TOP_BIT};
use crate::{Error, Result, Status, Text};

/// The rest of a structure.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, which lie `offset` bytes into the whole input.
    pub(super) fn new(bytes: &'a [u8], offset: usize) -> Reader<'a> {
        Reader { bytes, offset }
    }

    /// Where in the whole input the next field lies.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// All bytes that are left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// The error that `what` is wrong here.
    pub(super) fn error(&self, what: impl std::fmt::Display) -> Error {
        invalid(self.offset, what)
    }

    /// The next `len` bytes, which are `what`.
    pub(super) fn take(&mut self, len: usize, what: &str) -> Result<&'a [u8]> {
        let Some((taken, rest)) = self.bytes.split_at_checked(len) else {
            return Err(self.error(format_args!("{what} ends before its {len} bytes do")));
        };
        self.bytes = rest;
        self.offset += len;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, what)?);
        Ok(array)
    }

    pub(super) fn u8(&mut self, what: &str) -> Result<u8> {
        Ok(u8::from_le_bytes(self.array(what)?))
    }

    pub(super) fn u16(&mut self, what: &str) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array(what)?))
    }

    pub(super) fn u32(&mut self, what: &str) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    /// The next `len` bytes, or as many of them as there are.
    pub(super) fn section(&mut self, len: usize) -> Reader<'a> {
        let (taken, rest) = self.bytes.split_at(len.min(self.bytes.len()));
        let section = Reader { bytes: taken, offset: self.offset };
        self.bytes = rest;
        self.offset += taken.len();
        section
    }

    /// A structure that starts with its length, which counts itself.
    pub(super) fn sized_section(&mut self, what: &str) -> Result<Reader<'a>> {
        let at = self.offset;
        let len = self.u32(what)? as usize;
        match len.checked_sub(4) {
            Some(rest) => Ok(self.section(rest)),
            None => Err(invalid(at, format_args!("{what} is {len} bytes long, less than its own length"))),
        }
    }

    /// An Encoded-String that stands here, not in a heap.
    pub(super) fn text(&mut self, what: &str) -> Result<Text<'a>> {
        let Some(text) = Text::decode(self.bytes) else {
            return Err(self.error(format_args!("{what} is no string")));
        };
        self.section(text.encoded_len());
        Ok(text)
    }

    /// A heap.
    pub(super) fn heap(&mut self, what: &str) -> Result<Heap<'a>> {
        let at = self.offset;
        let len = self.u32(what)?;
        if len & TOP_BIT == 0 || len == NO_REFERENCE {
            return Err(invalid(at, format_args!("{what} doesn't start with a heap's length")));
        }
        let section = self.section((len & !TOP_BIT) as usize);
        Ok(Heap::new(section.bytes, section.offset))
    }
}

/// The error that an encoding is wrong at `offset`.
pub(super) fn invalid(offset: usize, what: impl std::fmt::Display) -> Error {
    Error::new(Status::WBEM_E_INVALID_OBJECT, format!("byte {offset:#x} of the object: {what}"))
}
