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
mod field;
mod macros;
mod mof;
mod value;

use hiperf_cim::Reason;

use crate::class::{Counter, CounterClass, ServedClass, served};
use crate::instance::Instance;
use crate::provider::Source;

pub use field::{CounterDeclaration, FieldDeclaration, KeyDeclaration, TextDeclaration};
pub use mof::{mof_bytes, mof_length};
pub use value::{CounterValue, WithBase};

/// A class as [`class!`](crate::class) declares it.
#[derive(Clone, Copy, Debug)]
pub struct ClassDeclaration {
    name: &'static str,
    docs: &'static [&'static str],
    fields: &'static [FieldDeclaration],
    display: &'static str,
    parent: &'static str,
    /// What the key `Name` says, of a class without keys of its own.
    key: Option<&'static str>,
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
        fields: &'static [FieldDeclaration],
    ) -> ClassDeclaration {
        ClassDeclaration {
            name,
            docs,
            fields,
            display: name,
            parent: "Win32_PerfRawData",
            key: None,
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

    /// `key = "Name of the queue."`: what the key `Name` says, which a class has
    /// that is no singleton and has no `#[key(..)]` fields.
    #[must_use]
    pub const fn key(self, key: &'static str) -> ClassDeclaration {
        ClassDeclaration { key: Some(key), ..self }
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

    /// The field of the property at `index`: of [`DeclaredClass::counters`],
    /// where each base follows its counter, and then of [`DeclaredClass::texts`].
    fn field_at(&self, index: usize) -> Option<&'static str> {
        let fields = self.fields.iter();
        let counters = fields.clone().filter_map(|field| match field {
            FieldDeclaration::Counter(counter) => Some((counter.name, 1 + usize::from(counter.has_base))),
            _ => None,
        });
        let texts = fields.filter_map(|field| match field {
            FieldDeclaration::Text(text) => Some((text.name, 1)),
            _ => None,
        });
        counters.chain(texts).flat_map(|(name, count)| std::iter::repeat_n(name, count)).nth(index)
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

    /// The names of the keys.
    const KEYS: &'static [&'static str];

    /// How the counters come from a row, and after them the texts.
    fn counters() -> Vec<Counter<Self>>;

    /// Calls `visit` with `instance`, which has the keys of this row if the class
    /// has any of its own.
    fn with_keys(&self, instance: Instance<'_>, visit: &mut dyn FnMut(Instance<'_>, &Self));
}

/// The names of a class's own keys, or `Name` for one that has none.
#[doc(hidden)]
#[must_use]
pub const fn key_names(own: &'static [&'static str]) -> &'static [&'static str] {
    if own.is_empty() { &["Name"] } else { own }
}

/// The instances of a declared class, as a sample of this source has them.
pub trait Instances<Row: DeclaredClass>: Source {
    /// Calls `visit` with every instance and its row, in an order that changes
    /// only when instances come or go. Allocates nothing.
    fn for_each(&self, visit: &mut Visit<'_, Row>);

    /// Why a counter or a text has no value in this row; `None` says nothing. Asked
    /// for each NULL, also that of a base, which bears the name of its counter here.
    fn why_missing(&self, row: &Row, property: &str) -> Option<Reason> {
        let _nothing_is_known = (row, property);
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

    fn keys(&self) -> &'static [&'static str] {
        Row::KEYS
    }

    fn for_each(&self, sample: &S, visit: &mut dyn FnMut(Instance<'_>, &Row)) {
        sample.for_each(&mut |instance, row| row.with_keys(instance, visit));
    }

    fn why_missing(&self, sample: &S, row: &Row, property: usize) -> Option<Reason> {
        let name = const { Row::DECLARATION }.field_at(property)?;
        sample.why_missing(row, name)
    }
}
