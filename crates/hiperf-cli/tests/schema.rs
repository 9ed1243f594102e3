//! The schema holds what it promises: every property is written by its provider
//! or says that it is unsupported, every formatted one can be cooked, and all
//! of them say what they are.
//!
//! What the provider writes is looked up in the instances themselves, of this
//! machine and of the recorded trees, because no machine has everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hiperf::{Namespace, Refresher};
use hiperf_cim::cook::CounterType;
use hiperf_cim::{Class, Property, QualifierSet, Value};
use hiperf_linux::clock::Clock;
use hiperf_linux::root::Root;
use hiperf_linux::sampler::Sampler;
use hiperf_linux::{CLSID_CLIENT, LinuxPerf};

const RAW: &str = "Win32_PerfRawData";
const FORMATTED: &str = "Win32_PerfFormattedData";

fn namespace() -> Namespace {
    Namespace::connect(hiperf::DEFAULT_NAMESPACE).unwrap()
}

/// The classes that derive from one of the parents of all counters.
fn counter_classes(parent: &str) -> Vec<Arc<Class>> {
    let classes = namespace().subclasses(parent).unwrap();
    assert!(!classes.is_empty(), "{parent} has subclasses");
    classes
}

/// The properties that the class itself declares, except its key.
fn counters(class: &Class) -> impl Iterator<Item = &Property> {
    class.properties().iter().filter(|property| property.is_local() && !property.is_key())
}

/// A text qualifier that says something.
#[track_caller]
fn text<'a>(qualifiers: &'a QualifierSet, name: &str, of: &str) -> &'a str {
    let found = qualifiers.text(name).unwrap_or_default();
    assert!(!found.trim().is_empty(), "{of} has no {name}");
    found
}

#[track_caller]
fn counter_type(property: &Property, of: &str) -> CounterType {
    let number = property.qualifiers().integer("CounterType").and_then(|number| i32::try_from(number).ok());
    let number = number.unwrap_or_else(|| panic!("{of} has no CounterType"));
    CounterType::from_qualifier(number).unwrap_or_else(|| panic!("{of}: {number} is no counter type"))
}

/// The names after `class` in the schema's own files.
fn declared_classes() -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(directory).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let classes = text.lines().filter_map(|line| line.strip_prefix("class "));
        names.extend(classes.filter_map(|rest| rest.split_whitespace().next()).map(str::to_owned));
    }
    names
}

#[test]
fn every_declared_class_is_there() {
    let namespace = namespace();
    let declared = declared_classes();
    assert!(declared.len() >= 10, "{declared:?}");
    for name in &declared {
        assert_eq!(namespace.class(name).unwrap().name(), name);
    }
}

#[test]
fn every_class_and_property_says_what_it_is() {
    for class in counter_classes(RAW).into_iter().chain(counter_classes(FORMATTED)) {
        for name in ["DisplayName", "Description"] {
            text(class.qualifiers(), name, class.name());
        }
        for property in class.properties().iter().filter(|property| property.is_local()) {
            let of = format!("{}.{}", class.name(), property.name());
            for name in ["DisplayName", "Description"] {
                text(property.qualifiers(), name, &of);
            }
        }
    }
}

#[test]
fn filled_properties_name_their_source_and_unsupported_ones_the_reason() {
    for class in counter_classes(RAW) {
        for property in counters(&class) {
            let of = format!("{}.{}", class.name(), property.name());
            let Some(sources) = property.qualifiers().value("MappingStrings") else {
                text(property.qualifiers(), "Unsupported", &of);
                continue;
            };
            assert!(
                property.qualifiers().get("Unsupported").is_none(),
                "{of} has a source and is unsupported"
            );
            let Value::Array(_, sources) = sources else { panic!("{of}: {sources:?}") };
            assert!(!sources.is_empty(), "{of} has no source");
            for source in sources {
                let source = source.as_str().unwrap_or_default();
                let (file, field) = source.split_once(": ").unwrap_or_else(|| panic!("{of}: {source}"));
                let is_kernel = ["/proc", "/sys/"].iter().any(|start| file.starts_with(start));
                let is_call = ["(2)", "(7)"].iter().any(|end| file.ends_with(end));
                assert!(is_kernel || is_call, "{of}: {source}");
                assert!(!field.is_empty(), "{of}: {source}");
            }
        }
    }
}

#[test]
fn every_formatted_property_can_be_cooked() {
    for class in counter_classes(FORMATTED) {
        let raw_name = text(class.qualifiers(), "AutoCook_RawClass", class.name());
        let raw = namespace().class(raw_name).unwrap();
        assert_eq!(class.is_singleton(), raw.is_singleton(), "{}", class.name());
        let mut bases = BTreeSet::new();
        for property in counters(&class) {
            let of = format!("{}.{}", class.name(), property.name());
            let raw_type = raw.property(property.name()).map(|property| property.ty());
            assert_eq!(raw_type, Some(property.ty()), "{of}");
            if property.qualifiers().get("CounterType").is_none() || property.ty().scalar.is_text() {
                // It is copied.
                continue;
            }
            let cooking_type = text(property.qualifiers(), "CookingType", &of);
            let formula =
                CounterType::from_name(cooking_type).unwrap_or_else(|| panic!("{of}: {cooking_type}"));
            assert_eq!(counter_type(property, &of).number(), formula.number(), "{of}");

            let counter = text(property.qualifiers(), "Counter", &of);
            let counter = raw.property(counter).unwrap_or_else(|| panic!("{of}: no {counter} in {raw_name}"));
            assert_eq!(counter.name(), property.name(), "{of}");
            assert_eq!(counter_type(counter, &of).number(), formula.number(), "{of}");
            for name in ["DisplayName", "Unsupported"] {
                assert_eq!(counter.qualifiers().text(name), property.qualifiers().text(name), "{of}: {name}");
            }

            let base = property.qualifiers().text("Base");
            assert_eq!(base.is_some(), formula.base().is_some(), "{of}: {base:?}");
            if let (Some(base), Some(wanted)) = (base, formula.base()) {
                let found = raw.property(base).unwrap_or_else(|| panic!("{of}: no {base} in {raw_name}"));
                assert_eq!(counter_type(found, &of).number(), wanted.number(), "{of}: {base}");
                bases.insert(found.name().to_owned());
            }
        }
        // Nothing of the raw class is lost on the way.
        for property in counters(&raw) {
            let is_cooked = class.property(property.name()).is_some();
            assert!(is_cooked != bases.contains(property.name()), "{raw_name}.{}", property.name());
        }
    }
}

/// The machine's root and the recorded ones.
fn roots() -> Vec<PathBuf> {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hiperf-linux/tests/roots");
    let mut roots = vec![PathBuf::from("/")];
    let entries = fs::read_dir(recorded).unwrap().map(|entry| entry.unwrap().path());
    roots.extend(entries.filter(|path| path.is_dir()));
    assert!(roots.len() > 1, "there are recorded trees");
    roots
}

/// The properties that some instance of each class has, as a refresher of its
/// own finds them.
fn written() -> BTreeMap<String, BTreeSet<String>> {
    let namespace = namespace();
    let mut refresher = Refresher::new();
    let classes = counter_classes(RAW);
    let ids: Vec<_> =
        classes.iter().map(|class| refresher.add_enum(&namespace, class.name()).unwrap()).collect();
    refresher.refresh().unwrap();
    let mut found = BTreeMap::new();
    for (class, id) in classes.iter().zip(ids) {
        let names = found.entry(class.name().to_owned()).or_insert_with(BTreeSet::new);
        for instance in refresher.instances(id).unwrap() {
            let properties = class.properties().iter().enumerate();
            let filled = properties.filter(|(index, _)| !instance.value(*index).is_null());
            names.extend(filled.map(|(_, property)| property.name().to_owned()));
        }
    }
    found
}

#[test]
fn every_property_is_written_or_unsupported() {
    // One provider for all roots: each refresher has a sampler of its own, of
    // the root that comes next.
    let left = Arc::new(Mutex::new(roots()));
    let next = left.clone();
    hiperf_provider::register(CLSID_CLIENT, move || {
        let next = next.clone();
        LinuxPerf::with(move || {
            let root = next.lock().unwrap().pop().expect("one refresher a root");
            let is_recorded = root != Path::new("/");
            let root = if is_recorded { Root::recorded(root)? } else { Root::open(root)? };
            Ok(Sampler::new(root, Clock::start()))
        })
    });
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    while !left.lock().unwrap().is_empty() {
        for (class, names) in written() {
            seen.entry(class).or_default().extend(names);
        }
    }
    for class in counter_classes(RAW) {
        let written = &seen[class.name()];
        for property in class.properties() {
            let is_written = written.contains(property.name());
            let is_unsupported = property.qualifiers().get("Unsupported").is_some();
            // What is said of the instance in words is NULL, as is the name of the only one.
            let is_text = matches!(property.name(), "Caption" | "Description")
                || (property.name() == "Name" && class.is_singleton());
            let expected = !is_unsupported && !is_text;
            let says = if expected { "is never written" } else { "is written" };
            assert_eq!(is_written, expected, "{}.{} {says}", class.name(), property.name());
        }
    }
}
