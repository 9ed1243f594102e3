//! [`PerfProcess`]: `Win32_PerfRawData_PerfProc_Process`, one instance for each
//! process, `Idle` and `_Total`.
//!
//! A process is named as the kernel names it, with a number if others bear the
//! name; its identity is its id and the time it started. `Idle` is the time in
//! which no process ran, as on Windows with the id 0. `_Total` is the sum of all,
//! `Idle` included; of what only grows it has what processes used that have gone
//! meanwhile, so that it grows as well. If a part was denied there is no sum.

use hiperf_provider::{Instance, Reason};

use crate::area::{Class, TOTAL, Units, reason};
use crate::clock::FREQUENCY;
use crate::process::departed::Departed;
use crate::process::record::Process;
use crate::process::{IdleTime, Processes};
use crate::property::{Property, Sources};
use crate::root::Unavailable;

/// The name of the instance for the time in which no process ran.
pub const IDLE: &str = "Idle";

/// Identities that no process has: its id is below 2^22 in the upper bits.
const TOTAL_IDENTITY: u64 = u64::MAX;
const IDLE_IDENTITY: u64 = u64::MAX - 1;

/// The class.
#[derive(Debug)]
pub struct PerfProcess;

/// The numbers of one process, or of all, in the units of the class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    id: Option<u64>,
    parent: Option<u64>,
    user_100ns: Option<u64>,
    privileged_100ns: Option<u64>,
    started_100ns: Option<u64>,
    threads: Option<u64>,
    descriptors: Option<u64>,
    virtual_bytes: Option<u64>,
    virtual_peak_bytes: Option<u64>,
    resident_bytes: Option<u64>,
    resident_peak_bytes: Option<u64>,
    anonymous_bytes: Option<u64>,
    private_bytes: Option<u64>,
    faults: Option<u64>,
    reads: Option<u64>,
    writes: Option<u64>,
    read_bytes: Option<u64>,
    written_bytes: Option<u64>,
    denied: Sources,
    failed: Sources,
}

/// The sources of a process among those of the area.
const EACH: [Sources; 4] = [Processes::STAT, Processes::STATUS, Processes::IO, Processes::DESCRIPTORS];

impl Usage {
    /// Of one process.
    fn one(process: &Process, units: Units, boot_100ns: Option<u64>) -> Usage {
        let (stat, status, io) = (process.stat().ok(), process.status().ok(), process.io().ok());
        let mut usage = Usage { id: Some(u64::from(process.pid())), ..Usage::default() };
        if let Some(stat) = stat {
            usage.parent = Some(u64::from(stat.parent));
            usage.user_100ns = Some(to_100ns(stat.user_ticks, units));
            usage.privileged_100ns = Some(to_100ns(stat.system_ticks, units));
            usage.started_100ns = boot_100ns.map(|boot| boot.wrapping_add(to_100ns(stat.start_ticks, units)));
            usage.threads = Some(stat.threads);
            usage.virtual_bytes = Some(stat.virtual_bytes);
            usage.resident_bytes = stat.resident_pages.checked_mul(units.page_size_bytes);
            usage.faults = Some(stat.minor_faults.wrapping_add(stat.major_faults));
        }
        if let Some(status) = status {
            usage.virtual_peak_bytes = status.virtual_peak_bytes;
            usage.resident_peak_bytes = status.resident_peak_bytes;
            usage.anonymous_bytes = status.anonymous_bytes;
            usage.private_bytes = both(status.data_bytes, status.stack_bytes);
        }
        if let Some(io) = io {
            (usage.reads, usage.writes) = (io.reads, io.writes);
            (usage.read_bytes, usage.written_bytes) = (io.read_bytes, io.written_bytes);
        }
        usage.descriptors = process.descriptor_count().ok().flatten();
        for source in EACH {
            match process.unavailable(Processes::of_process(source)) {
                Some(Unavailable::Denied) => usage.denied |= source,
                Some(Unavailable::Failed(_)) => usage.failed |= source,
                Some(Unavailable::Unsupported) | None => {}
            }
        }
        usage
    }

    /// Of the time in which no process ran.
    fn idle(idle: Option<IdleTime>, units: Units) -> Usage {
        let time = idle.map(|idle| to_100ns(idle.ticks, units));
        Usage {
            id: Some(0),
            user_100ns: Some(0),
            privileged_100ns: time,
            threads: idle.map(|idle| idle.processors),
            ..Usage::default()
        }
    }

    /// What processes used that have gone.
    fn departed(departed: &Departed, units: Units) -> Usage {
        Usage {
            user_100ns: Some(to_100ns(departed.user_ticks, units)),
            privileged_100ns: Some(to_100ns(departed.system_ticks, units)),
            faults: Some(departed.faults),
            reads: Some(departed.reads),
            writes: Some(departed.writes),
            read_bytes: Some(departed.read_bytes),
            written_bytes: Some(departed.written_bytes),
            ..Usage::default()
        }
    }

    /// Adds what another one has. Who has no such number, as threads of the kernel
    /// have no memory, adds nothing.
    fn add(&mut self, mut part: Usage) {
        self.denied |= part.denied;
        self.failed |= part.failed;
        for (_, field) in SUMMED {
            if let Some(part) = *field(&mut part) {
                let sum = field(self);
                *sum = Some(sum.unwrap_or(0).wrapping_add(part));
            }
        }
    }

    /// Makes a sum that of all processes: with those that have gone, and without
    /// what is only a part.
    fn complete(&mut self, mut departed: Usage) {
        let partial = self.denied | self.failed;
        for (source, field) in SUMMED {
            let gone = field(&mut departed).unwrap_or(0);
            let sum = field(self);
            *sum = sum.filter(|_| !source.has_any(partial)).map(|sum| sum.wrapping_add(gone));
        }
        self.id = Some(0);
    }
}

/// A number of a row.
type Number = fn(&mut Usage) -> &mut Option<u64>;

/// What can be added up, and where it is from.
const SUMMED: &[(Sources, Number)] = &[
    (Processes::STAT, |usage| &mut usage.user_100ns),
    (Processes::STAT, |usage| &mut usage.privileged_100ns),
    (Processes::STAT, |usage| &mut usage.threads),
    (Processes::STAT, |usage| &mut usage.virtual_bytes),
    (Processes::STAT, |usage| &mut usage.resident_bytes),
    (Processes::STAT, |usage| &mut usage.faults),
    (Processes::STATUS, |usage| &mut usage.virtual_peak_bytes),
    (Processes::STATUS, |usage| &mut usage.resident_peak_bytes),
    (Processes::STATUS, |usage| &mut usage.anonymous_bytes),
    (Processes::STATUS, |usage| &mut usage.private_bytes),
    (Processes::IO, |usage| &mut usage.reads),
    (Processes::IO, |usage| &mut usage.writes),
    (Processes::IO, |usage| &mut usage.read_bytes),
    (Processes::IO, |usage| &mut usage.written_bytes),
    (Processes::DESCRIPTORS, |usage| &mut usage.descriptors),
];

/// Clock ticks in 100-nanosecond units.
pub(crate) fn to_100ns(ticks: u64, units: Units) -> u64 {
    (u128::from(ticks) * u128::from(FREQUENCY) / u128::from(units.ticks_per_second.max(1))) as u64
}

/// The sum, if both are there.
pub(crate) fn both(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    Some(one?.wrapping_add(other?))
}

impl Class for PerfProcess {
    type Area = Processes;
    type Row = Usage;
    const NAME: &'static str = "Win32_PerfRawData_PerfProc_Process";
    const INSTANCES: Sources = Processes::STAT;
    const PROPERTIES: &'static [Property<Usage>] = PROPERTIES;

    fn for_each(processes: &Processes, visit: &mut dyn FnMut(Instance<'_>, &Usage)) {
        let (table, units) = (processes.table(), processes.units());
        let mut total = Usage::default();
        for process in table.processes() {
            let row = Usage::one(process, units, processes.boot_100ns());
            visit(Instance::identified(process.name(), process.identity()), &row);
            total.add(row);
        }
        if table.count() == 0 {
            return;
        }
        let idle = Usage::idle(processes.idle(), units);
        visit(Instance::identified(IDLE, IDLE_IDENTITY), &idle);
        total.add(idle);
        total.complete(Usage::departed(table.departed(), units));
        visit(Instance::identified(TOTAL, TOTAL_IDENTITY), &total);
    }

    fn why_missing(row: &Usage, property: &Property<Usage>) -> Option<Reason> {
        if property.sources.has_any(row.denied) {
            Some(reason(Some(Unavailable::Denied)))
        } else if property.sources.has_any(row.failed) {
            Some(Reason::Failed)
        } else {
            None
        }
    }
}

const TIMES: Sources = Processes::STAT.union(Processes::MACHINE);

/// The properties that Linux has; all others of the class are unsupported.
const PROPERTIES: &[Property<Usage>] = &[
    Property::new("IDProcess", Processes::STAT, |usage| usage.id),
    Property::new("CreatingProcessID", Processes::STAT, |usage| usage.parent),
    Property::new("PercentProcessorTime", TIMES, |usage| both(usage.user_100ns, usage.privileged_100ns)),
    Property::new("PercentUserTime", Processes::STAT, |usage| usage.user_100ns),
    Property::new("PercentPrivilegedTime", TIMES, |usage| usage.privileged_100ns),
    Property::new("ElapsedTime", TIMES, |usage| usage.started_100ns),
    Property::new("ThreadCount", TIMES, |usage| usage.threads),
    Property::new("HandleCount", Processes::DESCRIPTORS, |usage| usage.descriptors),
    Property::new("VirtualBytes", Processes::STAT, |usage| usage.virtual_bytes),
    Property::new("VirtualBytesPeak", Processes::STATUS, |usage| usage.virtual_peak_bytes),
    Property::new("WorkingSet", Processes::STAT, |usage| usage.resident_bytes),
    Property::new("WorkingSetPeak", Processes::STATUS, |usage| usage.resident_peak_bytes),
    Property::new("WorkingSetPrivate", Processes::STATUS, |usage| usage.anonymous_bytes),
    Property::new("PrivateBytes", Processes::STATUS, |usage| usage.private_bytes),
    Property::new("PageFaultsPersec", Processes::STAT, |usage| usage.faults),
    Property::new("IOReadOperationsPersec", Processes::IO, |usage| usage.reads),
    Property::new("IOWriteOperationsPersec", Processes::IO, |usage| usage.writes),
    Property::new("IODataOperationsPersec", Processes::IO, |usage| both(usage.reads, usage.writes)),
    Property::new("IOReadBytesPersec", Processes::IO, |usage| usage.read_bytes),
    Property::new("IOWriteBytesPersec", Processes::IO, |usage| usage.written_bytes),
    Property::new("IODataBytesPersec", Processes::IO, |usage| both(usage.read_bytes, usage.written_bytes)),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn used(time: u64, reads: Option<u64>, denied: Sources) -> Usage {
        Usage { user_100ns: Some(time), reads, denied, ..Usage::default() }
    }

    #[test]
    fn a_sum_has_those_that_went_and_nothing_if_a_part_was_denied() {
        let mut total = Usage::default();
        total.add(used(3, Some(4), Sources::NONE));
        total.add(used(5, None, Sources::NONE));
        let gone = used(100, Some(200), Sources::NONE);
        let mut whole = total;
        whole.complete(gone);
        assert_eq!((whole.user_100ns, whole.reads, whole.faults), (Some(108), Some(204), None));
        total.add(used(7, None, Processes::IO));
        total.complete(gone);
        assert_eq!((total.user_100ns, total.reads), (Some(115), None));
        assert_eq!(total.denied, Processes::IO);
    }

    #[test]
    fn a_tick_is_what_the_machine_says() {
        let units = Units { ticks_per_second: 1000, page_size_bytes: 4096 };
        assert_eq!(to_100ns(3, units), 30_000);
        assert_eq!(
            to_100ns(u64::MAX, Units { ticks_per_second: 0, ..units }),
            u64::MAX.wrapping_mul(FREQUENCY)
        );
    }
}
