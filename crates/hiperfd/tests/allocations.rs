//! A warm refresh of a hosted provider allocates nothing in the client.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::PathBuf;

use hiperf::{Hosting, Namespace, Refreshed, Refresher, Value};
use hiperf_com::{Guid, registry};

/// As which the provider of `tests/provider/library.rs` is loaded into a host.
const HOST: Guid = Guid::parse("5B1D8F0A-2C7E-4D6B-9F31-7A0C5E4D4001");

/// Counts what this thread allocates.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: it is the system's allocator, and beside it counts in a cell that
// needs no memory of its own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's duties are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(what: impl FnOnce()) -> usize {
    let before = COUNT.get();
    what();
    COUNT.get() - before
}

#[test]
fn a_warm_refresh_allocates_nothing() {
    let test = std::env::current_exe().unwrap();
    let library: PathBuf = test.ancestors().nth(2).unwrap().join("examples/libhosted_provider.so");
    if let Err(error) = hiperf_com::library::Library::load(&library) {
        assert!(std::env::var_os("HIPERF_CI").is_none(), "skipped in CI: {error}");
        println!("skipped: {error}");
        return;
    }
    registry::register_library(HOST, library);
    let hosting = Hosting::new().program(env!("CARGO_BIN_EXE_hiperf-provider-host"));
    let namespace = Namespace::connect_with("root\\cimv2", &hosting).unwrap();
    let mof = format!(
        "instance of __Win32Provider as $P {{ Name = \"Told\"; CLSID = \"{HOST}\"; }};\n\
         instance of __InstanceProviderRegistration {{\n\
           provider = $P; SupportsGet = TRUE; SupportsEnumeration = TRUE;\n\
         }};\n\
         [dynamic, provider(\"Told\"), hiperf] class Test_Told_100 : Win32_PerfRawData {{\n\
           [key] string Name; uint64 Count; string Place; uint32 Process;\n\
         }};\n"
    );
    namespace.compile_mof("told.mof", &mof).unwrap();
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, "Test_Told_100.Name=\"x\"").unwrap();
    let list = refresher.add_enum(&namespace, "Test_Told_100").unwrap();
    let mut refresh = || assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    // The first one finds out how much memory it takes.
    assert!(allocations(&mut refresh) > 0, "the counter counts");
    refresh();
    assert_eq!(allocations(|| (0..100).for_each(|_| refresh())), 0);
    assert_eq!(refresher.object(object).unwrap().get("Count").unwrap(), Value::Uint64(102));
    assert!(refresher.instances(list).unwrap().all(|one| one.get("Count").unwrap() == Value::Uint64(102)));
}
