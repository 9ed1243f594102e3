//! [`Context`]: the named values of a call, whoever made the object they are in.
//!
//! Microsoft names those that ask for some of an object's properties only
//! (`__GET_EXTENSIONS` and its kin); they are read and written here, and nobody
//! else has to know their names.

use hiperf_cim::{CimType, Status, Type, Value};

use crate::{ComPtr, IWbemContext, OwnedSafeArray, Variant, WbemContext, WideString};

/// An owned reference to any context, ours or a stranger's, without unsafe code.
#[derive(Clone, Debug)]
pub struct Context(ComPtr<IWbemContext>);

impl Context {
    /// A new, empty context.
    #[must_use]
    pub fn new() -> Context {
        Context(ComPtr::new(WbemContext::new()))
    }

    /// The context that a caller lends; `None` for NULL.
    ///
    /// # Safety
    /// `pointer` is NULL or an IWbemContext, alive during the call.
    pub(crate) unsafe fn from_borrowed(pointer: *mut IWbemContext) -> Option<Context> {
        // SAFETY: the caller's duty.
        unsafe { ComPtr::from_borrowed(pointer) }.map(Context)
    }

    /// The COM object.
    #[must_use]
    pub fn as_com(&self) -> &ComPtr<IWbemContext> {
        &self.0
    }

    /// Sets a value.
    ///
    /// # Errors
    /// The context's own.
    pub fn set(&self, name: &str, value: &Value) -> Result<(), Status> {
        let (name, value) = (WideString::new(name), Variant::from_value(value));
        // SAFETY: both live during the call.
        let status = unsafe { self.0.SetValue(name.as_ptr(), 0, &raw const value) };
        if status.is_error() { Err(status) } else { Ok(()) }
    }

    /// The value `name` as this type.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND` without such a value, `WBEM_E_TYPE_MISMATCH` when it
    /// can't be converted.
    pub fn get(&self, name: &str, as_type: Type) -> Result<Value, Status> {
        let (name, mut value) = (WideString::new(name), Variant::EMPTY);
        // SAFETY: both live during the call; an empty VARIANT may be overwritten.
        let status = unsafe { self.0.GetValue(name.as_ptr(), 0, &raw mut value) };
        if status.is_error() { Err(status) } else { value.to_value(as_type) }
    }

    /// All names and values, in order. What no CIM type can hold is left out.
    ///
    /// # Errors
    /// The context's own.
    pub fn values(&self) -> Result<Vec<(String, Value)>, Status> {
        let mut names = std::ptr::null_mut();
        // SAFETY: the slot is valid.
        let status = unsafe { self.0.GetNames(0, &raw mut names) };
        // SAFETY: NULL or an array that is the caller's.
        let names = unsafe { OwnedSafeArray::from_raw(names) };
        if status.is_error() {
            return Err(status);
        }
        let names = names.map_or(Ok(Value::Null), |names| {
            Variant::from_array(names).to_value(Type::array(CimType::String))
        })?;
        let Value::Array(_, names) = names else { return Ok(Vec::new()) };
        let mut values = Vec::with_capacity(names.len());
        for name in names.iter().filter_map(Value::as_str) {
            let (wide, mut variant) = (WideString::new(name), Variant::EMPTY);
            // SAFETY: both live during the call; an empty VARIANT may be overwritten.
            let status = unsafe { self.0.GetValue(wide.as_ptr(), 0, &raw mut variant) };
            if status.is_error() {
                return Err(status);
            }
            let value = match variant.natural_type() {
                Some(ty) => variant.to_value(ty).ok(),
                None => variant.is_null().then_some(Value::Null),
            };
            values.extend(value.map(|value| (name.to_owned(), value)));
        }
        Ok(values)
    }

    /// The flag `name`; one that isn't there is false.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name, CimType::Boolean.into()), Ok(Value::Boolean(true)))
    }

    /// The strings of the array `name`; none when it isn't there.
    #[must_use]
    pub fn strings(&self, name: &str) -> Option<Vec<String>> {
        let Ok(Value::Array(_, values)) = self.get(name, Type::array(CimType::String)) else {
            return None;
        };
        Some(values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
    }

    /// Asks for these properties and no others, besides the keys: what
    /// [`Context::wanted_properties`] reads.
    ///
    /// # Errors
    /// The context's own.
    pub fn want_properties<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<(), Status> {
        let names = names.map(|name| Value::String(name.to_owned())).collect();
        self.set(GET_EXT_PROPERTIES, &Value::Array(CimType::String, names))?;
        self.set(GET_EXT_KEYS_ONLY, &Value::Boolean(false))?;
        self.set(GET_EXT_CLIENT_REQUEST, &Value::Boolean(true))?;
        self.set(GET_EXTENSIONS, &Value::Boolean(true))
    }

    /// The properties that are asked for, besides the keys; `None` means all.
    /// Names that no property has may be among them.
    ///
    /// `__GET_EXTENSIONS` has to be TRUE; then `__GET_EXT_KEYS_ONLY` TRUE asks
    /// for the keys alone, and otherwise `__GET_EXT_PROPERTIES` names the
    /// properties. Whether the client or WMI has asked, which is what
    /// `__GET_EXT_CLIENT_REQUEST` says, makes no difference.
    #[must_use]
    pub fn wanted_properties(&self) -> Option<Vec<String>> {
        if !self.flag(GET_EXTENSIONS) {
            return None;
        }
        if self.flag(GET_EXT_KEYS_ONLY) {
            return Some(Vec::new());
        }
        self.strings(GET_EXT_PROPERTIES)
    }

    /// Says whether cooked values are to be reals where they can be fractions,
    /// of which [`Context::wants_reals`] tells.
    ///
    /// # Errors
    /// The context's own.
    pub fn want_reals(&self, wants: bool) -> Result<(), Status> {
        self.set(PRECISE, &Value::Boolean(wants))
    }

    /// Whether cooked values are to be reals where they can be fractions:
    /// `__HIPERF_PRECISE` is TRUE.
    #[must_use]
    pub fn wants_reals(&self) -> bool {
        self.flag(PRECISE)
    }

    /// A copy, which can be changed without changing this one.
    ///
    /// # Errors
    /// The context's own.
    pub fn duplicate(&self) -> Result<Context, Status> {
        let copy = ComPtr::receive(Status::WBEM_E_FAILED, |slot| {
            // SAFETY: the slot is valid during the call.
            unsafe { self.0.Clone(slot) }
        })?;
        Ok(Context(copy))
    }
}

/// Whether the values below count.
const GET_EXTENSIONS: &str = "__GET_EXTENSIONS";
/// The names of the properties that are asked for.
const GET_EXT_PROPERTIES: &str = "__GET_EXT_PROPERTIES";
/// Whether only the keys are.
const GET_EXT_KEYS_ONLY: &str = "__GET_EXT_KEYS_ONLY";
/// Whether the client set these values itself.
const GET_EXT_CLIENT_REQUEST: &str = "__GET_EXT_CLIENT_REQUEST";

/// Whether cooked values are to be reals where they can be fractions: hiperf's
/// own, as WMI has truncated integers only.
const PRECISE: &str = "__HIPERF_PRECISE";

impl Default for Context {
    fn default() -> Context {
        Context::new()
    }
}

impl From<ComPtr<IWbemContext>> for Context {
    fn from(context: ComPtr<IWbemContext>) -> Context {
        Context(context)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{Bstr, Class, IUnknown, com_class};

    #[track_caller]
    fn next(context: &Context) -> (Status, Option<String>, Variant) {
        let (mut name, mut value) = (std::ptr::null_mut(), Variant::EMPTY);
        // SAFETY: both live during the call.
        let status = unsafe { context.as_com().Next(0, &raw mut name, &raw mut value) };
        // SAFETY: NULL or a BSTR for the caller.
        let name = unsafe { Bstr::from_raw(name) };
        (status, (!name.as_raw().is_null()).then(|| name.to_string()), value)
    }

    #[test]
    fn values_by_name() {
        let context = Context::new();
        context.set("__GET_EXTENSIONS", &Value::Boolean(true)).unwrap();
        context.set("Names", &Value::Array(CimType::String, vec![Value::String("a".into())])).unwrap();
        context.set("names", &Value::Array(CimType::String, vec![Value::String("b".into())])).unwrap();
        assert!(context.flag("__get_extensions"));
        assert_eq!(context.strings("NAMES"), Some(vec!["b".to_owned()]));
        let names = Value::Array(CimType::String, vec![Value::String("b".into())]);
        let all = [("__GET_EXTENSIONS".to_owned(), Value::Boolean(true)), ("Names".to_owned(), names)];
        assert_eq!(context.values().unwrap(), all);
        assert_eq!(Context::new().values().unwrap(), []);
        assert_eq!(context.get("other", CimType::String.into()), Err(Status::WBEM_E_NOT_FOUND));
        assert_eq!(context.get("Names", CimType::Uint8.into()), Err(Status::WBEM_E_TYPE_MISMATCH));
    }

    #[test]
    fn properties_that_are_asked_for() {
        let context = Context::new();
        assert_eq!(context.wanted_properties(), None);
        let names = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        context.want_properties(["A", "b"].into_iter()).unwrap();
        assert_eq!(context.wanted_properties(), names(&["A", "b"]));
        let copy = context.duplicate().unwrap();
        copy.set(GET_EXT_KEYS_ONLY, &Value::Boolean(true)).unwrap();
        assert_eq!((copy.wanted_properties(), context.wanted_properties()), (names(&[]), names(&["A", "b"])));
        // Without the first value the others don't count.
        context.set(GET_EXTENSIONS, &Value::Boolean(false)).unwrap();
        assert_eq!(context.wanted_properties(), None);
        context.set(GET_EXTENSIONS, &Value::Boolean(true)).unwrap();
        context.set(GET_EXT_PROPERTIES, &Value::String("A".into())).unwrap();
        assert_eq!(context.wanted_properties(), None, "no array of names");
    }

    #[test]
    fn reals() {
        let context = Context::new();
        assert!(!context.wants_reals());
        context.want_reals(true).unwrap();
        assert!(context.wants_reals() && context.flag("__hiperf_precise"));
        context.want_reals(false).unwrap();
        assert!(!context.wants_reals());
    }

    #[test]
    fn enumeration() {
        let context = Context::new();
        assert_eq!(next(&context).0, Status::WBEM_E_UNEXPECTED);
        for name in ["one", "two", "three"] {
            context.set(name, &Value::String(name.to_owned())).unwrap();
        }
        let com = context.as_com();
        // SAFETY: no pointers.
        assert_eq!(unsafe { com.BeginEnumeration(0) }, Status::WBEM_S_NO_ERROR);
        // SAFETY: no pointers.
        assert_eq!(unsafe { com.BeginEnumeration(1) }, Status::WBEM_E_INVALID_PARAMETER);
        assert_eq!(next(&context).1.as_deref(), Some("one"));
        let name = WideString::new("ONE");
        // SAFETY: the name lives during the call.
        assert_eq!(unsafe { com.DeleteValue(name.as_ptr(), 0) }, Status::WBEM_S_NO_ERROR);
        // SAFETY: as above.
        assert_eq!(unsafe { com.DeleteValue(name.as_ptr(), 0) }, Status::WBEM_E_NOT_FOUND);
        let (_, second, value) = next(&context);
        assert_eq!((second.as_deref(), value.text().as_deref()), (Some("two"), Some("two")));
        assert_eq!(next(&context).1.as_deref(), Some("three"));
        assert_eq!(next(&context).0, Status::WBEM_S_NO_MORE_DATA);
        // SAFETY: no pointers.
        assert_eq!(unsafe { com.EndEnumeration() }, Status::WBEM_S_NO_ERROR);
        assert_eq!(next(&context).0, Status::WBEM_E_UNEXPECTED);
    }

    #[test]
    fn a_clone_is_separate() {
        let context = Context::new();
        context.set("a", &Value::Sint32(1)).unwrap();
        let copy = ComPtr::receive(Status::WBEM_E_FAILED, |slot| {
            // SAFETY: the slot is valid.
            unsafe { context.as_com().Clone(slot) }
        });
        let copy = Context::from(copy.unwrap());
        context.set("a", &Value::Sint32(2)).unwrap();
        assert_eq!(copy.get("a", CimType::Sint32.into()), Ok(Value::Sint32(1)));
        // SAFETY: no pointers.
        unsafe { copy.as_com().DeleteAll() };
        let mut names = std::ptr::null_mut();
        // SAFETY: the slot is valid.
        unsafe { copy.as_com().GetNames(0, &raw mut names) };
        // SAFETY: the array is the caller's.
        assert!(unsafe { OwnedSafeArray::from_raw(names) }.unwrap().view().is_empty());
    }

    /// An object that, at its end, comes back to the context that held it.
    struct Farewell(Mutex<ComPtr<IWbemContext>>);

    crate::interface! {
        /// An interface for an object that needs none.
        interface INothing [INothingVtbl, INothing_Impl]: IUnknown [Class] =
            "00000000-0000-0000-0000-0000000000F0" {}
    }

    com_class! { class Farewell: INothing; }

    impl INothing_Impl for Farewell {}

    impl Drop for Farewell {
        fn drop(&mut self) {
            // SAFETY: no pointers.
            unsafe { self.0.get_mut().unwrap().BeginEnumeration(0) };
        }
    }

    #[test]
    fn objects_end_outside_of_the_lock() {
        let context = Context::new();
        let com = context.as_com();
        let name = WideString::new("object");
        let set = |value: &Variant| {
            // SAFETY: both live during the call.
            assert_eq!(unsafe { com.SetValue(name.as_ptr(), 0, value) }, Status::WBEM_S_NO_ERROR);
        };
        let farewell = || Variant::from_unknown(ComPtr::new(Farewell(Mutex::new(com.clone()))));
        set(&farewell());
        set(&farewell());
        // SAFETY: the name lives during the call.
        assert_eq!(unsafe { com.DeleteValue(name.as_ptr(), 0) }, Status::WBEM_S_NO_ERROR);
        set(&farewell());
        // SAFETY: no pointers.
        assert_eq!(unsafe { com.DeleteAll() }, Status::WBEM_S_NO_ERROR);
    }

    #[test]
    fn null_parameters() {
        let context = Context::new();
        let com = context.as_com();
        let name = WideString::new("a");
        let bad = Status::WBEM_E_INVALID_PARAMETER;
        // SAFETY: NULL is allowed everywhere and refused.
        unsafe {
            assert_eq!(com.Clone(std::ptr::null_mut()), bad);
            assert_eq!(com.GetNames(0, std::ptr::null_mut()), bad);
            assert_eq!(com.SetValue(std::ptr::null(), 0, &Variant::NULL), bad);
            assert_eq!(com.SetValue(name.as_ptr(), 0, std::ptr::null()), bad);
            assert_eq!(com.GetValue(name.as_ptr(), 0, std::ptr::null_mut()), bad);
        }
    }
}
