//! A warm refresh of a hosted provider allocates nothing in the client, with
//! reasons for missing values or without, published or not.

#[path = "../../../tests/rust/allocations.rs"]
mod counting;

use std::path::PathBuf;

use counting::allocations;
use hiperf::{Hosting, Namespace, Reason, Refreshed, Refresher, Value};
use hiperf_com::{Guid, registry};

/// As which the provider of `tests/provider/library.rs` is loaded into a host.
const HOST: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4001");

/// As which that of `tests/provider/still.rs` is, or into a client.
const STILL: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4006");

/// Class `Test_<name>` of a provider that is registered under these CLSIDs;
/// nothing if its library may not be loaded.
fn class(name: &str, clsids: &[(&str, Guid)]) -> Option<(Namespace, String)> {
    let test = std::env::current_exe().unwrap();
    let library: PathBuf = test.ancestors().nth(2).unwrap().join("examples/libhosted_provider.so");
    if let Err(error) = hiperf_com::library::Library::load(&library) {
        assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {error}");
        println!("skipped: {error}");
        return None;
    }
    clsids.iter().for_each(|(_, clsid)| registry::register_library(*clsid, &library));
    let clsids: String = clsids.iter().map(|(kind, clsid)| format!("{kind} = \"{clsid}\"; ")).collect();
    let hosting = Hosting::new().program(env!("CARGO_BIN_EXE_hiperf-provider-host"));
    let namespace = Namespace::connect_with("root\\cimv2", &hosting).unwrap();
    let counters: String = (0..20).map(|index| format!(" uint64 Counter{index};")).collect();
    let mof = format!(
        "instance of __Win32Provider as $P {{ Name = \"{name}\"; {clsids} }};\n\
         instance of __InstanceProviderRegistration {{\n\
           provider = $P; SupportsGet = TRUE; SupportsEnumeration = TRUE;\n\
         }};\n\
         [dynamic, provider(\"{name}\"), hiperf] class Test_{name} : Win32_PerfRawData {{\n\
           [key] string Name; uint64 Count; string Place; uint32 Process;{counters}\n\
         }};\n"
    );
    namespace.compile_mof("told.mof", &mof).unwrap();
    Some((namespace, format!("Test_{name}")))
}

#[test]
fn a_warm_refresh_allocates_nothing() {
    let Some((namespace, class)) = class("Told_100", &[("CLSID", HOST)]) else { return };
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, &format!("{class}.Name=\"x\"")).unwrap();
    let list = refresher.add_enum(&namespace, &class).unwrap();
    let mut refresh = || assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    // The first one finds out how much memory it takes.
    assert!(allocations(&mut refresh) > 0, "the counter counts");
    refresh();
    assert_eq!(allocations(|| (0..100).for_each(|_| refresh())), 0);
    assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Uint64(102));
    assert!(refresher.instances(list).unwrap().all(|one| one.get("Count").unwrap() == Value::Uint64(102)));
}

/// Reasons that stay, and some that come and go.
#[test]
fn nor_do_reasons_for_missing_values() {
    let Some((namespace, class)) = class("Told_missing_50", &[("CLSID", HOST)]) else { return };
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, &format!("{class}.Name=\"missing\"")).unwrap();
    let list = refresher.add_enum(&namespace, &class).unwrap();
    let mut refresh = || assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    (0..4).for_each(|_| refresh());
    assert_eq!(allocations(|| (0..100).for_each(|_| refresh())), 0);
    let handle = namespace.class(&class).unwrap().handle("Count").unwrap();
    assert_eq!(refresher.object(object).unwrap().why(handle).unwrap(), Some(Reason::Denied));
    let mut instances = refresher.instances(list).unwrap();
    assert_eq!(instances.len(), 50);
    assert!(instances.all(|one| one.why(handle).unwrap() == Some(Reason::Denied)));
}

/// Nor does the refresh that publishes, wherever the provider is, nor who reads
/// in another thread.
#[test]
fn nor_does_publishing() {
    check_publishing("Still_hosted_3", "CLSID", STILL, "Counter0");
    check_publishing("Still_here_3", "ClientLoadableCLSID", STILL, "Counter0");
    // With reasons that come and go.
    check_publishing("Told_missing_20", "CLSID", HOST, "Process");
}

fn check_publishing(name: &str, kind: &str, clsid: Guid, counter: &str) {
    const REFRESHES: u64 = 100;
    let Some((namespace, class)) = class(name, &[(kind, clsid)]) else { return };
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&namespace, &class).unwrap();
    let handle = namespace.class(&class).unwrap().handle(counter).unwrap();
    let mut refresh = || assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    refresh();
    refresh();
    let mut published = refresher.publish();
    let mut refresh = || assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let mut read = move || {
        let snapshot = published.read();
        let instances = snapshot.instances(list).unwrap();
        assert!(instances.iter().all(|one| !one.is_null(handle).unwrap()));
        snapshot.number()
    };
    // Each copy is written once for the first time: that which is read, that
    // which is current, and that which is written next.
    for _ in 0..3 {
        read();
        refresh();
        refresh();
    }
    let last = read() + REFRESHES;
    let reader = std::thread::spawn(move || allocations(|| while read() < last {}));
    let allocated = allocations(|| (0..REFRESHES).for_each(|_| refresh()));
    assert_eq!((allocated, reader.join().unwrap()), (0, 0), "{name}");
}
