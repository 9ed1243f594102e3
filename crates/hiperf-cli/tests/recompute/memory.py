"""How memory is used and what moves between it and the disks."""

import re

from classes import Class
from formulas import fraction, level, rate
from kernel import U32, U64, Units, divided, number, total


def meminfo(sample, name):
    """A size in bytes."""
    for line in sample.lines("proc/meminfo"):
        match = re.fullmatch(re.escape(name) + r":\s*(\d+) kB", line)
        if match:
            return int(match[1]) * 1024
    return None


def vmstat(sample, name):
    for line in sample.lines("proc/vmstat"):
        fields = line.split()
        if len(fields) == 2 and fields[0] == name:
            return number(fields[1])
    return None


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

CLASSES = {
    "Win32_PerfFormattedData_PerfOS_Memory": Class(
        MEMORY,
        "CacheBytesPeak StandbyCacheCoreBytes StandbyCacheReserveBytes PageWritesPersec"
        " DemandZeroFaultsPersec TransitionFaultsPersec WriteCopiesPersec CacheFaultsPersec PoolPagedAllocs"
        " PoolNonpagedAllocs FreeSystemPageTableEntries SystemCodeResidentBytes SystemCodeTotalBytes"
        " SystemDriverResidentBytes SystemDriverTotalBytes LongTermAverageStandbyCacheLifetimes",
    ),
}
