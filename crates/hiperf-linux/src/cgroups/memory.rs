//! [`CgroupMemory`]: `Linux_PerfRawData_Cgroups_CgroupMemory`, the memory that
//! each cgroup has, what it is made of, its limits and what came of them.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::Class;
use crate::cgroups::files::{
    CURRENT, EVENTS, HIGH, KERNEL_MEMORY, LIMIT_HITS, LOW, MAX, MEMORY_NODES, MEMORY_STAT, MIN,
    OUT_OF_MEMORY, PEAK, SOFT_LIMIT, SWAP, SWAP_MAX, Subject,
};
use crate::cgroups::group::Group;
use crate::cgroups::quantity::Quantity;
use crate::cgroups::{Cgroups, why_missing};
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct CgroupMemory;

/// What has a value only if a limit is set.
const LIMITS: &[(&str, Quantity)] = &[
    ("ProtectedBytes", Quantity::Min),
    ("LowBytes", Quantity::Low),
    ("HighBytes", Quantity::High),
    ("LimitBytes", Quantity::Max),
    ("SoftLimitBytes", Quantity::SoftLimit),
    ("SwapLimitBytes", Quantity::SwapMax),
    ("PercentOfLimit", Quantity::Max),
    ("PercentOfLimit_Base", Quantity::Max),
];

const STAT: Sources = MEMORY_STAT;

impl Class for CgroupMemory {
    type Area = Cgroups;
    type Row = Group;
    const NAME: &'static str = "Linux_PerfRawData_Cgroups_CgroupMemory";
    const INSTANCES: Sources = Subject::Memory.groups();
    const PROPERTIES: &'static [Property<Group>] = &[
        Property::new("CurrentBytes", CURRENT, |group| group.get(Quantity::Current)),
        Property::new("PeakBytes", PEAK, |group| group.get(Quantity::Peak)),
        Property::new("WorkingSetBytes", CURRENT.union(STAT), working_set),
        Property::new("ProtectedBytes", MIN, |group| group.get(Quantity::Min)),
        Property::new("LowBytes", LOW, |group| group.get(Quantity::Low)),
        Property::new("HighBytes", HIGH, |group| group.get(Quantity::High)),
        Property::new("LimitBytes", MAX, |group| group.get(Quantity::Max)),
        Property::new("SoftLimitBytes", SOFT_LIMIT, |group| group.get(Quantity::SoftLimit)),
        Property::new("PercentOfLimit", CURRENT.union(MAX), |group| group.get(Quantity::Current)),
        Property::new("PercentOfLimit_Base", CURRENT.union(MAX), |group| group.get(Quantity::Max)),
        Property::new("SwapBytes", SWAP, |group| group.get(Quantity::Swap)),
        Property::new("SwapLimitBytes", SWAP_MAX, |group| group.get(Quantity::SwapMax)),
        Property::new("AnonymousBytes", STAT, |group| group.get(Quantity::Anonymous)),
        Property::new("FileBytes", STAT, |group| group.get(Quantity::File)),
        Property::new("SharedBytes", STAT, |group| group.get(Quantity::Shared)),
        Property::new("FileMappedBytes", STAT, |group| group.get(Quantity::FileMapped)),
        Property::new("FileDirtyBytes", STAT, |group| group.get(Quantity::FileDirty)),
        Property::new("FileWritebackBytes", STAT, |group| group.get(Quantity::FileWriteback)),
        Property::new("ActiveAnonymousBytes", STAT, |group| group.get(Quantity::ActiveAnonymous)),
        Property::new("InactiveAnonymousBytes", STAT, |group| group.get(Quantity::InactiveAnonymous)),
        Property::new("ActiveFileBytes", STAT, |group| group.get(Quantity::ActiveFile)),
        Property::new("InactiveFileBytes", STAT, |group| group.get(Quantity::InactiveFile)),
        Property::new("UnevictableBytes", STAT, |group| group.get(Quantity::Unevictable)),
        Property::new("KernelBytes", KERNEL_MEMORY, |group| group.get(Quantity::Kernel)),
        Property::new("KernelStackBytes", KERNEL_MEMORY, |group| group.get(Quantity::KernelStack)),
        Property::new("PageTableBytes", KERNEL_MEMORY, |group| group.get(Quantity::PageTables)),
        Property::new("SlabReclaimableBytes", KERNEL_MEMORY, |group| group.get(Quantity::SlabReclaimable)),
        Property::new("SlabUnreclaimableBytes", KERNEL_MEMORY, |group| {
            group.get(Quantity::SlabUnreclaimable)
        }),
        Property::new("SocketBytes", KERNEL_MEMORY, |group| group.get(Quantity::Sockets)),
        Property::new("PageFaultsPersec", STAT, |group| group.get(Quantity::Faults)),
        Property::new("MajorFaultsPersec", STAT, |group| group.get(Quantity::MajorFaults)),
        Property::new("AnonymousRefaultsPersec", STAT, |group| group.get(Quantity::AnonymousRefaults)),
        Property::new("FileRefaultsPersec", STAT, |group| group.get(Quantity::FileRefaults)),
        Property::new("PagesScannedPersec", KERNEL_MEMORY, |group| group.get(Quantity::Scanned)),
        Property::new("PagesReclaimedPersec", KERNEL_MEMORY, |group| group.get(Quantity::Reclaimed)),
        Property::new("LowEventsPersec", EVENTS, |group| group.get(Quantity::LowEvents)),
        Property::new("HighEventsPersec", EVENTS, |group| group.get(Quantity::HighEvents)),
        Property::new("LimitHitsPersec", LIMIT_HITS, |group| group.get(Quantity::MaxEvents)),
        Property::new("OutOfMemoryEvents", EVENTS, |group| group.get(Quantity::OutOfMemory)),
        Property::new("OutOfMemoryKills", OUT_OF_MEMORY, |group| group.get(Quantity::OutOfMemoryKills)),
        Property::of_field("EffectiveNodeList", MEMORY_NODES, Field::Text(node_list)),
    ];

    fn for_each(area: &Cgroups, visit: &mut dyn FnMut(Instance<'_>, &Group)) {
        area.groups(Subject::Memory).for_each(|(instance, group)| visit(instance, group));
    }

    fn why_missing(group: &Group, property: &Property<Group>) -> Option<Reason> {
        why_missing(group, property.sources, property.name, LIMITS)
    }
}

/// What would have to be swapped or killed to get it back. The two files are not
/// read at the same instant, so the difference may be less than nothing.
fn working_set(group: &Group) -> Option<u64> {
    Some(group.get(Quantity::Current)?.saturating_sub(group.get(Quantity::InactiveFile)?))
}

fn node_list(group: &Group) -> Option<&str> {
    Some(group.memory_nodes.as_str()).filter(|list| !list.is_empty())
}
