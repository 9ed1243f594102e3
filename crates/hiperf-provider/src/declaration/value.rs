//! [`CounterValue`]: the types that a field of a row may have.

use hiperf_cim::CimType;

/// What a counter's field holds: `u32` or `u64`, an `Option` of one where a
/// value may be missing, or [`WithBase`] for a counter that has a base.
#[diagnostic::on_unimplemented(
    message = "a counter can't be a `{Self}`",
    label = "a `u32` or `u64`, an `Option` of one, or a `WithBase`"
)]
pub trait CounterValue: Copy {
    /// The property's type.
    const CIM_TYPE: CimType;
    /// Whether the counter is followed by its base.
    const HAS_BASE: bool = false;

    /// The value; `None` is NULL.
    fn value(self) -> Option<u64>;

    /// The value of the base.
    fn base(self) -> Option<u64> {
        None
    }
}

impl CounterValue for u32 {
    const CIM_TYPE: CimType = CimType::Uint32;

    fn value(self) -> Option<u64> {
        Some(self.into())
    }
}

impl CounterValue for u64 {
    const CIM_TYPE: CimType = CimType::Uint64;

    fn value(self) -> Option<u64> {
        Some(self)
    }
}

impl<T: CounterValue> CounterValue for Option<T> {
    const CIM_TYPE: CimType = T::CIM_TYPE;
    const HAS_BASE: bool = T::HAS_BASE;

    fn value(self) -> Option<u64> {
        self.and_then(T::value)
    }

    fn base(self) -> Option<u64> {
        self.and_then(T::base)
    }
}

/// A counter and what it is divided by: the sum of all waits and their number,
/// the part and the whole. The base is a property of its own, `<name>_Base`,
/// which people don't see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WithBase<T> {
    /// The counter.
    pub value: T,
    /// What it is divided by.
    pub base: u64,
}

impl<T: CounterValue> CounterValue for WithBase<T> {
    const CIM_TYPE: CimType = T::CIM_TYPE;
    const HAS_BASE: bool = true;

    fn value(self) -> Option<u64> {
        self.value.value()
    }

    fn base(self) -> Option<u64> {
        Some(self.base)
    }
}
