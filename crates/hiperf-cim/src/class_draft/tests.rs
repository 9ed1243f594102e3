//! The rules of changing a class, one call a line.

use super::QualifierOwner::{Class as Whole, Method, Property};
use super::*;
use crate::{CimType, Flavor, Qualifier, QualifierOwner, parameters};

const NONE: Flavor = Flavor::NONE;

fn flag(name: &str) -> Qualifier {
    Qualifier::new(name, Value::Boolean(true), NONE)
}

fn text(name: &str, value: &str, flavor: Flavor) -> Qualifier {
    Qualifier::new(name, Value::String(value.into()), flavor)
}

/// `[Down("a") : ToSubclass, Fixed("a") : ToSubclass DisableOverride]
/// class Parent { [key] string Name; sint32 Size = 1; uint32 Run([in] sint32 a); }`
fn parent() -> Arc<Class> {
    let mut draft = ClassDraft::empty();
    draft.set_name("Parent").unwrap();
    draft.put_qualifier(Whole, text("Down", "a", Flavor::TO_DERIVED_CLASS)).unwrap();
    let fixed = Flavor::TO_DERIVED_CLASS | Flavor::NOT_OVERRIDABLE;
    draft.put_qualifier(Whole, text("Fixed", "a", fixed)).unwrap();
    draft.put_property("Name", CimType::String.into(), None).unwrap();
    draft.put_qualifier(Property("name"), flag("Key")).unwrap();
    draft.put_property("Size", CimType::Sint32.into(), Some(Value::Sint32(1))).unwrap();
    let (input, output) = (signature(&[("a", Some(0))]), signature(&[("ReturnValue", None)]));
    draft.put_method("Run", Some(&input), Some(&output)).unwrap();
    draft.build().unwrap()
}

/// sint32 parameters with their IDs.
fn signature(list: &[(&str, Option<i32>)]) -> Arc<Class> {
    let declare = |(name, id): &(&str, Option<i32>)| PropertyDeclaration {
        name: (*name).to_owned(),
        ty: CimType::Sint32.into(),
        class_name: None,
        qualifiers: id.map(|id| Qualifier::new("ID", Value::Sint32(id), Flavor(0x11))).into_iter().collect(),
        default: None,
    };
    parameters(list.iter().map(declare)).unwrap()
}

fn child() -> ClassDraft {
    let mut draft = ClassDraft::derived_from(&parent()).unwrap();
    draft.set_name("Child").unwrap();
    draft
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T>, status: Status) {
    assert_eq!(result.unwrap_err().status(), status);
}

#[test]
fn names() {
    let mut draft = ClassDraft::empty();
    assert_eq!(draft.name(), None);
    refused(draft.build(), Status::WBEM_E_INCOMPLETE_CLASS);
    draft.put_property("P", CimType::Sint32.into(), None).unwrap();
    refused(draft.set_name("1st"), Status::WBEM_E_INVALID_OBJECT);
    draft.set_name("First").unwrap();
    draft.set_name("Second").unwrap();
    let class = draft.build().unwrap();
    assert_eq!((class.name(), class.property("p").unwrap().origin()), ("Second", "Second"));
    refused(ClassDraft::of(&class).set_name("Third"), Status::WBEM_E_READ_ONLY);
    let unchanged = ClassDraft::of(&class).build().unwrap();
    assert!(Arc::ptr_eq(&unchanged, &class));
}

#[test]
fn properties() {
    let mut draft = child();
    let int = CimType::Sint32.into();
    for (name, status) in [
        ("_x", Status::WBEM_E_INVALID_PARAMETER),
        ("x_", Status::WBEM_E_INVALID_PARAMETER),
        ("a b", Status::WBEM_E_INVALID_PARAMETER),
        ("__PATH", Status::WBEM_E_READ_ONLY),
    ] {
        refused(draft.put_property(name, int, None), status);
    }
    refused(draft.put_property("Size", CimType::Uint8.into(), None), Status::WBEM_E_TYPE_MISMATCH);
    refused(draft.delete_property("Size"), Status::WBEM_E_PROPAGATED_PROPERTY);
    refused(draft.delete_property("__CLASS"), Status::WBEM_E_SYSTEM_PROPERTY);
    refused(draft.delete_property("Other"), Status::WBEM_E_NOT_FOUND);
    let wrong = draft.put_property("Size", int, Some(Value::Uint8(1)));
    refused(wrong, Status::WBEM_E_TYPE_MISMATCH);

    draft.put_property("size", int, Some(Value::Sint32(2))).unwrap();
    let size = draft.class().property("Size").unwrap();
    assert_eq!((size.origin(), size.is_local(), size.default_value()), ("Parent", true, &Value::Sint32(2)));
    assert!(draft.delete_property("Size").unwrap());
    assert_eq!(draft.class().property("Size").unwrap().default_value(), &Value::Sint32(1));

    draft.put_property("Own", int, Some(Value::Sint32(3))).unwrap();
    draft.put_property("OWN", int, None).unwrap();
    assert_eq!(draft.class().property("Own").unwrap().default_value(), &Value::Sint32(3));
    draft.put_property("Own", CimType::String.into(), None).unwrap();
    assert_eq!(draft.class().property("Own").unwrap().qualifiers().text("CIMTYPE"), Some("string"));
    assert!(!draft.delete_property("Own").unwrap());
    assert_eq!(draft.class().properties().len(), 2);
}

#[test]
fn qualifiers_that_are_refused() {
    let number = |value| Qualifier::new("N", value, NONE);
    for (of, qualifier, status) in [
        (Whole, flag("_x"), Status::WBEM_E_INVALID_PARAMETER),
        (Whole, number(Value::Uint32(1)), Status::WBEM_E_INVALID_QUALIFIER_TYPE),
        (Whole, number(Value::Null), Status::WBEM_E_INVALID_QUALIFIER_TYPE),
        (Whole, text("N", "", Flavor::PROPAGATED), Status::WBEM_E_INVALID_FLAVOR),
        (Whole, text("N", "", Flavor(8)), Status::WBEM_E_INVALID_FLAVOR),
        (Whole, text("Fixed", "b", NONE), Status::WBEM_E_OVERRIDE_NOT_ALLOWED),
        (Whole, flag("key"), Status::WBEM_E_CANNOT_BE_KEY),
        (Whole, flag("singleton"), Status::WBEM_E_CANNOT_BE_SINGLETON),
        (Whole, flag("abstract"), Status::WBEM_E_CANNOT_BE_ABSTRACT),
        (Property("Own"), flag("key"), Status::WBEM_E_CANNOT_BE_KEY),
        (Property("Own"), text("key", "yes", NONE), Status::WBEM_E_INVALID_QUALIFIER_TYPE),
        (Property("Own"), text("CIMTYPE", "sint8", NONE), Status::WBEM_E_INVALID_QUALIFIER),
        (Property("None"), flag("x"), Status::WBEM_E_NOT_FOUND),
        (Method("None"), flag("x"), Status::WBEM_E_NOT_FOUND),
        (Method("Run"), flag("key"), Status::WBEM_E_CANNOT_BE_KEY),
    ] {
        let mut draft = child();
        draft.put_property("Own", CimType::Sint32.into(), None).unwrap();
        refused(draft.put_qualifier(of, qualifier), status);
    }
    let mut draft = ClassDraft::empty();
    draft.put_property("Real", CimType::Real64.into(), None).unwrap();
    refused(draft.put_qualifier(Property("Real"), flag("key")), Status::WBEM_E_CANNOT_BE_KEY);
}

#[test]
fn qualifiers() {
    let mut draft = child();
    let of = |draft: &ClassDraft, of: QualifierOwner<'_>, name: &str| {
        draft.qualifiers(of).unwrap().get(name).map(|q| (q.value.to_string(), q.flavor.0))
    };
    assert_eq!(of(&draft, Whole, "Down"), Some(("a".into(), 0x22)));
    refused(draft.delete_qualifier(Whole, "Down"), Status::WBEM_E_PROPAGATED_QUALIFIER);
    draft.put_qualifier(Whole, text("DOWN", "b", NONE)).unwrap();
    assert_eq!(of(&draft, Whole, "Down"), Some(("b".into(), 0)));
    assert!(draft.delete_qualifier(Whole, "Down").unwrap());
    assert_eq!(of(&draft, Whole, "Down"), Some(("a".into(), 0x22)));
    draft.put_qualifier(Property("Size"), text("Note", "n", Flavor::TO_INSTANCE)).unwrap();
    assert_eq!(of(&draft, Property("Size"), "note"), Some(("n".into(), 1)));
    draft.put_qualifier(Method("Run"), flag("Implemented")).unwrap();
    assert!(!draft.delete_qualifier(Method("Run"), "implemented").unwrap());
    refused(draft.delete_qualifier(Method("Run"), "Implemented"), Status::WBEM_E_NOT_FOUND);

    draft.put_property("Next", CimType::Reference.into(), None).unwrap();
    draft.put_qualifier(Property("Next"), text("CIMTYPE", "ref:Parent", NONE)).unwrap();
    assert_eq!(draft.class().property("Next").unwrap().class_name(), Some("Parent"));
    refused(draft.delete_qualifier(Property("Next"), "CIMTYPE"), Status::WBEM_E_INVALID_OPERATION);
    draft.put_qualifier(Property("Next"), text("CIMTYPE", "ref:object", NONE)).unwrap();
    assert_eq!(draft.class().property("Next").unwrap().class_name(), None);

    let mut top = ClassDraft::empty();
    top.put_property("Id", CimType::Sint32.into(), None).unwrap();
    top.put_qualifier(Property("Id"), Qualifier::new("Key", Value::Boolean(false), NONE)).unwrap();
    assert_eq!(of(&top, Property("Id"), "key"), Some(("TRUE".into(), 0x13)));
    assert!(!top.delete_qualifier(Property("Id"), "key").unwrap());
    assert!(top.class().keys().is_empty());
}

#[test]
fn methods() {
    let mut draft = child();
    let none: &[(&str, Option<i32>)] = &[];
    for (input, output, status) in [
        (&[("a", None)][..], none, Status::WBEM_E_MISSING_PARAMETER_ID),
        (&[("a", Some(-1))], none, Status::WBEM_E_INVALID_PARAMETER_ID),
        (&[("a", Some(0)), ("b", Some(0))], none, Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS),
        (&[("a", Some(0))], &[("b", Some(2))], Status::WBEM_E_NONCONSECUTIVE_PARAMETER_IDS),
        (&[("a", Some(0))], &[("a", Some(1))], Status::WBEM_E_INVALID_DUPLICATE_PARAMETER),
        (none, &[("ReturnValue", Some(0))], Status::WBEM_E_PARAMETER_ID_ON_RETVAL),
        (&[("ReturnValue", Some(0))], none, Status::WBEM_E_INVALID_METHOD_PARAMETERS),
    ] {
        refused(draft.put_method("M", Some(&signature(input)), Some(&signature(output))), status);
    }
    for name in ["_M", "M_", "", "a b"] {
        refused(draft.put_method(name, None, None), Status::WBEM_E_INVALID_PARAMETER);
    }
    refused(draft.put_method("Run", None, None), Status::WBEM_E_PROPAGATED_METHOD);
    refused(draft.delete_method("Run"), Status::WBEM_E_PROPAGATED_METHOD);
    refused(draft.delete_method("M"), Status::WBEM_E_NOT_FOUND);

    let both = signature(&[("b", Some(1)), ("a", Some(0))]);
    draft.put_method("M", Some(&both), Some(&signature(&[("a", Some(0)), ("ReturnValue", None)]))).unwrap();
    let method = draft.class().method("m").unwrap();
    let has = |class: Option<&Arc<Class>>, name: &str, qualifier: &str| {
        class.unwrap().property(name).unwrap().qualifiers().is_true(qualifier)
    };
    assert!(has(method.input(), "b", "in") && has(method.output(), "ReturnValue", "out"));
    draft.put_method("M", None, None).unwrap();
    assert!(draft.class().method("M").unwrap().input().is_none());
    assert!(!draft.delete_method("M").unwrap());

    let (input, output) = (signature(&[("a", Some(0))]), signature(&[("ReturnValue", None)]));
    draft.put_method("Run", Some(&input), Some(&output)).unwrap();
    assert!(draft.class().method("Run").unwrap().is_local());
    assert!(draft.delete_method("Run").unwrap());
    assert!(!draft.class().method("Run").unwrap().is_local());
}

/// What a draft takes out of a class, it puts into it again.
#[test]
fn a_class_survives_a_change_that_is_taken_back() {
    let mut first = child();
    first.put_qualifier(Property("Size"), flag("Note")).unwrap();
    first.put_property("Own", CimType::Sint32.into(), Some(Value::Null)).unwrap();
    let class = first.build().unwrap();
    let mut draft = ClassDraft::of(&class);
    draft.put_property("Extra", CimType::Sint32.into(), None).unwrap();
    draft.delete_property("Extra").unwrap();
    let again = draft.build().unwrap();
    assert!(!Arc::ptr_eq(&class, &again));
    let told =
        |class: &Class| format!("{:?} {:?} {:?}", class.qualifiers(), class.properties(), class.methods());
    assert_eq!(told(&class), told(&again));
}
