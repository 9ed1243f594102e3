//! [`CgroupDisk`]: `Linux_PerfRawData_Cgroups_CgroupDisk`, what each cgroup reads
//! from each device and writes to it.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::{Class, reason};
use crate::cgroups::Cgroups;
use crate::cgroups::devices::GroupDevice;
use crate::cgroups::files::{BYTES, OPERATIONS, Subject};
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct CgroupDisk;

impl Class for CgroupDisk {
    type Area = Cgroups;
    type Row = GroupDevice;
    const NAME: &'static str = "Linux_PerfRawData_Cgroups_CgroupDisk";
    const INSTANCES: Sources = Subject::Disk.groups().union(BYTES);
    const PROPERTIES: &'static [Property<GroupDevice>] = &[
        Property::of_field("Cgroup", Sources::NONE, Field::Text(|row| Some(&row.cgroup))),
        Property::of_field("Device", Sources::NONE, Field::Text(|row| Some(&row.device))),
        Property::new("ReadBytesPersec", BYTES, |row| row.io.read_bytes),
        Property::new("WriteBytesPersec", BYTES, |row| row.io.written_bytes),
        Property::new("DiscardBytesPersec", BYTES, |row| row.io.discarded_bytes),
        Property::new("ReadsPersec", OPERATIONS, |row| row.io.reads),
        Property::new("WritesPersec", OPERATIONS, |row| row.io.writes),
        Property::new("DiscardsPersec", OPERATIONS, |row| row.io.discards),
    ];

    fn for_each(area: &Cgroups, visit: &mut dyn FnMut(Instance<'_>, &GroupDevice)) {
        area.devices().for_each(|(instance, row)| visit(instance, row));
    }

    fn why_missing(row: &GroupDevice, _property: &Property<GroupDevice>) -> Option<Reason> {
        Some(reason(row.unavailable))
    }
}
