//! [`ProcessFootprint`]: `Linux_PerfRawData_Proc_Footprint`, the memory of each
//! process with its part of what it shares with others.
//!
//! A class of its own, because it costs a walk through all page tables of every
//! process: it is had by asking for just this and in no other way.

use hiperf_provider::{Instance, Reason};

use crate::area::Class;
use crate::process::footprint::Footprint;
use crate::process::process_details::why_missing;
use crate::process::{Process, Processes};
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct ProcessFootprint;

impl Class for ProcessFootprint {
    type Area = Processes;
    type Row = Process;
    const NAME: &'static str = "Linux_PerfRawData_Proc_Footprint";
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

/// The contents of the file, if it was read.
fn of(process: &Process) -> Option<&Footprint> {
    process.footprint().ok()
}

const SMAPS: Sources = Processes::SMAPS_ROLLUP;

/// The properties, in the order of the class.
const PROPERTIES: &[Property<Process>] = &[
    Property::new("ProcessId", Processes::STAT, |process| Some(u64::from(process.pid()))),
    Property::new("ProportionalBytes", SMAPS, |process| of(process)?.proportional),
    Property::new("ProportionalAnonymousBytes", SMAPS, |process| of(process)?.proportional_anonymous),
    Property::new("ProportionalFileBytes", SMAPS, |process| of(process)?.proportional_file),
    Property::new("ProportionalSharedMemoryBytes", SMAPS, |process| of(process)?.proportional_shared_memory),
    Property::new("ProportionalSwapBytes", SMAPS, |process| of(process)?.proportional_swap),
    Property::new("ResidentBytes", SMAPS, |process| of(process)?.resident),
    Property::new("UniqueBytes", SMAPS, |process| {
        let of = of(process)?;
        Some(of.private_clean?.wrapping_add(of.private_dirty?))
    }),
    Property::new("PrivateCleanBytes", SMAPS, |process| of(process)?.private_clean),
    Property::new("PrivateDirtyBytes", SMAPS, |process| of(process)?.private_dirty),
    Property::new("SharedCleanBytes", SMAPS, |process| of(process)?.shared_clean),
    Property::new("SharedDirtyBytes", SMAPS, |process| of(process)?.shared_dirty),
    Property::new("ReferencedBytes", SMAPS, |process| of(process)?.referenced),
    Property::new("AnonymousHugePageBytes", SMAPS, |process| of(process)?.huge),
];
