//! [`Processor`], a row of `Win32_PerfRawData_PerfOS_Processor`: one instance for each online
//! processor, and `_Total`.
//!
//! Of `_Total` the times are the averages over the processors, so that the
//! formula of a single processor holds for it, and the counts are the sums.
//! Averages taken over different processors are not comparable: a change of
//! [`ProcStat::generation`] makes a baseline of `_Total` void.

use hiperf_provider::Instance;

use crate::area::{Class, TOTAL};
use crate::clock::FREQUENCY;
use crate::digits::Digits;
use crate::machine::Machine;
use crate::machine::cpuidle::{CpuIdle, IdleState, STATES};
use crate::machine::interrupts::Interrupts;
use crate::machine::proc_stat::{Cpu, CpuTimes, ProcStat};
use crate::machine::softirqs::SoftIrqs;
use crate::property::{Property, Sources};

const STAT: Sources = Machine::STAT;

/// What is known of one processor, or of all, at the time of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processor {
    /// Where the time went, summed over all processors in question.
    pub times: CpuTimes,
    /// How many processors are summed in `times`.
    pub count: u64,
    /// Clock ticks per second (`USER_HZ`), the unit of `times`.
    pub ticks_per_second: u64,
    /// Interrupts taken, summed.
    pub interrupts: Option<u64>,
    /// Soft interrupts run, summed.
    pub soft_interrupts: Option<u64>,
    /// The idle states 1, 2 and 3: the average times, the entries summed.
    pub idle_states: [IdleState; STATES],
}

impl Processor {
    /// One processor.
    #[must_use]
    pub fn one(
        cpu: &Cpu,
        ticks_per_second: u64,
        interrupts: &Interrupts,
        softirqs: &SoftIrqs,
        idle: &CpuIdle,
    ) -> Processor {
        Processor {
            times: cpu.times,
            count: 1,
            ticks_per_second,
            interrupts: interrupts.of(cpu.number),
            soft_interrupts: softirqs.of(cpu.number),
            idle_states: idle.of(cpu.number),
        }
    }

    /// All online processors together; `None` if none is known.
    #[must_use]
    pub fn total(
        stat: &ProcStat,
        ticks_per_second: u64,
        softirqs: &SoftIrqs,
        idle: &CpuIdle,
    ) -> Option<Processor> {
        let cpus = stat.cpus().iter();
        Processor::sum(cpus, ticks_per_second, stat.interrupts, softirqs.total(), idle)
    }

    /// Some processors together; `None` if there are none.
    #[must_use]
    pub fn sum<'a>(
        cpus: impl Iterator<Item = &'a Cpu> + Clone,
        ticks_per_second: u64,
        interrupts: Option<u64>,
        soft_interrupts: Option<u64>,
        idle: &CpuIdle,
    ) -> Option<Processor> {
        let count = cpus.clone().count() as u64;
        (count > 0).then(|| Processor {
            times: cpus.clone().fold(CpuTimes::default(), |sum, cpu| sum.plus(&cpu.times)),
            count,
            ticks_per_second,
            interrupts,
            soft_interrupts,
            idle_states: total_idle(cpus, idle),
        })
    }
}

impl Class for Processor {
    type Area = Machine;
    type Row = Processor;
    const NAME: &'static str = "Win32_PerfRawData_PerfOS_Processor";
    const INSTANCES: Sources = STAT;
    const PROPERTIES: &'static [Property<Processor>] = &[
        Property::new("PercentProcessorTime", STAT, |cpu| Some(percent_processor_time(cpu))),
        Property::new("PercentIdleTime", STAT, |cpu| Some(percent_idle_time(cpu))),
        Property::new("PercentUserTime", STAT, |cpu| Some(percent_user_time(cpu))),
        Property::new("PercentPrivilegedTime", STAT, |cpu| Some(percent_privileged_time(cpu))),
        Property::new("PercentInterruptTime", STAT, |cpu| Some(percent_interrupt_time(cpu))),
        Property::new("PercentDPCTime", STAT, |cpu| Some(percent_dpc_time(cpu))),
        Property::new("InterruptsPersec", Machine::INTERRUPTS.union(STAT), |cpu| cpu.interrupts),
        Property::new("DPCsQueuedPersec", Machine::SOFTIRQS, |cpu| cpu.soft_interrupts),
        Property::new("PercentC1Time", Machine::IDLE_TIMES, |cpu| percent_idle_state_time(cpu, 0)),
        Property::new("PercentC2Time", Machine::IDLE_TIMES, |cpu| percent_idle_state_time(cpu, 1)),
        Property::new("PercentC3Time", Machine::IDLE_TIMES, |cpu| percent_idle_state_time(cpu, 2)),
        Property::new("C1TransitionsPersec", Machine::IDLE_ENTRIES, |cpu| cpu.idle_states[0].entries),
        Property::new("C2TransitionsPersec", Machine::IDLE_ENTRIES, |cpu| cpu.idle_states[1].entries),
        Property::new("C3TransitionsPersec", Machine::IDLE_ENTRIES, |cpu| cpu.idle_states[2].entries),
    ];

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &Processor)) {
        for (index, cpu) in machine.stat().cpus().iter().enumerate() {
            if let Some(row) = machine.processor(index) {
                let mut digits = Digits::default();
                visit(Instance::identified(digits.write(cpu.number), u64::from(cpu.number)), &row);
            }
        }
        if let Some(total) = machine.processor_total() {
            // Averages over other processors are not comparable with these, so
            // that with the set of processors the instance is another one.
            let identity = u64::MAX - machine.stat().generation();
            visit(Instance::identified(TOTAL, identity), &total);
        }
    }
}

/// Time without work, in 100-nanosecond units: the counter type is the inverse
/// one. Waiting for a disk is time without work.
#[must_use]
pub fn percent_processor_time(cpu: &Processor) -> u64 {
    percent_idle_time(cpu)
}

/// Time without work, in 100-nanosecond units. The kernel moves time between
/// its two parts, so only their sum never steps back.
#[must_use]
pub fn percent_idle_time(cpu: &Processor) -> u64 {
    average_100ns(cpu, &[cpu.times.idle, cpu.times.iowait])
}

/// Time in user mode, in 100-nanosecond units.
#[must_use]
pub fn percent_user_time(cpu: &Processor) -> u64 {
    average_100ns(cpu, &[cpu.times.user, cpu.times.nice])
}

/// Time in kernel mode with interrupts of both kinds, in 100-nanosecond units.
/// Time that a hypervisor took away was spent in neither mode.
#[must_use]
pub fn percent_privileged_time(cpu: &Processor) -> u64 {
    average_100ns(cpu, &[cpu.times.system, cpu.times.irq, cpu.times.softirq])
}

/// Time on hardware interrupts, in 100-nanosecond units.
#[must_use]
pub fn percent_interrupt_time(cpu: &Processor) -> u64 {
    average_100ns(cpu, &[cpu.times.irq])
}

/// Time on soft interrupts, in 100-nanosecond units.
#[must_use]
pub fn percent_dpc_time(cpu: &Processor) -> u64 {
    average_100ns(cpu, &[cpu.times.softirq])
}

/// Time in one of the three idle states that are read, by its index from 0, in
/// 100-nanosecond units.
#[must_use]
pub fn percent_idle_state_time(cpu: &Processor, index: usize) -> Option<u64> {
    cpu.idle_states.get(index)?.time_us?.checked_mul(10)
}

/// The sum of some times in clock ticks as an average over the processors in
/// 100-nanosecond units. Wide enough that nothing is lost on the way.
pub(super) fn average_100ns(cpu: &Processor, ticks: &[u64]) -> u64 {
    let sum: u128 = ticks.iter().map(|ticks| u128::from(*ticks)).sum();
    let divisor = u128::from(cpu.ticks_per_second.max(1)) * u128::from(cpu.count.max(1));
    (sum * u128::from(FREQUENCY) / divisor) as u64
}

/// Averages and sums over the processors that have the state at all.
fn total_idle<'a>(cpus: impl Iterator<Item = &'a Cpu>, idle: &CpuIdle) -> [IdleState; STATES] {
    let mut times: [(u128, u128); STATES] = [(0, 0); STATES];
    let mut entries: [Option<u64>; STATES] = [None; STATES];
    for cpu in cpus {
        for (index, state) in idle.of(cpu.number).iter().enumerate() {
            if let Some(time_us) = state.time_us {
                times[index].0 += u128::from(time_us);
                times[index].1 += 1;
            }
            if let Some(count) = state.entries {
                entries[index] = Some(entries[index].unwrap_or(0).wrapping_add(count));
            }
        }
    }
    std::array::from_fn(|index| IdleState {
        time_us: times[index].0.checked_div(times[index].1).map(|average| average as u64),
        entries: entries[index],
    })
}

#[cfg(test)]
mod tests {
    use hiperf_provider::Field;

    use super::*;

    fn processor(times: CpuTimes, count: u64) -> Processor {
        Processor {
            times,
            count,
            ticks_per_second: 100,
            interrupts: None,
            soft_interrupts: None,
            idle_states: [IdleState::default(); STATES],
        }
    }

    const TIMES: CpuTimes = CpuTimes {
        user: 397,
        nice: 3,
        system: 571,
        idle: 74022,
        iowait: 91,
        irq: 2,
        softirq: 3,
        steal: 6,
        guest: 100,
        guest_nice: 1,
    };

    #[test]
    fn a_tick_is_ten_milliseconds() {
        let one = processor(TIMES, 1);
        assert_eq!(percent_processor_time(&one), 74113 * 100_000);
        assert_eq!(percent_idle_time(&one), percent_processor_time(&one));
        assert_eq!(percent_user_time(&one), 400 * 100_000);
        assert_eq!(percent_privileged_time(&one), 576 * 100_000);
        assert_eq!(percent_interrupt_time(&one), 2 * 100_000);
        assert_eq!(percent_dpc_time(&one), 3 * 100_000);
    }

    #[test]
    fn other_tick_rates_and_averages_lose_nothing_but_the_fraction() {
        let total = Processor { ticks_per_second: 1024, ..processor(TIMES, 4) };
        assert_eq!(percent_user_time(&total), 400 * 10_000_000 / 1024 / 4);
        let third = processor(CpuTimes { irq: 1, ..CpuTimes::default() }, 3);
        assert_eq!(percent_interrupt_time(&third), 33_333);
    }

    #[test]
    fn absurd_numbers_do_not_panic() {
        let times = CpuTimes { idle: u64::MAX, iowait: u64::MAX, ..CpuTimes::default() };
        let odd = Processor { ticks_per_second: 0, count: 0, ..processor(times, 1) };
        for property in Processor::PROPERTIES {
            let Field::Count(value) = property.value else { panic!("{} is no counter", property.name) };
            let _any = value(&odd);
        }
        let mut idle = odd;
        idle.idle_states[0].time_us = Some(u64::MAX);
        assert_eq!(percent_idle_state_time(&idle, 0), None);
        assert_eq!(percent_idle_state_time(&idle, 9), None);
    }
}
