//! [`Area`]: a part of the machine that is read for itself, and [`Class`]: a
//! class of counters made of what one area has read.
//!
//! An area is a folder: a reader for each kernel file, the set of its sources,
//! and a file for each class. Everything that an area keeps from one sample to
//! the next is its own, be it a text file or a table of ten thousand rows with
//! descriptors of their own. It sees the rest of the machine only as the
//! [`Moment`] shows it.
//!
//! ```text
//!   Wanted (by class and counter)
//!      | each class: Entry::sources
//!   Sources of each area
//!      | Sampled::sample, once, at one moment
//!   area --Class::for_each--> rows --Property::value--> counters
//! ```
//!
//! Not here: which areas there are, which [`sampler`](crate::sampler) lists.

use std::fmt;
use std::marker::PhantomData;

use hiperf_provider::{Counter, CounterClass, Field, Instance, Key, Reason, ServedClass, Wanted, served};
use rustix::param::{clock_ticks_per_second, page_size};

use crate::clock::Timestamps;
use crate::machine::Machine;
use crate::property::{Property, Sources};
use crate::root::{Root, Unavailable};
use crate::sampler::{InSampler, Sampler};

/// The name of the instance that stands for all others of its class.
pub const TOTAL: &str = "_Total";

/// The units that the kernel counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    /// Clock ticks per second (`USER_HZ`).
    pub ticks_per_second: u64,
    /// Bytes of a page.
    pub page_size_bytes: u64,
}

impl Units {
    /// Those of the running machine.
    #[must_use]
    pub fn of_this_machine() -> Units {
        Units { ticks_per_second: clock_ticks_per_second(), page_size_bytes: page_size() as u64 }
    }
}

/// A sample that is being taken.
#[derive(Debug)]
pub struct Moment<'a> {
    /// What is read, and what it costs.
    pub root: &'a mut Root,
    /// The time of the sample, the same for all areas.
    pub at: Timestamps,
    /// The machine's units.
    pub units: Units,
    /// What has been read of the machine as a whole: what
    /// [`Sampled::of_machine`] asked for is there.
    pub machine: &'a Machine,
}

/// A part of the machine, with all that is kept of it between samples.
pub trait Area: InSampler + 'static {
    /// Its classes, one line each.
    const CLASSES: &'static [Entry];

    /// Why one of `sources` could not be read in the last sample; `None` if all
    /// that were wanted could be.
    fn unavailable(&self, sources: Sources) -> Option<Unavailable>;
}

/// An area that the sampler fills. Only [`Machine`] is filled before the others,
/// because they may look at it.
pub trait Sampled: Area {
    /// Reads what is wanted, each source once. What isn't wanted or can't be
    /// read is empty afterwards, never what an earlier sample left; which
    /// instances there were is remembered, so that they stay the same ones. Once
    /// warm it allocates and opens nothing. It is called for every sample, also
    /// with nothing wanted.
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources);

    /// The machine's sources that this area needs to read `wanted`.
    #[must_use]
    fn of_machine(wanted: Sources) -> Sources {
        let _nothing = wanted;
        Sources::NONE
    }

    /// The clock was anchored anew: moments that were kept mean nothing now.
    fn reanchor(&mut self) {}
}

/// A class of counters, made of samples of one area.
pub trait Class: 'static {
    /// The area that its rows are made of.
    type Area: Area;
    /// What a sample says of one instance: a value made on the way, or a row
    /// that the area keeps.
    type Row: 'static;
    /// The raw class's name.
    const NAME: &'static str;
    /// The names of its keys, integers or strings. Without effect for a singleton.
    const KEYS: &'static [&'static str] = &["Name"];
    /// What must have been read to know which instances there are.
    const INSTANCES: Sources;
    /// The properties that Linux has; all others of the class are unsupported.
    const PROPERTIES: &'static [Property<Self::Row>];

    /// Calls `visit` with every instance of the sample, in an order that changes
    /// only when instances come or go. Allocates nothing.
    fn for_each(area: &Self::Area, visit: &mut dyn FnMut(Instance<'_>, &Self::Row));

    /// Why a property has no value in this row, where the row knows more than
    /// which of its sources could not be read: one process may be denied and
    /// the next not.
    fn why_missing(row: &Self::Row, property: &Property<Self::Row>) -> Option<Reason> {
        let _nothing_is_known = (row, property);
        None
    }
}

/// What [`Entry::show`] calls with the name of an instance, a property's name and
/// its value.
pub type Show<'a> = dyn FnMut(&str, &'static str, Option<&dyn fmt::Display>) + 'a;

/// A class in the list of its area.
#[derive(Clone, Copy)]
pub struct Entry {
    name: &'static str,
    served: fn() -> Box<dyn ServedClass<Sampler>>,
    sources: fn(usize, Wanted<'_>) -> Sources,
    properties: fn(&mut dyn FnMut(&'static str)),
    show: fn(&Sampler, &mut Show<'_>),
}

impl Entry {
    /// The entry of a class.
    #[must_use]
    pub const fn of<C: Class>() -> Entry {
        Entry {
            name: C::NAME,
            served: || served(Adapter::<C>(PhantomData)),
            sources: sources_of::<C>,
            properties: |visit| C::PROPERTIES.iter().for_each(|property| visit(property.name)),
            show: show::<C>,
        }
    }

    /// The class's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The class as the provider serves it.
    #[must_use]
    pub fn served(&self) -> Box<dyn ServedClass<Sampler>> {
        (self.served)()
    }

    /// What the wanted counters need of the class at this index of the
    /// provider's.
    #[must_use]
    pub fn sources(&self, index: usize, wanted: Wanted<'_>) -> Sources {
        (self.sources)(index, wanted)
    }

    /// The names of the properties that are filled.
    #[must_use]
    pub fn properties(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        (self.properties)(&mut |name| names.push(name));
        names
    }

    /// Calls `visit` with the name of each instance of the last sample, each
    /// property's name and its value: what a client would get, for whoever has
    /// none.
    pub fn show(&self, sampler: &Sampler, visit: &mut Show<'_>) {
        (self.show)(sampler, visit);
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Entry").field(&self.name).finish()
    }
}

/// The keys of an instance as people read them, one behind the other; empty for
/// the one of a singleton.
#[must_use]
pub fn name(instance: &Instance<'_>) -> String {
    let keys = instance.keys().iter().map(|key| match key {
        Key::Text(text) => (*text).to_owned(),
        Key::Integer(number) => number.to_string(),
    });
    keys.collect::<Vec<_>>().join(" ")
}

fn show<C: Class>(sampler: &Sampler, visit: &mut Show<'_>) {
    C::for_each(C::Area::of(sampler), &mut |instance, row| {
        let name = name(&instance);
        for property in C::PROPERTIES {
            let mut visit = |value: Option<&dyn fmt::Display>| visit(&name, property.name, value);
            match property.value {
                Field::Count(value) => visit(value(row).as_ref().map(|value| value as _)),
                Field::Signed(value) => visit(value(row).as_ref().map(|value| value as _)),
                Field::Real(value) => visit(value(row).as_ref().map(|value| value as _)),
                Field::Text(value) => visit(value(row).as_ref().map(|value| value as _)),
            }
        }
    });
}

fn sources_of<C: Class>(index: usize, wanted: Wanted<'_>) -> Sources {
    let Some(counters) = wanted.of_class(index) else { return Sources::NONE };
    let of_counters = C::PROPERTIES.iter().enumerate().filter(|(index, _)| counters.contains(*index));
    of_counters.fold(C::INSTANCES, |all, (_, property)| all | property.sources)
}

/// A [`Class`] as the provider's SDK takes it.
struct Adapter<C>(PhantomData<fn() -> C>);

impl<C: Class> CounterClass<Sampler> for Adapter<C> {
    type Row = C::Row;
    const NAME: &'static str = C::NAME;

    fn keys(&self) -> &'static [&'static str] {
        C::KEYS
    }

    fn counters(&self) -> Vec<Counter<C::Row>> {
        C::PROPERTIES.iter().map(Property::counter).collect()
    }

    fn for_each(&self, sampler: &Sampler, visit: &mut dyn FnMut(Instance<'_>, &C::Row)) {
        C::for_each(C::Area::of(sampler), visit);
    }

    fn why_missing(&self, sampler: &Sampler, row: &C::Row, counter: usize) -> Option<Reason> {
        let property = C::PROPERTIES.get(counter)?;
        C::why_missing(row, property)
            .or_else(|| Some(reason(C::Area::of(sampler).unavailable(property.sources))))
    }
}

/// The reason of a NULL whose sources were read, or were not.
#[must_use]
pub fn reason(unavailable: Option<Unavailable>) -> Reason {
    match unavailable {
        Some(Unavailable::Denied) => Reason::Denied,
        Some(Unavailable::Failed(_)) => Reason::Failed,
        // A file that is there without the field is of a kernel that hasn't it.
        Some(Unavailable::Unsupported) | None => Reason::Unsupported,
    }
}

/// The first of the sources in question that could not be read.
pub(crate) fn first_unavailable<const N: usize>(
    sources: Sources,
    all: [(Sources, Option<Unavailable>); N],
) -> Option<Unavailable> {
    all.into_iter().filter(|(source, _)| sources.has_any(*source)).find_map(|(_, why)| why)
}
