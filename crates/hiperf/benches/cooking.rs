//! What cooking costs: 1,000 instances of 20 counters, against the copy of
//! their raw blocks.
//!
//! A copy is what a refresh does with each instance, `Object::copy_from`; that
//! of bare bytes is shown beside it. Cooking is measured twice: alone, as what a
//! sample costs more that is cooked too; and whole, as what a refresh of
//! formatted instances costs more than one of the raw ones, which has another
//! copy of each instance in it, that to the client's object. The gates are where
//! it stands, the targets where it should be: twice a copy, and one more.

#[allow(dead_code)] // Here are differences only.
#[path = "../../../benches/rounds.rs"]
mod rounds;
#[path = "cooking/steady.rs"]
mod steady;

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;

use hiperf::{Namespace, Refreshed, Refresher, Result};
use hiperf_cim::cook::{CounterType, Lane, LaneClock, LaneStep};
use hiperf_cim::{Class, Instance, PropertyHandle};
use hiperf_com::object::Object;
use rounds::{Difference, measure_differences};
use steady::Kind;

const INSTANCES: usize = 1_000;
const COUNTERS: usize = 20;
/// Samples of a round: few, so that most rounds are over before anything else
/// that the machine does comes between.
const SAMPLES: usize = 5;

/// 20 rates.
const RATES: Kind = Kind {
    raw: "Bench_PerfRawData_Rates",
    formatted: "Bench_PerfFormattedData_Rates",
    counters: &[("uint64", "PERF_COUNTER_BULK_COUNT")],
};

/// As a disk has them: 8 rates, 6 times, 2 queues, 2 levels, 2 means.
const MIXED: Kind = Kind {
    raw: "Bench_PerfRawData_Mixed",
    formatted: "Bench_PerfFormattedData_Mixed",
    counters: &[
        ("uint64", "PERF_COUNTER_BULK_COUNT"),
        ("uint64", "PERF_COUNTER_BULK_COUNT"),
        ("uint32", "PERF_COUNTER_COUNTER"),
        ("uint32", "PERF_COUNTER_COUNTER"),
        ("uint64", "PERF_100NSEC_TIMER"),
        ("uint64", "PERF_100NSEC_TIMER"),
        ("uint64", "PERF_100NSEC_TIMER_INV"),
        ("uint64", "PERF_COUNTER_LARGE_QUEUELEN_TYPE"),
        ("uint64", "PERF_COUNTER_LARGE_RAWCOUNT"),
        ("uint64", "PERF_AVERAGE_BULK"),
    ],
};

/// What the provider writes: counters that go on.
fn value(sample: u64, _: usize, counter: usize) -> Option<u64> {
    Some(sample * (counter as u64 + 1) * 12_345)
}

fn main() -> ExitCode {
    rounds::pin();
    rounds::print_head();
    let measure = || -> Result<bool> {
        let namespace = steady::namespace(&[RATES, MIXED])?;
        let passed = alone(&namespace, RATES)?;
        let rates = whole(&namespace, RATES, "(refresh of 20 rates - of them raw) / copy", 9.0)?;
        let mixed = whole(&namespace, MIXED, "(refresh of 18 counters, 2 means - raw) / copy", 50.0)?;
        Ok(passed & rates & mixed)
    };
    match measure() {
        Ok(passed) => rounds::verdict(passed),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A provider's objects, and copies of them.
struct Copies {
    samples: Vec<Instance>,
    copies: Vec<Object>,
    time: u64,
    stamps: Vec<PropertyHandle>,
}

impl Copies {
    fn new(raw: &Arc<Class>) -> Result<Copies> {
        let handles = |names: [&str; 2]| -> Result<Vec<PropertyHandle>> {
            names.into_iter().map(|name| raw.handle(name)).collect()
        };
        let stamps = handles(["Timestamp_PerfTime", "Timestamp_Sys100NS"])?;
        let frequencies = handles(["Frequency_PerfTime", "Frequency_Sys100NS"])?;
        let sample = || -> Result<Instance> {
            let mut sample = Instance::spawn(raw);
            for index in 0..COUNTERS {
                sample.put(&steady::counter(index), &hiperf::Value::Uint64(7))?;
            }
            for frequency in &frequencies {
                sample.write_u64(*frequency, steady::SECOND)?;
            }
            Ok(sample)
        };
        let samples = (0..INSTANCES).map(|_| sample()).collect::<Result<Vec<_>>>()?;
        let copies = samples.iter().cloned().map(Object::new).collect();
        Ok(Copies { copies, samples, time: 0, stamps })
    }

    /// One sample after the other, with each copy given to `visit`.
    fn take(&mut self, mut visit: impl FnMut(usize, &Object)) {
        for _ in 0..SAMPLES {
            self.time += steady::SECOND;
            let pairs = self.samples.iter_mut().zip(&self.copies);
            for (index, (sample, copy)) in pairs.enumerate() {
                for stamp in &self.stamps {
                    assert_eq!(sample.write_u64(*stamp, self.time), Ok(()));
                }
                assert_eq!(copy.set_to(sample), Ok(()));
                visit(index, copy);
            }
        }
    }
}

/// Cooking without anything around it.
fn alone(namespace: &Namespace, kind: Kind) -> Result<bool> {
    let (raw, formatted) = (namespace.class(kind.raw)?, namespace.class(kind.formatted)?);
    let stamp = Some(raw.handle("Timestamp_PerfTime")?);
    let clock = Some(LaneClock { stamp, frequency: raw.handle("Frequency_PerfTime")? });
    let step = |index: usize| {
        let name = steady::counter(index);
        let (value, target) = (raw.handle(&name)?, formatted.handle(&name)?);
        let counter_type = CounterType::PERF_COUNTER_BULK_COUNT;
        Ok(LaneStep { counter_type, value, base: None, clock, target })
    };
    let steps = (0..COUNTERS).map(step).collect::<Result<Vec<_>>>()?;
    let lane = Lane::new(steps, &[], &raw, &formatted).ok_or(hiperf::Status::WBEM_E_FAILED)?;
    let mut rows: Vec<_> =
        (0..INSTANCES).map(|_| (lane.sample(), Object::new(Instance::spawn(&formatted)))).collect();
    let (mut pace, mut left) = (lane.pace(), Vec::new());
    let (mut cooked, mut copied) = (Copies::new(&raw)?, Copies::new(&raw)?);
    let mut cook = || {
        cooked.take(|index, copy| {
            left.clear();
            let (sample, target) = &mut rows[index];
            assert_eq!(copy.cook(&lane, sample, target, &mut pace, &mut left), Ok(()));
        });
    };
    let mut copy = || copied.take(|_, copy| _ = black_box(copy));
    let (mut copy_objects, mut copy_bytes) = (copies_of(&raw)?, copies_of_bytes(&raw)?);
    let claim = |what, peer, gate| Difference { what, subject: 0, less: 1, peer, gate, target: 2.0 };
    let differences =
        [claim("20 rates cooked / copy", 2, 5.0), claim("20 rates cooked / memcpy", 3, f64::INFINITY)];
    let contenders: &mut [rounds::Contender<'_>] =
        &mut [&mut cook, &mut copy, &mut copy_objects, &mut copy_bytes];
    Ok(measure_differences(SAMPLES * INSTANCES, contenders, &differences))
}

/// Copies as a refresh makes them.
fn copies_of(raw: &Arc<Class>) -> Result<impl FnMut()> {
    let Copies { samples, copies, .. } = Copies::new(raw)?;
    let samples: Vec<Object> = samples.into_iter().map(Object::new).collect();
    Ok(move || {
        for _ in 0..SAMPLES {
            for (copy, sample) in copies.iter().zip(&samples) {
                assert_eq!(copy.copy_from(black_box(sample)), Ok(()));
            }
        }
    })
}

/// Copies of bare bytes.
fn copies_of_bytes(raw: &Arc<Class>) -> Result<impl FnMut()> {
    let Copies { samples, .. } = Copies::new(raw)?;
    let bytes = |sample: &Instance| sample.block().to_vec().into_boxed_slice();
    let mut pairs: Vec<_> = samples.iter().map(|sample| (bytes(sample), bytes(sample))).collect();
    Ok(move || {
        for _ in 0..SAMPLES {
            for (from, to) in &mut pairs {
                to.copy_from_slice(black_box(from));
            }
        }
    })
}

/// Refreshes, with a provider that writes every counter anew.
fn whole(namespace: &Namespace, kind: Kind, what: &str, gate: f64) -> Result<bool> {
    // As many counters of 64 bits, which are the larger ones.
    let raw = namespace.class(RATES.raw)?;
    let refreshes = |class: &str| -> Result<_> {
        let mut refresher = Refresher::new();
        let id = refresher.add_enum(namespace, class)?;
        for _ in 0..3 {
            refresher.refresh()?;
        }
        assert_eq!(refresher.instances(id)?.len(), INSTANCES);
        let missing =
            refresher.instances(id)?.filter(|row| row.value(row.class().properties().len() - 1).is_null());
        assert_eq!(missing.count(), 0, "every value is cooked");
        Ok(move || {
            for _ in 0..SAMPLES {
                assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
            }
        })
    };
    let (mut cooked, mut sampled) = (refreshes(kind.formatted)?, refreshes(kind.raw)?);
    let mut copy_instances = copies_of(&raw)?;
    let differences = [Difference { what, subject: 0, less: 1, peer: 2, gate, target: 3.0 }];
    let contenders: &mut [rounds::Contender<'_>] = &mut [&mut cooked, &mut sampled, &mut copy_instances];
    Ok(measure_differences(SAMPLES * INSTANCES, contenders, &differences))
}
