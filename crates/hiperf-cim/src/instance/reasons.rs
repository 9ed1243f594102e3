//! Why values of an instance are missing: one byte a property, beside the
//! block and never part of it, made when the first reason is given.
//!
//! Only a NULL has a reason. A value that is written makes the one before it
//! void without having to touch it, so counters cost the same whether there are
//! reasons or not; a NULL that is written without a reason takes it back.

use super::Instance;
use crate::{PropertyHandle, Reason, Status};

/// The reasons' codes by index of the property; 0 where nothing was said.
#[derive(Clone, Debug)]
pub(super) struct Reasons(Box<Box<[u8]>>);

impl Instance {
    /// Why the property is NULL; `None` if it has a value, or if nobody said.
    /// What the class marks as Unsupported is so if nobody said otherwise.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    pub fn why(&self, handle: PropertyHandle) -> Result<Option<Reason>, Status> {
        self.is_null(handle)?;
        Ok(self.why_at(handle.index()))
    }

    /// The same for the property at `index` of
    /// [`Class::properties`](crate::Class::properties).
    #[must_use]
    pub fn why_at(&self, index: usize) -> Option<Reason> {
        let property = self.class.properties().get(index)?;
        if !self.block.is_null(index) {
            return None;
        }
        let said = self.reasons.as_ref().and_then(|reasons| Reason::from_code(*reasons.0.get(index)?));
        said.or_else(|| property.qualifiers().get("Unsupported").map(|_| Reason::Unsupported))
    }

    /// Sets the property to NULL and says why. Allocates when it is the
    /// instance's first reason.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_HANDLE_REQUEST`: the handle is of another class.
    pub fn write_missing(&mut self, handle: PropertyHandle, reason: Reason) -> Result<(), Status> {
        self.write_null(handle)?;
        if let Some(code) = self.reasons_mut().get_mut(handle.index()) {
            *code = reason.code();
        }
        Ok(())
    }

    /// Says why of every NULL of which nobody has said it, or only that it is
    /// stale.
    pub fn explain(&mut self, reason: Reason) {
        for index in 0..self.slots.len() {
            if self.block.is_null(index)
                && matches!(self.why_at(index), None | Some(Reason::Stale))
                && let Some(code) = self.reasons_mut().get_mut(index)
            {
                *code = reason.code();
            }
        }
    }

    /// The reasons' codes by index of the property, 0 where nothing was said;
    /// `None` if nothing was said of any. One of a property that has a value
    /// means nothing.
    #[inline]
    #[must_use]
    pub fn reason_codes(&self) -> Option<&[u8]> {
        if !self.block.has_reasons() {
            return None;
        }
        self.reasons.as_ref().map(|reasons| &**reasons.0)
    }

    /// Makes the reasons those whose codes a stranger gives, one for each
    /// property; a number that is no reason, and what is missing, says nothing.
    /// Allocates when they are the instance's first.
    #[cold]
    #[inline(never)]
    pub fn load_reasons(&mut self, codes: impl IntoIterator<Item = u8>) {
        let codes = codes.into_iter().chain(std::iter::repeat(0));
        for (mine, code) in self.reasons_mut().iter_mut().zip(codes) {
            *mine = Reason::from_code(code).map_or(0, Reason::code);
        }
    }

    /// Takes all reasons back, and keeps their room.
    #[cold]
    #[inline(never)]
    pub(super) fn forget_reasons(&mut self) {
        if let Some(reasons) = &mut self.reasons {
            reasons.0.fill(0);
        }
        self.block.set_has_reasons(false);
    }

    /// Lets go of the reasons if no value is missing any more, so that the next
    /// copy is one of the block alone.
    #[inline]
    pub(crate) fn drop_void_reasons(&mut self) {
        if self.block.has_reasons() {
            self.drop_reasons_of_nothing();
        }
    }

    #[cold]
    #[inline(never)]
    fn drop_reasons_of_nothing(&mut self) {
        let codes = self.reason_codes().unwrap_or_default();
        if !codes.iter().enumerate().any(|(index, code)| *code != 0 && self.block.is_null(index)) {
            self.forget_reasons();
        }
    }

    fn reasons_mut(&mut self) -> &mut [u8] {
        self.block.set_has_reasons(true);
        let none = || Reasons(Box::new(vec![0; self.slots.len()].into_boxed_slice()));
        &mut self.reasons.get_or_insert_with(none).0
    }

    #[inline]
    pub(super) fn forget_reason(&mut self, index: usize) {
        if let Some(reasons) = &mut self.reasons
            && let Some(code) = reasons.0.get_mut(index)
        {
            *code = 0;
        }
    }

    /// Makes the reasons those of `other`, which is of the same class. Allocates
    /// when they are the instance's first, and lets go of them when there are
    /// none any more, so that the next copy is a copy of the block again.
    #[cold]
    #[inline(never)]
    pub(super) fn copy_reasons(&mut self, other: &Instance) {
        match (&mut self.reasons, &other.reasons) {
            (Some(mine), Some(theirs)) => mine.0.copy_from_slice(&theirs.0),
            (mine, theirs) => mine.clone_from(theirs),
        }
        self.block.set_has_reasons(other.block.has_reasons());
    }
}
