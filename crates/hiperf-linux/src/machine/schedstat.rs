//! [`SchedStat`]: `/proc/schedstat`, what the scheduler of each processor did.
//!
//! ```text
//!   version 17
//!   timestamp 4294967296
//!   cpu0 yields 0 schedules to_idle wakeups local_wakeups run_ns wait_ns timeslices
//!   domain0 ..
//! ```
//!
//! Since version 15 (Linux 2.6.24) the lines of processors have been the same;
//! before, the times were in other units. Spec: the kernel's
//! `Documentation/scheduler/sched-stats.rst`.

use crate::scan::{fields, leading_numbers, lines, number, split_at_byte};
use crate::text_file::Content;

/// The oldest version whose times are in nanoseconds.
const OLDEST_VERSION: u64 = 15;

/// What the scheduler of one processor has done since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuSched {
    /// Calls of `sched_yield`.
    pub yields: u64,
    /// Times that it chose what to run.
    pub schedules: u64,
    /// Times that there was nothing to run.
    pub to_idle: u64,
    /// Threads that were woken.
    pub wakeups: u64,
    /// Threads that were woken by the processor that they had run on.
    pub local_wakeups: u64,
    /// Nanoseconds that threads ran.
    pub run_ns: u64,
    /// Nanoseconds that threads that were ready waited.
    pub wait_ns: u64,
    /// Times that a thread ran, each without interruption by another.
    pub timeslices: u64,
}

/// The contents of the file.
#[derive(Debug, Clone, Default)]
pub struct SchedStat {
    cpus: Vec<(u32, CpuSched)>,
    earlier_numbers: Vec<u32>,
    generation: u64,
}

impl Content for SchedStat {
    fn parse(&mut self, text: &[u8]) {
        self.cpus.clear();
        let mut is_known = false;
        for line in lines(text) {
            let Some((label, rest)) = split_at_byte(line, b' ') else { continue };
            if label == b"version" {
                is_known = fields(rest).next().and_then(number).is_some_and(|of| of >= OLDEST_VERSION);
            } else if is_known {
                self.cpus.extend(cpu(label, rest));
            }
        }
        let numbers = self.cpus.iter().map(|(number, _)| *number);
        if !numbers.clone().eq(self.earlier_numbers.iter().copied()) {
            self.generation = self.generation.wrapping_add(1);
            self.earlier_numbers.clear();
            self.earlier_numbers.extend(numbers);
        }
    }

    /// Which processors there were is remembered.
    fn clear(&mut self) {
        self.cpus.clear();
    }
}

impl SchedStat {
    /// The online processors by number.
    #[must_use]
    pub fn cpus(&self) -> &[(u32, CpuSched)] {
        &self.cpus
    }

    /// A number that changes whenever another set of processors is listed.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

fn cpu(label: &[u8], rest: &[u8]) -> Option<(u32, CpuSched)> {
    let number = u32::try_from(number(label.strip_prefix(b"cpu")?)?).ok()?;
    let mut all = leading_numbers(rest);
    let yields = all.next()?;
    // The second field has been 0 since the scheduler has no more expired arrays.
    let schedules = all.nth(1)?;
    let mut next = || all.next();
    Some((
        number,
        CpuSched {
            yields,
            schedules,
            to_idle: next()?,
            wakeups: next()?,
            local_wakeups: next()?,
            run_ns: next()?,
            wait_ns: next()?,
            timeslices: next()?,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "version 17\ntimestamp 9\ncpu0 1 0 2 3 4 5 6 7 8\ndomain0 SMT 3 0 0\ncpu3 0 0 0 0 0 0 18446744073709551615 0 9\n";

    #[test]
    fn reads_the_processors() {
        let mut stat = SchedStat::default();
        stat.parse(TEXT.as_bytes());
        let expected = CpuSched {
            yields: 1,
            schedules: 2,
            to_idle: 3,
            wakeups: 4,
            local_wakeups: 5,
            run_ns: 6,
            wait_ns: 7,
            timeslices: 8,
        };
        assert_eq!(stat.cpus()[0], (0, expected));
        assert_eq!((stat.cpus()[1].0, stat.cpus()[1].1.run_ns, stat.cpus().len()), (3, u64::MAX, 2));
        let generation = stat.generation();
        stat.clear();
        stat.parse(TEXT.as_bytes());
        assert_eq!(stat.generation(), generation);
        stat.parse(TEXT.replace("cpu3", "cpu4").as_bytes());
        assert_ne!(stat.generation(), generation);
    }

    #[test]
    fn other_versions_and_what_is_cut_are_not_read() {
        let mut stat = SchedStat::default();
        for text in [
            TEXT.replace("17", "14"),
            TEXT.replace("version", "edition"),
            "version 17\ncpu0 1 0 2 3 4 5 6 7\ncpu1 1 0 2 3 4 5 6 7 8".to_owned(),
            "version 17\ncpux 1 0 2 3 4 5 6 7 8\ncpu4294967296 1 0 2 3 4 5 6 7 8\n".to_owned(),
        ] {
            stat.parse(text.as_bytes());
            assert!(stat.cpus().is_empty(), "{text}");
        }
    }
}
