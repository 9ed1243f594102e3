//! [`LinuxMemory`]: `Linux_PerfRawData_OS_MemoryUse`, all that `/proc/meminfo` says.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::memory::MemoryArea;
use crate::memory::meminfo::MemInfo;
use crate::property::{Property, Sources};

const INFO: Sources = MemoryArea::MEMINFO;

/// The class.
#[derive(Debug)]
pub struct LinuxMemory;

impl Class for LinuxMemory {
    type Area = MemoryArea;
    type Row = MemInfo;
    const NAME: &'static str = "Linux_PerfRawData_OS_MemoryUse";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<MemInfo>] = &[
        Property::new("TotalBytes", INFO, |info| info.mem_total),
        Property::new("FreeBytes", INFO, |info| info.mem_free),
        Property::new("AvailableBytes", INFO, |info| info.mem_available),
        Property::new("PercentInUse", INFO, |info| used(info.mem_total, info.mem_available)),
        Property::new("PercentInUse_Base", INFO, |info| info.mem_total),
        Property::new("BufferBytes", INFO, |info| info.buffers),
        Property::new("CachedBytes", INFO, |info| info.cached),
        Property::new("ActiveBytes", INFO, |info| info.active),
        Property::new("InactiveBytes", INFO, |info| info.inactive),
        Property::new("ActiveAnonymousBytes", INFO, |info| info.active_anon),
        Property::new("InactiveAnonymousBytes", INFO, |info| info.inactive_anon),
        Property::new("ActiveFileBytes", INFO, |info| info.active_file),
        Property::new("InactiveFileBytes", INFO, |info| info.inactive_file),
        Property::new("UnevictableBytes", INFO, |info| info.unevictable),
        Property::new("MlockedBytes", INFO, |info| info.mlocked),
        Property::new("AnonymousBytes", INFO, |info| info.anon_pages),
        Property::new("MappedBytes", INFO, |info| info.mapped),
        Property::new("SharedBytes", INFO, |info| info.shmem),
        Property::new("CommitLimitBytes", INFO, |info| info.commit_limit),
        Property::new("CommittedBytes", INFO, |info| info.committed),
        Property::new("SwapTotalBytes", INFO, |info| info.swap_total),
        Property::new("SwapFreeBytes", INFO, |info| info.swap_free),
        Property::new("PercentSwapInUse", INFO, |info| used(info.swap_total, info.swap_free)),
        Property::new("PercentSwapInUse_Base", INFO, |info| info.swap_total),
        Property::new("SwapCachedBytes", INFO, |info| info.swap_cached),
        Property::new("ZswapBytes", INFO, |info| info.zswap),
        Property::new("ZswappedBytes", INFO, |info| info.zswapped),
        Property::new("DirtyBytes", INFO, |info| info.dirty),
        Property::new("WritebackBytes", INFO, |info| info.writeback),
        Property::new("WritebackTemporaryBytes", INFO, |info| info.writeback_tmp),
        Property::new("NfsUnstableBytes", INFO, |info| info.nfs_unstable),
        Property::new("SlabBytes", INFO, |info| info.slab),
        Property::new("SlabReclaimableBytes", INFO, |info| info.s_reclaimable),
        Property::new("SlabUnreclaimableBytes", INFO, |info| info.s_unreclaim),
        Property::new("KernelReclaimableBytes", INFO, |info| info.k_reclaimable),
        Property::new("KernelStackBytes", INFO, |info| info.kernel_stack),
        Property::new("PageTableBytes", INFO, |info| info.page_tables),
        Property::new("SecondaryPageTableBytes", INFO, |info| info.sec_page_tables),
        Property::new("PerProcessorBytes", INFO, |info| info.percpu),
        Property::new("VmallocTotalBytes", INFO, |info| info.vmalloc_total),
        Property::new("VmallocUsedBytes", INFO, |info| info.vmalloc_used),
        Property::new("BounceBytes", INFO, |info| info.bounce),
        Property::new("HardwareCorruptedBytes", INFO, |info| info.hardware_corrupted),
        Property::new("BalloonBytes", INFO, |info| info.balloon),
        Property::new("ContiguousTotalBytes", INFO, |info| info.cma_total),
        Property::new("ContiguousFreeBytes", INFO, |info| info.cma_free),
        Property::new("AnonymousHugePageBytes", INFO, |info| info.anon_huge_pages),
        Property::new("SharedHugePageBytes", INFO, |info| info.shmem_huge_pages),
        Property::new("SharedHugeMappedBytes", INFO, |info| info.shmem_pmd_mapped),
        Property::new("FileHugePageBytes", INFO, |info| info.file_huge_pages),
        Property::new("FileHugeMappedBytes", INFO, |info| info.file_pmd_mapped),
        Property::new("HugePagesTotal", INFO, |info| info.huge_pages_total),
        Property::new("HugePagesFree", INFO, |info| info.huge_pages_free),
        Property::new("HugePagesReserved", INFO, |info| info.huge_pages_reserved),
        Property::new("HugePagesSurplus", INFO, |info| info.huge_pages_surplus),
        Property::new("HugePageSizeBytes", INFO, |info| info.huge_page_size),
        Property::new("HugeTlbBytes", INFO, |info| info.hugetlb),
        Property::new("DirectMap4kBytes", INFO, |info| info.direct_map_4k),
        Property::new("DirectMap2MBytes", INFO, |info| info.direct_map_2m),
        Property::new("DirectMap1GBytes", INFO, |info| info.direct_map_1g),
    ];

    fn for_each(area: &MemoryArea, visit: &mut dyn FnMut(Instance<'_>, &MemInfo)) {
        visit(Instance::singleton(), area.meminfo());
    }
}

/// What isn't free. The kernel reads the two one after the other, so more may be
/// free than there was.
fn used(total: Option<u64>, free: Option<u64>) -> Option<u64> {
    Some(total?.saturating_sub(free?))
}
