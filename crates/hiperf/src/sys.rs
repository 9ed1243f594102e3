//! The one place where the engine needs unsafe code: mapping a file.

use std::fs::{File, Metadata};
use std::io;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt as _;
use std::ptr::NonNull;

use rustix::mm::{MapFlags, ProtFlags};

/// A file as it lies in the page cache, read-only.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the bytes are never written through the mapping, and unmapping, which
// needs exclusive access, may happen on any thread.
unsafe impl Send for Mapping {}
// SAFETY: as above; shared access only reads.
unsafe impl Sync for Mapping {}

/// Why a file is not mapped.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Somebody who is neither root nor this user could have written it.
    Untrusted,
    /// It is empty.
    Empty,
    /// The system's reason.
    Failed(io::Error),
}

impl Mapping {
    /// Maps a published image: a file that was renamed into its place when it
    /// was whole, and that nobody touches again.
    ///
    /// # Errors
    /// A [`Refusal`]; whatever else the file is, it has an owner who can be
    /// trusted to keep that rule.
    pub(crate) fn published(file: &File) -> Result<(Mapping, Metadata), Refusal> {
        let metadata = file.metadata().map_err(Refusal::Failed)?;
        let user = rustix::process::geteuid().as_raw();
        let is_ours = metadata.uid() == 0 || metadata.uid() == user;
        if !is_ours || metadata.mode() & 0o022 != 0 {
            return Err(Refusal::Untrusted);
        }
        let len = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        if len == 0 {
            return Err(Refusal::Empty);
        }
        // SAFETY: a new mapping at an address of the kernel's choice overlaps
        // nothing that Rust knows of. Its bytes don't change and don't go away:
        // only root and this user may write the file, and this program, as
        // whoever of them, writes an image under another name and never again.
        let start = unsafe {
            rustix::mm::mmap(std::ptr::null_mut(), len, ProtFlags::READ, MapFlags::PRIVATE, file, 0)
        };
        let start = start.map_err(|error| Refusal::Failed(error.into()))?;
        let start = NonNull::new(start.cast()).ok_or(Refusal::Failed(io::ErrorKind::OutOfMemory.into()))?;
        Ok((Mapping { start, len }, metadata))
    }
}

impl Deref for Mapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `start` and `len` are those of a live, readable mapping, and
        // whoever made it promised that its bytes don't change.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, whole, and nothing borrows from it any
        // more. It can't fail for a range that is mapped.
        let unmapped = unsafe { rustix::mm::munmap(self.start.as_ptr().cast(), self.len) };
        debug_assert!(unmapped.is_ok());
    }
}
