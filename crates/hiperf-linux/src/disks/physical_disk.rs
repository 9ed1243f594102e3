//! [`PhysicalDisk`]: `Win32_PerfRawData_PerfDisk_PhysicalDisk`, one instance for
//! each disk as it is plugged in, and `_Total`.
//!
//! A disk is named as Linux names it (`sda`, `nvme0n1`), without the number and
//! drive letters that Windows has there. What is made of disks, such as a RAID
//! or a logical volume, is none: its work would be counted twice in `_Total`.

use hiperf_provider::Instance;

use crate::area::{Class, TOTAL};
use crate::disks::Disks;
use crate::disks::disk::{self, Disk};
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct PhysicalDisk;

impl Class for PhysicalDisk {
    type Area = Disks;
    type Row = Disk;
    const NAME: &'static str = "Win32_PerfRawData_PerfDisk_PhysicalDisk";
    const INSTANCES: Sources = Disks::DISKSTATS;
    const PROPERTIES: &'static [Property<Disk>] = &disk::PROPERTIES;

    fn for_each(disks: &Disks, visit: &mut dyn FnMut(Instance<'_>, &Disk)) {
        let rows = || disks.stats().disks().map(|(instance, device)| (instance, disks.disk(device.io)));
        rows().for_each(|(instance, row)| visit(instance, &row));
        if let Some(total) = Disk::total(rows().map(|(_, row)| row)) {
            // A sum over other disks is not comparable with this one.
            let identity = u64::MAX - disks.stats().generation();
            visit(Instance::identified(TOTAL, identity), &total);
        }
    }
}
