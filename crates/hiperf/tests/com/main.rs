//! `CLSID_WbemRefresher` as a client in C sees it.

#[path = "../support/hooks.rs"]
mod hooks;
#[path = "../support/names.rs"]
mod names;
#[allow(dead_code)] // not every test needs all of it
#[path = "../support/world.rs"]
mod world;

mod amended;
mod contexts;
mod enumerators;
mod nesting;
mod precise;
mod sys;
mod templates;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, mpsc};

use hiperf::{Status, Value};
use hiperf_com::client::ClassObject;
use hiperf_com::{ComPtr, IWbemHiPerfEnum, IWbemServices};

use hooks::{Hooks, serve};
use sys::{ClientRefresher, get_objects, misuse};
use world::{Row, row};

const OK: Status = Status::WBEM_S_NO_ERROR;
const USE_AMENDED_QUALIFIERS: i32 = 0x2_0000;

fn connect() -> ComPtr<IWbemServices> {
    hiperf::register();
    sys::connect("root\\cimv2").unwrap()
}

#[test]
fn connecting() {
    hiperf::register();
    for path in ["root\\cimv2", "\\\\.\\ROOT\\CIMV2", "//./root/cimv2", ""] {
        assert!(sys::connect(path).is_ok(), "{path}");
    }
    let status = |path| sys::connect(path).err().unwrap();
    assert_eq!(status("root\\nowhere"), Status::WBEM_E_INVALID_NAMESPACE);
    assert_eq!(status("\\\\elsewhere\\root\\cimv2"), Status::WBEM_E_NOT_SUPPORTED);
    assert_eq!(status("\\"), Status::WBEM_E_INVALID_NAMESPACE);
    assert_eq!(status("\\\\\\root"), Status::WBEM_E_INVALID_PARAMETER);
    assert!(sys::connect_plainly("root\\cimv2").is_ok());
    let host = hiperf::Namespace::connect("").unwrap().decoration().server.clone();
    assert!(sys::connect(&format!("\\\\{host}\\root\\cimv2")).is_ok());
}

/// The pointers of an enumerator's objects, by name.
fn pointers(list: &ComPtr<IWbemHiPerfEnum>) -> Vec<(String, usize)> {
    let (status, count, objects) = get_objects(list, 16);
    assert_eq!((status, count as usize), (OK, objects.len()));
    let entry = |object: &ComPtr<hiperf_com::IWbemObjectAccess>| {
        let name = ClassObject::new(object.cast().unwrap()).get("Name").unwrap();
        (name.as_str().unwrap().to_owned(), object.as_raw() as usize)
    };
    objects.iter().map(entry).collect()
}

#[test]
fn objects_keep_their_identity() {
    let world = world!("Identity");
    let (services, refresher) = (connect(), ClientRefresher::create());
    world.set(&[row("a", 1), row("b", 2)]);
    let (list, list_id) = refresher.add_enum(&services, world.raw, 0).unwrap();
    let (object, object_id) =
        refresher.add_object(&services, &world.path("a"), USE_AMENDED_QUALIFIERS).unwrap();
    assert!(list_id > 0 && object_id > list_id);
    let object = ClassObject::new(object);
    assert_eq!(object.get("Level").unwrap(), Value::Null);
    assert_eq!(get_objects(&list, 0).0, OK);
    assert_eq!(refresher.refresh(0), OK);
    let first = pointers(&list);
    assert_eq!(object.get("Level").unwrap(), Value::Uint32(1));
    world.set(&[row("c", 5), row("b", 4), row("a", 3)]);
    assert_eq!(refresher.refresh(1), OK);
    let second = pointers(&list);
    assert_eq!(object.get("Level").unwrap(), Value::Uint32(3));
    assert_eq!(second[..2], first[..]);
    // b goes and nobody holds it: its object serves d.
    world.set(&[row("a", 6), row("c", 7)]);
    assert_eq!(refresher.refresh(0), OK);
    world.set(&[row("a", 6), row("c", 7), row("d", 8)]);
    assert_eq!(refresher.refresh(0), OK);
    let third = pointers(&list);
    assert_eq!((third[2].0.as_str(), third[2].1), ("d", first[1].1));
    // d goes, but the client holds it: it stays as it was.
    let held = ClassObject::new(get_objects(&list, 3).2[2].cast().unwrap());
    world.set(&[row("a", 6), row("c", 7)]);
    assert_eq!(refresher.refresh(0), OK);
    world.set(&[row("a", 6), row("c", 7), row("e", 9)]);
    assert_eq!(refresher.refresh(0), OK);
    assert_ne!(pointers(&list)[2].1, third[2].1);
    let value = |name| held.get(name).unwrap();
    assert_eq!((value("Name"), value("Level")), (Value::String("d".into()), Value::Uint32(8)));
    // Everything lives on without the refresher.
    drop((refresher, services));
    assert_eq!(pointers(&list).len(), 3);
    assert_eq!(object.get("Level").unwrap(), Value::Uint32(6));
}

#[test]
fn objects_know_where_they_are_from() {
    let world = world!("Origin");
    let (services, refresher) = (connect(), ClientRefresher::create());
    world.set(&[row("a", 1)]);
    let object = ClassObject::new(refresher.add_without_id(&services, &world.path("a")));
    let (list, _) = refresher.add_enum(&services, world.raw, 0).unwrap();
    assert_eq!(refresher.refresh(0), OK);
    let listed = ClassObject::new(get_objects(&list, 1).2[0].cast().unwrap());
    let path = object.get("__PATH").unwrap();
    assert!(path.as_str().unwrap().ends_with("\\root\\cimv2:Test_PerfRawData_Origin.Name=\"a\""), "{path}");
    for name in ["__PATH", "__RELPATH", "__SERVER", "__NAMESPACE", "__CLASS"] {
        assert_eq!(listed.get(name).unwrap(), object.get(name).unwrap(), "{name}");
    }
}

#[test]
fn room_for_the_objects_of_an_enumerator() {
    let world = world!("Room");
    let (services, refresher) = (connect(), ClientRefresher::create());
    world.set(&[row("a", 1), row("b", 2)]);
    let (list, _) = refresher.add_enum(&services, world.raw, 0).unwrap();
    let brief = |room| {
        let (status, count, objects) = get_objects(&list, room);
        (status, count, objects.len())
    };
    assert_eq!(brief(0), (OK, 0, 0));
    assert_eq!(refresher.refresh(0), OK);
    assert_eq!(brief(0), (Status::WBEM_E_BUFFER_TOO_SMALL, 2, 0));
    assert_eq!(brief(1), (Status::WBEM_E_BUFFER_TOO_SMALL, 2, 0));
    assert_eq!((brief(2), brief(9)), ((OK, 2, 2), (OK, 2, 2)));
    let (denied, invalid) = (Status::WBEM_E_ACCESS_DENIED, Status::WBEM_E_INVALID_PARAMETER);
    assert_eq!(misuse(&list), [denied, denied, denied, invalid, invalid, invalid]);
}

#[test]
fn flags_of_enumerations() {
    let world = world!("EnumerationFlags");
    world.set(&[row("a", 1)]);
    let (services, invalid) = (connect(), Status::WBEM_E_INVALID_PARAMETER);
    let check = |flags, expected: [Status; 3]| {
        assert_eq!(sys::enumerate(&services, world.raw, flags), expected, "{flags:#x}");
    };
    for flags in [0, 0x10, 0x20, 0x30, USE_AMENDED_QUALIFIERS] {
        check(flags, [OK, OK, OK]);
    }
    // SHALLOW, DIRECT_READ, ENSURE_LOCATABLE, and what is none.
    check(1, [OK, OK, invalid]);
    check(0x200, [invalid, OK, OK]);
    check(0x100, [invalid, invalid, OK]);
    check(0x800, [invalid, invalid, invalid]);
    let long = "x".repeat(0x4000);
    check_status(sys::enumerate(&services, &long, 0)[2]);
    fn check_status(status: Status) {
        assert_eq!(status, Status::WBEM_E_QUOTA_VIOLATION);
    }
}

#[test]
fn flags_and_nulls() {
    let world = world!("Flags");
    let (services, refresher) = (connect(), ClientRefresher::create());
    world.set(&[row("a", 1)]);
    let invalid = Status::WBEM_E_INVALID_PARAMETER;
    for status in refresher.add_with_nulls(&services, &world.path("a"), world.raw) {
        assert_eq!(status, invalid);
    }
    for flags in [1, 0x10, -1] {
        assert_eq!(refresher.add_object(&services, &world.path("a"), flags).err(), Some(invalid));
        assert_eq!(refresher.add_enum(&services, world.raw, flags).err(), Some(invalid));
    }
    for flags in [2, 0x2_0000, -1] {
        assert_eq!((refresher.refresh(flags), refresher.remove(1, flags)), (invalid, invalid));
    }
    assert_eq!((refresher.refresh(0), refresher.refresh(1)), (OK, OK));
    assert_eq!(refresher.remove(1, 0), Status::WBEM_E_NOT_FOUND);
    let status = refresher.add_object(&services, &world.path("z"), 0).err();
    assert_eq!(status, Some(Status::WBEM_E_NOT_FOUND));
    let status = refresher.add_enum(&services, "Nobody_Knows", 0).err();
    assert_eq!(status, Some(Status::WBEM_E_INVALID_CLASS));
    let (object, id) = refresher.add_object(&services, &world.path("a"), 0).unwrap();
    assert_eq!(refresher.template_and_refresher_with_nulls(&services, &object), [invalid; 4]);
    assert_eq!((refresher.remove(id, 0), refresher.remove(id, 1)), (OK, Status::WBEM_E_NOT_FOUND));
}

#[test]
fn partial_results_and_failures() {
    let (good, bad) = (world!("ComGood"), world!("ComBad"));
    let (services, refresher) = (connect(), ClientRefresher::create());
    good.set(&[row("a", 1)]);
    bad.set(&[Row { total: Some(3), ..row("a", 1) }]);
    let (gone, _) = refresher.add_object(&services, &bad.path("a"), 0).unwrap();
    let (_, id) = refresher.add_object(&services, &good.path("a"), 0).unwrap();
    assert_eq!(refresher.refresh(0), OK);
    bad.set(&[]);
    assert_eq!(refresher.refresh(0), Status::WBEM_S_PARTIAL_RESULTS);
    assert_eq!(ClassObject::new(gone).get("Total").unwrap(), Value::Null);
    bad.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    assert_eq!(refresher.refresh(0), Status::WBEM_S_PARTIAL_RESULTS);
    assert_eq!(refresher.remove(id, 0), OK);
    assert_eq!(refresher.refresh(0), Status::WBEM_E_ACCESS_DENIED);
    bad.state().fails = None;
    bad.state().panics = true;
    assert_eq!(refresher.refresh(0), Status::WBEM_E_PROVIDER_FAILURE);
    bad.state().panics = false;
    assert_eq!(refresher.refresh(0), Status::WBEM_S_PARTIAL_RESULTS);
}

#[test]
fn one_call_at_a_time() {
    let (inside, entered) = mpsc::channel::<()>();
    let (leave, left) = mpsc::channel::<()>();
    let (inside, left) = (Mutex::new(inside), Mutex::new(left));
    let refresh = move |refresher: &mut hooks::HookRefresher| {
        inside.lock().unwrap().send(()).unwrap();
        left.lock().unwrap().recv().unwrap();
        refresher.count()
    };
    let (_namespace, class) = serve("Busy", Hooks { refresh: Box::new(refresh), ..Hooks::default() });
    let (services, refresher) = (connect(), ClientRefresher::create());
    let path = format!("{class}.Name=\"a\"");
    let (object, id) = refresher.add_object(&services, &path, 0).unwrap();
    let other = refresher.clone();
    let thread = std::thread::spawn(move || other.refresh(0));
    entered.recv().unwrap();
    let busy = Status::WBEM_E_REFRESHER_BUSY;
    assert_eq!((refresher.refresh(0), refresher.remove(id, 0)), (busy, busy));
    assert_eq!(refresher.add_object(&services, &path, 0).err(), Some(busy));
    assert_eq!(refresher.add_enum(&services, &class, 0).err(), Some(busy));
    // Another refresher of the same provider is not.
    let free = ClientRefresher::create();
    free.add_object(&services, &path, 0).unwrap();
    let thread_of_other = std::thread::spawn(move || free.refresh(0));
    entered.recv().unwrap();
    leave.send(()).unwrap();
    leave.send(()).unwrap();
    assert_eq!((thread.join().unwrap(), thread_of_other.join().unwrap()), (OK, OK));
    leave.send(()).unwrap();
    assert_eq!(refresher.refresh(0), OK);
    assert_eq!(ClassObject::new(object).get("Count").unwrap(), Value::Uint64(2));
    assert_eq!(refresher.remove(id, 0), OK);
}

#[test]
fn a_refresh_from_inside_a_refresh_is_busy() {
    static OWN: Mutex<Option<ClientRefresher>> = Mutex::new(None);
    static ANSWER: AtomicU32 = AtomicU32::new(0);
    let refresh = |refresher: &mut hooks::HookRefresher| {
        let own = OWN.lock().unwrap().take();
        if let Some(own) = own {
            ANSWER.store(own.refresh(0).0, Ordering::Relaxed);
        }
        refresher.count()
    };
    let (_namespace, class) = serve("Reenters", Hooks { refresh: Box::new(refresh), ..Hooks::default() });
    let (services, refresher) = (connect(), ClientRefresher::create());
    let (list, _) = refresher.add_enum(&services, &class, 0).unwrap();
    *OWN.lock().unwrap() = Some(refresher.clone());
    assert_eq!(refresher.refresh(0), OK);
    assert_eq!(ANSWER.load(Ordering::Relaxed), Status::WBEM_E_REFRESHER_BUSY.0);
    assert_eq!(pointers(&list).len(), 2);
}

#[test]
fn services_of_a_stranger_are_refused() {
    struct Nothing;
    impl hiperf_com::server::NamespaceServices for Nothing {
        fn get_object(
            &self,
            _: &str,
            _: Option<&hiperf_com::Context>,
        ) -> hiperf::Result<hiperf_com::object::Object> {
            Err(Status::WBEM_E_NOT_FOUND.into())
        }
        fn create_class_enum(&self, _: &str, _: bool) -> hiperf::Result<Vec<hiperf_com::object::Object>> {
            Err(Status::WBEM_E_NOT_FOUND.into())
        }
        fn create_instance_enum(
            &self,
            _: &str,
            _: bool,
            _: Option<&hiperf_com::Context>,
        ) -> hiperf::Result<Vec<hiperf_com::object::Object>> {
            Err(Status::WBEM_E_NOT_FOUND.into())
        }
        fn exec_query(
            &self,
            _: &str,
            _: Option<&hiperf_com::Context>,
        ) -> hiperf::Result<Vec<hiperf_com::object::Object>> {
            Err(Status::WBEM_E_NOT_FOUND.into())
        }
    }
    hiperf::register();
    let stranger = hiperf_com::server::ServicesObject::create(Nothing);
    let status = ClientRefresher::create().add_enum(&stranger, "Win32_PerfRawData_PerfOS_Memory", 0).err();
    assert_eq!(status, Some(Status::WBEM_E_INVALID_PARAMETER));
}
