//! [`LaneStep`]: what a lane is told to cook; [`Left`]: what it leaves to its
//! owner.

use crate::PropertyHandle;
use crate::cook::{Cooked, CounterType, Reason};

/// A formula and the properties it works on.
#[derive(Clone, Copy, Debug)]
pub struct LaneStep {
    /// The counter type whose formula it is.
    pub counter_type: CounterType,
    /// The raw property.
    pub value: PropertyHandle,
    /// The raw property that is its base.
    pub base: Option<PropertyHandle>,
    /// The raw properties that say when.
    pub clock: Option<LaneClock>,
    /// The formatted property.
    pub target: PropertyHandle,
}

/// The raw properties that say when a sample was taken.
#[derive(Clone, Copy, Debug)]
pub struct LaneClock {
    /// The time stamp; `None` for a formula that takes the frequency alone.
    pub stamp: Option<PropertyHandle>,
    /// Its ticks per second.
    pub frequency: PropertyHandle,
}

/// A value that the lane left to its owner to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Left {
    /// Which: a step, or a copy, by its number.
    pub place: Place,
    /// What is to be written.
    pub value: LeftValue,
}

/// Which of a lane's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// That of the step with this number.
    Step(usize),
    /// That of the copy with this number.
    Copy(usize),
}

/// What a lane's owner has to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LeftValue {
    /// A cooked value.
    Cooked(Cooked),
    /// The first so many of these bytes.
    Bytes([u8; 8], usize),
    /// NULL, and why.
    Missing(Reason),
}

impl LeftValue {
    pub(super) fn of(cooked: Result<Cooked, Reason>) -> LeftValue {
        cooked.map_or_else(LeftValue::Missing, LeftValue::Cooked)
    }
}
