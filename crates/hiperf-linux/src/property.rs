//! [`Property`] and [`Sources`]: which kernel files a property needs, and how
//! its value is made of what they hold.
//!
//! A class of counters is a table of these. What a client has asked for becomes
//! a set of sources, and only those are read.

use std::ops::{BitOr, BitOrAssign};

use hiperf_provider::{Counter, Field};

/// A set of things to read. Each area gives names to its own, as
/// [`Machine::STAT`](crate::machine::Machine::STAT): a file, or files that are
/// read together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Sources(u64);

impl Sources {
    /// Nothing.
    pub const NONE: Sources = Sources(0);
    /// Everything that an area has.
    pub const ALL: Sources = Sources(u64::MAX);

    /// The source that an area gives this number, from 0 to 63.
    #[must_use]
    pub const fn number(number: u32) -> Sources {
        Sources(1 << number)
    }

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

/// One property of a class, computed from a row of type `R`.
#[derive(Debug)]
pub struct Property<R: 'static> {
    /// Its name in the class.
    pub name: &'static str,
    /// What must have been read for it.
    pub sources: Sources,
    /// Its value, or `None` if the row doesn't hold it.
    pub value: Field<R>,
}

// Derived, the two would ask it of rows as well.
impl<R> Clone for Property<R> {
    fn clone(&self) -> Property<R> {
        *self
    }
}

impl<R> Copy for Property<R> {}

impl<R> Property<R> {
    /// A counter. A 32-bit property takes the low 32 bits.
    pub(crate) const fn new(
        name: &'static str,
        sources: Sources,
        value: fn(&R) -> Option<u64>,
    ) -> Property<R> {
        Property { name, sources, value: Field::Count(value) }
    }

    /// A property of another kind: a signed or real number, or a text.
    pub(crate) const fn of_field(name: &'static str, sources: Sources, value: Field<R>) -> Property<R> {
        Property { name, sources, value }
    }

    /// The properties of two lists as one, for classes that have some in common.
    pub(crate) const fn both<const A: usize, const B: usize, const ALL: usize>(
        first: [Property<R>; A],
        second: [Property<R>; B],
    ) -> [Property<R>; ALL] {
        assert!(A + B == ALL && A > 0, "the list is as long as the two together");
        let mut all = [first[0]; ALL];
        let mut at = 0;
        while at < ALL {
            all[at] = if at < A { first[at] } else { second[at - A] };
            at += 1;
        }
        all
    }

    /// As the provider's SDK takes it.
    pub(crate) const fn counter(&self) -> Counter<R> {
        Counter::of_field(self.name, self.value)
    }
}
