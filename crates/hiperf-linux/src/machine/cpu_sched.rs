//! [`CpuSchedule`], a row of `Linux_PerfRawData_OS_SchedStat`: one instance for
//! each online processor, and `_Total`.
//!
//! Of `_Total` the time that threads ran is the average over the processors, as
//! everywhere; all else are sums.

use hiperf_provider::Instance;

use crate::area::{Class, TOTAL};
use crate::digits::Digits;
use crate::machine::Machine;
use crate::machine::schedstat::CpuSched;
use crate::property::{Property, Sources};

const SCHED: Sources = Machine::SCHEDSTAT;

/// One processor, or all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuSchedule {
    /// What was done, summed over all processors in question, but for the time
    /// that threads ran.
    pub sched: CpuSched,
    /// Nanoseconds that threads ran, on average.
    pub run_ns: u64,
}

impl Class for CpuSchedule {
    type Area = Machine;
    type Row = CpuSchedule;
    const NAME: &'static str = "Linux_PerfRawData_OS_SchedStat";
    const INSTANCES: Sources = SCHED;
    const PROPERTIES: &'static [Property<CpuSchedule>] = &[
        Property::new("PercentRunTime", SCHED, |cpu| Some(cpu.run_ns / 100)),
        Property::new("AvgWaitingThreads", SCHED, |cpu| Some(cpu.sched.wait_ns / 100)),
        Property::new("AvgSecPerWait", SCHED, |cpu| Some(cpu.sched.wait_ns / 100)),
        Property::new("AvgSecPerWait_Base", SCHED, |cpu| Some(cpu.sched.timeslices)),
        Property::new("TimeslicesPersec", SCHED, |cpu| Some(cpu.sched.timeslices)),
        Property::new("SchedulesPersec", SCHED, |cpu| Some(cpu.sched.schedules)),
        Property::new("SchedulesToIdlePersec", SCHED, |cpu| Some(cpu.sched.to_idle)),
        Property::new("WakeupsPersec", SCHED, |cpu| Some(cpu.sched.wakeups)),
        Property::new("LocalWakeupsPersec", SCHED, |cpu| Some(cpu.sched.local_wakeups)),
        Property::new("YieldsPersec", SCHED, |cpu| Some(cpu.sched.yields)),
    ];

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &CpuSchedule)) {
        let stat = machine.schedstat();
        for (number, sched) in stat.cpus() {
            let mut digits = Digits::default();
            let instance = Instance::identified(digits.write(*number), u64::from(*number));
            visit(instance, &CpuSchedule { sched: *sched, run_ns: sched.run_ns });
        }
        if let Some(total) = total(stat.cpus()) {
            visit(Instance::identified(TOTAL, u64::MAX - stat.generation()), &total);
        }
    }
}

fn total(cpus: &[(u32, CpuSched)]) -> Option<CpuSchedule> {
    let run_ns: u128 = cpus.iter().map(|(_, cpu)| u128::from(cpu.run_ns)).sum();
    let average = run_ns.checked_div(cpus.len() as u128)?;
    let sum = |of: fn(&CpuSched) -> u64| cpus.iter().fold(0, |sum: u64, (_, cpu)| sum.wrapping_add(of(cpu)));
    let sched = CpuSched {
        yields: sum(|cpu| cpu.yields),
        schedules: sum(|cpu| cpu.schedules),
        to_idle: sum(|cpu| cpu.to_idle),
        wakeups: sum(|cpu| cpu.wakeups),
        local_wakeups: sum(|cpu| cpu.local_wakeups),
        run_ns: sum(|cpu| cpu.run_ns),
        wait_ns: sum(|cpu| cpu.wait_ns),
        timeslices: sum(|cpu| cpu.timeslices),
    };
    Some(CpuSchedule { sched, run_ns: average as u64 })
}
