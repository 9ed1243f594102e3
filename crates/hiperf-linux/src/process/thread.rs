//! [`Thread`]: what a sample knows of one thread.
//!
//! A thread is named after its process, with its index among the threads of that
//! one: `sh/0`. Indexes are given in order of start, the lowest that is free, and
//! a thread keeps its own for life. Its identity is its id together with the time
//! it started: ids are used again.

use crate::digits::Digits;
use crate::process::comm::Comm;
use crate::process::stat::PidStat;
use crate::root::{Kept, Unavailable};

/// The files of a thread that may stay open.
const FILES: usize = 2;

/// One thread.
#[derive(Debug)]
pub struct Thread {
    pub(crate) tid: u32,
    pub(crate) index: u32,
    pub(crate) stat: PidStat,
    /// Why `stat` is not of the present sample, if so.
    pub(crate) stat_missing: Option<Unavailable>,
    pub(crate) switches: Result<Option<u64>, Unavailable>,
    pub(crate) kept: [Option<Kept>; FILES],
    /// The sample in which it was last seen to have used processor time.
    pub(crate) busy_in: u64,
}

impl Thread {
    /// A record of which nothing is known but the id.
    pub(crate) fn new(tid: u32) -> Thread {
        Thread {
            tid,
            index: 0,
            stat: PidStat::default(),
            stat_missing: None,
            switches: Err(Unavailable::Unsupported),
            kept: Default::default(),
            busy_in: 0,
        }
    }

    /// Its id, in the namespace of the `/proc` that is read. That of a process's
    /// first thread is the process's.
    #[must_use]
    pub fn tid(&self) -> u32 {
        self.tid
    }

    /// Its index among the threads of its process.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// What makes it this thread and no other that has the id later: a mixture of
    /// the id and the time it started.
    #[must_use]
    pub fn identity(&self) -> u64 {
        (u64::from(self.tid) << 40) ^ self.stat.start_ticks
    }

    /// `stat`. What it says of memory and of the number of threads is the
    /// process's.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn stat(&self) -> Result<&PidStat, Unavailable> {
        self.stat_missing.map_or(Ok(&self.stat), Err)
    }

    /// How often it gave the processor away or had it taken; in `status`.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn switches(&self) -> Result<Option<u64>, Unavailable> {
        self.switches
    }

    /// Whether it may have gone on since it was read although the time of its
    /// process hasn't, or could not be read.
    pub(crate) fn must_read(&self) -> bool {
        let failed = |why| matches!(why, Unavailable::Failed(_));
        self.stat.state == b'R' || self.stat_missing.is_some_and(failed) || self.switches.is_err_and(failed)
    }
}

/// The name of a thread, in place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThreadName {
    bytes: [u8; ThreadName::MOST_BYTES],
}

impl ThreadName {
    /// The name of a process with a number, `#4294967295`, a slash and an index.
    const MOST_BYTES: usize = Comm::MOST_BYTES + 24;

    pub(crate) fn new() -> ThreadName {
        ThreadName { bytes: [0; ThreadName::MOST_BYTES] }
    }

    /// The name of a thread of `process`.
    pub(crate) fn write(&mut self, process: &str, index: u32) -> &str {
        let mut digits = Digits::default();
        let mut end = 0;
        for part in [process, "/", digits.write(index)] {
            // Names of processes are no longer than the kernel's and have no longer numbers.
            let Some(room) = self.bytes.get_mut(end..end + part.len()) else { break };
            room.copy_from_slice(part.as_bytes());
            end += part.len();
        }
        std::str::from_utf8(&self.bytes[..end]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_fits() {
        let process = format!("{}#{}", "n".repeat(Comm::MOST_BYTES), u32::MAX);
        let mut name = ThreadName::new();
        assert_eq!(name.write(&process, u32::MAX), format!("{process}/{}", u32::MAX));
        assert_eq!(name.write("sh", 0), "sh/0");
        assert_eq!(name.write("", 10), "/10");
    }

    #[test]
    fn who_runs_or_could_not_be_read_is_read_again() {
        let mut thread = Thread::new(7);
        thread.stat.state = b'S';
        assert!(!thread.must_read());
        thread.switches = Err(Unavailable::Failed(rustix::io::Errno::IO));
        assert!(thread.must_read());
        thread.switches = Ok(None);
        thread.stat.state = b'R';
        assert!(thread.must_read());
    }
}
