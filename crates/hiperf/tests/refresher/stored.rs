//! Instances that are stored in the repository, which no provider refreshes.

use hiperf::{Namespace, Refreshed, Refresher, Status, Value};
use hiperf_cim::Instance;

use crate::scratch::{Scratch, compile};
use crate::{check_error, check_rows};

const SENSOR: &str = "class Sensor { [Key] string Name; uint32 Level = 7; string Unit; };\
                      class Probe : Sensor { uint8 Depth; };";

fn put(namespace: &Namespace, name: &str, level: u32) {
    let mut sensor = Instance::spawn(&namespace.class("Sensor").unwrap());
    sensor.put("Name", &Value::String(name.into())).unwrap();
    sensor.put("Level", &Value::Uint32(level)).unwrap();
    namespace.put_instance(&sensor, 0).unwrap();
}

fn lab(name: &str) -> (Scratch, Namespace) {
    let scratch = Scratch::new(name);
    let repository = scratch.repository();
    compile(&repository, SENSOR);
    let namespace = repository.connect("root\\default").unwrap();
    (scratch, namespace)
}

#[test]
fn a_stored_object_is_read_at_each_refresh() {
    let (scratch, namespace) = lab("stored-object");
    put(&namespace, "a", 1);
    let mut refresher = Refresher::new();
    let a = refresher.add_object(&namespace, "Sensor.Name=\"A\"").unwrap();
    let value = |refresher: &Refresher, name: &str| refresher.object(a).unwrap().get(name).unwrap();
    // Its keys and nothing else, not even the defaults of the class.
    assert_eq!(
        (value(&refresher, "Name"), value(&refresher, "Level")),
        (Value::String("A".into()), Value::Null)
    );
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(value(&refresher, "Level"), Value::Uint32(1));
    put(&namespace, "a", 2);
    assert_eq!(value(&refresher, "Level"), Value::Uint32(1));
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(value(&refresher, "Level"), Value::Uint32(2));
    // Another process changes it, and deletes it.
    let other = scratch.repository().connect("root\\default").unwrap();
    put(&other, "a", 3);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(value(&refresher, "Level"), Value::Uint32(3));
    other.delete_instance("Sensor=\"a\"").unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    assert_eq!(value(&refresher, "Level"), Value::Null);
    assert_eq!(refresher.status(a), Some(Status::WBEM_E_NOT_FOUND));
    // What is stored under its path is it again.
    put(&other, "a", 4);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(
        (value(&refresher, "Level"), refresher.status(a)),
        (Value::Uint32(4), Some(Status::WBEM_S_NO_ERROR))
    );
    let missing = refresher.add_object(&namespace, "Sensor.Name=\"z\"");
    check_error(missing, Status::WBEM_E_NOT_FOUND, &["no instance Sensor.Name=\"z\""]);
    let named = refresher.add_object(&namespace, "Sensor");
    check_error(named, Status::WBEM_E_INVALID_OBJECT_PATH, &["Sensor is a class"]);
    refresher.remove(a).unwrap();
    check_error(refresher.object(a).map(|_| ()), Status::WBEM_E_NOT_FOUND, &[]);
    check_error(refresher.remove(a), Status::WBEM_E_NOT_FOUND, &[]);
}

#[test]
fn the_stored_instances_of_a_class() {
    let (_scratch, namespace) = lab("stored-enum");
    put(&namespace, "b", 2);
    put(&namespace, "a", 1);
    namespace.compile_mof("probe.mof", "instance of Probe { Name = \"deep\"; };").unwrap();
    let mut refresher = Refresher::new();
    let list = refresher.add_enum(&namespace, "sensor").unwrap();
    check_rows(&refresher, list, "Level", "");
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    // Those of the class, not of its subclasses.
    check_rows(&refresher, list, "Level", "a=1 b=2");
    namespace.delete_instance("Sensor=\"a\"").unwrap();
    put(&namespace, "c", 3);
    put(&namespace, "b", 5);
    // One that goes is no failure of the enumerator.
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    check_rows(&refresher, list, "Level", "b=5 c=3");
    check_error(refresher.add_enum(&namespace, "Nothing"), Status::WBEM_E_INVALID_CLASS, &["Nothing"]);
    refresher.remove(list).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    check_error(refresher.instances(list).map(|_| ()), Status::WBEM_E_NOT_FOUND, &[]);
}

#[test]
fn a_class_that_changes_under_its_objects() {
    let (_scratch, namespace) = lab("stored-evolves");
    let repository = namespace.repository().clone();
    let class = |text: &str| {
        compile(&repository, text);
    };
    class("class Dial { [Key] string Name; uint32 Level; string Unit; };");
    class("instance of Dial { Name = \"a\"; Level = 1; Unit = \"m\"; };");
    let mut refresher = Refresher::new();
    let object = refresher.add_object(&namespace, "Dial=\"a\"").unwrap();
    let list = refresher.add_enum(&namespace, "Dial").unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    // Unit becomes a number, and there is one property more.
    namespace.delete_instance("Dial=\"a\"").unwrap();
    class("class Dial { [Key] string Name; uint32 Added; uint32 Level; uint32 Unit; };");
    class("instance of Dial { Name = \"a\"; Level = 2; Unit = 9; Added = 3; };");
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    let instance = refresher.object(object).unwrap();
    assert_eq!(instance.get("Level").unwrap(), Value::Uint32(2));
    assert_eq!(instance.get("Unit").unwrap(), Value::Null);
    assert!(instance.get("Added").is_err());
    check_rows(&refresher, list, "Level", "a=2");
}

#[test]
fn providers_and_the_repository_in_one_refresher() {
    let world = crate::world!("Mixed");
    world.set(&[crate::world::row("a", 1)]);
    let (_scratch, namespace) = lab("stored-mixed");
    put(&namespace, "s", 1);
    let mut refresher = Refresher::new();
    let stored = refresher.add_object(&namespace, "Sensor=\"s\"").unwrap();
    let counted = refresher.add_object(&world.namespace, &world.path("a")).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    world.state().fails = Some(Status::WBEM_E_ACCESS_DENIED);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    namespace.delete_instance("Sensor=\"s\"").unwrap();
    // Everything failed: the provider's error tells more than a gone object's.
    assert_eq!(refresher.refresh(), Err(Status::WBEM_E_ACCESS_DENIED));
    let statuses = (refresher.status(stored), refresher.status(counted));
    assert_eq!(statuses, (Some(Status::WBEM_E_NOT_FOUND), Some(Status::WBEM_E_ACCESS_DENIED)));
    world.state().fails = None;
    assert_eq!(refresher.refresh(), Ok(Refreshed::Partial));
    // A registered provider is a stored instance too.
    let list = refresher.add_enum(&world.namespace, "__Win32Provider").unwrap();
    refresher.remove(stored).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert!(refresher.instances(list).unwrap().len() >= 2);
}
