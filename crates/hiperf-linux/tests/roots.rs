//! Every property of every class from recorded trees, compared with the answers
//! that are kept beside them, a file for each area.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use hiperf_linux::area::Entry;
use hiperf_linux::clock::Clock;
use hiperf_linux::root::Root;
use hiperf_linux::sampler::{AREAS, Sampler, WantedSources};

/// `UPDATE_EXPECTED=AREA` writes the answers of that area anew, for each tree
/// that says something of it.
const UPDATE: &str = "UPDATE_EXPECTED";

/// The recorded trees.
fn trees() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roots");
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut trees: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    trees.sort();
    assert!(trees.len() >= 3, "{trees:?}");
    trees
}

/// What the classes of an area say, and whether they say anything.
fn show(classes: &[Entry], sampler: &Sampler) -> (String, bool) {
    let (mut out, mut has_values) = (String::new(), false);
    for class in classes {
        let mut last: Option<String> = None;
        class.show(sampler, &mut |instance, property, value| {
            if last.as_deref() != Some(instance) || property == class.properties()[0] {
                let class = class.name().replace("_PerfRawData_", " ");
                writeln!(out, "{}", format!("{class} {instance}").trim_end()).unwrap();
                last = Some(instance.to_owned());
            }
            has_values |= value.is_some();
            match value {
                Some(value) => writeln!(out, "  {property} = {value}").unwrap(),
                None => writeln!(out, "  {property} = NULL").unwrap(),
            }
        });
    }
    (out, has_values)
}

/// Compares what comes of a tree with the answers in it, and returns the areas
/// that it has answers of.
#[track_caller]
fn check(tree: &Path) -> Vec<&'static str> {
    let root = Root::recorded(tree).unwrap();
    let clock = Clock::anchored(133_500_000_000_000_000, 0);
    let mut sampler = Sampler::new(root, clock).with_units(100, 4096);
    // A second, warm sample must not differ from the first.
    for _ in 0..2 {
        sampler.sample_at(&WantedSources::all(), clock.at(1_000_000_000_000));
    }

    let mut areas = Vec::new();
    for (area, classes) in AREAS {
        let (actual, has_values) = show(classes, &sampler);
        let answers = tree.join(format!("expected/{area}.txt"));
        if has_values && std::env::var_os(UPDATE).is_some_and(|wanted| wanted == *area) {
            fs::create_dir_all(answers.parent().unwrap()).unwrap();
            fs::write(&answers, &actual).unwrap();
        }
        if let Ok(expected) = fs::read_to_string(&answers) {
            assert_eq!(actual, expected, "{}", answers.display());
            areas.push(*area);
        }
    }
    assert!(!areas.is_empty(), "{} has no answers", tree.display());
    areas
}

#[test]
fn recorded_trees() {
    let checked: Vec<_> = trees().iter().flat_map(|tree| check(tree)).collect();
    for (area, _) in AREAS {
        assert!(checked.contains(area), "no tree has answers of {area}; see tests/roots/README.md");
    }
}
