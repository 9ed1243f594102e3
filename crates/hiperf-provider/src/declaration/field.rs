//! The fields of a declared class: its keys, its counters, its texts.

use hiperf_cim::CimType;
use hiperf_cim::cook::CounterType;

use super::CounterValue;
use crate::instance::KeyValue;
use crate::text::TextValue;

/// A field as [`class!`](crate::class) declares it.
#[derive(Clone, Copy, Debug)]
pub enum FieldDeclaration {
    /// `#[key(Port)]`
    Key(KeyDeclaration),
    /// `#[counter(Depth, PERF_COUNTER_RAWCOUNT)]`
    Counter(CounterDeclaration),
    /// `#[text(State)]`
    Text(TextDeclaration),
}

/// A key of a class that has other keys than `Name`.
#[derive(Clone, Copy, Debug)]
pub struct KeyDeclaration {
    pub(super) name: &'static str,
    pub(super) docs: &'static [&'static str],
    pub(super) cim_type: CimType,
    pub(super) display: &'static str,
}

impl KeyDeclaration {
    /// A key whose field has the type `T`.
    #[must_use]
    pub const fn new<T: KeyValue>(name: &'static str, docs: &'static [&'static str]) -> KeyDeclaration {
        KeyDeclaration { name, docs, cim_type: T::CIM_TYPE, display: name }
    }

    /// `display = "Port"`: what people call it.
    #[must_use]
    pub const fn display(self, display: &'static str) -> KeyDeclaration {
        KeyDeclaration { display, ..self }
    }
}

/// A text, which is not counted.
#[derive(Clone, Copy, Debug)]
pub struct TextDeclaration {
    pub(super) name: &'static str,
    pub(super) docs: &'static [&'static str],
    pub(super) display: &'static str,
    pub(super) perf_default: bool,
}

impl TextDeclaration {
    /// A text whose field has the type `T`.
    #[must_use]
    pub const fn new<T: TextValue>(name: &'static str, docs: &'static [&'static str]) -> TextDeclaration {
        TextDeclaration { name, docs, display: name, perf_default: false }
    }

    /// `display = "State"`: what people call it.
    #[must_use]
    pub const fn display(self, display: &'static str) -> TextDeclaration {
        TextDeclaration { display, ..self }
    }

    /// `perf_default`: one of the few properties that a table shows.
    #[must_use]
    pub const fn perf_default(self) -> TextDeclaration {
        TextDeclaration { perf_default: true, ..self }
    }
}

/// A counter as [`class!`](crate::class) declares it.
#[derive(Clone, Copy, Debug)]
pub struct CounterDeclaration {
    pub(super) name: &'static str,
    pub(super) counter_type: CounterType,
    pub(super) docs: &'static [&'static str],
    pub(super) cim_type: CimType,
    pub(super) has_base: bool,
    pub(super) display: &'static str,
    pub(super) unit: &'static str,
    pub(super) cooked_unit: &'static str,
    pub(super) scale: Option<i32>,
    pub(super) perf_default: bool,
}

impl CounterDeclaration {
    /// A counter whose field has the type `T`.
    #[must_use]
    pub const fn new<T: CounterValue>(
        name: &'static str,
        counter_type: CounterType,
        docs: &'static [&'static str],
    ) -> CounterDeclaration {
        CounterDeclaration {
            name,
            counter_type,
            docs,
            cim_type: T::CIM_TYPE,
            has_base: T::HAS_BASE,
            display: name,
            unit: "",
            cooked_unit: "",
            scale: None,
            perf_default: false,
        }
    }

    /// `display = "Enqueued/sec"`: what people call the counter.
    #[must_use]
    pub const fn display(self, display: &'static str) -> CounterDeclaration {
        CounterDeclaration { display, ..self }
    }

    /// `unit = "Messages"`: the unit of the raw value. That of the formatted
    /// one follows: so many a second, percent, seconds, or the same.
    #[must_use]
    pub const fn unit(self, unit: &'static str) -> CounterDeclaration {
        CounterDeclaration { unit, ..self }
    }

    /// `cooked_unit = "Bytes per message"`: the unit of the formatted value,
    /// where the one that follows would be wrong.
    #[must_use]
    pub const fn cooked_unit(self, cooked_unit: &'static str) -> CounterDeclaration {
        CounterDeclaration { cooked_unit, ..self }
    }

    /// `scale = -3`: a graph multiplies the value by this power of ten, from
    /// -7 to 7.
    #[must_use]
    pub const fn scale(self, scale: i32) -> CounterDeclaration {
        CounterDeclaration { scale: Some(scale), ..self }
    }

    /// `perf_default`: one of the few counters that a table shows.
    #[must_use]
    pub const fn perf_default(self) -> CounterDeclaration {
        CounterDeclaration { perf_default: true, ..self }
    }
}
