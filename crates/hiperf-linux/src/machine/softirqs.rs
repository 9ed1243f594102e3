//! [`SoftIrqs`]: `/proc/softirqs`, the soft interrupts run for each processor,
//! which are what Linux has for deferred procedure calls.
//!
//! The file has a column for every processor that the machine may ever have,
//! online or not, and a row for each kind.

use crate::machine::columns::Columns;
use crate::text_file::Content;

/// No name of a kind is longer.
const MOST_NAME_BYTES: usize = 32;

/// Soft interrupts run since the start, by processor and kind.
#[derive(Debug, Clone, Default)]
pub struct SoftIrqs {
    columns: Columns,
    kinds: Vec<String>,
    kinds_count: usize,
    /// Kind by kind, a number for each column.
    counts: Vec<u64>,
}

impl Content for SoftIrqs {
    fn parse(&mut self, text: &[u8]) {
        let SoftIrqs { columns, kinds, kinds_count, counts } = self;
        *kinds_count = 0;
        counts.clear();
        columns.parse(text, &[], |label, row, _| {
            let Ok(name) = std::str::from_utf8(label) else { return };
            if name.len() > MOST_NAME_BYTES {
                return;
            }
            match kinds.get_mut(*kinds_count) {
                Some(kind) if kind == name => {}
                Some(kind) => {
                    kind.clear();
                    kind.push_str(name);
                }
                None => kinds.push(name.to_owned()),
            }
            *kinds_count += 1;
            counts.extend_from_slice(row);
        });
        // Rows that are shorter than others could not be told apart.
        if counts.len() != *kinds_count * columns.processors().len() {
            *kinds_count = 0;
        }
    }

    fn clear(&mut self) {
        self.columns.clear();
        self.kinds_count = 0;
    }
}

impl SoftIrqs {
    /// Soft interrupts of one processor; `None` if the file has no column for
    /// it.
    #[must_use]
    pub fn of(&self, processor: u32) -> Option<u64> {
        self.columns.of(processor)
    }

    /// The kinds with their counts, one for each column.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &[u64])> {
        let kinds = self.kinds[..self.kinds_count].iter().map(String::as_str);
        kinds.zip(self.counts.chunks_exact(self.columns.processors().len().max(1)))
    }

    /// Where in such a row the count of a processor is.
    #[must_use]
    pub fn column(&self, processor: u32) -> Option<usize> {
        self.columns.column(processor)
    }

    /// Soft interrupts of all processors, those that have gone offline
    /// included, so that the sum never steps back.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.columns.total()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_the_columns() {
        let mut softirqs = SoftIrqs::default();
        softirqs.parse(
            b"                    CPU0       CPU1       
          HI:          0          0
       TIMER:       5000       5743
      NET_TX:          1          2
         RCU:       8000       8985
",
        );
        assert_eq!((softirqs.of(0), softirqs.of(1)), (Some(13001), Some(14730)));
        assert_eq!(softirqs.total(), Some(27731));
        let kinds: Vec<_> = softirqs.kinds().map(|(kind, counts)| (kind, counts.to_vec())).collect();
        assert_eq!(kinds[1], ("TIMER", vec![5000, 5743]));
        assert_eq!((kinds.len(), softirqs.column(1), softirqs.column(2)), (4, Some(1), None));
        softirqs.parse(b"");
        assert_eq!((softirqs.of(0), softirqs.total()), (None, None));
        assert_eq!(softirqs.kinds().count(), 0);
    }

    #[test]
    fn a_row_that_was_cut_leaves_the_sums_alone() {
        let mut softirqs = SoftIrqs::default();
        softirqs.parse(b"CPU0 CPU1\nHI: 1 2\nTIMER: 3\n");
        assert_eq!((softirqs.of(0), softirqs.kinds().count()), (Some(1), 0));
        let long = format!("CPU0\nHI: 1\n{}: 3\n", "n".repeat(64 << 10));
        softirqs.parse(long.as_bytes());
        assert_eq!((softirqs.of(0), softirqs.kinds().count()), (Some(4), 1));
    }
}
