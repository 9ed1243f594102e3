//! [`CpuFrequency`]: `Linux_PerfRawData_OS_CpuFrequency`, one instance for each
//! online processor.
//!
//! To say how fast a processor runs the kernel may have to interrupt it and to
//! wait: the files are read only for who asks for them.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::digits::Digits;
use crate::machine::Machine;
use crate::property::{Property, Sources};

/// How many files there are of a processor.
pub const FILES: usize = 7;

/// The files, in the order of a row.
pub const NAMES: [&str; FILES] = [
    "cpufreq/scaling_cur_freq",
    "cpufreq/scaling_min_freq",
    "cpufreq/scaling_max_freq",
    "cpufreq/cpuinfo_min_freq",
    "cpufreq/cpuinfo_max_freq",
    "thermal_throttle/core_throttle_count",
    "thermal_throttle/package_throttle_count",
];

/// The class.
#[derive(Debug)]
pub struct CpuFrequency;

impl Class for CpuFrequency {
    type Area = Machine;
    type Row = [Option<u64>; FILES];
    const NAME: &'static str = "Linux_PerfRawData_OS_CpuFrequency";
    const INSTANCES: Sources = Machine::STAT;
    const PROPERTIES: &'static [Property<[Option<u64>; FILES]>] = &[
        Property::new("FrequencyKHz", Machine::cpu_file(0), |cpu| cpu[0]),
        Property::new("PercentOfMaximum", Machine::cpu_file(0), |cpu| cpu[0]),
        Property::new("PercentOfMaximum_Base", Machine::cpu_file(4), |cpu| cpu[4]),
        Property::new("LowerLimitKHz", Machine::cpu_file(1), |cpu| cpu[1]),
        Property::new("UpperLimitKHz", Machine::cpu_file(2), |cpu| cpu[2]),
        Property::new("MinimumKHz", Machine::cpu_file(3), |cpu| cpu[3]),
        Property::new("MaximumKHz", Machine::cpu_file(4), |cpu| cpu[4]),
        Property::new("CoreThrottlesPersec", Machine::cpu_file(5), |cpu| cpu[5]),
        Property::new("PackageThrottlesPersec", Machine::cpu_file(6), |cpu| cpu[6]),
    ];

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &[Option<u64>; FILES])) {
        for cpu in machine.stat().cpus() {
            let mut digits = Digits::default();
            let instance = Instance::identified(digits.write(cpu.number), u64::from(cpu.number));
            visit(instance, &machine.cpu_files().of(cpu.number));
        }
    }
}
