//! [`Processes`]: the processes of the machine, kept up to date at the kernel's
//! own price.
//!
//! ```text
//!   Membership: who came?  ->  ProcessTable  ->  Process, one each  ->  class
//!                              idle? names, descriptors
//!                                   |
//!                              ThreadTable   ->  Thread, one each   ->  class
//! ```
//!
//! What costs is the kernel's formatting of text, so the table reads as little
//! of it as it can: only the files that somebody wants; of a process that didn't
//! run since it was last read, none. Which processes there are is not asked for
//! at each sample, and files of busy processes stay open within a budget.
//!
//! The table doesn't know what is counted by what name: that is the classes'
//! business. What fills a [`Process`] is [`table`] alone, so that a source that
//! needs no text can take its place.

mod comm;
pub mod departed;
mod descriptors;
mod directory;
pub mod footprint;
mod idle;
mod lru;
mod membership;
mod more;
mod names;
pub mod perf_process;
pub mod perf_thread;
pub mod process_details;
pub mod process_footprint;
mod reading;
pub mod record;
pub mod sources;
pub mod stat;
pub mod stat_rest;
pub mod status;
pub mod table;
pub mod thread;
pub mod threads;
pub mod usage;

pub use self::record::Process;
pub use self::sources::ProcessSources;
pub use self::table::ProcessTable;
pub use self::thread::Thread;
pub use self::threads::ThreadTable;

use self::perf_process::PerfProcess;
use self::perf_thread::PerfThread;
use self::process_details::ProcessDetails;
use self::process_footprint::ProcessFootprint;
use crate::area::{Area, Entry, Moment, Sampled, Units};
use crate::clock::unix_seconds_to_100ns;
use crate::file::{File, Shape};
use crate::machine::Machine;
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::scan::only_number;

/// What is read of all processes.
#[derive(Debug)]
pub struct Processes {
    table: ProcessTable,
    threads: ThreadTable,
    delays: File,
    unavailable: Option<Unavailable>,
    units: Units,
    boot_100ns: Option<u64>,
    /// Time in which no process ran, and on how many processors.
    idle: Option<IdleTime>,
    idle_processors: Vec<IdleProcessor>,
}

/// The time in which one processor ran no process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleProcessor {
    /// The processor.
    pub number: u32,
    /// Its time, in clock ticks.
    pub ticks: u64,
}

/// The time that belongs to no process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleTime {
    /// Summed over all processors, in clock ticks.
    pub ticks: u64,
    /// How many processors there are.
    pub processors: u64,
}

impl Processes {
    /// `/proc/N/stat`.
    pub const STAT: Sources = Sources::number(0);
    /// `/proc/N/status`.
    pub const STATUS: Sources = Sources::number(1);
    /// `/proc/N/io`.
    pub const IO: Sources = Sources::number(2);
    /// The entries of `/proc/N/fd`.
    pub const DESCRIPTORS: Sources = Sources::number(3);
    /// `/proc/stat`.
    pub const MACHINE: Sources = Sources::number(4);

    /// The threads of each process, in `/proc/N/task`, with `stat` of each.
    pub const THREADS: Sources = Sources::number(5);
    /// `status` of each thread.
    pub const THREAD_STATUS: Sources = Sources::number(6);

    /// `/proc/N/schedstat`.
    pub const SCHEDSTAT: Sources = Sources::number(7);
    /// `/proc/N/oom_score`.
    pub const OOM_SCORE: Sources = Sources::number(8);
    /// `/proc/N/oom_score_adj`.
    pub const OOM_SCORE_ADJ: Sources = Sources::number(9);
    /// `/proc/N/limits`.
    pub const LIMITS: Sources = Sources::number(10);
    /// `/proc/N/smaps_rollup`.
    pub const SMAPS_ROLLUP: Sources = Sources::number(11);
    /// `/proc/N/cgroup`.
    pub const CGROUP: Sources = Sources::number(12);
    /// `/proc/N/cmdline`.
    pub const CMDLINE: Sources = Sources::number(13);
    /// `/proc/N/exe`.
    pub const EXE: Sources = Sources::number(14);
    /// `/proc/N/ns/pid`.
    pub const PID_NAMESPACE: Sources = Sources::number(15);
    /// `/proc/N/ns/net`.
    pub const NETWORK_NAMESPACE: Sources = Sources::number(16);
    /// `/proc/N/ns/mnt`.
    pub const MOUNT_NAMESPACE: Sources = Sources::number(17);
    /// The rest of `/proc/N/stat`.
    pub const STAT_REST: Sources = Sources::number(18);
    /// Whether delays are measured: `/proc/sys/kernel/task_delayacct`.
    pub const DELAYS: Sources = Sources::number(19);

    const OF_PROCESS: [(Sources, ProcessSources); 18] = [
        (Processes::STAT, ProcessSources::STAT),
        (Processes::STATUS, ProcessSources::STATUS),
        (Processes::IO, ProcessSources::IO),
        (Processes::DESCRIPTORS, ProcessSources::DESCRIPTORS),
        // Which processes there are, and how many threads each has.
        (Processes::THREADS, ProcessSources::STAT),
        (Processes::THREAD_STATUS, ProcessSources::STAT),
        (Processes::SCHEDSTAT, ProcessSources::SCHEDSTAT),
        (Processes::OOM_SCORE, ProcessSources::OOM_SCORE),
        (Processes::OOM_SCORE_ADJ, ProcessSources::OOM_SCORE_ADJ),
        (Processes::LIMITS, ProcessSources::LIMITS),
        (Processes::SMAPS_ROLLUP, ProcessSources::SMAPS_ROLLUP),
        (Processes::CGROUP, ProcessSources::CGROUP),
        (Processes::CMDLINE, ProcessSources::CMDLINE),
        (Processes::EXE, ProcessSources::EXE),
        (Processes::PID_NAMESPACE, ProcessSources::PID_NAMESPACE),
        (Processes::NETWORK_NAMESPACE, ProcessSources::NETWORK_NAMESPACE),
        (Processes::MOUNT_NAMESPACE, ProcessSources::MOUNT_NAMESPACE),
        (Processes::STAT_REST, ProcessSources::STAT_REST),
    ];

    /// The processes.
    #[must_use]
    pub const fn table(&self) -> &ProcessTable {
        &self.table
    }

    /// The threads of the processes.
    #[must_use]
    pub const fn threads(&self) -> &ThreadTable {
        &self.threads
    }

    /// The units that the processes are counted in.
    #[must_use]
    pub const fn units(&self) -> Units {
        self.units
    }

    /// When the machine was started, since 1601; `None` if it wasn't asked for.
    #[must_use]
    pub const fn boot_100ns(&self) -> Option<u64> {
        self.boot_100ns
    }

    /// The time that belongs to no process; `None` if it wasn't asked for.
    #[must_use]
    pub const fn idle(&self) -> Option<IdleTime> {
        self.idle
    }

    /// The same, processor by processor; empty if it wasn't asked for.
    #[must_use]
    pub fn idle_processors(&self) -> &[IdleProcessor] {
        &self.idle_processors
    }

    /// Whether the kernel measures how long processes wait: where it doesn't, it
    /// tells 0 for all. Kernels that don't say so do unless told otherwise.
    fn measures_delays(&mut self, root: &mut Root) -> bool {
        match self.delays.read(root) {
            Ok(text) => only_number(text).is_some_and(|is_on| is_on != 0),
            Err(why) => why == Unavailable::Unsupported,
        }
    }

    /// The sources of a thread among those of the area.
    fn of_thread(wanted: Sources) -> ProcessSources {
        if wanted.has_any(Processes::THREAD_STATUS) {
            ProcessSources::STAT | ProcessSources::STATUS
        } else if wanted.has_any(Processes::THREADS) {
            ProcessSources::STAT
        } else {
            ProcessSources::NONE
        }
    }

    /// The sources of a process among those of the area.
    pub(crate) fn of_process(wanted: Sources) -> ProcessSources {
        let named = Processes::OF_PROCESS.into_iter().filter(|(source, _)| wanted.has_any(*source));
        named.fold(ProcessSources::NONE, |all, (_, of_process)| all | of_process)
    }
}

impl Default for Processes {
    fn default() -> Processes {
        Processes {
            table: ProcessTable::default(),
            threads: ThreadTable::default(),
            delays: File::new("proc/sys/kernel/task_delayacct", Shape::OnePiece, 16),
            unavailable: None,
            units: Units::of_this_machine(),
            boot_100ns: None,
            idle: None,
            idle_processors: Vec::new(),
        }
    }
}

impl Area for Processes {
    const CLASSES: &'static [Entry] = &[
        Entry::of::<PerfProcess>(),
        Entry::of::<PerfThread>(),
        Entry::of::<ProcessDetails>(),
        Entry::of::<ProcessFootprint>(),
    ];

    fn unavailable(&self, _: Sources) -> Option<Unavailable> {
        self.unavailable
    }
}

impl Sampled for Processes {
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources) {
        self.units = moment.units;
        self.boot_100ns = None;
        self.idle = None;
        self.idle_processors.clear();
        if wanted.has_any(Processes::MACHINE) {
            let cpus = moment.machine.stat().cpus();
            self.idle_processors.extend(cpus.iter().map(|cpu| {
                let ticks = cpu.times.idle.wrapping_add(cpu.times.iowait);
                IdleProcessor { number: cpu.number, ticks }
            }));
            let ticks = self.idle_processors.iter().map(|processor| processor.ticks);
            let idle = IdleTime { ticks: ticks.fold(0, u64::wrapping_add), processors: cpus.len() as u64 };
            self.idle = (!cpus.is_empty()).then_some(idle);
            self.boot_100ns = moment.machine.boot_time_s().and_then(unix_seconds_to_100ns);
        }
        let of_process = Processes::of_process(wanted);
        let measures_delays = wanted.has_any(Processes::DELAYS) && self.measures_delays(moment.root);
        self.table.set_delays(measures_delays.then_some(moment.units));
        self.unavailable = self.table.sample(moment.root, of_process, moment.at).err();
        self.threads.sample(moment.root, &mut self.table, Processes::of_thread(wanted));
    }

    fn of_machine(wanted: Sources) -> Sources {
        if wanted.has_any(Processes::MACHINE) { Machine::STAT } else { Sources::NONE }
    }
}
