//! Qualifier sets are live views.

use hiperf_com::{Status, Variant};

use super::{OK, RESET, base, child, i4, text};

#[test]
fn put_and_delete() {
    let class = child();
    let set = class.qualifiers().unwrap();
    let same = class.qualifiers().unwrap();
    for (name, value, flavor, expected) in [
        ("_x", i4(1), 0, Err(Status::WBEM_E_INVALID_PARAMETER)),
        ("x", Variant::NULL, 0, Err(Status::WBEM_E_INVALID_PARAMETER)),
        ("x", Variant::from_i2(1), 0, Err(Status::WBEM_E_INVALID_QUALIFIER_TYPE)),
        ("x", Variant::from_ui1(1), 0, Err(Status::WBEM_E_INVALID_QUALIFIER_TYPE)),
        ("x", i4(1), 0x20, Err(Status::WBEM_E_INVALID_FLAVOR)),
        ("x", i4(1), 0x100, Err(Status::WBEM_E_INVALID_FLAVOR)),
        ("key", Variant::from_bool(true), 0, Err(Status::WBEM_E_CANNOT_BE_KEY)),
        ("x", i4(1), 0x13, OK),
        ("y", Variant::from_r8(0.5), 0, OK),
        ("z", text("t"), 0x80, OK),
        ("b", Variant::from_bool(false), 0, OK),
    ] {
        assert_eq!(set.put(name, value, flavor), expected, "{name}");
    }
    assert_eq!(same.names(0).unwrap(), ["x", "y", "z", "b"]);
    assert_eq!(same.get("X").unwrap().1, 0x13);
    assert_eq!(same.delete("y"), OK);
    assert_eq!(set.delete("y"), Err(Status::WBEM_E_NOT_FOUND));
    assert_eq!(set.get("y").err(), Some(Status::WBEM_E_NOT_FOUND));
}

#[test]
fn inheritance() {
    let parent = base();
    let set = parent.qualifiers().unwrap();
    assert_eq!(set.put("Free", text("a"), 2), OK);
    assert_eq!(set.put("Fixed", text("a"), 0x12), OK);
    let class = parent.derive().unwrap();
    let set = class.qualifiers().unwrap();
    assert_eq!(set.names(0x20).unwrap(), ["Free", "Fixed"]);
    assert_eq!(set.get("Free").unwrap().1, 0x22);
    assert_eq!(set.put("Fixed", text("b"), 0), Err(Status::WBEM_E_OVERRIDE_NOT_ALLOWED));
    assert_eq!(set.delete("Free"), Err(Status::WBEM_E_PROPAGATED_QUALIFIER));
    assert_eq!(set.put("Free", text("b"), 0), OK);
    assert_eq!(
        (set.names(0x10).unwrap(), set.names(0x20).unwrap()),
        (vec!["Free".into()], vec!["Fixed".into()])
    );
    assert_eq!(set.delete("Free"), RESET);
    assert_eq!(set.get("Free").unwrap().0.text().as_deref(), Some("a"));
    assert_eq!(set.names(0x30), Err(Status::WBEM_E_INVALID_PARAMETER));
}

#[test]
fn of_properties() {
    let class = child();
    assert_eq!(class.property_qualifiers("None").err(), Some(Status::WBEM_E_NOT_FOUND));
    assert_eq!(class.property_qualifiers("__PATH").err(), Some(Status::WBEM_E_SYSTEM_PROPERTY));
    let set = class.property_qualifiers("Own").unwrap();
    assert_eq!(set.put("key", Variant::from_bool(true), 0), Err(Status::WBEM_E_CANNOT_BE_KEY));
    assert_eq!(set.put("CIMTYPE", text("uint8"), 0), Err(Status::WBEM_E_INVALID_QUALIFIER));
    assert_eq!(set.delete("CIMTYPE"), Err(Status::WBEM_E_INVALID_OPERATION));
    assert_eq!(set.put("Note", text("n"), 3), OK);
    assert_eq!(set.names(0).unwrap(), ["CIMTYPE", "Note"]);
    assert_eq!(class.property_qualifiers("Name").unwrap().get("key").unwrap().1, 0x33);
    assert_eq!(class.delete("Own"), OK);
    assert_eq!(set.get("Note").err(), Some(Status::WBEM_E_NOT_FOUND));
    assert_eq!(set.put("Note", text("n"), 3), Err(Status::WBEM_E_NOT_FOUND));
}

#[test]
fn enumeration_passes_over_what_is_gone() {
    let class = child();
    let set = class.qualifiers().unwrap();
    assert_eq!(set.next(), Err(Status::WBEM_E_UNEXPECTED));
    for name in ["a", "b", "c"] {
        assert_eq!(set.put(name, i4(1), 0), OK);
    }
    assert_eq!(set.begin(0), OK);
    assert_eq!(set.next().unwrap().as_deref(), Some("a"));
    assert_eq!(set.delete("b"), OK);
    assert_eq!(set.next().unwrap().as_deref(), Some("c"));
    assert_eq!(set.next(), Ok(None));
    assert_eq!(set.end(), OK);
    assert_eq!(set.next(), Err(Status::WBEM_E_UNEXPECTED));
}

#[test]
fn a_set_keeps_its_object() {
    let set = child().qualifiers().unwrap();
    assert_eq!(set.put("Note", text("n"), 0), OK);
    assert_eq!(set.get("Note").unwrap().0.text().as_deref(), Some("n"));
}

#[test]
fn of_instances() {
    let class = child();
    let whole = class.qualifiers().unwrap();
    assert_eq!(whole.put("Shown", text("a"), 1), OK);
    assert_eq!(whole.put("Fixed", text("a"), 0x11), OK);
    assert_eq!(whole.put("Hidden", text("a"), 0), OK);
    let instance = class.spawn().unwrap();
    let set = instance.qualifiers().unwrap();
    assert_eq!(set.names(0).unwrap(), ["Shown", "Fixed"]);
    assert_eq!(set.get("Shown").unwrap().1, 0x21);
    assert_eq!(set.put("Fixed", text("b"), 0), Err(Status::WBEM_E_OVERRIDE_NOT_ALLOWED));
    assert_eq!(set.put("Shown", text("b"), 0), OK);
    assert_eq!(set.put("Own", i4(1), 0), OK);
    assert_eq!(set.names(0x10).unwrap(), ["Shown", "Own"]);
    assert_eq!((set.delete("Shown"), set.delete("Own")), (RESET, OK));
    assert_eq!(set.delete("Shown"), Err(Status::WBEM_E_PROPAGATED_QUALIFIER));
    assert_eq!(set.delete("Own"), Err(Status::WBEM_E_NOT_FOUND));
    let of_property = instance.property_qualifiers("Own").unwrap();
    assert_eq!(of_property.put("key", Variant::from_bool(true), 0), Err(Status::WBEM_E_CANNOT_BE_KEY));
    assert_eq!(of_property.put("Note", i4(1), 0), OK);
    assert_eq!(instance.copy().property_qualifiers("own").unwrap().names(0x10).unwrap(), ["Note"]);
    assert_eq!(of_property.delete("Note"), OK);
}
