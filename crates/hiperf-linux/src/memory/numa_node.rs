//! [`NumaNode`]: `Linux_PerfRawData_OS_NumaNode`, one instance for each NUMA node.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::digits::Digits;
use crate::memory::MemoryArea;
use crate::memory::nodes::Node;
use crate::property::{Property, Sources};

const MEMORY: Sources = MemoryArea::NODE_MEMORY;
const STAT: Sources = MemoryArea::NODE_STAT;

/// The class.
#[derive(Debug)]
pub struct NumaNode;

impl Class for NumaNode {
    type Area = MemoryArea;
    type Row = Node;
    const NAME: &'static str = "Linux_PerfRawData_OS_NumaNode";
    const INSTANCES: Sources = MemoryArea::NODES;
    const PROPERTIES: &'static [Property<Node>] = &[
        Property::new("TotalBytes", MEMORY, |node| node.memory.mem_total),
        Property::new("FreeBytes", MEMORY, |node| node.memory.mem_free),
        Property::new("UsedBytes", MEMORY, |node| node.memory.mem_used),
        Property::new("PercentInUse", MEMORY, |node| node.memory.mem_used),
        Property::new("PercentInUse_Base", MEMORY, |node| node.memory.mem_total),
        Property::new("FileBytes", MEMORY, |node| node.memory.file_pages),
        Property::new("AnonymousBytes", MEMORY, |node| node.memory.anon_pages),
        Property::new("MappedBytes", MEMORY, |node| node.memory.mapped),
        Property::new("SharedBytes", MEMORY, |node| node.memory.shmem),
        Property::new("ActiveBytes", MEMORY, |node| node.memory.active),
        Property::new("InactiveBytes", MEMORY, |node| node.memory.inactive),
        Property::new("ActiveAnonymousBytes", MEMORY, |node| node.memory.active_anon),
        Property::new("InactiveAnonymousBytes", MEMORY, |node| node.memory.inactive_anon),
        Property::new("ActiveFileBytes", MEMORY, |node| node.memory.active_file),
        Property::new("InactiveFileBytes", MEMORY, |node| node.memory.inactive_file),
        Property::new("UnevictableBytes", MEMORY, |node| node.memory.unevictable),
        Property::new("MlockedBytes", MEMORY, |node| node.memory.mlocked),
        Property::new("SwapCachedBytes", MEMORY, |node| node.memory.swap_cached),
        Property::new("DirtyBytes", MEMORY, |node| node.memory.dirty),
        Property::new("WritebackBytes", MEMORY, |node| node.memory.writeback),
        Property::new("SlabBytes", MEMORY, |node| node.memory.slab),
        Property::new("SlabReclaimableBytes", MEMORY, |node| node.memory.s_reclaimable),
        Property::new("SlabUnreclaimableBytes", MEMORY, |node| node.memory.s_unreclaim),
        Property::new("KernelStackBytes", MEMORY, |node| node.memory.kernel_stack),
        Property::new("PageTableBytes", MEMORY, |node| node.memory.page_tables),
        Property::new("AnonymousHugePageBytes", MEMORY, |node| node.memory.anon_huge_pages),
        Property::new("HugePagesTotal", MEMORY, |node| node.memory.huge_pages_total),
        Property::new("HugePagesFree", MEMORY, |node| node.memory.huge_pages_free),
        Property::new("HugePagesSurplus", MEMORY, |node| node.memory.huge_pages_surplus),
        Property::new("HitsPersec", STAT, |node| node.stat.hit),
        Property::new("MissesPersec", STAT, |node| node.stat.miss),
        Property::new("ForeignPersec", STAT, |node| node.stat.foreign),
        Property::new("InterleavedPersec", STAT, |node| node.stat.interleave_hit),
        Property::new("LocalPersec", STAT, |node| node.stat.local_node),
        Property::new("OtherPersec", STAT, |node| node.stat.other_node),
    ];

    fn for_each(area: &MemoryArea, visit: &mut dyn FnMut(Instance<'_>, &Node)) {
        for (number, node) in area.nodes().iter() {
            let mut digits = Digits::default();
            visit(Instance::identified(digits.write(number), u64::from(number)), &node);
        }
    }
}
