//! A lane against the formulas it stands for, on instances that it is meant for
//! and on everything else: what it writes and what it leaves to be written are
//! the same values.

mod samples;

use std::sync::Arc;

use hiperf_cim::cook::{
    Cooked, CounterType, Formula, Lane, LaneClock, LaneSample, LaneStep, Left, LeftValue, Pace, Place,
    Reason, Sample, Width, cook,
};
use hiperf_cim::{
    CimType, Class, ClassBuilder, Instance, PropertyDeclaration, PropertyHandle, Status, Type, Value,
};
use samples::Random;

const CLOCKS: [&str; 4] = ["Stamp0", "Frequency0", "Stamp1", "Frequency1"];

/// Counter type, raw type, formatted type, clock.
type Counter = (CounterType, CimType, CimType, Option<usize>);

fn class(name: &str, properties: &[(String, CimType)]) -> Arc<Class> {
    let mut builder = ClassBuilder::new(name, None).unwrap();
    for (name, ty) in properties {
        builder
            .property(PropertyDeclaration {
                name: name.clone(),
                ty: Type::scalar(*ty),
                class_name: None,
                qualifiers: Vec::new(),
                default: None,
            })
            .unwrap();
    }
    builder.build().unwrap()
}

/// Two classes of the same counters, and the lane between them.
struct World {
    raw: Arc<Class>,
    target: Arc<Class>,
    steps: Vec<LaneStep>,
    copies: Vec<(PropertyHandle, PropertyHandle)>,
    lane: Lane,
}

impl World {
    fn new(counters: &[Counter]) -> World {
        let clocks = || CLOCKS.map(|name| (name.to_owned(), CimType::Uint64)).into_iter();
        let name = |index: usize| format!("Counter{index}");
        let base_name = |index: usize| format!("Counter{index}_Base");
        let (mut of_raw, mut of_target): (Vec<_>, Vec<_>) = (clocks().collect(), clocks().collect());
        of_raw.push(("Name".to_owned(), CimType::String));
        of_target.push(("Name".to_owned(), CimType::String));
        for (index, (counter_type, from, to, _)) in counters.iter().enumerate() {
            of_raw.push((name(index), *from));
            if counter_type.base().is_some() {
                let bases = [CimType::Uint32, CimType::Uint64];
                of_raw.push((base_name(index), bases[index % 2]));
            }
            of_target.push((name(index), *to));
        }
        let (raw, target) = (class("Raw", &of_raw), class("Target", &of_target));
        let step = |(index, (counter_type, _, _, clock)): (usize, &Counter)| LaneStep {
            counter_type: *counter_type,
            value: raw.handle(&name(index)).unwrap(),
            base: counter_type.base().map(|_| raw.handle(&base_name(index)).unwrap()),
            clock: clock.map(|clock| LaneClock {
                stamp: (counter_type.formula() != Formula::AverageTimer)
                    .then(|| raw.handle(CLOCKS[2 * clock]).unwrap()),
                frequency: raw.handle(CLOCKS[2 * clock + 1]).unwrap(),
            }),
            target: target.handle(&name(index)).unwrap(),
        };
        let steps: Vec<LaneStep> = counters.iter().enumerate().map(step).collect();
        for step in &steps {
            assert!(Lane::takes(step, &raw, &target), "{step:?}");
        }
        let copies = CLOCKS.map(|name| (raw.handle(name).unwrap(), target.handle(name).unwrap())).to_vec();
        let lane = Lane::new(steps.clone(), &copies, &raw, &target).unwrap();
        World { raw, target, steps, copies, lane }
    }

    /// The raw properties that are counters and their bases.
    fn values(&self) -> impl Iterator<Item = PropertyHandle> {
        self.steps.iter().flat_map(|step| [Some(step.value), step.base]).flatten()
    }

    fn read(raw: &Instance, handle: PropertyHandle) -> Option<u64> {
        let bytes = raw.read_fixed(handle).unwrap()?;
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        Some(u64::from_le_bytes(word))
    }

    /// What [`cook`] makes of two raw instances.
    fn expected(
        &self,
        step: &LaneStep,
        older: Option<&Instance>,
        newer: &Instance,
    ) -> Result<Cooked, Reason> {
        let width_of =
            |handle: PropertyHandle| Width::of(self.raw.properties()[handle.index()].ty().scalar).unwrap();
        let sample = |raw: &Instance| {
            let word = |handle: PropertyHandle| World::read(raw, handle);
            let (time, frequency) = match step.clock {
                None => (0, 0),
                Some(LaneClock { stamp, frequency }) => {
                    (stamp.map_or(Some(0), word)?, word(frequency).unwrap_or(0))
                }
            };
            let base = step.base.and_then(|base| Some((word(base)?, width_of(base))));
            Some(Sample { value: word(step.value)?, width: width_of(step.value), time, frequency, base })
        };
        let older = older.and_then(&sample);
        cook(step.counter_type, older.as_ref(), &sample(newer).ok_or(Reason::Missing)?)
    }
}

/// All counters that a lane takes, in runs of up to `MAX_EQUAL`.
fn counters<const MAX_EQUAL: usize>() -> Vec<Counter> {
    let (u32, u64, real) = (CimType::Uint32, CimType::Uint64, CimType::Real64);
    let mut counters = Vec::new();
    for (from, to) in [(u32, u32), (u32, u64), (u32, real), (u64, u32), (u64, u64), (u64, real)] {
        for (name, clock) in [
            ("PERF_COUNTER_BULK_COUNT", Some(0)),
            ("PERF_100NSEC_TIMER", Some(1)),
            ("PERF_100NSEC_TIMER_INV", Some(1)),
            ("PERF_COUNTER_LARGE_QUEUELEN_TYPE", Some(0)),
            ("PERF_COUNTER_COUNTER", Some(0)),
            ("PERF_AVERAGE_TIMER", Some(0)),
            ("PERF_AVERAGE_BULK", None),
            ("PERF_SAMPLE_FRACTION", None),
            ("PERF_RAW_FRACTION", None),
            ("PERF_PRECISION_100NS_TIMER", None),
            ("PERF_100NSEC_MULTI_TIMER", Some(1)),
        ] {
            let counter_type = CounterType::from_name(name).unwrap();
            counters.extend(vec![(counter_type, from, to, clock); 1 + counters.len() % MAX_EQUAL]);
        }
    }
    for (from, to) in [(u32, u32), (u32, u64), (u64, u64), (u64, u32)] {
        for name in ["PERF_COUNTER_LARGE_DELTA", "PERF_COUNTER_LARGE_RAWCOUNT", "PERF_COUNTER_RAWCOUNT_HEX"] {
            counters.push((CounterType::from_name(name).unwrap(), from, to, None));
        }
    }
    counters
}

/// One instance that is sampled again and again.
struct Watched<'w> {
    world: &'w World,
    raw: Instance,
    older: Option<Instance>,
    target: Instance,
    sample: LaneSample,
    pace: Pace,
    left: Vec<Left>,
    /// Values that the lane wrote itself.
    written: usize,
}

impl Watched<'_> {
    fn new(world: &World) -> Watched<'_> {
        Watched {
            world,
            raw: Instance::spawn(&world.raw),
            older: None,
            target: Instance::spawn(&world.target),
            sample: world.lane.sample(),
            pace: world.lane.pace(),
            left: Vec::new(),
            written: 0,
        }
    }

    /// Cooks, and compares every value.
    #[track_caller]
    fn check(&mut self) {
        let lane = &self.world.lane;
        self.left.clear();
        lane.cook(&self.raw, &mut self.sample, &mut self.target, &mut self.pace, &mut self.left).unwrap();
        for (number, step) in self.world.steps.iter().enumerate() {
            let expected = self.world.expected(step, self.older.as_ref(), &self.raw);
            let place = Place::Step(number);
            let value = match self.left.iter().find(|left| left.place == place) {
                Some(Left { value, .. }) => match value {
                    LeftValue::Cooked(cooked) => Ok(*cooked),
                    LeftValue::Missing(reason) => Err(*reason),
                    LeftValue::Bytes(..) => panic!("{step:?} is no copy"),
                },
                None => {
                    self.written += 1;
                    let (cooked, to) =
                        (expected.unwrap(), self.target.class().properties()[step.target.index()].ty());
                    let written = self.target.value(step.target.index());
                    let expected = match to.scalar {
                        CimType::Real64 => Value::Real64(cooked.real()),
                        CimType::Uint32 => Value::Uint32(cooked.within((0, u32::MAX.into())).unwrap() as u32),
                        _ => Value::Uint64(cooked.within((0, u64::MAX.into())).unwrap() as u64),
                    };
                    assert_eq!(written, expected, "{step:?}");
                    continue;
                }
            };
            assert_eq!(value, expected, "{step:?}");
        }
        for (number, (from, to)) in self.world.copies.iter().enumerate() {
            let expected = World::read(&self.raw, *from);
            match self.left.iter().find(|left| left.place == Place::Copy(number)).map(|left| left.value) {
                None => assert_eq!(World::read(&self.target, *to), expected),
                Some(LeftValue::Bytes(bytes, len)) => {
                    assert_eq!((Some(u64::from_le_bytes(bytes)), len), (expected, 8))
                }
                Some(other) => assert_eq!((other, expected), (LeftValue::Missing(Reason::Missing), None)),
            }
        }
        self.older = Some(self.raw.clone());
    }

    fn put(&mut self, handle: PropertyHandle, value: Option<u64>) {
        match (value, self.raw.width(handle).unwrap()) {
            (None, _) => self.raw.write_null(handle).unwrap(),
            (Some(value), 4) => self.raw.write_u32(handle, value as u32).unwrap(),
            (Some(value), _) => self.raw.write_u64(handle, value).unwrap(),
        }
    }

    fn width(&self, handle: PropertyHandle) -> Width {
        if self.raw.width(handle).unwrap() == 4 { Width::U32 } else { Width::U64 }
    }
}

#[test]
fn a_lane_writes_what_the_formulas_give() {
    const SAMPLES: usize = 1_000;
    let mut counters = counters::<4>();
    // More neighbours than one run has.
    counters.extend([(CounterType::PERF_COUNTER_BULK_COUNT, CimType::Uint64, CimType::Uint64, Some(0)); 70]);
    let world = World::new(&counters);
    let mut watched = Watched::new(&world);
    let mut random = Random(0x1A2E_57E9);
    let clocks = CLOCKS.map(|name| world.raw.handle(name).unwrap());
    let mut time = 1_000_000u64;
    for round in 0..SAMPLES {
        // Calm times, in which the lane does all, and wild ones.
        let is_wild = round % 40 < 15;
        time = time.wrapping_add(10_000_000 + random.next() % 1000);
        let odd_clock = if is_wild { random.next() % 12 } else { 99 };
        for (number, handle) in clocks.into_iter().enumerate() {
            let usual = if number % 2 == 0 { time } else { 10_000_000 };
            let value = if odd_clock == number as u64 { random.value(Width::U64) } else { usual };
            watched.put(handle, Some(value));
        }
        if odd_clock == 7 {
            watched.put(clocks[(random.next() % 4) as usize], None);
        }
        for handle in world.values() {
            let width = watched.width(handle);
            let older = World::read(&watched.raw, handle).unwrap_or(1_000);
            let value = match is_wild {
                true if random.next().is_multiple_of(50) => random.later(older, width),
                true if random.next().is_multiple_of(800) => {
                    watched.put(handle, None);
                    continue;
                }
                _ => older.wrapping_add(random.next() % (1 << (random.next() % 28))),
            };
            watched.put(handle, Some(value & (u64::MAX >> (64 - width.bits()))));
        }
        watched.check();
    }
    let all = SAMPLES * world.steps.len();
    assert!(watched.written > all / 2, "{} of {all} by the lane itself", watched.written);
    assert!(watched.written < all * 19 / 20, "{} of {all}: where are the others?", watched.written);
}

/// The bounds of what is exact in reals, from both sides.
#[test]
fn bounds() {
    let world = World::new(&counters::<1>());
    let clocks = CLOCKS.map(|name| world.raw.handle(name).unwrap());
    for ticks in
        [0, 1, 3, 4, 5, 7, 10_000_001, (1 << 52) / 100, (1 << 52) / 100 + 1, (1 << 52) - 1, 1 << 52, 1 << 60]
    {
        for frequency in [0, 1, 3, 10_000_000, (1 << 52) - 1, 1 << 52, u64::MAX] {
            for bits in 0..64 {
                for step in [(1u64 << bits) - 1, 1 << bits] {
                    let mut watched = Watched::new(&world);
                    for (stamp, value) in [(5, 1_000), (5 + ticks, 1_000 + step)] {
                        for (number, handle) in clocks.into_iter().enumerate() {
                            watched.put(handle, Some(if number % 2 == 0 { stamp } else { frequency }));
                        }
                        for handle in world.values() {
                            let width = watched.width(handle);
                            watched.put(handle, Some(value & (u64::MAX >> (64 - width.bits()))));
                        }
                        watched.check();
                    }
                }
            }
        }
    }
}

#[test]
fn an_instance_that_begins_anew_has_no_past() {
    let world =
        World::new(&[(CounterType::PERF_COUNTER_LARGE_DELTA, CimType::Uint64, CimType::Uint64, None)]);
    let mut watched = Watched::new(&world);
    for value in [5, 8] {
        for name in CLOCKS {
            watched.put(world.raw.handle(name).unwrap(), Some(value));
        }
        watched.put(world.steps[0].value, Some(value));
        watched.check();
    }
    assert_eq!(watched.target.get("Counter0").unwrap(), Value::Uint64(3));
    watched.sample.clear(Reason::Reborn);
    watched.left.clear();
    let Watched { raw, sample, target, pace, left, .. } = &mut watched;
    world.lane.cook(raw, sample, target, pace, left).unwrap();
    assert_eq!(watched.left[4].value, LeftValue::Missing(Reason::Reborn));
}

#[test]
fn other_classes_are_refused() {
    let counters = [(CounterType::PERF_COUNTER_LARGE_DELTA, CimType::Uint64, CimType::Uint64, None)];
    let others = [counters[0], counters[0]];
    let (world, other) = (World::new(&counters), World::new(&others));
    let mut watched = Watched::new(&world);
    let (mut sample, mut pace, mut left) = (world.lane.sample(), world.lane.pace(), Vec::new());
    let mut cook = |raw: &Instance, target: &mut Instance| {
        world.lane.cook(raw, &mut sample, target, &mut pace, &mut left)
    };
    let (raw, mut target) = (Instance::spawn(&other.raw), Instance::spawn(&other.target));
    assert_eq!(cook(&raw, &mut watched.target), Err(Status::WBEM_E_INVALID_CLASS));
    assert_eq!(cook(&watched.raw, &mut target), Err(Status::WBEM_E_INVALID_CLASS));
    assert_eq!(cook(&watched.raw, &mut watched.target), Ok(()));
}

#[test]
fn what_a_lane_does_not_take() {
    let (u64, real) = (CimType::Uint64, CimType::Real64);
    let clocked = Some((0, 1));
    for (name, from, to, clock) in [
        ("PERF_AVERAGE_BULK", u64, u64, None),
        ("PERF_COUNTER_MULTI_TIMER_INV", u64, u64, clocked),
        ("PERF_ELAPSED_TIME", u64, u64, clocked),
        ("PERF_DOUBLE_RAW", real, real, None),
        ("PERF_COUNTER_TEXT", CimType::String, CimType::String, None),
        ("PERF_COUNTER_BULK_COUNT", CimType::Sint64, u64, clocked),
        ("PERF_COUNTER_BULK_COUNT", u64, CimType::Sint64, clocked),
        ("PERF_COUNTER_BULK_COUNT", u64, CimType::Uint16, clocked),
        ("PERF_COUNTER_BULK_COUNT", u64, u64, None),
        ("PERF_COUNTER_LARGE_DELTA", u64, real, None),
        ("PERF_COUNTER_LARGE_RAWCOUNT", u64, real, None),
    ] {
        let properties = |counter: CimType| {
            let names = [("Stamp", u64), ("Frequency", u64), ("Counter", counter)];
            names.map(|(name, ty)| (name.to_owned(), ty))
        };
        let (raw, target) = (class("Raw", &properties(from)), class("Target", &properties(to)));
        let handle = |name: &str| raw.handle(name).unwrap();
        let step = LaneStep {
            counter_type: CounterType::from_name(name).unwrap(),
            value: handle("Counter"),
            base: None,
            clock: clock.map(|_| LaneClock { stamp: Some(handle("Stamp")), frequency: handle("Frequency") }),
            target: target.handle("Counter").unwrap(),
        };
        assert!(!Lane::takes(&step, &raw, &target), "{name} from {from:?} to {to:?}");
    }
}
