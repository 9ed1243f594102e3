//! [`ProcessDetails`]: `Linux_PerfRawData_Proc_ProcessDetails`, what Linux tells of a
//! process beyond what Windows has a name for.
//!
//! The instances are the processes of `Win32_PerfRawData_PerfProc_Process`, by the
//! same names; without `Idle` and `_Total`, as most of it can't be added up. What
//! the kernel tells of the first thread of a process alone says so in its name.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::{Class, reason};
use crate::process::{Process, Processes};
use crate::property::{Property, Sources};

/// Nanoseconds in a unit of time.
const NS_PER_UNIT: u64 = 100;

/// The class.
#[derive(Debug)]
pub struct ProcessDetails;

impl Class for ProcessDetails {
    type Area = Processes;
    type Row = Process;
    const NAME: &'static str = "Linux_PerfRawData_Proc_ProcessDetails";
    const INSTANCES: Sources = Processes::STAT;
    const PROPERTIES: &'static [Property<Process>] = PROPERTIES;

    fn for_each(processes: &Processes, visit: &mut dyn FnMut(Instance<'_>, &Process)) {
        for process in processes.table().processes() {
            visit(Instance::identified(process.name(), process.identity()), process);
        }
    }

    fn why_missing(row: &Process, property: &Property<Process>) -> Option<Reason> {
        why_missing(row, property)
    }
}

/// Why a process has no value for a property.
pub(crate) fn why_missing(process: &Process, property: &Property<Process>) -> Option<Reason> {
    process.unavailable(Processes::of_process(property.sources)).map(|why| reason(Some(why)))
}

/// A process whose descriptors are both counted and limited: how many it has open
/// and may have, halved until both fit 32 bits.
fn open_files(process: &Process) -> Option<(u64, u64)> {
    let (mut open, mut most) =
        (process.descriptor_count().ok().flatten()?, process.open_files_limit().ok().flatten()?);
    while open.max(most) > u64::from(u32::MAX) {
        (open, most) = (open / 2, most / 2);
    }
    Some((open, most))
}

/// The word for a state, as the kernel has it in `status`.
fn state(process: &Process) -> Option<&str> {
    Some(match process.stat().ok()?.state {
        b'R' => "running",
        b'S' => "sleeping",
        b'D' => "disk sleep",
        b'T' => "stopped",
        b't' => "tracing stop",
        b'X' => "dead",
        b'Z' => "zombie",
        b'P' => "parked",
        b'I' => "idle",
        _ => return None,
    })
}

/// A text, if there is any.
fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

const STAT: Sources = Processes::STAT;
const REST: Sources = Processes::STAT_REST;
const STATUS: Sources = Processes::STATUS;
const IO: Sources = Processes::IO;
const SCHEDSTAT: Sources = Processes::SCHEDSTAT;
const OPEN: Sources = Processes::DESCRIPTORS.union(Processes::LIMITS);

/// The properties, in the order of the class.
const PROPERTIES: &[Property<Process>] = &[
    Property::new("ProcessId", STAT, |of| Some(u64::from(of.pid()))),
    Property::new("ParentProcessId", STAT, |of| Some(u64::from(of.stat().ok()?.parent))),
    Property::new("ProcessGroupId", REST, |of| of.stat_rest().ok()?.group),
    Property::new("SessionId", REST, |of| of.stat_rest().ok()?.session),
    Property::of_field(
        "Terminal",
        REST,
        Field::Text(|of| Some(of.stat_rest().ok()?.terminal.as_ref()?.as_str())),
    ),
    Property::new("UserId", STATUS, |of| of.status().ok()?.user),
    Property::new("GroupId", STATUS, |of| of.status().ok()?.group),
    Property::of_field("ExecutablePath", Processes::EXE, Field::Text(|of| said(of.executable().ok()?))),
    Property::of_field("CommandLine", Processes::CMDLINE, Field::Text(|of| said(of.command_line().ok()?))),
    Property::of_field("ControlGroup", Processes::CGROUP, Field::Text(|of| said(of.control_group().ok()?))),
    Property::new("PidNamespace", Processes::PID_NAMESPACE, |of| of.pid_namespace().ok()?),
    Property::new("NetworkNamespace", Processes::NETWORK_NAMESPACE, |of| of.network_namespace().ok()?),
    Property::new("MountNamespace", Processes::MOUNT_NAMESPACE, |of| of.mount_namespace().ok()?),
    Property::new("Threads", STAT, |of| Some(of.stat().ok()?.threads)),
    Property::of_field("State", STAT, Field::Text(state)),
    Property::of_field("Nice", STAT, Field::Signed(|of| Some(of.stat().ok()?.nice))),
    Property::of_field("MainThreadPolicy", REST, Field::Text(|of| of.stat_rest().ok()?.policy_name())),
    Property::new("MainThreadRealtimePriority", REST, |of| of.stat_rest().ok()?.realtime_priority),
    Property::new("MainThreadProcessor", REST, |of| of.stat_rest().ok()?.processor),
    Property::new("PercentMainThreadRunTime", SCHEDSTAT, |of| {
        Some(of.schedstat().ok()?.run_ns? / NS_PER_UNIT)
    }),
    Property::new("PercentMainThreadWaitTime", SCHEDSTAT, |of| {
        Some(of.schedstat().ok()?.wait_ns? / NS_PER_UNIT)
    }),
    Property::new("MainThreadTimeslicesPersec", SCHEDSTAT, |of| of.schedstat().ok()?.timeslices),
    Property::new("MainThreadVoluntarySwitchesPersec", STATUS, |of| of.status().ok()?.voluntary_switches),
    Property::new("MainThreadInvoluntarySwitchesPersec", STATUS, |of| of.status().ok()?.involuntary_switches),
    Property::new("PercentMainThreadBlockDelay", REST.union(Processes::DELAYS), |of| {
        of.stat_rest().ok()?.block_delay_100ns
    }),
    Property::new("MinorFaultsPersec", STAT, |of| Some(of.stat().ok()?.minor_faults)),
    Property::new("MajorFaultsPersec", STAT, |of| Some(of.stat().ok()?.major_faults)),
    Property::new("AnonymousBytes", STATUS, |of| of.status().ok()?.anonymous_bytes),
    Property::new("FileBytes", STATUS, |of| of.status().ok()?.file_bytes),
    Property::new("SharedMemoryBytes", STATUS, |of| of.status().ok()?.shared_bytes),
    Property::new("SwapBytes", STATUS, |of| of.status().ok()?.swapped_bytes),
    Property::new("LockedBytes", STATUS, |of| of.status().ok()?.locked_bytes),
    Property::new("HugePageBytes", STATUS, |of| of.status().ok()?.huge_bytes),
    Property::new("DataBytes", STATUS, |of| of.status().ok()?.data_bytes),
    Property::new("StackBytes", STATUS, |of| of.status().ok()?.stack_bytes),
    Property::new("PageTableBytes", STATUS, |of| of.status().ok()?.page_table_bytes),
    Property::new("OomScore", Processes::OOM_SCORE, |of| of.oom_score().ok()?),
    Property::of_field(
        "OomScoreAdjustment",
        Processes::OOM_SCORE_ADJ,
        Field::Signed(|of| of.oom_score_adjustment().ok()?),
    ),
    Property::new("ReadBytesPersec", IO, |of| of.io().ok()?.read_bytes),
    Property::new("WriteBytesPersec", IO, |of| of.io().ok()?.written_bytes),
    Property::new("ReadCallsPersec", IO, |of| of.io().ok()?.reads),
    Property::new("WriteCallsPersec", IO, |of| of.io().ok()?.writes),
    Property::new("StorageReadBytesPersec", IO, |of| of.io().ok()?.storage_read_bytes),
    Property::new("StorageWriteBytesPersec", IO, |of| of.io().ok()?.storage_written_bytes),
    Property::new("CancelledWriteBytesPersec", IO, |of| of.io().ok()?.cancelled_bytes),
    Property::new("OpenFiles", Processes::DESCRIPTORS, |of| of.descriptor_count().ok()?),
    Property::new("OpenFilesLimit", Processes::LIMITS, |of| of.open_files_limit().ok()?),
    Property::new("PercentOpenFilesInUse", OPEN, |of| Some(open_files(of)?.0)),
    Property::new("PercentOpenFilesInUse_Base", OPEN, |of| Some(open_files(of)?.1)),
];
