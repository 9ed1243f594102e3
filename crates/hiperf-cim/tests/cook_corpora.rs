//! The counter types and worked vectors that others published, from the folder
//! that `HIPERF_CORPORA` names.

use std::fs;
use std::path::PathBuf;

use hiperf_cim::cook::{CounterType, Formula, Sample, cook};

/// The cells of a file of the corpora, without its heading; `None` where there
/// are no corpora.
fn rows(file: &str) -> Option<Vec<Vec<String>>> {
    let Some(folder) = std::env::var_os("HIPERF_CORPORA") else {
        println!("skipped: HIPERF_CORPORA is not set");
        return None;
    };
    let path = PathBuf::from(folder).join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

#[test]
fn counter_types() {
    let Some(rows) = rows("perf-counter-types.tsv") else { return };
    assert!(!rows.is_empty(), "no rows");
    for row in rows {
        let (name, number) = (&row[0], row[1].parse().expect("a decimal number"));
        let of = CounterType::from_name(name).unwrap_or_else(|| panic!("{name} is not known"));
        assert_eq!(CounterType::from_number(number), Some(of), "{name}");
    }
}

#[test]
fn vectors() {
    let Some(rows) = rows("perf-vectors.tsv") else { return };
    assert!(!rows.is_empty(), "no rows");
    for row in rows {
        let [name, number, n0, n1, d0, d1, f, expected, ..] = row.as_slice() else {
            panic!("{} cells in {row:?}", row.len())
        };
        let of = CounterType::from_number(number.parse().expect("a number")).expect("a counter type");
        assert_eq!(of.name(), name);
        // Frequencies below one occur in these vectors, but not in a class: the
        // same rate results from finer ticks. Other formulas don't read F.
        let finer = if of.formula() == Formula::Rate { 1000 } else { 1 };
        let frequency = (f.parse::<f64>().expect("a frequency") * finer as f64).round() as u64;
        let sample = |value: &str, time: &str| Sample {
            value: value.parse().expect("a value"),
            width: of.raw_width().expect("a width"),
            time: time.parse::<u64>().expect("a time") * finer,
            frequency,
            base: None,
        };
        let cooked = cook(of, Some(&sample(n0, d0)), &sample(n1, d1)).expect("a value");
        assert_eq!(cooked.integer().map(|integer| integer.to_string()).as_ref(), Some(expected), "{name}");
        assert_eq!(cooked.real(), expected.parse::<f64>().expect("a number"), "{name}");
    }
}
