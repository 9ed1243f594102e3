//! [`DiskStats`]: `/proc/diskstats`, what has been read from and written to each
//! block device.
//!
//! ```text
//!   major minor name  reads merged sectors ms  writes merged sectors ms  in-flight busy-ms weighted-ms  ..
//!   254   0     vda   2601  133    84257   479 890    111    498006  292 0         4823    78825
//!   254   1     vda1  ..
//! ```
//!
//! Sectors are of 512 bytes, whatever the device's are. The lines of a disk's
//! partitions follow its own, and the kernel names them after it: `sda1`, or
//! `nvme0n1p1` where the disk's name ends in a digit. Which is which needs no
//! other file.
//!
//! Devices that are memory or a file (`ram`, `zram`, `loop`) are left out: what
//! is moved there is moved nowhere, or counted again where the file is.
//!
//! Source: the kernel's Documentation/admin-guide/iostats.rst and block/genhd.c
//! as documented there.

use hiperf_provider::Instance;

use crate::roster::Roster;
use crate::scan::{fields, lines, number};
use crate::text_file::Content;

/// Bytes of a sector.
const SECTOR_BYTES: u64 = 512;

/// What a block device is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// A disk as it is plugged in.
    #[default]
    Disk,
    /// A partition of one.
    Partition,
    /// A device that is made of others, such as a RAID or a logical volume, or a
    /// drive whose medium is changed.
    Other,
}

/// What has been read and written since the device appeared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiskIo {
    /// Reads that were completed.
    pub reads: u64,
    /// Bytes that were read.
    pub read_bytes: u64,
    /// Milliseconds that the reads took, added up.
    pub read_ms: u64,
    /// Writes that were completed.
    pub writes: u64,
    /// Bytes that were written.
    pub written_bytes: u64,
    /// Milliseconds that the writes took, added up.
    pub write_ms: u64,
    /// Requests that are with the device now.
    pub in_flight: u64,
    /// Milliseconds in which there was any.
    pub busy_ms: u64,
    /// Milliseconds times the requests that there were in each.
    pub weighted_ms: u64,
}

impl DiskIo {
    /// The sums of two devices.
    #[must_use]
    pub fn plus(&self, other: &DiskIo) -> DiskIo {
        DiskIo {
            reads: self.reads.wrapping_add(other.reads),
            read_bytes: self.read_bytes.wrapping_add(other.read_bytes),
            read_ms: self.read_ms.wrapping_add(other.read_ms),
            writes: self.writes.wrapping_add(other.writes),
            written_bytes: self.written_bytes.wrapping_add(other.written_bytes),
            write_ms: self.write_ms.wrapping_add(other.write_ms),
            in_flight: self.in_flight.wrapping_add(other.in_flight),
            busy_ms: self.busy_ms.wrapping_add(other.busy_ms),
            weighted_ms: self.weighted_ms.wrapping_add(other.weighted_ms),
        }
    }

    /// The counts of a line behind the name; `None` if it was cut.
    fn parse<'t>(counts: impl Iterator<Item = &'t [u8]>) -> Option<DiskIo> {
        let mut all = [0; 11];
        let mut read = 0;
        for (slot, field) in all.iter_mut().zip(counts) {
            *slot = number(field)?;
            read += 1;
        }
        let [
            reads,
            _,
            sectors_read,
            read_ms,
            writes,
            _,
            sectors_written,
            write_ms,
            in_flight,
            busy_ms,
            weighted_ms,
        ] = all;
        (read == all.len()).then_some(DiskIo {
            reads,
            read_bytes: sectors_read.wrapping_mul(SECTOR_BYTES),
            read_ms,
            writes,
            written_bytes: sectors_written.wrapping_mul(SECTOR_BYTES),
            write_ms,
            in_flight,
            busy_ms,
            weighted_ms,
        })
    }
}

/// Requests of a kind that newer kernels count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// Those that were completed.
    pub completed: u64,
    /// Those that were made part of a neighbouring one.
    pub merged: u64,
    /// Bytes that they were about.
    pub bytes: u64,
    /// Milliseconds that they took, added up.
    pub ms: u64,
}

/// What the line says beyond [`DiskIo`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueIo {
    /// Reads that were made part of a neighbouring one.
    pub reads_merged: u64,
    /// Writes that were made part of a neighbouring one.
    pub writes_merged: u64,
    /// Discards, since kernel 4.18.
    pub discards: Option<Requests>,
    /// Flushes, since kernel 5.5; they bear no data and are not merged.
    pub flushes: Option<Requests>,
}

impl QueueIo {
    /// The counts of a line behind the name, of which [`DiskIo::parse`] has found
    /// those that every kernel writes.
    fn parse<'t>(counts: impl Iterator<Item = &'t [u8]>) -> QueueIo {
        let mut all = [None; 17];
        all.iter_mut().zip(counts).for_each(|(slot, field)| *slot = number(field));
        let discards = |all: &[Option<u64>; 17]| {
            let bytes = all[13]?.wrapping_mul(SECTOR_BYTES);
            Some(Requests { completed: all[11]?, merged: all[12]?, bytes, ms: all[14]? })
        };
        let flushes = |all: &[Option<u64>; 17]| {
            Some(Requests { completed: all[15]?, ms: all[16]?, ..Requests::default() })
        };
        QueueIo {
            reads_merged: all[1].unwrap_or_default(),
            writes_merged: all[5].unwrap_or_default(),
            discards: discards(&all),
            flushes: flushes(&all),
        }
    }
}

/// A block device.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Device {
    /// Its numbers, as [`device`] makes them one.
    pub device: u64,
    /// What it is.
    pub kind: Kind,
    /// What it has done.
    pub io: DiskIo,
    /// What else it has done.
    pub queue: QueueIo,
}

/// The contents of the file. Keeps its memory, and what identifies each device,
/// from one parse to the next.
#[derive(Debug, Default)]
pub struct DiskStats {
    devices: Roster<Device>,
    disks: Vec<(u64, u64)>,
    earlier_disks: Vec<(u64, u64)>,
    generation: u64,
}

impl Content for DiskStats {
    fn parse(&mut self, text: &[u8]) {
        self.devices.begin();
        let (mut disk, mut disk_is_kept): (&[u8], bool) = (b"", false);
        for line in lines(text) {
            let mut fields = fields(line);
            let numbers = (fields.next().and_then(number), fields.next().and_then(number));
            let ((Some(major), Some(minor)), Some(name)) = (numbers, fields.next()) else { continue };
            let is_partition = is_partition(disk, name);
            if !is_partition {
                (disk, disk_is_kept) = (name, !is_numbered(name, &[b"ram", b"zram", b"loop"]));
            }
            let counts = fields.clone();
            let Some(io) = DiskIo::parse(fields).filter(|_| disk_is_kept) else { continue };
            let device = device(major, minor);
            let kind = if is_partition { Kind::Partition } else { kind(name) };
            let queue = QueueIo::parse(counts);
            *self.devices.entry(name, device) = Device { device, kind, io, queue };
        }
        self.devices.end();
        self.note_disks();
    }

    fn clear(&mut self) {
        self.devices.hide();
    }
}

impl DiskStats {
    /// The devices, in the order of the file.
    pub fn devices(&self) -> impl Iterator<Item = (Instance<'_>, &Device)> {
        self.devices.iter()
    }

    /// The device of this name.
    #[must_use]
    pub fn named(&self, name: &[u8]) -> Option<&Device> {
        self.devices.find(name)
    }

    /// The disks as they are plugged in.
    pub fn disks(&self) -> impl Iterator<Item = (Instance<'_>, &Device)> {
        self.devices().filter(|(_, device)| device.kind == Kind::Disk)
    }

    /// The devices that are no partitions, by name as the kernel writes it.
    pub fn whole(&self) -> impl Iterator<Item = (&[u8], &Device)> {
        self.devices.named().filter(|(_, device)| device.kind != Kind::Partition)
    }

    /// A number that changes whenever a disk comes or goes.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// A sum over disks is comparable only while they are the same.
    fn note_disks(&mut self) {
        self.disks.clear();
        let disks = self.devices.iter().filter(|(_, device)| device.kind == Kind::Disk);
        self.disks.extend(disks.map(|(instance, device)| (instance.identity(), device.device)));
        if self.disks != self.earlier_disks {
            self.generation = self.generation.wrapping_add(1);
            std::mem::swap(&mut self.disks, &mut self.earlier_disks);
        }
    }
}

/// A device's numbers as one.
#[must_use]
pub fn device(major: u64, minor: u64) -> u64 {
    major << 32 | minor & 0xFFFF_FFFF
}

/// Whether `name` is what the kernel calls a partition of `disk`.
fn is_partition(disk: &[u8], name: &[u8]) -> bool {
    let Some(rest) = name.strip_prefix(disk).filter(|_| !disk.is_empty()) else { return false };
    let digits = match disk.last() {
        Some(last) if last.is_ascii_digit() => rest.strip_prefix(b"p"),
        _ => Some(rest),
    };
    digits.is_some_and(|digits| number(digits).is_some())
}

fn kind(name: &[u8]) -> Kind {
    const OTHERS: [&[u8]; 7] = [b"dm-", b"md", b"drbd", b"bcache", b"zd", b"sr", b"fd"];
    // An array may have a name instead of a number: md_data.
    let is_named_array = name.starts_with(b"md_");
    if is_named_array || is_numbered(name, &OTHERS) { Kind::Other } else { Kind::Disk }
}

/// Whether a name is one of these with a number behind it.
fn is_numbered(name: &[u8], stems: &[&[u8]]) -> bool {
    stems.iter().any(|stem| name.strip_prefix(*stem).is_some_and(|rest| number(rest).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::name;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Kind)]) {
        let mut stats = DiskStats::default();
        stats.parse(text.as_bytes());
        let expected: Vec<_> = expected.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        let found: Vec<_> =
            stats.devices().map(|(instance, device)| (name(&instance), device.kind)).collect();
        assert_eq!(found, expected);
    }

    fn lines_of(names: &[&str]) -> String {
        names
            .iter()
            .enumerate()
            .map(|(at, name)| format!("8 {at} {name} 1 2 3 4 5 6 7 8 9 10 11\n"))
            .collect()
    }

    #[test]
    fn partitions_follow_their_disk() {
        use Kind::{Disk, Other, Partition};
        let names =
            ["sda", "sda1", "sda10", "sdaa", "nvme0n1", "nvme0n1p2", "nvme0n2", "mmcblk0", "mmcblk0boot0"];
        let kinds = [Disk, Partition, Partition, Disk, Disk, Partition, Disk, Disk, Disk];
        let expected: Vec<_> = names.into_iter().zip(kinds).collect();
        check(&lines_of(&names), &expected);
        let names = ["dm-1", "dm-10", "md0", "md0p1", "md_home", "nbd1", "nbd10", "sr0", "bcache0"];
        let kinds = [Other, Other, Other, Partition, Other, Disk, Disk, Other, Other];
        let expected: Vec<_> = names.into_iter().zip(kinds).collect();
        check(&lines_of(&names), &expected);
    }

    #[test]
    fn memory_and_files_are_no_disks() {
        check(
            &lines_of(&["loop0", "loop0p1", "ram1", "zram0", "ramen", "vda"]),
            &[("ramen", Kind::Disk), ("vda", Kind::Disk)],
        );
    }

    #[test]
    fn counts_are_those_of_the_line() {
        let mut stats = DiskStats::default();
        stats.parse(b" 254       0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n");
        let (_, device) = stats.devices().next().unwrap();
        let expected = DiskIo {
            reads: 1,
            read_bytes: 3 * 512,
            read_ms: 4,
            writes: 5,
            written_bytes: 7 * 512,
            write_ms: 8,
            in_flight: 9,
            busy_ms: 10,
            weighted_ms: 11,
        };
        assert_eq!((device.device, device.io), (254 << 32, expected));
        let discards = Requests { completed: 12, merged: 13, bytes: 14 * 512, ms: 15 };
        let flushes = Requests { completed: 16, ms: 17, ..Requests::default() };
        let expected =
            QueueIo { reads_merged: 2, writes_merged: 6, discards: Some(discards), flushes: Some(flushes) };
        assert_eq!(device.queue, expected);
        stats.parse(b" 254       0 vda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 x 16\n");
        let (_, device) = stats.devices().next().unwrap();
        assert_eq!((device.queue.discards, device.queue.flushes), (None, None));
    }

    #[test]
    fn what_is_cut_or_odd_is_not_there() {
        check("8 0 sda 1 2 3 4 5 6 7 8 9 10\n8 16 sdb 1 2 3 x 5 6 7 8 9 10 11\n8\nx y z\n\n8 0 sdc 1 2", &[]);
        check("8 0 sda 99999999999999999999 2 3 4 5 6 7 8 9 10 11\n", &[]);
    }

    #[test]
    fn the_generation_is_that_of_the_disks() {
        let mut stats = DiskStats::default();
        stats.parse(lines_of(&["sda", "sdb"]).as_bytes());
        let first = stats.generation();
        stats.parse(lines_of(&["sda", "sdb", "sdb1", "dm-0"]).as_bytes());
        assert_eq!(stats.generation(), first);
        stats.parse(lines_of(&["sda"]).as_bytes());
        let second = stats.generation();
        assert_ne!(second, first);
        stats.parse(lines_of(&["sda", "sdb"]).as_bytes());
        assert_ne!(stats.generation(), second);
    }
}
