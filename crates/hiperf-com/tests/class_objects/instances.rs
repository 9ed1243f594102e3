//! Instances of classes that were made with calls.

use hiperf_cim::CimType;
use hiperf_com::object::Object;
use hiperf_com::{Status, Variant};

use super::calls::Client;
use super::{OK, RESET, STRING, UINT64, base, child, i4, text};

#[test]
fn put_and_delete() {
    let instance = child().spawn().unwrap();
    for (name, value, ty, expected) in [
        ("Name", text("a"), 0, OK),
        ("Size", i4(7), 0, OK),
        ("Total", text("18446744073709551615"), UINT64, OK),
        ("Total", text("x"), 0, Err(Status::WBEM_E_TYPE_MISMATCH)),
        ("Total", text("1"), STRING, Err(Status::WBEM_E_INVALID_PARAMETER)),
        ("None", i4(1), 0, Err(Status::WBEM_E_NOT_FOUND)),
        ("__CLASS", text("x"), 0, Err(Status::WBEM_E_READ_ONLY)),
    ] {
        assert_eq!(instance.put(name, value, ty), expected, "{name}");
    }
    assert_eq!(instance.text_of("__RELPATH").as_deref(), Some("Child.Name=\"a\""));
    assert_eq!(
        instance.mof(0).unwrap(),
        "\ninstance of Child\n{\n\tName = \"a\";\n\tSize = 7;\n\tTotal = 18446744073709551615;\n};\n"
    );
    assert_eq!((instance.delete("Size"), instance.delete("Size")), (RESET, OK));
    assert_eq!(instance.get("Size").unwrap().0.to_value(CimType::Sint32.into()).unwrap().to_string(), "2");
    assert_eq!(instance.delete("__CLASS"), Err(Status::WBEM_E_SYSTEM_PROPERTY));
    assert_eq!(instance.delete("None"), Err(Status::WBEM_E_NOT_FOUND));
    assert_eq!(instance.derive().err(), Some(Status::WBEM_E_INVALID_OPERATION));
    assert_eq!(instance.spawn().unwrap().text_of("Name"), None);
    // Class flags are for classes.
    assert_eq!(instance.names(None, 0x100), Err(Status::WBEM_E_INVALID_PARAMETER));
}

/// The flavor of an instance's property says whether the instance changed it.
#[test]
fn flavors() {
    let instance = child().spawn().unwrap();
    let flavors = || ["Name", "Size", "Own", "__CLASS"].map(|name| instance.get(name).unwrap().2);
    assert_eq!(flavors(), [0x20, 0x20, 0x20, 0x40]);
    assert_eq!(instance.put("Size", i4(2), 0), OK);
    assert_eq!(instance.property_qualifiers("Own").unwrap().put("Note", i4(1), 0), OK);
    assert_eq!(flavors(), [0x20, 0, 0, 0x40]);
    assert_eq!(instance.delete("Size"), RESET);
    assert_eq!(flavors(), [0x20, 0x20, 0, 0x40]);
}

/// GetNames sees the qualifiers that the instance shows.
#[test]
fn names_by_qualifier() {
    let class = child();
    assert_eq!(class.property_qualifiers("Own").unwrap().put("Hidden", i4(1), 0), OK);
    assert_eq!(class.property_qualifiers("Own").unwrap().put("Shown", i4(1), 1), OK);
    let instance = class.spawn().unwrap();
    assert_eq!(instance.property_qualifiers("Size").unwrap().put("Mine", text("1"), 0), OK);
    for (name, on_class, on_instance) in
        [("key", "Name", "Name"), ("Hidden", "Own", ""), ("Shown", "Own", "Own"), ("Mine", "", "Size")]
    {
        assert_eq!(class.names(Some(name), 1).unwrap().join(","), on_class, "{name}");
        assert_eq!(instance.names(Some(name), 1).unwrap().join(","), on_instance, "{name}");
        let lacking = instance.names(Some(name), 0x40 | 2).unwrap();
        assert_eq!(lacking.len(), 4 - usize::from(!on_instance.is_empty()), "{name}");
    }
    for (value, found) in [(text("1"), "Size"), (text("2"), ""), (i4(1), "")] {
        assert_eq!(instance.names_with("Mine", &value).unwrap().join(","), found);
    }
    let invalid = Err(Status::WBEM_E_INVALID_PARAMETER);
    // Even where no property is left to look at.
    assert_eq!(instance.names(None, 0x08 | 1), invalid);
    assert_eq!(instance.names(Some("key"), 0x08 | 3), invalid);
    assert_eq!(instance.names_with("key", &Variant::NULL), invalid);
}

#[test]
fn embedded_objects_are_copied() {
    let part = base().spawn().unwrap();
    assert_eq!(part.put("Name", text("inner"), 0), OK);
    let class = Client::from(&Object::empty_class());
    assert_eq!(class.put("__CLASS", text("Holder"), 0), OK);
    assert_eq!(class.put("Part", Variant::NULL, CimType::Object as i32), OK);
    assert_eq!(class.property_qualifiers("Part").unwrap().put("CIMTYPE", text("object:Base"), 0), OK);
    let instance = class.spawn().unwrap();
    let unknown = || Variant::from_unknown(part.0.cast().unwrap());
    assert_eq!(instance.put("Part", unknown(), 0), OK);
    assert_eq!(part.put("Name", text("changed"), 0), OK);
    let got = Client(instance.get("Part").unwrap().0.unknown().unwrap().cast().unwrap());
    assert_eq!(got.text_of("Name").as_deref(), Some("inner"));
    // A default is put and read in the same way.
    assert_eq!(class.put("Part", unknown(), 0), OK);
    let default = Client(class.get("Part").unwrap().0.unknown().unwrap().cast().unwrap());
    assert_eq!(default.text_of("Name").as_deref(), Some("changed"));
    assert_eq!(instance.put("Part", i4(1), 0), Err(Status::WBEM_E_TYPE_MISMATCH));
}

#[test]
fn a_class_is_a_value() {
    let class = Client::from(&Object::empty_class());
    assert_eq!(class.put("__CLASS", text("Event"), 0), OK);
    assert_eq!(class.put("TargetClass", Variant::NULL, CimType::Object as i32), OK);
    let event = class.spawn().unwrap();
    let target = child();
    let unknown = || Variant::from_unknown(target.0.cast().unwrap());
    assert_eq!(event.put("TargetClass", unknown(), 0), OK);
    assert_eq!(target.put("Later", text("x"), 0), OK);
    let got = Client(event.get("TargetClass").unwrap().0.unknown().unwrap().cast().unwrap());
    assert_eq!(
        (got.text_of("__CLASS").as_deref(), got.text_of("__SUPERCLASS").as_deref()),
        (Some("Child"), Some("Base"))
    );
    assert_eq!(got.get("Later").err(), Some(Status::WBEM_E_NOT_FOUND), "it is a copy");
    assert_eq!(event.mof(0).unwrap(), "\ninstance of Event\n{\n};\n");
    let nameless = Client::from(&Object::empty_class());
    let unknown = Variant::from_unknown(nameless.0.cast().unwrap());
    assert_eq!(event.put("TargetClass", unknown, 0), Err(Status::WBEM_E_INCOMPLETE_CLASS));
}

#[test]
fn comparison() {
    let class = child();
    let (one, two) = (class.spawn().unwrap(), class.spawn().unwrap());
    assert_eq!(one.put("Name", text("a"), 0), OK);
    assert_eq!(two.put("Name", text("A"), 0), OK);
    assert_eq!(one.compare(&two, 0), Status::WBEM_S_DIFFERENT);
    assert_eq!(one.compare(&two, 0x10), Status::WBEM_S_NO_ERROR);
    assert_eq!(two.put("Name", text("a"), 0), OK);
    assert_eq!(one.compare(&two, 0), Status::WBEM_S_NO_ERROR);
    assert_eq!(two.qualifiers().unwrap().put("Note", i4(1), 0), OK);
    assert_eq!(
        (one.compare(&two, 0), one.compare(&two, 1)),
        (Status::WBEM_S_DIFFERENT, Status::WBEM_S_NO_ERROR)
    );
}
