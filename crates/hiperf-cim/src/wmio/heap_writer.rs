//! [`HeapWriter`]: writes a heap, and the references to its items.
//!
//! Every structure ends with its heap, and the size of what comes before it
//! follows from the class alone. So a structure is laid out first, then its
//! heap is written behind it, and the references are filled in as the items
//! get their place: one buffer, no copy.

use super::{NO_REFERENCE, TOP_BIT, dictionary};
use crate::{Error, Result, Status, Text, tail};

/// A heap that is being written at the end of a buffer.
pub(super) struct HeapWriter<'a> {
    /// The buffer, for what doesn't go through the heap.
    pub(super) out: &'a mut Vec<u8>,
    start: usize,
}

impl<'a> HeapWriter<'a> {
    /// Starts a heap at the end of `out`.
    pub(super) fn begin(out: &'a mut Vec<u8>) -> HeapWriter<'a> {
        out.extend_from_slice(&[0; 4]);
        let start = out.len();
        HeapWriter { out, start }
    }

    /// Ends the heap and writes its length.
    pub(super) fn finish(self) -> Result<()> {
        let len = length(self.out.len() - self.start)?;
        patch(self.out, self.start - 4, len | TOP_BIT);
        Ok(())
    }

    /// Where the next item will lie: its reference.
    pub(super) fn next(&self) -> Result<u32> {
        length(self.out.len() - self.start)
    }

    /// Adds a string and returns the reference to it.
    pub(super) fn text(&mut self, text: &str) -> Result<u32> {
        if let Some(number) = dictionary::number(text.as_bytes()) {
            return Ok(TOP_BIT | number);
        }
        let reference = self.next()?;
        push_text(self.out, text)?;
        Ok(reference)
    }

    /// Adds a string that is encoded already and returns the reference to it.
    pub(super) fn encoded_text(&mut self, text: Text<'_>) -> Result<u32> {
        let (flag, bytes, nul) = match text {
            Text::Latin1(bytes) => match dictionary::number(bytes) {
                Some(number) => return Ok(TOP_BIT | number),
                None => (0, bytes, &[0][..]),
            },
            Text::Utf16(bytes) => (1, bytes, &[0, 0][..]),
        };
        let reference = self.next()?;
        self.out.push(flag);
        self.out.extend_from_slice(bytes);
        self.out.extend_from_slice(nul);
        Ok(reference)
    }

    /// Adds bytes and returns the reference to them.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<u32> {
        let reference = self.next()?;
        self.out.extend_from_slice(bytes);
        Ok(reference)
    }

    /// Adds an item that starts with its length, which doesn't count itself,
    /// and that `write` writes; returns the reference to it.
    pub(super) fn sized_item(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<u32> {
        let reference = self.next()?;
        let at = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        write(self.out)?;
        let len = length(self.out.len() - at - 4)?;
        patch(self.out, at, len);
        Ok(reference)
    }
}

/// Adds an Encoded-String.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) -> Result<()> {
    if text.contains('\0') {
        let message = format!("{text:?} contains a NUL, which no encoded string can");
        return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message));
    }
    let start = out.len();
    out.resize(start + tail::encoded_len(text.encode_utf16()), 0);
    tail::encode(text.encode_utf16(), &mut out[start..]);
    Ok(())
}

/// Writes `word` at `at`, where room was left for it.
pub(super) fn patch(out: &mut [u8], at: usize, word: u32) {
    out[at..at + 4].copy_from_slice(&word.to_le_bytes());
}

/// Writes at `at` how many bytes have been written from there on.
pub(super) fn patch_length(out: &mut [u8], at: usize) -> Result<()> {
    let len = length(out.len() - at)?;
    patch(out, at, len);
    Ok(())
}

/// A length or an offset as it is written: 31 bits, because the top bit of a
/// reference has another meaning.
pub(super) fn length(len: usize) -> Result<u32> {
    match u32::try_from(len) {
        Ok(len) if len & TOP_BIT == 0 && len != NO_REFERENCE => Ok(len),
        _ => {
            let message = format!("the object takes {len} bytes; an encoding has less than 2 GiB");
            Err(Error::new(Status::WBEM_E_VALUE_OUT_OF_RANGE, message))
        }
    }
}
