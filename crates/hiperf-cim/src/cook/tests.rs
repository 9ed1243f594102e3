//! The worked examples of each counter type, the reasons for no value, and the
//! table of types against the bits of their numbers.

use super::*;
use crate::CimType;

const SECOND: u64 = 10_000_000;

/// A sample of the type's own width whose base has its base type's width.
fn sample(counter_type: CounterType, value: u64, time: u64, base: u64) -> Sample {
    let base_width = counter_type.base().and_then(CounterType::raw_width);
    Sample {
        value,
        width: counter_type.raw_width().unwrap_or(Width::U64),
        time,
        frequency: SECOND,
        base: base_width.map(|width| (base, width)),
    }
}

/// Cooks two samples, each `(N, D, B)`.
fn cook_two(name: &str, older: (u64, u64, u64), newer: (u64, u64, u64)) -> Result<Cooked, Reason> {
    let of = CounterType::from_name(name).expect("a counter type's name");
    cook(of, Some(&sample(of, older.0, older.1, older.2)), &sample(of, newer.0, newer.1, newer.2))
}

#[track_caller]
fn check(names: &[&str], older: (u64, u64, u64), newer: (u64, u64, u64), integer: u128, real: f64) {
    for name in names {
        let cooked = cook_two(name, older, newer).unwrap_or_else(|reason| panic!("{name}: {reason}"));
        assert_eq!((cooked.integer(), cooked.real()), (Some(integer), real), "{name}");
    }
}

#[track_caller]
fn refuse(name: &str, older: (u64, u64, u64), newer: (u64, u64, u64), reason: Reason) {
    assert_eq!(cook_two(name, older, newer), Err(reason), "{name}");
}

#[test]
fn rates() {
    let rates = ["PERF_COUNTER_COUNTER", "PERF_COUNTER_BULK_COUNT", "perf_sample_counter"];
    check(&rates, (4800, 0, 0), (5400, 20_000_000, 0), 300, 300.0);
    check(&rates[..1], (4_294_967_196, 0, 0), (50, SECOND, 0), 150, 150.0);
    check(&rates, (1_048_576, 7, 0), (1_572_864, 5_000_007, 0), 1_048_576, 1_048_576.0);
    check(&rates, (0, 0, 0), (7_340_032, 30_000_000, 0), 2_446_677, 7_340_032.0 / 3.0);
    check(&rates, (300, 0, 0), (900, 30_000_000, 0), 200, 200.0);
    check(&rates, (0, 0, 0), (45, 5_000_000, 0), 90, 90.0);
    let deltas = ["PERF_COUNTER_DELTA", "PERF_COUNTER_LARGE_DELTA"];
    check(&deltas, (1000, 0, 0), (1250, 0, 0), 250, 250.0);
    check(&deltas, (93, 0, 0), (100, 0, 0), 7, 7.0);
}

#[test]
fn timers() {
    let timers = ["PERF_COUNTER_TIMER", "PERF_100NSEC_TIMER", "PERF_OBJ_TIME_TIMER"];
    check(&timers, (0, 0, 0), (3_000_000, 12_000_000, 0), 25, 25.0);
    check(&timers, (5, 5, 0), (250_005, 10_000_005, 0), 2, 2.5);
    check(&timers, (0, 0, 0), (66, 100, 0), 66, 66.0);
    check(&timers, (0, 0, 0), (25_000_000, SECOND, 0), 250, 250.0);
    let inverse = ["PERF_COUNTER_TIMER_INV", "PERF_100NSEC_TIMER_INV"];
    check(&inverse, (0, 0, 0), (15_600_000, 20_000_000, 0), 22, 22.0);
    check(&inverse, (0, 0, 0), (20_100_000, 20_000_000, 0), 0, 0.0);
    check(&inverse, (9, 0, 0), (9, 20_000_000, 0), 100, 100.0);
    let multi = ["PERF_COUNTER_MULTI_TIMER", "PERF_100NSEC_MULTI_TIMER"];
    check(&multi, (0, 0, 4), (30_000_000, SECOND, 4), 75, 75.0);
    check(&multi, (0, 0, 2), (5_000_000, 20_000_000, 2), 12, 12.5);
    let inverse_multi = ["PERF_COUNTER_MULTI_TIMER_INV", "PERF_100NSEC_MULTI_TIMER_INV"];
    check(&inverse_multi, (0, 0, 4), (30_000_000, SECOND, 4), 100, 100.0);
    check(&inverse_multi, (0, 0, 2), (5_000_000, 20_000_000, 2), 175, 175.0);
    check(&inverse_multi, (0, 0, 1), (1, 3, 1), 66, 200.0 / 3.0);
    check(&inverse_multi, (0, 0, 1), (4, 3, 1), 0, 0.0);
    check(&inverse_multi, (0, 0, 2), (2, 1, 2), 0, 0.0);
    check(&inverse_multi, (0, 0, 1), (2_000_000_001, 2_000_000_000, 1), 0, 0.0);
    let precision =
        ["PERF_PRECISION_SYSTEM_TIMER", "PERF_PRECISION_100NS_TIMER", "PERF_PRECISION_OBJECT_TIMER"];
    check(&precision, (0, 0, 0), (4_200_000, 0, 10_500_000), 40, 40.0);
    check(&precision, (0, 0, 0), (9_999_000, 0, 10_000_000), 99, 99.99);
}

#[test]
fn averages_and_fractions() {
    check(&["PERF_AVERAGE_TIMER"], (10_000_000, 0, 50), (12_500_000, 0, 150), 0, 0.0025);
    check(&["PERF_AVERAGE_TIMER"], (0, 0, 0), (3_200_000, 0, 8), 0, 0.04);
    check(&["PERF_AVERAGE_BULK"], (8_388_608, 0, 400), (9_961_472, 0, 420), 78_643, 78_643.2);
    check(&["PERF_AVERAGE_BULK"], (0, 0, 0), (65_536, 0, 16), 4096, 4096.0);
    check(&["PERF_AVERAGE_BULK"], (0, 0, u64::from(u32::MAX)), (20, 0, 3), 5, 5.0);
    check(&["PERF_SAMPLE_FRACTION"], (100, 0, 150), (180, 0, 250), 80, 80.0);
    check(&["PERF_SAMPLE_FRACTION"], (0, 0, 0), (3, 0, 8), 37, 37.5);
    let fractions = ["PERF_RAW_FRACTION", "PERF_LARGE_RAW_FRACTION"];
    check(&fractions, (0, 0, 0), (30, 0, 120), 25, 25.0);
    check(&fractions, (0, 0, 0), (7, 0, 9), 77, 700.0 / 9.0);
}

#[test]
fn queues() {
    let ticks = ["PERF_COUNTER_QUEUELEN_TYPE", "PERF_COUNTER_LARGE_QUEUELEN_TYPE"];
    check(&ticks, (0, 0, 0), (7_000_000, 3_500_000, 0), 2, 2.0);
    check(&ticks, (0, 0, 0), (1_200_000, 4_800_000, 0), 0, 0.25);
    let times = ["PERF_COUNTER_100NS_QUEUELEN_TYPE", "PERF_COUNTER_OBJ_TIME_QUEUELEN_TYPE"];
    check(&times, (20_000_000, 0, 0), (45_000_000, SECOND, 0), 2, 2.5);
    check(&times, (0, 0, 0), (5_000_000, 20_000_000, 0), 0, 0.25);
}

#[test]
fn single_samples() {
    let start = 133_500_000_000_000_000;
    check(&["PERF_ELAPSED_TIME"], (0, 0, 0), (start, start + 600_000_000, 0), 60, 60.0);
    check(&["PERF_ELAPSED_TIME"], (0, 0, 0), (12_345_678_900, 98_765_432_100, 0), 8641, 8641.97532);
    check(&["PERF_COUNTER_RAWCOUNT", "PERF_COUNTER_LARGE_RAWCOUNT"], (99, 0, 0), (42, 0, 0), 42, 42.0);
    check(&["PERF_COUNTER_LARGE_RAWCOUNT"], (0, 0, 0), (1 << 33, 0, 0), 8_589_934_592, 8_589_934_592.0);
    check(&["PERF_COUNTER_RAWCOUNT_HEX"], (0, 0, 0), (255, 0, 0), 0xFF, 255.0);
    check(&["PERF_COUNTER_LARGE_RAWCOUNT_HEX"], (0, 0, 0), (4096, 0, 0), 0x1000, 4096.0);
    check(&["PERF_DOUBLE_RAW"], (0, 0, 0), (42.75f64.to_bits(), 0, 0), 42, 42.75);
    for of in CounterType::ALL.iter().filter(|of| of.formula() != Formula::None) {
        let alone = cook(*of, None, &sample(*of, 1, 2, 3));
        assert_eq!(alone == Err(Reason::NoBaseline), of.needs_two_samples(), "{of}: {alone:?}");
    }
}

#[test]
fn reasons() {
    refuse("PERF_COUNTER_COUNTER", (5, 0, 0), (4, SECOND, 0), Reason::Reset);
    refuse("PERF_COUNTER_BULK_COUNT", (4_294_967_196, 0, 0), (50, SECOND, 0), Reason::Reset);
    refuse("PERF_COUNTER_COUNTER", (5, 7, 0), (6, 7, 0), Reason::TimeNotAdvanced);
    refuse("PERF_100NSEC_TIMER", (5, 7, 0), (6, 6, 0), Reason::Reset);
    refuse("PERF_PRECISION_100NS_TIMER", (5, 0, 7), (6, 0, 7), Reason::TimeNotAdvanced);
    refuse("PERF_PRECISION_100NS_TIMER", (5, 0, 7), (6, 0, 6), Reason::Reset);
    refuse("PERF_SAMPLE_FRACTION", (5, 0, 7), (6, 0, 7), Reason::NoOperations);
    refuse("PERF_AVERAGE_TIMER", (5, 0, 7), (5, 0, 7), Reason::NoOperations);
    refuse("PERF_AVERAGE_BULK", (5, 0, 7), (6, 0, 6), Reason::Reset);
    refuse("PERF_RAW_FRACTION", (0, 0, 0), (5, 0, 0), Reason::BaseZero);
    refuse("PERF_COUNTER_MULTI_TIMER", (0, 0, 1), (5, 5, 0), Reason::BaseZero);
    refuse("PERF_ELAPSED_TIME", (0, 0, 0), (6, 5, 0), Reason::Reset);
    refuse("PERF_DOUBLE_RAW", (0, 0, 0), (f64::INFINITY.to_bits(), 0, 0), Reason::NotANumber);
    let no_formula = [
        "PERF_COUNTER_TEXT",
        "PERF_COUNTER_NODATA",
        "PERF_AVERAGE_BASE",
        "PERF_PRECISION_TIMESTAMP",
        "PERF_COUNTER_HISTOGRAM_TYPE",
    ];
    for name in no_formula {
        refuse(name, (0, 0, 0), (1, 1, 1), Reason::Unsupported);
    }

    for of in CounterType::ALL.iter().copied() {
        let (older, newer) = (sample(of, 1, 1, 1), sample(of, 2, 2, 2));
        let unknown = Sample { frequency: 0, ..newer };
        let reads_frequency = of.formula().expression().is_some_and(|text| text.contains('F'));
        assert_eq!(cook(of, Some(&older), &unknown) == Err(Reason::NoFrequency), reads_frequency, "{of}");
        let baseless = Sample { base: None, ..newer };
        assert_eq!(cook(of, Some(&older), &baseless) == Err(Reason::Missing), of.base().is_some(), "{of}");
    }
    let of = CounterType::PERF_AVERAGE_BULK;
    let baseless = Sample { base: None, ..sample(of, 1, 1, 1) };
    assert_eq!(cook(of, Some(&baseless), &sample(of, 2, 2, 2)), Err(Reason::NoBaseline));
    assert_eq!(Reason::NoOperations.to_string(), "no operations in the interval");
}

#[test]
fn types_are_found() {
    for of in CounterType::ALL.iter().copied() {
        assert_eq!(CounterType::from_number(of.number()), Some(of));
        assert_eq!(CounterType::from_name(&of.name().to_lowercase()), Some(of));
        assert_eq!(CounterType::from_qualifier(of.number().cast_signed()), Some(of));
        assert_eq!(CookingType::from_name(of.name()), Some(CookingType::Counter(of)));
    }
    assert!(CounterType::ALL.is_sorted_by_key(|of| of.number()));
    assert_eq!(CounterType::ALL.len(), 40);
    assert_eq!(CounterType::from_number(0x4003_0503), Some(CounterType::PERF_LARGE_RAW_BASE));
    assert_eq!(CounterType::from_name("perf_precision_timestamp"), Some(CounterType::PERF_LARGE_RAW_BASE));
    assert_eq!(CounterType::from_qualifier(i32::MIN), Some(CounterType::PERF_COUNTER_HISTOGRAM_TYPE));
    assert_eq!((CounterType::from_number(1), CounterType::from_name("PERF_")), (None, None));
    for statistic in Statistic::ALL {
        assert_eq!(CookingType::from_name(statistic.name()), Some(CookingType::Statistic(statistic)));
    }
    let variance = CookingType::from_name("Cooker_Variance").expect("a statistic's name");
    assert_eq!((variance, variance.name()), (CookingType::Statistic(Statistic::Variance), "COOKER_VARIANCE"));
    assert_eq!(CookingType::from_name("COOKER_MEDIAN"), None);
}

#[test]
fn types_are_read_from_what_holds_them() {
    let real = CounterType::PERF_DOUBLE_RAW;
    assert_eq!(real.width_of(CimType::Real64), Some(Width::U64));
    assert_eq!((real.width_of(CimType::Uint64), real.width_of(CimType::Real32)), (None, None));
    let rate = CounterType::PERF_COUNTER_COUNTER;
    assert_eq!((rate.width_of(CimType::Uint16), rate.width_of(CimType::Real64)), (Some(Width::U16), None));
    for of in CounterType::ALL.iter().filter(|of| of.formula() != Formula::None) {
        let documented = of.raw_type().expect("a raw type");
        assert!(of.width_of(documented).is_some(), "{of} is not read from {documented:?}");
        assert_eq!(of.width_of(CimType::String), None, "{of}");
    }
}

#[test]
fn the_table_agrees_with_the_bits() {
    for of in CounterType::ALL.iter().copied() {
        let precision = of.subtype_bits() == 0x7_0000;
        let suffix = match of.display_bits() {
            0x1000_0000 => Suffix::PerSec,
            0x2000_0000 => Suffix::Percent,
            0x3000_0000 => Suffix::Secs,
            0x4000_0000 => Suffix::Hidden,
            _ => Suffix::None,
        };
        assert_eq!(of.suffix(), suffix, "{of}");
        if let Some(time_base) = of.time_base() {
            let bits = [TimeBase::PerfTime, TimeBase::Sys100NS, TimeBase::Object];
            assert_eq!(bits[of.timer_bits() as usize >> 20], time_base, "{of}");
        }
        // A real has the size bits of 32 bits, and the averages lack the delta bit.
        if of != CounterType::PERF_DOUBLE_RAW {
            let width = [Some(Width::U32), Some(Width::U64), None, None][of.size_bits() as usize >> 8];
            let histogram = of == CounterType::PERF_COUNTER_HISTOGRAM_TYPE;
            assert_eq!(of.raw_width(), width.filter(|_| !histogram), "{of}");
        }
        let average = matches!(of.formula(), Formula::AverageTimer | Formula::AverageBulk);
        assert_eq!(of.needs_two_samples(), of.modifier_bits() & 0x40_0000 != 0 || average, "{of}");
        let fraction = of.type_bits() == 0x400 && of.subtype_bits() == 0x2_0000;
        let multi = of.modifier_bits() & 0x200_0000 != 0 && !of.is_base();
        assert_eq!(of.base().is_some(), fraction || multi || precision, "{of}");
        assert!(of.base().is_none_or(CounterType::is_base), "{of}");
        assert_eq!(of.is_hexadecimal(), of.name().ends_with("_HEX"), "{of}");
        assert_eq!(of.is_base(), of.description().starts_with("base: "), "{of}");
    }
    assert_eq!(CounterType::PERF_DOUBLE_RAW.raw_type(), Some(CimType::Real64));
    assert_eq!(CounterType::PERF_COUNTER_TEXT.raw_type(), Some(CimType::String));
}
