//! The counter types against a table of vectors and a second implementation.
//!
//! `cook/vectors.tsv` has at least ten vectors for each counter type that is
//! calculated: the worked examples of the documentation, wraps, resets, bases
//! of zero, equal time stamps, the largest values of each width. Its answers
//! and those to thousands of random samples are checked by `cook/exact.py`,
//! which computes in exact fractions.

mod samples;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use hiperf_cim::cook::{Cooked, CounterType, Reason, Sample, Width, cook};
use samples::Random;

const TABLE: &str = include_str!("cook/vectors.tsv");
const RANDOM_VECTORS_PER_TYPE: usize = 500;

fn width(name: &str) -> Width {
    match name {
        "u8" => Width::U8,
        "u16" => Width::U16,
        "u32" => Width::U32,
        // The bits of a real are read whole.
        "u64" | "f64" => Width::U64,
        "s8" => Width::S8,
        "s16" => Width::S16,
        "s32" => Width::S32,
        "s64" => Width::S64,
        _ => panic!("{name} is no width"),
    }
}

/// A raw value as the bits that a property of this width holds.
fn raw(text: &str, width: &str) -> u64 {
    if width == "f64" {
        return text.parse::<f64>().expect("a real").to_bits();
    }
    text.parse::<i128>().expect("an integer") as u64
}

/// One of the two samples of a row, of which the columns are
/// `type width N0 N1 D0 D1 F0 F1 base_width B0 B1`; `None` if there is none.
fn sample(row: &[&str], newer: usize) -> Option<Sample> {
    let value = row[2 + newer];
    let base = row[9 + newer];
    (value != "-").then(|| Sample {
        value: raw(value, row[1]),
        width: width(row[1]),
        time: raw(row[4 + newer], "u64"),
        frequency: raw(row[6 + newer], "u64"),
        base: (base != "-").then(|| (raw(base, row[8]), width(row[8]))),
    })
}

/// The columns `integer` and `real`, and of `value` the reason or a `?`.
fn answer(cooked: Result<Cooked, Reason>) -> [String; 3] {
    match cooked {
        Ok(cooked) => {
            let integer = cooked.integer().map_or("-".to_owned(), |integer| integer.to_string());
            ["?".to_owned(), integer, real(cooked.real())]
        }
        Err(reason) => [format!("{reason:?}"), "-".to_owned(), "-".to_owned()],
    }
}

/// A real as the shortest text that reads as the same.
fn real(real: f64) -> String {
    format!("{real:?}")
}

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().skip(1).map(|line| line.split('\t').collect())
}

#[test]
fn the_table() {
    let mut counts = HashMap::new();
    for row in rows() {
        let of = CounterType::from_name(row[0]).expect("a counter type");
        let newer = sample(&row, 1).expect("a newer sample");
        let [reason, integer, cooked] = answer(cook(of, sample(&row, 0).as_ref(), &newer));
        let is_value = row[13] != "-";
        assert_eq!(reason, if is_value { "?" } else { row[11] }, "{row:?}");
        assert_eq!(integer, row[12], "{row:?}");
        let expected = if is_value { real(row[13].parse().expect("a real")) } else { "-".to_owned() };
        assert_eq!(cooked, expected, "{row:?}");
        *counts.entry(of).or_insert(0) += 1;
    }
    for of in CounterType::ALL.iter().filter(|of| of.formula().expression().is_some()) {
        assert!(counts.get(of).is_some_and(|count| *count >= 10), "{of} has less than 10 vectors");
    }
}

#[test]
fn what_is_not_calculated_never_has_a_value() {
    for of in CounterType::ALL.iter().copied().filter(|of| of.formula().expression().is_none()) {
        for row in rows() {
            let newer = sample(&row, 1).expect("a newer sample");
            assert_eq!(cook(of, sample(&row, 0).as_ref(), &newer), Err(Reason::Unsupported), "{of}: {row:?}");
        }
    }
}

/// Runs the second implementation; `None` where there is no Python.
fn is_exact(table: &Path) -> Option<bool> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cook/exact.py");
    match Command::new("python3").arg("-B").arg(script).arg(table).output() {
        Ok(output) => {
            print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            Some(output.status.success())
        }
        Err(error) => {
            assert!(std::env::var_os("HIPERF_CI").is_none(), "python3: {error}");
            println!("skipped: python3: {error}");
            None
        }
    }
}

#[test]
fn the_table_is_exact() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cook/vectors.tsv");
    assert_ne!(is_exact(&table), Some(false));
}

#[test]
fn random_samples_are_exact() {
    let mut random = Random(0x0DDB_1A5E_5BAD_5EED);
    let mut table = TABLE.lines().next().expect("a heading").to_owned() + "\n";
    let widths = [("u8", Width::U8), ("u16", Width::U16), ("u32", Width::U32), ("u64", Width::U64)];
    let calculated = CounterType::ALL.iter().copied().filter(|of| of.formula().expression().is_some());
    for of in calculated.filter(|of| *of != CounterType::PERF_DOUBLE_RAW) {
        for _ in 0..RANDOM_VECTORS_PER_TYPE {
            let mut any = || widths[(random.next() % 4) as usize];
            let ((width, value_width), (base_width, width_of_base)) = (any(), any());
            let (older, newer) = random.samples(value_width, width_of_base);
            let bases = [older, newer].map(|sample| sample.base.expect("a base").0);
            let [value, integer, real] = answer(cook(of, Some(&older), &newer));
            writeln!(
                table,
                "{of}\t{width}\t{}\t{}\t{}\t{}\t{}\t{}\t{base_width}\t{}\t{}\t{value}\t{integer}\t{real}\trandom",
                older.value,
                newer.value,
                older.time,
                newer.time,
                older.frequency,
                newer.frequency,
                bases[0],
                bases[1],
            )
            .expect("a String takes all");
        }
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cook_random.tsv");
    fs::write(&path, &table).expect("the table is written");
    assert_ne!(is_exact(&path), Some(false));
    // And it would notice: one integer is changed by one.
    let wrong = table.replacen("\t?\t0\t", "\t?\t1\t", 1);
    assert_ne!(wrong, table, "no value is 0");
    fs::write(&path, wrong).expect("the table is written");
    assert_ne!(is_exact(&path), Some(true));
}
