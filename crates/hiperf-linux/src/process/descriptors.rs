//! [`Descriptors`], the open files of one process, and [`ProcessFiles`], which
//! reads a file of a process through them.
//!
//! A descriptor is bound to its process: when that has ended a read through it
//! fails with `ESRCH`, even if another process has the id by then. Without one
//! the file is opened beneath `/proc` for each read; then only the time at which
//! the process started tells.

use std::ffi::CStr;
use std::fmt;
use std::os::fd::AsFd as _;

use rustix::fs::{AtFlags, OFlags, readlinkat_raw, statat};
use rustix::io::Errno;

use crate::digits::Digits;
use crate::file::{Shape, read_whole};
use crate::process::directory::{Directory, ENTRIES_BYTES};
use crate::process::sources::{ProcessFile, ProcessLink, ProcessSources};
use crate::root::{Kept, Root};

/// What fits most files; a larger one grows the buffer.
const EXPECTED_BYTES: usize = 16 << 10;

/// The longest path here: two ids of 10 digits, `/task/` between them, a slash
/// and a name.
const PATH_BYTES: usize = 48;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whose {
    pub(crate) pid: u32,
    /// One of its threads, if it isn't the process itself.
    pub(crate) tid: Option<u32>,
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.pid)?;
        self.tid.map_or(Ok(()), |tid| write!(f, "/task/{tid}"))
    }
}

/// The files of one process that stay open.
#[derive(Debug, Default)]
pub(crate) struct Descriptors {
    kept: [Option<Kept>; ProcessFile::KEPT],
}

impl Descriptors {
    /// Closes all of them.
    pub(crate) fn close(&mut self) {
        self.kept = Default::default();
    }

    /// Whether a file of `sources` could be open and isn't.
    pub(crate) fn lack(&self, sources: ProcessSources) -> bool {
        let mut kept = ProcessFile::ALL.into_iter().zip(&self.kept);
        kept.any(|(file, kept)| kept.is_none() && sources.has_any(file.source()))
    }

    /// Whether any is open.
    pub(crate) fn are_open(&self) -> bool {
        self.kept.iter().any(Option::is_some)
    }
}

/// Reads files of processes, one at a time, into one buffer.
#[derive(Debug)]
pub(crate) struct ProcessFiles {
    buffer: Vec<u8>,
    entries: Vec<u8>,
    path: [u8; PATH_BYTES],
    /// Whether the kernel tells the number of descriptors as the size of their
    /// directory, which it does since Linux 6.2.
    sizes_tell: bool,
}

impl Default for ProcessFiles {
    fn default() -> ProcessFiles {
        ProcessFiles {
            buffer: vec![0; EXPECTED_BYTES],
            entries: Vec::with_capacity(ENTRIES_BYTES),
            path: [0; PATH_BYTES],
            sizes_tell: false,
        }
    }
}

impl ProcessFiles {
    /// Reads a file whole. What was opened for it stays open if the budget
    /// allows.
    pub(crate) fn read(
        &mut self,
        root: &mut Root,
        directory: &Directory,
        pid: u32,
        file: ProcessFile,
        descriptors: &mut Descriptors,
    ) -> Result<&[u8], Errno> {
        let kept = descriptors.kept.get_mut(file as usize);
        self.read_of(root, directory, Whose { pid, tid: None }, file.name(), kept)
    }

    /// The same of a file by its name, for which `kept` is the place where it
    /// stays open, if it may.
    pub(crate) fn read_of(
        &mut self,
        root: &mut Root,
        directory: &Directory,
        whose: Whose,
        name: &str,
        kept: Option<&mut Option<Kept>>,
    ) -> Result<&[u8], Errno> {
        let length = match &kept {
            Some(Some(kept)) => read_whole(root, kept.as_fd(), Shape::OnePiece, &mut self.buffer)?,
            _ => {
                let path = write_path(&mut self.path, whose, name);
                let descriptor = root.open_at(directory.as_fd(), path, OFlags::empty())?;
                let length = read_whole(root, descriptor.as_fd(), Shape::OnePiece, &mut self.buffer)?;
                // A file of a recorded tree could be read on after it was removed.
                if let Some(place) = kept.filter(|_| directory.is_procfs()) {
                    *place = root.keep(descriptor).ok();
                }
                length
            }
        };
        let text = &self.buffer[..length];
        if root.is_teed() {
            root.tee(&format!("proc/{whose}/{name}"), text);
        }
        Ok(text)
    }

    /// What a link of a process is to. In a tree that isn't the kernel's it is a
    /// file that holds the text.
    pub(crate) fn read_link(
        &mut self,
        root: &mut Root,
        directory: &Directory,
        pid: u32,
        link: ProcessLink,
    ) -> Result<&[u8], Errno> {
        let whose = Whose { pid, tid: None };
        if !directory.is_procfs() {
            let text = self.read_of(root, directory, whose, link.name(), None)?;
            return Ok(text.strip_suffix(b"\n").unwrap_or(text));
        }
        root.costs.reads += 1;
        let path = write_path(&mut self.path, whose, link.name());
        let length = readlinkat_raw(directory.as_fd(), path, &mut self.buffer[..])
            .inspect_err(|_| root.costs.failures += 1)?;
        let text = &self.buffer[..length];
        if root.is_teed() {
            root.tee(&format!("proc/{whose}/{}", link.name()), text);
        }
        Ok(text)
    }

    /// Appends the ids of a process's threads to `seen`, in ascending order.
    pub(crate) fn list_threads(
        &mut self,
        root: &mut Root,
        directory: &Directory,
        pid: u32,
        seen: &mut Vec<u32>,
    ) -> Result<(), Errno> {
        let path = write_path(&mut self.path, Whose { pid, tid: None }, "task");
        let opened = Directory::of(root.open_at(directory.as_fd(), path, OFlags::DIRECTORY)?);
        opened.read_from(root, 0, &mut self.entries, seen)?;
        if root.is_teed() {
            let names: String = seen.iter().map(|tid| format!("{tid}\n")).collect();
            root.tee(&format!("proc/{pid}/task"), names.as_bytes());
        }
        Ok(())
    }

    /// How many descriptors a process has open.
    pub(crate) fn count_descriptors(
        &mut self,
        root: &mut Root,
        directory: &Directory,
        pid: u32,
    ) -> Result<u64, Errno> {
        let path = write_path(&mut self.path, Whose { pid, tid: None }, "fd");
        // A copy of what is read is to hold the names that were counted.
        let wants_names = root.is_teed();
        if directory.is_procfs() && !wants_names {
            root.costs.reads += 1;
            let size = statat(directory.as_fd(), path, AtFlags::empty())
                .inspect_err(|_| root.costs.failures += 1)?
                .st_size;
            let size = u64::try_from(size).unwrap_or(0);
            self.sizes_tell |= size > 0;
            if self.sizes_tell {
                return Ok(size);
            }
        }
        let descriptor = root.open_at(directory.as_fd(), path, OFlags::DIRECTORY)?;
        let opened = Directory::of(descriptor);
        let (mut count, mut names) = (0, String::new());
        opened.for_each_number(root, 0, &mut self.entries, |descriptor| {
            count += 1;
            if wants_names {
                names.push_str(&format!("{descriptor}\n"));
            }
        })?;
        if wants_names {
            root.tee(&format!("proc/{pid}/fd"), names.as_bytes());
        }
        Ok(count)
    }
}

/// Writes `PID/NAME`, or `PID/task/TID/NAME`, for a call that takes a C string.
fn write_path<'a>(path: &'a mut [u8; PATH_BYTES], whose: Whose, name: &str) -> &'a CStr {
    let (mut pid, mut tid) = (Digits::default(), Digits::default());
    let (between, thread) = match whose.tid {
        Some(thread) => ("/task/", tid.write(thread)),
        None => ("", ""),
    };
    let mut end = 0;
    for part in [pid.write(whose.pid), between, thread, "/", name, "\0"] {
        path[end..end + part.len()].copy_from_slice(part.as_bytes());
        end += part.len();
    }
    CStr::from_bytes_until_nul(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_path_fits() {
        let mut path = [b'x'; PATH_BYTES];
        for file in ProcessFile::ALL {
            for pid in [0, 7, 10, 32_768, u32::MAX] {
                for tid in [None, Some(pid)] {
                    let whose = Whose { pid, tid };
                    let expected = format!("{whose}/{}", file.name());
                    assert_eq!(write_path(&mut path, whose, file.name()).to_str(), Ok(expected.as_str()));
                }
            }
        }
    }

    #[test]
    fn as_many_descriptors_as_there_are() {
        let mut root = Root::system().unwrap();
        let directory = Directory::open(&mut root).unwrap();
        let mut files = ProcessFiles::default();
        let pid = std::process::id();
        let mut count = || files.count_descriptors(&mut root, &directory, pid).unwrap();
        // Tests beside this one open and close files, so only a margin tells.
        let before = count();
        let opened: Vec<_> = (0..500).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
        let after = count();
        assert!(after >= before + 400, "{before} to {after} with {} more", opened.len());
    }
}
