//! [`CounterType`]: the counter types of WMI, one row each.
//!
//! The table is the authority on what a type is: its raw property, its time
//! base, its base type and its [`Formula`]. The bits of the number say much the
//! same and can be read, but some types break their pattern:
//!
//! ```text
//!  31        28 27       22 21  20 19 18     16 15    12 11  10 9    8 7     0
//! +------------+-----------+------+--+---------+--------+------+------+-------+
//! | display    | modifiers | time |  | subtype |        | type | size | which |
//! +------------+-----------+------+--+---------+--------+------+------+-------+
//! ```
//!
//! Source: the public `winperf.h`, and "CounterType Qualifier" of the Windows
//! SDK documentation, which misprints the number of `PERF_LARGE_RAW_BASE`.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::{Formula, TimeBase, Width};
use crate::CimType;

/// What a value is displayed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suffix {
    /// Nothing.
    None,
    /// Per second.
    PerSec,
    /// Percent.
    Percent,
    /// Seconds.
    Secs,
    /// Not displayed by tools that show counters; the value exists all the
    /// same.
    Hidden,
}

impl Suffix {
    /// The suffix as text, empty if there is none.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Suffix::None | Suffix::Hidden => "",
            Suffix::PerSec => "/sec",
            Suffix::Percent => "%",
            Suffix::Secs => "secs",
        }
    }
}

/// A counter type: the number that the CounterType qualifier holds, and all
/// that is known about it.
#[derive(Clone, Copy)]
pub struct CounterType(&'static Row);

struct Row {
    number: u32,
    name: &'static str,
    raw_type: Option<CimType>,
    time_base: Option<TimeBase>,
    base: Option<CounterType>,
    formula: Formula,
    suffix: Suffix,
    description: &'static str,
}

/// A `-` as an option, or the value `$of::$name`.
macro_rules! optional {
    ($of:ident, -) => {
        None
    };
    ($of:ident, $name:ident) => {
        Some($of::$name)
    };
}

macro_rules! counter_types {
    ($($name:ident = $number:literal: $raw:tt, $time:tt, $base:tt, $formula:ident, $suffix:ident,
        $description:literal;)*) => {
        impl CounterType {
            $(#[doc = concat!("`", stringify!($name), "` (", stringify!($number), "): ", $description, ".")]
            #[doc = ""]
            #[doc = concat!("Formula: [`Formula::", stringify!($formula), "`]; raw value: ", stringify!($raw),
                "; time base: ", stringify!($time), "; base: ", stringify!($base),
                "; unit: ", stringify!($suffix), ".")]
            pub const $name: CounterType = CounterType(&Row {
                number: $number,
                name: stringify!($name),
                raw_type: optional!(CimType, $raw),
                time_base: optional!(TimeBase, $time),
                base: optional!(CounterType, $base),
                formula: Formula::$formula,
                suffix: Suffix::$suffix,
                description: $description,
            });)*

            /// Every counter type, by number.
            pub const ALL: &[CounterType] = &[$(CounterType::$name),*];
        }
    };
}

// name = number: raw type, time base, base, formula, suffix, description
counter_types! {
    PERF_COUNTER_RAWCOUNT_HEX = 0x0000_0000: Uint32, -, -, Value, None, "the last value, shown in hexadecimal";
    PERF_COUNTER_LARGE_RAWCOUNT_HEX = 0x0000_0100: Uint64, -, -, Value, None, "the last value, shown in hexadecimal";
    PERF_COUNTER_TEXT = 0x0000_0B00: String, -, -, None, None, "a text";
    PERF_COUNTER_RAWCOUNT = 0x0001_0000: Uint32, -, -, Value, None, "the last value";
    PERF_COUNTER_LARGE_RAWCOUNT = 0x0001_0100: Uint64, -, -, Value, None, "the last value";
    PERF_DOUBLE_RAW = 0x0001_2000: Real64, -, -, RealValue, None, "the last value, a real number";
    PERF_COUNTER_DELTA = 0x0040_0400: Uint32, -, -, Difference, None, "the change since the last sample";
    PERF_COUNTER_LARGE_DELTA = 0x0040_0500: Uint64, -, -, Difference, None, "the change since the last sample";
    PERF_SAMPLE_COUNTER = 0x0041_0400: Uint32, PerfTime, -, Rate, None, "operations per second";
    PERF_COUNTER_QUEUELEN_TYPE = 0x0045_0400: Uint32, PerfTime, -, QueueLength, None, "mean length of a queue";
    PERF_COUNTER_LARGE_QUEUELEN_TYPE = 0x0045_0500: Uint64, PerfTime, -, QueueLength, None, "mean length of a queue";
    PERF_COUNTER_100NS_QUEUELEN_TYPE = 0x0055_0500: Uint64, Sys100NS, -, QueueLength, None, "mean length of a queue";
    PERF_COUNTER_OBJ_TIME_QUEUELEN_TYPE = 0x0065_0500: Uint64, Object, -, QueueLength, None, "mean length of a queue";
    PERF_COUNTER_COUNTER = 0x1041_0400: Uint32, PerfTime, -, Rate, PerSec, "events per second";
    PERF_COUNTER_BULK_COUNT = 0x1041_0500: Uint64, PerfTime, -, Rate, PerSec, "amount per second";
    PERF_RAW_FRACTION = 0x2002_0400: Uint32, -, PERF_RAW_BASE, RawFraction, Percent, "part of a whole, now";
    PERF_LARGE_RAW_FRACTION = 0x2002_0500: Uint64, -, PERF_LARGE_RAW_BASE, RawFraction, Percent, "part of a whole, now";
    PERF_COUNTER_TIMER = 0x2041_0500: Uint64, PerfTime, -, Timer, Percent, "part of the time spent active";
    PERF_PRECISION_SYSTEM_TIMER = 0x2047_0500: Uint64, -, PERF_PRECISION_TIMESTAMP, PrecisionTimer, Percent, "part of the time spent active, by the counter's own time stamp";
    PERF_100NSEC_TIMER = 0x2051_0500: Uint64, Sys100NS, -, Timer, Percent, "part of the time spent active";
    PERF_PRECISION_100NS_TIMER = 0x2057_0500: Uint64, -, PERF_PRECISION_TIMESTAMP, PrecisionTimer, Percent, "part of the time spent active, by the counter's own time stamp";
    PERF_OBJ_TIME_TIMER = 0x2061_0500: Uint64, Object, -, Timer, Percent, "part of the time spent active";
    PERF_PRECISION_OBJECT_TIMER = 0x2067_0500: Uint64, -, PERF_PRECISION_TIMESTAMP, PrecisionTimer, Percent, "part of the time spent active, by the counter's own time stamp";
    PERF_SAMPLE_FRACTION = 0x20C2_0400: Uint32, -, PERF_SAMPLE_BASE, SampleFraction, Percent, "part of the operations in the interval";
    PERF_COUNTER_TIMER_INV = 0x2141_0500: Uint64, PerfTime, -, InverseTimer, Percent, "part of the time spent active, from the idle time";
    PERF_100NSEC_TIMER_INV = 0x2151_0500: Uint64, Sys100NS, -, InverseTimer, Percent, "part of the time spent active, from the idle time";
    PERF_COUNTER_MULTI_TIMER = 0x2241_0500: Uint64, PerfTime, PERF_COUNTER_MULTI_BASE, MultiTimer, Percent, "part of the time spent active, mean of several entities";
    PERF_100NSEC_MULTI_TIMER = 0x2251_0500: Uint64, Sys100NS, PERF_COUNTER_MULTI_BASE, MultiTimer, Percent, "part of the time spent active, mean of several entities";
    PERF_COUNTER_MULTI_TIMER_INV = 0x2341_0500: Uint64, PerfTime, PERF_COUNTER_MULTI_BASE, InverseMultiTimer, Percent, "time spent active, sum of several entities, from their idle time";
    PERF_100NSEC_MULTI_TIMER_INV = 0x2351_0500: Uint64, Sys100NS, PERF_COUNTER_MULTI_BASE, InverseMultiTimer, Percent, "time spent active, sum of several entities, from their idle time";
    PERF_AVERAGE_TIMER = 0x3002_0400: Uint32, PerfTime, PERF_AVERAGE_BASE, AverageTimer, Secs, "mean seconds an operation took";
    PERF_ELAPSED_TIME = 0x3024_0500: Uint64, Object, -, ElapsedTime, Secs, "seconds since a start time";
    PERF_COUNTER_NODATA = 0x4000_0200: -, -, -, None, Hidden, "no data";
    PERF_AVERAGE_BULK = 0x4002_0500: Uint64, -, PERF_AVERAGE_BASE, AverageBulk, Hidden, "mean amount of an operation";
    PERF_SAMPLE_BASE = 0x4003_0401: Uint32, -, -, None, Hidden, "base: the number of operations a sample fraction is part of";
    PERF_AVERAGE_BASE = 0x4003_0402: Uint32, -, -, None, Hidden, "base: the number of operations an average is taken over";
    PERF_RAW_BASE = 0x4003_0403: Uint32, -, -, None, Hidden, "base: the whole a raw fraction is part of";
    PERF_LARGE_RAW_BASE = 0x4003_0500: Uint64, -, -, None, Hidden, "base: the whole a raw fraction is part of, or a precision timer's time stamp";
    PERF_COUNTER_MULTI_BASE = 0x4203_0500: Uint64, -, -, None, Hidden, "base: the number of entities a multi-timer sums up";
    PERF_COUNTER_HISTOGRAM_TYPE = 0x8000_0000: -, -, -, None, None, "a histogram, which is not supported";
}

impl CounterType {
    /// `PERF_PRECISION_TIMESTAMP`: the base of the precision timers, another
    /// name for [`CounterType::PERF_LARGE_RAW_BASE`].
    pub const PERF_PRECISION_TIMESTAMP: CounterType = CounterType::PERF_LARGE_RAW_BASE;

    /// The counter type of this number; `None` if there is none.
    ///
    /// 0x40030503, which a documentation page prints for
    /// `PERF_LARGE_RAW_BASE` and classes therefore bear, is accepted as such.
    #[must_use]
    pub fn from_number(number: u32) -> Option<CounterType> {
        const MISPRINTED_LARGE_RAW_BASE: u32 = 0x4003_0503;
        if number == MISPRINTED_LARGE_RAW_BASE {
            return Some(CounterType::PERF_LARGE_RAW_BASE);
        }
        let index = CounterType::ALL.binary_search_by_key(&number, |of| of.number()).ok()?;
        Some(CounterType::ALL[index])
    }

    /// The counter type of a CounterType qualifier, a sint32: numbers from
    /// 0x80000000 are negative there.
    #[must_use]
    pub fn from_qualifier(value: i32) -> Option<CounterType> {
        CounterType::from_number(value.cast_unsigned())
    }

    /// The counter type whose constant has this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<CounterType> {
        if name.eq_ignore_ascii_case("PERF_PRECISION_TIMESTAMP") {
            return Some(CounterType::PERF_PRECISION_TIMESTAMP);
        }
        CounterType::ALL.iter().copied().find(|of| of.name().eq_ignore_ascii_case(name))
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0.number
    }

    /// The constant's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// The CIM type of the raw property as the documentation has it. Classes
    /// may use the other integer width; the property's own type decides.
    /// `None` for types without data.
    #[must_use]
    pub const fn raw_type(self) -> Option<CimType> {
        self.0.raw_type
    }

    /// The width of [`CounterType::raw_type`]; `None` for text, no data and
    /// the real.
    #[must_use]
    pub const fn raw_width(self) -> Option<Width> {
        match self.0.raw_type {
            Some(cim) => Width::of(cim),
            None => None,
        }
    }

    /// The width of a raw property of this CIM type, if the counter type can
    /// be calculated from it: integers of any width from integers, a real from
    /// a `real64` only. Its bits would be nonsense as the other.
    #[must_use]
    pub const fn width_of(self, raw: CimType) -> Option<Width> {
        match (self.formula(), raw) {
            (Formula::RealValue, CimType::Real64) => Some(Width::U64),
            (Formula::RealValue, _) => None,
            _ => Width::of(raw),
        }
    }

    /// The time properties the formula reads; `None` if it reads none.
    #[must_use]
    pub const fn time_base(self) -> Option<TimeBase> {
        self.0.time_base
    }

    /// The counter type of the base property that the formula reads; `None`
    /// if it reads none. `PERF_SAMPLE_COUNTER` often has a base property all
    /// the same, which is ignored.
    #[must_use]
    pub const fn base(self) -> Option<CounterType> {
        self.0.base
    }

    /// How the type is calculated.
    #[must_use]
    pub const fn formula(self) -> Formula {
        self.0.formula
    }

    /// Whether a value takes two samples.
    #[must_use]
    pub const fn needs_two_samples(self) -> bool {
        self.0.formula.needs_two_samples()
    }

    /// What the value is displayed with.
    #[must_use]
    pub const fn suffix(self) -> Suffix {
        self.0.suffix
    }

    /// The unit of the computed value where `raw` is that of the raw one: a text
    /// and what comes behind it. Empty if there is none.
    #[must_use]
    pub const fn formatted_units(self, raw: &str) -> (&str, &'static str) {
        match self.suffix() {
            Suffix::PerSec if !raw.is_empty() => (raw, " per second"),
            Suffix::Percent => ("Percent", ""),
            Suffix::Secs => ("Seconds", ""),
            Suffix::PerSec | Suffix::None | Suffix::Hidden => (raw, ""),
        }
    }

    /// What the value says, in plain words and without a full stop.
    #[must_use]
    pub const fn description(self) -> &'static str {
        self.0.description
    }

    /// Whether the property is a base: it has no value of its own, and only
    /// raw classes have it.
    #[must_use]
    pub const fn is_base(self) -> bool {
        self.type_bits() == 0x400 && self.subtype_bits() == 0x3_0000
    }

    /// Whether the value is shown in hexadecimal.
    #[must_use]
    pub const fn is_hexadecimal(self) -> bool {
        self.number() & !0x300 == 0 && self.0.raw_type.is_some()
    }

    /// The size bits: `PERF_SIZE_DWORD` 0, LARGE 0x100, ZERO 0x200,
    /// VARIABLE_LEN 0x300.
    #[must_use]
    pub const fn size_bits(self) -> u32 {
        self.number() & 0x300
    }

    /// The type bits: `PERF_TYPE_NUMBER` 0, COUNTER 0x400, TEXT 0x800, ZERO
    /// 0xC00.
    #[must_use]
    pub const fn type_bits(self) -> u32 {
        self.number() & 0xC00
    }

    /// The subtype bits, whose meaning depends on the type bits:
    /// `PERF_COUNTER_RATE` 0x10000, FRACTION 0x20000, BASE 0x30000 and so on.
    #[must_use]
    pub const fn subtype_bits(self) -> u32 {
        self.number() & 0x7_0000
    }

    /// The time base bits: `PERF_TIMER_TICK` 0, 100NS 0x100000, OBJECT
    /// 0x200000.
    #[must_use]
    pub const fn timer_bits(self) -> u32 {
        self.number() & 0x30_0000
    }

    /// The modifier bits: `PERF_DELTA_COUNTER` 0x400000, DELTA_BASE 0x800000,
    /// INVERSE_COUNTER 0x1000000, MULTI_COUNTER 0x2000000.
    #[must_use]
    pub const fn modifier_bits(self) -> u32 {
        self.number() & 0x3C0_0000
    }

    /// The display bits: no suffix 0, per second 0x10000000, percent
    /// 0x20000000, seconds 0x30000000, not shown 0x40000000.
    #[must_use]
    pub const fn display_bits(self) -> u32 {
        self.number() & 0x7000_0000
    }
}

impl PartialEq for CounterType {
    fn eq(&self, other: &CounterType) -> bool {
        self.number() == other.number()
    }
}

impl Eq for CounterType {}

impl Hash for CounterType {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number().hash(state);
    }
}

impl fmt::Debug for CounterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for CounterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
