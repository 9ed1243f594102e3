//! [`CounterClass`]: what an author says of a class, and the binding of its
//! counters and texts to the property handles of the class as the client knows
//! it.

use std::cell::RefCell;
use std::marker::PhantomData;

use hiperf_cim::cook::CounterType;
use hiperf_cim::{CimType, Context as _, Error, PropertyHandle, Reason, Result, Status, Type, Value};
use hiperf_com::access::ObjectAccess;
use hiperf_com::client::ClassObject;

use crate::wanted::Selection;
use crate::{Instance, Text, Timestamps};

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

/// A class of counters, made of samples of the source `S`.
pub trait CounterClass<S>: Send + Sync + 'static {
    /// What a sample says of one instance.
    type Row: 'static;
    /// The class's name.
    const NAME: &'static str;

    /// The properties that the provider fills. Others of the class stay NULL.
    /// Asked for once in a refresher.
    fn counters(&self) -> Vec<Counter<Self::Row>>;

    /// The properties that it fills with text.
    fn texts(&self) -> Vec<Text<Self::Row>> {
        Vec::new()
    }

    /// The names of the keys, in the order in which [`Instance::keyed`] has their
    /// values: integers or strings. Without effect for a singleton.
    fn keys(&self) -> &'static [&'static str] {
        &["Name"]
    }

    /// Calls `visit` with every instance of the sample and its row, in an order
    /// that changes only when instances come or go. Allocates nothing.
    fn for_each(&self, sample: &S, visit: &mut dyn FnMut(Instance<'_>, &Self::Row));

    /// Why the counter at index `counter` of [`CounterClass::counters`] has no
    /// value in this row; `None` says nothing. Asked for each NULL. The indexes of
    /// the texts follow those of the counters.
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
                *handle = Width::of(object, name)?.handle();
            }
            let counters = self.class.counters().into_iter();
            let counters = counters.map(|Counter { name, value, .. }| {
                Ok(BoundCounter { width: Width::of(object, name)?, value, name })
            });
            let texts = self.class.texts().into_iter();
            let texts = texts
                .map(|Text { name, text }| Ok(BoundText { handle: text_handle(object, name)?, text, name }));
            Ok((times, counters.collect::<Result<Vec<_>>>()?, texts.collect::<Result<Vec<_>>>()?))
        };
        let (times, counters, texts) = bind().context(|| format!("class {}", C::NAME))?;
        let (class, units) = (self.class.clone(), RefCell::default());
        Ok(Box::new(Bound { class, counters, texts, units, times, source: PhantomData::<fn(&S)> }))
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

/// The handle of a property that takes a text.
fn text_handle(object: &ObjectAccess, name: &str) -> Result<PropertyHandle> {
    const STRING: Type = Type::scalar(CimType::String);
    match object.property_handle(name)? {
        (STRING, handle) => Ok(handle),
        (ty, _) => Err(Error::new(
            Status::WBEM_E_TYPE_MISMATCH,
            format!("property {name} is a {ty}; a text is a string"),
        )),
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

struct BoundText<Row> {
    handle: PropertyHandle,
    text: fn(&Row) -> Option<&str>,
    name: &'static str,
}

struct BoundCounter<Row> {
    width: Width,
    value: fn(&Row) -> Option<u64>,
    name: &'static str,
}

struct Bound<S, C: CounterClass<S>> {
    class: std::sync::Arc<C>,
    counters: Vec<BoundCounter<C::Row>>,
    texts: Vec<BoundText<C::Row>>,
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
        let clear = |handle| target.object.write_missing(handle, reason);
        match target.selection.counters() {
            None => self.handles().try_for_each(clear),
            Some(wanted) => wanted.iter().filter_map(|&index| self.handles().nth(index)).try_for_each(clear),
        }
    }

    fn select(&self, names: Option<&[String]>) -> Selection {
        let counters = self.counters.iter().map(|counter| counter.name);
        let names_of_all = counters.chain(self.texts.iter().map(|text| text.name));
        Selection::new(names, names_of_all.zip(self.handles()))
    }
}

impl<S, C: CounterClass<S>> Bound<S, C> {
    /// The handles of the counters, then those of the texts.
    fn handles(&self) -> impl Iterator<Item = PropertyHandle> {
        let counters = self.counters.iter().map(|counter| counter.width.handle());
        counters.chain(self.texts.iter().map(|text| text.handle))
    }

    fn write(&self, sample: &S, time: &Timestamps, row: &C::Row, target: &Target) -> Result<(), Status> {
        for (handle, (_, value)) in self.times.iter().zip(time.properties()) {
            target.object.write_u64(*handle, value)?;
        }
        let counter =
            |(index, counter): (usize, &_)| self.write_counter(sample, row, index, counter, &target.object);
        let text = |(place, text): (usize, &_)| self.write_text(sample, row, place, text, &target.object);
        let Some(wanted) = target.selection.counters() else {
            self.counters.iter().enumerate().try_for_each(counter)?;
            return self.texts.iter().enumerate().try_for_each(text);
        };
        wanted.iter().try_for_each(|&index| match self.counters.get(index) {
            Some(found) => counter((index, found)),
            None => {
                let place = index - self.counters.len();
                self.texts.get(place).map_or(Ok(()), |found| text((place, found)))
            }
        })
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
        match (counter.value)(row) {
            Some(value) => counter.width.write(object, value),
            None => self.write_missing(sample, row, index, counter.width.handle(), object),
        }
    }

    fn write_text(
        &self,
        sample: &S,
        row: &C::Row,
        place: usize,
        text: &BoundText<C::Row>,
        object: &ObjectAccess,
    ) -> Result<(), Status> {
        match (text.text)(row) {
            Some(value) => {
                let mut units = self.units.borrow_mut();
                object.write_utf16(text.handle, value.encode_utf16(), &mut units)
            }
            None => self.write_missing(sample, row, self.counters.len() + place, text.handle, object),
        }
    }

    fn write_missing(
        &self,
        sample: &S,
        row: &C::Row,
        index: usize,
        handle: PropertyHandle,
        object: &ObjectAccess,
    ) -> Result<(), Status> {
        match self.class.why_missing(sample, row, index) {
            Some(reason) => object.write_missing(handle, reason),
            None => object.write_null(handle),
        }
    }
}
