//! [`Reason`]: why a property has no value.
//!
//! A value that can't be had is NULL, never a made-up number; the reason is
//! what `--why` prints beside it. The formulas of [`cook`](crate::cook) give
//! the first group, the keepers of baselines, refreshers and providers give
//! the second. An [`Instance`](crate::Instance) keeps the reasons of its NULLs.

use std::fmt;

/// Why there is no value. The numbers are those of `HIPERF_REASON` in
/// `hiperf.h`: a program may have been built against other versions of it, so
/// none is ever given another meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Reason {
    /// The type needs two samples and this is the first.
    NoBaseline = 1,
    /// An average over operations, and none was counted in the interval.
    NoOperations = 2,
    /// The counter, its base or its time stamp stepped back.
    Reset = 3,
    /// The base to divide by is zero.
    BaseZero = 4,
    /// Both samples have the same time stamp.
    TimeNotAdvanced = 5,
    /// The time stamp's frequency is zero or unknown.
    NoFrequency = 6,
    /// A raw value that the formula needs is NULL.
    Missing = 7,
    /// The raw value is a real that is not a number, or infinite.
    NotANumber = 8,
    /// The value does not fit the property it is for.
    OutOfRange = 9,
    /// There is no such thing on this machine, or no formula for the counter
    /// type.
    Unsupported = 10,
    /// Another entity now bears the instance's name.
    Reborn = 11,
    /// The entity no longer exists.
    Gone = 12,
    /// The source was not read in the last refresh.
    Stale = 13,
    /// The caller may not read the source.
    Denied = 14,
    /// The client asked for other properties only.
    NotAsked = 15,
    /// Reading the source failed, or its provider did.
    Failed = 16,
}

impl Reason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Reason; 16] = [
        Reason::NoBaseline,
        Reason::NoOperations,
        Reason::Reset,
        Reason::BaseZero,
        Reason::TimeNotAdvanced,
        Reason::NoFrequency,
        Reason::Missing,
        Reason::NotANumber,
        Reason::OutOfRange,
        Reason::Unsupported,
        Reason::Reborn,
        Reason::Gone,
        Reason::Stale,
        Reason::Denied,
        Reason::NotAsked,
        Reason::Failed,
    ];

    /// The reason's number in `hiperf.h`.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The reason of this number; `None` for 0, which is no reason, and for
    /// those that this version doesn't know.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Reason> {
        if code == 0 || code as usize > Reason::ALL.len() {
            return None;
        }
        Some(Reason::ALL[code as usize - 1])
    }

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
            Reason::NotAsked => "not asked for",
            Reason::Failed => "failed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_there_and_back_again() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(Reason::from_code(0), None);
        assert_eq!(Reason::from_code(Reason::ALL.len() as u8 + 1), None);
        assert_eq!(Reason::from_code(u8::MAX), None);
    }
}
