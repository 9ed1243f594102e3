//! Calls through the vtables with Rust's types: what a client's own wrapper
//! would be.

use hiperf_com::safearray::ArrayView;
use hiperf_com::{
    Bstr, ComPtr, IWbemClassObject, IWbemQualifierSet, RawBstr, SafeArray, Status, Variant, WideString,
};

/// What a call answers in its out parameters, or its status if it failed.
pub type Answer<T> = Result<T, Status>;

pub fn check(status: Status) -> Answer<Status> {
    if status.is_error() { Err(status) } else { Ok(status) }
}

/// Reads a BSTR out parameter.
fn text(call: impl FnOnce(*mut RawBstr) -> Status) -> Answer<String> {
    let mut status = Status::WBEM_S_NO_ERROR;
    let bstr = Bstr::receive(|slot| status = call(slot));
    check(status)?;
    Ok(String::from_utf16_lossy(bstr.units()))
}

/// Reads an array of names.
fn names(call: impl FnOnce(*mut *mut SafeArray) -> Status) -> Answer<Vec<String>> {
    let mut array: *mut SafeArray = std::ptr::null_mut();
    check(call(&raw mut array))?;
    // SAFETY: after success this is an array of strings, and it is ours.
    let view = unsafe { ArrayView::new(array, hiperf_com::variant::vt::BSTR) }.unwrap();
    let list = view.variants().unwrap().iter().map(|name| name.text().unwrap()).collect();
    // SAFETY: as above.
    unsafe { hiperf_com::safearray::destroy(array) }.unwrap();
    Ok(list)
}

/// A class or an instance.
#[derive(Clone)]
pub struct Client(pub ComPtr<IWbemClassObject>);

impl From<&hiperf_com::object::Object> for Client {
    fn from(object: &hiperf_com::object::Object) -> Client {
        Client(object.access().cast().unwrap())
    }
}

impl Client {
    fn object(call: impl FnOnce(*mut *mut IWbemClassObject) -> Status) -> Answer<Client> {
        ComPtr::receive(Status::WBEM_E_UNEXPECTED, call).map(Client)
    }

    fn set(call: impl FnOnce(*mut *mut IWbemQualifierSet) -> Status) -> Answer<Set> {
        ComPtr::receive(Status::WBEM_E_UNEXPECTED, call).map(Set)
    }

    /// Value, CIMTYPE and flavor.
    pub fn get(&self, name: &str) -> Answer<(Variant, i32, i32)> {
        let (mut value, mut ty, mut flavor) = (Variant::EMPTY, 0, 0);
        let name = WideString::new(name);
        // SAFETY: all pointers live during the call.
        check(unsafe { self.0.Get(name.as_ptr(), 0, &raw mut value, &raw mut ty, &raw mut flavor) })?;
        Ok((value, ty, flavor))
    }

    /// The value as text.
    pub fn text_of(&self, name: &str) -> Option<String> {
        self.get(name).unwrap().0.text()
    }

    pub fn put(&self, name: &str, value: Variant, ty: i32) -> Answer<Status> {
        let name = WideString::new(name);
        // SAFETY: both live during the call.
        check(unsafe { self.0.Put(name.as_ptr(), 0, &raw const value, ty) })
    }

    pub fn delete(&self, name: &str) -> Answer<Status> {
        // SAFETY: the name lives during the call.
        check(unsafe { self.0.Delete(WideString::new(name).as_ptr()) })
    }

    pub fn names(&self, qualifier: Option<&str>, flags: i32) -> Answer<Vec<String>> {
        let qualifier = qualifier.map(WideString::new);
        let qualifier = qualifier.as_ref().map_or(std::ptr::null(), WideString::as_ptr);
        // SAFETY: the name lives during the call.
        names(|slot| unsafe { self.0.GetNames(qualifier, flags, std::ptr::null(), slot) })
    }

    /// The names of the properties that have a qualifier with this value.
    pub fn names_with(&self, qualifier: &str, value: &Variant) -> Answer<Vec<String>> {
        let qualifier = WideString::new(qualifier);
        // SAFETY: the name and the value live during the call.
        names(|slot| unsafe { self.0.GetNames(qualifier.as_ptr(), 3, std::ptr::from_ref(value), slot) })
    }

    /// The names that an enumeration gives.
    pub fn enumerate(&self, flags: i32) -> Answer<Vec<String>> {
        // SAFETY: no pointer.
        check(unsafe { self.0.BeginEnumeration(flags) })?;
        let mut list = Vec::new();
        while let Some(name) = self.next()? {
            list.push(name);
        }
        // SAFETY: no pointer.
        check(unsafe { self.0.EndEnumeration() })?;
        Ok(list)
    }

    pub fn next(&self) -> Answer<Option<String>> {
        let mut status = Status::WBEM_S_NO_ERROR;
        let (value, none) = (std::ptr::null_mut(), std::ptr::null_mut());
        let name = text(|slot| {
            // SAFETY: the slot lives during the call, the others may be NULL.
            status = unsafe { self.0.Next(0, slot, value, none, none) };
            status
        })?;
        Ok((status == Status::WBEM_S_NO_ERROR).then_some(name))
    }

    pub fn qualifiers(&self) -> Answer<Set> {
        // SAFETY: the slot lives during the call.
        Client::set(|slot| unsafe { self.0.GetQualifierSet(slot) })
    }

    pub fn property_qualifiers(&self, name: &str) -> Answer<Set> {
        // SAFETY: all pointers live during the call.
        Client::set(|slot| unsafe { self.0.GetPropertyQualifierSet(WideString::new(name).as_ptr(), slot) })
    }

    pub fn method_qualifiers(&self, name: &str) -> Answer<Set> {
        // SAFETY: all pointers live during the call.
        Client::set(|slot| unsafe { self.0.GetMethodQualifierSet(WideString::new(name).as_ptr(), slot) })
    }

    pub fn copy(&self) -> Client {
        // SAFETY: the slot lives during the call.
        Client::object(|slot| unsafe { self.0.Clone(slot) }).unwrap()
    }

    pub fn mof(&self, flags: i32) -> Answer<String> {
        // SAFETY: the slot lives during the call.
        text(|slot| unsafe { self.0.GetObjectText(flags, slot) })
    }

    pub fn derive(&self) -> Answer<Client> {
        // SAFETY: the slot lives during the call.
        Client::object(|slot| unsafe { self.0.SpawnDerivedClass(0, slot) })
    }

    pub fn spawn(&self) -> Answer<Client> {
        // SAFETY: the slot lives during the call.
        Client::object(|slot| unsafe { self.0.SpawnInstance(0, slot) })
    }

    pub fn compare(&self, other: &Client, flags: i32) -> Status {
        // SAFETY: both objects are alive.
        unsafe { self.0.CompareTo(flags, other.0.as_raw()) }
    }

    pub fn origin(&self, name: &str) -> Answer<String> {
        // SAFETY: all pointers live during the call.
        text(|slot| unsafe { self.0.GetPropertyOrigin(WideString::new(name).as_ptr(), slot) })
    }

    pub fn method_origin(&self, name: &str) -> Answer<String> {
        // SAFETY: all pointers live during the call.
        text(|slot| unsafe { self.0.GetMethodOrigin(WideString::new(name).as_ptr(), slot) })
    }

    pub fn inherits_from(&self, name: &str) -> Status {
        // SAFETY: the name lives during the call.
        unsafe { self.0.InheritsFrom(WideString::new(name).as_ptr()) }
    }

    /// The input and output parameters, as far as there are any.
    pub fn method(&self, name: &str) -> Answer<(Option<Client>, Option<Client>)> {
        let (mut input, mut output) = (std::ptr::null_mut(), std::ptr::null_mut());
        let name = WideString::new(name);
        // SAFETY: all pointers live during the call.
        check(unsafe { self.0.GetMethod(name.as_ptr(), 0, &raw mut input, &raw mut output) })?;
        // SAFETY: after success each is NULL or a reference of ours.
        let own = |pointer| unsafe { ComPtr::from_raw(pointer) }.map(Client);
        Ok((own(input), own(output)))
    }

    pub fn put_method(&self, name: &str, input: Option<&Client>, output: Option<&Client>) -> Answer<Status> {
        let raw = |object: Option<&Client>| object.map_or(std::ptr::null_mut(), |object| object.0.as_raw());
        // SAFETY: all pointers live during the call.
        check(unsafe { self.0.PutMethod(WideString::new(name).as_ptr(), 0, raw(input), raw(output)) })
    }

    pub fn delete_method(&self, name: &str) -> Answer<Status> {
        // SAFETY: the name lives during the call.
        check(unsafe { self.0.DeleteMethod(WideString::new(name).as_ptr()) })
    }

    /// The names that an enumeration of the methods gives.
    pub fn methods(&self, flags: i32) -> Answer<Vec<String>> {
        // SAFETY: no pointer.
        check(unsafe { self.0.BeginMethodEnumeration(flags) })?;
        let mut list = Vec::new();
        let null = std::ptr::null_mut;
        loop {
            let mut status = Status::WBEM_S_NO_ERROR;
            let name = text(|slot| {
                // SAFETY: the slot lives during the call, the others may be NULL.
                status = unsafe { self.0.NextMethod(0, slot, null(), null()) };
                status
            })?;
            if status == Status::WBEM_S_NO_MORE_DATA {
                break;
            }
            list.push(name);
        }
        // SAFETY: no pointer.
        check(unsafe { self.0.EndMethodEnumeration() })?;
        Ok(list)
    }
}

/// A qualifier set.
pub struct Set(pub ComPtr<IWbemQualifierSet>);

impl Set {
    /// Value and flavor.
    pub fn get(&self, name: &str) -> Answer<(Variant, i32)> {
        let (mut value, mut flavor) = (Variant::EMPTY, 0);
        let name = WideString::new(name);
        // SAFETY: all pointers live during the call.
        check(unsafe { self.0.Get(name.as_ptr(), 0, &raw mut value, &raw mut flavor) })?;
        Ok((value, flavor))
    }

    pub fn put(&self, name: &str, value: Variant, flavor: i32) -> Answer<Status> {
        let name = WideString::new(name);
        // SAFETY: both live during the call.
        check(unsafe { self.0.Put(name.as_ptr(), &raw const value, flavor) })
    }

    pub fn delete(&self, name: &str) -> Answer<Status> {
        // SAFETY: the name lives during the call.
        check(unsafe { self.0.Delete(WideString::new(name).as_ptr()) })
    }

    pub fn names(&self, flags: i32) -> Answer<Vec<String>> {
        // SAFETY: the slot lives during the call.
        names(|slot| unsafe { self.0.GetNames(flags, slot) })
    }

    pub fn begin(&self, flags: i32) -> Answer<Status> {
        // SAFETY: no pointer.
        check(unsafe { self.0.BeginEnumeration(flags) })
    }

    pub fn next(&self) -> Answer<Option<String>> {
        let mut status = Status::WBEM_S_NO_ERROR;
        let name = text(|slot| {
            // SAFETY: the slot lives during the call, the others may be NULL.
            status = unsafe { self.0.Next(0, slot, std::ptr::null_mut(), std::ptr::null_mut()) };
            status
        })?;
        Ok((status == Status::WBEM_S_NO_ERROR).then_some(name))
    }

    pub fn end(&self) -> Answer<Status> {
        // SAFETY: no pointer.
        check(unsafe { self.0.EndEnumeration() })
    }
}
