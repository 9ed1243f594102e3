//! [`Layout`]: where each property of a class lies in an instance's block.
//!
//! An instance is one block of bytes, in the form that \[MS-WMIO\] 2.2.52 puts
//! on the wire:
//!
//! ```text
//! 0          nd_len            fixed_len                      block.len()
//! +----------+-----------------+--------------------------------+
//! | NdTable  |   value table   |  tail: strings and arrays      |
//! +----------+-----------------+--------------------------------+
//! ```
//!
//! * NdTable: two bits a property in declaration order, bit 0 "is NULL", bit 1
//!   "is the class's default".
//! * Value table: the properties in declaration order, packed, little-endian.
//!   A subclass appends its own, so an inherited property keeps its index.
//! * Tail: what has no fixed width. Its slot holds an offset from the start of
//!   the tail, or [`NO_TAIL`].

use std::ops::Range;
use std::sync::Arc;

use crate::{CimType, PropertyHandle, Status, Type};

/// The slot of a string or an array that has no value.
pub const NO_TAIL: u32 = 0xFFFF_FFFF;

/// Where a property lies, and what it is: eight bytes, fetched in one load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Slot {
    handle: PropertyHandle,
    offset: u16,
    /// Bytes of the value itself; 0 when the value lies in the tail.
    width: u8,
    /// The CIMTYPE's low byte; bit 7 marks an array (no CIMTYPE uses it).
    code: u8,
}

const CODE_ARRAY: u8 = 0x80;

impl Slot {
    /// Offset of the slot from the start of the block, in bytes.
    #[inline]
    #[must_use]
    pub fn offset(self) -> usize {
        usize::from(self.offset)
    }

    /// Width of the value in bytes; 0 when the value lies in the tail.
    #[inline]
    #[must_use]
    pub fn width(self) -> usize {
        usize::from(self.width)
    }

    /// The bytes of the block that the slot takes.
    #[inline]
    #[must_use]
    pub fn range(self) -> Range<usize> {
        let bytes = if self.width == 0 { 4 } else { self.width() };
        self.offset()..self.offset() + bytes
    }

    /// The property's handle.
    #[inline]
    #[must_use]
    pub fn handle(self) -> PropertyHandle {
        self.handle
    }

    /// The scalar type, or the array's element.
    #[must_use]
    pub fn scalar(self) -> CimType {
        CimType::from_code(u32::from(self.code & !CODE_ARRAY)).unwrap_or(CimType::String)
    }

    /// Whether the value is an array.
    #[must_use]
    pub fn is_array(self) -> bool {
        self.code & CODE_ARRAY != 0
    }

    /// Whether the value is text: a string, a datetime or a reference.
    #[inline]
    #[must_use]
    pub fn is_text(self) -> bool {
        const STRING: u8 = CimType::String as u8;
        const DATETIME: u8 = CimType::DateTime as u8;
        const REFERENCE: u8 = CimType::Reference as u8;
        matches!(self.code, STRING | DATETIME | REFERENCE)
    }
}

/// The layout of a class's instances.
#[derive(Clone, Debug)]
pub struct Layout {
    slots: Arc<[Slot]>,
    /// Those whose values lie in the tail.
    in_tail: Arc<[Slot]>,
    nd_len: usize,
    fixed_len: usize,
}

impl Layout {
    /// Lays out properties given in declaration order, each with the name of
    /// the class that declares it.
    pub(crate) fn new<'a>(properties: impl ExactSizeIterator<Item = (&'a str, &'a str, Type)>) -> Layout {
        let nd_len = properties.len().div_ceil(4);
        let mut offset = nd_len;
        let slots: Arc<[Slot]> = properties
            .enumerate()
            .map(|(index, (origin, name, ty))| {
                let in_tail = ty.is_array || ty.scalar.is_text() || ty.scalar == CimType::Object;
                let slot = Slot {
                    handle: PropertyHandle::new(origin, name, ty, index),
                    // At most 256 + 1,024 * 8 bytes, so it always fits.
                    offset: u16::try_from(offset).unwrap_or(u16::MAX),
                    width: if in_tail { 0 } else { u8::try_from(ty.width()).unwrap_or(0) },
                    code: ty.scalar as u8 | if ty.is_array { CODE_ARRAY } else { 0 },
                };
                offset += ty.width();
                slot
            })
            .collect();
        let in_tail = slots.iter().copied().filter(|slot| slot.width == 0).collect();
        Layout { slots, in_tail, nd_len, fixed_len: offset }
    }

    /// The slots of strings, arrays and objects, in declaration order.
    #[must_use]
    pub fn in_tail(&self) -> &[Slot] {
        &self.in_tail
    }

    /// All slots, in declaration order.
    #[must_use]
    pub fn slots(&self) -> &Arc<[Slot]> {
        &self.slots
    }

    /// Bytes of the NdTable.
    #[must_use]
    pub fn nd_len(&self) -> usize {
        self.nd_len
    }

    /// Bytes of the NdTable and the value table: where the tail starts.
    #[must_use]
    pub fn fixed_len(&self) -> usize {
        self.fixed_len
    }
}

/// The slot that `handle` names among `slots`.
///
/// # Errors
/// `WBEM_E_INVALID_HANDLE_REQUEST` when the handle is of another class.
#[inline]
pub fn resolve(slots: &[Slot], handle: PropertyHandle) -> Result<Slot, Status> {
    match slots.get(handle.index()) {
        Some(slot) if slot.handle == handle => Ok(*slot),
        _ => Err(Status::WBEM_E_INVALID_HANDLE_REQUEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_in_declaration_order() {
        let properties = [
            ("A", "Flag", Type::scalar(CimType::Boolean)),
            ("A", "Name", Type::scalar(CimType::String)),
            ("A", "Total", Type::scalar(CimType::Uint64)),
            ("B", "List", Type::array(CimType::Uint8)),
            ("B", "Byte", Type::scalar(CimType::Uint8)),
        ];
        let layout = Layout::new(properties.into_iter());
        assert_eq!(layout.nd_len(), 2);
        let offsets: Vec<_> = layout.slots().iter().map(|slot| slot.offset()).collect();
        assert_eq!(offsets, [2, 4, 8, 16, 20]);
        assert_eq!(layout.fixed_len(), 21);
        assert_eq!(layout.slots()[1].width(), 0);
        assert!(layout.slots()[1].is_text());
        assert_eq!(size_of::<Slot>(), 8);

        let other = Layout::new(properties.into_iter().map(|(_, name, ty)| ("C", name, ty)));
        let foreign = other.slots()[2].handle();
        assert_eq!(resolve(layout.slots(), foreign), Err(Status::WBEM_E_INVALID_HANDLE_REQUEST));
        assert_eq!(resolve(layout.slots(), layout.slots()[2].handle()).unwrap().offset(), 8);
    }
}
