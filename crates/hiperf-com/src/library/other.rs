//! Systems for which no loader is written.

use std::ffi::{CStr, c_void};
use std::path::Path;

/// A loaded file; there is none.
pub(super) enum Image {}

impl Image {
    pub(super) fn open(_: &Path) -> Result<Image, String> {
        Err("libraries can't be loaded on this system".to_owned())
    }

    pub(super) fn symbol(&self, _: &CStr) -> Option<*mut c_void> {
        match *self {}
    }
}
