//! [`Stalls`]: what a file of pressure says, of the machine or of one cgroup.
//!
//! ```text
//!   some avg10=0.22 avg60=0.17 avg300=1.11 total=58761459
//!   full avg10=0.13 avg60=0.11 avg300=1.10 total=58761459
//! ```
//!
//! Totals are in microseconds, averages in percent with two decimals. A kernel
//! may leave out either line: that of interrupts has no `some`.
//!
//! Source: the kernel's Documentation/accounting/psi.rst.

use crate::scan::{fields, lines, number, split_at_byte};
use crate::text_file::Content;

/// 100-nanosecond units of a microsecond.
const US_100NS: u64 = 10;

/// For how long tasks waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stall {
    /// Since the start, in 100-nanosecond units.
    pub total_100ns: u64,
    /// The kernel's means over 10, 60 and 300 seconds, in hundredths of a percent.
    pub averages: [u64; 3],
}

/// The two lines of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stalls {
    /// At least one task waited.
    pub some: Option<Stall>,
    /// All that were not idle waited at once.
    pub full: Option<Stall>,
}

impl Content for Stalls {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        for line in lines(text) {
            let mut parts = fields(line);
            match parts.next() {
                Some(b"some") => self.some = stall(parts),
                Some(b"full") => self.full = stall(parts),
                _ => {}
            }
        }
    }

    fn clear(&mut self) {
        *self = Stalls::default();
    }
}

/// A line behind its first word; `None` if anything of it is missing or odd.
fn stall<'t>(parts: impl Iterator<Item = &'t [u8]>) -> Option<Stall> {
    let (mut total_us, mut averages) = (None, [None; 3]);
    for part in parts {
        let (name, value) = split_at_byte(part, b'=')?;
        match name {
            b"avg10" => averages[0] = hundredths(value),
            b"avg60" => averages[1] = hundredths(value),
            b"avg300" => averages[2] = hundredths(value),
            b"total" => total_us = number(value),
            _ => {}
        }
    }
    let [Some(of_10), Some(of_60), Some(of_300)] = averages else { return None };
    Some(Stall { total_100ns: total_us?.checked_mul(US_100NS)?, averages: [of_10, of_60, of_300] })
}

/// A number with two decimals, without its point.
fn hundredths(value: &[u8]) -> Option<u64> {
    let (whole, decimals) = split_at_byte(value, b'.')?;
    let decimals = number(decimals).filter(|_| decimals.len() == 2)?;
    number(whole)?.checked_mul(100)?.checked_add(decimals)
}

impl Stall {
    /// A mean in percent: of 10 seconds at 0, of 60 at 1, of 300 at 2.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // a percentage is far below what a real can't hold
    pub fn average(&self, of: usize) -> f64 {
        self.averages[of] as f64 / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, some: Option<Stall>, full: Option<Stall>) {
        let mut stalls = Stalls { some: Some(Stall { total_100ns: 1, averages: [1; 3] }), full: None };
        stalls.parse(text.as_bytes());
        assert_eq!(stalls, Stalls { some, full }, "{text:?}");
    }

    #[test]
    fn both_lines_or_one() {
        let some = Stall { total_100ns: 150, averages: [9673, 1, 0] };
        let full = Stall { total_100ns: 20, averages: [0, 10_000, 300] };
        let (of_some, of_full) = (
            "some avg10=96.73 avg60=0.01 avg300=0.00 total=15\n",
            "full avg10=0.00 avg60=100.00 avg300=3.00 total=2\n",
        );
        check(&format!("{of_some}{of_full}"), Some(some), Some(full));
        check(of_full, None, Some(full));
        check(of_some, Some(some), None);
        assert!((some.average(0) - 96.73).abs() < 1e-12);
    }

    #[test]
    fn what_is_cut_odd_or_too_large_is_not_there() {
        for text in [
            "",
            "some avg10=0.00 avg60=0.00 avg300=0.00 total=1",
            "some avg10=0.00 avg60=0.00 total=1\n",
            "some avg10=0.0 avg60=0.00 avg300=0.00 total=1\n",
            "some avg10=-0.01 avg60=0.00 avg300=0.00 total=1\n",
            "some avg10=0.00 avg60=0.00 avg300=0.00\n",
            "some avg10=0.00 avg60=0.00 avg300=0.00 total=18446744073709551615\n",
            "some avg10=0.00 avg60 avg300=0.00 total=1\n",
            "more avg10=0.00 avg60=0.00 avg300=0.00 total=1\n",
        ] {
            check(text, None, None);
        }
    }
}
