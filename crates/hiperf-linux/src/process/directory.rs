//! [`Directory`]: `/proc` itself, whose numbers are the processes.
//!
//! In the kernel's own `/proc` they come in ascending order, and the position of
//! process N is N + 257, or N + 258 since there is `thread-self`: who seeks to the
//! first reads on with the processes from N, or with the one before it.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{OFlags, RawDir, SeekFrom, fstatfs, seek};
use rustix::io::Errno;

use crate::root::Root;
use crate::scan::number;

/// The kind of file system that the kernel's own `/proc` is.
const PROC_SUPER_MAGIC: u64 = 0x9fa0;

/// Where the processes begin: after 256 entries that are fixed, and `self`
/// (`TGID_OFFSET` in the kernel's `fs/proc/base.c`).
const FIRST_PROCESS: u64 = 257;

/// Room for the entries that one call returns, about two thousand.
pub(crate) const ENTRIES_BYTES: usize = 64 << 10;

/// An open directory whose entries are numbers.
#[derive(Debug)]
pub(crate) struct Directory {
    descriptor: OwnedFd,
    is_procfs: bool,
}

impl Directory {
    /// Opens `/proc`. This one descriptor is held besides the budget.
    pub(crate) fn open(root: &mut Root) -> Result<Directory, Errno> {
        Ok(Directory::of(root.open_beneath("proc", OFlags::DIRECTORY)?))
    }

    /// Takes a directory that is open.
    pub(crate) fn of(descriptor: OwnedFd) -> Directory {
        let is_procfs = is_procfs(descriptor.as_fd());
        Directory { descriptor, is_procfs }
    }

    /// Whether it is the kernel's, not a copy.
    pub(crate) fn is_procfs(&self) -> bool {
        self.is_procfs
    }

    /// Appends the processes to `seen`, in ascending order: all of them, or in
    /// the kernel's own `/proc` those from `first` on.
    pub(crate) fn read_from(
        &self,
        root: &mut Root,
        first: u32,
        buffer: &mut Vec<u8>,
        seen: &mut Vec<u32>,
    ) -> Result<(), Errno> {
        let start = if first > 0 && self.is_procfs { u64::from(first) + FIRST_PROCESS } else { 0 };
        self.for_each_number(root, start, buffer, |pid| seen.push(pid))?;
        if !seen.is_sorted() {
            seen.sort_unstable();
        }
        Ok(())
    }

    /// Calls `visit` with every entry that is a number, from a position on. The
    /// buffer's spare capacity is room for entries.
    pub(crate) fn for_each_number(
        &self,
        root: &mut Root,
        start: u64,
        buffer: &mut Vec<u8>,
        mut visit: impl FnMut(u32),
    ) -> Result<(), Errno> {
        seek(&self.descriptor, SeekFrom::Start(start))?;
        let mut entries = RawDir::new(&self.descriptor, buffer.spare_capacity_mut());
        loop {
            if entries.is_buffer_empty() {
                root.costs.reads += 1;
            }
            match entries.next() {
                Some(Ok(entry)) => {
                    let name = number(entry.file_name().to_bytes());
                    if let Some(id) = name.and_then(|id| u32::try_from(id).ok()) {
                        visit(id);
                    }
                }
                Some(Err(errno)) => {
                    root.costs.failures += 1;
                    return Err(errno);
                }
                None => return Ok(()),
            }
        }
    }
}

impl AsFd for Directory {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

/// Whether a file is of the kernel's own `/proc`.
pub(crate) fn is_procfs(file: BorrowedFd<'_>) -> bool {
    fstatfs(file).is_ok_and(|of| u64::try_from(of.f_type).is_ok_and(|kind| kind == PROC_SUPER_MAGIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeking_leaves_out_the_processes_before() {
        let mut root = Root::system().unwrap();
        let directory = Directory::open(&mut root).unwrap();
        assert!(directory.is_procfs());
        let own = std::process::id();
        let mut buffer = Vec::with_capacity(ENTRIES_BYTES);
        let mut all = Vec::new();
        directory.read_from(&mut root, 0, &mut buffer, &mut all).unwrap();
        assert!(all.contains(&own) && all[0] < own);
        let mut later = Vec::new();
        directory.read_from(&mut root, own, &mut buffer, &mut later).unwrap();
        assert!(later.contains(&own) && later[0] + 1 >= own, "{own}: {later:?}");
    }
}
