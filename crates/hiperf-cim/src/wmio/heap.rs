//! [`Heap`]: reads the items that a structure refers to.
//!
//! The specification lets each item be referred to once. A heap holds an
//! encoding to that by the total: when the items read are longer than the heap
//! it refuses, so that a small input can't unfold into a large object. Items
//! come in any order, with gaps between them.

use std::sync::Arc;

use super::reader::{Reader, invalid};
use super::{NO_REFERENCE, TOP_BIT, dictionary};
use crate::{MAX_IDENTIFIER, Result, Text};

/// The items of a class, a method list or an instance.
pub(super) struct Heap<'a> {
    bytes: &'a [u8],
    offset: usize,
    /// Bytes that may still be read.
    unread: usize,
}

impl<'a> Heap<'a> {
    pub(super) fn new(bytes: &'a [u8], offset: usize) -> Heap<'a> {
        Heap { bytes, offset, unread: bytes.len() }
    }

    /// A reader of the item at `reference` and all after it. The caller says
    /// with [`Heap::took`] how much was the item.
    pub(super) fn item(&self, reference: u32, what: &str) -> Result<Reader<'a>> {
        let at = reference as usize;
        match self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            Some(rest) => Ok(Reader::new(rest, self.offset + at)),
            None => {
                let len = self.bytes.len();
                Err(invalid(
                    self.offset,
                    format_args!("{what} is at {reference:#x} of a heap of {len:#x} bytes"),
                ))
            }
        }
    }

    /// Counts `len` bytes, which are `what`, as read.
    pub(super) fn took(&mut self, len: usize, what: &str) -> Result<()> {
        match self.unread.checked_sub(len) {
            Some(unread) => {
                self.unread = unread;
                Ok(())
            }
            None => Err(invalid(self.offset, format_args!("{what} shares its bytes with another item"))),
        }
    }

    /// A string; `None` for NULL.
    pub(super) fn text(&mut self, reference: u32, what: &str) -> Result<Option<Text<'a>>> {
        if reference == NO_REFERENCE {
            return Ok(None);
        }
        if reference & TOP_BIT != 0 {
            let number = reference & !TOP_BIT;
            return match dictionary::text(number) {
                Some(text) => Ok(Some(text)),
                None => {
                    Err(invalid(self.offset, format_args!("{what} is no string of the dictionary: {number}")))
                }
            };
        }
        let text = self.item(reference, what)?.text(what)?;
        self.took(text.encoded_len(), what)?;
        Ok(Some(text))
    }

    /// A string that names something, so it is neither NULL nor empty.
    pub(super) fn name(&mut self, reference: u32, what: &str) -> Result<Arc<str>> {
        match self.text(reference, what)? {
            Some(text) => name(text, self.offset, what),
            None => Err(invalid(self.offset, format_args!("{what} is NULL"))),
        }
    }

    /// An item that starts with its length, which doesn't count itself.
    pub(super) fn sized_item(&mut self, reference: u32, what: &str) -> Result<Reader<'a>> {
        let mut item = self.item(reference, what)?;
        let len = item.u32(what)? as usize;
        let item = item.section(len);
        self.took(4 + item.rest().len(), what)?;
        Ok(item)
    }

    /// The packed elements of an array, each `width` bytes wide.
    pub(super) fn array(&mut self, reference: u32, width: usize, what: &str) -> Result<Reader<'a>> {
        let mut item = self.item(reference, what)?;
        let count = item.u32(what)? as usize;
        let len = count.saturating_mul(width);
        let offset = item.offset();
        let elements = item.take(len, what)?;
        self.took(4 + len, what)?;
        Ok(Reader::new(elements, offset))
    }
}

/// The text of a name.
pub(super) fn name(text: Text<'_>, offset: usize, what: &str) -> Result<Arc<str>> {
    let name = text.to_str();
    if name.is_empty() || name.chars().count() > MAX_IDENTIFIER {
        let bound = format_args!("{what} must have 1 to {MAX_IDENTIFIER} characters");
        return Err(invalid(offset, bound));
    }
    Ok(name.into())
}
