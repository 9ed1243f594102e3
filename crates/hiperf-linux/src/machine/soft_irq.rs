//! [`SoftIrq`]: `Linux_PerfRawData_OS_SoftIrq`, one instance for each online
//! processor and kind of soft interrupt, and for each kind `_Total`.

use hiperf_provider::Instance;

use crate::area::{Class, TOTAL};
use crate::digits::Digits;
use crate::machine::Machine;
use crate::pair_name::PairName;
use crate::property::{Property, Sources};
use crate::roster::hash_of;

/// How often one kind was run for a processor, or for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoftIrq(pub u64);

impl Class for SoftIrq {
    type Area = Machine;
    type Row = SoftIrq;
    const NAME: &'static str = "Linux_PerfRawData_OS_SoftIrq";
    const INSTANCES: Sources = Machine::SOFTIRQS.union(Machine::STAT);
    const PROPERTIES: &'static [Property<SoftIrq>] =
        &[Property::new("SoftInterruptsPersec", Machine::SOFTIRQS, |count| Some(count.0))];

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &SoftIrq)) {
        let (softirqs, mut name) = (machine.softirqs(), PairName::new());
        let mut show = |first: &str, kind: &str, identity, count| {
            if let Some(name) = name.write(first, kind) {
                visit(Instance::identified(name, identity), &SoftIrq(count));
            }
        };
        for cpu in machine.stat().cpus() {
            let Some(column) = softirqs.column(cpu.number) else { continue };
            let mut digits = Digits::default();
            let number = digits.write(cpu.number);
            for (kind, counts) in softirqs.kinds() {
                show(number, kind, identity(kind, u64::from(cpu.number)), counts[column]);
            }
        }
        for (kind, counts) in softirqs.kinds() {
            // Those that are offline count too, so that it never steps back.
            let sum = counts.iter().fold(0, |sum: u64, count| sum.wrapping_add(*count));
            show(TOTAL, kind, identity(kind, u64::MAX), sum);
        }
    }
}

/// A kind is what its name says, wherever it stands in the file.
fn identity(kind: &str, processor: u64) -> u64 {
    hash_of(kind.as_bytes()).wrapping_add(processor)
}
