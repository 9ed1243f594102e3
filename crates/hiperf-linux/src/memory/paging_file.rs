//! [`PagingFile`], a row of `Win32_PerfRawData_PerfOS_PagingFile`: one instance
//! for each swap device or file, and `_Total`.

use hiperf_provider::Instance;

use crate::area::{Class, TOTAL};
use crate::memory::MemoryArea;
use crate::memory::swaps::Swap;
use crate::property::{Property, Sources};

/// A swap device or file, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PagingFile {
    /// How much of it is in use.
    pub swap: Swap,
    /// Bytes of a page.
    pub page_size_bytes: u64,
}

impl Class for PagingFile {
    type Area = MemoryArea;
    type Row = PagingFile;
    const NAME: &'static str = "Win32_PerfRawData_PerfOS_PagingFile";
    const INSTANCES: Sources = MemoryArea::SWAPS;
    const PROPERTIES: &'static [Property<PagingFile>] = &[
        Property::new("PercentUsage", MemoryArea::SWAPS, |file| Some(used_and_size(file).0)),
        Property::new("PercentUsage_Base", MemoryArea::SWAPS, |file| Some(used_and_size(file).1)),
    ];

    fn for_each(area: &MemoryArea, visit: &mut dyn FnMut(Instance<'_>, &PagingFile)) {
        let row = |swap| PagingFile { swap, page_size_bytes: area.units().page_size_bytes };
        let swaps = area.swaps();
        swaps.swaps().iter().for_each(|(instance, swap)| visit(instance, &row(*swap)));
        if let Some(total) = swaps.total() {
            visit(Instance::identified(TOTAL, u64::MAX), &row(total));
        }
    }
}

/// What is in use and the size in pages, both divided by the same power of two
/// if one of them would not fit 32 bits otherwise.
#[must_use]
pub fn used_and_size(file: &PagingFile) -> (u64, u64) {
    let page_kib = (file.page_size_bytes / 1024).max(1);
    let (used, size) = (file.swap.used_kib / page_kib, file.swap.size_kib / page_kib);
    let excess_bits = (used | size).checked_ilog2().map_or(0, |top| (top + 1).saturating_sub(32));
    (used >> excess_bits, size >> excess_bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_in_use_fits_32_bits() {
        let file = |used_kib, size_kib, page_size_bytes| PagingFile {
            swap: Swap { size_kib, used_kib },
            page_size_bytes,
        };
        assert_eq!(used_and_size(&file(40, 100, 4096)), (10, 25));
        assert_eq!(used_and_size(&file(0, 0, 0)), (0, 0));
        assert_eq!(used_and_size(&file(4 << 31, 4 << 32, 4096)), (1 << 30, 1 << 31));
    }
}
