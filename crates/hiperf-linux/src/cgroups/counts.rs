//! [`GroupCounts`]: `/proc/cgroups`, how many cgroups each hierarchy has.
//!
//! ```text
//!   #subsys_name hierarchy num_cgroups enabled
//!   memory       4         9           1
//! ```
//!
//! Removed cgroups that something still refers to are counted, too.

use crate::cgroups::mounts::Controller;
use crate::scan::{fields, lines, number};
use crate::text_file::Content;

/// The contents of the file, by controller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct GroupCounts([Option<u64>; Controller::ALL.len()]);

impl Content for GroupCounts {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        for line in lines(text) {
            let mut parts = fields(line);
            let Some(name) = parts.next() else { continue };
            let of =
                Controller::ALL.into_iter().zip(&mut self.0).find(|(of, _)| of.name().as_bytes() == name);
            if let Some((_, count)) = of {
                *count = parts.nth(1).and_then(number);
            }
        }
    }

    fn clear(&mut self) {
        *self = GroupCounts::default();
    }
}

impl GroupCounts {
    /// How many cgroups there are in the hierarchy of a controller of version 1.
    pub(crate) fn of(&self, controller: Controller) -> Option<u64> {
        self.0.get(controller as usize).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_controller() {
        let mut counts = GroupCounts::default();
        counts.parse(b"#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t3\t1\t1\nmemory\t4\t9\t1\npids 5\nnews\t1\t2\t1\n");
        assert_eq!(counts.of(Controller::Memory), Some(9));
        assert_eq!(counts.of(Controller::Cpuset), Some(1));
        assert_eq!(counts.of(Controller::Pids), None);
        assert_eq!(counts.of(Controller::Unified), None);
    }
}
