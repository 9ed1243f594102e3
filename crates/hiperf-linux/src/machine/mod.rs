//! [`Machine`]: the machine as a whole, and its processors.
//!
//! It is read before all other areas, which may look at what was read here:
//! `/proc/stat` and `/proc/loadavg` say things that more than one area needs, and
//! no file is read twice for a sample.

pub(crate) mod columns;
pub mod cpuidle;
pub mod interrupts;
pub mod loadavg;
pub mod pids;
pub mod proc_stat;
pub mod processor;
pub mod softirqs;
pub mod system;

use self::cpuidle::CpuIdle;
use self::interrupts::Interrupts;
use self::loadavg::LoadAvg;
use self::pids::Pids;
use self::proc_stat::ProcStat;
use self::processor::Processor;
use self::softirqs::SoftIrqs;
use self::system::System;
use crate::area::{Area, Entry, Units, first_unavailable};
use crate::file::Shape::{OnePiece, Records};
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::text_file::TextFile;

/// What is read of the machine as a whole.
#[derive(Debug)]
pub struct Machine {
    stat: TextFile<ProcStat>,
    interrupts: TextFile<Interrupts>,
    softirqs: TextFile<SoftIrqs>,
    loadavg: TextFile<LoadAvg>,
    idle: CpuIdle,
    idle_unavailable: Option<Unavailable>,
    pids: Pids,
    pids_unavailable: Option<Unavailable>,
    boot_time_s: Option<u64>,
    units: Units,
}

impl Machine {
    /// `/proc/stat`.
    pub const STAT: Sources = Sources::number(0);
    /// `/proc/interrupts`.
    pub const INTERRUPTS: Sources = Sources::number(1);
    /// `/proc/softirqs`.
    pub const SOFTIRQS: Sources = Sources::number(2);
    /// The times in the idle states of the online processors.
    pub const IDLE_TIMES: Sources = Sources::number(3);
    /// The entries into the idle states of the online processors.
    pub const IDLE_ENTRIES: Sources = Sources::number(4);
    /// `/proc/loadavg`.
    pub const LOADAVG: Sources = Sources::number(5);
    /// The names in `/proc`.
    pub const PIDS: Sources = Sources::number(6);

    const IDLE: Sources = Machine::IDLE_TIMES.union(Machine::IDLE_ENTRIES);

    /// Reads what is wanted, each source once.
    pub(crate) fn sample(&mut self, root: &mut Root, units: Units, wanted: Sources) {
        self.units = units;
        let reads = |sources| wanted.has_any(sources);
        // Which processors have idle states to read is in the first file.
        self.stat.update(reads(Machine::STAT | Machine::IDLE), root);
        self.interrupts.update(reads(Machine::INTERRUPTS), root);
        self.softirqs.update(reads(Machine::SOFTIRQS), root);
        self.loadavg.update(reads(Machine::LOADAVG), root);
        self.idle_unavailable = if reads(Machine::IDLE) {
            let (times, entries) = (reads(Machine::IDLE_TIMES), reads(Machine::IDLE_ENTRIES));
            self.idle.read(root, self.stat.content().cpus(), times, entries).err()
        } else {
            self.idle.clear();
            None
        };
        self.pids_unavailable = if reads(Machine::PIDS) {
            self.pids.read(root).err()
        } else {
            self.pids.clear();
            None
        };
        self.boot_time_s = self.boot_time_s.or(self.stat.content().boot_time_s);
    }

    /// Forgets when the machine was started, by the time of day.
    pub(crate) fn reanchor(&mut self) {
        self.boot_time_s = None;
    }

    /// `/proc/stat`; empty if it wasn't read.
    #[must_use]
    pub fn stat(&self) -> &ProcStat {
        self.stat.content()
    }

    /// `/proc/loadavg`; empty if it wasn't read.
    #[must_use]
    pub fn loadavg(&self) -> &LoadAvg {
        self.loadavg.content()
    }

    /// When the machine was started, in seconds since 1970, as it was read first:
    /// setting the clock doesn't move it.
    #[must_use]
    pub fn boot_time_s(&self) -> Option<u64> {
        self.boot_time_s
    }

    /// The processor at a position of [`ProcStat::cpus`].
    #[must_use]
    pub fn processor(&self, index: usize) -> Option<Processor> {
        let cpu = self.stat().cpus().get(index)?;
        let (interrupts, softirqs) = (self.interrupts.content(), self.softirqs.content());
        Some(Processor::one(cpu, self.units.ticks_per_second, interrupts, softirqs, &self.idle))
    }

    /// All online processors together; `None` if `/proc/stat` wasn't read.
    #[must_use]
    pub fn processor_total(&self) -> Option<Processor> {
        Processor::total(self.stat(), self.units.ticks_per_second, self.softirqs.content(), &self.idle)
    }

    /// The machine as a whole.
    #[must_use]
    pub fn system(&self) -> System {
        let stat = self.stat();
        System {
            boot_time_s: stat.boot_time_s.and(self.boot_time_s),
            context_switches: stat.context_switches,
            processes: self.pids.count(),
            threads: self.loadavg().threads,
            running: stat.procs_running,
            processors: stat.cpus().len() as u64,
        }
    }
}

impl Default for Machine {
    fn default() -> Machine {
        Machine {
            stat: TextFile::new("proc/stat", OnePiece, 8192),
            interrupts: TextFile::new("proc/interrupts", Records, 8192),
            softirqs: TextFile::new("proc/softirqs", OnePiece, 4096),
            loadavg: TextFile::new("proc/loadavg", OnePiece, 128),
            idle: CpuIdle::default(),
            idle_unavailable: None,
            pids: Pids::default(),
            pids_unavailable: None,
            boot_time_s: None,
            units: Units::of_this_machine(),
        }
    }
}

impl Area for Machine {
    const CLASSES: &'static [Entry] = &[Entry::of::<Processor>(), Entry::of::<System>()];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        first_unavailable(
            sources,
            [
                (Machine::STAT, self.stat.unavailable()),
                (Machine::INTERRUPTS, self.interrupts.unavailable()),
                (Machine::SOFTIRQS, self.softirqs.unavailable()),
                (Machine::IDLE, self.idle_unavailable),
                (Machine::LOADAVG, self.loadavg.unavailable()),
                (Machine::PIDS, self.pids_unavailable),
            ],
        )
    }
}
