//! `hiperf provider check`: it finds each mistake of `tests/c/broken_provider.c`
//! by the check that is about it, and nothing in providers that are sound.
#![cfg(target_os = "linux")]

mod building;

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use building::{directory, may_load_from, root, run, skip, text};

/// A provider in C as a library; `folder` is where it finds what it includes.
fn c_library(folder: &str, name: &str, out: &Path) -> PathBuf {
    let library = out.join(format!("lib{name}.so"));
    let mut cc = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".to_owned()));
    cc.current_dir(root().join(folder));
    cc.args(["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-shared", "-fPIC"]);
    cc.args(["-fvisibility=hidden", "-I"]).arg(root().join("include"));
    run(cc.arg(format!("{name}.c")).arg("-o").arg(&library).arg("-lpthread"));
    fs::set_permissions(&library, Permissions::from_mode(0o755)).unwrap();
    library
}

/// A library that cargo makes, by its path below the profile's directory.
fn cargo_library(arguments: &[&str], path: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["build", "--offline"]).args(arguments).arg("--target-dir").arg(target);
    if let Some(name) = profile.file_name().and_then(OsStr::to_str).filter(|name| *name != "debug") {
        cargo.args(["--profile", name]);
    }
    run(&mut cargo);
    profile.join(path)
}

/// The program in which providers are hosted, which is another crate's.
fn provider_host() -> &'static Path {
    static HOST: LazyLock<PathBuf> = LazyLock::new(|| {
        cargo_library(&["-p", "hiperfd", "--bin", "hiperf-provider-host"], "hiperf-provider-host")
    });
    &HOST
}

fn check(library: &Path, fault: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hiperf"));
    command.args(["provider", "check"]).arg(library).args(arguments);
    command.env("HIPERF_PROVIDER_HOST", provider_host());
    command.env("BROKEN_FAULT", fault).env("TOY_MODE", "").output().unwrap()
}

/// Everything passes; the report has no other word at the beginning of a line.
#[track_caller]
fn sound(library: &Path, choice: &str, arguments: &[&str]) {
    let output = check(library, choice, arguments);
    let report = text(&output.stdout);
    assert!(output.status.success(), "{report}");
    // How long things take is the machine's affair as well.
    let is_good = |line: &str| {
        let of_time = ["load-time", "refresh-time"].iter().any(|name| line.contains(name));
        line.starts_with("pass ") || line.contains(" checks: ") || line.starts_with(' ') || of_time
    };
    let bad: Vec<&str> = report.lines().filter(|line| !is_good(line)).collect();
    assert!(bad.is_empty(), "{bad:?}\n{report}");
}

#[test]
fn sound_providers_in_c_pass() {
    let out = directory("provider-check/sound-c");
    if !may_load_from(&out) {
        return;
    }
    sound(&c_library("examples/c", "sample", &out), "", &[]);
    let unbroken = c_library("tests/c", "broken_provider", &out);
    sound(&unbroken, "", &[]);
    CHOICES.iter().for_each(|choice| sound(&unbroken, choice, &[]));
    let mof = root().join("tests/c/toy.mof");
    sound(&c_library("tests/c", "toy_provider", &out), "", &["--mof", mof.to_str().unwrap()]);
}

#[test]
fn sound_providers_in_rust_pass() {
    if !may_load_from(&directory("provider-check/sound-rust")) {
        return;
    }
    let examples = ["-p", "hiperf-provider", "--examples"];
    sound(&cargo_library(&examples, "examples/libsample.so"), "", &[]);
    sound(&cargo_library(&examples, "examples/libtoy.so"), "", &[]);
    let linux = cargo_library(&["-p", "libhiperf-linux"], "libhiperf_linux.so");
    sound(&linux, "", &["--provider", "LinuxPerf"]);
}

/// Every mistake, the check that has to find it, and a part of what it says.
const FAULTS: &[(&str, &str, &str)] = &[
    ("slow_load", "load-time", "ready after"),
    ("one_clsid", "class-objects", "DllGetClassObject of CLSID"),
    ("any_clsid", "class-objects", "for any CLSID"),
    ("query_interface_any", "query-interface", "not E_NOINTERFACE"),
    ("query_interface_no_addref", "query-interface", "without adding a reference"),
    ("no_init_status", "initialize", "without calling SetStatus"),
    ("init_reports_failure", "initialize", "reports to its sink: WBEM_E_FAILED"),
    ("loop_in_initialize", "initialize", "did not come back within"),
    ("init_late_sink_borrowed", "initialize", "keeps no reference to its sink"),
    ("init_late_provider_borrowed", "initialize-late", "SIGSEGV"),
    ("null_services_crash", "initialize-arguments", "SIGSEGV"),
    ("slow_initialize", "load-time", "ready after"),
    ("null_sink_crash", "null-arguments", "SIGSEGV"),
    ("null_out_crash", "null-arguments", "NULL for ppRefreshable"),
    ("any_class", "unknown-class", "No_Such_Class"),
    ("any_instance", "unknown-instance", "a key that no instance has is accepted"),
    ("any_id", "unknown-id", "never given"),
    ("flags_leak", "flags", "objects are left of calls with flags"),
    ("flags_crash", "flags", "SIGSEGV"),
    ("flags_empty", "flags", "delivers nothing; without, it does"),
    ("any_refresher", "foreign-refresher", "SIGSEGV"),
    ("impersonates_in_query", "impersonation", "QueryInstances of No_Such_Class returns while"),
    ("impersonates_in_refresh", "impersonation", "Refresh returns while"),
    ("no_set_status", "query-sink", "never calls SetStatus"),
    ("set_status_twice", "query-sink", "calls SetStatus 2 times"),
    ("indicate_after_status", "query-sink", "Indicate after SetStatus"),
    ("indicate_null", "query-sink", "NULL instead of an object"),
    ("sink_leaked", "query-sink", "not released"),
    ("query_other_class", "query-instances", "an instance of Broken_PerfRawData_Other"),
    ("query_without_key", "query-instances", "without its key"),
    ("query_twice", "query-instances", "twice"),
    ("query_empty", "query-instances", "writes nothing"),
    ("get_objects_empty", "get-objects", "writes nothing"),
    ("get_objects_changes_key", "get-objects", "was asked for"),
    ("null_refresher", "objects", "stores no refresher"),
    ("null_object", "objects", "stores no object"),
    ("object_of_other_class", "objects", "an instance of Broken_PerfRawData_Other"),
    ("gives_template", "objects", "the template itself"),
    ("wrong_key", "objects", "was asked for"),
    ("object_not_addrefed", "objects", "without a reference of the provider's own"),
    ("duplicate_ids", "ids", "the same id 7"),
    ("wrong_handle_type", "values", "refused"),
    ("never_filled", "values", "never writes Broken_PerfRawData_Queue.Depth"),
    ("changes_key", "values", "was asked for"),
    ("abort", "values", "SIGABRT"),
    ("segfault", "values", "SIGSEGV"),
    ("exit", "values", "ended itself"),
    ("loop_in_refresh", "values", "did not come back within"),
    ("refresh_fails", "values", "Refresh: WBEM_E_FAILED"),
    ("not_updating", "refresh-updates", "changed no Timestamp_"),
    ("time_goes_back", "refresh-updates", "goes back"),
    ("writes_by_thread", "outside-refresh", "outside of its refresher's Refresh"),
    ("writes_in_query", "outside-refresh", "outside of its refresher's Refresh"),
    ("loses_instances", "enumerator", "never has"),
    ("duplicate_keys", "enumerator", "twice"),
    ("duplicate_member_ids", "enumerator", "WBEM_E_FAILED"),
    ("ids_by_place", "enumerator-ids", "was that of"),
    ("stop_ignored", "stop-refreshing", "keeps the object"),
    ("object_leaked", "references", "to its object"),
    ("enumerator_leaked", "references", "references to the enumerator"),
    ("enumerator_borrowed", "references", "without a reference of its own"),
    ("template_released", "references", "which it is only lent"),
    ("template_leaked", "references", "references to the template"),
    ("services_leaked", "references", "+1 references to the namespace"),
    ("services_released", "references", "releases pNamespace"),
    ("provider_borrowed", "release-order", "while Refresh after the Release of"),
    ("always_unload", "unload", "says S_OK while there is a provider"),
    ("never_unload", "unload", "never unloaded"),
    ("second_refresher_crash", "refreshers", "while CreateRefresher"),
    ("writes_others", "refreshers", "of another one"),
    ("not_thread_safe", "threads", "while 4 threads refresh"),
    ("spawn_leak", "churn", "are left"),
    ("host_crash", "host", "was ended by signal 6 (SIGABRT)"),
    ("host_loses_instances", "host", "queries never have"),
    ("host_never_filled", "host", "Refresh never writes Depth"),
    ("host_asks_in_refresh", "host", "a refresh of Broken_PerfRawData_Queue: the resource is not available"),
    ("slow_refresh", "refresh-time", "for all classes together"),
    ("memory_leak", "memory", "bytes in use grow"),
    ("mapping_leak", "memory", "bytes of the process grow"),
];

/// What costs, but breaks nothing.
const WARNINGS: &[(&str, &str, &str)] = &[
    ("init_sink_kept", "initialize", "keeps the sink"),
    ("ids_renumbered", "enumerator-ids", "a new id in each Refresh"),
    ("allocates", "allocations", "1 allocations"),
];

/// What a provider may do otherwise than others: nothing is found.
const CHOICES: &[&str] = &["init_late"];

/// Mistakes that are looked for at once.
const LANES: usize = 6;

/// The line of a check, and what belongs to it.
fn of_check<'a>(report: &'a str, word: &str, name: &str) -> Option<Vec<&'a str>> {
    let mut lines = report.lines().skip_while(|line| !line.starts_with(&format!("{word}  {name} ")));
    let first = lines.next()?;
    Some(std::iter::once(first).chain(lines.take_while(|line| line.starts_with(' '))).collect())
}

fn finds(library: &Path, (fault, name, says): (&str, &str, &str), word: &str) -> Result<(), String> {
    // What never ends is given up, and what sleeps for a second is not.
    let limit = if fault.starts_with("loop_") { "4s" } else { "120s" };
    let output = check(library, fault, &["--only", name, "--limit", limit]);
    let report = text(&output.stdout);
    let wrong = |why: &str| Err(format!("{fault}: {why}\n{report}"));
    if output.status.code() != Some(i32::from(word == "FAIL")) {
        return wrong("the exit status is wrong");
    }
    match of_check(&report, word, name) {
        None => wrong(&format!("there is no {word} of {name}")),
        Some(lines) if !lines.iter().any(|line| line.contains(says)) => {
            wrong(&format!("nobody says: {says}"))
        }
        Some(lines) if !lines.iter().any(|line| line.trim_start().starts_with("mend: ")) => wrong("no help"),
        Some(_) => Ok(()),
    }
}

#[test]
fn every_mistake_is_found_by_its_check() {
    let out = directory("provider-check/broken");
    if !may_load_from(&out) {
        return;
    }
    let library = c_library("tests/c", "broken_provider", &out);
    let faults = FAULTS.iter().map(|fault| (fault, "FAIL"));
    let all = faults.chain(WARNINGS.iter().map(|fault| (fault, "warn")));
    let all: Vec<_> = all.collect();
    // Most of the time is waiting for what never comes.
    let missed: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..LANES)
            .map(|lane| {
                let (all, library) = (&all, &library);
                scope.spawn(move || {
                    let mine = all.iter().skip(lane).step_by(LANES);
                    mine.filter_map(|(fault, word)| finds(library, **fault, word).err()).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(missed.is_empty(), "{} are missed\n{}", missed.len(), missed.join("\n"));
}

/// The table above and the provider in C have the same mistakes.
#[test]
fn every_mistake_is_in_the_table() {
    let source = fs::read_to_string(root().join("tests/c/broken_provider.c")).unwrap();
    let code = source.split_once("*/").unwrap().1;
    let known: Vec<&str> =
        FAULTS.iter().chain(WARNINGS).map(|(fault, ..)| *fault).chain(CHOICES.iter().copied()).collect();
    let said = code.split("broken(\"").skip(1).chain(code.split("broken_in_host(\"").skip(1));
    for part in said {
        let fault = part.split('"').next().unwrap();
        assert!(known.contains(&fault), "{fault} is in no table");
    }
    for fault in known {
        let is_there =
            ["broken", "broken_in_host"].iter().any(|by| code.contains(&format!("{by}(\"{fault}\")")));
        assert!(is_there, "there is no {fault}");
    }
}

/// By which CLSIDs a provider is registered says where it can be, and whether
/// it can tell.
#[test]
fn where_a_provider_is() {
    let out = directory("where");
    if !may_load_from(&out) {
        return;
    }
    let library = c_library("tests/c", "broken_provider", &out);
    let mof = fs::read_to_string(root().join("tests/c/broken_provider.mof")).unwrap();
    let line = |name: &str| mof.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
    let (host, client) = (line("CLSID"), line("ClientLoadableCLSID"));
    let report = |registration: &str| {
        let file = out.join("registration.mof");
        fs::write(&file, mof.replace(host, registration)).unwrap();
        let output = check(&library, "", &["--only", "host", "--mof", file.to_str().unwrap()]);
        assert!(output.status.success(), "a warning and a check that can't be run are no failures");
        text(&output.stdout)
    };
    assert_eq!(report(host).matches("pass ").count(), 3);
    let same = report(&client.replace("ClientLoadableCLSID", "CLSID"));
    assert!(
        of_check(&same, "warn", "load").is_some_and(|said| said[0].contains("can't tell where")),
        "{same}"
    );
    assert!(of_check(&same, "pass", "host").is_some(), "{same}");
    let none = report("");
    assert!(of_check(&none, "skip", "host").is_some_and(|said| said[0].contains("no CLSID")), "{none}");
}

#[test]
fn reports() {
    let out = directory("provider-check/reports");
    if !may_load_from(&out) {
        return;
    }
    let library = c_library("tests/c", "broken_provider", &out);
    let json = text(&check(&library, "duplicate_ids", &["--only", "ids", "--format", "json"]).stdout);
    let lines: Vec<&str> = json.lines().collect();
    assert_eq!(lines.len(), 3, "{json}");
    assert!(
        lines[0].starts_with("{\"check\":\"load\",\"verdict\":\"pass\",\"seen\":[\"provider Broken, 1 "),
        "{json}"
    );
    assert!(lines[2].starts_with("{\"check\":\"ids\",\"verdict\":\"FAIL\",\"seen\":["), "{json}");
    assert!(lines[2].ends_with("\"see\":\"docs/provider-check.md#ids\"}"), "{json}");
    // What can't be loaded makes one finding, not one for each check.
    let none = check(&out.join("libnone.so"), "", &[]);
    let report = text(&none.stdout);
    assert_eq!(none.status.code(), Some(1));
    assert!(report.starts_with("FAIL  load "), "{report}");
    assert!(report.contains("No such file") && report.contains("1 failed, 34 not run"), "{report}");
    let unknown = check(&library, "", &["--only", "nonsense"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("there is no check nonsense"));
    let list =
        Command::new(env!("CARGO_BIN_EXE_hiperf")).args(["provider", "check", "--list"]).output().unwrap();
    assert_eq!(text(&list.stdout).lines().count(), 35);
}

/// The kit's own code and a sound provider, with every access looked at: each
/// check is run under Valgrind in its process.
#[test]
fn valgrind_finds_nothing() {
    let out = directory("provider-check/valgrind");
    if !may_load_from(&out) {
        return;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        return skip("valgrind is not installed");
    }
    let library = c_library("examples/c", "sample", &out);
    let list =
        Command::new(env!("CARGO_BIN_EXE_hiperf")).args(["provider", "check", "--list"]).output().unwrap();
    for name in text(&list.stdout).lines().filter_map(|line| line.split_whitespace().next()) {
        // Valgrind has malloc to itself, and makes 10,000 refreshes a minute's work. It knows no pidfds, by which
        // a host is watched.
        if ["allocations", "memory", "host"].contains(&name) {
            continue;
        }
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["-q", "--error-exitcode=9", "--leak-check=full", "--fair-sched=yes"]);
        valgrind.args(["--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect"]);
        valgrind
            .arg(env!("CARGO_BIN_EXE_hiperf"))
            .args(["provider", "check", "--inside", name])
            .arg(&library);
        let output = valgrind.output().unwrap();
        let report = text(&output.stdout);
        assert!(output.status.success(), "{name}: {report}{}", text(&output.stderr));
        assert!(report.contains("\u{1e}done"), "{name}: {report}");
        // Everything takes thirty times as long.
        let is_of_time = ["load-time", "refresh-time"].contains(&name);
        assert!(is_of_time || !report.contains("\u{1e}fail"), "{name}: {report}");
    }
}
