//! [`Root`]: where `/proc` and `/sys` are, and what reading them has cost.
//!
//! All files are opened relative to one directory descriptor, so that a test
//! points a `Root` at a recorded tree and nothing else changes. A `Root` also
//! keeps the budget of cached descriptors, counts opens, reads and bytes, and
//! can copy every byte it reads to a writer, from which an independent program
//! can recompute what was made of them.
//!
//! The copy is a sequence of records, each one header line, then the bytes,
//! then a newline:
//!
//! ```text
//!   sample-number monotonic-100ns sys100ns path length
//! ```
//!
//! with the path relative to the root and the length in bytes. The times are
//! those of the sample, the same for all its files. A directory is recorded as
//! the names that were counted, one a line. What the kernel says by calls and
//! not in files is recorded under the name of the call; a tree that was recorded
//! has such files too, and a root of it ([`Root::recorded`]) answers from them
//! instead of calling.
//!
//! A `Root` is used by one thread at a time and by one identity only: cached
//! descriptors bear the rights of whoever opened them.

use std::ffi::CStr;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat, StatVfs, fstatfs, openat, statat, statvfs};
use rustix::io::Errno;
use rustix::path::Arg;
use rustix::process::{Resource, getrlimit};

use crate::clock::Timestamps;

/// Most descriptors that one root keeps open. Each holds about 6 KB of kernel
/// memory, and in a client's process the limit is not ours to use up.
const MOST_CACHED_DESCRIPTORS: u64 = 1024;

/// Why a kernel file could not be read. The three are kept apart because they
/// become three different reasons of a NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// This machine has no such file.
    Unsupported,
    /// The reader lacks the right to read it.
    Denied,
    /// The read failed; trying again may help.
    Failed(Errno),
}

impl Unavailable {
    pub(crate) fn from_errno(errno: Errno) -> Unavailable {
        match errno {
            Errno::NOENT | Errno::NOTDIR | Errno::NODEV | Errno::NXIO | Errno::OPNOTSUPP | Errno::NOSYS => {
                Unavailable::Unsupported
            }
            Errno::ACCESS | Errno::PERM => Unavailable::Denied,
            other => Unavailable::Failed(other),
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unavailable::Unsupported => f.write_str("this machine does not have it"),
            Unavailable::Denied => f.write_str("the right to read it is missing"),
            Unavailable::Failed(errno) => write!(f, "reading it failed: {errno}"),
        }
    }
}

impl std::error::Error for Unavailable {}

/// What reading through a root has cost since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Costs {
    /// Files and directories opened.
    pub opens: u64,
    /// Calls that read from a file, and directories read.
    pub reads: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Opens and reads that failed.
    pub failures: u64,
    /// Clocks of other processes read.
    pub clocks: u64,
}

/// The directory that holds `proc` and `sys`.
pub struct Root {
    directory: OwnedFd,
    path: Vec<u8>,
    path_buffer: Vec<u8>,
    is_recorded: bool,
    slots: Arc<AtomicU32>,
    sample_number: u64,
    sample_at: Option<Timestamps>,
    tee: Option<Box<dyn Write + Send>>,
    tee_error: Option<io::Error>,
    pub(crate) costs: Costs,
}

impl Root {
    /// The root of the running machine, `/`.
    ///
    /// # Errors
    /// What the operating system says if the directory cannot be opened.
    pub fn system() -> io::Result<Root> {
        Root::open("/")
    }

    /// The root at `path`, which holds a `proc` and a `sys`.
    ///
    /// # Errors
    /// What the operating system says if the directory cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Root> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = openat(CWD, path.as_ref(), flags, Mode::empty())?;
        let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let slots = u32::try_from((limit / 4).min(MOST_CACHED_DESCRIPTORS)).unwrap_or(0);
        Ok(Root {
            directory,
            path: path.as_ref().as_os_str().as_bytes().to_vec(),
            path_buffer: Vec::new(),
            is_recorded: false,
            slots: Arc::new(AtomicU32::new(slots)),
            sample_number: 0,
            sample_at: None,
            tee: None,
            tee_error: None,
            costs: Costs::default(),
        })
    }

    /// The root at `path` where a machine was recorded: what has to be asked by a
    /// call is in a file there, and this machine isn't asked.
    ///
    /// # Errors
    /// As [`Root::open`].
    pub fn recorded(path: impl AsRef<Path>) -> io::Result<Root> {
        Ok(Root { is_recorded: true, ..Root::open(path)? })
    }

    /// Whether it is one of a recorded machine.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// Copies every byte that is read from now on to `writer`, in the form that
    /// the module describes. If a write fails the copying ends, reading goes
    /// on, and [`Root::take_tee_error`] tells why.
    pub fn tee_to(&mut self, writer: impl Write + Send + 'static) {
        self.tee = Some(Box::new(writer));
    }

    /// The error that ended the copying, once.
    pub fn take_tee_error(&mut self) -> Option<io::Error> {
        self.tee_error.take()
    }

    /// Begins a sample: all reads until the next call belong to the moment `at`.
    pub fn begin_sample(&mut self, at: Timestamps) {
        self.sample_number = self.sample_number.wrapping_add(1);
        self.sample_at = Some(at);
    }

    /// What reading has cost so far.
    #[must_use]
    pub fn costs(&self) -> Costs {
        self.costs
    }

    /// Sets how many descriptors may be kept open from now on, those that are
    /// open already not counted.
    pub fn set_descriptor_budget(&mut self, count: u32) {
        self.slots.store(count, Ordering::Relaxed);
    }

    pub(crate) fn is_teed(&self) -> bool {
        self.tee.is_some()
    }

    pub(crate) fn open_beneath(&mut self, path: impl Arg, flags: OFlags) -> Result<OwnedFd, Errno> {
        let opened =
            openat(self.directory.as_fd(), path, OFlags::RDONLY | OFlags::CLOEXEC | flags, Mode::empty());
        self.count_open(opened)
    }

    /// Opens what is beneath a directory that was opened through this root.
    pub(crate) fn open_at(
        &mut self,
        directory: BorrowedFd<'_>,
        path: &CStr,
        flags: OFlags,
    ) -> Result<OwnedFd, Errno> {
        let opened = openat(directory, path, OFlags::RDONLY | OFlags::CLOEXEC | flags, Mode::empty());
        self.count_open(opened)
    }

    fn count_open(&mut self, opened: Result<OwnedFd, Errno>) -> Result<OwnedFd, Errno> {
        self.costs.opens += 1;
        self.costs.failures += u64::from(opened.is_err());
        opened
    }

    /// What `statvfs` says of the file system at a path beneath the root. By path
    /// and not by a descriptor, which would keep it from being unmounted.
    pub(crate) fn statvfs(&mut self, path: &[u8]) -> Result<StatVfs, Errno> {
        self.costs.reads += 1;
        self.path_buffer.clear();
        self.path_buffer.extend_from_slice(self.path.strip_suffix(b"/").unwrap_or(&self.path));
        self.path_buffer.extend_from_slice(path);
        self.path_buffer.push(0);
        let path = CStr::from_bytes_with_nul(&self.path_buffer).map_err(|_| Errno::INVAL)?;
        statvfs(path).inspect_err(|_| self.costs.failures += 1)
    }

    /// Whether another descriptor may be kept open.
    pub(crate) fn has_room(&self) -> bool {
        self.slots.load(Ordering::Relaxed) > 0
    }

    /// What is at a path beneath the root.
    pub(crate) fn stat_beneath(&mut self, path: &CStr) -> Result<Stat, Errno> {
        self.costs.reads += 1;
        statat(self.directory.as_fd(), path, AtFlags::empty()).inspect_err(|_| self.costs.failures += 1)
    }

    /// Whether the kernel's cgroups are at a path beneath the root, and not a copy
    /// of such a tree.
    pub(crate) fn is_cgroupfs(&mut self, path: &[u8]) -> bool {
        const KINDS: [u64; 2] = [0x0027_e0eb, 0x6367_7270];
        let opened = self.open_beneath(path, OFlags::DIRECTORY);
        opened.and_then(fstatfs).is_ok_and(|of| u64::try_from(of.f_type).is_ok_and(|of| KINDS.contains(&of)))
    }

    /// Keeps a descriptor open if the budget allows, else gives it back.
    pub(crate) fn keep(&self, descriptor: OwnedFd) -> Result<Kept, OwnedFd> {
        self.keep_leaving(descriptor, 0)
    }

    /// The same, if the budget then still allows so many others.
    pub(crate) fn keep_leaving(&self, descriptor: OwnedFd, others: u32) -> Result<Kept, OwnedFd> {
        let take = |left: u32| left.checked_sub(1).filter(|left| *left >= others);
        let taken = self.slots.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok();
        if !taken {
            return Err(descriptor);
        }
        Ok(Kept { descriptor, slots: Arc::clone(&self.slots) })
    }

    /// Records what was read from `path`, if anybody wants a copy.
    pub(crate) fn tee(&mut self, path: &str, bytes: &[u8]) {
        let Some(writer) = self.tee.as_mut() else { return };
        let (monotonic, sys) = self.sample_at.map_or((0, 0), |at| (at.perf_time, at.sys_100ns));
        let written = writeln!(writer, "{} {monotonic} {sys} {path} {}", self.sample_number, bytes.len())
            .and_then(|()| writer.write_all(bytes))
            .and_then(|()| writer.write_all(b"\n"))
            .and_then(|()| writer.flush());
        if let Err(error) = written {
            self.tee = None;
            self.tee_error = Some(error);
        }
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Root")
            .field("sample_number", &self.sample_number)
            .field("costs", &self.costs)
            .finish()
    }
}

/// A descriptor that stays open; returns its place in the budget when dropped.
#[derive(Debug)]
pub(crate) struct Kept {
    descriptor: OwnedFd,
    slots: Arc<AtomicU32>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.slots.fetch_add(1, Ordering::Relaxed);
    }
}

impl AsFd for Kept {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_forbidden_and_failed_are_three_things() {
        for errno in [Errno::NOENT, Errno::NODEV, Errno::NOTDIR, Errno::OPNOTSUPP] {
            assert_eq!(Unavailable::from_errno(errno), Unavailable::Unsupported);
        }
        for errno in [Errno::ACCESS, Errno::PERM] {
            assert_eq!(Unavailable::from_errno(errno), Unavailable::Denied);
        }
        for errno in [Errno::IO, Errno::MFILE, Errno::NOMEM] {
            assert_eq!(Unavailable::from_errno(errno), Unavailable::Failed(errno));
        }
    }

    #[test]
    fn a_kept_descriptor_gives_its_place_back() {
        let mut root = Root::system().expect("/ can be opened");
        root.set_descriptor_budget(1);
        let mut open = || root.open_beneath("proc", OFlags::DIRECTORY).expect("/proc is there");
        let (first, second, third) = (open(), open(), open());
        let kept = root.keep(first).expect("one may be kept");
        assert!(root.keep(second).is_err());
        drop(kept);
        assert!(root.keep(third).is_ok());
    }
}
