//! [`Spawned`]: how much the instances of an input may take that don't bring
//! their class with them.
//!
//! Each of them starts as a copy of its class's defaults, so without a bound a
//! short input of very many instances of a class with a long default could ask
//! for any memory.

use super::object::too_large;
use crate::{Class, Result};

/// Bytes of defaults for each byte of the input: most instances have values
/// of their own for what is long.
const PER_BYTE: usize = 16;
/// Bytes of defaults that any input may have.
const ALWAYS: usize = 4 << 20;

/// The defaults that may still be copied.
pub(super) struct Spawned {
    left: usize,
}

impl Spawned {
    /// What an input of `len` bytes may have.
    pub(super) fn of_input(len: usize) -> Spawned {
        Spawned { left: len.saturating_mul(PER_BYTE).saturating_add(ALWAYS) }
    }

    /// Counts an instance of `class`.
    ///
    /// # Errors
    /// `WBEM_E_QUOTA_VIOLATION`: it is one too many.
    pub(super) fn take(&mut self, class: &Class) -> Result<()> {
        self.left = self.left.checked_sub(class.default_block.len()).ok_or_else(too_large)?;
        Ok(())
    }
}
