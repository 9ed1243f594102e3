//! [`Property`] and [`Sources`]: which kernel files a property needs, and how
//! its value is made of what they hold.
//!
//! A class of counters is a table of these. What a client has asked for becomes
//! a set of sources, and only those are read.

use std::ops::{BitOr, BitOrAssign};

/// A set of things to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Sources(u16);

impl Sources {
    /// Nothing.
    pub const NONE: Sources = Sources(0);
    /// `/proc/stat`.
    pub const STAT: Sources = Sources(1);
    /// `/proc/interrupts`.
    pub const INTERRUPTS: Sources = Sources(1 << 1);
    /// `/proc/softirqs`.
    pub const SOFTIRQS: Sources = Sources(1 << 2);
    /// The times in the idle states of the online processors.
    pub const IDLE_TIMES: Sources = Sources(1 << 3);
    /// The entries into the idle states of the online processors.
    pub const IDLE_ENTRIES: Sources = Sources(1 << 4);
    /// `/proc/meminfo`.
    pub const MEMINFO: Sources = Sources(1 << 5);
    /// `/proc/vmstat`.
    pub const VMSTAT: Sources = Sources(1 << 6);
    /// `/proc/loadavg`.
    pub const LOADAVG: Sources = Sources(1 << 7);
    /// The names in `/proc`.
    pub const PIDS: Sources = Sources(1 << 8);

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Sources) -> Sources {
        Sources(self.0 | other.0)
    }

    /// This set without the sources of `other`.
    #[must_use]
    pub const fn without(self, other: Sources) -> Sources {
        Sources(self.0 & !other.0)
    }

    /// Whether any source of `other` is in this set.
    #[must_use]
    pub const fn has_any(self, other: Sources) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Sources {
    type Output = Sources;

    fn bitor(self, other: Sources) -> Sources {
        self.union(other)
    }
}

impl BitOrAssign for Sources {
    fn bitor_assign(&mut self, other: Sources) {
        *self = self.union(other);
    }
}

/// One property of a class, computed from a snapshot of type `S`.
#[derive(Debug)]
pub struct Property<S> {
    /// Its name in the class.
    pub name: &'static str,
    /// What must have been read for it.
    pub sources: Sources,
    /// Its value, or `None` if the snapshot doesn't hold it. A 32-bit property
    /// takes the low 32 bits.
    pub value: fn(&S) -> Option<u64>,
}

impl<S> Property<S> {
    pub(crate) const fn new(
        name: &'static str,
        sources: Sources,
        value: fn(&S) -> Option<u64>,
    ) -> Property<S> {
        Property { name, sources, value }
    }
}
