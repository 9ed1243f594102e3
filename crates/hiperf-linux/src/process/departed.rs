//! [`Departed`]: what processes used that have gone.
//!
//! A sum over the processes that there are falls whenever one goes, and a rate
//! made of it would be negative. With what those that went had used it never
//! falls. What one used after it was read for the last time is in no number: the
//! kernel takes it along.

use crate::process::record::Process;

/// Sums over processes that have gone, each as it was last read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Departed {
    /// Time in user mode, in clock ticks.
    pub user_ticks: u64,
    /// Time in kernel mode, in clock ticks.
    pub system_ticks: u64,
    /// Page faults of both kinds.
    pub faults: u64,
    /// Calls that read.
    pub reads: u64,
    /// Calls that write.
    pub writes: u64,
    /// Bytes that calls have read.
    pub read_bytes: u64,
    /// Bytes that calls have written.
    pub written_bytes: u64,
}

impl Departed {
    pub(crate) fn add(&mut self, process: &Process) {
        let add = |sum: &mut u64, part: Option<u64>| *sum = sum.wrapping_add(part.unwrap_or(0));
        if let Ok(stat) = process.stat() {
            add(&mut self.user_ticks, Some(stat.user_ticks));
            add(&mut self.system_ticks, Some(stat.system_ticks));
            add(&mut self.faults, Some(stat.minor_faults.wrapping_add(stat.major_faults)));
        }
        if let Ok(io) = process.io() {
            add(&mut self.reads, io.reads);
            add(&mut self.writes, io.writes);
            add(&mut self.read_bytes, io.read_bytes);
            add(&mut self.written_bytes, io.written_bytes);
        }
    }
}
