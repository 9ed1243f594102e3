//! [`MemoryArea`]: how memory is used and what moves between it and the disks.

pub mod linux_memory;
pub mod linux_vmstat;
pub mod meminfo;
pub mod nodes;
pub mod numa_node;
pub mod paging_file;
pub mod slab;
pub mod slabinfo;
pub mod swaps;
pub mod usage;
pub mod vmstat;

use self::linux_memory::LinuxMemory;
use self::linux_vmstat::LinuxVmStat;
use self::meminfo::MemInfo;
use self::nodes::Nodes;
use self::numa_node::NumaNode;
use self::paging_file::PagingFile;
use self::slab::SlabCache;
use self::slabinfo::SlabInfo;
use self::swaps::Swaps;
use self::usage::Memory;
use self::vmstat::VmStat;
use crate::area::{Area, Entry, Moment, Sampled, Units, first_unavailable};
use crate::file::Shape::{OnePiece, Records};
use crate::named::NamedNumbers;
use crate::property::Sources;
use crate::root::Unavailable;
use crate::text_file::TextFile;

/// What is read of memory.
#[derive(Debug)]
pub struct MemoryArea {
    meminfo: TextFile<NamedNumbers<MemInfo>>,
    vmstat: TextFile<NamedNumbers<VmStat>>,
    swaps: TextFile<Swaps>,
    nodes: Nodes,
    slabinfo: TextFile<SlabInfo>,
    units: Units,
}

impl MemoryArea {
    /// `/proc/meminfo`.
    pub const MEMINFO: Sources = Sources::number(0);
    /// `/proc/vmstat`.
    pub const VMSTAT: Sources = Sources::number(1);
    /// `/proc/swaps`.
    pub const SWAPS: Sources = Sources::number(2);
    /// Which NUMA nodes there are.
    pub const NODES: Sources = Sources::number(3);
    /// What the memory of each is used for.
    pub const NODE_MEMORY: Sources = Sources::number(4);
    /// Where the pages of each went.
    pub const NODE_STAT: Sources = Sources::number(5);
    /// `/proc/slabinfo`.
    pub const SLABINFO: Sources = Sources::number(6);

    /// `/proc/meminfo`; empty if it wasn't read.
    #[must_use]
    pub fn meminfo(&self) -> &MemInfo {
        self.meminfo.content().numbers()
    }

    /// `/proc/vmstat`; empty if it wasn't read.
    #[must_use]
    pub fn vmstat(&self) -> &VmStat {
        self.vmstat.content().numbers()
    }

    /// `/proc/swaps`; empty if it wasn't read.
    #[must_use]
    pub fn swaps(&self) -> &Swaps {
        self.swaps.content()
    }

    /// The NUMA nodes; none if they weren't read.
    #[must_use]
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// `/proc/slabinfo`; empty if it wasn't read.
    #[must_use]
    pub fn slabinfo(&self) -> &SlabInfo {
        self.slabinfo.content()
    }

    /// The machine's units.
    #[must_use]
    pub fn units(&self) -> Units {
        self.units
    }

    /// How memory is used.
    #[must_use]
    pub fn usage(&self) -> Memory {
        Memory { info: *self.meminfo(), stat: *self.vmstat(), page_size_bytes: self.units.page_size_bytes }
    }
}

impl Default for MemoryArea {
    fn default() -> MemoryArea {
        MemoryArea {
            meminfo: TextFile::new("proc/meminfo", OnePiece, 4096),
            vmstat: TextFile::new("proc/vmstat", Records, 8192),
            swaps: TextFile::new("proc/swaps", Records, 1024),
            nodes: Nodes::default(),
            slabinfo: TextFile::new("proc/slabinfo", Records, 8192),
            units: Units::of_this_machine(),
        }
    }
}

impl Area for MemoryArea {
    const CLASSES: &'static [Entry] = &[
        Entry::of::<Memory>(),
        Entry::of::<PagingFile>(),
        Entry::of::<LinuxMemory>(),
        Entry::of::<LinuxVmStat>(),
        Entry::of::<NumaNode>(),
        Entry::of::<SlabCache>(),
    ];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        first_unavailable(
            sources,
            [
                (MemoryArea::MEMINFO, self.meminfo.unavailable()),
                (MemoryArea::VMSTAT, self.vmstat.unavailable()),
                (MemoryArea::SWAPS, self.swaps.unavailable()),
                (MemoryArea::NODES, self.nodes.unavailable()),
                (MemoryArea::NODE_MEMORY, self.nodes.memory_unavailable()),
                (MemoryArea::NODE_STAT, self.nodes.stat_unavailable()),
                (MemoryArea::SLABINFO, self.slabinfo.unavailable()),
            ],
        )
    }
}

impl Sampled for MemoryArea {
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources) {
        self.units = moment.units;
        self.meminfo.update(wanted.has_any(MemoryArea::MEMINFO), moment.root);
        self.vmstat.update(wanted.has_any(MemoryArea::VMSTAT), moment.root);
        self.swaps.update(wanted.has_any(MemoryArea::SWAPS), moment.root);
        self.nodes.update(
            moment.root,
            wanted.has_any(MemoryArea::NODES),
            wanted.has_any(MemoryArea::NODE_MEMORY),
            wanted.has_any(MemoryArea::NODE_STAT),
        );
        self.slabinfo.update(wanted.has_any(MemoryArea::SLABINFO), moment.root);
    }
}
