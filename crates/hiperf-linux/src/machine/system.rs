//! [`System`], the row of `Win32_PerfRawData_PerfOS_System`: the machine as a whole.
//!
//! The start of the machine is kept as it was read first. The kernel derives it
//! from the time of day, so setting the clock moves it, while the time stamps
//! of samples don't move: their difference, the time the machine has been up,
//! stays right only if both keep still.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::clock::unix_seconds_to_100ns;
use crate::machine::Machine;
use crate::property::{Property, Sources};

/// What is known of the machine at the time of a sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct System {
    /// The time of its start in seconds since 1970.
    pub boot_time_s: Option<u64>,
    /// Switches from one thread to another since then.
    pub context_switches: Option<u64>,
    /// Processes.
    pub processes: Option<u64>,
    /// Threads.
    pub threads: Option<u64>,
    /// Threads that run or are ready to run.
    pub running: Option<u64>,
    /// Online processors.
    pub processors: u64,
}

impl Class for System {
    type Area = Machine;
    type Row = System;
    const NAME: &'static str = "Win32_PerfRawData_PerfOS_System";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<System>] = &[
        Property::new("SystemUpTime", Machine::STAT, system_up_time),
        Property::new("ContextSwitchesPersec", Machine::STAT, |system| system.context_switches),
        Property::new("Processes", Machine::PIDS, |system| system.processes),
        Property::new("Threads", Machine::LOADAVG, |system| system.threads),
        Property::new("ProcessorQueueLength", Machine::STAT, processor_queue_length),
    ];

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &System)) {
        visit(Instance::singleton(), &machine.system());
    }
}

/// The moment of the start in 100-nanosecond units since 1601.
#[must_use]
pub fn system_up_time(system: &System) -> Option<u64> {
    system.boot_time_s.and_then(unix_seconds_to_100ns)
}

/// Threads that are ready to run beyond those that the processors can run.
/// `None` if it isn't known how many processors there are.
#[must_use]
pub fn processor_queue_length(system: &System) -> Option<u64> {
    (system.processors > 0)
        .then(|| system.running.map(|running| running.saturating_sub(system.processors)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_a_moment_since_1601() {
        let system = System { boot_time_s: Some(1_795_554_162), ..System::default() };
        assert_eq!(system_up_time(&system), Some(17_955_541_620_000_000 + 116_444_736_000_000_000));
        assert_eq!(system_up_time(&System::default()), None);
        let odd = System { boot_time_s: Some(u64::MAX), ..System::default() };
        assert_eq!(system_up_time(&odd), None);
    }

    #[test]
    fn the_queue_is_what_runs_beyond_the_processors() {
        let queue = |running, processors| {
            processor_queue_length(&System { running, processors, ..System::default() })
        };
        assert_eq!(queue(Some(7), 4), Some(3));
        assert_eq!(queue(Some(1), 4), Some(0));
        assert_eq!(queue(None, 4), None);
        assert_eq!(queue(Some(1), 0), None);
    }
}
