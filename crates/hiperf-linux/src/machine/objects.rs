//! [`Objects`], the row of `Win32_PerfRawData_PerfOS_Objects`: how many there are
//! of some kinds of kernel objects.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::machine::Machine;
use crate::property::{Property, Sources};
use crate::scan::lines;
use crate::text_file::Content;

/// How many objects a file of `/proc/sysvipc` lists, a line each after the
/// heading: those of the reader's namespace.
#[derive(Debug, Default)]
pub struct Listed(Option<u64>);

impl Content for Listed {
    fn parse(&mut self, text: &[u8]) {
        self.0 = (lines(text).count() as u64).checked_sub(1);
    }

    fn clear(&mut self) {
        self.0 = None;
    }
}

impl Listed {
    /// How many; `None` if the file wasn't read.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.0
    }
}

/// The numbers of objects at the time of a sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Objects {
    /// Processes.
    pub processes: Option<u64>,
    /// Threads.
    pub threads: Option<u64>,
    /// Sets of semaphores.
    pub semaphores: Option<u64>,
    /// Segments of shared memory.
    pub sections: Option<u64>,
}

impl Class for Objects {
    type Area = Machine;
    type Row = Objects;
    const NAME: &'static str = "Win32_PerfRawData_PerfOS_Objects";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Objects>] = &[
        Property::new("Processes", Machine::PIDS, |objects| objects.processes),
        Property::new("Threads", Machine::LOADAVG, |objects| objects.threads),
        Property::new("Semaphores", Machine::SEMAPHORES, |objects| objects.semaphores),
        Property::new("Sections", Machine::SECTIONS, |objects| objects.sections),
    ];

    fn for_each(machine: &Machine, visit: &mut dyn FnMut(Instance<'_>, &Objects)) {
        visit(Instance::singleton(), &machine.objects());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_after_the_heading_is_an_object() {
        let mut listed = Listed::default();
        for (text, expected) in [("key id\n", Some(0)), ("key id\n1 2\n3 4\n5", Some(2)), ("", None)] {
            listed.parse(text.as_bytes());
            assert_eq!(listed.count(), expected, "{text:?}");
        }
    }
}
