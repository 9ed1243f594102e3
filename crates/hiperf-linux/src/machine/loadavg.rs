//! [`LoadAvg`]: `/proc/loadavg`, which besides the averages tells how many
//! threads there are.
//!
//! ```text
//!   0.23 0.05 0.02 1/96 4744
//!                  |  |  newest process id
//!                  |  threads
//!                  threads that run or are ready to
//! ```
//!
//! The averages are over one, five and fifteen minutes, in hundredths.

use crate::scan::{fields, lines, number, split_at_byte};
use crate::text_file::Content;

/// The contents of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadAvg {
    /// Hundredths of the mean number of threads that run, are ready to or wait
    /// for a disk, over one, five and fifteen minutes.
    pub averages: [Option<u64>; 3],
    /// Threads that run or are ready to run.
    pub running: Option<u64>,
    /// All threads, those of the kernel included.
    pub threads: Option<u64>,
    /// The id that was given out last in the reader's process id namespace.
    pub last_pid: Option<u64>,
}

impl Content for LoadAvg {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        let Some(line) = lines(text).next() else { return };
        let mut fields = fields(line);
        for average in &mut self.averages {
            *average = fields.next().and_then(hundredths);
        }
        if let Some((running, threads)) = fields.next().and_then(|field| split_at_byte(field, b'/')) {
            self.running = number(running);
            self.threads = number(threads);
        }
        self.last_pid = fields.next().and_then(number);
    }

    fn clear(&mut self) {
        *self = LoadAvg::default();
    }
}

/// The value of `12.34` in hundredths.
fn hundredths(field: &[u8]) -> Option<u64> {
    let (whole, rest) = split_at_byte(field, b'.')?;
    let rest = number(rest).filter(|_| rest.len() == 2)?;
    number(whole)?.checked_mul(100)?.checked_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: (Option<u64>, Option<u64>, Option<u64>)) {
        let mut loadavg =
            LoadAvg { running: Some(7), threads: Some(7), last_pid: Some(7), averages: [Some(7); 3] };
        loadavg.parse(text.as_bytes());
        assert_eq!((loadavg.running, loadavg.threads, loadavg.last_pid), expected, "{text:?}");
    }

    #[test]
    fn reads_what_is_there() {
        check("0.23 0.05 0.02 1/96 4744\n", (Some(1), Some(96), Some(4744)));
        check("0.23 0.05 0.02 1/96\n", (Some(1), Some(96), None));
        check("0.23 0.05 0.02 1/x 4744\n", (Some(1), None, Some(4744)));
        check("0.23 0.05 0.02 196 4744\n", (None, None, Some(4744)));
        check("0.23 0.05 0.02 1/96 47", (None, None, None));
        check("0.23\n", (None, None, None));
        check("", (None, None, None));
    }

    #[test]
    fn averages_are_in_hundredths() {
        let mut loadavg = LoadAvg::default();
        loadavg.parse(b"0.23 12.05 x 1/96 4744\n");
        assert_eq!((loadavg.averages, loadavg.threads), ([Some(23), Some(1205), None], Some(96)));
        for bad in ["1", "1.2", "1.234", ".12", "-1.00", "184467440737095516.16"] {
            assert_eq!(hundredths(bad.as_bytes()), None, "{bad}");
        }
    }
}
