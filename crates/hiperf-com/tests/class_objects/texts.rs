//! `IWbemObjectTextSrc`: objects as CIM-XML and back.

use std::sync::Arc;

use hiperf_cim::{Decoration, Value};
use hiperf_com::object::Object;
use hiperf_com::server::TextSourceObject;
use hiperf_com::{Bstr, ComPtr, Context, IWbemObjectTextSrc, Status};

use super::calls::{Answer, Client, check};
use super::{OK, base, child, text};

const CIM: u32 = 1;
const WMI: u32 = 2;

fn source() -> ComPtr<IWbemObjectTextSrc> {
    ComPtr::new(TextSourceObject)
}

fn get_text(object: &Client, format: u32, context: Option<&Context>) -> Answer<String> {
    let context = context.map_or(std::ptr::null_mut(), |context| context.as_com().as_raw());
    let mut status = Status::WBEM_S_NO_ERROR;
    let bstr = Bstr::receive(|slot| {
        // SAFETY: all pointers live during the call.
        status = unsafe { source().GetText(0, object.0.as_raw(), format, context, slot) };
    });
    check(status)?;
    Ok(String::from_utf16_lossy(bstr.units()))
}

fn create(text: &str, format: u32) -> Answer<Client> {
    let text = Bstr::new(text);
    ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
        // SAFETY: all pointers live during the call.
        unsafe { source().CreateFromText(0, text.as_raw(), format, std::ptr::null_mut(), slot) }
    })
    .map(Client)
}

#[test]
fn instances() {
    let instance = base().spawn().unwrap();
    assert_eq!(instance.put("Name", text("a<b"), 0), OK);
    let written = get_text(&instance, CIM, None).unwrap();
    let expected = concat!(
        r#"<INSTANCE CLASSNAME="Base"><PROPERTY NAME="Name" TYPE="string"><VALUE>a&lt;b</VALUE></PROPERTY>"#,
        r#"<PROPERTY NAME="Size" TYPE="sint32"><VALUE>1</VALUE></PROPERTY><PROPERTY NAME="Total" TYPE="uint64"/></INSTANCE>"#
    );
    assert_eq!(written, expected);
    let read = create(&written, CIM).unwrap();
    assert_eq!(read.compare(&instance, 8), Status::WBEM_S_NO_ERROR);
    assert!(get_text(&instance, WMI, None).unwrap().contains(r#"NAME="__RELPATH" CLASSORIGIN="___SYSTEM""#));
    // With its qualifiers it knows its key, and so its path.
    let context = Context::new();
    context.set("IncludeQualifiers", &Value::Boolean(true)).unwrap();
    context.set("ExcludeSystemProperties", &Value::Boolean(true)).unwrap();
    let written = get_text(&instance, WMI, Some(&context)).unwrap();
    assert!(!written.contains("___SYSTEM"));
    let read = create(&written, WMI).unwrap();
    assert_eq!(read.text_of("__RELPATH").as_deref(), Some("Base.Name=\"a<b\""));
}

/// An object that came from somewhere is written with its path, and read it
/// knows where it came from.
#[test]
fn paths() {
    let from = Decoration { server: "HOST".into(), namespace: "root\\cimv2".into() };
    let class = Object::from_class_object(&base().0).unwrap().class_definition().unwrap();
    let class = Client::from(&Object::from_class_in(&class, Some(Arc::new(from))));
    let context = Context::new();
    context.set("PathLevel", &Value::Sint32(3)).unwrap();
    let written = get_text(&class, WMI, Some(&context)).unwrap();
    assert!(
        written.starts_with("<VALUE.OBJECTWITHPATH><CLASSPATH><NAMESPACEPATH><HOST>HOST</HOST>"),
        "{written}"
    );
    let read = create(&written, WMI).unwrap();
    assert_eq!(read.text_of("__PATH").as_deref(), Some("\\\\HOST\\root\\cimv2:Base"));
    assert_eq!(get_text(&read, WMI, Some(&context)).unwrap(), written);
}

#[test]
fn classes() {
    let class = child();
    let context = Context::new();
    context.set("LocalOnly", &Value::Boolean(true)).unwrap();
    let written = get_text(&class, CIM, Some(&context)).unwrap();
    let expected = concat!(
        r#"<CLASS NAME="Child" SUPERCLASS="Base"><PROPERTY NAME="Size" TYPE="sint32"><VALUE>2</VALUE></PROPERTY>"#,
        r#"<PROPERTY NAME="Own" TYPE="string"/></CLASS>"#
    );
    assert_eq!(written, expected);
    let read = create(&written, CIM).unwrap();
    assert_eq!(read.text_of("__SUPERCLASS").as_deref(), Some("Base"));
    // What its parent is like isn't known, so it can't be changed.
    assert_eq!(read.put("Size", super::i4(3), 0), Err(Status::WBEM_E_INVALID_SUPERCLASS));
    let top = create("<CLASS NAME='Top'><PROPERTY NAME='P' TYPE='uint8'/></CLASS>", WMI).unwrap();
    assert_eq!(top.delete("P"), OK);
}

#[test]
fn what_is_refused() {
    let class = child();
    let error = |answer: Answer<Client>| answer.err();
    for format in 3..=12 {
        assert_eq!(get_text(&class, format, None).err(), Some(Status::WBEM_E_NOT_SUPPORTED));
        assert_eq!(error(create("<CLASS NAME='A'/>", format)), Some(Status::WBEM_E_NOT_SUPPORTED));
    }
    for format in [0, 13] {
        assert_eq!(get_text(&class, format, None).err(), Some(Status::WBEM_E_INVALID_PARAMETER));
    }
    assert_eq!(get_text(&class.derive().unwrap(), CIM, None).err(), Some(Status::WBEM_E_INCOMPLETE_CLASS));
    assert_eq!(error(create("<CLASS", CIM)), Some(Status::WBEM_E_INVALID_SYNTAX));
    assert_eq!(error(create("<OTHER/>", CIM)), Some(Status::WBEM_E_INVALID_OBJECT));
    let context = Context::new();
    for (level, status) in [
        (2, Status::WBEM_E_NONDECORATED_OBJECT),
        (3, Status::WBEM_E_NONDECORATED_OBJECT),
        (4, Status::WBEM_E_INVALID_PARAMETER),
        (-1, Status::WBEM_E_INVALID_PARAMETER),
    ] {
        context.set("PathLevel", &Value::Sint32(level)).unwrap();
        assert_eq!(get_text(&class, CIM, Some(&context)).err(), Some(status), "{level}");
    }
    context.set("PathLevel", &Value::Sint32(1)).unwrap();
    assert!(get_text(&class, CIM, Some(&context)).unwrap().starts_with("<VALUE.NAMEDOBJECT><CLASS "));
    // SAFETY: NULL is what is tested.
    let nothing =
        unsafe { source().GetText(0, std::ptr::null_mut(), 1, std::ptr::null_mut(), std::ptr::null_mut()) };
    assert_eq!(nothing, Status::WBEM_E_INVALID_PARAMETER);
    let (mut slot, object) = (std::ptr::null_mut(), class.0.as_raw());
    // SAFETY: all pointers are valid or NULL.
    let flags = unsafe { source().GetText(1, object, 1, std::ptr::null_mut(), &raw mut slot) };
    assert_eq!(flags, Status::WBEM_E_INVALID_PARAMETER);
}
