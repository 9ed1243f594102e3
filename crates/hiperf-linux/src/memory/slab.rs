//! [`SlabCache`], a row of `Linux_PerfRawData_OS_Slab`: one instance for each of
//! the kernel's caches of objects, and `_Total`.

use hiperf_provider::Instance;

use crate::area::{Class, TOTAL};
use crate::memory::MemoryArea;
use crate::memory::slabinfo::Slab;
use crate::property::{Property, Sources};

const SLABINFO: Sources = MemoryArea::SLABINFO;

/// A cache, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlabCache {
    /// What the kernel says of it.
    pub slab: Slab,
    /// Bytes of a page.
    pub page_size_bytes: u64,
}

impl Class for SlabCache {
    type Area = MemoryArea;
    type Row = SlabCache;
    const NAME: &'static str = "Linux_PerfRawData_OS_Slab";
    const INSTANCES: Sources = SLABINFO;
    const PROPERTIES: &'static [Property<SlabCache>] = &[
        Property::new("TotalBytes", SLABINFO, |cache| cache.slab.pages.checked_mul(cache.page_size_bytes)),
        Property::new("ActiveBytes", SLABINFO, |cache| Some(cache.slab.active_bytes)),
        Property::new("ActiveObjects", SLABINFO, |cache| Some(cache.slab.active_objects)),
        Property::new("Objects", SLABINFO, |cache| Some(cache.slab.objects)),
        Property::new("PercentObjectsInUse", SLABINFO, |cache| Some(cache.slab.active_objects)),
        Property::new("PercentObjectsInUse_Base", SLABINFO, |cache| Some(cache.slab.objects)),
        Property::new("ObjectSizeBytes", SLABINFO, |cache| cache.slab.object_size_bytes),
        Property::new("Slabs", SLABINFO, |cache| Some(cache.slab.slabs)),
    ];

    fn for_each(area: &MemoryArea, visit: &mut dyn FnMut(Instance<'_>, &SlabCache)) {
        let row = |slab| SlabCache { slab, page_size_bytes: area.units().page_size_bytes };
        let info = area.slabinfo();
        info.slabs().iter().for_each(|(instance, slab)| visit(instance, &row(*slab)));
        if let Some(total) = info.total() {
            visit(Instance::identified(TOTAL, u64::MAX), &row(total));
        }
    }
}
