//! What must hold of every cooked value, whatever the samples.
//!
//! Finite and within the bounds of its type; the same wherever the counter, its
//! base and its clock started, so that a wrap changes nothing; and additive:
//! over the parts of an interval, and over counters, as the formula says.

mod samples;

use hiperf_cim::cook::{CounterType, Formula, Reason, Sample, Width, cook};
use samples::Random;

const VECTORS_PER_TYPE: u32 = 5_000;

fn calculated() -> impl Iterator<Item = CounterType> {
    CounterType::ALL.iter().copied().filter(|of| of.formula().expression().is_some())
}

/// Whether the formula takes nothing of the raw value but its step.
fn takes_steps(of: CounterType) -> bool {
    of.needs_two_samples()
}

/// Whether the formula takes the base's step, not the base.
fn takes_base_steps(of: CounterType) -> bool {
    matches!(
        of.formula(),
        Formula::PrecisionTimer | Formula::SampleFraction | Formula::AverageTimer | Formula::AverageBulk
    )
}

#[test]
fn finite_and_within_bounds() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for of in calculated() {
        for _ in 0..VECTORS_PER_TYPE {
            let width = if random.next().is_multiple_of(2) { Width::U32 } else { Width::U64 };
            let (older, newer) = random.samples(width, Width::U64);
            let Ok(cooked) = cook(of, Some(&older), &newer) else { continue };
            assert!(cooked.real().is_finite(), "{of}: {older:?} {newer:?}: {cooked:?}");
            let base = u128::from(newer.base.expect("a base").0);
            let most = match of.formula() {
                Formula::InverseTimer => 100.0,
                Formula::InverseMultiTimer => (100 * base) as f64,
                // Its raw values may be anything.
                Formula::RealValue => continue,
                _ => f64::MAX,
            };
            assert!((0.0..=most).contains(&cooked.real()), "{of}: {older:?} {newer:?}: {cooked:?}");
        }
    }
}

#[test]
fn a_part_of_the_time_or_of_a_whole_is_at_most_all() {
    let mut random = Random(0xA24B_AED4_963E_E407);
    for of in calculated().filter(|of| of.suffix().text() == "%") {
        for _ in 0..VECTORS_PER_TYPE {
            // As many entities as 16 bits count, each active for at most all of the time.
            let (time, entities) = (random.next() >> 24 | 1, random.next() % 65_535 + 1);
            let many = matches!(of.formula(), Formula::MultiTimer | Formula::InverseMultiTimer);
            let whole = if many { time * entities } else { time };
            let base = |then: u64| Some((if many { entities } else { then }, Width::U64));
            let older = Sample { value: 0, width: Width::U64, time: 0, frequency: 1, base: base(0) };
            let newer = Sample { value: random.next() % (whole + 1), time, base: base(time), ..older };
            let most = if of.formula() == Formula::InverseMultiTimer { 100 * entities } else { 100 };
            let cooked = cook(of, Some(&older), &newer).expect("a value");
            assert!((0.0..=most as f64).contains(&cooked.real()), "{of}: {newer:?}: {cooked:?}");
        }
    }
}

/// The sample with its raw value, base and time moved on, modulo their widths.
fn moved(sample: Sample, value: u64, base: u64, time: u64) -> Sample {
    let wrap = |sum: u64, width: Width| sum & (u64::MAX >> (64 - width.bits()));
    Sample {
        value: wrap(sample.value.wrapping_add(value), sample.width),
        time: sample.time + time,
        base: sample.base.map(|(b, width)| (wrap(b.wrapping_add(base), width), width)),
        ..sample
    }
}

#[test]
fn where_a_counter_starts_makes_no_difference() {
    let mut random = Random(0x9FB2_1C65_1E98_DF25);
    for of in calculated().filter(|of| takes_steps(*of)) {
        for _ in 0..VECTORS_PER_TYPE {
            let width = [Width::U8, Width::U16, Width::U32, Width::S32][(random.next() % 4) as usize];
            // Less than half the range: beyond that a wrap can't be told from a reset.
            let step = (random.next() >> 1) & (u64::MAX >> (65 - width.bits()));
            let base_step = random.next() >> 33;
            let older = Sample { value: 0, width, time: 0, frequency: 977, base: Some((3, Width::U32)) };
            let newer = Sample { value: step, time: random.next() >> 1, ..older };
            let newer = if takes_base_steps(of) { moved(newer, 0, base_step, 0) } else { newer };
            let expected = cook(of, Some(&older), &newer);
            let start = if takes_base_steps(of) { random.next() } else { 0 };
            let (value, time) = (random.next(), random.next() >> 1);
            let [older, newer] = [older, newer].map(|sample| moved(sample, value, start, time));
            assert_eq!(cook(of, Some(&older), &newer), expected, "{of}: {older:?} {newer:?}");
        }
    }
}

#[test]
fn finer_ticks_make_no_difference() {
    let mut random = Random(0xC13F_A9A9_02A6_328F);
    for of in calculated().filter(|of| of.formula() == Formula::Rate) {
        for _ in 0..VECTORS_PER_TYPE {
            let (step, time, finer) = (random.next() >> 32, random.next() >> 20, random.next() % 1000 + 1);
            let older = Sample { value: 0, width: Width::U64, time: 0, frequency: 10_000_000, base: None };
            let newer = Sample { value: step, time, ..older };
            let fine = |sample: Sample| Sample {
                time: sample.time * finer,
                frequency: sample.frequency * finer,
                ..sample
            };
            let expected = cook(of, Some(&older), &newer);
            assert_eq!(cook(of, Some(&fine(older)), &fine(newer)), expected, "{of}: {newer:?}");
        }
    }
}

/// What a value is the mean over, so that the values of the parts of an
/// interval make up that of the whole; `None` if they don't.
fn weight(of: CounterType, older: &Sample, newer: &Sample) -> Option<f64> {
    let base = |sample: &Sample| sample.base.expect("a base").0;
    Some(match of.formula() {
        Formula::Difference => 1.0,
        Formula::Rate | Formula::QueueLength | Formula::Timer | Formula::InverseTimer => {
            (newer.time - older.time) as f64
        }
        // The base is the same in all samples.
        Formula::MultiTimer | Formula::InverseMultiTimer => (newer.time - older.time) as f64,
        _ if takes_base_steps(of) => (base(newer) - base(older)) as f64,
        _ => return None,
    })
}

#[test]
fn the_parts_of_an_interval_make_up_the_whole() {
    let mut random = Random(0x9149_8E0D_4B35_1D6F);
    let additive = calculated().filter(|of| takes_steps(*of));
    for of in additive {
        for _ in 0..VECTORS_PER_TYPE {
            let mut step = || random.next() >> 36 | 1;
            let mut later = |sample: Sample| {
                let time = step();
                let base_step = if takes_base_steps(of) { step() } else { 0 };
                // Never more than the time, for the sake of the inverse ones, which stop at 0.
                moved(sample, step() % (time + 1), base_step, time)
            };
            let base = Some((7, Width::U64));
            let first = Sample { value: 5, width: Width::U64, time: 11, frequency: 10_000_000, base };
            let second = later(first);
            let third = later(second);
            let part = |older: &Sample, newer: &Sample| {
                let weight = weight(of, older, newer).expect("a weight");
                weight * cook(of, Some(older), newer).expect("a value").real()
            };
            let (parts, whole) = (part(&first, &second) + part(&second, &third), part(&first, &third));
            // Four roundings.
            assert!((parts - whole).abs() <= whole * 1e-15 * 4.0, "{of}: {parts} and {whole}");
        }
    }
}

#[test]
fn the_sum_of_counters_has_the_sum_of_their_values() {
    let mut random = Random(0xD6E8_FEB8_6659_FD93);
    let inverse =
        [Formula::InverseTimer, Formula::InverseMultiTimer, Formula::ElapsedTime, Formula::RealValue];
    for of in calculated().filter(|of| !inverse.contains(&of.formula())) {
        for _ in 0..VECTORS_PER_TYPE {
            let (one, other) = (random.next() >> 24, random.next() >> 24);
            let base = |base| Some((base, Width::U64));
            let older = Sample { value: 0, width: Width::U64, time: 0, frequency: 10_000_000, base: base(0) };
            let newer = Sample { time: random.next() >> 2 | 1, base: base(random.next() | 1), ..older };
            let of_step = |value| cook(of, Some(&older), &Sample { value, ..newer }).expect("a value").real();
            let (parts, whole) = (of_step(one) + of_step(other), of_step(one + other));
            assert!((parts - whole).abs() <= whole * 1e-15, "{of}: {parts} and {whole}");
        }
    }
}

#[test]
fn a_longer_time_since_the_start_is_the_sum_of_both() {
    let of = CounterType::PERF_ELAPSED_TIME;
    let at = |time| Sample { value: 1000, width: Width::U64, time, frequency: 8, base: None };
    let elapsed = |time| cook(of, None, &at(time)).expect("a value").real();
    assert_eq!(elapsed(5000) - elapsed(3000), 250.0);
    assert_eq!(cook(of, None, &at(999)), Err(Reason::Reset));
}
