//! [`Swaps`]: `/proc/swaps`, the devices and files that memory is swapped to.
//!
//! ```text
//!   Filename                Type            Size            Used            Priority
//!   /dev/nvme0n1p3          partition       67108860        30000000        -2
//! ```
//!
//! Sizes are in KiB. Blanks in a name are written as `\040`.

use crate::roster::Roster;
use crate::scan::{fields, lines, number, octal};
use crate::text_file::Content;

/// The most bytes of a name that are kept; the kernel has none longer.
const MOST_NAME_BYTES: usize = 4096;

/// How much of a device or file is in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swap {
    /// Its size in KiB.
    pub size_kib: u64,
    /// What is swapped there, in KiB.
    pub used_kib: u64,
}

/// The contents of the file.
#[derive(Debug, Default)]
pub struct Swaps {
    swaps: Roster<Swap>,
    name: Vec<u8>,
    is_known: bool,
}

impl Content for Swaps {
    fn parse(&mut self, text: &[u8]) {
        self.swaps.begin();
        for line in lines(text).skip(1) {
            let mut fields = fields(line);
            let (Some(name), Some(size_kib), Some(used_kib)) =
                (fields.next(), fields.nth(1).and_then(number), fields.next().and_then(number))
            else {
                continue;
            };
            if name.len() <= MOST_NAME_BYTES {
                unescape(name, &mut self.name);
                *self.swaps.entry(&self.name, 0) = Swap { size_kib, used_kib };
            }
        }
        self.swaps.end();
        self.is_known = lines(text).next().is_some();
    }

    fn clear(&mut self) {
        self.swaps.hide();
        self.is_known = false;
    }
}

impl Swaps {
    /// The devices and files by name.
    #[must_use]
    pub fn swaps(&self) -> &Roster<Swap> {
        &self.swaps
    }

    /// All together; `None` if the file wasn't read. Without any swap it is all
    /// zero.
    #[must_use]
    pub fn total(&self) -> Option<Swap> {
        let sum = |sum: Swap, (_, swap): (_, &Swap)| Swap {
            size_kib: sum.size_kib.saturating_add(swap.size_kib),
            used_kib: sum.used_kib.saturating_add(swap.used_kib),
        };
        self.is_known.then(|| self.swaps.iter().fold(Swap::default(), sum))
    }
}

fn unescape(mut text: &[u8], into: &mut Vec<u8>) {
    into.clear();
    while let Some((&byte, rest)) = text.split_first() {
        match (byte, rest.first_chunk().and_then(octal)) {
            (b'\\', Some(escaped)) => {
                into.push(escaped);
                text = &rest[3..];
            }
            _ => {
                into.push(byte);
                text = rest;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::name;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, u64, u64)]) {
        let mut swaps = Swaps::default();
        swaps.parse(text.as_bytes());
        let found: Vec<_> = swaps
            .swaps()
            .iter()
            .map(|(instance, swap)| (name(&instance), swap.size_kib, swap.used_kib))
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(name, size, used)| ((*name).to_owned(), *size, *used)).collect();
        assert_eq!(found, expected, "{text:?}");
    }

    #[test]
    fn a_line_is_a_device_or_file() {
        check(
            "Filename\tType\tSize\tUsed\tPriority\n/dev/sda3   partition\t100\t7\t-2\n/a\\040b\\   file\t8\t0\t-3\n",
            &[("/dev/sda3", 100, 7), ("/a b\\", 8, 0)],
        );
    }

    #[test]
    fn what_is_cut_odd_or_too_large_is_not_there() {
        check("", &[]);
        check("Filename\n/a file 1\n/b file x 1 1\n/c file 99999999999999999999 1 1\n/d file 1 1 1", &[]);
        check(&format!("Filename\n{} file 1 1 1\n", "n".repeat(64 << 10)), &[]);
    }

    #[test]
    fn without_swap_the_total_is_zero_and_without_the_file_there_is_none() {
        let mut swaps = Swaps::default();
        assert_eq!(swaps.total(), None);
        swaps.parse(b"Filename\tType\n");
        assert_eq!(swaps.total(), Some(Swap::default()));
        swaps.parse(b"Filename\n/a file 18446744073709551615 3 1\n/b file 1 4 1\n");
        assert_eq!(swaps.total(), Some(Swap { size_kib: u64::MAX, used_kib: 7 }));
        swaps.clear();
        assert_eq!(swaps.total(), None);
    }
}
