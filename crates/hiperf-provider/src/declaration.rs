//! Declarations: a provider and its classes said once, in Rust, from which come
//! the MOF, the property handles and the keys.
//!
//! [`class!`](crate::class) declares a class as the structure of its rows and
//! [`provider!`](crate::provider) the provider that serves them. What they say
//! is kept in the constants of this module, which are read when the author's
//! crate is compiled: `check` refuses what can't be a class, `mof` writes the
//! text. Nothing of it runs in a provider that is loaded.
//!
//! Not here: classes whose MOF is written by hand, which implement
//! [`CounterClass`] themselves.
//!
//! Source: lifecycle.md section 2, counters.md section 5.

mod check;
mod macros;
mod mof;
mod value;

use hiperf_cim::cook::CounterType;
use hiperf_cim::{CimType, Reason};

use crate::class::{Counter, CounterClass, Instance, ServedClass, served};
use crate::provider::Source;

pub use mof::{mof_bytes, mof_length};
pub use value::{CounterValue, WithBase};

/// A class as [`class!`](crate::class) declares it.
#[derive(Clone, Copy, Debug)]
pub struct ClassDeclaration {
    name: &'static str,
    docs: &'static [&'static str],
    counters: &'static [CounterDeclaration],
    display: &'static str,
    parent: &'static str,
    key: &'static str,
    singleton: bool,
    costly: bool,
    perf_default: bool,
}

impl ClassDeclaration {
    /// A class of this name, described by its doc comment.
    #[must_use]
    pub const fn new(
        name: &'static str,
        docs: &'static [&'static str],
        counters: &'static [CounterDeclaration],
    ) -> ClassDeclaration {
        ClassDeclaration {
            name,
            docs,
            counters,
            display: name,
            parent: "Win32_PerfRawData",
            key: "Name of the instance.",
            singleton: false,
            costly: false,
            perf_default: false,
        }
    }

    /// `display = "Queue"`: what people call the class.
    #[must_use]
    pub const fn display(self, display: &'static str) -> ClassDeclaration {
        ClassDeclaration { display, ..self }
    }

    /// `parent = "Example_PerfRawData"`: the class it is derived from, if not
    /// from `Win32_PerfRawData` itself.
    #[must_use]
    pub const fn parent(self, parent: &'static str) -> ClassDeclaration {
        ClassDeclaration { parent, ..self }
    }

    /// `key = "Name of the queue."`: what the key `Name` says.
    #[must_use]
    pub const fn key(self, key: &'static str) -> ClassDeclaration {
        ClassDeclaration { key, ..self }
    }

    /// `singleton`: the class has one instance and no key.
    #[must_use]
    pub const fn singleton(self) -> ClassDeclaration {
        ClassDeclaration { singleton: true, ..self }
    }

    /// `costly`: a sample takes noticeable work. The name ends in `_Costly`.
    #[must_use]
    pub const fn costly(self) -> ClassDeclaration {
        ClassDeclaration { costly: true, ..self }
    }

    /// `perf_default`: one of the classes that a list shows first.
    #[must_use]
    pub const fn perf_default(self) -> ClassDeclaration {
        ClassDeclaration { perf_default: true, ..self }
    }

    /// The counter that the property at `index` of [`DeclaredClass::counters`]
    /// belongs to, where each base follows its counter.
    fn counter_at(&self, index: usize) -> Option<&'static str> {
        let width = |counter: &CounterDeclaration| 1 + usize::from(counter.has_base);
        self.counters.iter().flat_map(|counter| std::iter::repeat_n(counter.name, width(counter))).nth(index)
    }
}

/// A counter as [`class!`](crate::class) declares it.
#[derive(Clone, Copy, Debug)]
pub struct CounterDeclaration {
    name: &'static str,
    counter_type: CounterType,
    docs: &'static [&'static str],
    cim_type: CimType,
    has_base: bool,
    display: &'static str,
    unit: &'static str,
    cooked_unit: &'static str,
    scale: Option<i32>,
    perf_default: bool,
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

/// A provider as [`provider!`](crate::provider) declares it.
#[derive(Clone, Copy, Debug)]
pub struct ProviderDeclaration {
    /// `Name` of its `__Win32Provider`, which the classes' `Provider` says.
    pub name: &'static str,
    /// `CLSID`, which a provider host loads.
    pub host: &'static str,
    /// `ClientLoadableCLSID`, which a client loads.
    pub client: &'static str,
    /// What it is, for whoever reads the MOF.
    pub docs: &'static [&'static str],
    /// Its classes.
    pub classes: &'static [ClassDeclaration],
}

/// The row of a declared class; [`class!`](crate::class) implements it.
pub trait DeclaredClass: Sized + 'static {
    /// The class's name.
    const NAME: &'static str;
    /// What was declared of it.
    const DECLARATION: ClassDeclaration;

    /// How the counters come from a row.
    fn counters() -> Vec<Counter<Self>>;
}

/// The instances of a declared class, as a sample of this source has them.
pub trait Instances<Row: DeclaredClass>: Source {
    /// Calls `visit` with every instance and its row, in an order that changes
    /// only when instances come or go. Allocates nothing.
    fn for_each(&self, visit: &mut Visit<'_, Row>);

    /// Why `counter` has no value in this row; `None` says nothing. Asked for each
    /// NULL, also that of a base, which bears the name of its counter here.
    fn why_missing(&self, row: &Row, counter: &str) -> Option<Reason> {
        let _nothing_is_known = (row, counter);
        None
    }
}

/// What [`Instances::for_each`] calls with each instance.
pub type Visit<'a, Row> = dyn FnMut(Instance<'_>, &Row) + 'a;

/// The class of the rows `Row`, served from samples of the source `S`.
#[must_use]
pub fn served_class<S: Instances<Row>, Row: DeclaredClass>() -> Box<dyn ServedClass<S>> {
    served(Declared(std::marker::PhantomData::<fn() -> Row>))
}

/// A declared class as a [`CounterClass`].
struct Declared<Row>(std::marker::PhantomData<fn() -> Row>);

impl<S: Instances<Row>, Row: DeclaredClass> CounterClass<S> for Declared<Row> {
    type Row = Row;
    const NAME: &'static str = Row::NAME;

    fn counters(&self) -> Vec<Counter<Row>> {
        Row::counters()
    }

    fn for_each(&self, sample: &S, visit: &mut dyn FnMut(Instance<'_>, &Row)) {
        sample.for_each(visit);
    }

    fn why_missing(&self, sample: &S, row: &Row, counter: usize) -> Option<Reason> {
        let name = const { Row::DECLARATION }.counter_at(counter)?;
        sample.why_missing(row, name)
    }
}
