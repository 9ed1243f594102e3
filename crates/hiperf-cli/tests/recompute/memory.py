"""How memory is used and what moves between it and the disks."""

import re

from classes import Class
from formulas import fraction, level, rate
from kernel import U32, U64, Units, divided, number, numbers_of_list, total


def meminfo(sample, name):
    """A size in bytes, or a number of pages."""
    return size(sample.lines("proc/meminfo"), name)


def size(lines, name):
    for line in lines:
        match = re.fullmatch(re.escape(name) + r":\s*(\d+)( kB)?", line)
        if match:
            return int(match[1]) * (1024 if match[2] else 1)
    return None


def vmstat(sample, name):
    for line in sample.lines("proc/vmstat"):
        fields = line.split()
        if len(fields) == 2 and fields[0] == name:
            return number(fields[1])
    return None


def of_zones(sample, name):
    """The sum over the zones that there are."""
    counts = [vmstat(sample, f"{name}_{zone}") for zone in ("dma", "dma32", "normal", "movable", "device")]
    counts = [count for count in counts if count is not None]
    return sum(counts) if counts else None


def used(sample, whole, free):
    whole, free = meminfo(sample, whole), meminfo(sample, free)
    return (None if None in (whole, free) else max(0, whole - free), whole)


def swaps(sample):
    """Used and size in pages, halved until both fit 32 bits, by path."""
    found = {}
    for line in sample.lines("proc/swaps")[1:]:
        fields = line.split()
        name = re.sub(r"\\([0-7]{3})", lambda escaped: chr(int(escaped[1], 8)), fields[0])
        found[name] = (int(fields[3]), int(fields[2]))
    if sample.texts.get("proc/swaps"):
        whole = list(found.values())
        found["_Total"] = tuple(min(U64, sum(each[i] for each in whole)) for i in (0, 1))
    return {name: in_pages(*both) for name, both in found.items()}


def in_pages(*kib):
    both = [each // (Units.page_size // 1024) for each in kib]
    while max(both) > U32:
        both = [each // 2 for each in both]
    return tuple(both)


class Node:
    """A NUMA node of a sample."""

    def __init__(self, sample, number):
        self.sample, self.path = sample, f"sys/devices/system/node/node{number}/"

    def memory(self, name):
        lines = self.sample.lines(self.path + "meminfo")
        return size([re.sub(r"^Node\s+\d+ ", "", line) for line in lines], name)

    def stat(self, name):
        counts = dict(line.split() for line in self.sample.lines(self.path + "numastat"))
        return number(counts[name]) if name in counts else None


def nodes(sample):
    online = numbers_of_list(sample.texts.get("sys/devices/system/node/online", ""))
    return {str(n): Node(sample, n) for n in online}


SLAB = ["active_objs", "num_objs", "objsize", "objperslab", "pagesperslab"]


def slabs(sample):
    found = {}
    for line in sample.lines("proc/slabinfo"):
        name, *fields = line.split()
        if len(fields) > 13 and name != "#":
            of = dict(zip(SLAB, map(int, fields)), num_slabs=int(fields[13]))
            of["active_bytes"] = min(U64, of["active_objs"] * of["objsize"])
            of["pages"] = min(U64, of["num_slabs"] * of["pagesperslab"])
            found[name] = of
    if sample.texts.get("proc/slabinfo"):
        keys = ("active_objs", "num_objs", "num_slabs", "active_bytes", "pages")
        found["_Total"] = {key: min(U64, sum(of[key] for of in found.values())) for key in keys}
    return found


def slab_bytes(of):
    size_bytes = of["pages"] * Units.page_size
    return size_bytes if size_bytes <= U64 else None


def pages(kib):
    return None if kib is None else kib // (Units.page_size // 1024)


def commit(sample):
    """Committed memory and its limit in pages, halved until both fit 32 bits."""
    both = [divided(meminfo(sample, name), Units.page_size) for name in ("Committed_AS", "CommitLimit")]
    while None not in both and max(both) > U32:
        both = [each // 2 for each in both]
    return both


MEMORY = {
    "AvailableBytes": (level, U64, lambda s: meminfo(s, "MemAvailable")),
    "AvailableKBytes": (level, U64, lambda s: divided(meminfo(s, "MemAvailable"), 1024)),
    "AvailableMBytes": (level, U64, lambda s: divided(meminfo(s, "MemAvailable"), 1024 * 1024)),
    "CommittedBytes": (level, U64, lambda s: meminfo(s, "Committed_AS")),
    "CommitLimit": (level, U64, lambda s: meminfo(s, "CommitLimit")),
    "PercentCommittedBytesInUse": (fraction, U32, commit),
    "CacheBytes": (level, U64, lambda s: total(meminfo(s, "Cached"), meminfo(s, "Buffers"))),
    "SystemCacheResidentBytes": (level, U64, lambda s: meminfo(s, "Cached")),
    "FreeAndZeroPageListBytes": (level, U64, lambda s: meminfo(s, "MemFree")),
    "ModifiedPageListBytes": (level, U64, lambda s: meminfo(s, "Dirty")),
    "StandbyCacheNormalPriorityBytes": (level, U64, lambda s: meminfo(s, "Inactive(file)")),
    "PageFaultsPersec": (rate, U32, lambda s: vmstat(s, "pgfault")),
    "PageReadsPersec": (rate, U32, lambda s: vmstat(s, "pgmajfault")),
    "PagesInputPersec": (rate, U32, lambda s: pages(vmstat(s, "pgpgin"))),
    "PagesOutputPersec": (rate, U32, lambda s: pages(vmstat(s, "pgpgout"))),
    "PagesPersec": (rate, U32, lambda s: total(pages(vmstat(s, "pgpgin")), pages(vmstat(s, "pgpgout")))),
    "TransitionPagesRePurposedPersec": (
        rate,
        U32,
        lambda s: total(vmstat(s, "pgsteal_kswapd"), vmstat(s, "pgsteal_direct")),
    ),
    "PoolPagedBytes": (level, U64, lambda s: meminfo(s, "SReclaimable")),
    "PoolPagedResidentBytes": (level, U64, lambda s: meminfo(s, "SReclaimable")),
    "PoolNonpagedBytes": (
        level,
        U64,
        lambda s: total(meminfo(s, "SUnreclaim"), meminfo(s, "KernelStack"), meminfo(s, "PageTables")),
    ),
}

LINUX_MEMORY = {
    "TotalBytes": (level, U64, lambda s: meminfo(s, "MemTotal")),
    "FreeBytes": (level, U64, lambda s: meminfo(s, "MemFree")),
    "AvailableBytes": (level, U64, lambda s: meminfo(s, "MemAvailable")),
    "PercentInUse": (fraction, U64, lambda s: used(s, "MemTotal", "MemAvailable")),
    "BufferBytes": (level, U64, lambda s: meminfo(s, "Buffers")),
    "CachedBytes": (level, U64, lambda s: meminfo(s, "Cached")),
    "ActiveBytes": (level, U64, lambda s: meminfo(s, "Active")),
    "InactiveBytes": (level, U64, lambda s: meminfo(s, "Inactive")),
    "ActiveAnonymousBytes": (level, U64, lambda s: meminfo(s, "Active(anon)")),
    "InactiveAnonymousBytes": (level, U64, lambda s: meminfo(s, "Inactive(anon)")),
    "ActiveFileBytes": (level, U64, lambda s: meminfo(s, "Active(file)")),
    "InactiveFileBytes": (level, U64, lambda s: meminfo(s, "Inactive(file)")),
    "UnevictableBytes": (level, U64, lambda s: meminfo(s, "Unevictable")),
    "MlockedBytes": (level, U64, lambda s: meminfo(s, "Mlocked")),
    "AnonymousBytes": (level, U64, lambda s: meminfo(s, "AnonPages")),
    "MappedBytes": (level, U64, lambda s: meminfo(s, "Mapped")),
    "SharedBytes": (level, U64, lambda s: meminfo(s, "Shmem")),
    "CommitLimitBytes": (level, U64, lambda s: meminfo(s, "CommitLimit")),
    "CommittedBytes": (level, U64, lambda s: meminfo(s, "Committed_AS")),
    "SwapTotalBytes": (level, U64, lambda s: meminfo(s, "SwapTotal")),
    "SwapFreeBytes": (level, U64, lambda s: meminfo(s, "SwapFree")),
    "PercentSwapInUse": (fraction, U64, lambda s: used(s, "SwapTotal", "SwapFree")),
    "SwapCachedBytes": (level, U64, lambda s: meminfo(s, "SwapCached")),
    "ZswapBytes": (level, U64, lambda s: meminfo(s, "Zswap")),
    "ZswappedBytes": (level, U64, lambda s: meminfo(s, "Zswapped")),
    "DirtyBytes": (level, U64, lambda s: meminfo(s, "Dirty")),
    "WritebackBytes": (level, U64, lambda s: meminfo(s, "Writeback")),
    "WritebackTemporaryBytes": (level, U64, lambda s: meminfo(s, "WritebackTmp")),
    "NfsUnstableBytes": (level, U64, lambda s: meminfo(s, "NFS_Unstable")),
    "SlabBytes": (level, U64, lambda s: meminfo(s, "Slab")),
    "SlabReclaimableBytes": (level, U64, lambda s: meminfo(s, "SReclaimable")),
    "SlabUnreclaimableBytes": (level, U64, lambda s: meminfo(s, "SUnreclaim")),
    "KernelReclaimableBytes": (level, U64, lambda s: meminfo(s, "KReclaimable")),
    "KernelStackBytes": (level, U64, lambda s: meminfo(s, "KernelStack")),
    "PageTableBytes": (level, U64, lambda s: meminfo(s, "PageTables")),
    "SecondaryPageTableBytes": (level, U64, lambda s: meminfo(s, "SecPageTables")),
    "PerProcessorBytes": (level, U64, lambda s: meminfo(s, "Percpu")),
    "VmallocTotalBytes": (level, U64, lambda s: meminfo(s, "VmallocTotal")),
    "VmallocUsedBytes": (level, U64, lambda s: meminfo(s, "VmallocUsed")),
    "BounceBytes": (level, U64, lambda s: meminfo(s, "Bounce")),
    "HardwareCorruptedBytes": (level, U64, lambda s: meminfo(s, "HardwareCorrupted")),
    "BalloonBytes": (level, U64, lambda s: meminfo(s, "Balloon")),
    "ContiguousTotalBytes": (level, U64, lambda s: meminfo(s, "CmaTotal")),
    "ContiguousFreeBytes": (level, U64, lambda s: meminfo(s, "CmaFree")),
    "AnonymousHugePageBytes": (level, U64, lambda s: meminfo(s, "AnonHugePages")),
    "SharedHugePageBytes": (level, U64, lambda s: meminfo(s, "ShmemHugePages")),
    "SharedHugeMappedBytes": (level, U64, lambda s: meminfo(s, "ShmemPmdMapped")),
    "FileHugePageBytes": (level, U64, lambda s: meminfo(s, "FileHugePages")),
    "FileHugeMappedBytes": (level, U64, lambda s: meminfo(s, "FilePmdMapped")),
    "HugePagesTotal": (level, U64, lambda s: meminfo(s, "HugePages_Total")),
    "HugePagesFree": (level, U64, lambda s: meminfo(s, "HugePages_Free")),
    "HugePagesReserved": (level, U64, lambda s: meminfo(s, "HugePages_Rsvd")),
    "HugePagesSurplus": (level, U64, lambda s: meminfo(s, "HugePages_Surp")),
    "HugePageSizeBytes": (level, U64, lambda s: meminfo(s, "Hugepagesize")),
    "HugeTlbBytes": (level, U64, lambda s: meminfo(s, "Hugetlb")),
    "DirectMap4kBytes": (level, U64, lambda s: meminfo(s, "DirectMap4k")),
    "DirectMap2MBytes": (level, U64, lambda s: meminfo(s, "DirectMap2M")),
    "DirectMap1GBytes": (level, U64, lambda s: meminfo(s, "DirectMap1G")),
}

VMSTAT = {
    "KBytesInPersec": (rate, U64, lambda s: vmstat(s, "pgpgin")),
    "KBytesOutPersec": (rate, U64, lambda s: vmstat(s, "pgpgout")),
    "SwapInsPersec": (rate, U64, lambda s: vmstat(s, "pswpin")),
    "SwapOutsPersec": (rate, U64, lambda s: vmstat(s, "pswpout")),
    "ZeroSwapInsPersec": (rate, U64, lambda s: vmstat(s, "swpin_zero")),
    "ZeroSwapOutsPersec": (rate, U64, lambda s: vmstat(s, "swpout_zero")),
    "SwapReadAheadPersec": (rate, U64, lambda s: vmstat(s, "swap_ra")),
    "SwapReadAheadHitsPersec": (rate, U64, lambda s: vmstat(s, "swap_ra_hit")),
    "ZswapInsPersec": (rate, U64, lambda s: vmstat(s, "zswpin")),
    "ZswapOutsPersec": (rate, U64, lambda s: vmstat(s, "zswpout")),
    "ZswapWritebacksPersec": (rate, U64, lambda s: vmstat(s, "zswpwb")),
    "PagesDirtiedPersec": (rate, U64, lambda s: vmstat(s, "nr_dirtied")),
    "PagesWrittenBackPersec": (rate, U64, lambda s: vmstat(s, "nr_written")),
    "ThrottledWritesPersec": (rate, U64, lambda s: vmstat(s, "nr_throttled_written")),
    "PageFaultsPersec": (rate, U64, lambda s: vmstat(s, "pgfault")),
    "MajorFaultsPersec": (rate, U64, lambda s: vmstat(s, "pgmajfault")),
    "PagesAllocatedPersec": (rate, U64, lambda s: of_zones(s, "pgalloc")),
    "PagesFreedPersec": (rate, U64, lambda s: vmstat(s, "pgfree")),
    "PagesReusedPersec": (rate, U64, lambda s: vmstat(s, "pgreuse")),
    "LazyFreesPersec": (rate, U64, lambda s: vmstat(s, "pglazyfree")),
    "LazyFreedPagesPersec": (rate, U64, lambda s: vmstat(s, "pglazyfreed")),
    "AllocationStallsPersec": (rate, U64, lambda s: of_zones(s, "allocstall")),
    "OomKillsPersec": (rate, U64, lambda s: vmstat(s, "oom_kill")),
    "KswapdScansPersec": (rate, U64, lambda s: vmstat(s, "pgscan_kswapd")),
    "DirectScansPersec": (rate, U64, lambda s: vmstat(s, "pgscan_direct")),
    "KhugepagedScansPersec": (rate, U64, lambda s: vmstat(s, "pgscan_khugepaged")),
    "ProactiveScansPersec": (rate, U64, lambda s: vmstat(s, "pgscan_proactive")),
    "AnonymousScansPersec": (rate, U64, lambda s: vmstat(s, "pgscan_anon")),
    "FileScansPersec": (rate, U64, lambda s: vmstat(s, "pgscan_file")),
    "DirectScanThrottlesPersec": (rate, U64, lambda s: vmstat(s, "pgscan_direct_throttle")),
    "KswapdStealsPersec": (rate, U64, lambda s: vmstat(s, "pgsteal_kswapd")),
    "DirectStealsPersec": (rate, U64, lambda s: vmstat(s, "pgsteal_direct")),
    "KhugepagedStealsPersec": (rate, U64, lambda s: vmstat(s, "pgsteal_khugepaged")),
    "ProactiveStealsPersec": (rate, U64, lambda s: vmstat(s, "pgsteal_proactive")),
    "AnonymousStealsPersec": (rate, U64, lambda s: vmstat(s, "pgsteal_anon")),
    "FileStealsPersec": (rate, U64, lambda s: vmstat(s, "pgsteal_file")),
    "RefillsPersec": (rate, U64, lambda s: vmstat(s, "pgrefill")),
    "ActivationsPersec": (rate, U64, lambda s: vmstat(s, "pgactivate")),
    "DeactivationsPersec": (rate, U64, lambda s: vmstat(s, "pgdeactivate")),
    "RotationsPersec": (rate, U64, lambda s: vmstat(s, "pgrotated")),
    "KswapdRunsPersec": (rate, U64, lambda s: vmstat(s, "pageoutrun")),
    "LowWatermarkHitsPersec": (rate, U64, lambda s: vmstat(s, "kswapd_low_wmark_hit_quickly")),
    "HighWatermarkHitsPersec": (rate, U64, lambda s: vmstat(s, "kswapd_high_wmark_hit_quickly")),
    "InodePagesStolenPersec": (rate, U64, lambda s: vmstat(s, "pginodesteal")),
    "KswapdInodePagesStolenPersec": (rate, U64, lambda s: vmstat(s, "kswapd_inodesteal")),
    "SlabObjectsScannedPersec": (rate, U64, lambda s: vmstat(s, "slabs_scanned")),
    "ReclaimWritesPersec": (rate, U64, lambda s: vmstat(s, "nr_vmscan_write")),
    "ImmediateReclaimsPersec": (rate, U64, lambda s: vmstat(s, "nr_vmscan_immediate_reclaim")),
    "PageCacheDropsPersec": (rate, U64, lambda s: vmstat(s, "drop_pagecache")),
    "SlabDropsPersec": (rate, U64, lambda s: vmstat(s, "drop_slab")),
    "AnonymousRefaultsPersec": (rate, U64, lambda s: vmstat(s, "workingset_refault_anon")),
    "FileRefaultsPersec": (rate, U64, lambda s: vmstat(s, "workingset_refault_file")),
    "AnonymousWorkingSetActivationsPersec": (rate, U64, lambda s: vmstat(s, "workingset_activate_anon")),
    "FileWorkingSetActivationsPersec": (rate, U64, lambda s: vmstat(s, "workingset_activate_file")),
    "AnonymousRestoresPersec": (rate, U64, lambda s: vmstat(s, "workingset_restore_anon")),
    "FileRestoresPersec": (rate, U64, lambda s: vmstat(s, "workingset_restore_file")),
    "ShadowNodeReclaimsPersec": (rate, U64, lambda s: vmstat(s, "workingset_nodereclaim")),
    "NumaHitsPersec": (rate, U64, lambda s: vmstat(s, "numa_hit")),
    "NumaMissesPersec": (rate, U64, lambda s: vmstat(s, "numa_miss")),
    "NumaForeignPersec": (rate, U64, lambda s: vmstat(s, "numa_foreign")),
    "NumaInterleavedPersec": (rate, U64, lambda s: vmstat(s, "numa_interleave")),
    "NumaLocalPersec": (rate, U64, lambda s: vmstat(s, "numa_local")),
    "NumaOtherPersec": (rate, U64, lambda s: vmstat(s, "numa_other")),
    "NumaPteUpdatesPersec": (rate, U64, lambda s: vmstat(s, "numa_pte_updates")),
    "NumaHugePteUpdatesPersec": (rate, U64, lambda s: vmstat(s, "numa_huge_pte_updates")),
    "NumaHintFaultsPersec": (rate, U64, lambda s: vmstat(s, "numa_hint_faults")),
    "NumaLocalHintFaultsPersec": (rate, U64, lambda s: vmstat(s, "numa_hint_faults_local")),
    "NumaMigrationsPersec": (rate, U64, lambda s: vmstat(s, "numa_pages_migrated")),
    "PromotionsPersec": (rate, U64, lambda s: vmstat(s, "pgpromote_success")),
    "PromotionCandidatesPersec": (rate, U64, lambda s: vmstat(s, "pgpromote_candidate")),
    "KswapdDemotionsPersec": (rate, U64, lambda s: vmstat(s, "pgdemote_kswapd")),
    "DirectDemotionsPersec": (rate, U64, lambda s: vmstat(s, "pgdemote_direct")),
    "MigrationsPersec": (rate, U64, lambda s: vmstat(s, "pgmigrate_success")),
    "FailedMigrationsPersec": (rate, U64, lambda s: vmstat(s, "pgmigrate_fail")),
    "HugePageMigrationsPersec": (rate, U64, lambda s: vmstat(s, "thp_migration_success")),
    "FailedHugePageMigrationsPersec": (rate, U64, lambda s: vmstat(s, "thp_migration_fail")),
    "CompactionStallsPersec": (rate, U64, lambda s: vmstat(s, "compact_stall")),
    "FailedCompactionsPersec": (rate, U64, lambda s: vmstat(s, "compact_fail")),
    "SuccessfulCompactionsPersec": (rate, U64, lambda s: vmstat(s, "compact_success")),
    "CompactionDaemonWakesPersec": (rate, U64, lambda s: vmstat(s, "compact_daemon_wake")),
    "CompactionMigrateScansPersec": (rate, U64, lambda s: vmstat(s, "compact_migrate_scanned")),
    "CompactionFreeScansPersec": (rate, U64, lambda s: vmstat(s, "compact_free_scanned")),
    "CompactionIsolationsPersec": (rate, U64, lambda s: vmstat(s, "compact_isolated")),
    "HugeTlbAllocationsPersec": (rate, U64, lambda s: vmstat(s, "htlb_buddy_alloc_success")),
    "FailedHugeTlbAllocationsPersec": (rate, U64, lambda s: vmstat(s, "htlb_buddy_alloc_fail")),
    "HugePageFaultsPersec": (rate, U64, lambda s: vmstat(s, "thp_fault_alloc")),
    "HugePageFaultFallbacksPersec": (rate, U64, lambda s: vmstat(s, "thp_fault_fallback")),
    "HugePageCollapsesPersec": (rate, U64, lambda s: vmstat(s, "thp_collapse_alloc")),
    "FailedHugePageCollapsesPersec": (rate, U64, lambda s: vmstat(s, "thp_collapse_alloc_failed")),
    "FileHugePagesPersec": (rate, U64, lambda s: vmstat(s, "thp_file_alloc")),
    "FileHugePageMappingsPersec": (rate, U64, lambda s: vmstat(s, "thp_file_mapped")),
    "HugePageSplitsPersec": (rate, U64, lambda s: vmstat(s, "thp_split_page")),
    "FailedHugePageSplitsPersec": (rate, U64, lambda s: vmstat(s, "thp_split_page_failed")),
    "DeferredHugePageSplitsPersec": (rate, U64, lambda s: vmstat(s, "thp_deferred_split_page")),
    "HugeMappingSplitsPersec": (rate, U64, lambda s: vmstat(s, "thp_split_pmd")),
    "HugeZeroPagesPersec": (rate, U64, lambda s: vmstat(s, "thp_zero_page_alloc")),
    "HugePageSwapOutsPersec": (rate, U64, lambda s: vmstat(s, "thp_swpout")),
    "HugePageSwapOutFallbacksPersec": (rate, U64, lambda s: vmstat(s, "thp_swpout_fallback")),
    "UnevictableCullsPersec": (rate, U64, lambda s: vmstat(s, "unevictable_pgs_culled")),
    "UnevictableScansPersec": (rate, U64, lambda s: vmstat(s, "unevictable_pgs_scanned")),
    "UnevictableRescuesPersec": (rate, U64, lambda s: vmstat(s, "unevictable_pgs_rescued")),
    "MlocksPersec": (rate, U64, lambda s: vmstat(s, "unevictable_pgs_mlocked")),
    "MunlocksPersec": (rate, U64, lambda s: vmstat(s, "unevictable_pgs_munlocked")),
    "UnevictableClearsPersec": (rate, U64, lambda s: vmstat(s, "unevictable_pgs_cleared")),
    "UnevictableStrandsPersec": (rate, U64, lambda s: vmstat(s, "unevictable_pgs_stranded")),
    "KsmCopiesPersec": (rate, U64, lambda s: vmstat(s, "cow_ksm")),
    "KsmSwapInCopiesPersec": (rate, U64, lambda s: vmstat(s, "ksm_swpin_copy")),
    "BalloonInflatesPersec": (rate, U64, lambda s: vmstat(s, "balloon_inflate")),
    "BalloonDeflatesPersec": (rate, U64, lambda s: vmstat(s, "balloon_deflate")),
    "BalloonMigratesPersec": (rate, U64, lambda s: vmstat(s, "balloon_migrate")),
    "IsolatedAnonymousPages": (level, U64, lambda s: vmstat(s, "nr_isolated_anon")),
    "IsolatedFilePages": (level, U64, lambda s: vmstat(s, "nr_isolated_file")),
    "DirtyThresholdPages": (level, U64, lambda s: vmstat(s, "nr_dirty_threshold")),
    "DirtyBackgroundThresholdPages": (level, U64, lambda s: vmstat(s, "nr_dirty_background_threshold")),
    "ShadowNodes": (level, U64, lambda s: vmstat(s, "workingset_nodes")),
    "CompressedPages": (level, U64, lambda s: vmstat(s, "nr_zspages")),
}

NODE = {
    "TotalBytes": (level, U64, lambda n: n.memory("MemTotal")),
    "FreeBytes": (level, U64, lambda n: n.memory("MemFree")),
    "UsedBytes": (level, U64, lambda n: n.memory("MemUsed")),
    "PercentInUse": (fraction, U64, lambda n: (n.memory("MemUsed"), n.memory("MemTotal"))),
    "FileBytes": (level, U64, lambda n: n.memory("FilePages")),
    "AnonymousBytes": (level, U64, lambda n: n.memory("AnonPages")),
    "MappedBytes": (level, U64, lambda n: n.memory("Mapped")),
    "SharedBytes": (level, U64, lambda n: n.memory("Shmem")),
    "ActiveBytes": (level, U64, lambda n: n.memory("Active")),
    "InactiveBytes": (level, U64, lambda n: n.memory("Inactive")),
    "ActiveAnonymousBytes": (level, U64, lambda n: n.memory("Active(anon)")),
    "InactiveAnonymousBytes": (level, U64, lambda n: n.memory("Inactive(anon)")),
    "ActiveFileBytes": (level, U64, lambda n: n.memory("Active(file)")),
    "InactiveFileBytes": (level, U64, lambda n: n.memory("Inactive(file)")),
    "UnevictableBytes": (level, U64, lambda n: n.memory("Unevictable")),
    "MlockedBytes": (level, U64, lambda n: n.memory("Mlocked")),
    "SwapCachedBytes": (level, U64, lambda n: n.memory("SwapCached")),
    "DirtyBytes": (level, U64, lambda n: n.memory("Dirty")),
    "WritebackBytes": (level, U64, lambda n: n.memory("Writeback")),
    "SlabBytes": (level, U64, lambda n: n.memory("Slab")),
    "SlabReclaimableBytes": (level, U64, lambda n: n.memory("SReclaimable")),
    "SlabUnreclaimableBytes": (level, U64, lambda n: n.memory("SUnreclaim")),
    "KernelStackBytes": (level, U64, lambda n: n.memory("KernelStack")),
    "PageTableBytes": (level, U64, lambda n: n.memory("PageTables")),
    "AnonymousHugePageBytes": (level, U64, lambda n: n.memory("AnonHugePages")),
    "HugePagesTotal": (level, U64, lambda n: n.memory("HugePages_Total")),
    "HugePagesFree": (level, U64, lambda n: n.memory("HugePages_Free")),
    "HugePagesSurplus": (level, U64, lambda n: n.memory("HugePages_Surp")),
    "HitsPersec": (rate, U64, lambda n: n.stat("numa_hit")),
    "MissesPersec": (rate, U64, lambda n: n.stat("numa_miss")),
    "ForeignPersec": (rate, U64, lambda n: n.stat("numa_foreign")),
    "InterleavedPersec": (rate, U64, lambda n: n.stat("interleave_hit")),
    "LocalPersec": (rate, U64, lambda n: n.stat("local_node")),
    "OtherPersec": (rate, U64, lambda n: n.stat("other_node")),
}

SLAB_CACHE = {
    "TotalBytes": (level, U64, slab_bytes),
    "ActiveBytes": (level, U64, lambda c: c["active_bytes"]),
    "ActiveObjects": (level, U64, lambda c: c["active_objs"]),
    "Objects": (level, U64, lambda c: c["num_objs"]),
    "PercentObjectsInUse": (fraction, U64, lambda c: (c["active_objs"], c["num_objs"])),
    "ObjectSizeBytes": (level, U64, lambda c: c.get("objsize")),
    "Slabs": (level, U64, lambda c: c["num_slabs"]),
}

CLASSES = {
    "Win32_PerfFormattedData_PerfOS_Memory": Class(
        MEMORY,
        "CacheBytesPeak StandbyCacheCoreBytes StandbyCacheReserveBytes PageWritesPersec"
        " DemandZeroFaultsPersec TransitionFaultsPersec WriteCopiesPersec CacheFaultsPersec PoolPagedAllocs"
        " PoolNonpagedAllocs FreeSystemPageTableEntries SystemCodeResidentBytes SystemCodeTotalBytes"
        " SystemDriverResidentBytes SystemDriverTotalBytes LongTermAverageStandbyCacheLifetimes",
    ),
    "Win32_PerfFormattedData_PerfOS_PagingFile": Class(
        {"PercentUsage": (fraction, U32, lambda both: both)}, "PercentUsagePeak", swaps
    ),
    "Linux_PerfFormattedData_OS_MemoryUse": Class(LINUX_MEMORY),
    "Linux_PerfFormattedData_OS_VmStat": Class(VMSTAT),
    "Linux_PerfFormattedData_OS_NumaNode": Class(NODE, instances=nodes),
    "Linux_PerfFormattedData_OS_Slab": Class(SLAB_CACHE, instances=slabs),
}
