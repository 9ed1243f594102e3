//! Objects that Windows encoded, with what they mean.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hiperf_cim::wmio::{ClassObject, Decoder, Object, encode_class, encode_instance};
use hiperf_cim::{
    CimType, Class, ClassBuilder, Decoration, Flavor, Instance, PropertyDeclaration, Qualifier, Type, Value,
};

/// The folder of the encodings; `None` where there are no corpora.
fn folder() -> Option<PathBuf> {
    match std::env::var_os("HIPERF_CORPORA") {
        Some(corpora) => Some(Path::new(&corpora).join("wmio")),
        None if std::env::var_os("HIPERF_CI").is_some() => panic!("HIPERF_CORPORA is not set"),
        None => {
            println!("skipped: HIPERF_CORPORA is not set");
            None
        }
    }
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(folder.join(format!("{name}.dump"))).unwrap();
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn flag(name: &str) -> Qualifier {
    Qualifier::new(name, Value::Boolean(true), Flavor::NONE)
}

fn declare(
    name: &str,
    ty: impl Into<Type>,
    qualifiers: &[&str],
    default: Option<&str>,
) -> PropertyDeclaration {
    PropertyDeclaration {
        name: name.into(),
        ty: ty.into(),
        class_name: None,
        qualifiers: qualifiers.iter().map(|name| flag(name)).collect(),
        default: default.map(|text| Value::String(text.into())),
    }
}

/// `class Base` of the example's MOF.
fn base() -> Arc<Class> {
    let mut builder = ClassBuilder::new("Base", None).unwrap();
    builder.property(declare("Id", CimType::Sint32, &["key"], None)).unwrap();
    builder.build().unwrap()
}

/// `class MyClass : Base` of the example's MOF.
fn my_class() -> Arc<Class> {
    let mut builder = ClassBuilder::new("MyClass", Some(base())).unwrap();
    let description = Value::String("MyClass Example".into());
    builder.qualifier(Qualifier::new("Description", description, Flavor::NONE)).unwrap();
    builder.property(declare("Data1", CimType::String, &["read", "write"], None)).unwrap();
    builder.property(declare("Data2", CimType::String, &[], Some("defaultValue"))).unwrap();
    builder.property(declare("Array", Type::array(CimType::Uint32), &[], None)).unwrap();
    builder.build().unwrap()
}

fn decoration() -> Option<Arc<Decoration>> {
    let (server, namespace) = ("DPRAVAT-DEV".into(), "ROOT".into());
    Some(Arc::new(Decoration { server, namespace }))
}

#[track_caller]
fn class(bytes: &[u8]) -> ClassObject {
    match Decoder::new().decode(bytes).unwrap() {
        Object::Class(class) => class,
        Object::Instance(instance) => panic!("an instance of {}", instance.class().name()),
    }
}

/// Both classes have the same properties, qualifiers and methods.
#[track_caller]
fn same(class: &Class, other: &Class) {
    assert_eq!(class.name(), other.name());
    assert!(class.derivation().eq(other.derivation()));
    assert_eq!(class.qualifiers(), other.qualifiers());
    assert_eq!(class.properties().len(), other.properties().len());
    for (one, two) in class.properties().iter().zip(other.properties()) {
        let name = one.name();
        assert_eq!((name, one.ty(), one.origin()), (two.name(), two.ty(), two.origin()));
        assert_eq!(one.default_value(), two.default_value(), "{name}");
        assert_eq!((one.is_key(), one.is_local()), (two.is_key(), two.is_local()), "{name}");
        assert_eq!(one.qualifiers(), two.qualifiers(), "{name}");
    }
    assert_eq!(class.methods().len(), other.methods().len());
}

#[test]
fn classes_are_what_their_mof_says() {
    let Some(folder) = folder() else { return };
    let bytes = read(&folder, "wmio_structure_example");
    let decoded = class(&bytes);
    assert_eq!(decoded.decoration, decoration());
    assert_eq!(decoded.prototype, None);
    same(&decoded.class, &my_class());
    same(decoded.class.superclass().unwrap(), &base());

    // What came is kept, so the class is sent on as Windows wrote it.
    let mut again = Vec::new();
    encode_class(&decoded, &mut again).unwrap();
    assert_eq!(again[8..], block(&bytes));
}

/// Where the parts of the classes lie in the block of the example.
const BASE: usize = 1 + 13 + 6;
const BASE_METHODS: usize = BASE + 0x66;
const MY_CLASS: usize = BASE_METHODS + 12;
const MY_METHODS: usize = MY_CLASS + 0x176;

/// The block of the example without what has no meaning: two random bytes
/// before the heap of methods, and what is left over at the end.
fn block(unit: &[u8]) -> Vec<u8> {
    let mut block = unit[8..8 + MY_METHODS + 12].to_vec();
    for methods in [BASE_METHODS, MY_METHODS] {
        block[methods + 6..methods + 8].fill(0);
    }
    block
}

#[test]
fn our_own_encoding_is_windows_encoding() {
    let Some(folder) = folder() else { return };
    let mut expected = block(&read(&folder, "wmio_structure_example"));
    // The bits of no property in the NdTable of Base.
    let nd = BASE + 13 + 4 + 4 + 4 + 8;
    assert_eq!(std::mem::replace(&mut expected[nd], 0b01), 0b0101);
    // Six unused bytes at the end of the heap of MyClass.
    let (heap, surplus) = (MY_METHODS - 0x111 - 4, 6);
    assert!(expected.drain(MY_METHODS - surplus..MY_METHODS).all(|byte| byte == 0));
    for at in [MY_CLASS, heap] {
        assert!([0x76, 0x11].contains(&expected[at]));
        expected[at] -= 6;
    }

    let mut out = Vec::new();
    let object = ClassObject { class: my_class(), decoration: decoration(), prototype: None };
    encode_class(&object, &mut out).unwrap();
    assert_eq!(out[8..], expected);
}

#[test]
fn an_instance_is_what_its_mof_says() {
    let Some(folder) = folder() else { return };
    let bytes = read(&folder, "wmio_instance_encoding");
    let mut decoder = Decoder::new();
    let decoded = decoder.decode(&bytes).unwrap();
    let Object::Instance(decoded) = decoded else { panic!("a class") };
    assert_eq!(decoded.get("Id").unwrap(), Value::Sint32(123));
    assert_eq!(decoded.get("Data1").unwrap(), Value::String("StringField".into()));
    assert_eq!(decoded.get("Data2").unwrap(), Value::String("defaultValue".into()));
    assert!(decoded.is_default(2));
    let array = [1, 2, 3].map(Value::Uint32).to_vec();
    assert_eq!(decoded.get("Array").unwrap(), Value::Array(CimType::Uint32, array.clone()));
    assert_eq!(decoded.relpath().unwrap(), "MyClass.Id=123");
    same(decoded.class(), &my_class());
    assert!(decoded.class().superclass().is_none());

    let mut again = Vec::new();
    encode_instance(&decoded, &mut again).unwrap();
    assert_eq!(again, bytes, "byte for byte");

    let mut own = Instance::spawn(&my_class());
    own.put("Data1", &Value::String("StringField".into())).unwrap();
    own.put("Array", &Value::Array(CimType::Uint32, array)).unwrap();
    own.put("Id", &Value::Sint32(123)).unwrap();
    own.decorate(decoration());
    assert_eq!(own, decoded);
    let mut out = Vec::new();
    encode_instance(&own, &mut out).unwrap();
    assert_eq!(out[out.len() - 0x49..], bytes[bytes.len() - 0x49..], "the instance's part, byte for byte");

    let Object::Instance(second) = decoder.decode(&bytes).unwrap() else { panic!("a class") };
    assert!(Arc::ptr_eq(second.class(), decoded.class()), "one class for both");
}

#[test]
fn a_class_with_methods() {
    let Some(folder) = folder() else { return };
    let bytes = read(&folder, "wmio_class_encoding_with_methods");
    let decoded = class(&bytes);
    let class = &decoded.class;
    same(class.superclass().unwrap(), &my_class());
    assert!(class.derivation().eq(["MyClass", "Base"]));
    assert!(class.properties().iter().all(|property| !property.is_local()));
    assert_eq!(class.property("Data2").unwrap().default_value(), &Value::String("defaultValue".into()));

    let [restart] = class.methods() else { panic!("{} methods", class.methods().len()) };
    assert_eq!((restart.name(), restart.origin(), restart.is_local()), ("Restart", "MyClass2", true));
    assert!(restart.qualifiers().is_true("execute"));
    let performance = ["fast", "sideffects"].map(|text| Value::String(text.into())).to_vec();
    assert_eq!(restart.qualifiers().value("performance"), Some(&Value::Array(CimType::String, performance)));
    let (input, output) = (restart.input().unwrap(), restart.output().unwrap());
    let [service] = input.properties() else { panic!("one parameter") };
    assert_eq!((service.name(), service.ty()), ("ServiceName", Type::scalar(CimType::String)));
    assert!(service.qualifiers().is_true("in") && input.is_abstract());
    assert_eq!(service.qualifiers().integer("ID"), Some(0));
    let status = output.property("Status").unwrap();
    assert_eq!((status.ty(), status.class_name()), (Type::scalar(CimType::Object), Some("int")));
    assert_eq!(status.qualifiers().get("id").unwrap().flavor, Flavor(0x11));
    assert_eq!(output.property("ReturnValue").unwrap().ty(), Type::scalar(CimType::Uint32));

    let mut again = Vec::new();
    encode_class(&decoded, &mut again).unwrap();
    let again = self::class(&again);
    same(&again.class, class);
    let method = &again.class.methods()[0];
    assert_eq!((method.name(), method.origin()), ("Restart", "MyClass2"));
    assert_eq!(method.qualifiers(), restart.qualifiers());
    same(method.input().unwrap(), input);
    same(method.output().unwrap(), output);
}
