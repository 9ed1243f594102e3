//! What lies in the tail of a [`Block`]: texts, arrays and embedded objects.
//!
//! ```text
//! text     an Encoded-String                              see `tail`
//! array    u32 count | elements, packed; those without a fixed width
//!          are offsets from the start of the tail
//! object   u32 length | ObjectBlock                       see `wmio`
//! ```
//! It is what a heap of \[MS-WMIO\] holds, so an item is copied between the two.

use super::{Block, Nesting};
use crate::layout::{NO_TAIL, Slot};
use crate::wmio::{self, Decoder, Embedded};
use crate::{CimType, Status, Text, Value};

impl Block {
    /// Where in the tail the value of `slot` lies; `None` if it has none.
    #[inline]
    pub(crate) fn tail_offset(&self, slot: Slot) -> Option<u32> {
        Some(self.tail_ref(slot)).filter(|&offset| offset != NO_TAIL)
    }

    #[inline]
    fn tail_at(&self, offset: u32) -> Option<&[u8]> {
        self.bytes.get(self.fixed_len().checked_add(offset as usize)?..)
    }

    /// The text at `offset` of the tail.
    #[inline]
    pub(crate) fn text_at(&self, offset: u32) -> Option<Text<'_>> {
        Text::decode(self.tail_at(offset)?)
    }

    /// The embedded object at `offset` of the tail, with its length before it.
    pub(crate) fn object_at(&self, offset: u32) -> Option<&[u8]> {
        let item = self.tail_at(offset)?;
        let len = u32::from_le_bytes(*item.first_chunk()?) as usize;
        item.get(..len.checked_add(4)?)
    }

    /// The array at `offset` of the tail, with its count before it.
    pub(crate) fn array_at(&self, offset: u32, element: CimType) -> Option<&[u8]> {
        let item = self.tail_at(offset)?;
        let count = u32::from_le_bytes(*item.first_chunk()?) as usize;
        item.get(..count.checked_mul(element.width())?.checked_add(4)?)
    }

    /// The embedded object at `offset` of the tail as a value.
    pub(super) fn object_value(&self, offset: u32, decoder: &mut Decoder) -> Option<Value> {
        let item = self.object_at(offset)?;
        decoder.decode_block(&item[4..]).ok().map(Value::from)
    }

    /// Sets a property that is an embedded object.
    pub(super) fn set_object(
        &mut self,
        index: usize,
        slot: Slot,
        object: Embedded<'_>,
        nesting: Nesting,
    ) -> Result<(), Status> {
        let item = wmio::embedded_block(object, nesting).map_err(|error| error.status())?;
        self.write_item(index, slot, item.len() - 4, &item[4..]);
        Ok(())
    }

    /// Adds an embedded object to the tail and returns where.
    pub(super) fn append_object(&mut self, object: Embedded<'_>, nesting: Nesting) -> Result<u32, Status> {
        let item = wmio::embedded_block(object, nesting).map_err(|error| error.status())?;
        let offset = u32::try_from(self.bytes.len() - self.fixed_len()).unwrap_or(NO_TAIL);
        self.bytes.extend_from_slice(&item);
        Ok(offset)
    }

    /// Sets a property to an item of the tail that is `bytes` behind the
    /// number `head`: an array without references, or an embedded object.
    pub(crate) fn write_item(&mut self, index: usize, slot: Slot, head: usize, bytes: &[u8]) {
        self.add_waste(self.tail_len(slot));
        let start = self.room_in_tail(slot, 0, bytes.len() + 4);
        let head = u32::try_from(head).unwrap_or(u32::MAX);
        self.bytes[start..start + 4].copy_from_slice(&head.to_le_bytes());
        self.bytes[start + 4..start + 4 + bytes.len()].copy_from_slice(bytes);
        self.set_nd(index, 0);
    }

    /// Bytes of the tail that an embedded object, or an array of them, takes.
    pub(super) fn objects_len(&self, slot: Slot) -> usize {
        let Some(offset) = self.tail_offset(slot) else { return 0 };
        if !slot.is_array() {
            return self.object_at(offset).map_or(0, <[u8]>::len);
        }
        let Some(array) = self.array_at(offset, CimType::Object) else { return 0 };
        let offsets = array[4..].chunks_exact(4).filter_map(|offset| offset.try_into().ok());
        let objects = offsets.filter_map(|offset| self.object_at(u32::from_le_bytes(offset)));
        array.len() + objects.map(<[u8]>::len).sum::<usize>()
    }
}
