//! What is refused, and with which words.

use super::*;
use crate::Comparison;

#[test]
fn nesting_has_a_limit() {
    let class = class("Box", [declare("Inner", CimType::Object, None)]);
    let mut instance = Instance::spawn(&class);
    for _ in 0..MAX_NESTING {
        let mut outer = Instance::spawn(&class);
        outer.put("Inner", &Value::Object(Box::new(instance))).unwrap();
        instance = outer;
    }
    let unit = unit(&instance);
    assert_eq!(decoded(&unit), instance);
    let mut outer = Instance::spawn(&class);
    let refused = outer.put("Inner", &Value::Object(Box::new(instance.clone()))).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_QUOTA_VIOLATION);
    let list = super::class("List", [declare("All", Type::array(CimType::Object), None)]);
    let all = Value::Array(CimType::Object, vec![Value::Object(Box::new(instance))]);
    let refused = Instance::spawn(&list).put("All", &all).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_QUOTA_VIOLATION);
}

#[test]
fn large_objects_nest_less_deep() {
    let bytes = Type::array(CimType::Uint8);
    let class = class("Box", [declare("Inner", CimType::Object, None), declare("Bytes", bytes, None)]);
    let mut instance = Instance::spawn(&class);
    let large = vec![Value::Uint8(7); 1 << 18];
    instance.put("Bytes", &Value::Array(CimType::Uint8, large)).unwrap();
    let mut nested = 0;
    let refused = loop {
        let mut outer = Instance::spawn(&class);
        match outer.put("Inner", &Value::Object(Box::new(instance))) {
            Ok(()) => (instance, nested) = (outer, nested + 1),
            Err(error) => break error,
        }
    };
    assert_eq!(refused.status(), Status::WBEM_E_QUOTA_VIOLATION);
    assert!((16..32).contains(&nested), "nested {nested} deep");
}

/// Each class has an object of the one before it as a default: decoding takes
/// each of them once, not twice for the one around it.
#[test]
fn nested_defaults_are_decoded_once() {
    let object = |ty: Type, default: Value| PropertyDeclaration {
        default: Some(default),
        ..declare("Inner", ty, None)
    };
    for is_array in [false, true] {
        let ty = Type { scalar: CimType::Object, is_array };
        let mut class = class("Box", [declare("Size", CimType::Uint8, None)]);
        for _ in 0..MAX_NESTING - 1 {
            let inner = Value::Object(Box::new(Instance::spawn(&class)));
            let inner = if is_array { Value::Array(CimType::Object, vec![inner]) } else { inner };
            class = super::class("Box", [object(ty, inner)]);
        }
        let instance = Instance::spawn(&class);
        assert_eq!(decoded(&unit(&instance)), instance);
    }
}

#[test]
fn an_embedded_object_has_a_limit() {
    let bytes = class("Bytes", [declare("All", Type::array(CimType::Uint8), None)]);
    let mut instance = Instance::spawn(&bytes);
    instance.put("All", &Value::Array(CimType::Uint8, vec![Value::Uint8(1); 17 << 20])).unwrap();
    let mut outer = Instance::spawn(&class("Box", [declare("Inner", CimType::Object, None)]));
    let refused = outer.put("Inner", &Value::Object(Box::new(instance))).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_QUOTA_VIOLATION);
}

#[test]
fn a_class_is_a_value() {
    let holder = class(
        "Box",
        [declare("Inner", CimType::Object, None), declare("All", Type::array(CimType::Object), None)],
    );
    let of = |decoration| Value::Class(Box::new(ClassObject { class: demo(), decoration, prototype: None }));
    let mut instance = Instance::spawn(&holder);
    instance.put("Inner", &of(decoration())).unwrap();
    let mixed = vec![Value::Object(Box::new(demo_instance())), of(None)];
    instance.put("All", &Value::Array(CimType::Object, mixed)).unwrap();
    let whole = unit(&instance);
    let again = decoded(&whole);
    assert_eq!(again, instance);
    assert_eq!(unit(&again), whole);
    assert!(Comparison::ALL.instances(&again, &instance));
    let Value::Class(inner) = again.get("Inner").unwrap() else { panic!("no class") };
    assert_eq!((inner.class.name(), &inner.decoration), ("Demo", &decoration()));
    let mut other = instance.clone();
    other.put("Inner", &of(None)).unwrap();
    assert!(!Comparison::ALL.instances(&other, &instance));
    assert!(Comparison::IGNORE_OBJECT_SOURCE.instances(&other, &instance));

    // As a default, and in a tail that is written anew.
    let inner = declare("Inner", CimType::Object, Some(of(None)));
    let mut small = Instance::spawn(&class("Small", [inner, declare("Text", CimType::String, None)]));
    for len in (0..4000).step_by(500) {
        small.put("Text", &Value::String("x".repeat(len))).unwrap();
    }
    assert_eq!(decoded(&unit(&small)).get("Inner").unwrap(), of(None));
    assert_eq!(crate::mof::constant(&of(None)), "NULL");
    assert_eq!(of(None).to_string(), "class Demo");
    assert_eq!(size_of::<Value>(), 32);
    let mut builder = ClassBuilder::new("Child", Some(demo())).unwrap();
    builder.property(declare("More", CimType::Uint8, None)).unwrap();
    // The class that came with an instance lacks its parent.
    let class = decoded(&unit(&Instance::spawn(&builder.build().unwrap()))).class().clone();
    let value = Value::Class(Box::new(ClassObject { class, decoration: None, prototype: None }));
    let refused = instance.put("Inner", &value).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_INVALID_SUPERCLASS);
    assert_eq!(instance.get("Inner").unwrap(), of(None));
}

#[track_caller]
fn refuses(unit: &[u8], message: &str) {
    let error = Decoder::new().decode(unit).map(|_| ()).unwrap_err();
    assert_eq!(error.status(), Status::WBEM_E_INVALID_OBJECT, "{error}");
    assert!(error.message().contains(message), "{error}");
}

#[test]
fn a_broken_encoding_is_refused_where_it_breaks() {
    let unit = unit(&demo_instance());
    refuses(&unit[..3], "byte 0x0 of the object");
    let mut wrong = unit.clone();
    wrong[0] = 0;
    refuses(&wrong, "the signature is 0x12345600");
    wrong.clone_from(&unit);
    wrong[8] = 7;
    refuses(&wrong, "byte 0x8 of the object: the flags 0x07");
    let total = unit.len();
    refuses(&unit[..total - 20], "byte 0x");
    // Name is at 6 of a heap of 13 bytes.
    let name = total - 48 + 10;
    assert_eq!(unit[name], 6);
    wrong.clone_from(&unit);
    wrong[name] = 13;
    refuses(&wrong, "Demo.Name: byte 0x128 of the object: the value is at 0xd of a heap of 0xd bytes");
    wrong[name..name + 4].copy_from_slice(&[11, 0, 0, 0x80]);
    refuses(&wrong, "no string of the dictionary: 11");
}

#[test]
fn an_item_belongs_to_one_value() {
    let class = class("Two", ["A", "B"].map(|name| declare(name, CimType::String, None)));
    let mut instance = Instance::spawn(&class);
    instance.put("A", &Value::String("x".repeat(100))).unwrap();
    instance.put("B", &Value::String("y".into())).unwrap();
    let mut unit = unit(&instance);
    let table = unit.len() - 4 - (6 - 1 + 102 + 3) - 1 - 4 - 8;
    assert_eq!(unit[table..table + 8], [5, 0, 0, 0, 107, 0, 0, 0]);
    unit[table + 4] = 5;
    refuses(&unit, "shares its bytes with another item");
}

#[test]
fn a_nul_is_refused() {
    let mut builder = ClassBuilder::new("Text", None).unwrap();
    builder.qualifier(Qualifier::new("Q", Value::String("a\0b".into()), Flavor::NONE)).unwrap();
    let instance = Instance::spawn(&builder.build().unwrap());
    let refused = encode_instance(&instance, &mut Vec::new()).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_INVALID_PARAMETER);
}
