//! [`LinuxCpu`]: `Linux_PerfRawData_OS_Cpu`, where the time of each processor
//! went in the kernel's own terms, and `_Total`.
//!
//! Guests' time is part of the user's, as the kernel counts it: it rounds each
//! field for itself, so that their difference could step back.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::machine::Machine;
use crate::machine::processor::{Processor, average_100ns};
use crate::property::{Property, Sources};

const STAT: Sources = Machine::STAT;

/// The class.
#[derive(Debug)]
pub struct LinuxCpu;

impl Class for LinuxCpu {
    type Area = Machine;
    type Row = Processor;
    const NAME: &'static str = "Linux_PerfRawData_OS_Cpu";
    const INSTANCES: Sources = STAT;
    const PROPERTIES: &'static [Property<Processor>] = &[
        Property::new("PercentUserTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.user]))),
        Property::new("PercentNiceTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.nice]))),
        Property::new("PercentSystemTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.system]))),
        Property::new("PercentIdleTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.idle]))),
        Property::new("PercentIOWaitTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.iowait]))),
        Property::new("PercentIrqTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.irq]))),
        Property::new("PercentSoftIrqTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.softirq]))),
        Property::new("PercentStealTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.steal]))),
        Property::new("PercentGuestTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.guest]))),
        Property::new("PercentGuestNiceTime", STAT, |cpu| Some(average_100ns(cpu, &[cpu.times.guest_nice]))),
    ];

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &Processor)) {
        Processor::for_each(machine, visit);
    }
}
