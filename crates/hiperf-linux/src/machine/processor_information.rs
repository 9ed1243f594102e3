//! [`ProcessorInformation`] is `Win32_PerfRawData_Counters_ProcessorInformation`,
//! one instance for each online processor under the name of its NUMA node and
//! its number, `_Total` for each node, and `_Total` for all.
//!
//! What there is of a processor, and how processors make a total, is as in
//! [`Processor`](crate::machine::processor).

use hiperf_provider::Instance;

use crate::area::{Class, TOTAL};
use crate::digits::Digits;
use crate::machine::Machine;
use crate::machine::processor::Processor;
use crate::pair_name::PairName;
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct ProcessorInformation;

/// Identities of totals have this bit, and then the node and the generation.
const IS_TOTAL: u64 = 1 << 63;

impl Class for ProcessorInformation {
    type Area = Machine;
    type Row = Processor;
    const NAME: &'static str = "Win32_PerfRawData_Counters_ProcessorInformation";
    const INSTANCES: Sources = Machine::STAT.union(Machine::CPU_NODES);
    const PROPERTIES: &'static [Property<Processor>] = Processor::PROPERTIES;

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &Processor)) {
        let (nodes, mut name) = (machine.cpu_nodes(), PairName::new());
        let generation = machine.stat().generation();
        for node in nodes.numbers() {
            let mut digits = Digits::default();
            let node_name = digits.write(node);
            for (index, cpu) in machine.stat().cpus().iter().enumerate() {
                if nodes.of(cpu.number) != node {
                    continue;
                }
                let mut digits = Digits::default();
                let name = name.write(node_name, digits.write(cpu.number));
                if let (Some(name), Some(row)) = (name, machine.processor(index)) {
                    let identity = u64::from(node) << 32 | u64::from(cpu.number);
                    visit(Instance::identified(name, identity), &row);
                }
            }
            if let (Some(name), Some(row)) = (name.write(node_name, TOTAL), machine.node_total(node)) {
                // Averages over other processors are not comparable with these.
                let identity = IS_TOTAL | (u64::from(node) << 40) ^ generation;
                visit(Instance::identified(name, identity), &row);
            }
        }
        if let Some(total) = machine.processor_total() {
            visit(Instance::identified(TOTAL, u64::MAX - generation), &total);
        }
    }
}
