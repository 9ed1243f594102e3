//! [`TimeBase`]: which clock a counter type is measured against.
//!
//! A time base is a pair of properties that every class inherits from
//! Win32_Perf, a time stamp and its frequency; class qualifiers may name other
//! properties instead.
//!
//! Source: "Property Qualifiers for Performance Counter Classes" and the class
//! qualifiers of the same documentation.

/// Which time properties of Win32_Perf a counter type is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeBase {
    /// The performance counter: `Timestamp_PerfTime`.
    PerfTime,
    /// System time in 100 ns: `Timestamp_Sys100NS`.
    Sys100NS,
    /// The provider's own time: `Timestamp_Object`.
    Object,
}

impl TimeBase {
    /// The property that holds the time stamp, in ticks.
    #[must_use]
    pub const fn timestamp_property(self) -> &'static str {
        match self {
            TimeBase::PerfTime => "Timestamp_PerfTime",
            TimeBase::Sys100NS => "Timestamp_Sys100NS",
            TimeBase::Object => "Timestamp_Object",
        }
    }

    /// The property that holds the ticks per second.
    #[must_use]
    pub const fn frequency_property(self) -> &'static str {
        match self {
            TimeBase::PerfTime => "Frequency_PerfTime",
            TimeBase::Sys100NS => "Frequency_Sys100NS",
            TimeBase::Object => "Frequency_Object",
        }
    }

    /// The class qualifier that names the time stamp's property.
    #[must_use]
    pub const fn timestamp_qualifier(self) -> &'static str {
        match self {
            TimeBase::PerfTime => "PerfSysTimeStamp",
            TimeBase::Sys100NS => "Perf100NSTimeStamp",
            TimeBase::Object => "PerfObjTimeStamp",
        }
    }

    /// The class qualifier that names the frequency's property.
    #[must_use]
    pub const fn frequency_qualifier(self) -> &'static str {
        match self {
            TimeBase::PerfTime => "PerfSysTimeFreq",
            TimeBase::Sys100NS => "Perf100NSTimeFreq",
            TimeBase::Object => "PerfObjTimeFreq",
        }
    }
}
