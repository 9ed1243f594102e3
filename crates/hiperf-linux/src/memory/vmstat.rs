//! [`VmStat`]: `/proc/vmstat`, what memory management has done since the start.
//!
//! Lines are `name number`. Fields are named as the kernel names them; it may
//! lack any of them.

use crate::named::named_numbers;
use crate::scan::{fields, number};

named_numbers! {
    /// The contents of the file.
    pub struct VmStat split by split {
        "pgpgin" => pgpgin,
        "pgpgout" => pgpgout,
        "pswpin" => pswpin,
        "pswpout" => pswpout,
        "swpin_zero" => swpin_zero,
        "swpout_zero" => swpout_zero,
        "swap_ra" => swap_ra,
        "swap_ra_hit" => swap_ra_hit,
        "zswpin" => zswpin,
        "zswpout" => zswpout,
        "zswpwb" => zswpwb,
        "nr_dirtied" => nr_dirtied,
        "nr_written" => nr_written,
        "nr_throttled_written" => nr_throttled_written,
        "pgfault" => pgfault,
        "pgmajfault" => pgmajfault,
        "pgalloc_dma" => pgalloc_dma,
        "pgalloc_dma32" => pgalloc_dma32,
        "pgalloc_normal" => pgalloc_normal,
        "pgalloc_movable" => pgalloc_movable,
        "pgalloc_device" => pgalloc_device,
        "pgfree" => pgfree,
        "pgreuse" => pgreuse,
        "pglazyfree" => pglazyfree,
        "pglazyfreed" => pglazyfreed,
        "allocstall_dma" => allocstall_dma,
        "allocstall_dma32" => allocstall_dma32,
        "allocstall_normal" => allocstall_normal,
        "allocstall_movable" => allocstall_movable,
        "allocstall_device" => allocstall_device,
        "oom_kill" => oom_kill,
        "pgscan_kswapd" => pgscan_kswapd,
        "pgscan_direct" => pgscan_direct,
        "pgscan_khugepaged" => pgscan_khugepaged,
        "pgscan_proactive" => pgscan_proactive,
        "pgscan_anon" => pgscan_anon,
        "pgscan_file" => pgscan_file,
        "pgscan_direct_throttle" => pgscan_direct_throttle,
        "pgsteal_kswapd" => pgsteal_kswapd,
        "pgsteal_direct" => pgsteal_direct,
        "pgsteal_khugepaged" => pgsteal_khugepaged,
        "pgsteal_proactive" => pgsteal_proactive,
        "pgsteal_anon" => pgsteal_anon,
        "pgsteal_file" => pgsteal_file,
        "pgrefill" => pgrefill,
        "pgactivate" => pgactivate,
        "pgdeactivate" => pgdeactivate,
        "pgrotated" => pgrotated,
        "pageoutrun" => pageoutrun,
        "kswapd_low_wmark_hit_quickly" => kswapd_low_wmark_hit_quickly,
        "kswapd_high_wmark_hit_quickly" => kswapd_high_wmark_hit_quickly,
        "pginodesteal" => pginodesteal,
        "kswapd_inodesteal" => kswapd_inodesteal,
        "slabs_scanned" => slabs_scanned,
        "nr_vmscan_write" => nr_vmscan_write,
        "nr_vmscan_immediate_reclaim" => nr_vmscan_immediate_reclaim,
        "drop_pagecache" => drop_pagecache,
        "drop_slab" => drop_slab,
        "workingset_refault_anon" => workingset_refault_anon,
        "workingset_refault_file" => workingset_refault_file,
        "workingset_activate_anon" => workingset_activate_anon,
        "workingset_activate_file" => workingset_activate_file,
        "workingset_restore_anon" => workingset_restore_anon,
        "workingset_restore_file" => workingset_restore_file,
        "workingset_nodereclaim" => workingset_nodereclaim,
        "numa_hit" => numa_hit,
        "numa_miss" => numa_miss,
        "numa_foreign" => numa_foreign,
        "numa_interleave" => numa_interleave,
        "numa_local" => numa_local,
        "numa_other" => numa_other,
        "numa_pte_updates" => numa_pte_updates,
        "numa_huge_pte_updates" => numa_huge_pte_updates,
        "numa_hint_faults" => numa_hint_faults,
        "numa_hint_faults_local" => numa_hint_faults_local,
        "numa_pages_migrated" => numa_pages_migrated,
        "pgpromote_success" => pgpromote_success,
        "pgpromote_candidate" => pgpromote_candidate,
        "pgdemote_kswapd" => pgdemote_kswapd,
        "pgdemote_direct" => pgdemote_direct,
        "pgmigrate_success" => pgmigrate_success,
        "pgmigrate_fail" => pgmigrate_fail,
        "thp_migration_success" => thp_migration_success,
        "thp_migration_fail" => thp_migration_fail,
        "compact_stall" => compact_stall,
        "compact_fail" => compact_fail,
        "compact_success" => compact_success,
        "compact_daemon_wake" => compact_daemon_wake,
        "compact_migrate_scanned" => compact_migrate_scanned,
        "compact_free_scanned" => compact_free_scanned,
        "compact_isolated" => compact_isolated,
        "htlb_buddy_alloc_success" => htlb_buddy_alloc_success,
        "htlb_buddy_alloc_fail" => htlb_buddy_alloc_fail,
        "thp_fault_alloc" => thp_fault_alloc,
        "thp_fault_fallback" => thp_fault_fallback,
        "thp_collapse_alloc" => thp_collapse_alloc,
        "thp_collapse_alloc_failed" => thp_collapse_alloc_failed,
        "thp_file_alloc" => thp_file_alloc,
        "thp_file_mapped" => thp_file_mapped,
        "thp_split_page" => thp_split_page,
        "thp_split_page_failed" => thp_split_page_failed,
        "thp_deferred_split_page" => thp_deferred_split_page,
        "thp_split_pmd" => thp_split_pmd,
        "thp_zero_page_alloc" => thp_zero_page_alloc,
        "thp_swpout" => thp_swpout,
        "thp_swpout_fallback" => thp_swpout_fallback,
        "unevictable_pgs_culled" => unevictable_pgs_culled,
        "unevictable_pgs_scanned" => unevictable_pgs_scanned,
        "unevictable_pgs_rescued" => unevictable_pgs_rescued,
        "unevictable_pgs_mlocked" => unevictable_pgs_mlocked,
        "unevictable_pgs_munlocked" => unevictable_pgs_munlocked,
        "unevictable_pgs_cleared" => unevictable_pgs_cleared,
        "unevictable_pgs_stranded" => unevictable_pgs_stranded,
        "cow_ksm" => cow_ksm,
        "ksm_swpin_copy" => ksm_swpin_copy,
        "balloon_inflate" => balloon_inflate,
        "balloon_deflate" => balloon_deflate,
        "balloon_migrate" => balloon_migrate,
        "nr_isolated_anon" => nr_isolated_anon,
        "nr_isolated_file" => nr_isolated_file,
        "nr_dirty_threshold" => nr_dirty_threshold,
        "nr_dirty_background_threshold" => nr_dirty_background_threshold,
        "workingset_nodes" => workingset_nodes,
        "nr_zspages" => nr_zspages,
    }
}

impl VmStat {
    /// Pages handed out by all zones that there are (`pgalloc_ZONE`).
    #[must_use]
    pub fn allocated(&self) -> Option<u64> {
        sum_of_some([
            self.pgalloc_dma,
            self.pgalloc_dma32,
            self.pgalloc_normal,
            self.pgalloc_movable,
            self.pgalloc_device,
        ])
    }

    /// How often a thread had to free memory itself, in any zone that there is
    /// (`allocstall_ZONE`).
    #[must_use]
    pub fn allocation_stalls(&self) -> Option<u64> {
        sum_of_some([
            self.allocstall_dma,
            self.allocstall_dma32,
            self.allocstall_normal,
            self.allocstall_movable,
            self.allocstall_device,
        ])
    }
}

/// The sum of those that are there, if any is: which zones a kernel has is its
/// own affair.
fn sum_of_some(zones: [Option<u64>; 5]) -> Option<u64> {
    zones.into_iter().flatten().reduce(u64::wrapping_add)
}

fn split(line: &[u8]) -> Option<(&[u8], Option<u64>)> {
    let mut fields = fields(line);
    Some((fields.next()?, fields.next().and_then(number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::named::NamedNumbers;
    use crate::text_file::Content;

    #[test]
    fn reads_known_names() {
        let mut vmstat = NamedNumbers::<VmStat>::default();
        vmstat.parse(
            b"nr_free_pages 6021575\npgpgin 203281\npgpgout 44716\npgfault 831290\npgmajfault 1066\n\
              pgsteal_kswapd 5\npgsteal_direct 6\npgsteal_khugepaged 7\n",
        );
        let expected = VmStat {
            pgfault: Some(831_290),
            pgmajfault: Some(1066),
            pgpgin: Some(203_281),
            pgpgout: Some(44_716),
            pgsteal_kswapd: Some(5),
            pgsteal_direct: Some(6),
            pgsteal_khugepaged: Some(7),
            ..VmStat::default()
        };
        assert_eq!(*vmstat.numbers(), expected);
    }

    #[test]
    fn zones_are_summed_as_far_as_there_are_any() {
        let mut stat = VmStat { pgalloc_dma32: Some(5), pgalloc_normal: Some(6), ..VmStat::default() };
        assert_eq!((stat.allocated(), stat.allocation_stalls()), (Some(11), None));
        stat.pgalloc_movable = Some(u64::MAX);
        assert_eq!(stat.allocated(), Some(10));
    }
}
