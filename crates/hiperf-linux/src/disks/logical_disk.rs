//! [`LogicalDisk`]: `Win32_PerfRawData_PerfDisk_LogicalDisk`, one instance for
//! each block device with a mounted file system, and `_Total`.
//!
//! It is named by the place where it is mounted, as on Windows by a drive letter
//! or a folder. Devices without a mounted file system are no instances, so that
//! nothing is counted twice: a logical volume is one, the partition below it
//! not. If a device is mounted more than once the first place counts.

use hiperf_provider::{Instance, Reason};

use crate::area::{Class, TOTAL, reason};
use crate::disks::Disks;
use crate::disks::disk::{self, Disk};
use crate::property::{Property, Sources};

/// Bytes of a megabyte, as Windows counts.
const MEGABYTE: u64 = 1 << 20;

/// The class.
#[derive(Debug)]
pub struct LogicalDisk;

const SPACE: Sources = Disks::FREE_SPACE;

/// What it has beside what all disks have.
const OF_SPACE: [Property<Disk>; 3] = [
    Property::new("FreeMegabytes", SPACE, free_megabytes),
    Property::new("PercentFreeSpace", SPACE, |disk| Some(free_and_size(disk)?.0)),
    Property::new("PercentFreeSpace_Base", SPACE, |disk| Some(free_and_size(disk)?.1)),
];

const ALL: [Property<Disk>; disk::PROPERTIES.len() + OF_SPACE.len()] =
    Property::both(disk::PROPERTIES, OF_SPACE);

impl Class for LogicalDisk {
    type Area = Disks;
    type Row = Disk;
    const NAME: &'static str = "Win32_PerfRawData_PerfDisk_LogicalDisk";
    const INSTANCES: Sources = Disks::MOUNTS.union(Disks::DISKSTATS);
    const PROPERTIES: &'static [Property<Disk>] = &ALL;

    fn for_each(disks: &Disks, visit: &mut dyn FnMut(Instance<'_>, &Disk)) {
        let rows = || {
            let volumes = disks.volumes().iter();
            volumes
                .map(|(instance, volume)| (instance, Disk { space: volume.space, ..disks.disk(volume.io) }))
        };
        rows().for_each(|(instance, row)| visit(instance, &row));
        if let Some(total) = Disk::total(rows().map(|(_, row)| row)) {
            let identity = u64::MAX - disks.volumes().generation();
            visit(Instance::identified(TOTAL, identity), &total);
        }
    }

    fn why_missing(row: &Disk, property: &Property<Disk>) -> Option<Reason> {
        let unavailable = row.space.err().filter(|_| property.sources == SPACE)?;
        unavailable.map(|why| reason(Some(why)))
    }
}

/// More than 32 bits hold is no number that the property can show.
fn free_megabytes(disk: &Disk) -> Option<u64> {
    let megabytes = disk.space.ok()?.free_bytes / MEGABYTE;
    u32::try_from(megabytes).ok().map(u64::from)
}

/// Free space and size in megabytes, both divided by the same power of two if
/// one of them would not fit 32 bits otherwise.
fn free_and_size(disk: &Disk) -> Option<(u64, u64)> {
    let space = disk.space.ok()?;
    let (free, size) = (space.free_bytes / MEGABYTE, space.size_bytes / MEGABYTE);
    let excess_bits = (free | size).checked_ilog2().map_or(0, |top| (top + 1).saturating_sub(32));
    Some((free >> excess_bits, size >> excess_bits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disks::diskstats::DiskIo;
    use crate::disks::free_space::Space;

    #[test]
    fn space_fits_32_bits_or_is_a_fraction_that_does() {
        let disk = |free, size| Disk {
            space: Ok(Space { free_bytes: free * MEGABYTE, size_bytes: size * MEGABYTE, ..Space::default() }),
            ..Disk::one(DiskIo::default(), 0)
        };
        assert_eq!(free_megabytes(&disk(7, 9)), Some(7));
        assert_eq!(free_and_size(&disk(7, 9)), Some((7, 9)));
        assert_eq!(free_megabytes(&disk(1 << 32, 1 << 33)), None);
        assert_eq!(free_and_size(&disk(1 << 32, 1 << 33)), Some((1 << 30, 1 << 31)));
        assert_eq!(free_and_size(&disk(0, 0)), Some((0, 0)));
        assert_eq!(free_and_size(&Disk::one(DiskIo::default(), 0)), None);
    }
}
