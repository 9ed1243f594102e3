//! [`Interrupts`]: `/proc/interrupts`, the interrupts each processor took.
//!
//! Left out are the rows that count no interrupts of a processor (`ERR`, `MIS`)
//! and `TLB`, which counts a part of `CAL` once more; without them the columns
//! add up to what `/proc/stat` calls `intr`. Writing this file is the most
//! expensive thing of all that this crate asks of the kernel, so it is read
//! only when the property is wanted. A large machine has thousands of rows with
//! hundreds of columns: the rows themselves are kept only if they are wanted,
//! each as one number.

use crate::machine::columns::Columns;
use crate::roster::{Roster, hash_of};
use crate::text_file::Content;

const NOT_INTERRUPTS: [&[u8]; 3] = [b"ERR", b"MIS", b"TLB"];

/// What is longer is no label and no description.
const MOST_LABEL_BYTES: usize = 32;
const MOST_DESCRIPTION_BYTES: usize = 256;

/// A row: an interrupt line, or a kind of interrupts.
#[derive(Debug, Default)]
pub struct Interrupt {
    /// Interrupts that all processors took.
    pub count: u64,
    /// Controller, pin and devices of a line, or what the kind means.
    pub description: String,
}

/// Interrupts taken since the start, by processor, and by row if that is wanted.
#[derive(Debug, Default)]
pub struct Interrupts {
    columns: Columns,
    keeps_rows: bool,
    rows: Roster<Interrupt>,
}

impl Content for Interrupts {
    fn parse(&mut self, text: &[u8]) {
        let Interrupts { columns, keeps_rows, rows } = self;
        rows.begin();
        columns.parse(text, &NOT_INTERRUPTS, |label, counts, description| {
            let fits = label.len() <= MOST_LABEL_BYTES && description.len() <= MOST_DESCRIPTION_BYTES;
            if !(*keeps_rows && fits && !counts.is_empty()) {
                return;
            }
            // A line that is given to another device is another instance.
            let row = rows.entry(label, hash_of(description));
            if row.description.is_empty() {
                row.description.extend(description.utf8_chunks().map(|chunk| chunk.valid()));
            }
            row.count = counts.iter().fold(0, |sum, count| sum.wrapping_add(*count));
        });
        rows.end();
        if !*keeps_rows {
            rows.hide();
        }
    }

    fn clear(&mut self) {
        self.columns.clear();
        self.rows.hide();
    }
}

impl Interrupts {
    /// Says whether the rows of the next text are wanted.
    pub fn keep_rows(&mut self, are_wanted: bool) {
        self.keeps_rows = are_wanted;
    }

    /// The rows by label; none if they weren't wanted.
    #[must_use]
    pub fn rows(&self) -> &Roster<Interrupt> {
        &self.rows
    }

    /// Interrupts that one processor took; `None` if the file has no column
    /// for it.
    #[must_use]
    pub fn of(&self, processor: u32) -> Option<u64> {
        self.columns.of(processor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "           CPU0       CPU1       
 24:          1          0  IO-APIC   5-edge      ACPI:Ged
 36:          0      67293  PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0
LOC:      17519      19063   Local timer interrupts
CAL:      59299      23841   Function call interrupts
TLB:       1798       1935   TLB shootdowns
ERR:          5
MIS:          0
";

    #[test]
    fn sums_the_columns_without_what_is_counted_twice() {
        let mut interrupts = Interrupts::default();
        interrupts.parse(TEXT.as_bytes());
        assert_eq!(interrupts.of(0), Some(1 + 17519 + 59299));
        assert_eq!(interrupts.of(1), Some(67293 + 19063 + 23841));
        assert_eq!(interrupts.of(2), None);
        interrupts.clear();
        assert_eq!(interrupts.of(0), None);
    }

    #[test]
    fn rows_are_kept_if_they_are_wanted() {
        let mut interrupts = Interrupts::default();
        interrupts.parse(TEXT.as_bytes());
        assert!(interrupts.rows().is_empty());
        interrupts.keep_rows(true);
        interrupts.parse(TEXT.as_bytes());
        let row = |interrupts: &Interrupts, label: &[u8]| {
            interrupts.rows().find(label).map(|row| (row.count, row.description.clone()))
        };
        let expected = (67293, "PCI-MSIX-0000:00:02.0   1-edge      virtio1-req.0".to_owned());
        assert_eq!(row(&interrupts, b"36"), Some(expected));
        assert_eq!(row(&interrupts, b"ERR"), Some((5, String::new())));
        assert_eq!(interrupts.rows().len(), 7);
        let moved = TEXT.replace("virtio1-req.0", "eth0");
        let identities = |interrupts: &Interrupts| {
            interrupts.rows().iter().map(|(instance, _)| instance.identity()).collect::<Vec<_>>()
        };
        let before = identities(&interrupts);
        interrupts.parse(moved.as_bytes());
        let after = identities(&interrupts);
        assert!(before[1] != after[1] && before[2..] == after[2..], "{before:?} {after:?}");
        interrupts.clear();
        assert!(interrupts.rows().is_empty());
    }

    #[test]
    fn five_thousand_processors_and_long_names_are_read() {
        let header: String = (0..5000).map(|cpu| format!(" CPU{cpu}")).collect();
        let counts = " 18446744073709551615".repeat(5000);
        let text = format!(
            "{header}\n 1:{counts} x\n{}: 1 x\n 2:{counts} {}\n",
            "n".repeat(65_536),
            "d".repeat(65_536)
        );
        let mut interrupts = Interrupts::default();
        interrupts.keep_rows(true);
        interrupts.parse(text.as_bytes());
        assert_eq!(interrupts.of(4999), Some(u64::MAX - 1));
        assert_eq!(interrupts.rows().find(b"1").map(|row| row.count), Some(u64::MAX.wrapping_mul(5000)));
        assert_eq!(interrupts.rows().len(), 1);
    }

    #[test]
    fn with_one_processor_the_error_count_is_still_no_interrupt() {
        let mut interrupts = Interrupts::default();
        interrupts.parse(b"           CPU0\nLOC:  4   Local timer interrupts\nERR:  3\nErr:  9\n");
        assert_eq!(interrupts.of(0), Some(4));
    }
}
