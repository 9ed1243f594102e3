//! `IWbemClassObject`, `IWbemQualifierSet` and `IEnumWbemClassObject` slot by
//! slot, as a client in C calls them: what each answers, and what it leaves in
//! its out parameters.

use std::ptr::{null, null_mut};
use std::sync::Arc;

use hiperf_cim::mof::{self, Compiled, Compiler};
use hiperf_cim::{Class, Instance, Status, Value};
use hiperf_com::object::Object;
use hiperf_com::server::enumerator;
use hiperf_com::{
    Bstr, ComPtr, IEnumWbemClassObject, IWbemClassObject, IWbemQualifierSet, OwnedSafeArray, RawBstr,
    Variant, WideString,
};

const OK: Status = Status::WBEM_S_NO_ERROR;
const INVALID: Status = Status::WBEM_E_INVALID_PARAMETER;
const NOT_FOUND: Status = Status::WBEM_E_NOT_FOUND;
const END: Status = Status::WBEM_S_NO_MORE_DATA;

const MOF: &str = r#"
    class Base { [key] string Name; [units("Bytes")] uint64 Size = 7; Base ref Next; };
    [provider("Toy")] class Derived : Base { [units("Pages")] uint64 Size = 8; uint32 Level; };
"#;

/// The classes of [`MOF`].
fn classes() -> [Arc<Class>; 2] {
    let find = |_: Option<&str>, _: &str| None;
    let compiled = Compiler::new(&find).compile(&mof::parse(MOF)).unwrap();
    let classes = compiled.into_iter().map(|item| match item {
        Compiled::Class { class, .. } => class,
        _ => panic!("there are only classes"),
    });
    classes.collect::<Vec<_>>().try_into().unwrap()
}

fn com(object: &Object) -> ComPtr<IWbemClassObject> {
    object.access().cast().unwrap()
}

fn instance(class: &Arc<Class>, name: &str) -> Object {
    let mut instance = Instance::spawn(class);
    instance.put("Name", &Value::String(name.to_owned())).unwrap();
    Object::new(instance)
}

/// A string that a method stores in its out parameter, where before was
/// something that is nobody's.
fn text(call: impl FnOnce(*mut RawBstr) -> Status) -> (Status, Option<String>) {
    let mut raw: RawBstr = std::ptr::dangling_mut();
    let status = call(&raw mut raw);
    // SAFETY: NULL or a string for the caller.
    let text = unsafe { Bstr::from_raw(raw) };
    (status, (!text.as_raw().is_null()).then(|| text.to_string()))
}

/// `GetNames`: the names, a comma between them.
fn names(object: &Object, qualifier: &str, flags: i32, value: Option<&Variant>) -> Result<String, Status> {
    let (object, qualifier) = (com(object), WideString::new(qualifier));
    let mut array = std::ptr::dangling_mut();
    let value = value.map_or(null(), std::ptr::from_ref);
    // SAFETY: every pointer is NULL or valid during the call.
    let status = unsafe { object.GetNames(qualifier.as_ptr(), flags, value, &raw mut array) };
    if status.is_error() {
        assert!(array.is_null(), "{flags:#x}");
        return Err(status);
    }
    // SAFETY: an array for the caller.
    let array = unsafe { OwnedSafeArray::from_raw(array) }.unwrap();
    let names = array.view().variants().unwrap();
    Ok(names.iter().map(|name| name.text().unwrap()).collect::<Vec<_>>().join(","))
}

/// An enumeration from its beginning to its end.
fn enumerate(object: &Object, flags: i32) -> Result<String, Status> {
    let object = com(object);
    // SAFETY: no pointers.
    let begun = unsafe { object.BeginEnumeration(flags) };
    if begun.is_error() {
        return Err(begun);
    }
    let mut names = Vec::new();
    loop {
        // SAFETY: every pointer is NULL or valid during the call.
        let next = text(|name| unsafe { object.Next(0, name, null_mut(), null_mut(), null_mut()) });
        match next {
            (OK, Some(name)) => names.push(name),
            last => {
                assert_eq!(last, (END, None));
                break;
            }
        }
    }
    // SAFETY: no pointers.
    assert_eq!(unsafe { object.EndEnumeration() }, OK);
    // SAFETY: every pointer is NULL or valid during the call.
    let after = text(|name| unsafe { object.Next(0, name, null_mut(), null_mut(), null_mut()) });
    assert_eq!(after, (Status::WBEM_E_UNEXPECTED, None));
    Ok(names.join(","))
}

#[test]
fn names_by_their_flags() {
    let [base, derived] = classes();
    let (class, one) = (Object::from_class(&derived), instance(&derived, "a"));
    let both = |flags: i32, expected: Result<&str, Status>| {
        let expected = expected.map(str::to_owned);
        assert_eq!(names(&one, "", flags, None), expected, "{flags:#x}");
        assert_eq!(enumerate(&one, flags), expected, "{flags:#x}");
    };
    both(0x40, Ok("Name,Size,Next,Level"));
    both(0x04, Ok("Name"));
    both(0x08, Ok("Next"));
    both(0x10, Ok("Size,Level"));
    both(0x20, Ok("Name,Next"));
    both(0x0C, Err(INVALID));
    both(0x50, Err(INVALID));
    both(0x80, Err(INVALID));
    // Only a class has overrides.
    both(0x100, Err(INVALID));
    assert_eq!(names(&class, "", 0x100, None).as_deref(), Ok("Size"));
    assert_eq!(names(&class, "", 0x200, None).as_deref(), Ok("Size,Level"));
    assert_eq!(names(&Object::from_class(&base), "", 0x100, None).as_deref(), Ok(""));
    let system = names(&one, "", 0x30, None).unwrap();
    assert!(system.contains("__CLASS,") && !system.contains("Name,"), "{system}");
    let all = names(&one, "", 0, None).unwrap();
    assert_eq!(all, format!("{system},Name,Size,Next,Level"));
    // An enumeration takes no conditions.
    assert_eq!(enumerate(&one, 1), Err(INVALID));
}

#[test]
fn names_by_their_qualifiers() {
    let [_, derived] = classes();
    let class = Object::from_class(&derived);
    let check = |flags, value: Option<Variant>, expected: Result<&str, Status>| {
        assert_eq!(
            names(&class, "UNITS", flags | 0x40, value.as_ref()),
            expected.map(str::to_owned),
            "{flags}"
        );
    };
    check(1, None, Ok("Size"));
    check(2, None, Ok("Name,Next,Level"));
    check(3, Some(Variant::from_text("Pages")), Ok("Size"));
    check(3, Some(Variant::from_text("Bytes")), Ok(""));
    check(3, Some(Variant::from_i4(1)), Ok(""));
    check(3, None, Err(INVALID));
}

#[test]
fn properties_by_name() {
    let [_, derived] = classes();
    let (own, class) = (instance(&derived, "a"), Object::from_class(&derived));
    let object = com(&own);
    let wide = WideString::new;
    let get = |name: &str, flags| {
        let (mut value, mut ty, mut flavor) = (Variant::EMPTY, -1, -1);
        let (name, out) = (wide(name), &raw mut value);
        // SAFETY: every pointer is valid during the call.
        let status = unsafe { object.Get(name.as_ptr(), flags, out, &raw mut ty, &raw mut flavor) };
        (status, value.text(), ty, flavor)
    };
    // The flavor says whether the instance has changed the value.
    assert_eq!(get("SIZE", 0), (OK, Some("8".to_owned()), 21, 0x20));
    assert_eq!(get("name", 0), (OK, Some("a".to_owned()), 8, 0));
    assert_eq!(get("__Class", 0), (OK, Some("Derived".to_owned()), 8, 0x40));
    assert_eq!(get("Nothing", 0), (NOT_FOUND, None, -1, -1));
    assert_eq!(get("Size", 1), (INVALID, None, -1, -1));

    let origin = |name: &str| {
        let name = wide(name);
        // SAFETY: every pointer is valid during the call.
        text(|class| unsafe { object.GetPropertyOrigin(name.as_ptr(), class) })
    };
    assert_eq!(origin("Level"), (OK, Some("Derived".to_owned())));
    assert_eq!(origin("Size"), (OK, Some("Base".to_owned())));
    assert_eq!(origin("Nothing"), (NOT_FOUND, None));

    let delete = |object: &Object, name: &str| {
        let name = wide(name);
        // SAFETY: the name lives during the call.
        unsafe { com(object).Delete(name.as_ptr()) }
    };
    assert_eq!(delete(&own, "Level"), OK);
    let level = |value: &Value| {
        let (name, value) = (wide("Level"), Variant::from_value(value));
        // SAFETY: both live during the call.
        unsafe { object.Put(name.as_ptr(), 0, &raw const value, 0) }
    };
    assert_eq!(level(&Value::Uint32(3)), OK);
    assert_eq!(delete(&own, "level"), Status::WBEM_S_RESET_TO_DEFAULT);
    assert_eq!(own.get("Level").unwrap(), Value::Null);
    assert_eq!(delete(&own, "__CLASS"), Status::WBEM_E_SYSTEM_PROPERTY);
    assert_eq!(delete(&own, "Nothing"), NOT_FOUND);
    assert_eq!(delete(&class, "Name"), Status::WBEM_E_PROPAGATED_PROPERTY);
    assert_eq!(delete(&class, "Level"), OK);
    assert_eq!(delete(&class, "Level"), NOT_FOUND);
}

#[test]
fn handles_have_names() {
    let [_, derived] = classes();
    let own = instance(&derived, "a");
    let handle = derived.handle("Level").unwrap();
    let info = |handle| {
        let mut ty = -1;
        // SAFETY: every pointer is valid during the call.
        let (status, name) =
            text(|name| unsafe { own.access().GetPropertyInfoByHandle(handle, name, &raw mut ty) });
        (status, name, ty)
    };
    assert_eq!(info(handle.0), (OK, Some("Level".to_owned()), 19));
    assert_eq!(info(-1), (Status::WBEM_E_INVALID_HANDLE_REQUEST, None, -1));
}

fn qualifiers(call: impl FnOnce(*mut *mut IWbemQualifierSet) -> Status) -> ComPtr<IWbemQualifierSet> {
    ComPtr::receive(Status::WBEM_E_UNEXPECTED, call).unwrap()
}

#[test]
fn qualifiers_of_a_property() {
    let [_, derived] = classes();
    let class = com(&Object::from_class(&derived));
    let name = WideString::new("size");
    // SAFETY: every pointer is valid during the calls.
    let set = qualifiers(|slot| unsafe { class.GetPropertyQualifierSet(name.as_ptr(), slot) });
    let get = |name: &str, flags| {
        let (name, mut value, mut flavor) = (WideString::new(name), Variant::EMPTY, -1);
        // SAFETY: every pointer is valid during the call.
        let status = unsafe { set.Get(name.as_ptr(), flags, &raw mut value, &raw mut flavor) };
        (status, value.text())
    };
    assert_eq!(get("UNITS", 0), (OK, Some("Pages".to_owned())));
    assert_eq!(get("units", 1), (INVALID, None));
    assert_eq!(get("nothing", 0), (NOT_FOUND, None));
    // SAFETY: every pointer is NULL or valid during the call.
    let next = || text(|name| unsafe { set.Next(0, name, null_mut(), null_mut()) });
    assert_eq!(next(), (Status::WBEM_E_UNEXPECTED, None));
    // SAFETY: no pointers.
    assert_eq!(unsafe { (set.BeginEnumeration(0x40), set.BeginEnumeration(0x10)) }, (INVALID, OK));
    assert_eq!(next(), (OK, Some("units".to_owned())));
    assert_eq!(next(), (END, None));
    // SAFETY: no pointers.
    assert_eq!(unsafe { set.EndEnumeration() }, OK);
    assert_eq!(next(), (Status::WBEM_E_UNEXPECTED, None));

    // SAFETY: every pointer is valid during the calls.
    let set = qualifiers(|slot| unsafe { class.GetQualifierSet(slot) });
    let mut array = null_mut();
    // SAFETY: the slot is valid.
    assert_eq!(unsafe { set.GetNames(0, &raw mut array) }, OK);
    // SAFETY: an array for the caller.
    let array = unsafe { OwnedSafeArray::from_raw(array) }.unwrap();
    assert_eq!(array.view().get(0).unwrap().text().as_deref(), Some("provider"));

    for (name, expected) in [("__PATH", Status::WBEM_E_SYSTEM_PROPERTY), ("Nothing", NOT_FOUND)] {
        let (name, mut set) = (WideString::new(name), std::ptr::dangling_mut());
        // SAFETY: every pointer is valid during the call.
        let status = unsafe { class.GetPropertyQualifierSet(name.as_ptr(), &raw mut set) };
        assert_eq!((status, set.is_null()), (expected, true));
    }
}

/// `Next` for two: its status and the names that came.
fn next(objects: &ComPtr<IEnumWbemClassObject>) -> (Status, String) {
    let (mut found, mut count) = ([null_mut::<IWbemClassObject>(); 2], 9);
    // SAFETY: there is room for two.
    let status = unsafe { objects.Next(-1, 2, found.as_mut_ptr(), &raw mut count) };
    // SAFETY: NULL or references for the caller.
    let found = found.iter().filter_map(|raw| unsafe { ComPtr::from_raw(*raw) });
    let name = |object: ComPtr<IWbemClassObject>| {
        let object = Object::from_class_object(&object).unwrap();
        object.get("Name").unwrap().as_str().unwrap().to_owned()
    };
    let names: Vec<String> = found.map(name).collect();
    assert_eq!(names.len(), count as usize);
    (status, names.concat())
}

#[test]
fn enumerators_go_on_and_back() {
    let [base, _] = classes();
    let three = || ["a", "b", "c"].map(|name| instance(&base, name)).to_vec();
    let (whole, rest, none) = ((OK, "ab".to_owned()), (Status::WBEM_S_FALSE, "c".to_owned()), String::new());
    let objects = enumerator(three(), false);
    assert_eq!(next(&objects), whole);
    let copy = ComPtr::receive(Status::WBEM_E_UNEXPECTED, |slot| {
        // SAFETY: the slot is valid.
        unsafe { objects.Clone(slot) }
    });
    assert_eq!((next(&objects), next(&copy.unwrap())), (rest.clone(), rest.clone()));
    assert_eq!(next(&objects), (Status::WBEM_S_FALSE, none));
    // SAFETY: no pointers.
    assert_eq!(unsafe { (objects.Reset(), objects.Skip(-1, 2)) }, (OK, OK));
    assert_eq!(next(&objects), rest);
    // SAFETY: no pointers.
    assert_eq!(unsafe { (objects.Reset(), objects.Skip(-1, 4)) }, (OK, Status::WBEM_S_FALSE));

    let objects = enumerator(three(), true);
    assert_eq!(next(&objects), whole);
    let mut copy = std::ptr::dangling_mut();
    // SAFETY: the slot is valid.
    let statuses = unsafe { (objects.Reset(), objects.Clone(&raw mut copy)) };
    assert_eq!(statuses, (Status::WBEM_E_INVALID_OPERATION, Status::WBEM_E_INVALID_OPERATION));
    assert!(copy.is_null());
    assert_eq!(next(&objects), rest);
}
