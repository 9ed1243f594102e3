//! `hiperf provider new`: the projects that it writes build and run as they
//! are, without a network, and what is there is not overwritten unasked.
#![cfg(target_os = "linux")]

mod building;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use hiperf::{Namespace, Refreshed, Refresher, Value};
use hiperf_com::{Guid, registry};

use building::{directory, may_load_from, root, run, skip, text};

fn hiperf(inside: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hiperf"));
    command.current_dir(inside).args(["provider", "new"]).args(arguments).output().unwrap()
}

#[track_caller]
fn new(inside: &Path, arguments: &[&str]) -> String {
    let output = hiperf(inside, arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The MOF that a library carries, from its text to the NUL behind it.
fn mof_of(library: &Path) -> String {
    let bytes = fs::read(library).unwrap();
    let mark = b"#pragma namespace(";
    let at = bytes.windows(mark.len()).position(|part| part == mark).unwrap();
    let length = bytes[at..].iter().position(|byte| *byte == 0).unwrap();
    String::from_utf8(bytes[at..at + length].to_vec()).unwrap()
}

/// Loads the library under the CLSID that its MOF names, and refreshes.
#[track_caller]
fn serves(library: &Path, name: &str) {
    fs::set_permissions(library, Permissions::from_mode(0o755)).unwrap();
    let mof = mof_of(library);
    let clsid = mof.rsplit_once("ClientLoadableCLSID").unwrap().1.split(['{', '}']).nth(1).unwrap();
    let clsid: Guid = format!("{{{clsid}}}").parse().unwrap();
    registry::register_library(clsid, library);
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    namespace.compile_mof("provider", &mof).unwrap();
    let mut refresher = Refresher::new();
    let formatted = format!("{name}_PerfFormattedData_Queue");
    let id = refresher.add_enum(&namespace, &formatted).unwrap();
    for _ in 0..2 {
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    }
    assert!(refresher.instances(id).unwrap().count() > 0);
    for instance in refresher.instances(id).unwrap() {
        assert_ne!(instance.get("EnqueuedPersec").unwrap(), Value::Null);
    }
}

#[test]
fn a_provider_in_rust() {
    let inside = directory("provider-new/rust");
    let printed = new(&inside, &["JobQueue", "--sdk", root().to_str().unwrap()]);
    assert_eq!(
        printed,
        "made job-queue-provider\n  cd job-queue-provider\n  cargo build --release\n  \
         hiperf provider register target/release/libjob_queue_provider.so\n  \
         hiperf watch JobQueue_PerfFormattedData_Queue\n"
    );
    let project = inside.join("job-queue-provider");
    let target = project.join("target");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&project).args(["build", "--offline", "--quiet", "--target-dir"]).arg(&target);
    run(&mut cargo);
    if may_load_from(&target.join("debug")) {
        serves(&target.join("debug/libjob_queue_provider.so"), "JobQueue");
    }
}

#[test]
fn a_provider_in_c() {
    let inside = directory("provider-new/c");
    new(&inside, &["Shop", "--lang", "c", "--sdk", root().to_str().unwrap()]);
    let project = inside.join("shop-provider");
    if Command::new("make").arg("--version").output().is_err() {
        return skip("make is not installed");
    }
    run(Command::new("make").current_dir(&project).arg("CFLAGS=-O1 -Werror"));
    if may_load_from(&project) {
        serves(&project.join("libshop_provider.so"), "Shop");
    }
}

#[test]
fn what_is_there_stays() {
    let inside = directory("provider-new/force");
    new(&inside, &["Shop", "--directory", "here"]);
    let readme = inside.join("here/README.md");
    fs::write(&readme, "mine").unwrap();
    let output = hiperf(&inside, &["Shop", "--directory", "here"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    // The CLSIDs are others, so the code is another too.
    assert!(error.contains("there is already here/src/lib.rs, here/README.md;"), "{error}");
    assert!(error.contains("WBEM_E_ALREADY_EXISTS"), "{error}");
    assert_eq!(fs::read_to_string(&readme).unwrap(), "mine");
    let printed = new(&inside, &["Shop", "--directory", "here", "--force"]);
    assert!(printed.starts_with("replaced here/src/lib.rs, here/README.md\nmade here\n"), "{printed}");
    assert!(fs::read_to_string(&readme).unwrap().contains("hiperf provider register"));
    // A directory where a file belongs is nobody's to remove.
    fs::remove_file(&readme).unwrap();
    fs::create_dir(&readme).unwrap();
    let output = hiperf(&inside, &["Shop", "--directory", "here", "--force"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("here/README.md is in the way"));
}

#[test]
fn names_and_trees_that_are_refused() {
    let inside = directory("provider-new/refused");
    for (arguments, says) in [
        (&["job queue"][..], "\"job queue\" can't be a provider's name"),
        (&["Win32"], "\"Win32\" is the beginning of others' class names"),
        (&["Shop", "--sdk", "nowhere"], "--sdk nowhere: no source tree of hiperf is there"),
    ] {
        let output = hiperf(&inside, arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(says), "{error}");
    }
    assert_eq!(fs::read_dir(&inside).unwrap().count(), 0);
}
