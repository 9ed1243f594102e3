//! [`File`]: one kernel file that is opened once and read many times.
//!
//! A warm read is a `pread` from offset 0 into the same buffer and nothing
//! else. How the end is known without another call depends on how the kernel
//! makes the file: most come in one piece, so a read that leaves room in the
//! buffer was the last; some come record by record and stop at about a page,
//! so only a clearly shorter read was ([`Shape`]).
//!
//! A file that is missing or forbidden is remembered as such: asking the kernel
//! again at every sample would cost an open each time.

use std::borrow::Cow;

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::OFlags;
use rustix::io::{Errno, pread};

use crate::root::{Kept, Root, Unavailable};

/// Most bytes that a file may have. `/proc/interrupts` of a machine with
/// thousands of processors has several MB; more is not a kernel file.
const MOST_BYTES: usize = 64 << 20;

/// Reads after which a missing or forbidden file is tried again. It appears only
/// when somebody loads a module or changes rights, which is rare; who knows
/// that something has changed calls [`File::forget`].
const RETRY_AFTER_READS: u32 = 1 << 16;

/// A file made of records ends a read before the record that would not fit a
/// page. Pages have at least this many bytes.
const SMALLEST_PAGE_BYTES: usize = 4096;

/// Room for a record that is longer than the first one of its file.
const RECORD_SLACK_BYTES: usize = 512;

/// How the kernel hands out a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// In one piece: a read that leaves room in the buffer was the last.
    OnePiece,
    /// In records, each about as long as the first: a read that leaves more than
    /// one record's room in a page was the last.
    Records,
    /// In records of any length: only a read of nothing was the last, which takes
    /// one call more.
    LongRecords,
}

/// A file beneath a [`Root`].
#[derive(Debug)]
pub struct File {
    path: Cow<'static, str>,
    shape: Shape,
    state: State,
    expected_bytes: usize,
    buffer: Vec<u8>,
    length: usize,
}

#[derive(Debug)]
enum State {
    Closed,
    Open(Kept),
    Absent { why: Unavailable, reads_left: u32 },
}

impl File {
    /// The file at `path`, relative to the root it will be read from, with a
    /// buffer of `expected_bytes` at first. Nothing is opened or allocated before
    /// the first read: most files are never read by most samplers.
    #[must_use]
    pub fn new(path: impl Into<Cow<'static, str>>, shape: Shape, expected_bytes: usize) -> File {
        let expected_bytes = expected_bytes.max(1);
        File { path: path.into(), shape, state: State::Closed, expected_bytes, buffer: Vec::new(), length: 0 }
    }

    /// Reads the whole file.
    ///
    /// # Errors
    /// Why it cannot be read. A missing or forbidden file gives the same answer
    /// without asking the kernel for a long time.
    pub fn read(&mut self, root: &mut Root) -> Result<&[u8], Unavailable> {
        self.length = 0;
        match self.read_through(root) {
            Ok(length) => {
                self.length = length;
                root.tee(&self.path, &self.buffer[..length]);
                Ok(&self.buffer[..length])
            }
            Err(why) => Err(why),
        }
    }

    /// What the last [`File::read`] read; empty if it failed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    /// Closes the file and forgets that it was missing, so that the next read
    /// opens it.
    pub fn forget(&mut self) {
        self.state = State::Closed;
    }

    fn read_through(&mut self, root: &mut Root) -> Result<usize, Unavailable> {
        match &mut self.state {
            State::Absent { reads_left: 0, .. } => self.state = State::Closed,
            State::Absent { why, reads_left } => {
                *reads_left -= 1;
                return Err(*why);
            }
            State::Open(kept) => {
                match read_whole(root, kept.as_fd(), self.shape, &mut self.buffer) {
                    Ok(length) => return Ok(length),
                    // The file behind the descriptor has gone; another may have taken its place.
                    Err(Errno::STALE | Errno::NODEV | Errno::NOENT | Errno::NXIO) => {
                        self.state = State::Closed;
                    }
                    Err(errno) => {
                        self.state = State::Closed;
                        return Err(Unavailable::from_errno(errno));
                    }
                }
            }
            State::Closed => {}
        }
        self.open_and_read(root)
    }

    fn open_and_read(&mut self, root: &mut Root) -> Result<usize, Unavailable> {
        let outcome = root.open_beneath(&*self.path, OFlags::empty()).and_then(|descriptor| {
            if self.buffer.is_empty() {
                self.buffer.resize(self.expected_bytes, 0);
            }
            let length = read_whole(root, descriptor.as_fd(), self.shape, &mut self.buffer)?;
            Ok((descriptor, length))
        });
        match outcome {
            Ok((descriptor, length)) => {
                if let Ok(kept) = root.keep(descriptor) {
                    self.state = State::Open(kept);
                }
                Ok(length)
            }
            Err(errno) => {
                let why = Unavailable::from_errno(errno);
                if !matches!(why, Unavailable::Failed(_)) {
                    self.state = State::Absent { why, reads_left: RETRY_AFTER_READS };
                }
                Err(why)
            }
        }
    }
}

/// Reads a file from its beginning, growing the buffer as needed, and returns
/// its length.
pub(crate) fn read_whole(
    root: &mut Root,
    descriptor: BorrowedFd<'_>,
    shape: Shape,
    buffer: &mut Vec<u8>,
) -> Result<usize, Errno> {
    let mut length = 0;
    loop {
        if length == buffer.len() {
            if length >= MOST_BYTES {
                return Err(Errno::FBIG);
            }
            buffer.resize(length * 2, 0);
        }
        let room = buffer.len() - length;
        root.costs.reads += 1;
        let count = match pread(descriptor, &mut buffer[length..], length as u64) {
            Ok(count) => count,
            Err(Errno::INTR) => continue,
            Err(errno) => {
                root.costs.failures += 1;
                return Err(errno);
            }
        };
        root.costs.bytes += count as u64;
        length += count;
        if count == 0 || (count < room && is_last(shape, count, &buffer[..length])) {
            return Ok(length);
        }
    }
}

/// Whether a read of `count` bytes that left room in the buffer was the last.
fn is_last(shape: Shape, count: usize, read: &[u8]) -> bool {
    match shape {
        Shape::OnePiece => true,
        Shape::LongRecords => false,
        Shape::Records => {
            let record = read.iter().position(|byte| *byte == b'\n').unwrap_or(read.len());
            count + record + RECORD_SLACK_BYTES < SMALLEST_PAGE_BYTES
        }
    }
}
