//! [`Quantity`]: a number that is known of a cgroup, and [`Readings`]: all that a
//! sample knows of one.
//!
//! Both versions of cgroups fill the same quantities where they mean the same;
//! times are in 100-nanosecond units, sizes in bytes, whatever the file is in.

/// A number known of a cgroup. What each is stands where its file is listed,
/// in [`files`](super::files).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)] // each is named after the property that it becomes
pub enum Quantity {
    Usage,
    User,
    System,
    Periods,
    ThrottledPeriods,
    Throttled,
    Bursts,
    Burst,
    Quota,
    Period,
    Weight,
    Shares,
    Processors,
    Current,
    Peak,
    Min,
    Low,
    High,
    Max,
    SoftLimit,
    Swap,
    SwapMax,
    Anonymous,
    File,
    Kernel,
    KernelStack,
    PageTables,
    SlabReclaimable,
    SlabUnreclaimable,
    Sockets,
    Shared,
    FileMapped,
    FileDirty,
    FileWriteback,
    ActiveAnonymous,
    InactiveAnonymous,
    ActiveFile,
    InactiveFile,
    Unevictable,
    Faults,
    MajorFaults,
    AnonymousRefaults,
    FileRefaults,
    Scanned,
    Reclaimed,
    LowEvents,
    HighEvents,
    MaxEvents,
    OutOfMemory,
    OutOfMemoryKills,
    Tasks,
    TaskLimit,
    TaskPeak,
    TaskLimitHits,
    Descendants,
    DyingDescendants,
    Populated,
    Frozen,
}

impl Quantity {
    const COUNT: usize = Quantity::Frozen as usize + 1;

    const fn bit(self) -> u64 {
        1 << self as u8
    }
}

/// What is known of a cgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readings {
    values: [u64; Quantity::COUNT],
    known: u64,
    unlimited: u64,
}

// One bit a quantity.
const _: () = assert!(Quantity::COUNT <= u64::BITS as usize);

impl Default for Readings {
    fn default() -> Readings {
        Readings { values: [0; Quantity::COUNT], known: 0, unlimited: 0 }
    }
}

impl Readings {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        (self.known, self.unlimited) = (0, 0);
    }

    pub(crate) fn set(&mut self, quantity: Quantity, value: u64) {
        self.values[quantity as usize] = value;
        self.known |= quantity.bit();
    }

    /// The quantity is a limit, and there is none.
    pub(crate) fn set_unlimited(&mut self, quantity: Quantity) {
        self.unlimited |= quantity.bit();
    }

    /// A quantity, if it is known and a number.
    #[must_use]
    pub fn get(&self, quantity: Quantity) -> Option<u64> {
        (self.known & quantity.bit() != 0).then(|| self.values[quantity as usize])
    }

    /// Whether the quantity is a limit that is known not to be set.
    #[must_use]
    pub fn is_unlimited(&self, quantity: Quantity) -> bool {
        self.unlimited & quantity.bit() != 0
    }
}
