//! `hiperf watch` of providers that fail, of the toy in C and its moods.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use crate::world::{Ran, World, c_literal, ran, repository};

const COUNTERS: &str = "Toy_PerfRawData_Counters";

/// A world in which the toy is registered, changed by `change`.
fn toy(test: &str, change: impl FnOnce(String) -> String) -> World {
    let world = World::new(test);
    let tests = repository().join("tests/c");
    let mof = std::fs::read_to_string(tests.join("toy.mof")).unwrap();
    let source = change(std::fs::read_to_string(tests.join("toy_provider.c")).unwrap());
    let source = world.file("changed.c", source);
    let carried = format!("HIPERF_PROVIDER_MOF({});", c_literal(&mof));
    world.c_library(source.to_str().unwrap(), &carried, "libctoy.so");
    world.succeed(&["provider", "register", "libctoy.so"]);
    world
}

fn watch(world: &World, mode: &str, arguments: &[&str]) -> Ran {
    let watch = ["watch", "-i", "1ms", "--format", "csv"];
    ran(world.command().args(watch).args(arguments).env("TOY_MODE", mode))
}

/// Rows without the line of their names.
fn rows(ran: &Ran) -> usize {
    ran.out.lines().count() - 1
}

#[test]
fn a_failure_that_may_pass_is_shown_and_counts() {
    let world = toy("watch-fails", |source| source);
    // Every second refresh fails. Values of the one before are not new ones.
    let five = watch(&world, "refresh_fail", &[COUNTERS, "-c", "5"]);
    assert_eq!((five.status, rows(&five)), (Some(0), 9), "{five:?}");
    let warnings: Vec<&str> = five.error.lines().collect();
    assert_eq!(warnings.len(), 2, "{five:?}");
    for warning in warnings {
        assert!(warning.starts_with("warning: not up to date since "), "{warning}");
        assert!(warning.ends_with(" UTC: refreshing: the call failed; WBEM_E_FAILED"), "{warning}");
    }
    // Whose last refresh failed has failed.
    let four = watch(&world, "refresh_fail", &[COUNTERS, "-c", "4"]);
    assert_eq!((four.status, rows(&four)), (Some(1), 6), "{four:?}");
    assert!(four.error.ends_with("WBEM_E_FAILED (0x80041001): the call failed\n"), "{four:?}");
    // What other providers have stays fresh, and it is said whose isn't.
    let both = watch(&world, "refresh_fail", &[COUNTERS, "Win32_PerfRawData_PerfOS_Memory=@", "-c", "4"]);
    assert_eq!((both.status, rows(&both)), (Some(0), 6 + 4), "{both:?}");
    let says = format!(" UTC: {COUNTERS}: refreshing: the call failed; WBEM_E_FAILED");
    assert!(
        both.error.lines().count() == 2 && both.error.lines().all(|line| line.ends_with(&says)),
        "{both:?}"
    );
}

#[test]
fn a_mistake_that_stays_one_ends_it() {
    let change = |source: String| {
        let changed = source.replace(
            "return WBEM_E_FAILED;\n    if (provider->mode == ALLOCATE)",
            "return WBEM_E_INVALID_CLASS;\n    if (provider->mode == ALLOCATE)",
        );
        assert_ne!(source, changed);
        changed
    };
    let world = toy("watch-ends", change);
    let ran = watch(&world, "refresh_fail", &[COUNTERS, "-c", "5"]);
    assert_eq!((ran.status, rows(&ran)), (Some(1), 3), "{ran:?}");
    assert!(ran.error.contains("WBEM_E_INVALID_CLASS (0x80041010)"), "{ran:?}");
}

#[test]
fn what_is_partial_is_named() {
    let world = toy("watch-partial", |source| source);
    let path = |name: &str| format!("{COUNTERS}.Name=\"{name}\"");
    let (alpha, beta) = (path("alpha"), path("beta"));
    let ran = watch(&world, "partial", &[&alpha, &beta, "-c", "3"]);
    let known = format!("warning: {beta} is not complete; could not be read: 1 value (denied)\n");
    assert_eq!((ran.status, rows(&ran), &*ran.error), (Some(0), 6, &*known));
    let ran = watch(&world, "partial", &[&alpha, &beta, "-c", "3", "--why"]);
    let other =
        format!("warning: {alpha} may not be complete: its provider says only that something is missing\n");
    assert_eq!(ran.error, other + &known);
    // Where nothing is known to lack a value, it may be any.
    let ran = watch(&world, "partial", &[&alpha, &path("gamma"), "-c", "3"]);
    assert_eq!(ran.error.matches(" may not be complete: ").count(), 2, "{ran:?}");
}

/// A host that is killed is started again, and the watch goes on.
#[test]
fn a_host_that_dies_does_not_end_it() {
    let world = toy("watch-apart", |source| source);
    if !world.has_provider_host() {
        return;
    }
    let mut command = world.command();
    command.args(["--isolated", "watch", COUNTERS, "-i", "20ms", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut error = BufReader::new(child.stderr.take().unwrap());
    assert!(out.next().unwrap().unwrap().contains("alpha"));
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let Ok(host) = std::fs::read_to_string(children).unwrap().trim().parse() else {
        panic!("it has one child, its host");
    };
    let pid = |number| rustix::process::Pid::from_raw(number).unwrap();
    rustix::process::kill_process(pid(host), rustix::process::Signal::KILL).unwrap();
    let mut warning = String::new();
    error.read_line(&mut warning).unwrap();
    assert!(warning.contains("not up to date since") && warning.contains("SIGKILL"), "{warning}");
    // What was written before is read first; only the next host counts from one again.
    let is_anew = |line: std::io::Result<String>| line.unwrap().contains("\"Errors\":1,");
    assert!(out.any(is_anew), "it goes on");
    let child_pid = pid(child.id().try_into().unwrap());
    rustix::process::kill_process(child_pid, rustix::process::Signal::INT).unwrap();
    out.for_each(|line| drop(line.unwrap()));
    let mut rest = String::new();
    error.read_to_string(&mut rest).unwrap();
    assert_eq!((child.wait().unwrap().code(), &*rest), (Some(0), ""));
}
