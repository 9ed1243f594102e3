//! [`SlabInfo`]: `/proc/slabinfo`, the kernel's caches of objects.
//!
//! ```text
//!   slabinfo - version: 2.1
//!   # name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables .. : slabdata <active_slabs> <num_slabs> <sharedavail>
//!   dentry  9000000 9100000 192 21 1 : tunables 0 0 0 : slabdata 433334 433334 0
//! ```
//!
//! Only root may read it, and while it is written the kernel holds the lock that
//! creating a cache needs: it is read only for who asks for the class.

use crate::roster::Roster;
use crate::scan::{fields, lines, number};
use crate::text_file::Content;

/// No name of a cache is longer.
const MOST_NAME_BYTES: usize = 256;

/// A cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Slab {
    /// Objects that are in use.
    pub active_objects: u64,
    /// Objects that there is room for.
    pub objects: u64,
    /// Bytes of an object; of all caches together it isn't one size.
    pub object_size_bytes: Option<u64>,
    /// Slabs.
    pub slabs: u64,
    /// Pages of all slabs.
    pub pages: u64,
    /// Bytes of all objects that are in use.
    pub active_bytes: u64,
}

/// The contents of the file.
#[derive(Debug, Default)]
pub struct SlabInfo {
    slabs: Roster<Slab>,
    is_known: bool,
}

impl Content for SlabInfo {
    fn parse(&mut self, text: &[u8]) {
        self.slabs.begin();
        for line in lines(text) {
            if let Some((name, slab)) = slab(line) {
                *self.slabs.entry(name, 0) = slab;
            }
        }
        self.slabs.end();
        self.is_known = lines(text).next().is_some();
    }

    fn clear(&mut self) {
        self.slabs.hide();
        self.is_known = false;
    }
}

impl SlabInfo {
    /// The caches by name.
    #[must_use]
    pub fn slabs(&self) -> &Roster<Slab> {
        &self.slabs
    }

    /// All together; `None` if the file wasn't read.
    #[must_use]
    pub fn total(&self) -> Option<Slab> {
        let sum = |sum: Slab, (_, slab): (_, &Slab)| Slab {
            active_objects: sum.active_objects.saturating_add(slab.active_objects),
            objects: sum.objects.saturating_add(slab.objects),
            object_size_bytes: None,
            slabs: sum.slabs.saturating_add(slab.slabs),
            pages: sum.pages.saturating_add(slab.pages),
            active_bytes: sum.active_bytes.saturating_add(slab.active_bytes),
        };
        self.is_known.then(|| self.slabs.iter().fold(Slab::default(), sum))
    }
}

fn slab(line: &[u8]) -> Option<(&[u8], Slab)> {
    let mut fields = fields(line);
    let name = fields.next().filter(|name| name.len() <= MOST_NAME_BYTES && *name != b"#")?;
    let mut next = |skipped: usize| fields.nth(skipped).and_then(number);
    let (active_objects, objects, size) = (next(0)?, next(0)?, next(0)?);
    let pages_per_slab = next(1)?;
    // ": tunables limit batchcount sharedfactor : slabdata active_slabs" comes between.
    let slabs = next(8)?;
    let slab = Slab {
        active_objects,
        objects,
        object_size_bytes: Some(size),
        slabs,
        pages: slabs.saturating_mul(pages_per_slab),
        active_bytes: active_objects.saturating_mul(size),
    };
    Some((name, slab))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_cache() {
        let line = b"dentry  900 910 192 21 2 : tunables 1 2 3 : slabdata 44 45 0";
        let expected = Slab {
            active_objects: 900,
            objects: 910,
            object_size_bytes: Some(192),
            slabs: 45,
            pages: 90,
            active_bytes: 172_800,
        };
        assert_eq!(slab(line), Some((&b"dentry"[..], expected)));
    }

    #[test]
    fn what_is_cut_odd_or_too_large_is_not_there() {
        for line in [
            "",
            "slabinfo - version: 2.1",
            "# name <active_objs> 1 2 3 4 5 6",
            "dentry 900 910 192 21 1 : tunables 0 0 0 : slabdata 44",
            "dentry 99999999999999999999 910 192 21 1 : tunables 0 0 0 : slabdata 44 45 0",
        ] {
            assert_eq!(slab(line.as_bytes()), None, "{line:?}");
        }
        let most = "x 18446744073709551615 1 18446744073709551615 1 2 : tunables 0 0 0 : slabdata 1 18446744073709551615 0\n";
        let mut info = SlabInfo::default();
        info.parse(most.repeat(2).as_bytes());
        assert_eq!(info.total().map(|total| (total.pages, total.active_bytes)), Some((u64::MAX, u64::MAX)));
    }
}
