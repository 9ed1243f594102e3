//! [`Reason`]: why a formatted property has no value.
//!
//! A value that can't be had is NULL, never a made-up number; the reason is
//! what `--why` prints beside it. The formulas give the first group, the
//! keepers of baselines and the providers give the second.

use std::fmt;

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The type needs two samples and this is the first.
    NoBaseline,
    /// An average over operations, and none was counted in the interval.
    NoOperations,
    /// The counter, its base or its time stamp stepped back.
    Reset,
    /// The base to divide by is zero.
    BaseZero,
    /// Both samples have the same time stamp.
    TimeNotAdvanced,
    /// The time stamp's frequency is zero or unknown.
    NoFrequency,
    /// A raw value that the formula needs is NULL.
    Missing,
    /// The raw value is a real that is not a number, or infinite.
    NotANumber,
    /// The value does not fit the property it is for.
    OutOfRange,
    /// The counter type has no formula, or an unsupported one.
    Unsupported,
    /// Another entity now bears the instance's name.
    Reborn,
    /// The entity no longer exists.
    Gone,
    /// The source was not read in the last refresh.
    Stale,
    /// The caller may not read the source.
    Denied,
}

impl Reason {
    /// The reason in a few words, for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Reason::NoBaseline => "no baseline yet",
            Reason::NoOperations => "no operations in the interval",
            Reason::Reset => "reset",
            Reason::BaseZero => "base zero",
            Reason::TimeNotAdvanced => "time not advanced",
            Reason::NoFrequency => "no frequency",
            Reason::Missing => "raw value missing",
            Reason::NotANumber => "not a number",
            Reason::OutOfRange => "out of range",
            Reason::Unsupported => "unsupported",
            Reason::Reborn => "another instance of this name",
            Reason::Gone => "gone",
            Reason::Stale => "stale",
            Reason::Denied => "denied",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
