//! [`Naming`]: what the qualifiers of a formatted property say of how it is
//! computed, and from which raw properties.
//!
//! | what | where it is said; the first counts |
//! |---|---|
//! | the cooking type | `CookingType`; else `CounterType` of the property; else, if the class has `AutoCook_RawDefault(1)`, that of the raw property |
//! | the raw property | `Counter`; else the one of the same name |
//! | its base | `Base`; else `<Counter>_Base`; else the raw property behind it, if its `CounterType` is a base's |
//! | time and frequency | `PerfTimeStamp` and `PerfTimeFreq`; else the class's qualifiers for the type's time base, `PerfSysTimeStamp` and so on; else the six properties of Win32_Perf |
//! | the window | `SampleWindow` |
//!
//! With `AutoCook_RawDefault(1)` the raw property, and for times the raw class,
//! is asked after the formatted one.
//!
//! Source: counters.md sections 5 and 6.

use hiperf_cim::cook::{CookingType, CounterType, Formula, TimeBase};
use hiperf_cim::{Class, Error, Property, Result, Status};

/// The qualifiers of a formatted property.
#[derive(Clone, Copy, Debug)]
pub(super) struct Naming<'a> {
    formatted: &'a Class,
    raw: &'a Class,
    property: &'a Property,
    asks_raw: bool,
}

/// A mistake in a qualifier.
pub(super) fn invalid(message: String) -> Error {
    Error::new(Status::WBEM_E_INVALID_QUALIFIER, message)
}

impl<'a> Naming<'a> {
    /// Of one of the properties of `formatted`.
    pub fn new(formatted: &'a Class, raw: &'a Class, property: &'a Property) -> Naming<'a> {
        let asks_raw = formatted.qualifiers().integer("AutoCook_RawDefault") == Some(1);
        Naming { formatted, raw, property, asks_raw }
    }

    /// How the property is cooked; `None` if it isn't.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUALIFIER`: there is no such type.
    pub fn cooking_type(&self) -> Result<Option<CookingType>> {
        let own = self.property.qualifiers();
        if let Some(name) = own.text("CookingType") {
            let cooking_type = CookingType::from_name(name);
            return cooking_type.map(Some).ok_or_else(|| invalid(format!("{name} is no cooking type")));
        }
        let of_raw = || self.raw_counter()?.qualifiers().integer("CounterType");
        let Some(number) = own.integer("CounterType").or_else(of_raw) else { return Ok(None) };
        let counter_type = i32::try_from(number).ok().and_then(CounterType::from_qualifier);
        let counter_type = counter_type.ok_or_else(|| invalid(format!("{number} is no counter type")))?;
        // A base has a value, although it isn't calculated: its own.
        let is_cooked = counter_type.formula() != Formula::None || is_text(counter_type);
        Ok(is_cooked.then_some(CookingType::Counter(counter_type)))
    }

    /// The name of the raw property whose values are cooked.
    pub fn counter(&self) -> &'a str {
        self.property.qualifiers().text("Counter").unwrap_or_else(|| self.property.name())
    }

    /// The name of the base.
    pub fn base(&self) -> String {
        if let Some(name) = self.text("Base") {
            return name.to_owned();
        }
        let counter = self.counter();
        let named_after = format!("{counter}_Base");
        match (self.raw.property(&named_after), self.property_behind(counter)) {
            (None, Some(behind)) => behind.name().to_owned(),
            _ => named_after,
        }
    }

    /// The base that is declared right behind its counter, as in the lists of
    /// a performance library.
    fn property_behind(&self, counter: &str) -> Option<&'a Property> {
        let behind = self.raw.properties().get(self.raw.index_of(counter)? + 1)?;
        let number = i32::try_from(behind.qualifiers().integer("CounterType")?).ok()?;
        CounterType::from_qualifier(number).filter(|counter_type| counter_type.is_base()).map(|_| behind)
    }

    /// The names of the properties with the time stamp and its frequency.
    pub fn time(&self, time_base: TimeBase) -> (&'a str, &'a str) {
        let property = |of_property, of_class, default| {
            let class = |class: &'a Class| class.qualifiers().text(of_class);
            let named = self.text(of_property).or_else(|| class(self.formatted));
            named.or_else(|| class(self.raw).filter(|_| self.asks_raw)).unwrap_or(default)
        };
        (
            property("PerfTimeStamp", time_base.timestamp_qualifier(), time_base.timestamp_property()),
            property("PerfTimeFreq", time_base.frequency_qualifier(), time_base.frequency_property()),
        )
    }

    /// The number of samples that a statistic is over.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUALIFIER`: nobody says it.
    pub fn window_size(&self) -> Result<usize> {
        const NAME: &str = "SampleWindow";
        let of_raw = || self.raw_counter()?.qualifiers().integer(NAME);
        let size = self.property.qualifiers().integer(NAME).or_else(of_raw);
        let size = size.ok_or_else(|| {
            invalid("it has no SampleWindow qualifier, which says over how many samples it is".to_owned())
        })?;
        // What is negative is as much too small as 0 is.
        Ok(usize::try_from(size.max(0)).unwrap_or(usize::MAX))
    }

    /// The raw property, if it is to be asked.
    fn raw_counter(&self) -> Option<&'a Property> {
        self.raw.property(self.counter()).filter(|_| self.asks_raw)
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        let of_raw = || self.raw_counter()?.qualifiers().text(name);
        self.property.qualifiers().text(name).or_else(of_raw)
    }
}

/// Whether values of the type are texts, which are copied.
pub(super) fn is_text(counter_type: CounterType) -> bool {
    counter_type == CounterType::PERF_COUNTER_TEXT
}
