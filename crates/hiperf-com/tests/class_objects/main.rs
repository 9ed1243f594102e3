//! Class definitions and instances through their vtables: every method of
//! `IWbemClassObject` and `IWbemQualifierSet`, and the status of each mistake.

mod calls;
mod instances;
mod methods;
mod qualifiers;
mod texts;

use hiperf_cim::CimType;
use hiperf_com::object::Object;
use hiperf_com::{Status, Variant};

use calls::{Answer, Client};

const STRING: i32 = CimType::String as i32;
const SINT32: i32 = CimType::Sint32 as i32;
const UINT64: i32 = CimType::Uint64 as i32;
const OK: Answer<Status> = Ok(Status::WBEM_S_NO_ERROR);
const RESET: Answer<Status> = Ok(Status::WBEM_S_RESET_TO_DEFAULT);

fn i4(value: i32) -> Variant {
    Variant::from_i4(value)
}

fn text(text: &str) -> Variant {
    Variant::from_text(text)
}

/// A class made with nothing but calls:
/// `class Base { [key] string Name; sint32 Size = 1; uint64 Total; };`
fn base() -> Client {
    let class = Client::from(&Object::empty_class());
    assert_eq!(class.put("__CLASS", text("Base"), 0), OK);
    assert_eq!(class.put("Name", Variant::NULL, STRING), OK);
    assert_eq!(class.property_qualifiers("Name").unwrap().put("key", Variant::from_bool(true), 0), OK);
    assert_eq!(class.put("Size", i4(1), 0), OK);
    assert_eq!(class.put("Total", Variant::NULL, UINT64), OK);
    class
}

/// `class Child : Base { sint32 Size = 2; string Own; };`
fn child() -> Client {
    let class = base().derive().unwrap();
    assert_eq!(class.put("__CLASS", text("Child"), 0), OK);
    assert_eq!(class.put("Size", i4(2), 0), OK);
    assert_eq!(class.put("Own", Variant::NULL, STRING), OK);
    class
}

#[test]
fn a_class_from_nothing() {
    let class = Client::from(&Object::empty_class());
    for name in ["__CLASS", "__SUPERCLASS", "__DYNASTY", "__RELPATH", "__PATH", "__SERVER", "__NAMESPACE"] {
        assert_eq!(class.text_of(name), None, "{name}");
    }
    let incomplete = Some(Status::WBEM_E_INCOMPLETE_CLASS);
    assert_eq!(class.spawn().err(), incomplete);
    assert_eq!(class.derive().err(), incomplete);
    assert_eq!(class.mof(0).err(), incomplete);
    assert_eq!(class.put("P", i4(1), 0), OK);
    assert_eq!(class.origin("P").as_deref(), Ok(""));
    assert_eq!(class.put("__CLASS", text("New"), 0), OK);
    assert_eq!(class.origin("P").as_deref(), Ok("New"));
    assert_eq!(class.text_of("__DYNASTY").as_deref(), Some("New"));
    assert_eq!(
        class.spawn().unwrap().get("P").unwrap().0.to_value(CimType::Sint32.into()).unwrap().to_string(),
        "1"
    );
}

#[test]
fn put() {
    for (name, value, ty, expected) in [
        ("__PATH", text("x"), 0, Err(Status::WBEM_E_READ_ONLY)),
        ("__CLASS", i4(1), 0, Err(Status::WBEM_E_TYPE_MISMATCH)),
        ("__CLASS", text("1st"), 0, Err(Status::WBEM_E_INVALID_OBJECT)),
        ("__CLASS", text("Renamed"), 0, OK),
        ("_x", i4(1), 0, Err(Status::WBEM_E_INVALID_PARAMETER)),
        ("x_", i4(1), 0, Err(Status::WBEM_E_INVALID_PARAMETER)),
        ("New", Variant::NULL, 0, Err(Status::WBEM_E_INVALID_PARAMETER)),
        ("New", Variant::NULL, 0x999, Err(Status::WBEM_E_INVALID_PROPERTY_TYPE)),
        ("New", Variant::EMPTY, SINT32, OK),
        ("New", text("7"), UINT64, OK),
        ("New", text("seven"), UINT64, Err(Status::WBEM_E_TYPE_MISMATCH)),
        ("Size", text("many"), 0, Err(Status::WBEM_E_TYPE_MISMATCH)),
        ("Size", text("3"), 0, OK),
        ("Size", Variant::NULL, STRING, Err(Status::WBEM_E_TYPE_MISMATCH)),
        ("Own", Variant::NULL, SINT32, OK),
        ("Name", text("x"), 0, OK),
    ] {
        assert_eq!(child().put(name, value, ty), expected, "{name} {ty}");
    }
    let stored = Client::from(&Object::from_class(
        &Object::from_class_object(&base().0).unwrap().class_definition().unwrap(),
    ));
    assert_eq!(stored.put("__CLASS", text("Other"), 0), Err(Status::WBEM_E_READ_ONLY));
}

#[test]
fn types_that_a_variant_has_by_itself() {
    for (value, expected) in [
        (Variant::from_ui1(1), CimType::Uint8),
        (Variant::from_i2(1), CimType::Sint16),
        (i4(1), CimType::Sint32),
        (Variant::from_r4(1.0), CimType::Real32),
        (Variant::from_r8(1.0), CimType::Real64),
        (Variant::from_bool(true), CimType::Boolean),
        (text("1"), CimType::String),
    ] {
        let class = base();
        assert_eq!(class.put("P", value, 0), OK);
        assert_eq!(class.get("P").unwrap().1, expected as i32);
    }
}

#[test]
fn delete() {
    for (name, expected) in [
        ("Own", OK),
        ("Size", RESET),
        ("Name", Err(Status::WBEM_E_PROPAGATED_PROPERTY)),
        ("__GENUS", Err(Status::WBEM_E_SYSTEM_PROPERTY)),
        ("None", Err(Status::WBEM_E_NOT_FOUND)),
    ] {
        assert_eq!(child().delete(name), expected, "{name}");
    }
}

#[test]
fn names_and_enumerations() {
    let class = child();
    let own = |flags| class.names(None, flags | 0x40).unwrap();
    assert_eq!(own(0), ["Name", "Size", "Total", "Own"]);
    assert_eq!(own(4), ["Name"]);
    assert_eq!(class.names(None, 0x10).unwrap(), ["Size", "Own"]);
    assert_eq!(class.names(None, 0x20).unwrap(), ["Name", "Total"]);
    assert_eq!(class.names(None, 0x100).unwrap(), ["Size"]);
    assert_eq!(class.names(None, 0x200).unwrap(), ["Size", "Own"]);
    assert_eq!(class.names(None, 0x30).unwrap().len(), 10);
    assert_eq!(class.names(Some("key"), 1).unwrap(), ["Name"]);
    assert_eq!(class.names(Some("key"), 0x40 | 2).unwrap(), ["Size", "Total", "Own"]);
    for flags in [4 | 8, 0x50, 0x300, 0x400] {
        assert_eq!(class.names(None, flags), Err(Status::WBEM_E_INVALID_PARAMETER), "{flags:#x}");
    }
    assert_eq!(class.enumerate(0).unwrap().len(), 14);
    assert_eq!(class.next(), Err(Status::WBEM_E_UNEXPECTED));
    // SAFETY: no pointer.
    assert_eq!(unsafe { class.0.BeginEnumeration(0x40) }, Status::WBEM_S_NO_ERROR);
    assert_eq!(class.next().unwrap().as_deref(), Some("Name"));
    assert_eq!(class.delete("Own"), OK);
    assert_eq!(
        (class.next(), class.next(), class.next()),
        (Ok(Some("Size".into())), Ok(Some("Total".into())), Ok(None))
    );
}

#[test]
fn what_is_told_of_a_class() {
    let class = child();
    let flavor = |name: &str| class.get(name).unwrap().2;
    assert_eq!((flavor("Name"), flavor("Size"), flavor("__CLASS")), (0x20, 0, 0x40));
    assert_eq!(class.text_of("__SUPERCLASS").as_deref(), Some("Base"));
    assert_eq!(class.text_of("__RELPATH").as_deref(), Some("Child"));
    assert_eq!(class.get("None").err(), Some(Status::WBEM_E_NOT_FOUND));
    let origins = ["Size", "Own", "__PATH"].map(|name| class.origin(name).unwrap());
    assert_eq!(origins, ["Base", "Child", "___SYSTEM"]);
    assert_eq!(class.inherits_from("base"), Status::WBEM_S_NO_ERROR);
    assert_eq!(class.inherits_from("Other"), Status::WBEM_S_FALSE);
    let mof = class.mof(0).unwrap();
    assert_eq!(mof, "\nclass Child : Base\n{\n\tsint32 Size = 2;\n\tstring Own;\n};\n");
    assert_eq!(class.mof(2).err(), Some(Status::WBEM_E_INVALID_PARAMETER));
}

#[test]
fn a_copy_is_separate_and_compares() {
    let class = child();
    let copy = class.copy();
    assert_eq!(class.compare(&copy, 0), Status::WBEM_S_NO_ERROR);
    assert_eq!(copy.put("Size", i4(5), 0), OK);
    assert_eq!(class.compare(&copy, 0), Status::WBEM_S_DIFFERENT);
    assert_eq!(class.compare(&copy, 4), Status::WBEM_S_NO_ERROR);
    assert_eq!(copy.put("Size", i4(2), 0), OK);
    assert_eq!(copy.qualifiers().unwrap().put("Note", text("n"), 1), OK);
    assert_eq!(
        (class.compare(&copy, 0), class.compare(&copy, 1)),
        (Status::WBEM_S_DIFFERENT, Status::WBEM_S_NO_ERROR)
    );
    assert_eq!(class.compare(&copy, 0x40), Status::WBEM_E_INVALID_PARAMETER);
    assert_eq!(class.compare(&class.spawn().unwrap(), 0), Status::WBEM_S_DIFFERENT);
    assert_eq!(class.qualifiers().unwrap().names(0).unwrap(), [""; 0]);
    assert_eq!(copy.put("__CLASS", text("Copied"), 0), OK);
}

#[test]
fn the_engine_sees_what_was_changed() {
    let definition = |client: &Client| Object::from_class_object(&client.0).unwrap().class_definition();
    let class = child();
    assert_eq!(definition(&class).unwrap().properties().len(), 4);
    assert_eq!(class.delete("Own"), OK);
    assert_eq!(definition(&class).unwrap().properties().len(), 3);
    let refused = |client: &Client| definition(client).unwrap_err().status();
    assert_eq!(refused(&class.spawn().unwrap()), Status::WBEM_E_INVALID_OBJECT);
    assert_eq!(refused(&class.derive().unwrap()), Status::WBEM_E_INCOMPLETE_CLASS);
    // By handle, a class definition gives its defaults as they are now.
    let object = Object::from_class_object(&class.0).unwrap();
    let size = definition(&class).unwrap().handle("Size").unwrap();
    assert_eq!(object.read_u32(size), Ok(Some(2)));
    assert_eq!(class.put("Size", i4(9), 0), OK);
    assert_eq!(object.read_u32(size), Ok(Some(9)));
}
