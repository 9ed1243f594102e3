//! [`GroupFiles`]: reads one file of a cgroup after the other into one buffer.
//!
//! A descriptor that stays open is bound to its cgroup: when that is removed, a
//! read fails with `ENODEV`, even if another of that name is there by then. What
//! is opened for each read has no such bond; who reads so has to look whether the
//! directory is still the same.
//!
//! All cgroups are read in every sample, so that none has used its descriptors
//! less recently than another: those that came first keep theirs, and a part of
//! the budget is left to the other areas.

use std::ffi::CStr;

use rustix::fd::AsFd as _;
use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::file::{Shape, read_whole};
use crate::root::{Kept, Root, Unavailable};

/// Descriptors that cgroups leave to others.
const LEFT_TO_OTHERS: u32 = 64;

/// What fits most files; a larger one grows the buffer.
const EXPECTED_BYTES: usize = 8 << 10;

/// A file of one cgroup.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Its place in the list of files.
    pub(crate) file: usize,
    /// Why it could not be read in this sample.
    pub(crate) unavailable: Option<Unavailable>,
    state: State,
}

#[derive(Debug)]
enum State {
    Closed,
    Open(Kept),
    /// It isn't there, or not for us. Asking again would cost an open.
    Absent(Unavailable),
}

impl Slot {
    pub(crate) fn new(file: usize) -> Slot {
        Slot { file, unavailable: None, state: State::Closed }
    }

    /// Whether it is known that there is nothing to read.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.state, State::Absent(_))
    }
}

/// What was read, and what that proves.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    pub(crate) bytes: &'a [u8],
    /// It came through a descriptor that is bound to its cgroup.
    pub(crate) is_bound: bool,
}

/// Where the texts go.
#[derive(Debug, Default)]
pub(crate) struct GroupFiles {
    buffer: Vec<u8>,
    path: Vec<u8>,
}

impl GroupFiles {
    /// Reads a file, whose path is `parts` one behind the other.
    ///
    /// # Errors
    /// Why it could not be read, which the slot also keeps.
    pub(crate) fn read(
        &mut self,
        root: &mut Root,
        parts: &[&[u8]],
        slot: &mut Slot,
    ) -> Result<Text<'_>, Unavailable> {
        let read = self.read_through(root, parts, slot);
        match read {
            Ok((length, is_bound)) => {
                let bytes = &self.buffer[..length];
                if root.is_teed() {
                    root.tee(&shown(parts), bytes);
                }
                Ok(Text { bytes, is_bound })
            }
            Err(why) => {
                slot.unavailable = Some(why);
                Err(why)
            }
        }
    }

    /// Room for a path.
    pub(crate) fn path(&mut self) -> &mut Vec<u8> {
        &mut self.path
    }

    fn read_through(
        &mut self,
        root: &mut Root,
        parts: &[&[u8]],
        slot: &mut Slot,
    ) -> Result<(usize, bool), Unavailable> {
        if self.buffer.is_empty() {
            self.buffer.resize(EXPECTED_BYTES, 0);
        }
        match &slot.state {
            State::Absent(why) => return Err(*why),
            State::Open(kept) => match read_whole(root, kept.as_fd(), Shape::OnePiece, &mut self.buffer) {
                Ok(length) => return Ok((length, true)),
                Err(errno) => {
                    slot.state = State::Closed;
                    return Err(Unavailable::from_errno(errno));
                }
            },
            State::Closed => {}
        }
        let path = c_path(&mut self.path, parts)?;
        let outcome = root.open_beneath(path, OFlags::empty()).and_then(|descriptor| {
            let length = read_whole(root, descriptor.as_fd(), Shape::OnePiece, &mut self.buffer)?;
            Ok((descriptor, length))
        });
        match outcome {
            Ok((descriptor, length)) => {
                if let Ok(kept) = root.keep_leaving(descriptor, LEFT_TO_OTHERS) {
                    slot.state = State::Open(kept);
                }
                Ok((length, false))
            }
            Err(errno) => {
                let why = Unavailable::from_errno(errno);
                if !matches!(why, Unavailable::Failed(_)) {
                    slot.state = State::Absent(why);
                }
                Err(why)
            }
        }
    }
}

/// Writes a path for a call that takes a C string.
pub(crate) fn c_path<'a>(buffer: &'a mut Vec<u8>, parts: &[&[u8]]) -> Result<&'a CStr, Unavailable> {
    buffer.clear();
    parts.iter().for_each(|part| buffer.extend_from_slice(part));
    buffer.push(0);
    CStr::from_bytes_with_nul(buffer).map_err(|_| Unavailable::from_errno(Errno::INVAL))
}

/// A path as the copy of what was read names it, in which blanks separate.
pub(crate) fn shown(parts: &[&[u8]]) -> String {
    let path = parts.concat();
    String::from_utf8_lossy(&path).replace('\\', "\\134").replace(' ', "\\040").replace('\n', "\\012")
}
