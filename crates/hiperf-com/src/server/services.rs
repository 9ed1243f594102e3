//! `IWbemServices` over [`NamespaceServices`].

use hiperf_cim::{Class, Error, Instance, Result, Status};

use super::enumerator;
use crate::error_info::leave;
use crate::object::Object;
use crate::param::{OutPtr, require, store};
use crate::wide::{WBEM_MAX_PATH, WBEM_MAX_QUERY, read_wide};
use crate::{
    ComPtr, Context, IEnumWbemClassObject, IWbemCallResult, IWbemClassObject, IWbemContext, IWbemObjectSink,
    IWbemServices, IWbemServices_Impl, RawBstr, answer, com_class,
};

/// What a namespace does for its clients. One that can't be changed has only the
/// methods without a body here. The context of a call is for the provider.
pub trait NamespaceServices: Send + Sync + 'static {
    /// The class or the instance with this path.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT_PATH`, `WBEM_E_NOT_FOUND`, and the provider's.
    fn get_object(&self, path: &str, context: Option<&Context>) -> Result<Object>;

    /// The classes below `superclass` (all, if it is empty), only its
    /// immediate children if `shallow`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`.
    fn create_class_enum(&self, superclass: &str, shallow: bool) -> Result<Vec<Object>>;

    /// The instances of a class, those of its subclasses too unless `shallow`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`, and the provider's.
    fn create_instance_enum(
        &self,
        class: &str,
        shallow: bool,
        context: Option<&Context>,
    ) -> Result<Vec<Object>>;

    /// The same objects with the texts of the connection's locale, for
    /// `WBEM_FLAG_USE_AMENDED_QUALIFIERS`.
    ///
    /// # Errors
    /// Those of reading the texts.
    fn amended(&self, objects: Vec<Object>) -> Result<Vec<Object>> {
        Ok(objects)
    }

    /// The services of a namespace below this one.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_NAMESPACE`.
    fn open_namespace(&self, _: &str) -> Result<ComPtr<IWbemServices>> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// Stores a class; `flags` are `WBEM_CHANGE_FLAG_TYPE`.
    ///
    /// # Errors
    /// `WBEM_E_ALREADY_EXISTS`, `WBEM_E_CLASS_HAS_CHILDREN` and the like.
    fn put_class(&self, _: &Class, _: u32) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// Deletes a class and its instances.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`, `WBEM_E_CLASS_HAS_CHILDREN`.
    fn delete_class(&self, _: &str) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// Stores a static instance; `flags` are `WBEM_CHANGE_FLAG_TYPE`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`, `WBEM_E_PROVIDER_NOT_CAPABLE` and the like.
    fn put_instance(&self, _: &Instance, _: u32) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// Deletes a static instance.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`, `WBEM_E_INVALID_OBJECT_PATH`.
    fn delete_instance(&self, _: &str) -> Result<()> {
        Err(Status::WBEM_E_NOT_SUPPORTED.into())
    }

    /// The objects of a query in WQL.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUERY`, `WBEM_E_INVALID_CLASS`, and the provider's.
    fn exec_query(&self, query: &str, context: Option<&Context>) -> Result<Vec<Object>>;
}

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

mod flag {
    /// `WBEM_CHANGE_FLAG_TYPE`, all of them: update or create only, safe, force.
    pub const CHANGES: i32 = 1 | 2 | MODES;
    /// Those that are for classes only.
    pub const MODES: i32 = 0x20 | 0x40;
    pub const SHALLOW: i32 = 1;
    pub const RETURN_IMMEDIATELY: i32 = 0x10;
    pub const FORWARD_ONLY: i32 = 0x20;
    pub const ENSURE_LOCATABLE: i32 = 0x100;
    pub const DIRECT_READ: i32 = 0x200;
    pub const USE_AMENDED_QUALIFIERS: i32 = 0x2_0000;
}

fn check_flags(flags: i32, allowed: i32) -> Result<(), Status> {
    if flags & !allowed == 0 { Ok(()) } else { Err(Status::WBEM_E_INVALID_PARAMETER) }
}

/// The path of an object or the name of a class or language; NULL is empty.
///
/// # Safety
/// `text` is NULL or a string that ends with a NUL.
unsafe fn path(text: RawBstr) -> Result<String, Status> {
    // SAFETY: the caller's duty.
    Ok(unsafe { read_wide(text, WBEM_MAX_PATH) }?.unwrap_or_default())
}

/// What every enumeration allows: all objects are there before it returns, so
/// there is nothing to wait for.
const ENUMERATION: i32 = flag::RETURN_IMMEDIATELY | flag::FORWARD_ONLY | flag::USE_AMENDED_QUALIFIERS;

/// The answer of a method that is not there, with NULL in its out parameters.
///
/// # Safety
/// Both are NULL or writable.
unsafe fn unsupported<A, B>(one: *mut *mut A, other: *mut *mut B) -> Status {
    // SAFETY: the caller's duty.
    unsafe { store(one, std::ptr::null_mut()) };
    // SAFETY: the caller's duty.
    unsafe { store(other, std::ptr::null_mut()) };
    Status::WBEM_E_NOT_SUPPORTED
}

const NOTHING: *mut *mut IWbemCallResult = std::ptr::null_mut();

/// Checks the flags of a call that may ask for a call result, and stores NULL in
/// it, because all calls are finished when they return.
///
/// # Errors
/// * `WBEM_E_INVALID_PARAMETER`: other flags, or no place for the call result
///   that is asked for.
/// * `WBEM_E_NOT_SUPPORTED`: a call result is asked for.
///
/// # Safety
/// `result` is NULL or writable.
unsafe fn check_call(flags: i32, allowed: i32, result: *mut *mut IWbemCallResult) -> Result<(), Status> {
    // SAFETY: the caller's duty.
    let call_result = unsafe { OutPtr::optional(result) };
    check_flags(flags, flag::RETURN_IMMEDIATELY | allowed)?;
    if flags & flag::RETURN_IMMEDIATELY == 0 {
        return Ok(());
    }
    Err(match call_result {
        None => Status::WBEM_E_INVALID_PARAMETER,
        Some(_) => Status::WBEM_E_NOT_SUPPORTED,
    })
}

/// The object that a client puts.
///
/// # Errors
/// `WBEM_E_INVALID_PARAMETER`: it is NULL, or not one of this library's.
///
/// # Safety
/// `object` is NULL or an interface pointer.
unsafe fn given(object: *mut IWbemClassObject) -> Result<Object> {
    // SAFETY: the caller's duty.
    let object = unsafe { require(object) }?;
    Object::from_class_object(&object).ok_or_else(|| {
        let message = "the object was made by another library; put one that this namespace gave";
        Error::new(Status::WBEM_E_INVALID_PARAMETER, message)
    })
}

/// Whether the caller wants texts of the locale with what is got, or says that
/// those of what is put are not its own.
fn is_amended(flags: i32) -> bool {
    flags & flag::USE_AMENDED_QUALIFIERS != 0
}

/// Refuses to store the texts of a locale with a class, or with an instance of
/// it.
fn check_amended(class: &Class, flags: i32) -> Result<()> {
    if !class.is_amended() || is_amended(flags) {
        return Ok(());
    }
    let message = format!(
        "{} came with texts of a locale: put it with WBEM_FLAG_USE_AMENDED_QUALIFIERS, which leaves them out",
        class.name()
    );
    Err(Error::new(Status::WBEM_E_AMENDED_OBJECT, message))
}

/// The flags as the repository has them.
fn changes(flags: i32) -> u32 {
    (flags & flag::CHANGES).cast_unsigned()
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
