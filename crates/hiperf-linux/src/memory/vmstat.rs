//! [`VmStat`]: `/proc/vmstat`, what memory management has done since the start.
//!
//! Lines are `name number`. Only the names that some property needs are kept; a
//! kernel may lack any of them.

use crate::scan::{fields, lines, number};
use crate::text_file::Content;

/// The contents of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VmStat {
    /// `pgfault`: page faults of all kinds.
    pub page_faults: Option<u64>,
    /// `pgmajfault`: page faults that had to wait for a disk.
    pub major_faults: Option<u64>,
    /// `pgpgin`: KiB read from disks.
    pub paged_in_kib: Option<u64>,
    /// `pgpgout`: KiB written to disks.
    pub paged_out_kib: Option<u64>,
    /// `pgsteal_kswapd`: pages that the background thread took back.
    pub stolen_by_kswapd: Option<u64>,
    /// `pgsteal_direct`: pages that a thread in need of memory took back itself.
    pub stolen_directly: Option<u64>,
}

impl Content for VmStat {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        for line in lines(text) {
            // Nearly all of the hundred and more names begin with another letter.
            if line.first() != Some(&b'p') {
                continue;
            }
            let mut fields = fields(line);
            let Some(value) = fields.next().and_then(|name| self.slot(name)) else { continue };
            *value = fields.next().and_then(number);
        }
    }

    fn clear(&mut self) {
        *self = VmStat::default();
    }
}

impl VmStat {
    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<u64>> {
        Some(match name {
            b"pgfault" => &mut self.page_faults,
            b"pgmajfault" => &mut self.major_faults,
            b"pgpgin" => &mut self.paged_in_kib,
            b"pgpgout" => &mut self.paged_out_kib,
            b"pgsteal_kswapd" => &mut self.stolen_by_kswapd,
            b"pgsteal_direct" => &mut self.stolen_directly,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_known_names() {
        let mut vmstat = VmStat::default();
        vmstat.parse(
            b"nr_free_pages 6021575\npgpgin 203281\npgpgout 44716\npgfault 831290\npgmajfault 1066\n\
              pgsteal_kswapd 5\npgsteal_direct 6\npgsteal_khugepaged 7\n",
        );
        let expected = VmStat {
            page_faults: Some(831_290),
            major_faults: Some(1066),
            paged_in_kib: Some(203_281),
            paged_out_kib: Some(44_716),
            stolen_by_kswapd: Some(5),
            stolen_directly: Some(6),
        };
        assert_eq!(vmstat, expected);
    }

    #[test]
    fn what_is_cut_odd_or_too_large_is_not_there() {
        let mut vmstat = VmStat { page_faults: Some(1), ..VmStat::default() };
        vmstat.parse(b"pgpgin\npgpgout x\npgmajfault 99999999999999999999\n\npgfault 12");
        assert_eq!(vmstat, VmStat::default());
    }
}
