//! [`Interrupts`]: `/proc/interrupts`, the interrupts each processor took.
//!
//! Left out are the rows that count no interrupts of a processor (`ERR`, `MIS`)
//! and `TLB`, which counts a part of `CAL` once more; without them the columns
//! add up to what `/proc/stat` calls `intr`. Writing this file is the most
//! expensive thing of all that this crate asks of the kernel, so it is read
//! only when the property is wanted.

use crate::machine::columns::Columns;
use crate::text_file::Content;

const NOT_INTERRUPTS: [&[u8]; 3] = [b"ERR", b"MIS", b"TLB"];

/// Interrupts taken since the start, by processor.
#[derive(Debug, Clone, Default)]
pub struct Interrupts(Columns);

impl Content for Interrupts {
    fn parse(&mut self, text: &[u8]) {
        self.0.parse(text, &NOT_INTERRUPTS);
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl Interrupts {
    /// Interrupts that one processor took; `None` if the file has no column
    /// for it.
    #[must_use]
    pub fn of(&self, processor: u32) -> Option<u64> {
        self.0.of(processor)
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
    fn with_one_processor_the_error_count_is_still_no_interrupt() {
        let mut interrupts = Interrupts::default();
        interrupts.parse(b"           CPU0\nLOC:  4   Local timer interrupts\nERR:  3\nErr:  9\n");
        assert_eq!(interrupts.of(0), Some(4));
    }
}
