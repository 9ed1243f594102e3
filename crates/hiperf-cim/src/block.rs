//! [`Block`]: the bytes of an instance, and how values get in and out of them.
//!
//! A block knows nothing of names and classes: it is told the index and the
//! [`Slot`] of a property. Fixed-width values are stores at a fixed offset
//! plus clearing two bits of the NdTable. Text and arrays live in the tail;
//! a new value overwrites the old one where it fits and is appended
//! otherwise, and the tail is rewritten when more of it is waste than not: in
//! place, where it holds texts alone.

mod compact;
mod items;
mod load;

use crate::layout::{NO_TAIL, Slot};
use crate::tail::{self, Text};
use crate::wmio::{Decoder, Embedded};
use crate::{CimType, DateTime, Layout, Status, Type, Value};

/// The two bits of a property in the NdTable.
const IS_NULL: u8 = 0b01;
const IS_DEFAULT: u8 = 0b10;

/// Waste in a tail that is worth a rewrite, in bytes.
const WASTE_WORTH_A_REWRITE: usize = 1024;

/// Whether someone has looked how deep the objects in a value are nested.
///
/// Looking means decoding them. A decoder knows by its own depth, and must not
/// look again: each level would be decoded twice for the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nesting {
    Unknown,
    Checked,
}

/// An instance's bytes: NdTable, value table, tail.
///
/// Offsets within a tail are 32 bits wide, so these counts are too: the smaller
/// an instance, the more of them a refresh finds in the cache. The order of the
/// fields is kept, so that what a copy touches lies together.
#[derive(Debug)]
#[repr(C)]
pub struct Block {
    bytes: Vec<u8>,
    fixed_len: u16,
    /// Whether the instance says of values why they are missing. Kept here,
    /// because a copy reads this line of the cache in any case.
    has_reasons: bool,
    /// Bytes of the tail that no slot refers to any more.
    waste: u32,
}

impl Clone for Block {
    fn clone(&self) -> Block {
        Block { bytes: self.bytes.clone(), ..*self }
    }
}

impl Block {
    /// A block in which every property is NULL by default.
    pub(crate) fn null(layout: &Layout) -> Block {
        Block::from_bytes(&vec![0xFF; layout.fixed_len()], layout.fixed_len())
    }

    /// A block with these bytes, of a layout that is `fixed_len` bytes long.
    pub(crate) fn from_bytes(bytes: &[u8], fixed_len: usize) -> Block {
        // At most 256 + 1,024 * 8 bytes, so it always fits.
        let fixed_len = u16::try_from(fixed_len).unwrap_or(u16::MAX);
        Block { bytes: bytes.to_vec(), fixed_len, has_reasons: false, waste: 0 }
    }

    /// Where the tail starts.
    #[inline]
    fn fixed_len(&self) -> usize {
        self.fixed_len.into()
    }

    pub(crate) fn has_reasons(&self) -> bool {
        self.has_reasons
    }

    pub(crate) fn set_has_reasons(&mut self, has_reasons: bool) {
        self.has_reasons = has_reasons;
    }

    fn add_waste(&mut self, bytes: usize) {
        self.waste = self.waste.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
    }

    /// All bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// NdTable and value table, for who writes many values at once.
    #[inline]
    pub(crate) fn fixed_part_mut(&mut self) -> &mut [u8] {
        let len = self.fixed_len();
        &mut self.bytes[..len]
    }

    /// Makes this block equal to `other`, which has the same layout. Allocates
    /// only when the tail has outgrown everything it held before. Says whether
    /// one of the two has reasons, which are the instance's to copy.
    #[inline]
    pub(crate) fn copy_from(&mut self, other: &Block) -> bool {
        if self.bytes.len() == other.bytes.len() {
            self.bytes.copy_from_slice(&other.bytes);
        } else {
            self.bytes.clear();
            self.bytes.extend_from_slice(&other.bytes);
        }
        // Nearly always neither; what isn't stored isn't written back from the cache.
        let has_reasons = self.has_reasons | other.has_reasons;
        if (self.waste ^ other.waste) | u32::from(has_reasons) != 0 {
            self.waste = other.waste;
            return has_reasons;
        }
        false
    }

    #[inline]
    pub(crate) fn is_null(&self, index: usize) -> bool {
        self.nd(index) & IS_NULL != 0
    }

    #[inline]
    pub(crate) fn is_default(&self, index: usize) -> bool {
        self.nd(index) & IS_DEFAULT != 0
    }

    #[inline]
    fn nd(&self, index: usize) -> u8 {
        self.bytes[index / 4] >> (index % 4 * 2)
    }

    #[inline]
    fn set_nd(&mut self, index: usize, bits: u8) {
        let shift = index % 4 * 2;
        let byte = &mut self.bytes[index / 4];
        *byte = *byte & !(0b11 << shift) | bits << shift;
    }

    /// The bytes of a fixed-width value, NULL or not.
    #[inline]
    pub(crate) fn fixed(&self, slot: Slot) -> &[u8] {
        &self.bytes[slot.range()]
    }

    /// Reads a fixed-width value that is `N` bytes wide.
    #[inline]
    pub(crate) fn read<const N: usize>(&self, slot: Slot) -> [u8; N] {
        let mut value = [0; N];
        value.copy_from_slice(&self.bytes[slot.offset()..slot.offset() + N]);
        value
    }

    /// Writes a fixed-width value that is `N` bytes wide, and sets it. A block
    /// has room for every slot of its layout, so it is always done; saying
    /// otherwise costs less in this, the hottest of all functions, than a
    /// panic would.
    ///
    /// Both bits of a counter that is written again are clear already, and a
    /// byte that isn't stored doesn't have to be waited for when the bits of the
    /// next counter are in it too.
    #[inline]
    pub(crate) fn write<const N: usize>(&mut self, index: usize, slot: Slot, value: [u8; N]) -> Option<()> {
        let up_to_value = self.bytes.get_mut(..slot.offset() + N)?;
        *up_to_value.last_chunk_mut()? = value;
        let nd = up_to_value.get_mut(index / 4)?;
        let bits = 0b11 << (index % 4 * 2);
        if *nd & bits != 0 {
            *nd &= !bits;
        }
        Some(())
    }

    /// Writes the bytes of a fixed-width value of any width, and sets it.
    pub(crate) fn write_fixed(&mut self, index: usize, slot: Slot, value: &[u8]) {
        self.bytes[slot.range()].copy_from_slice(value);
        self.set_nd(index, 0);
    }

    /// Sets the property to NULL.
    #[inline]
    pub(crate) fn write_null(&mut self, index: usize, slot: Slot) {
        if slot.width() == 0 {
            self.add_waste(self.tail_len(slot));
        }
        self.bytes[slot.range()].fill(0xFF);
        self.set_nd(index, IS_NULL);
    }

    pub(crate) fn mark_default(&mut self, index: usize) {
        let null = self.nd(index) & IS_NULL;
        self.set_nd(index, IS_DEFAULT | null);
    }

    fn tail_ref(&self, slot: Slot) -> u32 {
        u32::from_le_bytes(self.read(slot))
    }

    /// The tail from the value of `slot` on, or `None` if it has none.
    fn tail_from(&self, slot: Slot) -> Option<&[u8]> {
        match self.tail_ref(slot) {
            NO_TAIL => None,
            offset => self.bytes.get(self.fixed_len() + offset as usize..),
        }
    }

    /// The text of a property that is text; `None` if it has none.
    pub(crate) fn text(&self, slot: Slot) -> Option<Text<'_>> {
        Text::decode(self.tail_from(slot)?)
    }

    /// Sets the text of a property that is text.
    pub(crate) fn write_text(
        &mut self,
        index: usize,
        slot: Slot,
        units: impl Iterator<Item = u16> + Clone,
    ) -> Result<(), Status> {
        if units.clone().any(|unit| unit == 0) {
            return Err(Status::WBEM_E_INVALID_PARAMETER);
        }
        let len = tail::encoded_len(units.clone());
        let old_len = self.text(slot).map_or(0, Text::encoded_len);
        let start = self.room_in_tail(slot, old_len, len);
        tail::encode(units, &mut self.bytes[start..start + len]);
        self.set_nd(index, 0);
        Ok(())
    }

    /// Makes room for `len` bytes of `slot` in the tail, in place of the
    /// `old_len` it had if they suffice, and returns where in the block.
    fn room_in_tail(&mut self, slot: Slot, old_len: usize, len: usize) -> usize {
        if len <= old_len {
            self.add_waste(old_len - len);
            return self.fixed_len() + self.tail_ref(slot) as usize;
        }
        self.add_waste(old_len);
        let start = self.bytes.len();
        self.bytes.resize(start + len, 0);
        let offset = u32::try_from(start - self.fixed_len()).unwrap_or(NO_TAIL);
        self.bytes[slot.range()].copy_from_slice(&offset.to_le_bytes());
        start
    }

    /// Bytes of the tail that the value of `slot` takes.
    fn tail_len(&self, slot: Slot) -> usize {
        if slot.is_text() {
            return self.text(slot).map_or(0, Text::encoded_len);
        }
        if slot.scalar() == CimType::Object {
            return self.objects_len(slot);
        }
        match self.array(slot, slot.scalar()) {
            Some(Value::Array(element, elements)) => {
                let texts = elements.iter().filter_map(text_of);
                let texts: usize = texts.map(|text| tail::encoded_len(text.encode_utf16())).sum();
                4 + elements.len() * element.width() + texts
            }
            _ => 0,
        }
    }

    /// Whether so much of the tail is waste that it should be rewritten.
    pub(crate) fn wants_rewrite(&self) -> bool {
        let waste = self.waste as usize;
        waste > WASTE_WORTH_A_REWRITE && waste * 2 > self.bytes.len() - self.fixed_len()
    }

    /// Empties the tail; the caller writes its values anew.
    pub(crate) fn clear_tail(&mut self) {
        self.bytes.truncate(self.fixed_len());
        self.waste = 0;
    }

    /// Forgets where the value of `slot` lay in a tail that was emptied.
    pub(crate) fn detach(&mut self, slot: Slot) {
        self.bytes[slot.range()].copy_from_slice(&NO_TAIL.to_le_bytes());
    }

    /// The value of a property of type `ty`.
    pub(crate) fn value(&self, index: usize, slot: Slot, ty: Type) -> Value {
        if self.is_null(index) {
            return Value::Null;
        }
        if ty.is_array {
            return self.array(slot, ty.scalar).unwrap_or(Value::Null);
        }
        if ty.scalar.is_text() {
            return self.text(slot).map_or(Value::Null, |text| text_value(ty.scalar, text));
        }
        if ty.scalar == CimType::Object {
            let object = |offset| self.object_value(offset, &mut Decoder::new());
            return self.tail_offset(slot).and_then(object).unwrap_or(Value::Null);
        }
        fixed_value(ty.scalar, self.fixed(slot))
    }

    /// Sets a property of type `ty` to a value of that type.
    pub(crate) fn set_value(
        &mut self,
        index: usize,
        slot: Slot,
        ty: Type,
        value: &Value,
        nesting: Nesting,
    ) -> Result<(), Status> {
        match value {
            Value::Null => {
                self.write_null(index, slot);
                Ok(())
            }
            Value::Array(element, elements) if ty == Type::array(*element) => {
                self.set_array(index, slot, *element, elements, nesting)
            }
            value if value.type_of() == Some(ty) => match (text_of(value), Embedded::of(value)) {
                (Some(text), _) => self.write_text(index, slot, text.encode_utf16()),
                (_, Some(object)) => self.set_object(index, slot, object, nesting),
                (None, None) => {
                    let (bytes, width) = fixed_bytes(value);
                    self.write_fixed(index, slot, &bytes[..width]);
                    Ok(())
                }
            },
            _ => Err(Status::WBEM_E_TYPE_MISMATCH),
        }
    }

    /// An Encoded-Array: a count, then the elements packed; those of text are
    /// references into the tail.
    fn array(&self, slot: Slot, element: CimType) -> Option<Value> {
        let bytes = self.tail_from(slot)?;
        let (count, packed) = bytes.split_first_chunk::<4>()?;
        let width = element.width();
        let packed = packed.get(..(u32::from_le_bytes(*count) as usize).checked_mul(width)?)?;
        let mut decoder = Decoder::new();
        let decode = |bytes: &[u8]| {
            if element == CimType::Object {
                return self.object_value(u32::from_le_bytes(bytes.try_into().ok()?), &mut decoder);
            }
            if !element.is_text() {
                return Some(fixed_value(element, bytes));
            }
            let text = self.text_at(u32::from_le_bytes(bytes.try_into().ok()?))?;
            Some(text_value(element, text))
        };
        let elements = packed.chunks_exact(width).map(decode).collect::<Option<Vec<_>>>()?;
        Some(Value::Array(element, elements))
    }

    fn set_array(
        &mut self,
        index: usize,
        slot: Slot,
        element: CimType,
        elements: &[Value],
        nesting: Nesting,
    ) -> Result<(), Status> {
        if elements.iter().any(|value| value.type_of() != Some(Type::scalar(element))) {
            return Err(Status::WBEM_E_TYPE_MISMATCH);
        }
        let count = u32::try_from(elements.len()).map_err(|_| Status::WBEM_E_VALUE_OUT_OF_RANGE)?;
        let mut encoded = count.to_le_bytes().to_vec();
        for value in elements {
            if let Some(object) = Embedded::of(value) {
                encoded.extend_from_slice(&self.append_object(object, nesting)?.to_le_bytes());
                continue;
            }
            match text_of(value) {
                Some(text) => {
                    if text.contains('\0') {
                        return Err(Status::WBEM_E_INVALID_PARAMETER);
                    }
                    let offset = u32::try_from(self.bytes.len() - self.fixed_len()).unwrap_or(NO_TAIL);
                    let len = tail::encoded_len(text.encode_utf16());
                    let start = self.bytes.len();
                    self.bytes.resize(start + len, 0);
                    tail::encode(text.encode_utf16(), &mut self.bytes[start..]);
                    encoded.extend_from_slice(&offset.to_le_bytes());
                }
                None => {
                    let (bytes, width) = fixed_bytes(value);
                    encoded.extend_from_slice(&bytes[..width]);
                }
            }
        }
        self.add_waste(self.tail_len(slot));
        let start = self.room_in_tail(slot, 0, encoded.len());
        self.bytes[start..start + encoded.len()].copy_from_slice(&encoded);
        self.set_nd(index, 0);
        Ok(())
    }
}

pub(crate) fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) | Value::Reference(text) => Some(text),
        Value::DateTime(datetime) => Some(datetime.as_str()),
        _ => None,
    }
}

pub(crate) fn text_value(cim: CimType, text: Text<'_>) -> Value {
    let text = text.to_str();
    match cim {
        CimType::Reference => Value::Reference(text.into_owned()),
        CimType::DateTime => DateTime::parse(&text).map_or(Value::Null, Value::DateTime),
        _ => Value::String(text.into_owned()),
    }
}

/// The value of type `cim` in `bytes`, which are as many as it is wide.
pub(crate) fn fixed_value(cim: CimType, bytes: &[u8]) -> Value {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    let word = u64::from_le_bytes(word);
    #[allow(clippy::cast_possible_truncation)] // the low bytes are the value
    match cim {
        CimType::Sint8 => Value::Sint8((word as u8).cast_signed()),
        CimType::Uint8 => Value::Uint8(word as u8),
        CimType::Sint16 => Value::Sint16((word as u16).cast_signed()),
        CimType::Uint16 => Value::Uint16(word as u16),
        CimType::Sint32 => Value::Sint32((word as u32).cast_signed()),
        CimType::Uint32 => Value::Uint32(word as u32),
        CimType::Sint64 => Value::Sint64(word.cast_signed()),
        CimType::Uint64 => Value::Uint64(word),
        CimType::Real32 => Value::Real32(f32::from_bits(word as u32)),
        CimType::Real64 => Value::Real64(f64::from_bits(word)),
        CimType::Boolean => Value::Boolean(word != 0),
        CimType::Char16 => Value::Char16(word as u16),
        CimType::String | CimType::DateTime | CimType::Reference | CimType::Object => Value::Null,
    }
}

/// The bytes of a fixed-width value, and how many of them count.
pub(crate) fn fixed_bytes(value: &Value) -> ([u8; 8], usize) {
    let word = match *value {
        Value::Sint8(v) => u64::from(v.cast_unsigned()),
        Value::Uint8(v) => v.into(),
        Value::Sint16(v) => u64::from(v.cast_unsigned()),
        Value::Uint16(v) | Value::Char16(v) => v.into(),
        Value::Sint32(v) => u64::from(v.cast_unsigned()),
        Value::Uint32(v) => v.into(),
        Value::Sint64(v) => v.cast_unsigned(),
        Value::Uint64(v) => v,
        Value::Real32(v) => v.to_bits().into(),
        Value::Real64(v) => v.to_bits(),
        Value::Boolean(v) => {
            if v {
                0xFFFF
            } else {
                0
            }
        }
        Value::Null
        | Value::String(_)
        | Value::DateTime(_)
        | Value::Reference(_)
        | Value::Object(_)
        | Value::Class(_)
        | Value::Array(..) => 0,
    };
    (word.to_le_bytes(), value.type_of().map_or(0, Type::width))
}
