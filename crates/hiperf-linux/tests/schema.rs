//! Every property that `schema/` declares of a raw class is filled here or marked
//! unsupported there, and nothing else is filled.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use hiperf_linux::sampler::AREAS;

/// All of `schema/`, one file after the other.
fn schema() -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema");
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// The properties of a class by name, and whether they bear `Unsupported`.
/// Reads only the layout that the schema's files keep to: one declaration a
/// line, its qualifiers above it.
#[track_caller]
fn declared(schema: &str, class: &str) -> BTreeMap<String, bool> {
    let (_, rest) =
        schema.split_once(&format!("class {class} ")).unwrap_or_else(|| panic!("{class} has no MOF"));
    let body = rest.split_once("\n};").unwrap().0;
    let mut properties = BTreeMap::new();
    let (mut unsupported, mut is_key) = (false, false);
    for line in body.lines().map(str::trim) {
        unsupported |= line.starts_with("Unsupported(");
        is_key |= line.starts_with("[Key");
        let declaration = line.strip_suffix(';').and_then(|line| line.split_once(' '));
        let Some((kind, name)) = declaration else { continue };
        if ["uint", "sint", "real", "string"].iter().any(|start| kind.starts_with(start)) {
            if !is_key {
                properties.insert(name.to_owned(), unsupported);
            }
            (unsupported, is_key) = (false, false);
        }
    }
    properties
}

#[test]
fn every_class_is_complete() {
    let schema = schema();
    for class in AREAS.iter().flat_map(|(_, classes)| *classes) {
        let mut declared = declared(&schema, class.name());
        for name in class.properties() {
            assert_eq!(declared.remove(name), Some(false), "{}.{name} is filled", class.name());
        }
        let left: Vec<_> = declared.into_iter().filter(|(_, unsupported)| !unsupported).collect();
        assert!(left.is_empty(), "{}: neither filled nor unsupported: {left:?}", class.name());
    }
}

#[test]
fn every_raw_class_is_served() {
    let schema = schema();
    let served = |name: &str| AREAS.iter().any(|(_, all)| all.iter().any(|class| class.name() == name));
    let names = schema.lines().filter_map(|line| line.strip_prefix("class ")?.split(' ').next());
    let raw: Vec<_> = names.filter(|name| name.contains("_PerfRawData_")).collect();
    assert!(raw.len() >= 3, "{raw:?}");
    for name in raw {
        assert!(served(name), "{name} is in no area");
    }
}
