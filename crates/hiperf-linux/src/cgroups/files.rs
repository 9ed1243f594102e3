//! The files of a cgroup in both versions and what each fills, and [`Subject`]:
//! which class each is for.
//!
//! A source is what a property needs; where the versions keep it in different
//! files both bear it, and only the one of the hierarchy that is there is read.

use crate::cgroups::form::{Form, Key, Scale};
use crate::cgroups::mounts::{Controller, Version};
use crate::cgroups::quantity::Quantity;
use crate::property::Sources;

use Form::{
    CpuMax, DeviceBytes, DeviceOperations, Devices, Keyed, Limit, MemoryNodes, Number, Processors, Stalls,
};
use Scale::{Microseconds, Nanoseconds, One};

/// What a class is about. Each looks at the hierarchy of its own controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Subject {
    /// Time of processors.
    Processor,
    /// Memory.
    Memory,
    /// What is read from disks and written to them.
    Disk,
    /// Tasks, and the cgroups below.
    Tasks,
    /// Waiting.
    Pressure,
}

impl Subject {
    /// All of them.
    pub(crate) const ALL: [Subject; 5] =
        [Subject::Processor, Subject::Memory, Subject::Disk, Subject::Tasks, Subject::Pressure];

    /// Which cgroups there are in its hierarchy.
    #[must_use]
    pub const fn groups(self) -> Sources {
        Sources::number(self as u32)
    }
}

/// Names for [`Sources`] from 8 on, one behind the other.
macro_rules! sources {
    ($($name:ident)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)] // only their numbers are used
        enum Place { $($name),* }
        $(pub(crate) const $name: Sources = Sources::number(8 + Place::$name as u32);)*
    };
}

sources! {
    USAGE USER SYSTEM THROTTLING CPU_MAX WEIGHT SHARES PROCESSORS
    CURRENT PEAK MIN LOW HIGH MAX SOFT_LIMIT SWAP SWAP_MAX MEMORY_STAT KERNEL_MEMORY LIMIT_HITS OUT_OF_MEMORY EVENTS MEMORY_NODES
    BYTES OPERATIONS
    TASKS TASK_LIMIT TASK_PEAK TASK_LIMIT_HITS DESCENDANTS STATE
    CPU_STALLS MEMORY_STALLS IO_STALLS IRQ_STALLS
}

/// A file that a cgroup may have.
#[derive(Debug)]
pub(crate) struct GroupFile {
    pub(crate) subject: Subject,
    pub(crate) version: Version,
    /// In version 1 the hierarchy that it is in.
    pub(crate) controller: Controller,
    pub(crate) name: &'static str,
    pub(crate) sources: Sources,
    pub(crate) form: Form,
}

/// The file in which a cgroup of version 2 says how many there are below it.
pub(crate) const CGROUP_STAT: &str = "cgroup.stat";

const fn v2(subject: Subject, name: &'static str, sources: Sources, form: Form) -> GroupFile {
    GroupFile { subject, version: Version::Two, controller: Controller::Unified, name, sources, form }
}

const fn v1(
    subject: Subject,
    controller: Controller,
    name: &'static str,
    sources: Sources,
    form: Form,
) -> GroupFile {
    GroupFile { subject, version: Version::One, controller, name, sources, form }
}

const CPU_STAT: &[Key] = &[
    ("usage_usec", Quantity::Usage, Microseconds),
    ("user_usec", Quantity::User, Microseconds),
    ("system_usec", Quantity::System, Microseconds),
    ("nr_periods", Quantity::Periods, One),
    ("nr_throttled", Quantity::ThrottledPeriods, One),
    ("throttled_usec", Quantity::Throttled, Microseconds),
    ("nr_bursts", Quantity::Bursts, One),
    ("burst_usec", Quantity::Burst, Microseconds),
];

const CPU_STAT_1: &[Key] = &[
    ("nr_periods", Quantity::Periods, One),
    ("nr_throttled", Quantity::ThrottledPeriods, One),
    ("throttled_time", Quantity::Throttled, Nanoseconds),
    ("nr_bursts", Quantity::Bursts, One),
    ("burst_time", Quantity::Burst, Nanoseconds),
];

const STAT: &[Key] = &[
    ("anon", Quantity::Anonymous, One),
    ("file", Quantity::File, One),
    ("kernel", Quantity::Kernel, One),
    ("kernel_stack", Quantity::KernelStack, One),
    ("pagetables", Quantity::PageTables, One),
    ("slab_reclaimable", Quantity::SlabReclaimable, One),
    ("slab_unreclaimable", Quantity::SlabUnreclaimable, One),
    ("sock", Quantity::Sockets, One),
    ("shmem", Quantity::Shared, One),
    ("file_mapped", Quantity::FileMapped, One),
    ("file_dirty", Quantity::FileDirty, One),
    ("file_writeback", Quantity::FileWriteback, One),
    ("active_anon", Quantity::ActiveAnonymous, One),
    ("inactive_anon", Quantity::InactiveAnonymous, One),
    ("active_file", Quantity::ActiveFile, One),
    ("inactive_file", Quantity::InactiveFile, One),
    ("unevictable", Quantity::Unevictable, One),
    ("pgfault", Quantity::Faults, One),
    ("pgmajfault", Quantity::MajorFaults, One),
    ("workingset_refault_anon", Quantity::AnonymousRefaults, One),
    ("workingset_refault_file", Quantity::FileRefaults, One),
    ("pgscan", Quantity::Scanned, One),
    ("pgsteal", Quantity::Reclaimed, One),
];

/// Of version 1 the numbers with those of the cgroups below, as all of version 2 are.
const STAT_1: &[Key] = &[
    ("total_rss", Quantity::Anonymous, One),
    ("total_cache", Quantity::File, One),
    ("total_shmem", Quantity::Shared, One),
    ("total_mapped_file", Quantity::FileMapped, One),
    ("total_dirty", Quantity::FileDirty, One),
    ("total_writeback", Quantity::FileWriteback, One),
    ("total_active_anon", Quantity::ActiveAnonymous, One),
    ("total_inactive_anon", Quantity::InactiveAnonymous, One),
    ("total_active_file", Quantity::ActiveFile, One),
    ("total_inactive_file", Quantity::InactiveFile, One),
    ("total_unevictable", Quantity::Unevictable, One),
    ("total_pgfault", Quantity::Faults, One),
    ("total_pgmajfault", Quantity::MajorFaults, One),
    ("total_workingset_refault_anon", Quantity::AnonymousRefaults, One),
    ("total_workingset_refault_file", Quantity::FileRefaults, One),
    ("total_swap", Quantity::Swap, One),
];

const MEMORY_EVENTS: &[Key] = &[
    ("low", Quantity::LowEvents, One),
    ("high", Quantity::HighEvents, One),
    ("max", Quantity::MaxEvents, One),
    ("oom", Quantity::OutOfMemory, One),
    ("oom_kill", Quantity::OutOfMemoryKills, One),
];

const DESCENDANT_COUNTS: &[Key] = &[
    ("nr_descendants", Quantity::Descendants, One),
    ("nr_dying_descendants", Quantity::DyingDescendants, One),
];

const STATES: &[Key] = &[("populated", Quantity::Populated, One), ("frozen", Quantity::Frozen, One)];

/// All of them. One that several sources are in is read once for all.
pub(crate) const FILES: &[GroupFile] = &[
    v2(Subject::Processor, "cpu.stat", USAGE.union(USER).union(SYSTEM).union(THROTTLING), Keyed(CPU_STAT)),
    v2(Subject::Processor, "cpu.max", CPU_MAX, CpuMax),
    v2(Subject::Processor, "cpu.weight", WEIGHT, Number(Quantity::Weight, One)),
    v2(Subject::Processor, "cpuset.cpus.effective", PROCESSORS, Processors),
    v2(Subject::Memory, "memory.current", CURRENT, Number(Quantity::Current, One)),
    v2(Subject::Memory, "memory.peak", PEAK, Number(Quantity::Peak, One)),
    v2(Subject::Memory, "memory.min", MIN, Limit(Quantity::Min)),
    v2(Subject::Memory, "memory.low", LOW, Limit(Quantity::Low)),
    v2(Subject::Memory, "memory.high", HIGH, Limit(Quantity::High)),
    v2(Subject::Memory, "memory.max", MAX, Limit(Quantity::Max)),
    v2(Subject::Memory, "memory.swap.current", SWAP, Number(Quantity::Swap, One)),
    v2(Subject::Memory, "memory.swap.max", SWAP_MAX, Limit(Quantity::SwapMax)),
    v2(Subject::Memory, "memory.stat", MEMORY_STAT.union(KERNEL_MEMORY), Keyed(STAT)),
    v2(Subject::Memory, "memory.events", LIMIT_HITS.union(OUT_OF_MEMORY).union(EVENTS), Keyed(MEMORY_EVENTS)),
    v2(Subject::Memory, "cpuset.mems.effective", MEMORY_NODES, MemoryNodes),
    v2(Subject::Disk, "io.stat", BYTES.union(OPERATIONS), Devices),
    v2(Subject::Tasks, "pids.current", TASKS, Number(Quantity::Tasks, One)),
    v2(Subject::Tasks, "pids.max", TASK_LIMIT, Limit(Quantity::TaskLimit)),
    v2(Subject::Tasks, "pids.peak", TASK_PEAK, Number(Quantity::TaskPeak, One)),
    v2(Subject::Tasks, "pids.events", TASK_LIMIT_HITS, Keyed(&[("max", Quantity::TaskLimitHits, One)])),
    v2(Subject::Tasks, CGROUP_STAT, DESCENDANTS, Keyed(DESCENDANT_COUNTS)),
    v2(Subject::Tasks, "cgroup.events", STATE, Keyed(STATES)),
    v2(Subject::Pressure, "cpu.pressure", CPU_STALLS, Stalls(0)),
    v2(Subject::Pressure, "memory.pressure", MEMORY_STALLS, Stalls(1)),
    v2(Subject::Pressure, "io.pressure", IO_STALLS, Stalls(2)),
    v2(Subject::Pressure, "irq.pressure", IRQ_STALLS, Stalls(3)),
    v1(Subject::Processor, Controller::Cpuacct, "cpuacct.usage", USAGE, Number(Quantity::Usage, Nanoseconds)),
    v1(
        Subject::Processor,
        Controller::Cpuacct,
        "cpuacct.usage_user",
        USER,
        Number(Quantity::User, Nanoseconds),
    ),
    v1(
        Subject::Processor,
        Controller::Cpuacct,
        "cpuacct.usage_sys",
        SYSTEM,
        Number(Quantity::System, Nanoseconds),
    ),
    v1(Subject::Processor, Controller::Cpu, "cpu.stat", THROTTLING, Keyed(CPU_STAT_1)),
    v1(Subject::Processor, Controller::Cpu, "cpu.cfs_quota_us", CPU_MAX, Limit(Quantity::Quota)),
    v1(Subject::Processor, Controller::Cpu, "cpu.cfs_period_us", CPU_MAX, Number(Quantity::Period, One)),
    v1(Subject::Processor, Controller::Cpu, "cpu.shares", SHARES, Number(Quantity::Shares, One)),
    v1(Subject::Processor, Controller::Cpuset, "cpuset.effective_cpus", PROCESSORS, Processors),
    v1(Subject::Memory, Controller::Memory, "memory.usage_in_bytes", CURRENT, Number(Quantity::Current, One)),
    v1(Subject::Memory, Controller::Memory, "memory.max_usage_in_bytes", PEAK, Number(Quantity::Peak, One)),
    v1(
        Subject::Memory,
        Controller::Memory,
        "memory.soft_limit_in_bytes",
        SOFT_LIMIT,
        Limit(Quantity::SoftLimit),
    ),
    v1(Subject::Memory, Controller::Memory, "memory.limit_in_bytes", MAX, Limit(Quantity::Max)),
    v1(Subject::Memory, Controller::Memory, "memory.stat", MEMORY_STAT.union(SWAP), Keyed(STAT_1)),
    v1(Subject::Memory, Controller::Memory, "memory.failcnt", LIMIT_HITS, Number(Quantity::MaxEvents, One)),
    v1(
        Subject::Memory,
        Controller::Memory,
        "memory.oom_control",
        OUT_OF_MEMORY,
        Keyed(&[("oom_kill", Quantity::OutOfMemoryKills, One)]),
    ),
    v1(Subject::Memory, Controller::Cpuset, "cpuset.effective_mems", MEMORY_NODES, MemoryNodes),
    v1(Subject::Disk, Controller::Blkio, "blkio.throttle.io_service_bytes_recursive", BYTES, DeviceBytes),
    v1(
        Subject::Disk,
        Controller::Blkio,
        "blkio.throttle.io_serviced_recursive",
        OPERATIONS,
        DeviceOperations,
    ),
    v1(Subject::Tasks, Controller::Pids, "pids.current", TASKS, Number(Quantity::Tasks, One)),
    v1(Subject::Tasks, Controller::Pids, "pids.max", TASK_LIMIT, Limit(Quantity::TaskLimit)),
    v1(Subject::Tasks, Controller::Pids, "pids.peak", TASK_PEAK, Number(Quantity::TaskPeak, One)),
    v1(
        Subject::Tasks,
        Controller::Pids,
        "pids.events",
        TASK_LIMIT_HITS,
        Keyed(&[("max", Quantity::TaskLimitHits, One)]),
    ),
];
