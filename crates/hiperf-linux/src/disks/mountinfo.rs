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
//! single files of it. What another file system was mounted over can't be reached
//! and isn't kept. A file system without a device, such as `tmpfs` or a network's,
//! has a number of its own all the same; those that hold nothing but the kernel's
//! words (`proc`, `cgroup2`, ..) are left out.
//!
//! Source: the kernel's Documentation/filesystems/proc.rst, 3.5.

use std::collections::HashMap;
use std::ops::Range;

use crate::disks::diskstats::device;
use crate::roster::hash_of;
use crate::scan::{fields, lines, number, octal, split_at_byte};
use crate::text_file::Content;

/// File systems that show what the kernel has to say and hold no files of anybody.
const OF_THE_KERNEL: [&[u8]; 27] = [
    b"autofs",
    b"bdev",
    b"binder",
    b"binfmt_misc",
    b"bpf",
    b"cgroup",
    b"cgroup2",
    b"configfs",
    b"cpuset",
    b"debugfs",
    b"devpts",
    b"efivarfs",
    b"fusectl",
    b"hugetlbfs",
    b"mqueue",
    b"nfsd",
    b"nsfs",
    b"pipefs",
    b"proc",
    b"pstore",
    b"resctrl",
    b"rpc_pipefs",
    b"securityfs",
    b"selinuxfs",
    b"sockfs",
    b"sysfs",
    b"tracefs",
];

/// A device that is mounted. Its texts are in the arena of [`MountInfo`].
#[derive(Debug, Clone)]
struct Mount {
    device: u64,
    is_whole: bool,
    is_read_only: bool,
    is_hidden: bool,
    point: Range<usize>,
    source: Range<usize>,
    kind: Range<usize>,
}

/// A file system and where it is mounted, as the last text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mounted<'a> {
    /// The numbers that it bears, as [`device`] makes them one.
    pub device: u64,
    /// Where it is.
    pub point: &'a [u8],
    /// What is mounted there: a device, `server:/path`, or any word.
    pub source: &'a [u8],
    /// Its type, such as `ext4`.
    pub kind: &'a [u8],
    /// Whether nobody may write to it there.
    pub is_read_only: bool,
}

impl<'a> Mounted<'a> {
    /// The name of the block device that the source says, empty if it says none.
    #[must_use]
    pub fn device_name(&self) -> &'a [u8] {
        self.source.strip_prefix(b"/dev/").unwrap_or_default()
    }

    /// Whether it may be on a block device: it has the numbers of one or, as
    /// btrfs has not, names one.
    #[must_use]
    pub fn is_of_device(&self) -> bool {
        self.device >> 32 != 0 || !self.device_name().is_empty()
    }
}

/// The contents of the file. Keeps its memory from one parse to the next.
#[derive(Debug, Default)]
pub struct MountInfo {
    mounts: Vec<Mount>,
    texts: Vec<u8>,
    /// Where in `mounts` a device is, and what is mounted at a point, by the
    /// point's hash.
    by_device: HashMap<u64, usize>,
    by_point: HashMap<u64, usize>,
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
        self.by_device.clear();
        self.by_point.clear();
    }
}

impl MountInfo {
    /// The file systems, in the order in which they were mounted.
    pub fn file_systems(&self) -> impl Iterator<Item = Mounted<'_>> {
        let text = |range: &Range<usize>| &self.texts[range.clone()];
        self.mounts.iter().filter(|mount| !mount.is_hidden).map(move |mount| Mounted {
            device: mount.device,
            point: text(&mount.point),
            source: text(&mount.source),
            kind: text(&mount.kind),
            is_read_only: mount.is_read_only,
        })
    }

    /// Those that may be on a block device.
    pub fn of_devices(&self) -> impl Iterator<Item = Mounted<'_>> {
        self.file_systems().filter(Mounted::is_of_device)
    }

    fn add(&mut self, line: &[u8]) -> Option<()> {
        let mut fields = fields(line).skip(2);
        let (major, minor) = split_at_byte(fields.next()?, b':')?;
        let device = device(number(major)?, number(minor)?);
        let (root, point, options) = (fields.next()?, fields.next()?, fields.next()?);
        let mut fields = fields.skip_while(|field| *field != b"-").skip(1);
        let (kind, source) = (fields.next()?, fields.next()?);
        if OF_THE_KERNEL.contains(&kind) {
            return None;
        }
        let is_whole = root == b"/";
        let is_read_only = [Some(options), fields.next()].into_iter().flatten().any(starts_read_only);
        self.hide_what_is_below(point, device);
        let known = self.by_device.get(&device).copied();
        let keeps = |mount: &Mount| !mount.is_hidden && (mount.is_whole || !is_whole);
        if known.is_some_and(|at| keeps(&self.mounts[at])) {
            return None;
        }
        let (point_hash, point) = (hash_of(point), self.keep(point));
        let (source, kind) = (self.keep(source), self.keep(kind));
        let mount = Mount { device, is_whole, is_read_only, is_hidden: false, point, source, kind };
        let at = known.unwrap_or(self.mounts.len());
        match known {
            Some(at) => self.mounts[at] = mount,
            None => self.mounts.push(mount),
        }
        self.by_device.insert(device, at);
        self.by_point.insert(point_hash, at);
        Some(())
    }

    /// Another file system at `point` hides the one that was mounted there before.
    fn hide_what_is_below(&mut self, point: &[u8], device: u64) {
        let Some(at) = self.by_point.get(&hash_of(point)).copied() else { return };
        let start = self.texts.len();
        let range = self.keep(point);
        let mount = &mut self.mounts[at];
        mount.is_hidden |= mount.device != device && self.texts[mount.point.clone()] == self.texts[range];
        self.texts.truncate(start);
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

/// Whether options, of a mount or of the file system, begin with `ro`.
fn starts_read_only(options: &[u8]) -> bool {
    options.split(|byte| *byte == b',').next() == Some(b"ro")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(u64, u64, &str, &str)]) {
        let mut info = MountInfo::default();
        info.parse(text.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let found: Vec<_> = info
            .of_devices()
            .map(|mounted| (mounted.device, text(mounted.point), text(mounted.device_name())))
            .collect();
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

    #[test]
    fn file_systems_of_all_kinds_but_the_kernels_own() {
        let mut info = MountInfo::default();
        info.parse(
            b"22 27 0:21 / /proc rw,relatime - proc proc rw\n\
              30 1 0:45 / /srv ro - nfs4 host:/a\\040b rw\n\
              31 1 8:3 / /var rw,ro shared:1 - ext4 /dev/sda3 ro,errors=remount-ro\n\
              32 1 0:50 / /tmp rw - tmpfs tmpfs rw\n",
        );
        let mounted =
            |device, point, source, kind, is_read_only| Mounted { device, point, source, kind, is_read_only };
        let expected = [
            mounted(45, &b"/srv"[..], &b"host:/a b"[..], &b"nfs4"[..], true),
            mounted(device(8, 3), b"/var", b"/dev/sda3", b"ext4", true),
            mounted(50, b"/tmp", b"tmpfs", b"tmpfs", false),
        ];
        assert_eq!(info.file_systems().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_was_mounted_over_is_looked_for_elsewhere() {
        check(
            "28 1 8:1 / /a rw - ext4 /dev/sda1 rw\n\
             29 1 8:2 / /a rw - ext4 /dev/sda2 rw\n\
             30 1 8:2 / /a rw - ext4 /dev/sda2 rw\n",
            &[(8, 2, "/a", "sda2")],
        );
        check(
            "28 1 8:1 / /a rw - ext4 /dev/sda1 rw\n\
             29 1 8:2 / /a rw - ext4 /dev/sda2 rw\n\
             31 1 8:1 /x /b rw - ext4 /dev/sda1 rw\n",
            &[(8, 1, "/b", "sda1"), (8, 2, "/a", "sda2")],
        );
    }
}
