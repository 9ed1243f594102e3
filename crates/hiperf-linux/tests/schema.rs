//! Every property that `schema/linux.mof` declares is filled here or marked
//! unsupported there, and nothing else is filled.

use std::collections::BTreeMap;

use hiperf_linux::{memory, processor, system};

/// The counters of a class by name, and whether they bear `Unsupported`. Reads
/// only the layout that the schema's files keep to: one declaration a line, its
/// qualifiers above it.
fn declared(class: &str) -> BTreeMap<String, bool> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/linux.mof");
    let text = std::fs::read_to_string(path).unwrap();
    let body = text.split_once(&format!("class {class} ")).unwrap().1.split_once("\n};").unwrap().0;
    let mut counters = BTreeMap::new();
    let mut unsupported = false;
    for line in body.lines().map(str::trim) {
        unsupported |= line.starts_with("Unsupported(");
        let Some((kind, name)) = line.strip_suffix(';').and_then(|line| line.split_once(' ')) else {
            continue;
        };
        if kind.starts_with("uint") {
            counters.insert(name.to_owned(), unsupported);
        }
        unsupported = false;
    }
    counters
}

#[track_caller]
fn check(class: &str, filled: impl Iterator<Item = &'static str>) {
    let mut declared = declared(class);
    for name in filled {
        assert_eq!(declared.remove(name), Some(false), "{class}.{name} is filled");
    }
    let left: Vec<_> = declared.into_iter().filter(|(_, unsupported)| !unsupported).collect();
    assert!(left.is_empty(), "{class}: neither filled nor unsupported: {left:?}");
}

#[test]
fn processor_is_complete() {
    check("Win32_PerfRawData_PerfOS_Processor", processor::PROPERTIES.iter().map(|property| property.name));
}

#[test]
fn system_is_complete() {
    check("Win32_PerfRawData_PerfOS_System", system::PROPERTIES.iter().map(|property| property.name));
}

#[test]
fn memory_is_complete() {
    check("Win32_PerfRawData_PerfOS_Memory", memory::PROPERTIES.iter().map(|property| property.name));
}
