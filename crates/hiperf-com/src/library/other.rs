//! Systems for which no loader is written.

use std::ffi::{CStr, c_void};
use std::path::Path;

use crate::trust::Refusal;

/// A file that may be loaded; there is none.
pub(super) enum Checked {}

impl Checked {
    pub(super) fn open(_: &Path) -> Result<Checked, Refusal> {
        Err(Refusal::unusable("libraries can't be loaded on this system"))
    }

    pub(super) fn real_path(&self) -> &Path {
        match *self {}
    }

    pub(super) fn load(self) -> Result<Image, Refusal> {
        match self {}
    }
}

/// A loaded file; there is none.
pub(super) enum Image {}

impl Image {
    pub(super) fn symbol(&self, _: &CStr) -> Option<*mut c_void> {
        match *self {}
    }
}
