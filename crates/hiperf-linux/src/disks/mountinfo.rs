//! [`MountInfo`]: `/proc/self/mountinfo`, where the file systems of block devices
//! are mounted.
//!
//! ```text
//!   36 35 98:0 /root /mnt/a\040b rw,noatime master:1 - ext3 /dev/sda1 rw,errors=continue
//!   id parent device root mount-point options optional.. - type source super-options
//! ```
//!
//! Kept is one mount of each device: the first that shows its whole file system
//! (root `/`), or the first of all where none does, as in a container that has
//! single files of it. File systems without a device of their own (`proc`,
//! `tmpfs`, a network's) are left out, but for those whose source names one:
//! btrfs mounts bear a number that no device has.
//!
//! Source: the kernel's Documentation/filesystems/proc.rst, 3.5.

use std::ops::Range;

use crate::disks::diskstats::device;
use crate::scan::{fields, lines, number, split_at_byte};
use crate::text_file::Content;

/// A device that is mounted. Its texts are in the arena of [`MountInfo`].
#[derive(Debug, Clone)]
struct Mount {
    device: u64,
    is_whole: bool,
    point: Range<usize>,
    source: Range<usize>,
}

/// The contents of the file. Keeps its memory from one parse to the next.
#[derive(Debug, Default)]
pub struct MountInfo {
    mounts: Vec<Mount>,
    texts: Vec<u8>,
}

impl Content for MountInfo {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        lines(text).for_each(|line| {
            let _what_is_cut_is_none = self.add(line);
        });
    }

    fn clear(&mut self) {
        self.mounts.clear();
        self.texts.clear();
    }
}

impl MountInfo {
    /// The mounts: the device's numbers, the mount point, and the name of the
    /// device that the source says, empty if it says none.
    pub fn mounts(&self) -> impl Iterator<Item = (u64, &[u8], &[u8])> {
        let text = |range: &Range<usize>| &self.texts[range.clone()];
        self.mounts.iter().map(move |mount| (mount.device, text(&mount.point), text(&mount.source)))
    }

    fn add(&mut self, line: &[u8]) -> Option<()> {
        let mut fields = fields(line).skip(2);
        let (major, minor) = split_at_byte(fields.next()?, b':')?;
        let (major, minor) = (number(major)?, number(minor)?);
        let (root, point) = (fields.next()?, fields.next()?);
        let source = fields.skip_while(|field| *field != b"-").nth(2)?;
        let source = source.strip_prefix(b"/dev/").unwrap_or_default();
        if major == 0 && source.is_empty() {
            return None;
        }
        let (device, is_whole) = (device(major, minor), root == b"/");
        let known = self.mounts.iter().position(|mount| mount.device == device);
        if known.is_some_and(|at| self.mounts[at].is_whole || !is_whole) {
            return None;
        }
        let mount = Mount { device, is_whole, point: self.keep(point), source: self.keep(source) };
        match known {
            Some(at) => self.mounts[at] = mount,
            None => self.mounts.push(mount),
        }
        Some(())
    }

    /// Puts a text into the arena, its escapes undone.
    fn keep(&mut self, mut text: &[u8]) -> Range<usize> {
        let start = self.texts.len();
        while let Some((&byte, rest)) = text.split_first() {
            text = rest;
            match (byte, rest.first_chunk().and_then(octal)) {
                (b'\\', Some(escaped)) => {
                    self.texts.push(escaped);
                    text = &rest[3..];
                }
                _ => self.texts.push(byte),
            }
        }
        start..self.texts.len()
    }
}

/// The byte of three octal digits.
fn octal(digits: &[u8; 3]) -> Option<u8> {
    let value = digits.iter().try_fold(0u32, |value, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit < 8).then_some(value * 8 + u32::from(digit))
    })?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(u64, u64, &str, &str)]) {
        let mut info = MountInfo::default();
        info.parse(text.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let found: Vec<_> =
            info.mounts().map(|(device, point, source)| (device, text(point), text(source))).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(major, minor, point, source)| (device(*major, *minor), (*point).into(), (*source).into()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn one_mount_of_each_device() {
        check(
            "22 27 0:21 / /proc rw - proc proc rw\n\
             27 1 254:0 /data /etc/hosts rw,relatime - ext4 /dev/vda rw\n\
             28 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw\n\
             29 1 254:0 / /again rw - ext4 /dev/vda rw\n\
             30 1 8:1 /x /a/file rw - xfs /dev/sda1 rw\n",
            &[(254, 0, "/", "vda"), (8, 1, "/a/file", "sda1")],
        );
    }

    #[test]
    fn names_with_blanks_and_file_systems_without_a_number() {
        check(
            "40 1 0:44 /@ /mnt/a\\040b\\134c rw - btrfs /dev/sdb2 rw,subvol=/@\n\
             41 1 0:45 / /srv rw - nfs4 host:/srv rw\n\
             42 1 8:3 / /odd\\04 rw - ext4 /dev/root rw\n",
            &[(0, 44, "/mnt/a b\\c", "sdb2"), (8, 3, "/odd\\04", "root")],
        );
    }

    #[test]
    fn what_is_cut_is_not_there() {
        check(
            "1 2 8:1 / /a rw\n1 2 8:2\n1 2 x:1 / /b rw - ext4 /dev/x rw\n\n1 2 8:4 / /d rw - ext4 /dev/y",
            &[],
        );
    }
}
