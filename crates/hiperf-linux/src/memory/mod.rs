//! [`MemoryArea`]: how memory is used and what moves between it and the disks.

pub mod meminfo;
pub mod usage;
pub mod vmstat;

use self::meminfo::MemInfo;
use self::usage::Memory;
use self::vmstat::VmStat;
use crate::area::{Area, Entry, Moment, Sampled, Units, first_unavailable};
use crate::file::Shape::{OnePiece, Records};
use crate::property::Sources;
use crate::root::Unavailable;
use crate::text_file::TextFile;

/// What is read of memory.
#[derive(Debug)]
pub struct MemoryArea {
    meminfo: TextFile<MemInfo>,
    vmstat: TextFile<VmStat>,
    units: Units,
}

impl MemoryArea {
    /// `/proc/meminfo`.
    pub const MEMINFO: Sources = Sources::number(0);
    /// `/proc/vmstat`.
    pub const VMSTAT: Sources = Sources::number(1);

    /// How memory is used.
    #[must_use]
    pub fn usage(&self) -> Memory {
        Memory {
            info: *self.meminfo.content(),
            stat: *self.vmstat.content(),
            page_size_bytes: self.units.page_size_bytes,
        }
    }
}

impl Default for MemoryArea {
    fn default() -> MemoryArea {
        MemoryArea {
            meminfo: TextFile::new("proc/meminfo", OnePiece, 4096),
            vmstat: TextFile::new("proc/vmstat", Records, 8192),
            units: Units::of_this_machine(),
        }
    }
}

impl Area for MemoryArea {
    const CLASSES: &'static [Entry] = &[Entry::of::<Memory>()];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        first_unavailable(
            sources,
            [
                (MemoryArea::MEMINFO, self.meminfo.unavailable()),
                (MemoryArea::VMSTAT, self.vmstat.unavailable()),
            ],
        )
    }
}

impl Sampled for MemoryArea {
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources) {
        self.units = moment.units;
        self.meminfo.update(wanted.has_any(MemoryArea::MEMINFO), moment.root);
        self.vmstat.update(wanted.has_any(MemoryArea::VMSTAT), moment.root);
    }
}
