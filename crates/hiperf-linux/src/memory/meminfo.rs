//! [`MemInfo`]: `/proc/meminfo`, how memory is used.
//!
//! Lines are `Name:   number kB`, where kB means 1024 bytes, or a number of
//! pages without a unit. A kernel may lack any of the names. The files of NUMA
//! nodes are of the same kind, with `Node 0` in front of each name.

use crate::named::named_numbers;
use crate::scan::{fields, number, split_at_byte};

named_numbers! {
    /// The contents of the file: bytes, of `HugePages_..` a number of pages.
    pub struct MemInfo split by split {
        "MemTotal" => mem_total,
        "MemFree" => mem_free,
        "MemAvailable" => mem_available,
        "Buffers" => buffers,
        "Cached" => cached,
        "Active" => active,
        "Inactive" => inactive,
        "Active(anon)" => active_anon,
        "Inactive(anon)" => inactive_anon,
        "Active(file)" => active_file,
        "Inactive(file)" => inactive_file,
        "Unevictable" => unevictable,
        "Mlocked" => mlocked,
        "AnonPages" => anon_pages,
        "Mapped" => mapped,
        "Shmem" => shmem,
        "CommitLimit" => commit_limit,
        "Committed_AS" => committed,
        "SwapTotal" => swap_total,
        "SwapFree" => swap_free,
        "SwapCached" => swap_cached,
        "Zswap" => zswap,
        "Zswapped" => zswapped,
        "Dirty" => dirty,
        "Writeback" => writeback,
        "WritebackTmp" => writeback_tmp,
        "NFS_Unstable" => nfs_unstable,
        "Slab" => slab,
        "SReclaimable" => s_reclaimable,
        "SUnreclaim" => s_unreclaim,
        "KReclaimable" => k_reclaimable,
        "KernelStack" => kernel_stack,
        "PageTables" => page_tables,
        "SecPageTables" => sec_page_tables,
        "Percpu" => percpu,
        "VmallocTotal" => vmalloc_total,
        "VmallocUsed" => vmalloc_used,
        "Bounce" => bounce,
        "HardwareCorrupted" => hardware_corrupted,
        "Balloon" => balloon,
        "CmaTotal" => cma_total,
        "CmaFree" => cma_free,
        "AnonHugePages" => anon_huge_pages,
        "ShmemHugePages" => shmem_huge_pages,
        "ShmemPmdMapped" => shmem_pmd_mapped,
        "FileHugePages" => file_huge_pages,
        "FilePmdMapped" => file_pmd_mapped,
        "HugePages_Total" => huge_pages_total,
        "HugePages_Free" => huge_pages_free,
        "HugePages_Rsvd" => huge_pages_reserved,
        "HugePages_Surp" => huge_pages_surplus,
        "Hugepagesize" => huge_page_size,
        "Hugetlb" => hugetlb,
        "DirectMap4k" => direct_map_4k,
        "DirectMap2M" => direct_map_2m,
        "DirectMap1G" => direct_map_1g,
    }
}

/// The name on a line and its value.
pub(crate) fn split(line: &[u8]) -> Option<(&[u8], Option<u64>)> {
    let (name, rest) = split_at_byte(line, b':')?;
    Some((name, value(rest)))
}

/// A value in bytes, or a number of pages; `None` if its unit is another one.
fn value(text: &[u8]) -> Option<u64> {
    let mut fields = fields(text);
    let count = number(fields.next()?)?;
    match fields.next() {
        None => Some(count),
        Some(unit) => (unit == b"kB").then(|| count.checked_mul(1024))?,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::named::NamedNumbers;
    use crate::text_file::Content;

    #[track_caller]
    fn check(text: &[u8], expected: MemInfo) {
        let mut info = NamedNumbers::<MemInfo>::default();
        info.parse(b"MemFree: 1 kB\n");
        info.parse(text);
        assert_eq!(*info.numbers(), expected);
    }

    #[test]
    fn reads_known_names_in_bytes() {
        check(
            b"MemTotal:       24684084 kB\nMemFree:        24086300 kB\nMemAvailable:   24329480 kB\n\
              Inactive(file):   158540 kB\nCommitted_AS:      77000 kB\nNews:  1 kB\nHugePages_Total:       3\n",
            MemInfo {
                mem_total: Some(24_684_084 * 1024),
                mem_free: Some(24_086_300 * 1024),
                mem_available: Some(24_329_480 * 1024),
                inactive_file: Some(158_540 * 1024),
                committed: Some(77_000 * 1024),
                huge_pages_total: Some(3),
                ..MemInfo::default()
            },
        );
    }

    #[test]
    fn what_is_cut_odd_or_too_large_is_not_there() {
        check(
            b"Dirty: 1 MB\nBuffers: 18446744073709551615 kB\nCached: -3 kB\nKernelStack:\nMemFree:   24 kB",
            MemInfo::default(),
        );
    }
}
