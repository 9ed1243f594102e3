//! `IWbemServices` over [`NamespaceServices`].

use hiperf_cim::{Error, Result, Status};

use super::call::{
    ENUMERATION, NOTHING, changes, check_amended, check_call, check_flags, flag, given, is_amended, path,
    unsupported,
};
use super::{NamespaceServices, enumerator};
use crate::error_info::leave;
use crate::object::Object;
use crate::param::OutPtr;
use crate::wide::{WBEM_MAX_QUERY, read_wide};
use crate::{
    ComPtr, Context, IEnumWbemClassObject, IWbemCallResult, IWbemClassObject, IWbemContext, IWbemObjectSink,
    IWbemServices, IWbemServices_Impl, RawBstr, answer, com_class,
};

/// The COM class of a namespace.
pub struct ServicesObject<S>(S);

com_class! { impl<S: NamespaceServices> class ServicesObject<S>: IWbemServices; }

impl<S: NamespaceServices> ServicesObject<S> {
    /// `IWbemServices` over `services`.
    #[must_use]
    pub fn create(services: S) -> ComPtr<IWbemServices> {
        ComPtr::new(ServicesObject(services))
    }

    /// The services behind a pointer, if this module made them of type `S`.
    #[must_use]
    pub fn of(pointer: &ComPtr<IWbemServices>) -> Option<&S> {
        crate::downcast::<ServicesObject<S>>(pointer.as_unknown()).map(|object| &object.0)
    }
}

impl<S: NamespaceServices> ServicesObject<S> {
    /// Answers an enumeration with `allowed` flags: `find` finds the objects.
    ///
    /// # Safety
    /// `out` is NULL or writable.
    unsafe fn enumerate(
        &self,
        out: *mut *mut IEnumWbemClassObject,
        (flags, allowed): (i32, i32),
        find: impl FnOnce() -> Result<Vec<Object>>,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's duty.
            let out = unsafe { OutPtr::new(out) }?;
            check_flags(flags, ENUMERATION | allowed)?;
            let mut objects = find().map_err(leave)?;
            if is_amended(flags) {
                objects = self.0.amended(objects).map_err(leave)?;
            }
            out.set(enumerator(objects, flags & flag::FORWARD_ONLY != 0));
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }
}

/// A method that delivers to a client's sink, which is not there yet.
macro_rules! not_yet {
    ($method:ident($($parameter:ty),+)) => {
        unsafe fn $method(&self, $(_: $parameter),+) -> Status {
            Status::WBEM_E_NOT_SUPPORTED
        }
    };
}

impl<S: NamespaceServices> IWbemServices_Impl for ServicesObject<S> {
    unsafe fn OpenNamespace(
        &self,
        path: RawBstr,
        flags: i32,
        _: *mut IWbemContext,
        services: *mut *mut IWbemServices,
        result: *mut *mut IWbemCallResult,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(services) }?;
            // SAFETY: the caller's promise.
            unsafe { check_call(flags, 0, result) }?;
            // SAFETY: the caller's promise.
            let path = unsafe { self::path(path) }?;
            out.set(self.0.open_namespace(&path).map_err(leave)?);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn CancelAsyncCall(&self, _: *mut IWbemObjectSink) -> Status {
        Status::WBEM_E_NOT_SUPPORTED
    }

    unsafe fn QueryObjectSink(&self, _: i32, sink: *mut *mut IWbemObjectSink) -> Status {
        // SAFETY: the caller's promise.
        unsafe { unsupported(sink, NOTHING) }
    }

    unsafe fn GetObject(
        &self,
        path: RawBstr,
        flags: i32,
        context: *mut IWbemContext,
        object: *mut *mut IWbemClassObject,
        result: *mut *mut IWbemCallResult,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::optional(object) };
            // SAFETY: the caller's promise.
            unsafe { check_call(flags, flag::DIRECT_READ | flag::USE_AMENDED_QUALIFIERS, result) }?;
            // SAFETY: the caller's promise.
            let path = unsafe { self::path(path) }?;
            if path.is_empty() {
                // An empty class, for the client to fill and to put.
                if let Some(out) = out {
                    out.set(Object::empty_class().access().cast()?);
                }
                return Ok(Status::WBEM_S_NO_ERROR);
            }
            // SAFETY: the caller's promise.
            let context = unsafe { Context::from_borrowed(context) };
            let mut found = self.0.get_object(&path, context.as_ref()).map_err(leave)?;
            if is_amended(flags) {
                let amended = self.0.amended(vec![found]).map_err(leave)?;
                found = amended.into_iter().next().ok_or(Status::WBEM_E_UNEXPECTED)?;
            }
            if let Some(out) = out {
                out.set(found.access().cast()?);
            }
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    not_yet! { GetObjectAsync(RawBstr, i32, *mut IWbemContext, *mut IWbemObjectSink) }

    unsafe fn PutClass(
        &self,
        object: *mut IWbemClassObject,
        flags: i32,
        _: *mut IWbemContext,
        result: *mut *mut IWbemCallResult,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            unsafe { check_call(flags, flag::CHANGES | flag::USE_AMENDED_QUALIFIERS, result) }?;
            // SAFETY: the caller's promise.
            let given = unsafe { given(object) };
            let put = given.and_then(|object| match object.is_class() {
                true => {
                    let class = object.class_definition()?;
                    check_amended(&class, flags)?;
                    let class = if is_amended(flags) { class.neutral() } else { class };
                    self.0.put_class(&class, changes(flags))
                }
                false => {
                    Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, "the object is an instance, no class"))
                }
            });
            put.map_err(leave)?;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    not_yet! { PutClassAsync(*mut IWbemClassObject, i32, *mut IWbemContext, *mut IWbemObjectSink) }

    unsafe fn DeleteClass(
        &self,
        path: RawBstr,
        flags: i32,
        _: *mut IWbemContext,
        result: *mut *mut IWbemCallResult,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            unsafe { check_call(flags, 0, result) }?;
            // SAFETY: the caller's promise.
            let path = unsafe { self::path(path) }?;
            self.0.delete_class(&path).map_err(leave)?;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    not_yet! { DeleteClassAsync(RawBstr, i32, *mut IWbemContext, *mut IWbemObjectSink) }

    unsafe fn CreateClassEnum(
        &self,
        superclass: RawBstr,
        flags: i32,
        _: *mut IWbemContext,
        out: *mut *mut IEnumWbemClassObject,
    ) -> Status {
        let find = || {
            // SAFETY: the caller's promise.
            let superclass = unsafe { path(superclass) }?;
            self.0.create_class_enum(&superclass, flags & flag::SHALLOW != 0)
        };
        // SAFETY: the caller's promise.
        unsafe { self.enumerate(out, (flags, flag::SHALLOW), find) }
    }

    not_yet! { CreateClassEnumAsync(RawBstr, i32, *mut IWbemContext, *mut IWbemObjectSink) }

    unsafe fn PutInstance(
        &self,
        object: *mut IWbemClassObject,
        flags: i32,
        _: *mut IWbemContext,
        result: *mut *mut IWbemCallResult,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            unsafe {
                check_call(flags, flag::CHANGES & !flag::MODES | flag::USE_AMENDED_QUALIFIERS, result)
            }?;
            // SAFETY: the caller's promise.
            let given = unsafe { given(object) };
            let put = given.and_then(|object| match object.is_class() {
                true => {
                    Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, "the object is a class, no instance"))
                }
                false => {
                    let mut instance = object.to_instance();
                    check_amended(instance.class(), flags)?;
                    if is_amended(flags) {
                        instance.drop_amended();
                    }
                    self.0.put_instance(&instance, changes(flags))
                }
            });
            put.map_err(leave)?;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    not_yet! { PutInstanceAsync(*mut IWbemClassObject, i32, *mut IWbemContext, *mut IWbemObjectSink) }

    unsafe fn DeleteInstance(
        &self,
        path: RawBstr,
        flags: i32,
        _: *mut IWbemContext,
        result: *mut *mut IWbemCallResult,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            unsafe { check_call(flags, 0, result) }?;
            // SAFETY: the caller's promise.
            let path = unsafe { self::path(path) }?;
            self.0.delete_instance(&path).map_err(leave)?;
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    not_yet! { DeleteInstanceAsync(RawBstr, i32, *mut IWbemContext, *mut IWbemObjectSink) }

    unsafe fn CreateInstanceEnum(
        &self,
        class: RawBstr,
        flags: i32,
        context: *mut IWbemContext,
        out: *mut *mut IEnumWbemClassObject,
    ) -> Status {
        let find = || {
            // SAFETY: the caller's promise.
            let class = unsafe { path(class) }?;
            // SAFETY: the caller's promise.
            let context = unsafe { Context::from_borrowed(context) };
            self.0.create_instance_enum(&class, flags & flag::SHALLOW != 0, context.as_ref())
        };
        // SAFETY: the caller's promise.
        unsafe { self.enumerate(out, (flags, flag::SHALLOW | flag::DIRECT_READ), find) }
    }

    not_yet! { CreateInstanceEnumAsync(RawBstr, i32, *mut IWbemContext, *mut IWbemObjectSink) }

    unsafe fn ExecQuery(
        &self,
        language: RawBstr,
        query: RawBstr,
        flags: i32,
        context: *mut IWbemContext,
        out: *mut *mut IEnumWbemClassObject,
    ) -> Status {
        let find = || {
            // SAFETY: the caller's promise.
            let language = unsafe { path(language) }?;
            // SAFETY: the caller's promise.
            let query = unsafe { read_wide(query, WBEM_MAX_QUERY) };
            let query = query.map_err(|_| Status::WBEM_E_QUOTA_VIOLATION)?.unwrap_or_default();
            // SAFETY: the caller's promise.
            let context = unsafe { Context::from_borrowed(context) };
            if language.eq_ignore_ascii_case("WQL") {
                return self.0.exec_query(&query, context.as_ref());
            }
            let message = format!("{language:?} is no query language; WQL is");
            Err(Error::new(Status::WBEM_E_INVALID_QUERY_TYPE, message))
        };
        // SAFETY: the caller's promise.
        unsafe { self.enumerate(out, (flags, flag::ENSURE_LOCATABLE | flag::DIRECT_READ), find) }
    }

    not_yet! { ExecQueryAsync(RawBstr, RawBstr, i32, *mut IWbemContext, *mut IWbemObjectSink) }

    unsafe fn ExecNotificationQuery(
        &self,
        _: RawBstr,
        _: RawBstr,
        _: i32,
        _: *mut IWbemContext,
        out: *mut *mut IEnumWbemClassObject,
    ) -> Status {
        // SAFETY: the caller's promise.
        unsafe { unsupported(out, NOTHING) }
    }

    not_yet! { ExecNotificationQueryAsync(RawBstr, RawBstr, i32, *mut IWbemContext, *mut IWbemObjectSink) }

    unsafe fn ExecMethod(
        &self,
        _: RawBstr,
        _: RawBstr,
        _: i32,
        _: *mut IWbemContext,
        _: *mut IWbemClassObject,
        out: *mut *mut IWbemClassObject,
        result: *mut *mut IWbemCallResult,
    ) -> Status {
        // SAFETY: the caller's promise.
        unsafe { unsupported(out, result) }
    }

    not_yet! { ExecMethodAsync(RawBstr, RawBstr, i32, *mut IWbemContext, *mut IWbemClassObject, *mut IWbemObjectSink) }
}
