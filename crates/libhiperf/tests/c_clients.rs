//! The programs of `tests/c`, compiled and run against the built library: what
//! it exports, and that C and C++ clients and providers get on with it.
#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{
    BUILT, cc, client, cxx, directory, is_installed, lib_dir, linked, may_load_from, output, root, run, shim,
    skip, source, steady_classes, strict, toy_library, under_valgrind,
};

/// The order in which basic_client releases what it holds: see there.
const RELEASE_ORDERS: [&str; 4] = ["AOECRS", "SRCEOA", "RSAOEC", "CEARSO"];

/// How the toy provider behaves: see toy_provider.c.
const TOY_MODES: [&str; 15] = [
    "well",
    "churn",
    "rebuild",
    "garbage_count",
    "refresh_fail",
    "allocate",
    "denied",
    "partial",
    "no_sink",
    "init_fail",
    "init_error",
    "null_refresher",
    "null_object",
    "no_capable",
    "caller",
];

/// The names that a library exports.
fn exports(library: &Path) -> BTreeSet<String> {
    let symbols = run(Command::new("nm").args(["-D", "--defined-only"]).arg(library));
    symbols.lines().filter_map(|line| line.split_whitespace().nth(2)).map(str::to_owned).collect()
}

/// The functions that the header declares as the library's: a declaration
/// begins in the first column and has its name before a parenthesis.
fn declared() -> BTreeSet<String> {
    let header = fs::read_to_string(root().join("include/hiperf.h")).unwrap();
    let part = header.split_once("What libhiperf exports").unwrap().1;
    let part = part.split_once("Inline helpers").unwrap().0;
    let declarations =
        part.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()));
    let name = |line: &str| {
        let before = line.split_once('(')?.0;
        Some(before.rsplit([' ', '*']).next()?.to_owned())
    };
    declarations.filter_map(name).collect()
}

#[test]
fn exports_are_the_headers() {
    let declared = declared();
    assert!(declared.contains("CoCreateInstance") && declared.len() > 30, "{declared:?}");
    assert_eq!(exports(&BUILT.join("libhiperf.so")), declared);
    let entries = ["DllCanUnloadNow", "DllGetClassObject", "HiperfSetHostCalls"].map(str::to_owned);
    assert_eq!(exports(&BUILT.join("libhiperf_linux.so")), BTreeSet::from(entries));
}

#[test]
fn the_header_has_the_published_slots() {
    let out = directory("slots");
    let mut printed = Vec::new();
    for standard in ["c11", "c17"] {
        let program = out.join(format!("slots-{standard}"));
        let mut cc = cc();
        run(strict(&mut cc).arg(format!("-std={standard}")).arg(source("slots.c")).arg("-o").arg(&program));
        printed.push(run(&mut Command::new(program)));
    }
    assert_eq!(printed[0], printed[1]);
    let Some(mut cc) = mingw_cc() else { return };
    let program = out.join("slots-mingw");
    run(cc.arg(source("slots.c")).arg("-o").arg(&program));
    assert_eq!(run(&mut Command::new(program)), printed[0]);
}

#[test]
fn the_header_has_the_published_slots_for_windows() {
    if !is_installed("x86_64-w64-mingw32-gcc") {
        return skip("gcc for Windows is not installed");
    }
    let object = directory("slots-windows").join("slots.obj");
    let mut cc = Command::new("x86_64-w64-mingw32-gcc");
    run(cc.args(["-std=gnu11", "-DSLOTS_MINGW", "-c"]).arg(source("slots.c")).arg("-o").arg(object));
}

/// The native compiler on mingw-w64's headers.
fn mingw_cc() -> Option<Command> {
    if !Path::new("/usr/share/mingw-w64/include/wbemcli.h").exists() {
        skip("mingw-w64's headers are not installed");
        return None;
    }
    let include = run(cc().arg("-print-file-name=include"));
    let mut cc = cc();
    cc.arg(format!("@{}", source("mingw.rsp").display()));
    cc.arg("-isystem").arg(include.trim()).arg("-DSLOTS_MINGW");
    Some(cc)
}

#[test]
fn slots_in_cpp() {
    let Some(mut cxx) = cxx() else { return skip("there is no C++ compiler") };
    let program = directory("slots-cpp").join("slots-cpp");
    run(strict(&mut cxx).arg("-std=c++17").arg(source("slots.cpp")).arg("-o").arg(&program));
    run(&mut Command::new(program));
}

#[test]
fn basic_client_releases_in_any_order() {
    let program = client("basic_client", &directory("basic"));
    for order in RELEASE_ORDERS {
        let printed = run(Command::new(&program).args(["3", order]));
        assert!(printed.ends_with("released\n"), "{order}: {printed}");
    }
}

#[test]
fn basic_client_under_valgrind() {
    let program = client("basic_client", &directory("basic-valgrind"));
    for order in RELEASE_ORDERS {
        let Some(mut valgrind) = under_valgrind(&program) else { return };
        run(valgrind.args(["2", order]));
    }
}

#[test]
fn all_that_a_refresher_takes() {
    let program = client("refresher_client", &directory("refresher"));
    assert_eq!(run(&mut Command::new(&program)), "released\n");
    if let Some(mut valgrind) = under_valgrind(&program) {
        run(&mut valgrind);
    }
}

#[test]
fn cpp_client() {
    let Some(mut cxx) = cxx() else { return skip("there is no C++ compiler") };
    let out = directory("cpp");
    let program = out.join("cpp_client");
    strict(&mut cxx).arg("-std=c++17").arg(source("cpp_client.cpp")).arg("-o").arg(&program);
    run(linked(&mut cxx, &lib_dir(&out)));
    assert!(run(&mut Command::new(program)).ends_with("released\n"));
}

#[test]
fn a_client_of_the_published_header() {
    let Some(mut cc_mingw) = mingw_cc() else { return };
    let out = directory("interop");
    let (object, program) = (out.join("interop_client.o"), out.join("interop_client"));
    run(cc_mingw.arg("-c").arg(source("interop_client.c")).arg("-o").arg(&object));
    run(linked(cc().arg(&object).arg("-o").arg(&program), &lib_dir(&out)));
    assert!(run(&mut Command::new(program)).ends_with("released\n"));
}

#[test]
fn class_client_makes_a_class_and_its_text() {
    let program = client("class_client", &directory("class"));
    let printed = run(&mut Command::new(&program));
    assert!(printed.contains("class Toy_Memory : Win32_PerfRawData_PerfOS_Memory\n"), "{printed}");
    assert!(
        printed.contains("<VALUE>seven &amp; more</VALUE>") && printed.ends_with("released\n"),
        "{printed}"
    );
    if let Some(mut valgrind) = under_valgrind(&program) {
        run(&mut valgrind);
    }
}

/// bad_client and its two libraries: one without an entry point, one that
/// others may write to.
fn bad_client(test: &str) -> (PathBuf, [PathBuf; 2]) {
    let out = directory(test);
    let writable = out.join("libwritable.so");
    fs::copy(toy_library(&out), &writable).unwrap();
    fs::set_permissions(&writable, Permissions::from_mode(0o777)).unwrap();
    (client("bad_client", &out), [shim(&out), writable])
}

#[test]
fn mistakes_get_their_status() {
    let (program, libraries) = bad_client("bad");
    let mut command = Command::new(&program);
    if may_load_from(program.parent().unwrap()) {
        command.args(libraries);
    }
    let output = output(&mut command);
    let printed = String::from_utf8_lossy(&output.stdout);
    let wrong: Vec<&str> = printed.lines().filter(|line| line.starts_with("not ok")).collect();
    assert!(output.status.success() && wrong.is_empty(), "{wrong:#?}");
    assert!(printed.lines().count() > 80, "{printed}");
}

#[test]
fn mistakes_under_valgrind() {
    let (program, libraries) = bad_client("bad-valgrind");
    let Some(mut valgrind) = under_valgrind(&program) else { return };
    if may_load_from(program.parent().unwrap()) {
        valgrind.args(libraries);
    }
    run(&mut valgrind);
}

#[test]
fn the_toy_provider_by_itself() {
    let out = directory("harness");
    let program = out.join("toy_harness");
    let mut cc = cc();
    strict(&mut cc).arg("-std=c11").arg(source("toy_harness.c")).arg("-o").arg(&program).arg("-ldl");
    run(&mut cc);
    let toy = toy_library(&out);
    run(Command::new(&program).arg(&toy));
    let Some(mut valgrind) = under_valgrind(&program) else { return };
    run(valgrind.arg(&toy));
}

fn toy_client(test: &str) -> Option<(PathBuf, PathBuf)> {
    let out = directory(test);
    may_load_from(&out).then(|| (client("toy_client", &out), toy_library(&out)))
}

#[test]
fn a_provider_in_c_in_each_of_its_moods() {
    let Some((program, toy)) = toy_client("toy") else { return };
    for mode in TOY_MODES {
        let printed = run(Command::new(&program).arg(&toy).arg(source("toy.mof")).arg(mode));
        assert_eq!(printed, format!("ok {mode}\n"));
    }
}

#[test]
fn a_provider_in_c_under_valgrind() {
    let Some((program, toy)) = toy_client("toy-valgrind") else { return };
    for mode in TOY_MODES {
        let Some(mut valgrind) = under_valgrind(&program) else { return };
        run(valgrind.arg(&toy).arg(source("toy.mof")).arg(mode));
    }
}

/// The toy provider's classes and statistics of them in one file.
fn toy_with_statistics(inside: &Path) -> PathBuf {
    let texts = ["toy.mof", "toy_statistics.mof"].map(|name| fs::read_to_string(source(name)).unwrap());
    let mof = inside.join("toy_with_statistics.mof");
    fs::write(&mof, texts.concat()).unwrap();
    mof
}

#[test]
fn formatted_classes_of_a_provider_in_c() {
    let out = directory("cooked");
    if !may_load_from(&out) {
        return;
    }
    let (program, toy, mof) = (client("cooked_client", &out), toy_library(&out), toy_with_statistics(&out));
    assert_eq!(run(Command::new(&program).args([&toy, &mof])), "ok\n");
    if let Some(mut valgrind) = under_valgrind(&program) {
        run(valgrind.args([&toy, &mof]));
    }
}

#[test]
fn a_warm_refresh_allocates_and_opens_nothing() {
    let out = directory("warm");
    if !may_load_from(&out) {
        return;
    }
    let (program, toy, shim) = (client("warm_client", &out), toy_library(&out), shim(&out));
    let mof = toy_with_statistics(&out);
    let warm = || {
        let mut command = Command::new(&program);
        command.env("LD_PRELOAD", &shim).args(["1000", "--toy"]).arg(&toy).arg(&mof);
        command.arg("Toy_PerfRawData_Counters");
        command
    };
    let mut all = warm();
    all.args(["Toy_PerfFormattedData_Counters", "Toy_PerfFormattedData_Statistics"]);
    for class in steady_classes() {
        all.args([class, &class.replacen("PerfRawData", "PerfFormattedData", 1)]);
    }
    let printed = run(&mut all);
    assert!(printed.ends_with("allocations 0 frees 0 mmaps 0 opens 0\n"), "{printed}");

    // An enumerator may be rebuilt in each refresh.
    let printed = run(warm().env("TOY_MODE", "rebuild"));
    assert!(printed.ends_with("allocations 0 frees 0 mmaps 0 opens 0\n"), "{printed}");

    // Nor does a row that carries the reason why a value is missing, once it has.
    let printed = run(warm().env("TOY_MODE", "denied"));
    assert!(printed.ends_with("allocations 0 frees 0 mmaps 0 opens 0\n"), "{printed}");

    // The control: a provider that allocates once a refresh is caught.
    let control = output(warm().env("TOY_MODE", "allocate"));
    let printed = String::from_utf8_lossy(&control.stdout);
    assert_eq!(control.status.code(), Some(3), "{printed}");
    assert!(printed.contains("allocations 1000 frees 1000 mmaps 0 opens 0"), "{printed}");
}

/// The program in the README, without its waiting.
#[test]
fn the_example_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let example = readme.split_once("```c\n").unwrap().1.split_once("```").unwrap().0;
    let out = directory("readme");
    let (code, program) = (out.join("client.c"), out.join("client"));
    fs::write(&code, example.replace("sleep(1)", "sleep(0)")).unwrap();
    let mut cc = cc();
    cc.args(["-Wall", "-Wextra", "-Werror", "-I"])
        .arg(root().join("include"))
        .arg(&code)
        .arg("-o")
        .arg(&program);
    run(linked(&mut cc, &lib_dir(&out)));
    let printed = run(&mut Command::new(program));
    assert!(printed.lines().all(|line| line.ends_with(" %")), "{printed}");
}

#[test]
fn installed_and_found_by_pkg_config() {
    if !is_installed("pkg-config") {
        return skip("pkg-config is not installed");
    }
    let out = directory("install");
    let (prefix, host) = (out.join("prefix"), out.join("a-host"));
    fs::write(&host, "#!/bin/sh\n").unwrap();
    let install = |prefix: &Path, destination: &Path| {
        let mut install = Command::new(root().join("crates/libhiperf/install"));
        install.env("LIBRARY", BUILT.join("libhiperf.so")).env("HOST", &host);
        run(install.arg(prefix).arg(destination));
    };
    install(&prefix, Path::new(""));
    let build = "cc -std=c11 \"$SOURCE\" $(pkg-config --cflags --libs hiperf) -o \"$PROGRAM\"";
    let program = out.join("basic_client");
    let mut shell = Command::new("sh");
    shell.args(["-ec", build]).env("SOURCE", source("basic_client.c")).env("PROGRAM", &program);
    run(shell.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")));
    let printed = run(Command::new(program).env("LD_LIBRARY_PATH", prefix.join("lib")));
    assert!(printed.ends_with("released\n"));

    // Packagers copy to one place what will be used from another.
    let stage = out.join("stage");
    install(Path::new("/usr"), &stage);
    let host = "lib/hiperf/hiperf-provider-host";
    for name in ["lib/libhiperf.so", "lib/libhiperf.so.0", "include/hiperf.h", host] {
        assert!(fs::metadata(stage.join("usr").join(name)).unwrap().is_file());
    }
    let description = fs::read_to_string(stage.join("usr/lib/pkgconfig/hiperf.pc")).unwrap();
    assert!(description.starts_with("prefix=/usr\n"), "{description}");
}

/// A provider that can't be loaded into its client runs in the host that was
/// installed with the library, wherever the two and the client are.
#[test]
fn the_host_is_found_from_any_prefix() {
    let out = directory("prefix");
    let host = BUILT.join("hiperf-provider-host");
    if !host.exists() {
        return skip("hiperf-provider-host isn't built; cargo build -p hiperfd builds it");
    }
    if !may_load_from(&out) {
        return;
    }
    let prefix = out.join("some/where");
    let mut install = Command::new(root().join("crates/libhiperf/install"));
    run(install.env("LIBRARY", BUILT.join("libhiperf.so")).env("HOST", &host).arg(&prefix));
    let (client, toy, shim) = (client("warm_client", &out), toy_library(&out), shim(&out));
    // The provider that the host loads is the one that the client would.
    let mof = fs::read_to_string(source("toy.mof")).unwrap();
    let lines = mof.lines().filter(|line| !line.contains("    CLSID"));
    let hosted = lines.map(|line| line.replace("ClientLoadableCLSID", "CLSID") + "\n").collect::<String>();
    fs::write(out.join("hosted.mof"), hosted).unwrap();
    let refresh = |prefix: &Path| {
        let mut command = Command::new(&client);
        command.env("LD_LIBRARY_PATH", prefix.join("lib")).env("LD_PRELOAD", &shim);
        command.env_remove("HIPERF_PROVIDER_HOST").args(["100", "--toy"]).arg(&toy);
        output(command.arg(out.join("hosted.mof")).arg("Toy_PerfRawData_Counters"))
    };
    let found = refresh(&prefix);
    let printed = String::from_utf8_lossy(&found.stdout);
    assert!(printed.ends_with("objects 3 allocations 0 frees 0 mmaps 0 opens 0\n"), "{found:?}");
    // One that others could have put there is not believed.
    fs::set_permissions(prefix.join("lib/hiperf"), Permissions::from_mode(0o777)).unwrap();
    assert!(!refresh(&prefix).status.success());
}

/// Providers keep pointers to its functions, so closing it doesn't unload it.
#[test]
fn the_library_stays() {
    let inside = directory("stay");
    let program = inside.join("stay_client");
    run(strict(&mut cc()).arg("-std=c11").arg(source("stay_client.c")).arg("-o").arg(&program).arg("-ldl"));
    let library = lib_dir(&inside).join("libhiperf.so");
    assert_eq!(run(Command::new(&program).arg(&library)), "0 live objects\n");
}
