//! [`Sampler`]: one sample of the machine at one moment.
//!
//! Every source that is wanted is read once, so that numerator and denominator
//! of a value, and all instances of a class, belong together. What could not be
//! read, or was not wanted, is empty and never what an earlier sample left.
//!
//! A sampler belongs to one reader: it keeps descriptors, which bear the rights
//! of who opened them, and nothing of it is shared or locked.

use std::io;

use rustix::param::{clock_ticks_per_second, page_size};

use crate::clock::{Clock, Timestamps};
use crate::cpuidle::CpuIdle;
use crate::file::{File, Shape};
use crate::interrupts::Interrupts;
use crate::loadavg::LoadAvg;
use crate::meminfo::MemInfo;
use crate::memory::Memory;
use crate::pids::Pids;
use crate::proc_stat::{Cpu, ProcStat};
use crate::processor::Processor;
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::softirqs::SoftIrqs;
use crate::system::System;
use crate::vmstat::VmStat;

/// A text file and what was read from it.
#[derive(Debug)]
struct Source<T> {
    file: File,
    content: T,
    parse: fn(&mut T, &[u8]),
    clear: fn(&mut T),
    unavailable: Option<Unavailable>,
}

impl<T: Default> Source<T> {
    fn new(
        path: &'static str,
        shape: Shape,
        expected_bytes: usize,
        parse: fn(&mut T, &[u8]),
        clear: fn(&mut T),
    ) -> Source<T> {
        let file = File::new(path, shape, expected_bytes);
        Source { file, content: T::default(), parse, clear, unavailable: None }
    }

    fn update(&mut self, wanted: bool, root: &mut Root) {
        self.unavailable = None;
        if !wanted {
            return (self.clear)(&mut self.content);
        }
        match self.file.read(root) {
            Ok(text) => (self.parse)(&mut self.content, text),
            Err(why) => {
                (self.clear)(&mut self.content);
                self.unavailable = Some(why);
            }
        }
    }
}

/// Reads the kernel files beneath a root and makes snapshots of them.
#[derive(Debug)]
pub struct Sampler {
    root: Root,
    clock: Clock,
    ticks_per_second: u64,
    page_size_bytes: u64,
    stat: Source<ProcStat>,
    interrupts: Source<Interrupts>,
    softirqs: Source<SoftIrqs>,
    meminfo: Source<MemInfo>,
    vmstat: Source<VmStat>,
    loadavg: Source<LoadAvg>,
    idle: CpuIdle,
    idle_unavailable: Option<Unavailable>,
    pids: Pids,
    pids_unavailable: Option<Unavailable>,
    boot_time_s: Option<u64>,
}

impl Sampler {
    /// A sampler of the running machine.
    ///
    /// # Errors
    /// What the operating system says if `/` cannot be opened.
    pub fn system() -> io::Result<Sampler> {
        Ok(Sampler::new(Root::system()?, Clock::start()))
    }

    /// A sampler of the files beneath `root`, with time stamps from `clock`.
    #[must_use]
    pub fn new(root: Root, clock: Clock) -> Sampler {
        use Shape::{OnePiece, Records};
        Sampler {
            root,
            clock,
            ticks_per_second: clock_ticks_per_second(),
            page_size_bytes: page_size() as u64,
            stat: Source::new("proc/stat", OnePiece, 8192, ProcStat::parse, ProcStat::clear),
            interrupts: Source::new("proc/interrupts", Records, 8192, Interrupts::parse, Interrupts::clear),
            softirqs: Source::new("proc/softirqs", OnePiece, 4096, SoftIrqs::parse, SoftIrqs::clear),
            meminfo: Source::new("proc/meminfo", OnePiece, 4096, MemInfo::parse, MemInfo::clear),
            vmstat: Source::new("proc/vmstat", Records, 8192, VmStat::parse, VmStat::clear),
            loadavg: Source::new("proc/loadavg", OnePiece, 128, LoadAvg::parse, LoadAvg::clear),
            idle: CpuIdle::default(),
            idle_unavailable: None,
            pids: Pids::default(),
            pids_unavailable: None,
            boot_time_s: None,
        }
    }

    /// The same for files of a machine with other units than this one: clock
    /// ticks per second and bytes of a page.
    #[must_use]
    pub fn with_units(mut self, ticks_per_second: u64, page_size_bytes: u64) -> Sampler {
        self.ticks_per_second = ticks_per_second;
        self.page_size_bytes = page_size_bytes;
        self
    }

    /// Reads what is wanted, each source once, and returns the moment of the
    /// sample, taken just before the first read.
    pub fn sample(&mut self, wanted: Sources) -> Timestamps {
        let at = self.clock.now();
        self.sample_at(wanted, at);
        at
    }

    /// Reads what is wanted as a sample of the moment `at`.
    pub fn sample_at(&mut self, wanted: Sources, at: Timestamps) {
        let root = &mut self.root;
        root.begin_sample(at);
        // Which processors have idle states to read is in the first file.
        let idle = Sources::IDLE_TIMES | Sources::IDLE_ENTRIES;
        self.stat.update(wanted.has_any(Sources::STAT | idle), root);
        self.interrupts.update(wanted.has_any(Sources::INTERRUPTS), root);
        self.softirqs.update(wanted.has_any(Sources::SOFTIRQS), root);
        self.meminfo.update(wanted.has_any(Sources::MEMINFO), root);
        self.vmstat.update(wanted.has_any(Sources::VMSTAT), root);
        self.loadavg.update(wanted.has_any(Sources::LOADAVG), root);
        self.idle_unavailable = if wanted.has_any(idle) {
            let times = wanted.has_any(Sources::IDLE_TIMES);
            let entries = wanted.has_any(Sources::IDLE_ENTRIES);
            self.idle.read(root, self.stat.content.cpus(), times, entries).err()
        } else {
            self.idle.clear();
            None
        };
        self.pids_unavailable = if wanted.has_any(Sources::PIDS) {
            self.pids.read(root).err()
        } else {
            self.pids.clear();
            None
        };
        self.boot_time_s = self.boot_time_s.or(self.stat.content.boot_time_s);
    }

    /// Why one of `sources` could not be read in the last sample; `None` if all
    /// that were wanted could be.
    #[must_use]
    pub fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        let idle = Sources::IDLE_TIMES | Sources::IDLE_ENTRIES;
        let all = [
            (Sources::STAT, self.stat.unavailable),
            (Sources::INTERRUPTS, self.interrupts.unavailable),
            (Sources::SOFTIRQS, self.softirqs.unavailable),
            (idle, self.idle_unavailable),
            (Sources::MEMINFO, self.meminfo.unavailable),
            (Sources::VMSTAT, self.vmstat.unavailable),
            (Sources::LOADAVG, self.loadavg.unavailable),
            (Sources::PIDS, self.pids_unavailable),
        ];
        all.into_iter().filter(|(source, _)| sources.has_any(*source)).find_map(|(_, why)| why)
    }

    /// Anchors the clock to the time of day anew. Earlier samples must not be
    /// compared with later ones.
    pub fn reanchor(&mut self) {
        self.clock = Clock::start();
        self.boot_time_s = None;
    }

    /// The clock that the samples' time stamps are from.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The root that the files are beneath.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The same, to change what it copies and keeps open.
    pub fn root_mut(&mut self) -> &mut Root {
        &mut self.root
    }

    /// The online processors, in ascending order.
    #[must_use]
    pub fn cpus(&self) -> &[Cpu] {
        self.stat.content.cpus()
    }

    /// A number that changes whenever another set of processors is online.
    #[must_use]
    pub fn cpu_generation(&self) -> u64 {
        self.stat.content.generation()
    }

    /// The processor at a position of [`Sampler::cpus`].
    #[must_use]
    pub fn processor(&self, index: usize) -> Option<Processor> {
        let cpu = self.cpus().get(index)?;
        let (interrupts, softirqs) = (&self.interrupts.content, &self.softirqs.content);
        Some(Processor::one(cpu, self.ticks_per_second, interrupts, softirqs, &self.idle))
    }

    /// All online processors together; `None` if `/proc/stat` wasn't read.
    #[must_use]
    pub fn processor_total(&self) -> Option<Processor> {
        Processor::total(&self.stat.content, self.ticks_per_second, &self.softirqs.content, &self.idle)
    }

    /// The machine as a whole.
    #[must_use]
    pub fn system_snapshot(&self) -> System {
        let stat = &self.stat.content;
        System {
            boot_time_s: stat.boot_time_s.and(self.boot_time_s),
            context_switches: stat.context_switches,
            processes: self.pids.count(),
            threads: self.loadavg.content.threads,
            running: stat.procs_running,
            processors: stat.cpus().len() as u64,
        }
    }

    /// Memory.
    #[must_use]
    pub fn memory(&self) -> Memory {
        Memory {
            info: self.meminfo.content,
            stat: self.vmstat.content,
            page_size_bytes: self.page_size_bytes,
        }
    }
}
