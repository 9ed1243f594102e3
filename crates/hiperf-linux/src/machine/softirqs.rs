//! [`SoftIrqs`]: `/proc/softirqs`, the soft interrupts run for each processor,
//! which are what Linux has for deferred procedure calls.
//!
//! The file has a column for every processor that the machine may ever have,
//! online or not.

use crate::machine::columns::Columns;
use crate::text_file::Content;

/// Soft interrupts run since the start, by processor.
#[derive(Debug, Clone, Default)]
pub struct SoftIrqs(Columns);

impl Content for SoftIrqs {
    fn parse(&mut self, text: &[u8]) {
        self.0.parse(text, &[]);
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl SoftIrqs {
    /// Soft interrupts of one processor; `None` if the file has no column for
    /// it.
    #[must_use]
    pub fn of(&self, processor: u32) -> Option<u64> {
        self.0.of(processor)
    }

    /// Soft interrupts of all processors, those that have gone offline
    /// included, so that the sum never steps back.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.0.total()
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
        softirqs.parse(b"");
        assert_eq!((softirqs.of(0), softirqs.total()), (None, None));
    }
}
