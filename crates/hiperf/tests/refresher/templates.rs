//! Adding objects by template.

use hiperf::{Refreshed, Refresher, Status, Value};
use hiperf_cim::Instance;

use crate::world::row;
use crate::{check_error, world};

#[test]
fn the_keys_of_a_template_name_an_instance() {
    let world = world!("ByTemplate");
    world.set(&[row("a", 1), row("b", 2)]);
    let mut template = Instance::spawn(&world.namespace.class(world.raw).unwrap());
    template.put("Name", &Value::String("b".into())).unwrap();
    template.put("Level", &Value::Uint32(99)).unwrap();
    let mut refresher = Refresher::new();
    let id = refresher.add_object_by_template(&world.namespace, &template).unwrap();
    // What the template has beside its keys is not taken over.
    assert_eq!(refresher.object(id).unwrap().get("Level").unwrap(), Value::Null);
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.object(id).unwrap().get("Level").unwrap(), Value::Uint32(2));
    let path = refresher.object(id).unwrap().to_instance().system_value("__PATH").unwrap();
    assert!(
        path.as_str().unwrap().ends_with("\\root\\cimv2:Test_PerfRawData_ByTemplate.Name=\"b\""),
        "{path}"
    );
    assert_eq!(template.get("Level").unwrap(), Value::Uint32(99));
}

#[test]
fn a_template_of_a_singleton_needs_no_keys() {
    let namespace = hiperf::Namespace::connect("").unwrap();
    let mof = "class Test_Lone { [Key] string Name; }; [singleton] class Test_Only { uint32 Value; };
               instance of Test_Only { Value = 5; };";
    namespace.compile_mof("only.mof", mof).unwrap();
    let mut refresher = Refresher::new();
    let template = Instance::spawn(&namespace.class("Test_Only").unwrap());
    let id = refresher.add_object_by_template(&namespace, &template).unwrap();
    assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    assert_eq!(refresher.object(id).unwrap().get("Value").unwrap(), Value::Uint32(5));
}

#[test]
fn templates_that_name_nothing() {
    let world = world!("BadTemplates");
    let spawn = |class: &str| Instance::spawn(&world.namespace.class(class).unwrap());
    let check = |template: &Instance, status, says: &[&str]| {
        let mut refresher = Refresher::new();
        let adding = format!("adding an instance of {}", template.class().name());
        let says: Vec<&str> = says.iter().copied().chain([adding.as_str()]).collect();
        check_error(refresher.add_object_by_template(&world.namespace, template), status, &says);
        assert_eq!(refresher.refresh(), Ok(Refreshed::Complete));
    };
    check(&spawn(world.raw), Status::WBEM_E_INVALID_OBJECT, &["key Name", "is NULL"]);
    let mut gone = spawn(world.raw);
    gone.put("Name", &Value::String("z".into())).unwrap();
    check(&gone, Status::WBEM_E_NOT_FOUND, &["there is no instance \"z\""]);
    check(&spawn("Win32_PerfRawData"), Status::WBEM_E_INVALID_OBJECT, &["has no keys"]);
    // A class that this namespace doesn't know, and one that it knows under the name alone.
    let scratch = crate::scratch::Scratch::new("templates");
    let elsewhere = scratch.repository().connect("root\\default").unwrap();
    let mof =
        format!("class Test_Elsewhere {{ [Key] string Name; }}; class {} {{ [Key] uint8 N; }};", world.raw);
    elsewhere.compile_mof("elsewhere.mof", &mof).unwrap();
    let spawn = |class: &str| Instance::spawn(&elsewhere.class(class).unwrap());
    check(&spawn("Test_Elsewhere"), Status::WBEM_E_NOT_FOUND, &["there is no class Test_Elsewhere"]);
    check(&spawn(world.raw), Status::WBEM_E_INVALID_OBJECT, &["key Name", "can't be had"]);
}
