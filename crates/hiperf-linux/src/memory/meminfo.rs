//! [`MemInfo`]: `/proc/meminfo`, how memory is used.
//!
//! Lines are `Name:   number kB`, where kB means 1024 bytes. Only the names
//! that some property needs are kept; a kernel may lack any of them.

use crate::scan::{fields, lines, number, split_at_byte};
use crate::text_file::Content;

/// The contents of the file, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemInfo {
    /// `MemFree`: memory that holds nothing.
    pub mem_free_bytes: Option<u64>,
    /// `MemAvailable`: what new work can have without swapping.
    pub mem_available_bytes: Option<u64>,
    /// `Buffers`: cached contents of block devices.
    pub buffers_bytes: Option<u64>,
    /// `Cached`: cached contents of files, shared memory included.
    pub cached_bytes: Option<u64>,
    /// `Inactive(file)`: cached contents of files not used lately.
    pub inactive_file_bytes: Option<u64>,
    /// `Dirty`: memory that must be written before it can be reused.
    pub dirty_bytes: Option<u64>,
    /// `SReclaimable`: slabs that can be taken back.
    pub slab_reclaimable_bytes: Option<u64>,
    /// `SUnreclaim`: slabs that can't.
    pub slab_unreclaimable_bytes: Option<u64>,
    /// `KernelStack`: kernel stacks of threads.
    pub kernel_stack_bytes: Option<u64>,
    /// `PageTables`: page tables of processes.
    pub page_tables_bytes: Option<u64>,
    /// `CommitLimit`: what may be promised under strict accounting.
    pub commit_limit_bytes: Option<u64>,
    /// `Committed_AS`: what has been promised.
    pub committed_bytes: Option<u64>,
}

impl Content for MemInfo {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        for line in lines(text) {
            let Some((name, rest)) = split_at_byte(line, b':') else { continue };
            if let Some(value) = self.slot(name) {
                *value = bytes(rest);
            }
        }
    }

    fn clear(&mut self) {
        *self = MemInfo::default();
    }
}

impl MemInfo {
    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<u64>> {
        Some(match name {
            b"MemFree" => &mut self.mem_free_bytes,
            b"MemAvailable" => &mut self.mem_available_bytes,
            b"Buffers" => &mut self.buffers_bytes,
            b"Cached" => &mut self.cached_bytes,
            b"Inactive(file)" => &mut self.inactive_file_bytes,
            b"Dirty" => &mut self.dirty_bytes,
            b"SReclaimable" => &mut self.slab_reclaimable_bytes,
            b"SUnreclaim" => &mut self.slab_unreclaimable_bytes,
            b"KernelStack" => &mut self.kernel_stack_bytes,
            b"PageTables" => &mut self.page_tables_bytes,
            b"CommitLimit" => &mut self.commit_limit_bytes,
            b"Committed_AS" => &mut self.committed_bytes,
            _ => return None,
        })
    }
}

/// The value of a line in bytes; `None` if its unit is not the expected one.
fn bytes(value: &[u8]) -> Option<u64> {
    let mut fields = fields(value);
    let kib = number(fields.next()?)?;
    (fields.next()? == b"kB").then(|| kib.checked_mul(1024))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_known_names_in_bytes() {
        let mut info = MemInfo::default();
        info.parse(
            b"MemTotal:       24684084 kB\nMemFree:        24086300 kB\nMemAvailable:   24329480 kB\n\
              Inactive(file):   158540 kB\nCommitted_AS:      77000 kB\nNews:  1 kB\nHugePages_Total:       0\n",
        );
        assert_eq!(info.mem_free_bytes, Some(24_086_300 * 1024));
        assert_eq!(info.mem_available_bytes, Some(24_329_480 * 1024));
        assert_eq!(info.inactive_file_bytes, Some(158_540 * 1024));
        assert_eq!(info.committed_bytes, Some(77_000 * 1024));
        assert_eq!(info.cached_bytes, None);
    }

    #[test]
    fn what_is_cut_odd_or_too_large_is_not_there() {
        let mut info = MemInfo { mem_free_bytes: Some(1), ..MemInfo::default() };
        info.parse(
            b"Dirty: 1 MB\nBuffers: 18446744073709551615 kB\nCached: -3 kB\nKernelStack:\nMemFree:   24 kB",
        );
        assert_eq!(info, MemInfo::default());
    }
}
