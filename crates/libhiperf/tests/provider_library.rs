//! The built-in provider as a library: loaded by its path it serves what it
//! serves when it is a part of libhiperf, at the same cost.
#![cfg(all(target_os = "linux", feature = "linux"))]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{BUILT, client, directory, may_load_from, output, run, shim};

const CLASSES: [&str; 3] = [
    "Win32_PerfRawData_PerfOS_Processor",
    "Win32_PerfRawData_PerfOS_System",
    "Win32_PerfRawData_PerfOS_Memory",
];

/// The library, unless it lies where none is loaded from.
fn library() -> Option<PathBuf> {
    let library = BUILT.join("libhiperf_linux.so");
    may_load_from(library.parent()?).then_some(library)
}

/// A client that takes the provider from a library.
fn with_server(client: &Path, arguments: &[&str], library: &Path) -> Command {
    let mut command = Command::new(client);
    let clsid = hiperf_linux::CLSID_CLIENT.to_string();
    command.args(arguments).args(["--server", &clsid]).arg(library).args(CLASSES);
    command
}

/// What dump_client prints: class, instance and property to value.
fn dump(command: &mut Command) -> BTreeMap<String, String> {
    let printed = run(command);
    let lines = printed.strip_suffix("released\n").unwrap().lines();
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

#[test]
fn the_same_values() {
    let Some(library) = library() else { return };
    let program = client("dump_client", &directory("same-values"));
    let within = || dump(Command::new(&program).args(CLASSES));
    let (before, loaded, after) = (within(), dump(&mut with_server(&program, &[], &library)), within());
    let names = |values: &BTreeMap<String, String>| values.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&loaded), names(&before));
    assert_eq!(names(&loaded), names(&after));
    assert!(loaded.len() > 50, "{loaded:#?}");

    // Clocks and 64-bit counters only grow, so what lies between two readings
    // was read between them. Levels may do anything.
    let mut compared = 0;
    for (name, value) in &loaded {
        let property = name.rsplit(' ').next().unwrap();
        let grows = property.starts_with("Timestamp_") || property.ends_with("ProcessorTime");
        let constant = property.starts_with("Frequency_") || property == "Name";
        let (low, high) = (&before[name], &after[name]);
        if constant {
            assert_eq!((value, value), (low, high), "{name}");
        } else if grows {
            let number = |text: &str| text.parse::<u64>().unwrap();
            let (low, value, high) = (number(low), number(value), number(high));
            assert!(low <= value && value <= high, "{name}: {low}, {value}, {high}");
        } else {
            continue;
        }
        compared += 1;
    }
    assert!(compared > 20, "{loaded:#?}");
}

#[test]
fn the_library_is_the_one_that_serves() {
    if library().is_none() {
        return;
    }
    let out = directory("wrong-library");
    let wrong = with_server(&client("dump_client", &out), &[], &shim(&out)).output().unwrap();
    let message = String::from_utf8_lossy(&wrong.stderr);
    assert_eq!(wrong.status.code(), Some(1), "{message}");
    assert!(message.contains("DllGetClassObject") && message.contains("liballoc_shim.so"), "{message}");
}

#[test]
fn the_same_cost() {
    let Some(library) = library() else { return };
    let out = directory("same-cost");
    let mut warm = with_server(&client("warm_client", &out), &["1000"], &library);
    let output = output(warm.env("LD_PRELOAD", shim(&out)));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.ends_with("allocations 0 frees 0 mmaps 0 opens 0\n"), "{printed}");
}
