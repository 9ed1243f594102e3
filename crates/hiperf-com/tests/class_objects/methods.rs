//! Methods of classes.

use hiperf_com::object::Object;
use hiperf_com::{Status, Variant};

use super::calls::Client;
use super::{OK, RESET, SINT32, base, child, i4, text};

/// A `__PARAMETERS` class with sint32 parameters and their IDs.
fn parameters(list: &[(&str, Option<i32>)]) -> Client {
    let class = Client::from(&Object::empty_class());
    assert_eq!(class.put("__CLASS", text("__PARAMETERS"), 0), OK);
    for (name, id) in list {
        assert_eq!(class.put(name, Variant::NULL, SINT32), OK);
        if let Some(id) = id {
            assert_eq!(class.property_qualifiers(name).unwrap().put("ID", i4(*id), 0x11), OK);
        }
    }
    class
}

/// [`base`] with `sint32 Run([in] sint32 a, [in, out] sint32 b);`
fn with_method() -> Client {
    let class = base();
    let (input, output) =
        (parameters(&[("a", Some(0)), ("b", Some(1))]), parameters(&[("b", Some(1)), ("ReturnValue", None)]));
    assert_eq!(class.put_method("Run", Some(&input), Some(&output)), OK);
    class
}

#[test]
fn put_and_get() {
    let class = with_method();
    let (input, output) = class.method("run").unwrap();
    let (input, output) = (input.unwrap(), output.unwrap());
    assert_eq!(input.text_of("__CLASS").as_deref(), Some("__PARAMETERS"));
    assert_eq!(input.names(None, 0x40).unwrap(), ["a", "b"]);
    assert_eq!(output.names(None, 0x40).unwrap(), ["b", "ReturnValue"]);
    assert_eq!(input.property_qualifiers("a").unwrap().names(0).unwrap(), ["CIMTYPE", "ID", "in"]);
    assert_eq!(class.method("None").err(), Some(Status::WBEM_E_NOT_FOUND));
    assert_eq!(class.method_origin("Run").as_deref(), Ok("Base"));
    assert_eq!(class.method_origin("None").err(), Some(Status::WBEM_E_NOT_FOUND));
    assert_eq!(class.put_method("Stop", None, None), OK);
    assert!(matches!(class.method("Stop"), Ok((None, None))));
    assert_eq!(class.methods(0).unwrap(), ["Run", "Stop"]);
    let text = class.mof(0).unwrap();
    assert!(text.contains("\tsint32 Run([in] sint32 a, [in, out] sint32 b);\n\tvoid Stop();\n"), "{text}");
}

#[test]
fn put_refuses() {
    for (name, input, output, expected) in [
        ("M", &[("a", None)][..], &[][..], Status::WBEM_E_MISSING_PARAMETER_ID),
        ("M", &[("a", Some(-1))], &[], Status::WBEM_E_INVALID_PARAMETER_ID),
        ("M", &[("a", Some(1))], &[], Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS),
        ("M", &[("a", Some(0))], &[("a", Some(1))], Status::WBEM_E_INVALID_DUPLICATE_PARAMETER),
        ("M", &[], &[("ReturnValue", Some(0))], Status::WBEM_E_PARAMETER_ID_ON_RETVAL),
        ("M", &[("a", Some(0)), ("b", Some(0))], &[], Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS),
        ("M", &[("ReturnValue", Some(0))], &[], Status::WBEM_E_INVALID_METHOD_PARAMETERS),
        ("_M", &[], &[], Status::WBEM_E_INVALID_PARAMETER),
        ("M_", &[], &[], Status::WBEM_E_INVALID_PARAMETER),
        ("Run", &[("a", Some(0))], &[], Status::WBEM_E_PROPAGATED_METHOD),
    ] {
        let class = with_method().derive().unwrap();
        let put = class.put_method(name, Some(&parameters(input)), Some(&parameters(output)));
        assert_eq!(put, Err(expected), "{name}");
    }
}

/// What is both says the same twice, but for its direction.
#[test]
fn both_sides_of_a_parameter() {
    let (input, output) = (parameters(&[("a", Some(0))]), parameters(&[("a", Some(0))]));
    let class = base();
    assert_eq!(class.put_method("M", Some(&input), Some(&output)), OK);
    let note = |of: &Client, value: &str| of.property_qualifiers("a").unwrap().put("Note", text(value), 0);
    assert_eq!(note(&input, "x"), OK);
    let differs = Err(Status::WBEM_E_INVALID_DUPLICATE_PARAMETER);
    assert_eq!(class.put_method("M", Some(&input), Some(&output)), differs);
    assert_eq!(note(&output, "y"), OK);
    assert_eq!(class.put_method("M", Some(&input), Some(&output)), differs);
    assert_eq!(note(&output, "x"), OK);
    assert_eq!(class.put_method("M", Some(&input), Some(&output)), OK);
}

#[test]
fn of_derived_classes() {
    let class = with_method().derive().unwrap();
    assert_eq!(class.put("__CLASS", text("Derived"), 0), OK);
    assert_eq!(class.put_method("Own", None, None), OK);
    assert_eq!(class.methods(0x10).unwrap(), ["Own"]);
    assert_eq!(class.methods(0x20).unwrap(), ["Run"]);
    assert_eq!(class.methods(0x30), Err(Status::WBEM_E_INVALID_PARAMETER));
    assert_eq!(class.delete_method("Run"), Err(Status::WBEM_E_PROPAGATED_METHOD));
    assert_eq!(class.delete_method("None"), Err(Status::WBEM_E_NOT_FOUND));
    let set = class.method_qualifiers("Run").unwrap();
    assert_eq!(set.put("Implemented", Variant::from_bool(true), 1), OK);
    assert_eq!(class.methods(0x10).unwrap(), ["Run", "Own"]);
    assert_eq!(class.delete_method("Run"), RESET);
    assert_eq!(set.names(0).unwrap(), [""; 0]);
    assert_eq!((class.delete_method("Own"), class.method_origin("Run").as_deref()), (OK, Ok("Base")));
    assert_eq!(class.method_qualifiers("Own").err(), Some(Status::WBEM_E_NOT_FOUND));
}

#[test]
fn instances_have_none() {
    let instance = child().spawn().unwrap();
    let illegal = Some(Status::WBEM_E_ILLEGAL_OPERATION);
    assert_eq!(instance.method("M").err(), illegal);
    assert_eq!(instance.put_method("M", None, None).err(), illegal);
    assert_eq!(instance.delete_method("M").err(), illegal);
    assert_eq!(instance.methods(0).err(), illegal);
    assert_eq!(instance.method_qualifiers("M").err(), illegal);
    assert_eq!(instance.method_origin("M").err(), illegal);
    // SAFETY: no pointer.
    assert_eq!(unsafe { instance.0.EndMethodEnumeration() }, Status::WBEM_E_ILLEGAL_OPERATION);
}
