//! [`Load`], the row of `Linux_PerfRawData_OS_Load`: how much the machine has to
//! do.

use hiperf_provider::{Field, Instance};

use crate::area::Class;
use crate::machine::Machine;
use crate::property::{Property, Sources};

const LOADAVG: Sources = Machine::LOADAVG;
const STAT: Sources = Machine::STAT;

/// What the machine has to do at the time of a sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// The averages over one, five and fifteen minutes, in hundredths.
    pub averages: [Option<u64>; 3],
    /// Threads that run or are ready to.
    pub running: Option<u64>,
    /// Threads that wait for a disk.
    pub blocked: Option<u64>,
    /// Threads.
    pub threads: Option<u64>,
    /// Processes and threads made since the start.
    pub forks: Option<u64>,
    /// Switches from one thread to another since the start.
    pub context_switches: Option<u64>,
    /// Interrupts since the start.
    pub interrupts: Option<u64>,
    /// Soft interrupts since the start.
    pub soft_interrupts: Option<u64>,
}

impl Class for Load {
    type Area = Machine;
    type Row = Load;
    const NAME: &'static str = "Linux_PerfRawData_OS_Load";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Load>] = &[
        Property::of_field("LoadAverage1Minute", LOADAVG, Field::Real(|load| average(load, 0))),
        Property::of_field("LoadAverage5Minutes", LOADAVG, Field::Real(|load| average(load, 1))),
        Property::of_field("LoadAverage15Minutes", LOADAVG, Field::Real(|load| average(load, 2))),
        Property::new("RunningThreads", STAT, |load| load.running),
        Property::new("BlockedThreads", STAT, |load| load.blocked),
        Property::new("Threads", LOADAVG, |load| load.threads),
        Property::new("ForksPersec", STAT, |load| load.forks),
        Property::new("ContextSwitchesPersec", STAT, |load| load.context_switches),
        Property::new("InterruptsPersec", STAT, |load| load.interrupts),
        Property::new("SoftInterruptsPersec", STAT, |load| load.soft_interrupts),
    ];

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &Load)) {
        visit(Instance::singleton(), &machine.load());
    }
}

fn average(load: &Load, index: usize) -> Option<f64> {
    load.averages[index].map(|hundredths| hundredths as f64 / 100.0)
}
