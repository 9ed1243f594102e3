//! [`Instance`]: an object of a class, as one block of bytes.
//!
//! There are two ways to a property. By *handle*: one word that is checked and
//! resolved in about a nanosecond, never allocates and returns a bare
//! [`Status`]; this is what providers and refresher clients use. By *name*:
//! any type, any value, with an [`Error`] that says what was wrong.
//!
//! An instance is a plain value: it knows no provider and is never live.

mod keys;
mod qualifiers;
mod reasons;

use std::sync::Arc;

use self::qualifiers::InstanceQualifiers;
use self::reasons::Reasons;
use crate::block::{Block, Nesting};
use crate::layout::{Slot, resolve};
use crate::tail::Text;
use crate::{Class, Error, PropertyHandle, Result, Status, Value};

/// Where an object came from: the server and namespace in its `__PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoration {
    /// The server's name.
    pub server: String,
    /// The namespace, `root\cimv2`.
    pub namespace: String,
}

/// An object of a class.
///
/// The order of the fields is kept: a refresh copies instances that are not in
/// the cache, and what it reads of each beside the block, the class and the
/// block's place and length, should be in one line of it.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Instance {
    block: Block,
    class: Arc<Class>,
    // The class's slots, kept here to save the hot path a load.
    slots: Arc<[Slot]>,
    decoration: Option<Arc<Decoration>>,
    qualifiers: Option<Box<InstanceQualifiers>>,
    /// Why values are missing; there are some if the block says so.
    reasons: Option<Reasons>,
}

/// Two instances are equal when they are of the same class by name and each
/// property has the same value; where they came from, the
/// qualifiers of their own and the reasons of what is NULL don't count.
impl PartialEq for Instance {
    fn eq(&self, other: &Instance) -> bool {
        let (mine, theirs) = (self.class.properties(), other.class.properties());
        self.class.name().eq_ignore_ascii_case(other.class.name())
            && mine.len() == theirs.len()
            && mine.iter().zip(theirs).all(|(a, b)| a.name.eq_ignore_ascii_case(&b.name) && a.ty == b.ty)
            && (0..mine.len()).all(|index| self.value(index) == other.value(index))
    }
}

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
        if self.block.copy_from(&other.block) {
            self.copy_reasons(other);
        }
        Ok(())
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
}

/// By index and by name.
impl Instance {
    /// A new instance: every property has the class's default.
    #[must_use]
    pub fn spawn(class: &Arc<Class>) -> Instance {
        let layout = class.layout();
        Instance {
            slots: layout.slots().clone(),
            block: Block::from_bytes(&class.default_block, layout.fixed_len()),
            class: class.clone(),
            decoration: None,
            qualifiers: None,
            reasons: None,
        }
    }

    /// The same instance, of its class with other texts: of what
    /// [`Class::amended`] or [`Class::neutral`] made of it, or the reverse.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: `class` is another.
    pub fn with_texts_of(mut self, class: &Arc<Class>) -> Result<Instance, Status> {
        if !self.class.is_same(class) {
            return Err(Status::WBEM_E_INVALID_CLASS);
        }
        self.class = class.clone();
        Ok(self)
    }

    /// The block of a new instance of `class`, whose own is not made yet.
    pub(crate) fn default_block(class: &Class, nesting: Nesting) -> Result<Vec<u8>> {
        let layout = class.layout();
        let mut block = Block::null(layout);
        for (index, property) in class.properties().iter().enumerate() {
            if !property.default.is_null() {
                let set =
                    block.set_value(index, layout.slots()[index], property.ty, &property.default, nesting);
                set.map_err(|status| {
                    let why = status.meaning().unwrap_or("not accepted");
                    Error::new(status, format!("the default of {}.{}: {why}", class.name(), property.name()))
                })?;
                block.mark_default(index);
            }
        }
        Ok(block.bytes().to_vec())
    }

    /// The class.
    #[must_use]
    pub fn class(&self) -> &Arc<Class> {
        &self.class
    }

    /// The block: NdTable, value table and tail.
    #[must_use]
    pub fn block(&self) -> &[u8] {
        self.block.bytes()
    }

    /// The block, for what knows its inside.
    pub(crate) fn block_parts(&self) -> &Block {
        &self.block
    }

    /// The block, for what knows its inside.
    pub(crate) fn block_parts_mut(&mut self) -> &mut Block {
        &mut self.block
    }

    /// Where the object came from; `None` for one that belongs to no namespace.
    #[must_use]
    pub fn decoration(&self) -> Option<&Arc<Decoration>> {
        self.decoration.as_ref()
    }

    /// Says where the object came from.
    pub fn decorate(&mut self, decoration: Option<Arc<Decoration>>) {
        self.decoration = decoration;
    }

    /// The value of the property at `index` of [`Class::properties`]; NULL if
    /// there is none.
    #[must_use]
    pub fn value(&self, index: usize) -> Value {
        match self.class.properties().get(index) {
            Some(property) => self.block.value(index, self.slots[index], property.ty),
            None => Value::Null,
        }
    }

    /// Whether the property at `index` still has the class's default.
    #[must_use]
    pub fn is_default(&self, index: usize) -> bool {
        index < self.slots.len() && self.block.is_default(index)
    }

    /// The value of a property, in any case.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: the class has no property of this name.
    pub fn get(&self, name: &str) -> Result<Value> {
        match self.class.index_of(name) {
            Some(index) => Ok(self.value(index)),
            None => Err(self.class.no_property(name)),
        }
    }

    /// Sets a property to a value of its own type, or to NULL.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: the class has no property of this name.
    /// * `WBEM_E_TYPE_MISMATCH`: the value is of another type.
    /// * `WBEM_E_INVALID_PARAMETER`: a NUL within a text.
    pub fn put(&mut self, name: &str, value: &Value) -> Result<()> {
        let index = self.class.index_of(name).ok_or_else(|| self.class.no_property(name))?;
        let ty = self.class.properties()[index].ty;
        self.block.set_value(index, self.slots[index], ty, value, Nesting::Unknown).map_err(|status| {
            let message = match status {
                Status::WBEM_E_TYPE_MISMATCH => "the value is of another type".to_owned(),
                other => other.meaning().unwrap_or("not accepted").to_owned(),
            };
            let class = self.class.name();
            Error::new(status, format!("property {name} of {class} is a {ty}: {message}"))
        })?;
        self.forget_reason(index);
        self.rewrite_tail_if_wasteful();
        Ok(())
    }

    /// Gives a property the class's default again, and says whether it had
    /// another value.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: the class has no property of this name.
    pub fn reset(&mut self, name: &str) -> Result<bool> {
        let index = self.class.index_of(name).ok_or_else(|| self.class.no_property(name))?;
        let property = &self.class.properties()[index];
        let overridden = !self.block.is_default(index);
        self.block.set_value(index, self.slots[index], property.ty, &property.default, Nesting::Checked)?;
        self.block.mark_default(index);
        self.forget_reason(index);
        Ok(overridden)
    }

    /// Writes the tail anew when most of it is waste, so that an instance that
    /// is renamed a million times stays small. Allocates only for arrays and
    /// objects in it.
    fn rewrite_tail_if_wasteful(&mut self) {
        if !self.block.wants_rewrite() || self.block.compact_texts(self.class.layout().in_tail()) {
            return;
        }
        let in_tail = |index: &usize| self.slots[*index].width() == 0;
        let kept: Vec<(usize, Value)> =
            (0..self.slots.len()).filter(in_tail).map(|index| (index, self.value(index))).collect();
        self.block.clear_tail();
        for (index, value) in kept {
            let (slot, was_default) = (self.slots[index], self.block.is_default(index));
            self.block.detach(slot);
            if value.is_null() {
                continue;
            }
            let ty = self.class.properties()[index].ty;
            let rewritten = self.block.set_value(index, slot, ty, &value, Nesting::Checked);
            debug_assert!(rewritten.is_ok(), "a value that was read is of its property's type");
            if was_default {
                self.block.mark_default(index);
            }
        }
    }
}
