//! [`CgroupPressure`]: `Linux_PerfRawData_Cgroups_CgroupPressure`, for how long
//! the tasks of each cgroup waited.
//!
//! All resources are in one instance, so that it has the cgroup's name and a
//! property costs the file of its resource only.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::Class;
use crate::cgroups::files::{CPU_STALLS, IO_STALLS, IRQ_STALLS, MEMORY_STALLS, Subject};
use crate::cgroups::group::Group;
use crate::cgroups::{Cgroups, why_missing};
use crate::pressure::CPU;
use crate::pressure::stalls::Stall;
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct CgroupPressure;

/// When some tasks waited for the resource `R` of [`RESOURCES`](crate::pressure::RESOURCES).
fn some<const R: usize>(group: &Group) -> Option<Stall> {
    group.stalls[R].some
}

/// When all that were not idle did. Of the machine's processors the kernel writes a
/// line of zeros for the sake of old programs; it is no measurement.
fn full<const R: usize>(group: &Group) -> Option<Stall> {
    group.stalls[R].full.filter(|_| R != CPU || group.inode != INODE_OF_THE_MACHINE)
}

/// The inode number of the cgroup that all others are below. One that is only the
/// topmost of a container has another.
const INODE_OF_THE_MACHINE: u64 = 1;

impl Class for CgroupPressure {
    type Area = Cgroups;
    type Row = Group;
    const NAME: &'static str = "Linux_PerfRawData_Cgroups_CgroupPressure";
    const INSTANCES: Sources = Subject::Pressure.groups();
    const PROPERTIES: &'static [Property<Group>] = &[
        Property::new("PercentProcessorSomeStalledTime", CPU_STALLS, |group| {
            Some(some::<0>(group)?.total_100ns)
        }),
        Property::of_field(
            "ProcessorSomeAverage10",
            CPU_STALLS,
            Field::Real(|group| Some(some::<0>(group)?.average(0))),
        ),
        Property::of_field(
            "ProcessorSomeAverage60",
            CPU_STALLS,
            Field::Real(|group| Some(some::<0>(group)?.average(1))),
        ),
        Property::of_field(
            "ProcessorSomeAverage300",
            CPU_STALLS,
            Field::Real(|group| Some(some::<0>(group)?.average(2))),
        ),
        Property::new("PercentProcessorFullStalledTime", CPU_STALLS, |group| {
            Some(full::<0>(group)?.total_100ns)
        }),
        Property::of_field(
            "ProcessorFullAverage10",
            CPU_STALLS,
            Field::Real(|group| Some(full::<0>(group)?.average(0))),
        ),
        Property::of_field(
            "ProcessorFullAverage60",
            CPU_STALLS,
            Field::Real(|group| Some(full::<0>(group)?.average(1))),
        ),
        Property::of_field(
            "ProcessorFullAverage300",
            CPU_STALLS,
            Field::Real(|group| Some(full::<0>(group)?.average(2))),
        ),
        Property::new("PercentMemorySomeStalledTime", MEMORY_STALLS, |group| {
            Some(some::<1>(group)?.total_100ns)
        }),
        Property::of_field(
            "MemorySomeAverage10",
            MEMORY_STALLS,
            Field::Real(|group| Some(some::<1>(group)?.average(0))),
        ),
        Property::of_field(
            "MemorySomeAverage60",
            MEMORY_STALLS,
            Field::Real(|group| Some(some::<1>(group)?.average(1))),
        ),
        Property::of_field(
            "MemorySomeAverage300",
            MEMORY_STALLS,
            Field::Real(|group| Some(some::<1>(group)?.average(2))),
        ),
        Property::new("PercentMemoryFullStalledTime", MEMORY_STALLS, |group| {
            Some(full::<1>(group)?.total_100ns)
        }),
        Property::of_field(
            "MemoryFullAverage10",
            MEMORY_STALLS,
            Field::Real(|group| Some(full::<1>(group)?.average(0))),
        ),
        Property::of_field(
            "MemoryFullAverage60",
            MEMORY_STALLS,
            Field::Real(|group| Some(full::<1>(group)?.average(1))),
        ),
        Property::of_field(
            "MemoryFullAverage300",
            MEMORY_STALLS,
            Field::Real(|group| Some(full::<1>(group)?.average(2))),
        ),
        Property::new("PercentDiskSomeStalledTime", IO_STALLS, |group| Some(some::<2>(group)?.total_100ns)),
        Property::of_field(
            "DiskSomeAverage10",
            IO_STALLS,
            Field::Real(|group| Some(some::<2>(group)?.average(0))),
        ),
        Property::of_field(
            "DiskSomeAverage60",
            IO_STALLS,
            Field::Real(|group| Some(some::<2>(group)?.average(1))),
        ),
        Property::of_field(
            "DiskSomeAverage300",
            IO_STALLS,
            Field::Real(|group| Some(some::<2>(group)?.average(2))),
        ),
        Property::new("PercentDiskFullStalledTime", IO_STALLS, |group| Some(full::<2>(group)?.total_100ns)),
        Property::of_field(
            "DiskFullAverage10",
            IO_STALLS,
            Field::Real(|group| Some(full::<2>(group)?.average(0))),
        ),
        Property::of_field(
            "DiskFullAverage60",
            IO_STALLS,
            Field::Real(|group| Some(full::<2>(group)?.average(1))),
        ),
        Property::of_field(
            "DiskFullAverage300",
            IO_STALLS,
            Field::Real(|group| Some(full::<2>(group)?.average(2))),
        ),
        Property::new("PercentInterruptFullStalledTime", IRQ_STALLS, |group| {
            Some(full::<3>(group)?.total_100ns)
        }),
        Property::of_field(
            "InterruptFullAverage10",
            IRQ_STALLS,
            Field::Real(|group| Some(full::<3>(group)?.average(0))),
        ),
        Property::of_field(
            "InterruptFullAverage60",
            IRQ_STALLS,
            Field::Real(|group| Some(full::<3>(group)?.average(1))),
        ),
        Property::of_field(
            "InterruptFullAverage300",
            IRQ_STALLS,
            Field::Real(|group| Some(full::<3>(group)?.average(2))),
        ),
    ];

    fn for_each(area: &Cgroups, visit: &mut dyn FnMut(Instance<'_>, &Group)) {
        area.groups(Subject::Pressure).for_each(|(instance, group)| visit(instance, group));
    }

    fn why_missing(group: &Group, property: &Property<Group>) -> Option<Reason> {
        why_missing(group, property.sources, property.name, &[])
    }
}
