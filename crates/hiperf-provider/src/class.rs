//! [`CounterClass`]: what an author says of a class, and the binding of its
//! counters to the property handles of the class as the client knows it.

use std::marker::PhantomData;

use hiperf_cim::cook::CounterType;
use hiperf_cim::{CimType, Context as _, Error, PropertyHandle, Reason, Result, Status, Type, Value};
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::ClassObject;

use crate::Timestamps;
use crate::wanted::Selection;

/// A counter: a property of the class, and how its value comes from a row.
#[derive(Debug)]
pub struct Counter<Row: 'static> {
    name: &'static str,
    value: fn(&Row) -> Option<u64>,
    counter_type: Option<CounterType>,
}

impl<Row> Counter<Row> {
    /// The counter `name`; `None` is NULL. Of a value for a 32-bit property the
    /// low 32 bits count, so that counters wrap as on Windows.
    #[must_use]
    pub const fn new(name: &'static str, value: fn(&Row) -> Option<u64>) -> Counter<Row> {
        Counter { name, value, counter_type: None }
    }

    /// The same, of this counter type: a class whose MOF says another one is
    /// refused when the provider is initialised.
    #[must_use]
    pub const fn of_type(self, counter_type: CounterType) -> Counter<Row> {
        Counter { counter_type: Some(counter_type), ..self }
    }
}

/// Which instance a row belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance<'a> {
    /// The key, `Name`; empty for the one instance of a singleton class.
    pub name: &'a str,
    /// What makes it the same instance from one sample to the next: of a
    /// process its id and start time together, say. Another entity that takes
    /// over the name has another identity.
    pub identity: u64,
}

impl<'a> Instance<'a> {
    /// An instance that is the same as long as its name is.
    #[must_use]
    pub fn named(name: &'a str) -> Instance<'a> {
        // FNV-1a: names are short and few, and nobody chooses them to collide.
        let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        Instance { name, identity: hash }
    }

    /// The one instance of a singleton class.
    #[must_use]
    pub const fn singleton() -> Instance<'static> {
        Instance { name: "", identity: 0 }
    }

    /// The instance `name`, told from others of that name by `identity`.
    #[must_use]
    pub const fn identified(name: &'a str, identity: u64) -> Instance<'a> {
        Instance { name, identity }
    }
}

/// A class of counters, made of samples of the source `S`.
pub trait CounterClass<S>: Send + Sync + 'static {
    /// What a sample says of one instance.
    type Row: 'static;
    /// The class's name.
    const NAME: &'static str;

    /// The properties that the provider fills. Others of the class stay NULL.
    /// Asked for once in a refresher.
    fn counters(&self) -> Vec<Counter<Self::Row>>;

    /// Calls `visit` with every instance of the sample and its row, in an order
    /// that changes only when instances come or go. Allocates nothing.
    fn for_each(&self, sample: &S, visit: &mut dyn FnMut(Instance<'_>, &Self::Row));

    /// Why the counter at index `counter` of [`CounterClass::counters`] has no
    /// value in this row; `None` says nothing. Asked for each NULL.
    fn why_missing(&self, sample: &S, row: &Self::Row, counter: usize) -> Option<Reason> {
        let _nothing_is_known = (sample, row, counter);
        None
    }
}

/// A [`CounterClass`] with its types put away; made by [`served`].
pub trait ServedClass<S>: Send + Sync {
    /// The class's name.
    fn name(&self) -> &'static str;

    #[doc(hidden)]
    fn bind(&self, object: &ObjectAccess) -> Result<Box<dyn BoundClass<S>>>;

    /// Whether the class, as its namespace has it, is the one that is served.
    #[doc(hidden)]
    fn check(&self, class: &ClassObject) -> Result<()>;
}

/// An object that an instance is written to, and which counters are.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Target {
    pub(crate) object: ObjectAccess,
    pub(crate) selection: Selection,
}

/// The objects that instances are written to.
#[doc(hidden)]
pub trait Targets {
    /// The objects for an instance.
    fn of(&mut self, instance: Instance<'_>) -> Result<&[Target], Status>;
}

/// A class whose handles are known.
#[doc(hidden)]
pub trait BoundClass<S>: Send {
    /// Writes every instance of the sample to the objects that `targets` has
    /// for it.
    fn write_all(&self, sample: &S, time: &Timestamps, targets: &mut dyn Targets) -> Result<(), Status>;

    /// Sets the wanted counters to NULL, for this reason.
    fn clear(&self, target: &Target, reason: Reason) -> Result<(), Status>;

    /// The selection that a client's property list makes.
    fn select(&self, names: Option<&[String]>) -> Selection;
}

/// Puts a class's types away, so that classes of different rows fit one list.
pub fn served<S: 'static, C: CounterClass<S>>(class: C) -> Box<dyn ServedClass<S>> {
    Box::new(Served { class: std::sync::Arc::new(class), source: PhantomData::<fn(&S)> })
}

struct Served<S, C> {
    class: std::sync::Arc<C>,
    source: PhantomData<fn(&S)>,
}

impl<S: 'static, C: CounterClass<S>> ServedClass<S> for Served<S, C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn bind(&self, object: &ObjectAccess) -> Result<Box<dyn BoundClass<S>>> {
        let bind = || -> Result<_> {
            let mut times = [PropertyHandle(0); 6];
            for (handle, (name, _)) in times.iter_mut().zip(Timestamps::now().properties()) {
                *handle = Width::of(object, name)?.handle();
            }
            let counters = self.class.counters().into_iter();
            let counters = counters.map(|Counter { name, value, .. }| {
                Ok(BoundCounter { width: Width::of(object, name)?, value, name })
            });
            Ok((times, counters.collect::<Result<Vec<_>>>()?))
        };
        let (times, counters) = bind().context(|| format!("class {}", C::NAME))?;
        let class = self.class.clone();
        Ok(Box::new(Bound { class, counters, times, source: PhantomData::<fn(&S)> }))
    }

    fn check(&self, class: &ClassObject) -> Result<()> {
        self.bind(&class.spawn_instance()?)?;
        for Counter { name, counter_type, .. } in self.class.counters() {
            let Some(served) = counter_type else { continue };
            let context = || format!("class {}", C::NAME);
            match class.property_qualifier(name, "CounterType").context(context)? {
                // A class says it for those who read it; a provider needs no such word.
                None => {}
                Some(Value::Sint32(said)) if CounterType::from_qualifier(said) == Some(served) => {}
                Some(said) => {
                    let message = format!(
                        "class {}: property {name} has CounterType {said}, but the provider counts in \
                         {served} ({}); compile the provider's own MOF",
                        C::NAME,
                        served.number().cast_signed()
                    );
                    return Err(Error::new(Status::WBEM_E_TYPE_MISMATCH, message));
                }
            }
        }
        Ok(())
    }
}

/// A property that takes a counter.
#[derive(Clone, Copy)]
enum Width {
    U32(PropertyHandle),
    U64(PropertyHandle),
}

impl Width {
    fn of(object: &ObjectAccess, name: &str) -> Result<Width> {
        let (ty, handle) = object.property_handle(name)?;
        const UINT32: Type = Type::scalar(CimType::Uint32);
        const UINT64: Type = Type::scalar(CimType::Uint64);
        match ty {
            UINT32 => Ok(Width::U32(handle)),
            UINT64 => Ok(Width::U64(handle)),
            _ => Err(Error::new(
                Status::WBEM_E_TYPE_MISMATCH,
                format!("property {name} is a {ty}; a counter is a uint32 or a uint64"),
            )),
        }
    }

    fn handle(self) -> PropertyHandle {
        match self {
            Width::U32(handle) | Width::U64(handle) => handle,
        }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation)] // 32-bit counters wrap
    fn write(self, object: &ObjectAccess, value: u64) -> Result<(), Status> {
        match self {
            Width::U32(handle) => object.write_u32(handle, value as u32),
            Width::U64(handle) => object.write_u64(handle, value),
        }
    }
}

struct BoundCounter<Row> {
    width: Width,
    value: fn(&Row) -> Option<u64>,
    name: &'static str,
}

struct Bound<S, C: CounterClass<S>> {
    class: std::sync::Arc<C>,
    counters: Vec<BoundCounter<C::Row>>,
    times: [PropertyHandle; 6],
    source: PhantomData<fn(&S)>,
}

impl<S: 'static, C: CounterClass<S>> BoundClass<S> for Bound<S, C> {
    fn write_all(&self, sample: &S, time: &Timestamps, targets: &mut dyn Targets) -> Result<(), Status> {
        let mut outcome = Ok(());
        self.class.for_each(sample, &mut |instance, row| {
            if outcome.is_ok() {
                outcome = targets
                    .of(instance)
                    .and_then(|all| all.iter().try_for_each(|target| self.write(sample, time, row, target)));
            }
        });
        outcome
    }

    fn clear(&self, target: &Target, reason: Reason) -> Result<(), Status> {
        let clear = |counter: &BoundCounter<_>| target.object.write_missing(counter.width.handle(), reason);
        match target.selection.counters() {
            None => self.counters.iter().try_for_each(clear),
            Some(wanted) => wanted.iter().filter_map(|&index| self.counters.get(index)).try_for_each(clear),
        }
    }

    fn select(&self, names: Option<&[String]>) -> Selection {
        Selection::new(names, self.counters.iter().map(|counter| (counter.name, counter.width.handle())))
    }
}

impl<S, C: CounterClass<S>> Bound<S, C> {
    fn write(&self, sample: &S, time: &Timestamps, row: &C::Row, target: &Target) -> Result<(), Status> {
        for (handle, (_, value)) in self.times.iter().zip(time.properties()) {
            target.object.write_u64(*handle, value)?;
        }
        let write =
            |(index, counter): (usize, &_)| self.write_counter(sample, row, index, counter, &target.object);
        match target.selection.counters() {
            None => self.counters.iter().enumerate().try_for_each(write),
            Some(wanted) => wanted.iter().try_for_each(|&index| {
                self.counters.get(index).map_or(Ok(()), |counter| write((index, counter)))
            }),
        }
    }

    #[inline]
    fn write_counter(
        &self,
        sample: &S,
        row: &C::Row,
        index: usize,
        counter: &BoundCounter<C::Row>,
        object: &ObjectAccess,
    ) -> Result<(), Status> {
        if let Some(value) = (counter.value)(row) {
            return counter.width.write(object, value);
        }
        match self.class.why_missing(sample, row, index) {
            Some(reason) => object.write_missing(counter.width.handle(), reason),
            None => object.write_null(counter.width.handle()),
        }
    }
}
