//! What is written of any object as CIM-XML, read and written again, is the
//! same text, whatever the dialect, the options and the path.

mod random;

use hiperf_cim::xml::{self, Dialect, Options, PathLevel, XmlObject};
use hiperf_cim::{Decoration, Result, Status};
use random::Random;

const ROUNDS: u32 = 2_000;

fn options(random: &mut Random) -> Options {
    let mut flag = |odds| random.next(odds) == 0;
    Options {
        local_only: false,
        qualifiers: flag(2),
        class_origin: flag(2),
        system_properties: flag(2),
        ..Options::new(if flag(2) { Dialect::Cim } else { Dialect::Wmi })
    }
}

fn write_again(object: &XmlObject, options: Options) -> Result<String> {
    match object {
        XmlObject::Class(class, decoration) => xml::write_class(class, decoration.as_deref(), options),
        XmlObject::Instance(instance) => xml::write_instance(instance, options),
    }
}

/// Why something has no text: a character that XML can't hold, an array of
/// references in CIM's dialect, a reference that is no path.
fn has_no_text(error: Status) -> bool {
    matches!(error, Status::WBEM_E_NOT_SUPPORTED | Status::WBEM_E_INVALID_OBJECT_PATH)
}

#[test]
fn any_object() {
    let mut random = Random(0x5EED_0F0F_1357_9BDF);
    let mut written = 0;
    for _ in 0..ROUNDS {
        let (class, options) = (random.class(), options(&mut random));
        let mut instance = random.instance(&class);
        let decoration = Decoration { server: "Host".into(), namespace: "root\\cimv2".into() };
        let decoration = (random.next(2) == 0).then_some(decoration);
        instance.decorate(decoration.clone().map(Into::into));
        let texts =
            [xml::write_instance(&instance, options), xml::write_class(&class, decoration.as_ref(), options)];
        for text in texts {
            let text = match text {
                Ok(text) => text,
                Err(error) if has_no_text(error.status()) => continue,
                Err(error) => panic!("{error}"),
            };
            written += 1;
            let read = xml::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(write_again(&read, options).unwrap(), text);
        }
    }
    assert!(written > ROUNDS / 4, "only {written} of {ROUNDS} objects had a text");
}

#[test]
fn paths() {
    use hiperf_cim::mof::{Compiled, compile, parse};
    let text = "
        class Part { [key] string Id; real64 Size; };
        class Link { [key] Part ref From; [key] uint32 N; [key] boolean B; string Note; };
        class Below : Link { string Own; };
        [Singleton] class Only { string Note; };
        class Nameless { string Note; };
        instance of Part { Id = \"a\\\"<\\\\\"; };
        instance of Below { From = \"\\\\\\\\h\\\\root:Part.Id=\\\"x\\\"\"; N = 7; B = TRUE; Own = \"o\"; };
        instance of Only { };";
    let nothing = |_: Option<&str>, _: &str| None;
    let decoration = Decoration { server: "Host".into(), namespace: "root\\cimv2".into() };
    let levels = [PathLevel::Name, PathLevel::LocalPath, PathLevel::Path];
    let mut shown = Vec::new();
    for compiled in compile(&parse(text), &nothing).unwrap() {
        for dialect in [Dialect::Cim, Dialect::Wmi] {
            for path_level in levels {
                for qualifiers in [false, true] {
                    let system_properties = path_level == PathLevel::Path;
                    let options =
                        Options { path_level, qualifiers, system_properties, ..Options::new(dialect) };
                    let text = match &compiled {
                        Compiled::Class { class, .. } => xml::write_class(class, Some(&decoration), options),
                        Compiled::Instance { instance, .. } => {
                            let mut instance = instance.clone();
                            instance.decorate(Some(decoration.clone().into()));
                            xml::write_instance(&instance, options)
                        }
                        other => panic!("{other:?}"),
                    };
                    let text = text.unwrap();
                    let read = xml::read(&text).unwrap();
                    assert_eq!(write_again(&read, options).unwrap(), text);
                    if dialect == Dialect::Cim && !qualifiers {
                        shown.push(text);
                    }
                }
            }
        }
    }
    let find = |start: &str| assert!(shown.iter().any(|text| text.starts_with(start)), "{start}\n{shown:#?}");
    find("<VALUE.NAMEDOBJECT><CLASS NAME=\"Part\">");
    find(concat!(
        "<VALUE.NAMEDOBJECT><INSTANCENAME CLASSNAME=\"Part\"><KEYBINDING NAME=\"Id\">",
        "<KEYVALUE VALUETYPE=\"string\">a&quot;&lt;\\</KEYVALUE></KEYBINDING></INSTANCENAME><INSTANCE CLASSNAME=\"Part\">"
    ));
    find(concat!(
        "<VALUE.OBJECTWITHLOCALPATH><LOCALCLASSPATH><LOCALNAMESPACEPATH><NAMESPACE NAME=\"root\"/>",
        "<NAMESPACE NAME=\"cimv2\"/></LOCALNAMESPACEPATH><CLASSNAME NAME=\"Part\"/></LOCALCLASSPATH><CLASS NAME=\"Part\">"
    ));
    find(concat!(
        "<VALUE.OBJECTWITHPATH><INSTANCEPATH><NAMESPACEPATH><HOST>Host</HOST><LOCALNAMESPACEPATH>",
        "<NAMESPACE NAME=\"root\"/><NAMESPACE NAME=\"cimv2\"/></LOCALNAMESPACEPATH></NAMESPACEPATH>",
        "<INSTANCENAME CLASSNAME=\"Only\"/></INSTANCEPATH><INSTANCE CLASSNAME=\"Only\">"
    ));
    find(concat!(
        "<VALUE.NAMEDOBJECT><INSTANCENAME CLASSNAME=\"Below\"><KEYBINDING NAME=\"From\"><VALUE.REFERENCE>",
        "<INSTANCEPATH><NAMESPACEPATH><HOST>h</HOST>"
    ));
}

#[test]
fn what_has_no_path() {
    use hiperf_cim::Instance;
    use hiperf_cim::mof::{Compiled, compile, parse};
    let nothing = |_: Option<&str>, _: &str| None;
    let compiled = compile(&parse("class A { [key] string K; };"), &nothing).unwrap();
    let [Compiled::Class { class, .. }] = compiled.as_slice() else { panic!("{compiled:?}") };
    let at = |path_level| Options { path_level, ..Options::new(Dialect::Cim) };
    let mut instance = Instance::spawn(class);
    let refused = |instance: &Instance, level| xml::write_instance(instance, at(level)).unwrap_err().status();
    assert_eq!(refused(&instance, PathLevel::Name), Status::WBEM_E_INVALID_OBJECT);
    instance.put("K", &hiperf_cim::Value::String("x".into())).unwrap();
    assert!(xml::write_instance(&instance, at(PathLevel::Name)).is_ok());
    assert_eq!(refused(&instance, PathLevel::LocalPath), Status::WBEM_E_NONDECORATED_OBJECT);
    let refused = xml::write_class(class, None, at(PathLevel::Path)).unwrap_err();
    assert_eq!(refused.status(), Status::WBEM_E_NONDECORATED_OBJECT);
    for text in ["<VALUE.NAMEDOBJECT/>", "<VALUE.NAMEDOBJECT><A/><CLASS NAME='A'/></VALUE.NAMEDOBJECT>"] {
        assert_eq!(xml::read(text).unwrap_err().status(), Status::WBEM_E_INVALID_OBJECT, "{text}");
    }
}
