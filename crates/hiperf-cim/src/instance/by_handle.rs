//! The values of an [`Instance`] by handle: what providers and the clients of a
//! refresher do a thousand times a second.
//!
//! A handle is checked and resolved in about a nanosecond. Nothing here tells
//! more than a [`Status`], and nothing allocates but text that outgrows its room.

use std::sync::Arc;

use super::Instance;
use crate::block::Block;
use crate::layout::{Slot, resolve};
use crate::tail::Text;
use crate::{CimType, PropertyHandle, Status};

/// By handle: checked, never allocating (but for text that outgrows its room).
impl Instance {
    /// Whether the property is NULL.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    #[inline]
    pub fn is_null(&self, handle: PropertyHandle) -> Result<bool, Status> {
        resolve(&self.slots, handle)?;
        Ok(self.block.is_null(handle.index()))
    }

    /// Reads a 32-bit value, or the low half of a 64-bit integer, which public
    /// clients of `ReadDWORD` rely on. NULL is `None`.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    /// * `WBEM_E_TYPE_MISMATCH`: the property is not 32 or 64 bits wide.
    #[inline]
    pub fn read_u32(&self, handle: PropertyHandle) -> Result<Option<u32>, Status> {
        let slot = resolve(&self.slots, handle)?;
        if slot.width() != 4 && slot.width() != 8 {
            return Err(Status::WBEM_E_TYPE_MISMATCH);
        }
        // Little-endian: the low half comes first.
        let value = u32::from_le_bytes(self.block.read(slot));
        Ok((!self.block.is_null(handle.index())).then_some(value))
    }

    /// Reads a 64-bit value. NULL is `None`.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    /// * `WBEM_E_TYPE_MISMATCH`: the property is not 64 bits wide.
    #[inline]
    pub fn read_u64(&self, handle: PropertyHandle) -> Result<Option<u64>, Status> {
        let slot = resolve(&self.slots, handle)?;
        if slot.width() != 8 {
            return Err(Status::WBEM_E_TYPE_MISMATCH);
        }
        let value = u64::from_le_bytes(self.block.read(slot));
        Ok((!self.block.is_null(handle.index())).then_some(value))
    }

    /// Reads a 64-bit real. NULL is `None`.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    /// * `WBEM_E_TYPE_MISMATCH`: the property is no `real64`.
    #[inline]
    pub fn read_f64(&self, handle: PropertyHandle) -> Result<Option<f64>, Status> {
        let slot = resolve(&self.slots, handle)?;
        if slot.scalar() != CimType::Real64 || slot.is_array() {
            return Err(Status::WBEM_E_TYPE_MISMATCH);
        }
        let value = f64::from_le_bytes(self.block.read(slot));
        Ok((!self.block.is_null(handle.index())).then_some(value))
    }

    /// The little-endian bytes of a fixed-width value. NULL is `None`.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    /// * `WBEM_E_TYPE_MISMATCH`: the property is text.
    #[inline]
    pub fn read_fixed(&self, handle: PropertyHandle) -> Result<Option<&[u8]>, Status> {
        let slot = resolve(&self.slots, handle)?;
        if slot.width() == 0 {
            return Err(Status::WBEM_E_TYPE_MISMATCH);
        }
        Ok((!self.block.is_null(handle.index())).then(|| self.block.fixed(slot)))
    }

    /// The text of a string, datetime or reference. NULL is `None`.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    /// * `WBEM_E_TYPE_MISMATCH`: the property is not text.
    pub fn read_text(&self, handle: PropertyHandle) -> Result<Option<Text<'_>>, Status> {
        let slot = resolve(&self.slots, handle)?;
        if !slot.is_text() {
            return Err(Status::WBEM_E_TYPE_MISMATCH);
        }
        if self.block.is_null(handle.index()) { Ok(None) } else { Ok(self.block.text(slot)) }
    }

    /// Width of a fixed-width property in bytes; 0 when it is text.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    #[inline]
    pub fn width(&self, handle: PropertyHandle) -> Result<usize, Status> {
        resolve(&self.slots, handle).map(Slot::width)
    }

    /// Writes a 32-bit value.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    /// * `WBEM_E_TYPE_MISMATCH`: the property is not 32 bits wide.
    #[inline]
    pub fn write_u32(&mut self, handle: PropertyHandle, value: u32) -> Result<(), Status> {
        self.write_word(handle, value.to_le_bytes())
    }

    /// Writes a 64-bit value.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    /// * `WBEM_E_TYPE_MISMATCH`: the property is not 64 bits wide.
    #[inline]
    pub fn write_u64(&mut self, handle: PropertyHandle, value: u64) -> Result<(), Status> {
        self.write_word(handle, value.to_le_bytes())
    }

    #[inline]
    fn write_word<const N: usize>(&mut self, handle: PropertyHandle, value: [u8; N]) -> Result<(), Status> {
        let slot = resolve(&self.slots, handle)?;
        if slot.width() != N {
            return Err(Status::WBEM_E_TYPE_MISMATCH);
        }
        self.block.write(handle.index(), slot, value).ok_or(Status::WBEM_E_CRITICAL_ERROR)
    }

    /// Writes the little-endian bytes of a fixed-width value.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    /// * `WBEM_E_TYPE_MISMATCH`: the property is text.
    /// * `WBEM_E_INVALID_PARAMETER`: not as many bytes as it is wide.
    pub fn write_fixed(&mut self, handle: PropertyHandle, value: &[u8]) -> Result<(), Status> {
        let slot = resolve(&self.slots, handle)?;
        match slot.width() {
            0 => Err(Status::WBEM_E_TYPE_MISMATCH),
            width if width != value.len() => Err(Status::WBEM_E_INVALID_PARAMETER),
            _ => {
                self.block.write_fixed(handle.index(), slot, value);
                Ok(())
            }
        }
    }

    /// Writes the text of a string, datetime or reference, as UTF-16 code
    /// units without a NUL. A datetime is not checked here.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    /// * `WBEM_E_TYPE_MISMATCH`: the property is not text.
    /// * `WBEM_E_INVALID_PARAMETER`: a NUL within the text.
    pub fn write_text(
        &mut self,
        handle: PropertyHandle,
        units: impl Iterator<Item = u16> + Clone,
    ) -> Result<(), Status> {
        let slot = resolve(&self.slots, handle)?;
        if !slot.is_text() {
            return Err(Status::WBEM_E_TYPE_MISMATCH);
        }
        self.block.write_text(handle.index(), slot, units)?;
        self.rewrite_tail_if_wasteful();
        Ok(())
    }

    /// Sets the property to NULL.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    #[inline]
    pub fn write_null(&mut self, handle: PropertyHandle) -> Result<(), Status> {
        let slot = resolve(&self.slots, handle)?;
        self.block.write_null(handle.index(), slot);
        self.forget_reason(handle.index());
        Ok(())
    }

    /// Makes this instance's values, and the reasons of those that are missing,
    /// equal to those of `other`; qualifiers of its
    /// own and where it came from stay as they are. Allocates only
    /// when the text has outgrown everything it held before.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: the two are not of the same class.
    #[inline]
    pub fn copy_from(&mut self, other: &Instance) -> Result<(), Status> {
        // A class and the same class with its texts share their slots.
        if !Arc::ptr_eq(&self.class, &other.class)
            && !Arc::ptr_eq(&self.slots, &other.slots)
            && !self.class.is_same(&other.class)
        {
            return Err(Status::WBEM_E_INVALID_CLASS);
        }
        self.copy_again_from(other);
        Ok(())
    }

    /// As [`Instance::copy_from`], for who has copied from `other` before, and so
    /// knows that it is of the same class: in a refresh of many instances, looking
    /// at the classes of both costs another line of the cache.
    #[inline]
    pub fn copy_again_from(&mut self, other: &Instance) {
        debug_assert!(self.class.is_same(&other.class), "the first copy compared the classes");
        if self.block.copy_from(&other.block) {
            self.copy_reasons(other);
        }
    }

    /// Makes the values those of a block that a stranger wrote, of this class's
    /// layout and `len` bytes long; `fill` copies its bytes to where they are
    /// checked. Afterwards the instance has these values, or none at all, and no
    /// reason for any that is missing.
    /// Allocates only when the tail has outgrown everything it held before.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT`: it is no block of the class, because it is too
    /// short or too long, or because a value isn't within its tail.
    #[inline]
    pub fn load_block(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<(), Status> {
        if self.block.has_reasons() {
            self.forget_reasons();
        }
        self.block.load(len, self.class.layout(), fill)
    }

    /// Whether [`Instance::load_values`] does for instances of this class: not
    /// if it has too many texts and arrays.
    #[must_use]
    pub fn can_load_values(&self) -> bool {
        Block::can_load_values(self.class.layout())
    }

    /// Makes the values of fixed width those of a block that a stranger wrote,
    /// whose first [`Layout::fixed_len`](crate::Layout::fixed_len) bytes `fill`
    /// copies. Texts, arrays and objects stay as they are; there are no reasons
    /// afterwards. Whatever the bytes are, the instance is one of its class.
    #[inline]
    pub fn load_values(&mut self, fill: impl FnOnce(&mut [u8])) {
        if self.block.has_reasons() {
            self.forget_reasons();
        }
        self.block.load_values(self.class.layout(), fill);
    }
}
