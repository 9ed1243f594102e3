//! Text in, text out.

use std::sync::Arc;

use super::{Dialect, Options, XmlObject, read, write_class, write_instance};
use crate::mof::{Compiled, Printer, compile, parse};
use crate::path::ObjectPath;
use crate::{Class, Comparison, Instance, Status};

const MOF: &str = r#"
    [Note("<&>\"") : ToInstance] class Part { [key] string Id; real64 Size = 0.5; };
    [Dynamic : ToInstance ToSubclass DisableOverride, Codes{1, 2} : Amended]
    class Whole
    {
        [key, Description("the name") : ToInstance] string Name;
        uint64 Big = 18446744073709551615;
        sint8 Small[] = {-1, 2};
        char16 Letter = 'x';
        datetime When = "20240305140709.123456+060";
        boolean Flag = TRUE;
        Part ref Main = "\\\\host\\root\\cimv2:Part.Id=\"a\\\"b\"";
        Part Inner = instance of Part { Id = "<x>"; };
        Part Inners[];
        [Implemented] uint32 Run([in] string a, [in, out] Part ref b, [out] uint8 list[]);
        void Stop();
    };
    class Below : Whole { boolean Flag = FALSE; uint32 Own; };
    instance of Whole
    {
        Name = "  line\n\ttab  ";
        Inners = {instance of Part { Id = "1"; }, instance of Part { Id = "2"; Size = NULL; }};
        Small = {};
        Main = "Part.Id=\"z\"";
    };
"#;

fn compiled() -> (Vec<Arc<Class>>, Instance) {
    let nothing = |_: Option<&str>, _: &str| None::<Arc<Class>>;
    let (mut classes, mut instances) = (Vec::new(), Vec::new());
    for object in compile(&parse(MOF), &nothing).unwrap() {
        match object {
            Compiled::Class { class, .. } => classes.push(class),
            Compiled::Instance { instance, .. } => instances.push(instance),
            _ => {}
        }
    }
    (classes, instances.remove(0))
}

fn everything(dialect: Dialect) -> Options {
    Options { qualifiers: true, class_origin: true, ..Options::new(dialect) }
}

fn class(text: &str) -> Arc<Class> {
    match read(text).unwrap() {
        XmlObject::Class(class, _) => class,
        XmlObject::Instance(_) => panic!("{text}"),
    }
}

fn instance(text: &str) -> Instance {
    match read(text).unwrap() {
        XmlObject::Instance(instance) => *instance,
        XmlObject::Class(..) => panic!("{text}"),
    }
}

#[test]
fn a_small_instance() {
    let text = r#"<INSTANCE CLASSNAME="Part"><PROPERTY NAME="Id" TYPE="string"><VALUE>a&lt;b&#10;</VALUE></PROPERTY><PROPERTY NAME="Size" TYPE="real64"><VALUE>0.5</VALUE></PROPERTY></INSTANCE>"#;
    let read = instance(text);
    assert_eq!(read.get("id").unwrap().to_string(), "a<b\n");
    assert_eq!(write_instance(&read, Options::new(Dialect::Cim)).unwrap(), text);
}

#[test]
fn system_properties_are_wmis() {
    let (_, whole) = compiled();
    let options = Options::new(Dialect::Wmi);
    let text = write_instance(&whole, options).unwrap();
    assert!(text.contains(r#"<PROPERTY NAME="__CLASS" CLASSORIGIN="___SYSTEM" TYPE="string"><VALUE>Whole</VALUE></PROPERTY>"#), "{text}");
    assert!(text.contains(r#"<PROPERTY.ARRAY NAME="__DERIVATION" CLASSORIGIN="___SYSTEM" TYPE="string"><VALUE.ARRAY/></PROPERTY.ARRAY>"#));
    assert!(text.contains(r#"<PROPERTY NAME="__PATH" CLASSORIGIN="___SYSTEM" TYPE="string"/>"#));
    assert!(text.contains(
        r#"<PROPERTY.OBJECT NAME="Inner" REFERENCECLASS="Part"><VALUE.OBJECT><INSTANCE CLASSNAME="Part">"#
    ));
    let without = Options { system_properties: false, ..options };
    assert!(!write_instance(&whole, without).unwrap().contains("___SYSTEM"));
    let cim = write_instance(&whole, Options::new(Dialect::Cim)).unwrap();
    assert!(
        !cim.contains("___SYSTEM")
            && cim.contains(r#"TYPE="string" EmbeddedObject="object"><VALUE>&lt;INSTANCE"#),
        "{cim}"
    );
}

/// What is read is what was written, in all that an instance says.
#[test]
fn instances_survive() {
    let (_, whole) = compiled();
    for dialect in [Dialect::Cim, Dialect::Wmi] {
        let text = write_instance(&whole, everything(dialect)).unwrap();
        let read = instance(&text);
        let same = |of: &Instance| Printer::new().instance(of).replace("\t\tSize = NULL;\n", "");
        assert_eq!(same(&read), same(&whole), "{text}");
        assert_eq!(write_instance(&read, everything(dialect)).unwrap(), text);
        assert_eq!(read.class().property("Name").unwrap().qualifiers().text("description"), Some("the name"));
        assert!(read.class().property("Name").unwrap().is_key());
    }
}

#[test]
fn classes_survive() {
    let (classes, _) = compiled();
    for original in &classes[..2] {
        let text = write_class(original, None, everything(Dialect::Wmi)).unwrap();
        let read = class(&text);
        // An embedded default is of a class that says no more than its values.
        assert!(
            Comparison::IGNORE_DEFAULT_VALUES.classes(original, &read),
            "{text}\n{original:#?}\n{read:#?}"
        );
        assert_eq!(write_class(&read, None, everything(Dialect::Wmi)).unwrap(), text);
    }
}

#[test]
fn a_class_knows_its_parent_by_name() {
    let (classes, _) = compiled();
    let below = &classes[2];
    let text = write_class(below, None, everything(Dialect::Wmi)).unwrap();
    let read = class(&text);
    assert_eq!((read.superclass_name(), read.superclass().is_none()), (Some("Whole"), true));
    let told = |class: &Class| {
        let told =
            |p: &crate::Property| (p.name().to_owned(), p.is_local(), p.origin().to_owned(), p.is_key());
        class.properties().iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(told(&read), told(below));
    assert!(!read.method("Run").unwrap().is_local());
    let local = Options { local_only: true, ..everything(Dialect::Cim) };
    let expected = r#"<CLASS NAME="Below" SUPERCLASS="Whole"><PROPERTY NAME="Flag" TYPE="boolean" CLASSORIGIN="Whole"><VALUE>FALSE</VALUE></PROPERTY><PROPERTY NAME="Own" TYPE="uint32" CLASSORIGIN="Below"/></CLASS>"#;
    assert_eq!(write_class(below, None, local).unwrap(), expected);
}

#[test]
fn references() {
    for path in [
        "Part",
        r"root\cimv2:Part",
        r"\\host\root\cimv2:Part",
        "Part=@",
        "Part=5",
        "Part.A=TRUE,B=-1,C=\"x\\\"y\"",
        r"\\host\root:Part.Id=1.5",
    ] {
        let element = super::reference::write(&ObjectPath::parse(path).unwrap()).unwrap();
        let holder = super::element::Element::new("VALUE.REFERENCE").with_children([element]);
        assert_eq!(super::reference::read(&holder).unwrap(), path);
    }
    let nested = r#"<INSTANCE CLASSNAME="L"><PROPERTY.REFERENCE NAME="r"><VALUE.REFERENCE><INSTANCENAME CLASSNAME="A"><KEYBINDING NAME="k"><VALUE.REFERENCE><CLASSNAME NAME="B"/></VALUE.REFERENCE></KEYBINDING></INSTANCENAME></VALUE.REFERENCE></PROPERTY.REFERENCE></INSTANCE>"#;
    assert_eq!(instance(nested).get("r").unwrap().to_string(), "A.k=\"B\"");
}

#[track_caller]
fn refused(text: &str, status: Status) {
    assert_eq!(read(text).unwrap_err().status(), status, "{text}");
}

#[test]
fn what_is_refused() {
    let syntax = Status::WBEM_E_INVALID_SYNTAX;
    for text in [
        "",
        "<",
        "<A",
        "<A>",
        "<A></B>",
        "<A/>x",
        "<A a='1' a='2'/>",
        "<A a=1/>",
        "<A>&no;</A>",
        "<A>&#0;</A>",
        "<A>&#x110000;</A>",
        "<A>\u{1}</A>",
        "<!DOCTYPE A [<!ENTITY x 'y'>]><A/>",
        "<A><!-- </A>",
        "<A>&#+65;</A>",
    ] {
        refused(text, syntax);
    }
    refused(&"<A>".repeat(100_000), syntax);
    let object = Status::WBEM_E_INVALID_OBJECT;
    refused("<?xml version='1.0'?><!-- c --><!DOCTYPE CIM SYSTEM 'x'><A/>", object);
    refused("<INSTANCE/>", object);
    refused("<CLASS NAME='A'><PROPERTY NAME='P' TYPE='word'/></CLASS>", object);
    // Objects within each other, each as the text of the one around it.
    let within = |inner: String, _| {
        let inner = super::element::Element::new("VALUE").with_text(inner).to_string();
        format!(
            "<INSTANCE CLASSNAME='A'><PROPERTY NAME='P' TYPE='string' EmbeddedObject='object'>{inner}</PROPERTY></INSTANCE>"
        )
    };
    let innermost = "<INSTANCE CLASSNAME='A'/>".to_owned();
    assert!(read(&(0..60).fold(innermost.clone(), within)).is_ok());
    refused(&(0..70).fold(innermost, within), object);
    refused("<CLASS NAME='A'><PROPERTY.NONE NAME='P' TYPE='string'/></CLASS>", object);
    let value = |ty: &str, value: &str| {
        format!("<INSTANCE CLASSNAME='A'><PROPERTY NAME='P' TYPE='{ty}'>{value}</PROPERTY></INSTANCE>")
    };
    let mismatch = Status::WBEM_E_TYPE_MISMATCH;
    for (ty, text) in [
        ("uint8", "256"),
        ("uint8", "+-1"),
        ("uint8", ""),
        ("real32", "infinity"),
        ("char16", "ab"),
        ("boolean", "1"),
        ("datetime", "today"),
        ("sint64", "9223372036854775808"),
    ] {
        refused(&value(ty, &format!("<VALUE>{text}</VALUE>")), mismatch);
    }
    let nulls = "<INSTANCE CLASSNAME='A'><PROPERTY.ARRAY NAME='P' TYPE='uint8'><VALUE.ARRAY><VALUE.NULL/></VALUE.ARRAY></PROPERTY.ARRAY></INSTANCE>";
    refused(nulls, Status::WBEM_E_ILLEGAL_NULL);
    assert_eq!(instance(&value("uint8", "<VALUE>0xFF</VALUE>")).get("P").unwrap().to_string(), "255");
    assert_eq!(instance(&value("real64", "<VALUE>-INF</VALUE>")).get("P").unwrap().to_string(), "-inf");
    assert!(instance(&value("uint8", "")).get("P").unwrap().is_null());
}

#[test]
fn what_has_no_form() {
    let (_, mut whole) = compiled();
    whole.put("Name", &crate::Value::String("\u{1}".into())).unwrap();
    let refused = write_instance(&whole, Options::new(Dialect::Cim)).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_NOT_SUPPORTED);
    whole.put("Name", &crate::Value::Null).unwrap();
    whole.put("Letter", &crate::Value::Char16(0xD800)).unwrap();
    let refused = write_instance(&whole, Options::new(Dialect::Cim)).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_NOT_SUPPORTED);
    whole.put("Letter", &crate::Value::Null).unwrap();
    whole.put("Main", &crate::Value::Reference("no path at all".into())).unwrap();
    let refused = write_instance(&whole, Options::new(Dialect::Wmi)).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_INVALID_OBJECT_PATH);
}

#[test]
fn a_class_is_a_value() {
    let (classes, mut whole) = compiled();
    let mut builder = crate::ClassBuilder::new("Event", None).unwrap();
    let target = crate::PropertyDeclaration {
        name: "Target".into(),
        ty: crate::CimType::Object.into(),
        class_name: None,
        qualifiers: Vec::new(),
        default: None,
    };
    builder.property(target).unwrap();
    let object = crate::wmio::ClassObject { class: classes[0].clone(), decoration: None, prototype: None };
    let value = crate::Value::Class(Box::new(object));
    whole.put("Inner", &value).unwrap();
    let mut event = Instance::spawn(&builder.build().unwrap());
    event.put("Target", &value).unwrap();
    for (instance, name) in [(&event, "Target"), (&whole, "Inner")] {
        for dialect in [Dialect::Wmi, Dialect::Cim] {
            let text = write_instance(instance, everything(dialect)).unwrap();
            let XmlObject::Instance(again) = read(&text).unwrap() else { panic!("{text}") };
            let crate::Value::Class(part) = again.get(name).unwrap() else { panic!("{text}") };
            assert_eq!((part.class.name(), part.class.properties().len()), ("Part", 2));
        }
    }
}

/// Damaged texts are refused or read, but never more than that.
#[test]
fn damage_does_no_harm() {
    let (classes, whole) = compiled();
    let texts = [
        write_class(&classes[1], None, everything(Dialect::Wmi)),
        write_instance(&whole, everything(Dialect::Cim)),
    ];
    for text in texts.map(Result::unwrap) {
        for at in (0..text.len()).step_by(7) {
            let _refused = read(&text[..at]);
            for damage in ["", "<", "&", "\"", "/", "\u{FFFF}"] {
                let damaged = format!("{}{damage}{}", &text[..at], &text[at + 1..]);
                if let Ok(XmlObject::Instance(instance)) = read(&damaged) {
                    let _written = write_instance(&instance, everything(Dialect::Wmi));
                }
            }
        }
    }
}
