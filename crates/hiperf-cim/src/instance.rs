//! [`Instance`]: an object of a class, as one block of bytes.
//!
//! There are two ways to a property. By *handle*: one word that is checked and
//! resolved in about a nanosecond, never allocates and returns a bare
//! [`Status`]; this is what providers and refresher clients use. By *name*:
//! any type, any value, with an [`Error`] that says what was wrong.
//!
//! An instance is a plain value: it knows no provider and is never live.

mod by_handle;
mod keys;
mod qualifiers;
mod reasons;

use std::sync::Arc;

use self::qualifiers::InstanceQualifiers;
use self::reasons::Reasons;
use crate::block::{Block, Nesting};
use crate::layout::Slot;
use crate::{Class, Error, Result, Status, Value};

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

    /// The class's slots.
    pub(crate) fn slots(&self) -> &Arc<[Slot]> {
        &self.slots
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
