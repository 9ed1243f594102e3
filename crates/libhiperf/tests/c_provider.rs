//! The provider in `examples/c`, as its author builds it: served to a client
//! in C that has libhiperf, and to one in Rust that contains the engine. Both
//! times the provider, which is linked with nothing, asks who calls.
#![cfg(target_os = "linux")]

mod common;

use std::ffi::CStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{cc, client, cxx, directory, may_load_from, root, run, strict, toy_library, under_valgrind};
use engine::{EnumId, Namespace, Refreshed, Refresher, Value};
use hiperf_com::{Guid, registry};

const CLIENT: Guid = Guid::parse("5AE1B5C4-2B6F-4E0C-8D0B-6D6A2E9F3B02");
const TOY_CLIENT: Guid = Guid::parse("6D2F4A10-3C0B-4E5B-9A77-5B1E0C2D7A02");

fn example(name: &str) -> PathBuf {
    root().join("examples/c").join(name)
}

/// The sample's library, all warnings being errors.
fn sample_library(inside: &Path) -> PathBuf {
    let library = inside.join("libsample.so");
    let mut cc = cc();
    strict(&mut cc).args(["-std=c11", "-D_GNU_SOURCE", "-shared", "-fPIC", "-fvisibility=hidden"]);
    // Nothing is left for a library to have that isn't there.
    cc.args(["-Wl,-z,defs", "sample.c", "-o"]).arg(&library);
    run(cc.current_dir(example("")));
    fs::set_permissions(&library, Permissions::from_mode(0o755)).unwrap();
    library
}

#[test]
fn the_sample_for_a_client_in_c() {
    let out = directory("sample");
    let (program, library) = (client("sample_client", &out), sample_library(&out));
    if !may_load_from(&out) {
        return;
    }
    let arguments = [library.as_path(), &example("sample.mof")];
    assert_eq!(run(Command::new(&program).args(arguments)), "ok\n");
    if let Some(mut valgrind) = under_valgrind(&program) {
        run(valgrind.args(arguments));
    }
}

fn numbers(refresher: &Refresher, id: EnumId, property: &str) -> Vec<Value> {
    refresher.instances(id).unwrap().map(|one| one.get(property).unwrap()).collect()
}

#[test]
fn the_sample_for_a_client_in_rust() {
    let out = directory("sample-rust");
    let library = sample_library(&out);
    if !may_load_from(&out) {
        return;
    }
    registry::register_library(CLIENT, library);
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    let mof = fs::read_to_string(example("sample.mof")).unwrap();
    namespace.compile_mof("sample.mof", &mof).unwrap();
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(&namespace, "Sample_PerfRawData_Queue").unwrap();
    // A provider that could not impersonate its client would fail here.
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let names = numbers(&refresher, id, "Name");
    assert_eq!(names, [Value::String("in".into()), Value::String("out".into())]);
    assert_eq!(numbers(&refresher, id, "Frequency_PerfTime"), vec![Value::Uint64(10_000_000); 2]);
    drop((refresher, namespace));
    registry::unload_if_idle();
    registry::revoke(CLIENT);
}

/// As the C client of it does, in every method.
#[test]
fn who_calls_a_provider_in_c_from_rust() {
    let out = directory("caller-rust");
    let library = toy_library(&out);
    if !may_load_from(&out) {
        return;
    }
    // Read when the provider is made; nothing else in this program reads it.
    // So each test has a process of its own that depends on it.
    if std::env::var_os("TOY_MODE").is_none() {
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "who_calls_a_provider_in_c_from_rust"]).env("TOY_MODE", "caller");
        run(&mut again);
        return;
    }
    registry::register_library(TOY_CLIENT, library);
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    namespace.compile_mof("toy.mof", &fs::read_to_string(common::source("toy.mof")).unwrap()).unwrap();
    let mut refresher = Refresher::new();
    let id = refresher.add_enum(&namespace, "Toy_PerfRawData_Counters").unwrap();
    refresher.add_object(&namespace, "Toy_PerfRawData_Counters.Name='beta'").unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.instances(id).unwrap().count(), 3);
    namespace.get("Toy_PerfRawData_Counters.Name='alpha'").unwrap();
}

/// What stands in the symbol that a registration reads.
#[test]
fn the_library_carries_its_mof() {
    let path = sample_library(&directory("sample-mof"));
    let (library, mof) = (fs::read(&path).unwrap(), fs::read(example("sample.mof")).unwrap());
    let at = library.windows(mof.len()).position(|bytes| bytes == mof).unwrap();
    assert_eq!(CStr::from_bytes_until_nul(&library[at..]).unwrap().to_bytes(), mof);
    let symbols = run(Command::new("nm").args(["-D", "--defined-only"]).arg(&path));
    let names: Vec<&str> = symbols.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(names, ["DllCanUnloadNow", "DllGetClassObject", "HiperfProviderMof", "HiperfSetHostCalls"]);
}

/// Every macro for providers that C++ has as well, and the text of a MOF.
#[test]
fn the_header_for_providers_in_cpp() {
    let Some(mut cxx) = cxx() else { return common::skip("there is no C++ compiler") };
    let out = directory("provider-cpp");
    let (code, library) = (out.join("provider.cpp"), out.join("libprovider.so"));
    let text = "#include <hiperf.h>\n\
                HIPERF_PROVIDER_SECURITY;\n\
                HIPERF_PROVIDER_MOF(\"// nothing\\n\" \"// at all\\n\");\n\
                HRESULT DllGetClassObject(REFCLSID, REFIID, void **) { return CoRevertToSelf(); }\n\
                HRESULT DllCanUnloadNow() { return S_OK; }\n";
    fs::write(&code, text).unwrap();
    strict(&mut cxx).args(["-std=c++17", "-shared", "-fPIC", "-fvisibility=hidden", "-Wl,-z,defs"]);
    run(cxx.arg(&code).arg("-o").arg(&library));
    let symbols = run(Command::new("nm").args(["-D", "--defined-only"]).arg(&library));
    for name in ["DllGetClassObject", "HiperfProviderMof", "HiperfSetHostCalls"] {
        assert!(symbols.contains(name), "{name} is not in {symbols}");
    }
    assert!(!symbols.contains("CoRevertToSelf"), "{symbols}");
}
