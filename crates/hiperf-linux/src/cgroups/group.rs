//! [`Group`]: one cgroup, with all that a sample knows of it and the files that
//! stay open for the next one.

use crate::cgroups::device_io::DeviceIo;
use crate::cgroups::files::FILES;
use crate::cgroups::mounts::Version;
use crate::cgroups::quantity::{Quantity, Readings};
use crate::cgroups::reading::Slot;
use crate::pressure::RESOURCES;
use crate::pressure::stalls::Stalls;
use crate::property::Sources;
use crate::root::Unavailable;
use crate::text_file::Content as _;

/// A cgroup.
#[derive(Debug, Default)]
pub struct Group {
    /// The numbers.
    pub readings: Readings,
    /// For how long its tasks waited, by resource as in [`RESOURCES`].
    pub stalls: [Stalls; RESOURCES.len()],
    /// What it has read from each device and written to it.
    pub devices: Vec<DeviceIo>,
    /// The processors that its tasks may run on, as a list.
    pub processors: String,
    /// The memory nodes that they may have memory of, as a list.
    pub memory_nodes: String,
    /// The version of the hierarchy that it is in.
    pub(crate) version: Version,
    pub(crate) inode: u64,
    /// It was there when the sample began and isn't any more.
    pub(crate) is_gone: bool,
    /// The sample in which it was read last.
    pub(crate) read_in: u64,
    pub(crate) slots: Vec<Slot>,
}

impl Group {
    /// Forgets what the last sample knew.
    pub(crate) fn clear(&mut self) {
        self.readings.clear();
        self.stalls.iter_mut().for_each(Stalls::clear);
        self.devices.clear();
        self.processors.clear();
        self.memory_nodes.clear();
        self.slots.iter_mut().for_each(|slot| slot.unavailable = None);
    }

    /// The slot of a file, by its place in [`FILES`].
    pub(crate) fn slot(&mut self, file: usize) -> &mut Slot {
        let at = self.slots.iter().position(|slot| slot.file == file).unwrap_or_else(|| {
            self.slots.push(Slot::new(file));
            self.slots.len() - 1
        });
        &mut self.slots[at]
    }

    /// A number, if it is known.
    #[must_use]
    pub fn get(&self, quantity: Quantity) -> Option<u64> {
        self.readings.get(quantity)
    }

    /// Why a file with one of these sources could not be read. What this version
    /// has no file for is unsupported.
    pub(crate) fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        let of_sources = self.slots.iter().filter(|slot| FILES[slot.file].sources.has_any(sources));
        of_sources.filter_map(|slot| slot.unavailable).next()
    }

    /// The parent of all that are visible.
    pub(crate) fn is_root(name: &[u8]) -> bool {
        name == b"/"
    }
}
