//! [`FreeSpace`]: what `statvfs` says of mounted file systems.
//!
//! There is no file with it, so it is recorded as one of the call's name, a line
//! a file system:
//!
//! ```text
//!   /mnt/a\040b frsize blocks bfree bavail files ffree favail
//! ```
//!
//! with blanks in the mount point written as `mountinfo` does. A file system that
//! could not be asked has no line. Only block devices are asked: a network's file
//! system may make the caller wait for as long as its server is away.

use std::io::Write as _;

use crate::file::{File, Shape};
use crate::root::{Root, Unavailable};
use crate::scan::{fields, lines, number};

/// The name of the recorded call.
const PATH: &str = "statvfs";

/// How much of a file system is in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Space {
    /// Its size in bytes.
    pub size_bytes: u64,
    /// What everybody may still use of it; what only root may use isn't part.
    pub free_bytes: u64,
    /// What nobody uses, that for root included.
    pub unused_bytes: u64,
    /// How many inodes it has, 0 if it doesn't count them.
    pub inodes: u64,
    /// How many of them nobody uses.
    pub free_inodes: u64,
}

impl Space {
    /// What the call says: bytes of a block; blocks, those unused, those
    /// available; inodes, those unused. `None` if 64 bits don't hold it in bytes.
    fn new([block_bytes, blocks, unused, available, inodes, free_inodes]: [u64; 6]) -> Option<Space> {
        Some(Space {
            size_bytes: blocks.checked_mul(block_bytes)?,
            free_bytes: available.checked_mul(block_bytes)?,
            unused_bytes: unused.checked_mul(block_bytes)?,
            inodes,
            free_inodes,
        })
    }

    /// Two together.
    #[must_use]
    pub fn plus(self, other: Space) -> Option<Space> {
        Some(Space {
            size_bytes: self.size_bytes.checked_add(other.size_bytes)?,
            free_bytes: self.free_bytes.checked_add(other.free_bytes)?,
            unused_bytes: self.unused_bytes.checked_add(other.unused_bytes)?,
            inodes: self.inodes.checked_add(other.inodes)?,
            free_inodes: self.free_inodes.checked_add(other.free_inodes)?,
        })
    }
}

/// Asks for the space of one file system after the other.
#[derive(Debug)]
pub struct FreeSpace {
    recorded: File,
    record: Vec<u8>,
    point: Vec<u8>,
}

impl Default for FreeSpace {
    fn default() -> FreeSpace {
        let recorded = File::new(PATH, Shape::OnePiece, 4096);
        FreeSpace { recorded, record: Vec::new(), point: Vec::new() }
    }
}

impl FreeSpace {
    /// Begins a sample.
    ///
    /// # Errors
    /// Why a recorded machine has nothing to say.
    pub fn begin(&mut self, root: &mut Root) -> Result<(), Unavailable> {
        self.record.clear();
        if root.is_recorded() { self.recorded.read(root).map(|_| ()) } else { Ok(()) }
    }

    /// The space of the file system that is mounted at `point`.
    ///
    /// # Errors
    /// Why it can't be known.
    pub fn of(&mut self, root: &mut Root, point: &[u8]) -> Result<Space, Unavailable> {
        self.point.clear();
        for &byte in point {
            match byte {
                b' ' | b'\t' | b'\n' | b'\\' => {
                    write!(self.point, "\\{byte:03o}").map_err(|_| Unavailable::Unsupported)?;
                }
                _ => self.point.push(byte),
            }
        }
        if root.is_recorded() {
            let line = lines(self.recorded.bytes()).find(|line| fields(line).next() == Some(&self.point));
            return line.and_then(space).ok_or(Unavailable::Unsupported);
        }
        let said = root.statvfs(point).map_err(Unavailable::from_errno)?;
        if root.is_teed() {
            self.record.extend_from_slice(&self.point);
            let counts = [
                said.f_frsize,
                said.f_blocks,
                said.f_bfree,
                said.f_bavail,
                said.f_files,
                said.f_ffree,
                said.f_favail,
            ];
            for count in counts {
                write!(self.record, " {count}").map_err(|_| Unavailable::Unsupported)?;
            }
            self.record.push(b'\n');
        }
        let counts = [said.f_frsize, said.f_blocks, said.f_bfree, said.f_bavail, said.f_files, said.f_ffree];
        Space::new(counts).ok_or(Unavailable::Unsupported)
    }

    /// Ends the sample: what was said is recorded, if anybody wants it.
    pub fn end(&mut self, root: &mut Root) {
        if !root.is_recorded() {
            root.tee(PATH, &self.record);
        }
    }
}

/// What a recorded line says.
fn space(line: &[u8]) -> Option<Space> {
    let mut counts = fields(line).skip(1).map(number);
    let mut all = [0; 6];
    for slot in &mut all {
        *slot = counts.next()??;
    }
    Space::new(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_the_call_says() {
        let said = space(b"/mnt 4096 1000 500 400 7 8 9");
        let expected = Space {
            size_bytes: 4_096_000,
            free_bytes: 1_638_400,
            unused_bytes: 2_048_000,
            inodes: 7,
            free_inodes: 8,
        };
        assert_eq!(said, Some(expected));
        assert_eq!(space(b"/mnt 4096 1000 500"), None);
        assert_eq!(space(b"/mnt 4096 18446744073709551615 1 1 0 0"), None);
        let most = Space { size_bytes: u64::MAX, ..Space::default() };
        assert_eq!(expected.plus(most), None);
    }

    #[test]
    fn the_running_machine_is_asked() {
        let mut root = Root::system().expect("/ can be opened");
        let mut free_space = FreeSpace::default();
        free_space.begin(&mut root).expect("a machine that runs can be asked");
        let space = free_space.of(&mut root, b"/").expect("/ is mounted");
        assert!(space.size_bytes >= space.free_bytes && space.size_bytes > 0, "{space:?}");
        assert_eq!(free_space.of(&mut root, b"/there/is/none"), Err(Unavailable::Unsupported));
        assert!(free_space.of(&mut root, b"/\0").is_err());
    }
}
