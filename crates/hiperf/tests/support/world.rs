//! A provider of the SDK whose samples the test writes: [`World`].

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hiperf::{Namespace, Reason, Result, Status};
use hiperf_provider::{Counter, CounterClass, Instance, Provider, ServedClass, Source, Timestamps, Wanted};

use crate::names::{next_clsid, registration};

/// One second in the ticks of [`State::time`].
pub const SECOND: u64 = 10_000_000;

/// One instance of the class, as the next sample finds it.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub name: String,
    pub identity: u64,
    pub total: Option<u64>,
    pub small: Option<u64>,
    pub level: Option<u64>,
    pub sum: Option<u64>,
    pub sum_base: Option<u64>,
}

/// A row whose identity is its name's first letter and whose level is given.
pub fn row(name: &str, level: u64) -> Row {
    let identity = name.bytes().next().map_or(0, u64::from);
    Row { name: name.to_owned(), identity, level: Some(level), ..Row::default() }
}

/// What the next sample finds.
#[derive(Clone, Default)]
pub struct State {
    pub rows: Vec<Row>,
    /// All three clocks, in 100-nanosecond units.
    pub time: u64,
    pub fails: Option<Status>,
    pub panics: bool,
    /// The row after which the enumeration of the rows panics.
    pub panics_after: Option<usize>,
    /// How many samples were taken.
    pub samples: u64,
    /// The counters that the latest sample was for.
    pub wanted: String,
    /// Why a counter without a value has none.
    pub why: Option<Reason>,
}

/// The counters of the raw class.
const COUNTERS: [&str; 5] = ["Total", "Small", "Level", "Sum", "Sum_Base"];

/// The names of a test's classes.
pub trait Named: Send + Sync + 'static {
    const RAW: &'static str;
    const FORMATTED: &'static str;
}

/// A provider with one raw class and its formatted twin.
pub struct World {
    pub namespace: Namespace,
    pub raw: &'static str,
    pub formatted: &'static str,
    state: Arc<Mutex<State>>,
}

/// A [`World`] of classes that bear this name.
#[macro_export]
macro_rules! world {
    ($name:literal) => {{
        struct Name;
        impl $crate::world::Named for Name {
            const RAW: &'static str = concat!("Test_PerfRawData_", $name);
            const FORMATTED: &'static str = concat!("Test_PerfFormattedData_", $name);
        }
        $crate::world::World::start::<Name>()
    }};
}

impl World {
    pub fn start<N: Named>() -> World {
        let state = Arc::new(Mutex::new(State::default()));
        let clsid = next_clsid();
        let shared = state.clone();
        hiperf_provider::register(clsid, move || WorldProvider::<N>(shared.clone(), PhantomData));
        let namespace = Namespace::connect("root\\cimv2").unwrap();
        let provider = format!("Provider of {}", N::RAW);
        let mof = registration(&provider, clsid) + &raw_class(N::RAW, &provider) + &formatted_class::<N>();
        assert_eq!(namespace.compile_mof("world.mof", &mof).unwrap(), 4);
        World { namespace, raw: N::RAW, formatted: N::FORMATTED, state }
    }

    /// What the next sample finds, to be changed.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next sample finds these rows.
    pub fn set(&self, rows: &[Row]) {
        self.state().rows = rows.to_vec();
    }

    /// The path of a raw instance.
    pub fn path(&self, name: &str) -> String {
        format!("{}.Name=\"{name}\"", self.raw)
    }
}

fn raw_class(name: &str, provider: &str) -> String {
    format!(
        "[dynamic, provider(\"{provider}\"), hiperf] class {name} : Win32_PerfRawData {{\n\
           [key] string Name; uint64 Total; uint32 Small; uint32 Level; uint64 Sum; uint32 Sum_Base;\n\
         }};\n"
    )
}

fn formatted_class<N: Named>() -> String {
    format!(
        "[dynamic, provider(\"HiPerfCooker_v1\"), hiperf, AutoCook_RawClass(\"{}\")]\n\
         class {} : Win32_PerfFormattedData {{\n\
           [key] string Name;\n\
           [CookingType(\"PERF_COUNTER_BULK_COUNT\"), Counter(\"Total\")] uint64 Total;\n\
           [CookingType(\"PERF_COUNTER_BULK_COUNT\"), Counter(\"Total\")] real64 Exact;\n\
           [CookingType(\"PERF_COUNTER_COUNTER\"), Counter(\"Small\")] uint32 Small;\n\
           [CookingType(\"PERF_COUNTER_RAWCOUNT\"), Counter(\"Level\")] uint32 Level;\n\
           [CookingType(\"PERF_AVERAGE_BULK\"), Counter(\"Sum\")] uint64 Sum;\n\
         }};\n",
        N::RAW,
        N::FORMATTED
    )
}

struct WorldProvider<N>(Arc<Mutex<State>>, PhantomData<N>);

impl<N: Named> Provider for WorldProvider<N> {
    type Source = Sampled;

    fn open(&self) -> Result<Sampled> {
        Ok(Sampled { shared: self.0.clone(), sample: State::default() })
    }

    fn classes(&self) -> Vec<Box<dyn ServedClass<Sampled>>> {
        vec![hiperf_provider::served(Rows::<N>(PhantomData))]
    }
}

struct Sampled {
    shared: Arc<Mutex<State>>,
    sample: State,
}

impl Source for Sampled {
    fn sample(&mut self, wanted: Wanted<'_>) -> Result<Timestamps> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.samples += 1;
        assert!(wanted.contains(0) && !wanted.contains(1));
        let is_wanted = |(counter, name)| wanted.contains_counter(0, counter).then_some(name);
        shared.wanted = COUNTERS.into_iter().enumerate().filter_map(is_wanted).collect::<Vec<_>>().join(" ");
        self.sample = shared.clone();
        drop(shared);
        assert!(!self.sample.panics, "as tested");
        match self.sample.fails {
            Some(status) => Err(status.into()),
            None => Ok(Timestamps {
                perf_time: self.sample.time,
                perf_frequency: SECOND,
                sys_100ns: self.sample.time,
                sys_frequency: SECOND,
                object: self.sample.time,
                object_frequency: SECOND,
            }),
        }
    }
}

struct Rows<N>(PhantomData<N>);

impl<N: Named> CounterClass<Sampled> for Rows<N> {
    type Row = Row;
    const NAME: &'static str = N::RAW;

    fn counters(&self) -> Vec<Counter<Row>> {
        let values: [fn(&Row) -> Option<u64>; 5] =
            [|row| row.total, |row| row.small, |row| row.level, |row| row.sum, |row| row.sum_base];
        COUNTERS.into_iter().zip(values).map(|(name, value)| Counter::new(name, value)).collect()
    }

    fn for_each(&self, sampled: &Sampled, visit: &mut dyn FnMut(Instance<'_>, &Row)) {
        for (index, row) in sampled.sample.rows.iter().enumerate() {
            visit(Instance::identified(&row.name, row.identity), row);
            assert_ne!(sampled.sample.panics_after, Some(index), "as tested");
        }
    }

    fn why_missing(&self, sampled: &Sampled, _: &Row, _: usize) -> Option<Reason> {
        sampled.sample.why
    }
}
