//! Providers in libraries of their own: the toy of the SDK's examples, loaded
//! and refreshed, and libraries that are refused.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hiperf::{EnumId, Namespace, Refreshed, Refresher, Status, Value};
use hiperf_com::{Guid, registry};

const TOY: Guid = Guid::parse("A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A02");
const TOY_MOF: &str = include_str!("../../hiperf-provider/examples/toy.mof");

/// Unloading concerns all libraries of the process: one test at a time has any.
static LIBRARIES: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    LIBRARIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says why a test can't run here; in CI every test can.
fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {why}");
    println!("skipped: {why}");
}

/// The toy's library: `cargo test` builds examples of the crates it tests, and
/// those of others are built here.
fn toy_library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    let library = profile.join("examples/libtoy.so");
    if !library.exists() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--package", "hiperf-provider", "--example", "toy"]);
        cargo.arg("--target-dir").arg(profile.parent().unwrap());
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
    }
    library
}

/// An empty directory for a test, which nobody else may write to; `None` if
/// others may write to one above it, or own it.
fn directory(test: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("libraries-{test}"));
    let _left_over = fs::remove_dir_all(&path);
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    let path = path.canonicalize().unwrap();
    let own = fs::metadata(&path).unwrap().uid();
    let is_trusted = |directory: &Path| {
        let of = fs::metadata(directory).unwrap();
        let sticky = of.mode() & 0o1000 != 0 && of.uid() == 0;
        (of.uid() == 0 || of.uid() == own) && (of.mode() & 0o022 == 0 || sticky)
    };
    match path.ancestors().find(|directory| !is_trusted(directory)) {
        None => Some(path),
        Some(open) => {
            skip(&format!("{} may be written to by others, so nothing below it is loaded", open.display()));
            None
        }
    }
}

/// A copy of the toy in a directory.
fn copy_toy(directory: &Path, name: &str) -> PathBuf {
    let path = directory.join(name);
    fs::copy(toy_library(), &path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path
}

fn levels(refresher: &Refresher, id: EnumId, property: &str) -> Vec<(String, Value)> {
    let instances = refresher.instances(id).unwrap();
    instances.map(|one| (one.get("Name").unwrap().to_string(), one.get(property).unwrap())).collect()
}

#[test]
fn the_toy_from_its_library() {
    let _alone = alone();
    let Some(directory) = directory("toy") else { return };
    registry::register_library(TOY, copy_toy(&directory, "toy.so"));
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    assert_eq!(namespace.compile_mof("toy.mof", TOY_MOF).unwrap(), 4);
    let mut refresher = Refresher::new();
    let raw = refresher.add_enum(&namespace, "Example_PerfRawData_Queue").unwrap();
    let cooked = refresher.add_enum(&namespace, "Example_PerfFormattedData_Queue").unwrap();
    let orders = refresher.add_object(&namespace, "Example_PerfRawData_Queue.Name=\"Orders\"").unwrap();
    let named = |name: &str, value: Value| (name.to_owned(), value);
    // Adding an object took a sample, so the burst is there at first.
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let depths = [named("orders", Value::Uint32(7)), named("burst", Value::Uint32(900))];
    assert_eq!(levels(&refresher, raw, "Depth"), depths);
    assert_eq!(levels(&refresher, cooked, "WaitTime100ns"), [named("orders", Value::Null)]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(levels(&refresher, raw, "Depth"), depths[..1]);
    // 2,000 for every 100 messages.
    let waits = [named("orders", Value::Uint64(20)), named("burst", Value::Null)];
    assert_eq!(levels(&refresher, cooked, "WaitTime100ns"), waits);
    assert_eq!(levels(&refresher, cooked, "Depth"), depths);
    let enqueued = refresher.object(orders).unwrap().get("Enqueued").unwrap();
    assert_eq!(enqueued, Value::Uint64(300));
    // One by one, and in a query, each from a first sample of its own.
    let one = namespace.get("Example_PerfRawData_Queue.Name=\"orders\"").unwrap();
    assert_eq!(one.get("Enqueued").unwrap(), Value::Uint64(100));
    let query = hiperf::Query::new(&namespace, "SELECT * FROM Example_PerfRawData_Queue WHERE Depth > 1");
    assert_eq!(namespace.query(&query.unwrap()).unwrap().len(), 1);
    let gone = namespace.get("Example_PerfRawData_Queue.Name=\"burst\"").unwrap_err();
    assert_eq!(gone.status(), Status::WBEM_E_NOT_FOUND);
    // The library's objects are released through its own vtables.
    drop((refresher, namespace));
    registry::unload_if_idle();
    registry::revoke(TOY);
}

/// A use of the toy in a thread of its own: what a library keeps for a thread
/// holds it in memory until that thread ends.
fn use_in_a_thread(namespace: &Namespace) {
    std::thread::scope(|scope| {
        let used = scope.spawn(|| namespace.get("Example_PerfRawData_Queue.Name=\"orders\"").map(drop));
        used.join().unwrap().unwrap();
    });
}

#[test]
fn an_idle_library_is_unloaded() {
    let _alone = alone();
    /// The toy's other class, so that no other test uses this library.
    const TOY_HOST: Guid = Guid::parse("A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A01");
    const MINUTE: Duration = Duration::from_secs(60);
    let Some(directory) = directory("idle") else { return };
    registry::register_library(TOY_HOST, copy_toy(&directory, "idle.so"));
    let namespace = hiperf::Repository::at(directory.join("repository")).connect("").unwrap();
    namespace.compile_mof("toy.mof", &TOY_MOF.replace("5D3B8E6F7A02", "5D3B8E6F7A01")).unwrap();
    let is_loaded = || fs::read_to_string("/proc/self/maps").unwrap().contains("libraries-idle/idle.so");
    use_in_a_thread(&namespace);
    assert!(is_loaded());
    let start = Instant::now();
    assert_eq!(namespace.unload_idle(start + MINUTE).unwrap(), hiperf::Unloaded::default());
    // The provider first; its library is seen to be idle, and goes at the next look.
    // Libraries of other tests may go as well, so this one is looked for by name.
    let first = namespace.unload_idle(start + 10 * MINUTE).unwrap();
    assert_eq!(first.providers, ["ExampleToy"]);
    assert!(is_loaded());
    // A thread that has just released the last object may not be out yet.
    assert_eq!(namespace.unload_idle(start + 10 * MINUTE).unwrap(), hiperf::Unloaded::default());
    let second = namespace.unload_idle(start + 11 * MINUTE).unwrap();
    assert!(second.providers.is_empty() && second.libraries >= 1, "{second:?}");
    assert!(!is_loaded());
    // Whoever needs it has it loaded again.
    use_in_a_thread(&namespace);
    assert!(is_loaded());
    registry::revoke(TOY_HOST);
}

/// What adding an enumerator says of a provider in the library at `path`.
#[track_caller]
fn refused(name: &str, path: &Path, says: &[&str]) {
    let mut data4 = [0; 8];
    data4.iter_mut().zip(name.bytes()).for_each(|(byte, letter)| *byte = letter);
    let clsid = Guid { data1: 0x6C69_6272, data2: 0x6172, data3: 0x6965, data4 };
    registry::register_library(clsid, path);
    let namespace = Namespace::connect("root\\cimv2").unwrap();
    let mof = format!(
        "instance of __Win32Provider as $P {{ Name = \"{name}\"; ClientLoadableCLSID = \"{clsid}\"; }};
         instance of __InstanceProviderRegistration {{ provider = $P; }};
         [dynamic, hiperf, provider(\"{name}\")] class Test_{name} : Win32_PerfRawData {{ [key] string Name; }};"
    );
    namespace.compile_mof("test.mof", &mof).unwrap();
    let class = format!("Test_{name}");
    let error = Refresher::new().add_enum(&namespace, &class).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_PROVIDER_LOAD_FAILURE, "{error}");
    // What was being done, for which provider, with which file.
    let always = [class.as_str(), &format!("loading provider {name}"), &path.to_string_lossy()];
    for part in always.iter().chain(says) {
        assert!(error.message().contains(part), "{part:?} is not in {error}");
    }
    registry::revoke(clsid);
}

#[test]
fn libraries_that_are_refused() {
    let _alone = alone();
    let Some(directory) = directory("refused") else { return };
    refused("Missing", &directory.join("missing.so"), &["no such file", "check the path"]);
    refused("Folder", &directory, &["not a regular file"]);
    let text = directory.join("text.so");
    fs::write(&text, "not a library").unwrap();
    fs::set_permissions(&text, Permissions::from_mode(0o644)).unwrap();
    refused("Text", &text, &["not a shared library", "no ELF header"]);
    fs::write(&text, "\x7fELF and no more").unwrap();
    refused("Broken", &text, &["can't be loaded"]);
    // A library that everyone has, and that is no provider.
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    match maps.split_whitespace().find(|word| word.contains("/libc.so") || word.contains("/libc-")) {
        Some(libc) => refused("NoEntry", Path::new(libc), &["exports no DllGetClassObject"]),
        None => skip("this program is linked without a C library in a file"),
    }
    // The toy under a CLSID that it doesn't have.
    let toy = copy_toy(&directory, "toy.so");
    refused("OtherClsid", &toy, &["does not have class {6C696272", "check the CLSID"]);
    let writable = copy_toy(&directory, "writable.so");
    fs::set_permissions(&writable, Permissions::from_mode(0o757)).unwrap();
    refused("Writable", &writable, &["writable by others", "run chmod go-w"]);
    let open = directory.join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
    let inside = copy_toy(&open, "toy.so");
    let chmod = format!("run chmod go-w {}", open.display());
    refused("OpenFolder", &inside, &["is writable by others, who could replace the library", &chmod]);
    fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
}
