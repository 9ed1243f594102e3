//! Adding and removing: paths, classes, ids, handles.

use hiperf::{Namespace, Refreshed, Refresher, Status, Value};

use crate::world::{Row, row};
use crate::{check_error, check_rows, world};

#[test]
fn an_object_by_path() {
    let world = world!("ByPath");
    world.set(&[row("a", 1), Row { total: Some(u64::MAX), small: Some(1 << 32 | 7), ..row("b", 2) }]);
    let mut refresher = Refresher::new();
    let b = refresher.add_object(&world.namespace, &world.path("B")).unwrap();
    // Before the first refresh it has its keys, as the path spelt them.
    let object = refresher.object(b).unwrap();
    assert_eq!(object.get("Name").unwrap(), Value::String("B".into()));
    assert_eq!(object.get("Level").unwrap(), Value::Null);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let class = world.namespace.class(world.raw).unwrap();
    let handle = |name: &str| class.handle(name).unwrap();
    let object = refresher.object(b).unwrap();
    assert_eq!(object.class().name(), world.raw);
    assert_eq!(object.read_u32(handle("Level")), Ok(Some(2)));
    assert_eq!(object.read_u64(handle("Total")), Ok(Some(u64::MAX)));
    // A 32-bit counter holds the low half, and wraps.
    assert_eq!(object.read_u32(handle("Small")), Ok(Some(7)));
    assert_eq!(object.read_u64(handle("Sum")), Ok(None));
    assert_eq!(object.read_u64(handle("Level")), Err(Status::WBEM_E_TYPE_MISMATCH));
    assert_eq!(object.value(class.index_of("Level").unwrap()), Value::Uint32(2));
    let copy = object.to_instance();
    world.set(&[row("b", 3)]);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.object(b).unwrap().get("Level").unwrap(), Value::Uint32(3));
    assert_eq!(copy.get("Level").unwrap(), Value::Uint32(2));
}

#[test]
fn a_path_may_be_full_or_unnamed() {
    let world = world!("Paths");
    world.set(&[row("a", 1)]);
    let mut refresher = Refresher::new();
    let server = world.namespace.decoration().server.clone();
    let raw = world.raw;
    for path in [
        format!("{raw}=\"a\""),
        format!("{}.NAME='a'", raw.to_uppercase()),
        format!("root\\cimv2:{raw}.Name=\"a\""),
        format!("\\\\.\\ROOT\\CIMV2:{raw}.Name=\"a\""),
        format!("\\\\{server}\\root\\cimv2:{raw}.Name=\"a\""),
        format!("\\\\localhost\\root\\cimv2:{raw}.Name=\"a\""),
    ] {
        let id = refresher.add_object(&world.namespace, &path).unwrap();
        refresher.refresh().unwrap();
        assert_eq!(refresher.object(id).unwrap().get("Level").unwrap(), Value::Uint32(1), "{path}");
    }
}

#[test]
fn bad_paths() {
    let world = world!("BadPaths");
    world.set(&[row("a", 1)]);
    let raw = world.raw;
    let invalid = Status::WBEM_E_INVALID_OBJECT_PATH;
    let check = |path: &str, status, says: &[&str]| {
        let mut says = says.to_vec();
        let adding = format!("adding {path} to the refresher");
        says.push(&adding);
        check_error(Refresher::new().add_object(&world.namespace, path), status, &says);
    };
    let example = format!("{raw}.Name=\"..\"");
    check(raw, invalid, &["is a class; name an instance", &example]);
    check(&format!("{raw}=@"), invalid, &["is no singleton", &example]);
    check(&format!("{raw}.Level=1"), invalid, &["Level is no key", &example]);
    check(&format!("{raw}.Nothing=\"a\""), invalid, &["Nothing is no key", &example]);
    check(&format!("{raw}.Name=TRUE"), invalid, &["key Name", "is a string, which the value given is not"]);
    check(&format!("\\\\elsewhere\\root\\cimv2:{raw}.Name=\"a\""), invalid, &["\\\\elsewhere\\root\\cimv2"]);
    check(&format!("root\\wmi:{raw}.Name=\"a\""), invalid, &["root\\wmi", "not of root\\cimv2"]);
    check("", invalid, &[]);
    check("..", invalid, &[]);
    check(&format!("{raw}.Name=\"a"), invalid, &[]);
    check("Win32_PerfRawData_PerfOS_Memory.Name=\"x\"", invalid, &["has one instance only", "Memory=@"]);
    check("Win32_PerfRawData_PerfOS_Memory", invalid, &["has one instance only", "Memory=@"]);
    check("Test_PerfRawData_BadPathz.Name=\"a\"", Status::WBEM_E_NOT_FOUND, &["did you mean", raw]);
    check("Nobody_Knows.Name=\"a\"", Status::WBEM_E_NOT_FOUND, &["there is no class Nobody_Knows"]);
    check(
        "__Win32Provider.Name=\"a\"",
        Status::WBEM_E_NOT_FOUND,
        &["no instance __Win32Provider.Name=\"a\""],
    );
    check("__Provider.Name=\"a\"", Status::WBEM_E_INVALID_OPERATION, &["__Provider is abstract"]);
    check(&world.path("z"), Status::WBEM_E_NOT_FOUND, &["there is no instance \"z\"", raw]);
    check(&format!("{}.Name=\"z\"", world.formatted), Status::WBEM_E_NOT_FOUND, &["instance \"z\""]);
}

#[test]
fn bad_enumerators() {
    let namespace = Namespace::connect("").unwrap();
    let check = |class: &str, status, says: &[&str]| {
        check_error(Refresher::new().add_enum(&namespace, class), status, says);
    };
    check(
        "Nobody_Knows",
        Status::WBEM_E_INVALID_CLASS,
        &["there is no class", "adding the instances of Nobody"],
    );
    check("", Status::WBEM_E_INVALID_CLASS, &[]);
    check("Win32_PerfRawData", Status::WBEM_E_INVALID_OPERATION, &["Win32_PerfRawData is abstract"]);
}

#[test]
fn two_enumerators_and_an_object_of_one_class() {
    let world = world!("Twice");
    world.set(&[row("a", 1), row("b", 2)]);
    let mut refresher = Refresher::new();
    let one = refresher.add_enum(&world.namespace, world.raw).unwrap();
    let object = refresher.add_object(&world.namespace, &world.path("a")).unwrap();
    let same = refresher.add_object(&world.namespace, &world.path("a")).unwrap();
    let two = refresher.add_enum(&world.namespace, &world.raw.to_lowercase()).unwrap();
    assert_eq!(refresher.instances(one).unwrap().len(), 0);
    let before = world.state().samples;
    refresher.refresh().unwrap();
    // One sample serves them all.
    assert_eq!(world.state().samples, before + 1);
    check_rows(&refresher, one, "Level", "a=1 b=2");
    check_rows(&refresher, two, "Level", "a=1 b=2");
    world.set(&[row("b", 4), row("a", 3)]);
    refresher.remove(one).unwrap();
    refresher.remove(same).unwrap();
    refresher.refresh().unwrap();
    assert_eq!(refresher.object(object).unwrap().get("Level").unwrap(), Value::Uint32(3));
    // The instances are the same, so their order is.
    check_rows(&refresher, two, "Level", "a=3 b=4");
}

#[test]
fn ids_are_never_used_again() {
    let world = world!("Ids");
    world.set(&[row("a", 1)]);
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&world.namespace, &world.path("a")).unwrap();
    let list = refresher.add_enum(&world.namespace, world.raw).unwrap();
    refresher.refresh().unwrap();
    assert_eq!(refresher.status(object), Some(Status::WBEM_S_NO_ERROR));
    let gone = Status::WBEM_E_NOT_FOUND;
    for id in [0, -1, i32::MAX, 99] {
        check_error(refresher.remove(id), gone, &[&format!("no object or enumerator {id}")]);
        assert_eq!(refresher.status(id), None);
    }
    refresher.remove(object).unwrap();
    refresher.remove(list).unwrap();
    check_error(refresher.remove(object), gone, &[]);
    check_error(refresher.object(object), gone, &["any more"]);
    check_error(refresher.instances(list), gone, &["any more"]);
    assert_eq!((refresher.status(object), refresher.status(list)), (None, None));
    let before = world.state().samples;
    // Nothing is left to be sampled.
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(world.state().samples, before);
    let next = refresher.add_object(&world.namespace, &world.path("a")).unwrap();
    assert!(i32::from(next) > i32::from(list));
}

#[test]
fn what_was_not_added_is_not_sampled() {
    let world = world!("NotAdded");
    let mut refresher = Refresher::new();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let error = refresher.add_object(&world.namespace, &world.path("a")).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_NOT_FOUND);
    world.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    let before = world.state().samples;
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(world.state().samples, before);
}

#[test]
fn a_handle_belongs_to_its_class() {
    let (world, other) = (world!("Handles"), world!("OtherHandles"));
    world.set(&[row("a", 1)]);
    let mut refresher = Refresher::new();
    let id = refresher.add_object(&world.namespace, &world.path("a")).unwrap();
    refresher.refresh().unwrap();
    let object = refresher.object(id).unwrap();
    let theirs = other.namespace.class(other.raw).unwrap().handle("Level").unwrap();
    assert_eq!(object.read_u32(theirs), Err(Status::WBEM_E_INVALID_HANDLE_REQUEST));
    assert_eq!(object.read_u64(hiperf::PropertyHandle(-1)), Err(Status::WBEM_E_INVALID_HANDLE_REQUEST));
    // What both inherit has one handle.
    let inherited = other.namespace.class("Win32_Perf").unwrap().handle("Timestamp_PerfTime").unwrap();
    assert_eq!(object.read_u64(inherited), Ok(Some(0)));
}

#[test]
fn a_refresher_outlives_its_connection() {
    let world = world!("Outlives");
    world.set(&[row("a", 1)]);
    let mut refresher = Refresher::new();
    let connection = Namespace::connect("//./root/cimv2").unwrap();
    let id = refresher.add_enum(&connection, world.raw).unwrap();
    drop(connection);
    refresher.refresh().unwrap();
    world.set(&[row("a", 2), row("b", 3)]);
    refresher.refresh().unwrap();
    check_rows(&refresher, id, "Level", "a=2 b=3");
    // It may move to another thread and go on there.
    let thread = std::thread::spawn(move || {
        refresher.refresh().unwrap();
        refresher.instances(id).unwrap().len()
    });
    assert_eq!(thread.join().unwrap(), 2);
}
