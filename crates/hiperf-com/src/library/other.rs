//! Systems for which no loader is written.

use std::ffi::{CStr, c_void};
use std::path::Path;

use super::Refusal;

/// A loaded file; there is none.
pub(super) enum Image {}

impl Image {
    pub(super) fn open(_: &Path) -> Result<Image, Refusal> {
        Err(Refusal::unusable("libraries can't be loaded on this system"))
    }

    pub(super) fn symbol(&self, _: &CStr) -> Option<*mut c_void> {
        match *self {}
    }
}
