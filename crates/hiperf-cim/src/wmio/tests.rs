//! The worked example of objects.md 6.7 (b), byte for byte, and what the
//! random objects of the other tests don't reach.

mod limits;
mod refreshed;

use std::sync::Arc;

use super::*;
use crate::{
    CimType, Class, ClassBuilder, Decoration, Flavor, Instance, PropertyDeclaration, Qualifier, Status, Type,
    Value,
};

pub(super) const DEMO_PART: &str = "
    ea000000 00 00000000 11000000 04000000
    0f000000 07000080 01 0b000000 ffff
    03000000 06000000 0c000000 3e000000 44000000 6b000000 72000000
    05 ffffffff ffffffffffffffff 07000000
    99000080
    0044656d6f00 004e616d6500
    08000000 0000 00000000 00000000 1c000000
    0a000080 03 08000000 36000000  01000080 13 0b000000 ffff
    00737472696e6700 005261746500
    13000000 0200 0c000000 00000000 11000000 0a000080 03 08000000 63000000
    0075696e74333200 00546f74616c00
    15000000 0100 04000000 00000000 11000000 0a000080 03 08000000 91000000
    0075696e74363400";
pub(super) const NO_PARENT: &str = "
    1d000000 00 ffffffff 00000000 04000000 04000000 00000000 00000080
    0c000000 0000 0000 00000080";
pub(super) const NO_METHODS: &str = "0c000000 0000 0000 00000080";
pub(super) const DECORATION: &str = "00484f535400 00524f4f545c43494d563200";
pub(super) const DEMO_INSTANCE: &str = "
    30000000 00 00000000 20 06000000 8877665544332211 00000000 04000000 01
    0d000080  0044656d6f00 01 6100 b203 0000";

pub(super) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

pub(super) fn declare(name: &str, ty: impl Into<Type>, default: Option<Value>) -> PropertyDeclaration {
    let (name, ty) = (name.into(), ty.into());
    PropertyDeclaration { name, ty, class_name: None, qualifiers: Vec::new(), default }
}

fn flag(name: &str, flavor: Flavor) -> Qualifier {
    Qualifier::new(name, Value::Boolean(true), flavor)
}

pub(super) fn class(name: &str, declarations: impl IntoIterator<Item = PropertyDeclaration>) -> Arc<Class> {
    let mut builder = ClassBuilder::new(name, None).unwrap();
    declarations.into_iter().for_each(|declaration| builder.property(declaration).unwrap());
    builder.build().unwrap()
}

pub(super) fn demo() -> Arc<Class> {
    let mut builder = ClassBuilder::new("Demo", None).unwrap();
    builder.qualifier(flag("dynamic", Flavor::TO_INSTANCE)).unwrap();
    let key = vec![flag("key", Flavor::NONE)];
    builder
        .property(PropertyDeclaration { qualifiers: key, ..declare("Name", CimType::String, None) })
        .unwrap();
    builder.property(declare("Total", CimType::Uint64, None)).unwrap();
    builder.property(declare("Rate", CimType::Uint32, Some(Value::Uint32(7)))).unwrap();
    builder.build().unwrap()
}

pub(super) fn demo_instance() -> Instance {
    let mut instance = Instance::spawn(&demo());
    instance.put("Name", &Value::String("a\u{3b2}".into())).unwrap();
    instance.put("Total", &Value::Uint64(0x1122_3344_5566_7788)).unwrap();
    instance.decorate(decoration());
    instance
}

pub(super) fn decoration() -> Option<Arc<Decoration>> {
    Some(Arc::new(Decoration { server: "HOST".into(), namespace: "ROOT\\CIMV2".into() }))
}

fn unit(instance: &Instance) -> Vec<u8> {
    let mut out = Vec::new();
    encode_instance(instance, &mut out).unwrap();
    out
}

#[track_caller]
fn decoded(unit: &[u8]) -> Instance {
    match Decoder::new().decode(unit).unwrap() {
        Object::Instance(instance) => instance,
        Object::Class(class) => panic!("class {}", class.class.name()),
    }
}

#[test]
fn the_demo_class() {
    let expected = bytes(&format!("78563412 32010000 05 {DECORATION} {NO_PARENT} {DEMO_PART} {NO_METHODS}"));
    assert_eq!(expected.len(), 314);
    let mut object = ClassObject { class: demo(), decoration: decoration(), prototype: None };
    let mut out = Vec::new();
    encode_class(&object, &mut out).unwrap();
    assert_eq!(out, expected);

    object.prototype = Some(Prototype::WithoutKeys);
    out.clear();
    encode_class_block(&object, &mut out).unwrap();
    assert_eq!(out[0], 0x55);
    match Decoder::new().decode_block(&out).unwrap() {
        Object::Class(class) => assert_eq!(class.prototype, Some(Prototype::WithoutKeys)),
        Object::Instance(_) => panic!("an instance"),
    }
}

#[test]
fn the_demo_instance() {
    let expected = bytes(&format!("78563412 2d010000 06 {DECORATION} {DEMO_PART} {DEMO_INSTANCE}"));
    assert_eq!(expected.len(), 309);
    assert_eq!(unit(&demo_instance()), expected);
    let instance = decoded(&expected);
    assert_eq!(instance, demo_instance());
    assert_eq!(instance.decoration(), decoration().as_ref());
    assert!(instance.is_default(2) && !instance.is_default(0));
    assert_eq!(instance.class().property("Rate").unwrap().default_value(), &Value::Uint32(7));
    assert_eq!(unit(&instance), expected);
}

#[test]
fn an_instance_without_its_class() {
    let mut out = Vec::new();
    encode_instance_without_class(&demo_instance(), &mut out).unwrap();
    assert_eq!(out, bytes(&format!("06 {DECORATION} {DEMO_INSTANCE}")));
    let decoded = Decoder::new().decode_instance_without_class(&out, &demo()).unwrap();
    assert_eq!(decoded, demo_instance());
}

#[test]
fn a_class_of_an_instance_is_no_definition() {
    let mut builder = ClassBuilder::new("Child", Some(demo())).unwrap();
    builder.property(declare("More", CimType::Uint8, None)).unwrap();
    let child = builder.build().unwrap();
    let instance = decoded(&unit(&Instance::spawn(&child)));
    let class = instance.class();
    assert_eq!((class.superclass_name(), class.dynasty()), (Some("Demo"), "Demo"));
    assert_eq!(class.property("Name").unwrap().origin(), "Demo");
    assert_eq!(class.handle("Total").unwrap(), child.handle("Total").unwrap(), "handles hold");
    let object = ClassObject { class: class.clone(), decoration: None, prototype: None };
    let mut out = vec![1];
    let refused = encode_class(&object, &mut out).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_INVALID_SUPERCLASS);
    assert_eq!(out, [1], "nothing is left of it");
}

/// The table of another encoder: Rate before Name, and a gap between them.
#[test]
fn a_layout_that_is_not_ours() {
    let part = DEMO_PART
        .replacen("ea000000 00 00000000 11000000", "ed000000 00 00000000 14000000", 1)
        .replacen("05 ffffffff ffffffffffffffff 07000000", "05 07000000 aaaaaa ffffffffffffffff ffffffff", 1)
        .replacen("0200 0c000000", "0200 00000000", 1)
        .replacen("0100 04000000", "0100 07000000", 1)
        .replacen("0000 00000000", "0000 0f000000", 1);
    let instance = DEMO_INSTANCE.replacen("30000000", "33000000", 1).replacen(
        "06000000 8877665544332211 00000000",
        "00000000 aaaaaa 8877665544332211 06000000",
        1,
    );
    let mut decoder = Decoder::new();
    let instance = match decoder.decode_block(&bytes(&format!("06 {DECORATION} {part} {instance}"))).unwrap()
    {
        Object::Instance(instance) => instance,
        Object::Class(_) => panic!("a class"),
    };
    assert_eq!(instance, demo_instance());
    let expected = bytes(&format!("78563412 2d010000 06 {DECORATION} {DEMO_PART} {DEMO_INSTANCE}"));
    assert_eq!(unit(&instance), expected, "it is sent on in ours");
}

#[test]
fn every_string_of_the_dictionary() {
    let class = class("key", [declare("read", Type::array(CimType::String), None)]);
    let texts = ["\"", "", "cimwin32", "DWORD", "dword"].map(|text| Value::String(text.into()));
    let mut instance = Instance::spawn(&class);
    instance.put("read", &Value::Array(CimType::String, texts.to_vec())).unwrap();
    let unit = unit(&instance);
    let end = "00000080 06000000 08000080 09000080 18000000 0064776f726400";
    let end = bytes(&end.replacen("00000080 06000000", "05000000 00000080 02000080", 1));
    assert_eq!(unit[unit.len() - end.len()..], end);
    assert_eq!(decoded(&unit), instance);
    assert_eq!(decoded(&unit).class().name(), "key");
}

#[test]
fn qualifiers_of_an_instance() {
    let mut instance = demo_instance();
    assert!(instance.qualifiers().is_empty() && instance.property_qualifiers(99).is_empty());
    let list =
        Value::Array(CimType::String, vec![Value::String("a".into()), Value::String("\u{3b2}".into())]);
    instance.put_qualifier(Qualifier::new("List", list.clone(), Flavor::NONE)).unwrap();
    let plain = decoded(&unit(&instance));
    assert_eq!(plain.qualifiers().value("list"), Some(&list));
    assert_eq!(plain.qualifiers(), instance.qualifiers());

    instance.put_property_qualifier(1, flag("read", Flavor::NONE)).unwrap();
    let both = decoded(&unit(&instance));
    assert!(both.property_qualifiers(1).is_true("READ"));
    assert!(both.property_qualifiers(0).is_empty() && both.property_qualifiers(2).is_empty());
    assert_eq!(both.qualifiers(), instance.qualifiers());
    assert_eq!(both, demo_instance(), "they don't count when instances are compared");

    let changed = Qualifier::new("key", Value::Boolean(false), Flavor::NONE);
    let refused = instance.put_property_qualifier(0, changed).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_OVERRIDE_NOT_ALLOWED);
    instance.put_property_qualifier(0, flag("key", Flavor::NONE)).unwrap();
    assert!(instance.property_qualifiers(0).is_empty(), "the class says so already");
    let nowhere = instance.put_property_qualifier(3, flag("key", Flavor::NONE)).unwrap_err();
    assert_eq!(nowhere.status(), Status::WBEM_E_NOT_FOUND);
}
