//! The object model against its rules and against a naive twin.

mod random;

use std::collections::HashMap;
use std::sync::Arc;

use hiperf_cim::{
    CimType, Class, ClassBuilder, Flavor, Instance, PropertyDeclaration, Qualifier, Status, Type, Value,
};
use random::{Random, declaration};

fn flag(name: &str, flavor: Flavor) -> Qualifier {
    Qualifier::new(name, Value::Boolean(true), flavor)
}

fn key(name: &str, ty: CimType) -> PropertyDeclaration {
    PropertyDeclaration { qualifiers: vec![flag("key", Flavor::NONE)], ..declaration(name, ty) }
}

fn class(
    name: &str,
    parent: Option<&Arc<Class>>,
    declarations: impl IntoIterator<Item = PropertyDeclaration>,
) -> Arc<Class> {
    let mut builder = ClassBuilder::new(name, parent.cloned()).unwrap();
    for declaration in declarations {
        builder.property(declaration).unwrap();
    }
    builder.build().unwrap()
}

fn every_type() -> Arc<Class> {
    let declarations = CimType::ALL.into_iter().flat_map(|cim| {
        let name = cim.mof_name();
        [declaration(name, cim), declaration(&format!("{name}_list"), Type::array(cim))]
    });
    class("Every", None, declarations)
}

#[test]
fn keys_are_compared_letter_for_letter() {
    let declarations =
        [key("Name", CimType::String), key("Number", CimType::Uint32), declaration("Other", CimType::Uint32)];
    let class = class("Pair", None, declarations);
    let make = |name: Option<&str>, number: u32, other: u32| {
        let mut instance = Instance::spawn(&class);
        instance.put("Name", &name.map_or(Value::Null, |name| Value::String(name.to_owned()))).unwrap();
        instance.put("Number", &Value::Uint32(number)).unwrap();
        instance.put("Other", &Value::Uint32(other)).unwrap();
        instance
    };
    let one = make(Some("a"), 1, 1);
    assert!(one.has_keys_of(&make(Some("a"), 1, 2)));
    assert!(!one.has_keys_of(&make(Some("a"), 2, 1)));
    assert!(!one.has_keys_of(&make(Some("A"), 1, 1)));
    assert!(!one.has_keys_of(&make(None, 1, 1)));
    assert!(make(None, 1, 1).has_keys_of(&make(None, 1, 2)));
    assert!(!one.has_keys_of(&Instance::spawn(&every_type())));
}

#[test]
fn an_instance_is_a_map_of_its_values() {
    let class = every_type();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut instance = Instance::spawn(&class);
    let mut other = Instance::spawn(&class);
    let mut twin: HashMap<usize, Value> = HashMap::new();
    for round in 0..20_000 {
        let index = random.next(class.properties().len() as u64) as usize;
        let property = &class.properties()[index];
        let value = random.value(property.ty());
        instance.put(property.name(), &value).unwrap();
        twin.insert(index, value);
        if round % 16 == 0 {
            other.copy_from(&instance).unwrap();
            for subject in [&instance, &other] {
                for index in 0..class.properties().len() {
                    assert_eq!(subject.value(index), *twin.get(&index).unwrap_or(&Value::Null), "{round}");
                }
            }
        }
    }
    assert!(instance.block().len() < 20_000, "the tail is {} bytes", instance.block().len());
}

#[test]
fn handles_reach_what_names_reach() {
    let class = every_type();
    let mut random = Random(1);
    let mut instance = Instance::spawn(&class);
    for property in class.properties() {
        let ty = property.ty();
        if ty.is_array || ty.scalar == CimType::Object {
            continue;
        }
        let handle = class.handle(property.name()).unwrap();
        assert_eq!(instance.is_null(handle), Ok(true));
        let value = random.scalar(property.ty().scalar);
        instance.put(property.name(), &value).unwrap();
        assert_eq!(instance.is_null(handle), Ok(false));
        match property.ty().width() {
            _ if property.ty().scalar.is_text() => {
                let text = instance.read_text(handle).unwrap().unwrap().to_str().into_owned();
                assert_eq!(text, value.to_string());
                let changed: Vec<u16> = "changed".encode_utf16().collect();
                instance.write_text(handle, changed.iter().copied()).unwrap();
                assert_eq!(instance.read_text(handle).unwrap().unwrap().to_str(), "changed");
                assert_eq!(instance.read_u64(handle), Err(Status::WBEM_E_TYPE_MISMATCH));
            }
            8 => {
                instance.write_u64(handle, 0x1122_3344_5566_7788).unwrap();
                assert_eq!(instance.read_u64(handle), Ok(Some(0x1122_3344_5566_7788)));
                assert_eq!(instance.read_u32(handle), Ok(Some(0x5566_7788)), "the low half");
                assert_eq!(instance.write_u32(handle, 1), Err(Status::WBEM_E_TYPE_MISMATCH));
            }
            4 => {
                instance.write_u32(handle, 0x1122_3344).unwrap();
                assert_eq!(instance.read_u32(handle), Ok(Some(0x1122_3344)));
                assert_eq!(instance.read_u64(handle), Err(Status::WBEM_E_TYPE_MISMATCH));
            }
            width => {
                instance.write_fixed(handle, &[0x11, 0x22][..width]).unwrap();
                assert_eq!(instance.read_fixed(handle), Ok(Some(&[0x11, 0x22][..width])));
                assert_eq!(instance.write_fixed(handle, &[0; 3]), Err(Status::WBEM_E_INVALID_PARAMETER));
                assert_eq!(instance.read_u32(handle), Err(Status::WBEM_E_TYPE_MISMATCH));
            }
        }
        instance.write_null(handle).unwrap();
        assert_eq!(instance.is_null(handle), Ok(true));
    }
    for name in ["string_list", "object", "object_list"] {
        assert_eq!(class.handle(name).unwrap_err().status(), Status::WBEM_E_NOT_SUPPORTED);
    }
    assert_eq!(class.handle("nothing").unwrap_err().status(), Status::WBEM_E_NOT_FOUND);
}

#[test]
fn a_handle_holds_for_subclasses_and_for_nothing_else() {
    let base = class("Base", None, [key("Name", CimType::String), declaration("Total", CimType::Uint64)]);
    let child = class("Child", Some(&base), [declaration("More", CimType::Uint32)]);
    let stranger =
        class("Other", None, [key("Name", CimType::String), declaration("Total", CimType::Uint64)]);
    let total = base.handle("TOTAL").unwrap();
    assert_eq!(child.handle("total").unwrap(), total);

    let mut instance = Instance::spawn(&child);
    instance.write_u64(total, 7).unwrap();
    assert_eq!(instance.get("Total").unwrap(), Value::Uint64(7));
    let mut foreign = Instance::spawn(&stranger);
    assert_eq!(foreign.write_u64(total, 7), Err(Status::WBEM_E_INVALID_HANDLE_REQUEST));
    assert_eq!(foreign.read_u64(total), Err(Status::WBEM_E_INVALID_HANDLE_REQUEST));
    assert_eq!(foreign.copy_from(&instance), Err(Status::WBEM_E_INVALID_CLASS));
    let more = child.handle("More").unwrap();
    assert_eq!(Instance::spawn(&base).read_u32(more), Err(Status::WBEM_E_INVALID_HANDLE_REQUEST));
}

#[test]
fn defaults() {
    let with_default =
        |value| PropertyDeclaration { default: Some(value), ..declaration("Rate", CimType::Uint32) };
    let base = class("Base", None, [with_default(Value::Uint32(7)), declaration("Text", CimType::String)]);
    let child = class("Child", Some(&base), [with_default(Value::Uint32(9))]);
    let mut instance = Instance::spawn(&child);
    assert_eq!(instance.get("Rate").unwrap(), Value::Uint32(9));
    assert!(instance.is_default(0));
    instance.put("Rate", &Value::Uint32(1)).unwrap();
    assert!(!instance.is_default(0));
    assert!(instance.reset("rate").unwrap());
    assert!(!instance.reset("rate").unwrap());
    assert_eq!(instance.get("Rate").unwrap(), Value::Uint32(9));
    assert_eq!(Instance::spawn(&base).get("Rate").unwrap(), Value::Uint32(7));
    let mismatch = instance.put("Rate", &Value::String("x".into())).unwrap_err();
    assert_eq!(mismatch.status(), Status::WBEM_E_TYPE_MISMATCH);
}

#[track_caller]
fn refuses(status: Status, build: impl FnOnce() -> hiperf_cim::Result<Arc<Class>>) {
    match build() {
        Ok(class) => panic!("{} was accepted, expected {status}", class.name()),
        Err(error) => assert_eq!(error.status(), status, "{error}"),
    }
}

fn build(
    name: &str,
    parent: Option<&Arc<Class>>,
    qualifiers: &[&str],
    declarations: Vec<PropertyDeclaration>,
) -> hiperf_cim::Result<Arc<Class>> {
    let mut builder = ClassBuilder::new(name, parent.cloned())?;
    for name in qualifiers {
        builder.qualifier(flag(name, Flavor::NONE))?;
    }
    for declaration in declarations {
        builder.property(declaration)?;
    }
    builder.build()
}

#[test]
fn every_broken_rule_has_its_status() {
    let base = class("Base", None, [key("Name", CimType::String), declaration("Total", CimType::Uint64)]);
    let terminal = build("T", None, &["terminal"], vec![]).unwrap();
    refuses(Status::WBEM_E_INVALID_OBJECT, || build("1x", None, &[], vec![]));
    refuses(Status::WBEM_E_INVALID_OBJECT, || build("x_", None, &[], vec![]));
    refuses(Status::WBEM_E_CLASS_NAME_TOO_WIDE, || build(&"x".repeat(4097), None, &[], vec![]));
    refuses(Status::WBEM_E_INVALID_SUPERCLASS, || build("X", Some(&terminal), &[], vec![]));
    refuses(Status::WBEM_E_CANNOT_BE_ABSTRACT, || build("X", Some(&base), &["abstract"], vec![]));
    refuses(Status::WBEM_E_CANNOT_BE_SINGLETON, || {
        build("X", None, &["singleton"], vec![key("K", CimType::Uint32)])
    });
    refuses(Status::WBEM_E_CANNOT_BE_KEY, || build("X", Some(&base), &[], vec![key("K", CimType::Uint32)]));
    refuses(Status::WBEM_E_INVALID_PROPERTY_TYPE, || build("X", None, &[], vec![key("K", CimType::Real32)]));
    refuses(Status::WBEM_E_PROPAGATED_PROPERTY, || {
        build("X", Some(&base), &[], vec![declaration("total", CimType::Uint32)])
    });
    refuses(Status::WBEM_E_INVALID_PROPERTY, || {
        build("X", None, &[], vec![declaration("a", CimType::Uint32), declaration("A", CimType::Uint32)])
    });
    refuses(Status::WBEM_E_TOO_MANY_PROPERTIES, || {
        let many = (0..1025).map(|n| declaration(&format!("p{n}"), CimType::Uint8)).collect();
        build("X", None, &[], many)
    });
    refuses(Status::WBEM_E_TYPE_MISMATCH, || {
        let wrong =
            PropertyDeclaration { default: Some(Value::Uint8(1)), ..declaration("p", CimType::Uint32) };
        build("X", None, &[], vec![wrong])
    });
}

#[test]
fn a_key_may_be_made_of_an_inherited_property() {
    let base = class("Base", None, [declaration("Name", CimType::String)]);
    let keyed = class("Keyed", Some(&base), [key("Name", CimType::String)]);
    assert_eq!(keyed.keys(), [0]);
    assert_eq!(keyed.property("name").unwrap().origin(), "Base");
    assert_eq!(keyed.property("name").unwrap().qualifiers().get("key").unwrap().flavor, Flavor(0x13));
    let below = class("Below", Some(&keyed), []);
    assert_eq!(below.keys(), [0]);
    assert_eq!(below.property("name").unwrap().qualifiers().get("key").unwrap().flavor, Flavor(0x33));
}

#[test]
fn system_properties() {
    let base = class("Base", None, [key("Name", CimType::String)]);
    let child = class("Child", Some(&base), [declaration("N", CimType::Uint32)]);
    let mut instance = Instance::spawn(&child);
    assert_eq!(instance.system_value("__relpath"), Some(Value::Null));
    instance.put("Name", &Value::String("a\"b".into())).unwrap();
    let text = |text: &str| Some(Value::String(text.into()));
    assert_eq!(instance.system_value("__RELPATH"), text("Child.Name=\"a\\\"b\""));
    assert_eq!(instance.system_value("__GENUS"), Some(Value::Sint32(2)));
    assert_eq!(instance.system_value("__CLASS"), text("Child"));
    assert_eq!(instance.system_value("__SUPERCLASS"), text("Base"));
    assert_eq!(instance.system_value("__DYNASTY"), text("Base"));
    assert_eq!(instance.system_value("__PROPERTY_COUNT"), Some(Value::Sint32(2)));
    assert_eq!(instance.system_value("__PATH"), Some(Value::Null));
    assert_eq!(child.system_value("__GENUS"), Some(Value::Sint32(1)));
    assert_eq!(base.system_value("__SUPERCLASS"), Some(Value::Null));
    assert_eq!(base.system_value("__DERIVATION"), Some(Value::Array(CimType::String, vec![])));
    assert_eq!(instance.system_value("Name"), None);
    assert!(child.is_a("BASE") && !base.is_a("Child"));
}
