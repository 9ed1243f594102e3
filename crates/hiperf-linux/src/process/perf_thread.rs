//! [`PerfThread`]: `Win32_PerfRawData_PerfProc_Thread`, one instance for each
//! thread, for each processor what it had no thread for, and `_Total/_Total`.
//!
//! A thread is named after its process and its index there: `sh/0`. `Idle/N` is
//! the time in which processor N ran no thread. `_Total/_Total` is the sum of all,
//! `Idle` included, with what threads used that have gone meanwhile.

use hiperf_provider::{Instance, Reason};

use crate::area::{Class, Units, reason};
use crate::process::perf_process::{IDLE, both, to_100ns};
use crate::process::thread::{Thread, ThreadName};
use crate::process::threads::DepartedThreads;
use crate::process::{IdleProcessor, Process, Processes};
use crate::property::{Property, Sources};
use crate::root::Unavailable;

/// The name of the instance that stands for all others.
const TOTAL: &str = "_Total/_Total";

/// Identities that no thread has: its id is below 2^22 in the upper bits.
const TOTAL_IDENTITY: u64 = u64::MAX;
const FIRST_IDLE_IDENTITY: u64 = 1 << 63;

/// The class.
#[derive(Debug)]
pub struct PerfThread;

/// The numbers of one thread, or of all, in the units of the class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThreadUsage {
    process: Option<u64>,
    thread: Option<u64>,
    user_100ns: Option<u64>,
    privileged_100ns: Option<u64>,
    started_100ns: Option<u64>,
    switches: Option<u64>,
    state: Option<u64>,
    denied: Sources,
    failed: Sources,
}

impl ThreadUsage {
    /// Of one thread.
    fn one(process: &Process, thread: &Thread, units: Units, boot_100ns: Option<u64>) -> ThreadUsage {
        let mut usage = ThreadUsage {
            process: Some(u64::from(process.pid())),
            thread: Some(u64::from(thread.tid())),
            switches: thread.switches().ok().flatten(),
            ..ThreadUsage::default()
        };
        if let Ok(stat) = thread.stat() {
            usage.user_100ns = Some(to_100ns(stat.user_ticks, units));
            usage.privileged_100ns = Some(to_100ns(stat.system_ticks, units));
            usage.started_100ns = boot_100ns.map(|boot| boot.wrapping_add(to_100ns(stat.start_ticks, units)));
            usage.state = Some(state(stat.state));
        }
        usage.note(Processes::THREADS, thread.stat().err());
        usage.note(Processes::THREAD_STATUS, thread.switches().err());
        usage
    }

    /// Of the time in which a processor ran none.
    fn idle(processor: IdleProcessor, units: Units) -> ThreadUsage {
        ThreadUsage {
            process: Some(0),
            thread: Some(0),
            user_100ns: Some(0),
            privileged_100ns: Some(to_100ns(processor.ticks, units)),
            ..ThreadUsage::default()
        }
    }

    fn note(&mut self, source: Sources, why: Option<Unavailable>) {
        match why {
            Some(Unavailable::Denied) => self.denied |= source,
            Some(Unavailable::Failed(_)) => self.failed |= source,
            Some(Unavailable::Unsupported) | None => {}
        }
    }

    fn add(&mut self, part: &ThreadUsage) {
        self.denied |= part.denied;
        self.failed |= part.failed;
        let add = |sum: &mut Option<u64>, part: Option<u64>| {
            if let Some(part) = part {
                *sum = Some(sum.unwrap_or(0).wrapping_add(part));
            }
        };
        add(&mut self.user_100ns, part.user_100ns);
        add(&mut self.privileged_100ns, part.privileged_100ns);
        add(&mut self.switches, part.switches);
    }

    /// Makes a sum that of all threads: with those that have gone, and without what
    /// is only a part.
    fn complete(&mut self, departed: &DepartedThreads, units: Units) {
        let partial = self.denied | self.failed;
        let complete = |sum: &mut Option<u64>, source: Sources, gone: u64| {
            *sum = sum.filter(|_| !source.has_any(partial)).map(|sum| sum.wrapping_add(gone));
        };
        complete(&mut self.user_100ns, Processes::THREADS, to_100ns(departed.user_ticks, units));
        complete(&mut self.privileged_100ns, Processes::THREADS, to_100ns(departed.system_ticks, units));
        complete(&mut self.switches, Processes::THREAD_STATUS, departed.switches);
        (self.process, self.thread) = (Some(0), Some(0));
    }
}

/// The state of a thread as Windows numbers them, of the kernel's letter. Whoever
/// is ready to run is told as running: the kernel makes no difference.
fn state(letter: u8) -> u64 {
    const RUNNING: u64 = 2;
    const TERMINATED: u64 = 4;
    const WAITING: u64 = 5;
    const UNKNOWN: u64 = 7;
    match letter {
        b'R' => RUNNING,
        b'S' | b'D' | b'I' | b'P' | b'T' | b't' => WAITING,
        b'Z' | b'X' => TERMINATED,
        _ => UNKNOWN,
    }
}

impl Class for PerfThread {
    type Area = Processes;
    type Row = ThreadUsage;
    const NAME: &'static str = "Win32_PerfRawData_PerfProc_Thread";
    const INSTANCES: Sources = Processes::THREADS.union(Processes::MACHINE);
    const PROPERTIES: &'static [Property<ThreadUsage>] = PROPERTIES;

    fn for_each(processes: &Processes, visit: &mut dyn FnMut(Instance<'_>, &ThreadUsage)) {
        let (threads, units) = (processes.threads(), processes.units());
        let mut total = ThreadUsage::default();
        let mut name = ThreadName::new();
        for (process, thread) in threads.threads(processes.table()) {
            let row = ThreadUsage::one(process, thread, units, processes.boot_100ns());
            visit(Instance::identified(name.write(process.name(), thread.index()), thread.identity()), &row);
            total.add(&row);
        }
        if threads.count() == 0 {
            return;
        }
        for processor in processes.idle_processors() {
            let row = ThreadUsage::idle(*processor, units);
            let identity = FIRST_IDLE_IDENTITY | u64::from(processor.number);
            visit(Instance::identified(name.write(IDLE, processor.number), identity), &row);
            total.add(&row);
        }
        total.complete(threads.departed(), units);
        visit(Instance::identified(TOTAL, TOTAL_IDENTITY), &total);
    }

    fn why_missing(row: &ThreadUsage, property: &Property<ThreadUsage>) -> Option<Reason> {
        if property.sources.has_any(row.denied) {
            Some(reason(Some(Unavailable::Denied)))
        } else if property.sources.has_any(row.failed) {
            Some(Reason::Failed)
        } else {
            None
        }
    }
}

const TIMES: Sources = Processes::THREADS.union(Processes::MACHINE);

/// The properties that Linux has; all others of the class are unsupported.
const PROPERTIES: &[Property<ThreadUsage>] = &[
    Property::new("IDProcess", Processes::THREADS, |usage| usage.process),
    Property::new("IDThread", Processes::THREADS, |usage| usage.thread),
    Property::new("PercentProcessorTime", TIMES, |usage| both(usage.user_100ns, usage.privileged_100ns)),
    Property::new("PercentUserTime", Processes::THREADS, |usage| usage.user_100ns),
    Property::new("PercentPrivilegedTime", TIMES, |usage| usage.privileged_100ns),
    Property::new("ElapsedTime", TIMES, |usage| usage.started_100ns),
    Property::new("ContextSwitchesPersec", Processes::THREAD_STATUS, |usage| usage.switches),
    Property::new("ThreadState", Processes::THREADS, |usage| usage.state),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_has_those_that_went_and_nothing_if_a_part_was_denied() {
        let units = Units { ticks_per_second: 100, page_size_bytes: 4096 };
        let departed = DepartedThreads { user_ticks: 2, system_ticks: 0, switches: 100 };
        let part = ThreadUsage { user_100ns: Some(1), switches: Some(5), ..ThreadUsage::default() };
        let mut total = ThreadUsage::default();
        total.add(&part);
        total.add(&part);
        let mut whole = total;
        whole.complete(&departed, units);
        assert_eq!((whole.user_100ns, whole.switches, whole.state), (Some(200_002), Some(110), None));
        total.add(&ThreadUsage { denied: Processes::THREAD_STATUS, ..ThreadUsage::default() });
        total.complete(&departed, units);
        assert_eq!((total.user_100ns, total.switches), (Some(200_002), None));
    }

    #[test]
    fn every_letter_is_a_state() {
        for (letters, expected) in [("R", 2), ("SDIPTt", 5), ("ZX", 4), ("KW?", 7)] {
            for letter in letters.bytes() {
                assert_eq!(state(letter), expected, "{}", char::from(letter));
            }
        }
    }
}
