//! [`ConntrackStat`]: `/proc/net/stat/nf_conntrack`, what the tracking of
//! connections has done.
//!
//! ```text
//!   entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop ..
//!   00000000 00000000 00000000 ..
//! ```
//!
//! The first line has the names; then there is a line for each processor that the
//! machine may ever have, in hexadecimal. The lines don't say whose they are, so
//! they are added up, each sum in 32 bits as the kernel counts.

use crate::scan::{fields, hexadecimal, lines};
use crate::text_file::Content;

/// What has been done since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tracking {
    /// Two entries for one connection that were made one.
    pub clashes_resolved: Option<u64>,
    /// Lookups that found an entry that didn't expect them.
    pub found: Option<u64>,
    /// Packets that belong to no connection and begin none.
    pub invalid: Option<u64>,
    /// Entries that were not made because a chain was too long.
    pub chain_too_long: Option<u64>,
    /// Entries that were not made because there was one.
    pub insert_failed: Option<u64>,
    /// Packets that were dropped because no entry could be made.
    pub dropped: Option<u64>,
    /// Entries that had to go for new ones.
    pub early_dropped: Option<u64>,
    /// ICMP errors that were of no use.
    pub icmp_errors: Option<u64>,
    /// Lookups that had to start over.
    pub search_restarts: Option<u64>,
}

/// The contents of the file.
#[derive(Debug, Default)]
pub struct ConntrackStat {
    tracking: Tracking,
    sums: Vec<u64>,
}

impl Content for ConntrackStat {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        let mut lines = lines(text);
        let Some(names) = lines.next() else { return };
        self.sums.clear();
        self.sums.resize(fields(names).count(), 0);
        let mut is_any = false;
        for line in lines {
            // A line that lacks a number would make a sum step back.
            if fields(line).take_while(|field| hexadecimal(field).is_some()).count() < self.sums.len() {
                return;
            }
            let numbers = fields(line).filter_map(hexadecimal);
            self.sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum = sum.wrapping_add(number));
            is_any = true;
        }
        if is_any {
            for (name, sum) in fields(names).zip(&self.sums) {
                if let Some(slot) = self.tracking.slot(name) {
                    *slot = Some(sum & u64::from(u32::MAX));
                }
            }
        }
    }

    fn clear(&mut self) {
        self.tracking = Tracking::default();
    }
}

impl ConntrackStat {
    /// All processors together.
    #[must_use]
    pub fn tracking(&self) -> Tracking {
        self.tracking
    }
}

impl Tracking {
    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<u64>> {
        Some(match name {
            b"clashres" => &mut self.clashes_resolved,
            b"found" => &mut self.found,
            b"invalid" => &mut self.invalid,
            b"chainlength" => &mut self.chain_too_long,
            b"insert_failed" => &mut self.insert_failed,
            b"drop" => &mut self.dropped,
            b"early_drop" => &mut self.early_dropped,
            b"icmp_error" => &mut self.icmp_errors,
            b"search_restart" => &mut self.search_restarts,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, found: Option<u64>, dropped: Option<u64>) {
        let mut stat = ConntrackStat::default();
        stat.parse(text.as_bytes());
        assert_eq!((stat.tracking().found, stat.tracking().dropped), (found, dropped), "{text}");
    }

    #[test]
    fn processors_are_added_up() {
        check("entries  found drop\n0000000a  0000000b 1\n0000000a  ffffffff 2\n", Some(10), Some(3));
        check("drop searched found\n1 2 3\n", Some(3), Some(1));
    }

    #[test]
    fn what_is_cut_or_odd_gives_nothing() {
        check("entries found drop\n1 2\n", None, None);
        check("entries found drop\n1 2 3\n1 x 3\n", None, None);
        check("entries found drop\n", None, None);
        check("entries found drop\n1 2 3", None, None);
        check("", None, None);
    }
}
