//! [`ClassWire`]: what a class knows of its own encoding.

use std::sync::{Arc, OnceLock};

use crate::{Class, Result};

/// The encoding of a class.
#[derive(Debug, Default)]
pub(crate) struct ClassWire {
    /// The ClassPart: as it came, so that a server finds its own definition in
    /// an instance that it gets back, or as it was first encoded.
    part: OnceLock<Arc<[u8]>>,
    /// Where the values lie in an instance as its sender encodes it; `None`
    /// where they lie as in ours.
    layout: Option<Box<WireLayout>>,
}

/// A layout that isn't ours: its offsets don't cumulate in declaration order,
/// or its lookup table is sorted otherwise.
#[derive(Debug)]
pub(super) struct WireLayout {
    /// Offset in the value table of each property, in declaration order.
    pub(super) offsets: Vec<usize>,
    /// Property indexes in the order of the lookup table.
    pub(super) lookup: Vec<u16>,
    /// Bytes of the value table.
    pub(super) table_len: usize,
}

impl ClassWire {
    /// The encoding of a class that came as `part`.
    pub(super) fn of_part(part: Arc<[u8]>) -> ClassWire {
        ClassWire { part: OnceLock::from(part), layout: None }
    }

    /// The encoding of a class that came in another layout than ours; it will
    /// be encoded in ours.
    pub(super) fn of_layout(layout: WireLayout) -> ClassWire {
        ClassWire { part: OnceLock::new(), layout: Some(Box::new(layout)) }
    }
}

impl Class {
    /// The ClassPart, encoded when it is first needed.
    pub(super) fn wire_part(&self) -> Result<&[u8]> {
        self.shared_wire_part().map(|part| &**part)
    }

    /// The same, to be kept.
    pub(super) fn shared_wire_part(&self) -> Result<&Arc<[u8]>> {
        if let Some(part) = self.wire.part.get() {
            return Ok(part);
        }
        let mut part = Vec::new();
        super::class_encode::class_part(self, &mut part)?;
        Ok(self.wire.part.get_or_init(|| part.into()))
    }

    /// The layout that the class's sender uses, if it isn't ours.
    pub(super) fn wire_layout(&self) -> Option<&WireLayout> {
        self.wire.layout.as_deref()
    }
}
