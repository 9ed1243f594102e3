//! [`CounterClass`]: what an author says of a class, and the binding of its
//! fields to the property handles of the class as the client knows it.

use std::cell::RefCell;
use std::marker::PhantomData;

use hiperf_cim::cook::CounterType;
use hiperf_cim::{CimType, Context as _, Error, PropertyHandle, Reason, Result, Status, Type, Value};
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::ClassObject;

use crate::field::{BoundField, Field};
use crate::wanted::Selection;
use crate::{Instance, Timestamps};

/// A counter: a property of the class, and how its value comes from a row.
#[derive(Debug)]
pub struct Counter<Row: 'static> {
    name: &'static str,
    field: Field<Row>,
    counter_type: Option<CounterType>,
}

impl<Row> Counter<Row> {
    /// The counter `name`; `None` is NULL. Of a value for a 32-bit property the
    /// low 32 bits count, so that counters wrap as on Windows.
    #[must_use]
    pub const fn new(name: &'static str, value: fn(&Row) -> Option<u64>) -> Counter<Row> {
        Counter::of_field(name, Field::Count(value))
    }

    /// The property `name`, filled from a field of any kind.
    #[must_use]
    pub const fn of_field(name: &'static str, field: Field<Row>) -> Counter<Row> {
        Counter { name, field, counter_type: None }
    }

    /// The same, of this counter type: a class whose MOF says another one is
    /// refused when the provider is initialised.
    #[must_use]
    pub const fn of_type(self, counter_type: CounterType) -> Counter<Row> {
        Counter { counter_type: Some(counter_type), ..self }
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

    /// The names of the keys, in the order in which [`Instance::keyed`] has their
    /// values: integers or strings. Without effect for a singleton.
    fn keys(&self) -> &'static [&'static str] {
        &["Name"]
    }

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

    /// The names of the keys.
    #[doc(hidden)]
    fn keys(&self) -> &'static [&'static str];

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

    fn keys(&self) -> &'static [&'static str] {
        self.class.keys()
    }

    fn bind(&self, object: &ObjectAccess) -> Result<Box<dyn BoundClass<S>>> {
        let bind = || -> Result<_> {
            let mut times = [PropertyHandle(0); 6];
            for (handle, (name, _)) in times.iter_mut().zip(Timestamps::now().properties()) {
                *handle = time_handle(object, name)?;
            }
            let counters = self.class.counters().into_iter();
            let counters = counters.map(|Counter { name, field, .. }| {
                Ok(BoundCounter { field: BoundField::new(object, name, field)?, name })
            });
            Ok((times, counters.collect::<Result<Vec<_>>>()?))
        };
        let (times, counters) = bind().context(|| format!("class {}", C::NAME))?;
        let (class, units) = (self.class.clone(), RefCell::default());
        Ok(Box::new(Bound { class, counters, units, times, source: PhantomData::<fn(&S)> }))
    }

    fn check(&self, class: &ClassObject) -> Result<()> {
        let instance = class.spawn_instance()?;
        self.bind(&instance)?;
        // Every class of counters has a Name, if only as what it inherits.
        for key in self.class.keys().iter().filter(|key| !key.eq_ignore_ascii_case("Name")) {
            key_type(&instance, key).context(|| format!("class {}", C::NAME))?;
        }
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

/// The handle of a property that takes a time stamp or a frequency.
fn time_handle(object: &ObjectAccess, name: &str) -> Result<PropertyHandle> {
    const UINT64: Type = Type::scalar(CimType::Uint64);
    match object.property_handle(name)? {
        (UINT64, handle) => Ok(handle),
        (ty, _) => {
            let message = format!("property {name} is a {ty}; a time is a uint64");
            Err(Error::new(Status::WBEM_E_TYPE_MISMATCH, message))
        }
    }
}

/// The type of a property that is a key of the provider's.
fn key_type(object: &ObjectAccess, name: &str) -> Result<CimType> {
    let (ty, _) = object.property_handle(name)?;
    match !ty.is_array && (ty.scalar.is_integer() || ty.scalar == CimType::String) {
        true => Ok(ty.scalar),
        false => Err(Error::new(
            Status::WBEM_E_TYPE_MISMATCH,
            format!("property {name} is a {ty}; a key is an integer or a string"),
        )),
    }
}

struct BoundCounter<Row: 'static> {
    field: BoundField<Row>,
    name: &'static str,
}

struct Bound<S, C: CounterClass<S>> {
    class: std::sync::Arc<C>,
    counters: Vec<BoundCounter<C::Row>>,
    /// Where a text is put together before it is written.
    units: RefCell<Vec<u16>>,
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
        let clear = |counter: &BoundCounter<_>| target.object.write_missing(counter.field.handle(), reason);
        match target.selection.counters() {
            None => self.counters.iter().try_for_each(clear),
            Some(wanted) => wanted.iter().filter_map(|&index| self.counters.get(index)).try_for_each(clear),
        }
    }

    fn select(&self, names: Option<&[String]>) -> Selection {
        Selection::new(names, self.counters.iter().map(|counter| (counter.name, counter.field.handle())))
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
        if let Some(written) = counter.field.write(row, object, &self.units) {
            return written;
        }
        match self.class.why_missing(sample, row, index) {
            Some(reason) => object.write_missing(counter.field.handle(), reason),
            None => object.write_null(counter.field.handle()),
        }
    }
}
