//! The repository as programs use it: namespaces, classes, instances, and what
//! other processes and later ones see of them.

mod scratch;

use hiperf::{Status, Value};
use hiperf_cim::Instance;
use scratch::{Scratch, assert_whole, compile, refused};

const SENSOR: &str = "class Sensor { [Key] string Name; uint32 Value = 7; };";

#[test]
fn nothing_is_needed_and_nothing_is_made_by_reading() {
    let scratch = Scratch::new("empty");
    let repository = hiperf::Repository::at(scratch.path().join("never"));
    let namespaces = repository.namespaces().unwrap();
    assert_eq!(namespaces, ["root", "root\\cimv2", "root\\default"]);
    let cimv2 = repository.connect("").unwrap();
    assert_eq!(cimv2.path(), "root\\cimv2");
    assert!(cimv2.class("Win32_PerfRawData").is_ok());
    let default = repository.connect("//./ROOT/Default").unwrap();
    assert_eq!(default.path(), "root\\default");
    assert_eq!(default.class("Win32_PerfRawData").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    assert!(default.class("__win32provider").is_ok());
    assert_eq!(repository.connect("root\\nope").err().unwrap().status(), Status::WBEM_E_INVALID_NAMESPACE);
    assert_whole(&repository);
    assert_eq!(repository.export().unwrap(), "");
    assert!(!scratch.path().join("never").exists());
}

#[test]
fn what_is_stored_is_there_for_others_and_later() {
    let scratch = Scratch::new("stored");
    let repository = scratch.repository();
    let before = scratch.repository();
    let early = before.connect("root\\default").unwrap();
    let done = compile(&repository, &format!("{SENSOR} instance of Sensor {{ Name = \"a\"; }};"));
    assert_eq!((done.classes, done.instances), (1, 1));
    let default = repository.connect("root\\default").unwrap();
    assert_eq!(default.get("Sensor.Name=\"A\"").unwrap().get("Value").unwrap(), Value::Uint32(7));
    // One that was there before sees it when somebody connects.
    assert_eq!(early.class("Sensor").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    let class = before.connect("root\\default").unwrap().class("Sensor").unwrap();
    assert!(early.class("sensor").is_ok());

    let mut instance = Instance::spawn(&class);
    instance.put("Name", &Value::String("b \"c\"".into())).unwrap();
    instance.put("Value", &Value::Uint32(8)).unwrap();
    early.put_instance(&instance, 0).unwrap();
    assert_eq!(early.put_instance(&instance, 2).unwrap_err().status(), Status::WBEM_E_ALREADY_EXISTS);
    let later = scratch.repository().connect("root\\default").unwrap();
    for path in
        ["Sensor.Name=\"b \\\"c\\\"\"", "sensor=\"B \\\"C\\\"\"", "root\\default:Sensor.name='b \\\"c\\\"'"]
    {
        assert_eq!(later.get(path).unwrap().get("Value").unwrap(), Value::Uint32(8), "{path}");
    }
    let found =
        later.query(&hiperf::Query::new(&later, "SELECT * FROM Sensor WHERE Value = 8").unwrap()).unwrap();
    assert_eq!(found, [instance]);
    assert_eq!(
        found[0]
            .system_value("__PATH")
            .unwrap()
            .as_str()
            .map(|path| path.ends_with(":Sensor.Name=\"b \\\"c\\\"\"")),
        Some(true)
    );
    later.delete_instance("Sensor=\"a\"").unwrap();
    assert_eq!(later.delete_instance("Sensor=\"a\"").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    assert_eq!(later.static_instances("Sensor").unwrap().len(), 1);
    later.delete_class("Sensor").unwrap();
    let last = scratch.repository().connect("root\\default").unwrap();
    assert_eq!(last.class("Sensor").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    assert_whole(&repository);
    assert_eq!(repository.verify().unwrap().generation, 4);
}

#[test]
fn a_class_is_the_same_until_it_changes() {
    let scratch = Scratch::new("same");
    let repository = scratch.repository();
    compile(
        &repository,
        &format!("{SENSOR} class Fast : Sensor {{ string Unit; }}; class Other {{ uint8 X; }};"),
    );
    let default = repository.connect("root\\default").unwrap();
    let (fast, other) = (default.class("Fast").unwrap(), default.class("Other").unwrap());
    compile(&repository, "class New { uint8 X; };");
    assert!(std::sync::Arc::ptr_eq(&fast, &default.class("Fast").unwrap()));
    compile(&repository, "class Sensor { [Key] string Name; uint32 Value = 9; };");
    let changed = default.class("Fast").unwrap();
    assert_eq!(changed.property("Value").unwrap().default_value(), &Value::Uint32(9));
    assert!(std::sync::Arc::ptr_eq(&other, &default.class("Other").unwrap()));
    assert_eq!(default.subclasses("Sensor").unwrap().len(), 1);
}

#[test]
fn namespaces_nest() {
    let scratch = Scratch::new("namespaces");
    let repository = scratch.repository();
    let root = repository.connect("root").unwrap();
    let plant = root.create_namespace("Plant").unwrap();
    let hall = plant.create_namespace("Hall").unwrap();
    assert_eq!(hall.path(), "root\\Plant\\Hall");
    assert_eq!(root.create_namespace("plant").err().unwrap().status(), Status::WBEM_E_ALREADY_EXISTS);
    assert_eq!(root.create_namespace("a b").err().unwrap().status(), Status::WBEM_E_INVALID_NAMESPACE);
    compile(
        &repository,
        "#pragma namespace(\"\\\\\\\\.\\\\root\\\\plant\\\\hall\")
         instance of __Namespace { Name = \"Room\"; };
         #pragma namespace(\"root\\\\plant\\\\hall\\\\room\")
         class Door { [Key] uint8 N; }; instance of Door { N = 1; };",
    );
    let expected = [
        "root",
        "root\\cimv2",
        "root\\default",
        "root\\Plant",
        "root\\Plant\\Hall",
        "root\\Plant\\hall\\Room",
    ];
    let names = repository.namespaces().unwrap();
    assert_eq!(
        names.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>(),
        expected.map(str::to_lowercase)
    );
    let children = root.static_instances("__Namespace").unwrap();
    let names: Vec<_> = children.iter().map(|child| child.get("Name").unwrap().to_string()).collect();
    assert_eq!(names, ["cimv2", "default", "Plant"]);
    assert!(plant.get("__Namespace.Name=\"HALL\"").is_ok());
    // The namespaces of one are not another's.
    let room = repository.connect("root/plant/hall/room").unwrap();
    assert!(room.get("Door.N=1").is_ok());
    assert_eq!(plant.class("Door").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    root.delete_namespace("Plant").unwrap();
    assert_eq!(repository.namespaces().unwrap().len(), 3);
    assert_eq!(room.class("Door").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    assert_eq!(root.delete_namespace("Plant").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    assert_eq!(root.delete_namespace("cimv2").unwrap_err().status(), Status::WBEM_E_ACCESS_DENIED);
    assert_whole(&repository);
}

#[test]
fn a_compile_is_one_transaction() {
    let scratch = Scratch::new("transaction");
    let repository = scratch.repository();
    compile(&repository, SENSOR);
    let text =
        "class Fine { [Key] uint8 N; };\ninstance of Fine { N = 1; };\n#pragma deleteclass(\"Gone\", FAIL)";
    let error = scratch::try_compile(&repository, text).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_NOT_FOUND);
    assert!(error.message().contains("test.mof:3:"), "{error}");
    let default = scratch.repository().connect("root\\default").unwrap();
    assert_eq!(default.class("Fine").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    assert_eq!(repository.verify().unwrap().generation, 1);
    // What changes nothing is no transaction.
    compile(&repository, SENSOR);
    assert_eq!(repository.verify().unwrap().generation, 1);
}

#[test]
fn providers_are_registered_per_namespace() {
    let scratch = Scratch::new("providers");
    let repository = scratch.repository();
    let text = "instance of __Win32Provider as $P { Name = \"Mine\"; Enabled = FALSE; };
                instance of __InstanceProviderRegistration { Provider = $P; SupportsGet = TRUE; };
                [Dynamic, Provider(\"Mine\"), HiPerf] class Mine { [Key] string Name; };";
    compile(&repository, text);
    let default = repository.connect("root\\default").unwrap();
    assert_eq!(default.get("Mine=\"x\"").unwrap_err().status(), Status::WBEM_E_PROVIDER_DISABLED);
    let cimv2 = repository.connect("root\\cimv2").unwrap();
    assert_eq!(cimv2.get("__Win32Provider=\"Mine\"").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
    assert_eq!(
        refused(&repository, "instance of Mine { Name = \"x\"; };"),
        Status::WBEM_E_PROVIDER_NOT_CAPABLE
    );
    // What is compiled into this process covers what is stored, here only.
    let enabled = "instance of __Win32Provider { Name = \"Mine\"; };";
    default.compile_mof("here.mof", enabled).unwrap();
    assert_eq!(default.get("Mine=\"x\"").unwrap_err().status(), Status::WBEM_E_INVALID_OPERATION);
    let other = scratch.repository().connect("root\\default").unwrap();
    assert_eq!(other.get("Mine=\"x\"").unwrap_err().status(), Status::WBEM_E_PROVIDER_DISABLED);
}
