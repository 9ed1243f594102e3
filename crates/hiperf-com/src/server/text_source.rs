//! `IWbemObjectTextSrc`: CIM-XML in its two document types. The other formats
//! are Microsoft's reserve and answer `WBEM_E_NOT_SUPPORTED`.
//!
//! A context says what is written: the booleans `LocalOnly`,
//! `IncludeQualifiers`, `IncludeClassOrigin` and `ExcludeSystemProperties`, all
//! FALSE by default, and `PathLevel`, from 0, the bare object, to 3, the object
//! with its whole path.
//!
//! Source: the Microsoft pages of `IWbemObjectTextSrc::GetText` and
//! `SWbemObjectEx.GetText_`, and "Representing Objects in XML".

use hiperf_cim::xml::{self, Dialect, Options, PathLevel, XmlObject};
use hiperf_cim::{CimType, Status, Value};

use crate::error_info::leave;
use crate::object::Object;
use crate::param::{OutPtr, require, store};
use crate::wide::require_wide;
use crate::{
    Bstr, ComPtr, Context, IWbemClassObject, IWbemContext, IWbemObjectTextSrc, IWbemObjectTextSrc_Impl,
    RawBstr, answer, com_class,
};

/// The COM class behind `CLSID_WbemObjectTextSrc`.
#[derive(Debug, Default)]
pub struct TextSourceObject;

com_class! { class TextSourceObject: IWbemObjectTextSrc; }

/// Most UTF-16 units of a text: a thousand times what an object has.
const MAX_TEXT: usize = 1 << 24;

/// The document type of a format.
fn dialect(flags: i32, format: u32) -> Result<Dialect, Status> {
    const LAST: u32 = 12;
    match format {
        _ if flags != 0 => Err(Status::WBEM_E_INVALID_PARAMETER),
        1 => Ok(Dialect::Cim),
        2 => Ok(Dialect::Wmi),
        3..=LAST => Err(Status::WBEM_E_NOT_SUPPORTED),
        _ => Err(Status::WBEM_E_INVALID_PARAMETER),
    }
}

fn options(dialect: Dialect, context: Option<&Context>) -> Result<Options, Status> {
    let Some(context) = context else { return Ok(Options::new(dialect)) };
    let path_level = match context.get("PathLevel", CimType::Sint32.into()) {
        Err(Status::WBEM_E_NOT_FOUND) | Ok(Value::Null) => Some(PathLevel::Bare),
        Ok(Value::Sint32(level)) => PathLevel::from_number(level),
        _ => None,
    };
    Ok(Options {
        path_level: path_level.ok_or(Status::WBEM_E_INVALID_PARAMETER)?,
        local_only: context.flag("LocalOnly"),
        qualifiers: context.flag("IncludeQualifiers"),
        class_origin: context.flag("IncludeClassOrigin"),
        system_properties: !context.flag("ExcludeSystemProperties"),
        ..Options::new(dialect)
    })
}

impl IWbemObjectTextSrc_Impl for TextSourceObject {
    unsafe fn GetText(
        &self,
        flags: i32,
        object: *mut IWbemClassObject,
        format: u32,
        context: *mut IWbemContext,
        text: *mut RawBstr,
    ) -> Status {
        answer(|| {
            if text.is_null() {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: not NULL, so writable by the caller's promise.
            unsafe { store(text, std::ptr::null_mut()) };
            // SAFETY: the caller's promise.
            let object = unsafe { require(object) }?;
            let dialect = dialect(flags, format)?;
            // SAFETY: the caller's promise.
            let context = unsafe { ComPtr::from_borrowed(context) }.map(Context::from);
            let options = options(dialect, context.as_ref())?;
            let object = Object::from_class_object(&object).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
            // Of a class, the instance with its defaults, and what it came from.
            let instance = object.to_instance();
            let written = match object.is_class() {
                true => {
                    let decoration = instance.decoration().map(|decoration| &**decoration);
                    object.class_definition().and_then(|class| xml::write_class(&class, decoration, options))
                }
                false => xml::write_instance(&instance, options),
            };
            let written = Bstr::new(&written.map_err(leave)?);
            // SAFETY: as above; the string becomes the caller's.
            unsafe { store(text, written.into_raw()) };
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn CreateFromText(
        &self,
        flags: i32,
        text: RawBstr,
        format: u32,
        _: *mut IWbemContext,
        object: *mut *mut IWbemClassObject,
    ) -> Status {
        answer(|| {
            // SAFETY: the caller's promise.
            let out = unsafe { OutPtr::new(object) }?;
            dialect(flags, format)?;
            // SAFETY: NULL or a BSTR, which ends with a NUL, by the caller's promise.
            let text = unsafe { require_wide(text, MAX_TEXT) }?;
            let read = match xml::read(&text).map_err(leave)? {
                XmlObject::Class(class, decoration) => Object::from_class_in(&class, decoration),
                XmlObject::Instance(instance) => Object::new(*instance),
            };
            out.set(read.access().cast()?);
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }
}
