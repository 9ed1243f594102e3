//! A table with one column for each processor, the form that `interrupts` and
//! `softirqs` share:
//!
//! ```text
//!                  CPU0       CPU2
//!        NMI:          7          9   Non-maskable interrupts
//! ```
//!
//! The header decides which processors the columns are; there may be holes. A
//! row without a number for every column counts something of the machine, not
//! of a processor, and is left out of the sums.

use crate::scan::{fields, leading_number, lines, number, split_at_byte};

/// Sums of the columns, by processor. Keeps its memory from one parse to the
/// next.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    processors: Vec<u32>,
    sums: Vec<u64>,
    row: Vec<u64>,
}

impl Columns {
    /// Takes a new text, in which rows labelled with one of `ignored` don't
    /// count. Labels are compared without regard to case. Each row is shown to
    /// `visit`, the ignored ones too: its label, its numbers, and what follows.
    pub(crate) fn parse(
        &mut self,
        text: &[u8],
        ignored: &[&[u8]],
        mut visit: impl FnMut(&[u8], &[u64], &[u8]),
    ) {
        self.clear();
        let mut all = lines(text);
        let Some(header) = all.next() else { return };
        for field in fields(header) {
            let Some(processor) = field.strip_prefix(b"CPU").and_then(number) else { return self.clear() };
            let Ok(processor) = u32::try_from(processor) else { return self.clear() };
            self.processors.push(processor);
        }
        self.sums.resize(self.processors.len(), 0);
        for line in all {
            let Some((label, rest)) = split_at_byte(line, b':') else { continue };
            let label = label.trim_ascii_start();
            let rest = self.take_row(rest);
            visit(label, &self.row, rest);
            let is_counted = self.row.len() == self.processors.len();
            if is_counted && !ignored.iter().any(|name| name.eq_ignore_ascii_case(label)) {
                for (sum, count) in self.sums.iter_mut().zip(&self.row) {
                    *sum = sum.wrapping_add(*count);
                }
            }
        }
    }

    /// Takes the numbers of a row, at most one a column, and returns what
    /// follows.
    fn take_row<'a>(&mut self, mut rest: &'a [u8]) -> &'a [u8] {
        self.row.clear();
        while self.row.len() < self.processors.len() {
            let Some((count, after)) = leading_number(rest.trim_ascii_start()) else { break };
            if after.first().is_some_and(|byte| *byte != b' ' && *byte != b'\t') {
                break;
            }
            self.row.push(count);
            rest = after;
        }
        rest.trim_ascii()
    }

    /// Forgets the last text.
    pub(crate) fn clear(&mut self) {
        self.processors.clear();
        self.sums.clear();
    }

    /// The processors that have a column.
    pub(crate) fn processors(&self) -> &[u32] {
        &self.processors
    }

    /// The sum of the column of one processor, if it has one.
    pub(crate) fn of(&self, processor: u32) -> Option<u64> {
        self.sums.get(self.column(processor)?).copied()
    }

    /// Where the column of a processor is, if it has one.
    pub(crate) fn column(&self, processor: u32) -> Option<usize> {
        // Columns are in ascending order, and without holes the position is the number.
        let guess = processor as usize;
        if self.processors.get(guess) == Some(&processor) {
            Some(guess)
        } else {
            self.processors.iter().position(|column| *column == processor)
        }
    }

    /// The sum of all columns, if there are any.
    pub(crate) fn total(&self) -> Option<u64> {
        if self.sums.is_empty() {
            return None;
        }
        Some(self.sums.iter().fold(0, |total, sum| total.wrapping_add(*sum)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, columns: &[(u32, u64)]) {
        let mut table = Columns::default();
        table.parse(text.as_bytes(), &[b"ERR"], |_, _, _| {});
        assert_eq!(table.processors, columns.iter().map(|column| column.0).collect::<Vec<_>>());
        for (processor, sum) in columns {
            assert_eq!(table.of(*processor), Some(*sum), "processor {processor}");
        }
    }

    #[test]
    fn columns_are_those_of_the_header() {
        check("  CPU0  CPU2\n A: 1 2 text 9\n B: 10 20\n", &[(0, 11), (2, 22)]);
    }

    #[test]
    fn rows_that_are_short_ignored_or_unfinished_do_not_count() {
        check(" CPU0 CPU1\nA: 1 2\nMIS: 5\nerr: 7 7\nC: 1 x\nno label\nD: 4 4", &[(0, 1), (1, 2)]);
    }

    #[test]
    fn every_row_is_shown_with_what_follows_its_numbers() {
        let mut table = Columns::default();
        let mut rows = Vec::new();
        table.parse(
            b"CPU0 CPU1\n 7: 1 2  IO-APIC 9-edge  x\n ERR:  5\nA: 3 4x\n",
            &[b"ERR"],
            |label, row, rest| {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                rows.push((text(label), row.to_vec(), text(rest)));
            },
        );
        let row =
            |label: &str, numbers: &[u64], rest: &str| (label.to_owned(), numbers.to_vec(), rest.to_owned());
        assert_eq!(
            rows,
            [row("7", &[1, 2], "IO-APIC 9-edge  x"), row("ERR", &[5], ""), row("A", &[3], "4x")]
        );
    }

    #[test]
    fn a_header_of_another_kind_gives_nothing() {
        check("interrupts\nA: 1\n", &[]);
        check("CPU99999999999\nA: 1\n", &[]);
        check("", &[]);
        check("CPU0", &[]);
    }

    #[test]
    fn numbers_too_large_are_not_numbers() {
        check("CPU0\nA: 99999999999999999999999\nB: 3\n", &[(0, 3)]);
        check("CPU0\nA: 18446744073709551615\nB: 3\n", &[(0, 2)]);
    }
}
