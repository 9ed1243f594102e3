//! `IHiPerfValueReason`: how a provider says why a value is missing, and how
//! whoever reads the object learns it.

use std::path::Path;
use std::sync::Arc;

use hiperf_cim::mof::{self, Compiled, Compiler};
use hiperf_cim::{Class, Instance, PropertyHandle, Reason, Status, Value};
use hiperf_com::access::ObjectAccess;
use hiperf_com::object::Object;
use hiperf_com::{ComPtr, IHiPerfValueReason, IUnknown, IWbemObjectAccess, Interface};

const OK: Status = Status::WBEM_S_NO_ERROR;

fn class() -> Arc<Class> {
    let text = r#"class Queue { [key] string Name; uint64 Length; uint32 Depth; [Unsupported("why")] uint64 None; };
                  class Other { uint64 Length; };"#;
    let find = |_: Option<&str>, _: &str| None;
    let compiled = Compiler::new(&find).compile(&mof::parse(text)).unwrap();
    match compiled.into_iter().next().unwrap() {
        Compiled::Class { class, .. } => class,
        _ => panic!("the first is a class"),
    }
}

fn object(class: &Arc<Class>) -> (Object, ObjectAccess) {
    let object = Object::new(Instance::spawn(class));
    let access = ObjectAccess::new(object.access().clone());
    (object, access)
}

#[test]
fn a_reason_is_of_a_null_only() {
    let class = class();
    let (object, access) = object(&class);
    let length = class.handle("Length").unwrap();
    assert_eq!(access.why(length), Ok(None));
    access.write_missing(length, Reason::Denied).unwrap();
    assert_eq!(access.why(length), Ok(Some(Reason::Denied)));
    assert_eq!(object.read_u64(length), Ok(None));
    assert_eq!(access.why(class.handle("Depth").unwrap()), Ok(None));
    // A value needs no reason, and after it the old reason is not there again.
    access.write_u64(length, 7).unwrap();
    assert_eq!((access.why(length), object.why_at(length.index())), (Ok(None), None));
    access.write_null(length).unwrap();
    assert_eq!(access.why(length), Ok(None));
    access.write_missing(length, Reason::Gone).unwrap();
    access.put("Length", &Value::Null).unwrap();
    assert_eq!(access.why(length), Ok(None));
}

#[test]
fn what_the_class_marks_as_unsupported_is() {
    let class = class();
    let (_, access) = object(&class);
    let none = class.handle("None").unwrap();
    assert_eq!(access.why(none), Ok(Some(Reason::Unsupported)));
    access.write_missing(none, Reason::NotAsked).unwrap();
    assert_eq!(access.why(none), Ok(Some(Reason::NotAsked)));
    access.write_u64(none, 0).unwrap();
    assert_eq!(access.why(none), Ok(None));
}

#[test]
fn a_refresh_copies_reasons_with_the_values() {
    let class = class();
    let [(provider, writes), (client, reads)] = [object(&class), object(&class)];
    let [length, depth] = ["Length", "Depth"].map(|name| class.handle(name).unwrap());
    writes.write_missing(length, Reason::Reset).unwrap();
    writes.write_u32(depth, 1).unwrap();
    client.copy_from(&provider).unwrap();
    assert_eq!((reads.why(length), reads.why(depth)), (Ok(Some(Reason::Reset)), Ok(None)));
    assert_eq!(client.to_instance().why(length), Ok(Some(Reason::Reset)));
    assert_eq!(reads.clone_object().unwrap().why(length), Ok(Some(Reason::Reset)));
    // What is left open is explained by whoever knows; what was said stays.
    writes.write_null(depth).unwrap();
    client.copy_from(&provider).unwrap();
    client.explain(Reason::Stale);
    assert_eq!((reads.why(length), reads.why(depth)), (Ok(Some(Reason::Reset)), Ok(Some(Reason::Stale))));
    let silent = Object::new(Instance::spawn(&class));
    client.copy_from(&silent).unwrap();
    assert_eq!((reads.why(length), reads.why(depth)), (Ok(None), Ok(None)));
}

/// The two slots as a program in C calls them.
#[test]
fn the_slots() {
    let class = class();
    let (object, _) = object(&class);
    let reasons: ComPtr<IHiPerfValueReason> = object.access().cast().unwrap();
    // It is the same object at the same place, whichever way one comes to it.
    assert_eq!(reasons.as_raw().cast(), object.access().as_raw());
    let again: ComPtr<IWbemObjectAccess> = reasons.cast().unwrap();
    let [one, other] = [&again, object.access()].map(|access| access.cast::<IUnknown>().unwrap());
    assert_eq!(one.as_raw(), other.as_raw());
    let length = class.handle("Length").unwrap().0;
    // SAFETY: no pointers.
    let set = |handle, code| unsafe { reasons.SetReason(handle, code) };
    let get = |handle| {
        let mut code = -1;
        // SAFETY: the code lives during the call.
        let status = unsafe { reasons.GetReason(handle, &raw mut code) };
        (status, code)
    };
    for reason in Reason::ALL {
        assert_eq!(set(length, reason.code().into()), OK);
        assert_eq!(get(length), (OK, reason.code().into()));
    }
    assert_eq!((set(length, 0), get(length)), (OK, (OK, 0)));
    for unknown in [-1, 200, 256, i32::MAX] {
        assert_eq!(set(length, unknown), Status::WBEM_E_INVALID_PARAMETER);
    }
    let foreign = PropertyHandle(length ^ (1 << 20)).0;
    assert_eq!(set(foreign, 1), Status::WBEM_E_INVALID_HANDLE_REQUEST);
    assert_eq!(get(foreign), (Status::WBEM_E_INVALID_HANDLE_REQUEST, 0));
    // SAFETY: NULL is refused.
    let status = unsafe { reasons.GetReason(length, std::ptr::null_mut()) };
    assert_eq!(status, Status::WBEM_E_INVALID_PARAMETER);
    // A class has no values that could be missing.
    let definition = Object::from_class(&class);
    let definition: ComPtr<IHiPerfValueReason> = definition.access().cast().unwrap();
    // SAFETY: no pointers.
    assert_eq!(unsafe { definition.SetReason(length, 1) }, Status::WBEM_E_INVALID_OPERATION);
}

/// The numbers in `hiperf.h` are those of [`Reason`], and the IID is ours.
#[test]
fn the_header_has_the_same_numbers() {
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include/hiperf.h");
    let header = std::fs::read_to_string(header).unwrap();
    let mut declared: Vec<(String, u8)> = Vec::new();
    for line in header.lines() {
        let Some((name, rest)) =
            line.trim().strip_prefix("HIPERF_REASON_").and_then(|rest| rest.split_once(" = "))
        else {
            continue;
        };
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        declared.push((name.replace('_', "").to_lowercase(), digits.parse().unwrap()));
    }
    let ours = Reason::ALL.map(|reason| (format!("{reason:?}").to_lowercase(), reason.code()));
    assert_eq!(declared[0], ("none".to_owned(), 0));
    assert_eq!(declared[1..], ours);
    let line = header.lines().find(|line| line.starts_with("HIPERF_GUID(IID_IHiPerfValueReason, ")).unwrap();
    let digits: String = line.split("0x").skip(1).flat_map(|part| part.split([',', ')']).next()).collect();
    assert_eq!(digits, IHiPerfValueReason::IID.to_string().replace(['{', '}', '-'], ""));
}
