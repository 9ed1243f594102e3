//! [`Memory`], the row of `Win32_PerfRawData_PerfOS_Memory`: how memory is used
//! and what moves between it and the disks.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::memory::MemoryArea;
use crate::memory::meminfo::MemInfo;
use crate::memory::vmstat::VmStat;
use crate::property::{Property, Sources};

/// What is known of memory at the time of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// How it is used.
    pub info: MemInfo,
    /// What has been done with it since the start.
    pub stat: VmStat,
    /// Bytes of a page.
    pub page_size_bytes: u64,
}

const INFO: Sources = MemoryArea::MEMINFO;
const STAT: Sources = MemoryArea::VMSTAT;

impl Class for Memory {
    type Area = MemoryArea;
    type Row = Memory;
    const NAME: &'static str = "Win32_PerfRawData_PerfOS_Memory";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Memory>] = &[
        Property::new("AvailableBytes", INFO, |memory| memory.info.mem_available),
        Property::new("AvailableKBytes", INFO, |memory| Some(memory.info.mem_available? >> 10)),
        Property::new("AvailableMBytes", INFO, |memory| Some(memory.info.mem_available? >> 20)),
        Property::new("CommittedBytes", INFO, |memory| memory.info.committed),
        Property::new("CommitLimit", INFO, |memory| memory.info.commit_limit),
        Property::new("PercentCommittedBytesInUse", INFO, |memory| Some(committed_and_limit(memory)?.0)),
        Property::new("PercentCommittedBytesInUse_Base", INFO, |memory| Some(committed_and_limit(memory)?.1)),
        Property::new("CacheBytes", INFO, cache_bytes),
        Property::new("SystemCacheResidentBytes", INFO, |memory| memory.info.cached),
        Property::new("FreeAndZeroPageListBytes", INFO, |memory| memory.info.mem_free),
        Property::new("ModifiedPageListBytes", INFO, |memory| memory.info.dirty),
        Property::new("StandbyCacheNormalPriorityBytes", INFO, |memory| memory.info.inactive_file),
        Property::new("PageFaultsPersec", STAT, |memory| memory.stat.pgfault),
        Property::new("PageReadsPersec", STAT, |memory| memory.stat.pgmajfault),
        Property::new("PagesInputPersec", STAT, pages_input),
        Property::new("PagesOutputPersec", STAT, pages_output),
        Property::new("PagesPersec", STAT, |memory| {
            Some(pages_input(memory)?.wrapping_add(pages_output(memory)?))
        }),
        Property::new("TransitionPagesRePurposedPersec", STAT, transition_pages_repurposed),
        Property::new("PoolPagedBytes", INFO, |memory| memory.info.s_reclaimable),
        Property::new("PoolPagedResidentBytes", INFO, |memory| memory.info.s_reclaimable),
        Property::new("PoolNonpagedBytes", INFO, pool_nonpaged_bytes),
    ];

    fn for_each(area: &MemoryArea, visit: &mut dyn FnMut(Instance<'_>, &Memory)) {
        visit(Instance::singleton(), &area.usage());
    }
}

/// Committed memory and the commit limit in pages, both divided by the same
/// power of two if one of them would not fit 32 bits otherwise.
#[must_use]
pub fn committed_and_limit(memory: &Memory) -> Option<(u64, u64)> {
    let page = memory.page_size_bytes.max(1);
    let committed = memory.info.committed? / page;
    let limit = memory.info.commit_limit? / page;
    let excess_bits = (committed | limit).checked_ilog2().map_or(0, |top| (top + 1).saturating_sub(32));
    Some((committed >> excess_bits, limit >> excess_bits))
}

/// Cached contents of files and of block devices.
#[must_use]
pub fn cache_bytes(memory: &Memory) -> Option<u64> {
    memory.info.cached?.checked_add(memory.info.buffers?)
}

/// Pages read from disks.
#[must_use]
pub fn pages_input(memory: &Memory) -> Option<u64> {
    Some(kib_to_pages(memory.stat.pgpgin?, memory.page_size_bytes))
}

/// Pages written to disks.
#[must_use]
pub fn pages_output(memory: &Memory) -> Option<u64> {
    Some(kib_to_pages(memory.stat.pgpgout?, memory.page_size_bytes))
}

/// Cached pages that were taken for something else, by either way.
#[must_use]
pub fn transition_pages_repurposed(memory: &Memory) -> Option<u64> {
    Some(memory.stat.pgsteal_kswapd?.wrapping_add(memory.stat.pgsteal_direct?))
}

/// Kernel memory that stays as long as it is in use.
#[must_use]
pub fn pool_nonpaged_bytes(memory: &Memory) -> Option<u64> {
    let slabs = memory.info.s_unreclaim?;
    slabs.checked_add(memory.info.kernel_stack?)?.checked_add(memory.info.page_tables?)
}

fn kib_to_pages(kib: u64, page_size_bytes: u64) -> u64 {
    kib / (page_size_bytes / 1024).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Memory {
        Memory { info: MemInfo::default(), stat: VmStat::default(), page_size_bytes: 4096 }
    }

    #[track_caller]
    fn check_commit(committed_bytes: u64, limit_bytes: u64, expected: (u64, u64)) {
        let mut memory = memory();
        memory.info.committed = Some(committed_bytes);
        memory.info.commit_limit = Some(limit_bytes);
        assert_eq!(committed_and_limit(&memory), Some(expected));
    }

    #[test]
    fn the_fraction_of_committed_memory_fits_32_bits() {
        check_commit(77_000 * 1024, 12_342_040 * 1024, (19_250, 3_085_510));
        check_commit(0, 0, (0, 0));
        check_commit((1 << 32) * 4096, 4096 << 31, (1 << 31, 1 << 30));
        check_commit(u64::MAX, 4096, ((u64::MAX / 4096) >> 20, 0));
    }

    #[test]
    fn disk_traffic_is_in_pages() {
        let mut memory = memory();
        memory.stat.pgpgin = Some(203_281);
        memory.stat.pgpgout = Some(44_716);
        assert_eq!((pages_input(&memory), pages_output(&memory)), (Some(50_820), Some(11_179)));
        memory.page_size_bytes = 65_536;
        assert_eq!(pages_input(&memory), Some(3176));
        memory.page_size_bytes = 0;
        assert_eq!(pages_input(&memory), Some(203_281));
    }

    #[test]
    fn a_sum_of_which_a_part_is_missing_is_missing() {
        let mut memory = memory();
        memory.info.cached = Some(10);
        assert_eq!(cache_bytes(&memory), None);
        memory.info.buffers = Some(5);
        assert_eq!(cache_bytes(&memory), Some(15));
        memory.info.buffers = Some(u64::MAX);
        assert_eq!(cache_bytes(&memory), None);
    }
}
