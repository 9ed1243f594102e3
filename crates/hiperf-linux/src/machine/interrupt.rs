//! [`InterruptLine`]: `Linux_PerfRawData_OS_Interrupt`, one instance for each
//! row of `/proc/interrupts`.

use hiperf_provider::{Field, Instance};

use crate::area::Class;
use crate::machine::Machine;
use crate::machine::interrupts::Interrupt;
use crate::property::{Property, Sources};

const ROWS: Sources = Machine::INTERRUPT_ROWS;

/// The class.
#[derive(Debug)]
pub struct InterruptLine;

impl Class for InterruptLine {
    type Area = Machine;
    type Row = Interrupt;
    const NAME: &'static str = "Linux_PerfRawData_OS_Interrupt";
    const INSTANCES: Sources = ROWS;
    const PROPERTIES: &'static [Property<Interrupt>] = &[
        Property::new("InterruptsPersec", ROWS, |row| Some(row.count)),
        Property::of_field("Source", ROWS, Field::Text(|row| Some(&row.description))),
    ];

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &Interrupt)) {
        machine.interrupt_rows().iter().for_each(|(instance, row)| visit(instance, row));
    }
}
