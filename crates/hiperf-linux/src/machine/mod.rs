//! [`Machine`]: the machine as a whole, and its processors.
//!
//! It is read before all other areas, which may look at what was read here:
//! `/proc/stat` and `/proc/loadavg` say things that more than one area needs, and
//! no file is read twice for a sample.

pub(crate) mod columns;
pub mod cpu_files;
pub mod cpu_frequency;
pub mod cpu_nodes;
pub mod cpu_sched;
pub mod cpuidle;
pub mod interrupt;
pub mod interrupts;
pub mod linux_cpu;
pub mod load;
pub mod loadavg;
pub mod objects;
pub mod pids;
pub mod proc_stat;
pub mod processor;
pub mod processor_information;
pub mod schedstat;
pub mod soft_irq;
pub mod softirqs;
pub mod system;

use self::cpu_files::CpuFiles;
use self::cpu_frequency::CpuFrequency;
use self::cpu_nodes::CpuNodes;
use self::cpu_sched::CpuSchedule;
use self::cpuidle::CpuIdle;
use self::interrupt::InterruptLine;
use self::interrupts::{Interrupt, Interrupts};
use self::linux_cpu::LinuxCpu;
use self::load::Load;
use self::loadavg::LoadAvg;
use self::objects::{Listed, Objects};
use self::pids::Pids;
use self::proc_stat::ProcStat;
use self::processor::Processor;
use self::processor_information::ProcessorInformation;
use self::schedstat::SchedStat;
use self::soft_irq::SoftIrq;
use self::softirqs::SoftIrqs;
use self::system::System;
use crate::area::{Area, Entry, Units, first_unavailable};
use crate::file::Shape::{LongRecords, OnePiece, Records};
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::roster::Roster;
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
    schedstat: TextFile<SchedStat>,
    cpu_nodes: CpuNodes,
    semaphores: TextFile<Listed>,
    sections: TextFile<Listed>,
    cpu_files: CpuFiles<{ cpu_frequency::FILES }>,
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
    /// `/proc/schedstat`.
    pub const SCHEDSTAT: Sources = Sources::number(7);
    /// Which NUMA node each processor belongs to.
    pub const CPU_NODES: Sources = Sources::number(8);
    /// `/proc/sysvipc/sem`.
    pub const SEMAPHORES: Sources = Sources::number(9);
    /// `/proc/sysvipc/shm`.
    pub const SECTIONS: Sources = Sources::number(10);
    /// The rows of `/proc/interrupts`.
    pub const INTERRUPT_ROWS: Sources = Sources::number(11);

    /// The file at this index of [`cpu_frequency::NAMES`], of every processor.
    #[must_use]
    pub const fn cpu_file(index: u32) -> Sources {
        Sources::number(16 + index)
    }

    const CPU_FILES: Sources = {
        let (mut all, mut index) = (Sources::NONE, 0);
        while index < cpu_frequency::FILES as u32 {
            all = all.union(Machine::cpu_file(index));
            index += 1;
        }
        all
    };
    const IDLE: Sources = Machine::IDLE_TIMES.union(Machine::IDLE_ENTRIES);

    /// Reads what is wanted, each source once.
    pub(crate) fn sample(&mut self, root: &mut Root, units: Units, wanted: Sources) {
        self.units = units;
        let reads = |sources| wanted.has_any(sources);
        // Which processors have idle states to read is in the first file.
        self.stat.update(reads(Machine::STAT | Machine::IDLE | Machine::CPU_FILES), root);
        self.interrupts.content_mut().keep_rows(reads(Machine::INTERRUPT_ROWS));
        self.interrupts.update(reads(Machine::INTERRUPTS | Machine::INTERRUPT_ROWS), root);
        self.softirqs.update(reads(Machine::SOFTIRQS), root);
        self.loadavg.update(reads(Machine::LOADAVG), root);
        self.schedstat.update(reads(Machine::SCHEDSTAT), root);
        self.cpu_nodes.update(reads(Machine::CPU_NODES), root);
        self.semaphores.update(reads(Machine::SEMAPHORES), root);
        self.sections.update(reads(Machine::SECTIONS), root);
        let wanted_files = std::array::from_fn(|index| reads(Machine::cpu_file(index as u32)));
        self.cpu_files.update(root, self.stat.content().cpus(), wanted_files);
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

    /// `/proc/softirqs`; empty if it wasn't read.
    #[must_use]
    pub fn softirqs(&self) -> &SoftIrqs {
        self.softirqs.content()
    }

    /// The rows of `/proc/interrupts`; none if they weren't wanted.
    #[must_use]
    pub fn interrupt_rows(&self) -> &Roster<Interrupt> {
        self.interrupts.content().rows()
    }

    /// `/proc/schedstat`; empty if it wasn't read.
    #[must_use]
    pub fn schedstat(&self) -> &SchedStat {
        self.schedstat.content()
    }

    /// The NUMA nodes of the processors; all are on node 0 if it wasn't read.
    #[must_use]
    pub fn cpu_nodes(&self) -> &CpuNodes {
        &self.cpu_nodes
    }

    /// How fast the processors run; nothing if it wasn't wanted.
    #[must_use]
    pub fn cpu_files(&self) -> &CpuFiles<{ cpu_frequency::FILES }> {
        &self.cpu_files
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

    /// The online processors of a NUMA node together; `None` if it has none.
    #[must_use]
    pub fn node_total(&self, node: u32) -> Option<Processor> {
        let cpus = self.stat().cpus().iter().filter(|cpu| self.cpu_nodes.of(cpu.number) == node);
        let sum = |of: &dyn Fn(u32) -> Option<u64>| {
            cpus.clone().try_fold(0, |sum: u64, cpu| Some(sum.wrapping_add(of(cpu.number)?)))
        };
        let interrupts = sum(&|cpu| self.interrupts.content().of(cpu));
        let soft_interrupts = sum(&|cpu| self.softirqs().of(cpu));
        Processor::sum(cpus.clone(), self.units.ticks_per_second, interrupts, soft_interrupts, &self.idle)
    }

    /// What the machine has to do.
    #[must_use]
    pub fn load(&self) -> Load {
        let stat = self.stat();
        Load {
            averages: self.loadavg().averages,
            running: stat.procs_running,
            blocked: stat.procs_blocked,
            threads: self.loadavg().threads,
            forks: stat.forks,
            context_switches: stat.context_switches,
            interrupts: stat.interrupts,
            soft_interrupts: stat.soft_interrupts,
        }
    }

    /// How many kernel objects there are.
    #[must_use]
    pub fn objects(&self) -> Objects {
        Objects {
            processes: self.pids.count(),
            threads: self.loadavg().threads,
            semaphores: self.semaphores.content().count(),
            sections: self.sections.content().count(),
        }
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
            schedstat: TextFile::new("proc/schedstat", LongRecords, 4096),
            cpu_nodes: CpuNodes::default(),
            semaphores: TextFile::new("proc/sysvipc/sem", Records, 2048),
            sections: TextFile::new("proc/sysvipc/shm", Records, 2048),
            cpu_files: CpuFiles::new(cpu_frequency::NAMES),
            boot_time_s: None,
            units: Units::of_this_machine(),
        }
    }
}

impl Area for Machine {
    const CLASSES: &'static [Entry] = &[
        Entry::of::<Processor>(),
        Entry::of::<System>(),
        Entry::of::<ProcessorInformation>(),
        Entry::of::<Objects>(),
        Entry::of::<LinuxCpu>(),
        Entry::of::<Load>(),
        Entry::of::<SoftIrq>(),
        Entry::of::<InterruptLine>(),
        Entry::of::<CpuSchedule>(),
        Entry::of::<CpuFrequency>(),
    ];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        let of_cpus = (0..cpu_frequency::FILES)
            .filter(|index| sources.has_any(Machine::cpu_file(*index as u32)))
            .find_map(|index| self.cpu_files.unavailable(index));
        let of_others = first_unavailable(
            sources,
            [
                (Machine::STAT, self.stat.unavailable()),
                (Machine::INTERRUPTS, self.interrupts.unavailable()),
                (Machine::INTERRUPT_ROWS, self.interrupts.unavailable()),
                (Machine::SCHEDSTAT, self.schedstat.unavailable()),
                (Machine::SEMAPHORES, self.semaphores.unavailable()),
                (Machine::SECTIONS, self.sections.unavailable()),
                (Machine::SOFTIRQS, self.softirqs.unavailable()),
                (Machine::IDLE, self.idle_unavailable),
                (Machine::LOADAVG, self.loadavg.unavailable()),
                (Machine::PIDS, self.pids_unavailable),
            ],
        );
        of_others.or(of_cpus)
    }
}
