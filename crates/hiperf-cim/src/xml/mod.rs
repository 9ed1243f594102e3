//! CIM-XML: classes and instances as elements of DSP0201, the text of
//! `IWbemObjectTextSrc`.
//!
//! ```text
//! CLASS     NAME SUPERCLASS?   QUALIFIER* PROPERTY* METHOD*
//! INSTANCE  CLASSNAME          QUALIFIER* PROPERTY*
//! PROPERTY  NAME TYPE          QUALIFIER* VALUE?        without one it is NULL
//! METHOD    NAME TYPE?         QUALIFIER* PARAMETER*
//! ```
//! By the type, `PROPERTY`, `PARAMETER` and `VALUE` get `.ARRAY`, `.REFERENCE`
//! or `.REFARRAY` behind them. In WMI's dialect embedded objects are
//! `PROPERTY.OBJECT` and `.OBJECTARRAY`; in DSP0201 they are strings that hold
//! such an element, marked by the attribute `EmbeddedObject`, and the class
//! that the property names is not told.
//!
//! What is read is taken as it says: an instance doesn't say what its class has
//! beside, so it is read as one of a class of just its properties, and a class
//! knows of its ancestors no more than the names. Which properties are keys, and
//! where the object came from, is also told by its path and by the properties of
//! the system, if they are there.
//!
//! Not here: messages and the operations over HTTP.
//!
//! Source: DSP0201 2.3 and the Microsoft page of `IWbemObjectTextSrc`.

mod decode;
mod element;
mod encode;
mod parser;
mod path_level;
mod reference;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;

use crate::{CimType, Class, Decoration, Error, Instance, Result, Status, Type};

pub use path_level::PathLevel;

/// Which document type the text is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `WMI_OBJ_TEXT_CIM_DTD_2_0`: that of DSP0201.
    Cim,
    /// `WMI_OBJ_TEXT_WMI_DTD_2_0`: the same with WMI's extensions.
    Wmi,
}

/// What is written of an object.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The document type.
    pub dialect: Dialect,
    /// Write the path as well.
    pub path_level: PathLevel,
    /// Leave out what the class inherits.
    pub local_only: bool,
    /// Write qualifiers.
    pub qualifiers: bool,
    /// Write the class that first declared a property or a method.
    pub class_origin: bool,
    /// Write system properties, which only [`Dialect::Wmi`] has.
    pub system_properties: bool,
}

impl Options {
    /// What WMI writes if it isn't told otherwise: no qualifiers, no origins.
    #[must_use]
    pub fn new(dialect: Dialect) -> Options {
        Options {
            dialect,
            path_level: PathLevel::Bare,
            local_only: false,
            qualifiers: false,
            class_origin: false,
            system_properties: true,
        }
    }
}

/// An object that was read.
#[derive(Clone, Debug)]
pub enum XmlObject {
    /// `CLASS`, and where it came from.
    Class(Arc<Class>, Option<Arc<Decoration>>),
    /// `INSTANCE`.
    Instance(Box<Instance>),
}

/// Writes a class; `decoration` says where it came from.
///
/// # Errors
/// * `WBEM_E_NOT_SUPPORTED`: something in it has no form in the dialect.
/// * `WBEM_E_INVALID_OBJECT_PATH`: a reference is no path.
/// * `WBEM_E_INVALID_OBJECT`, `WBEM_E_NONDECORATED_OBJECT`: its path is wanted,
///   and it has none.
pub fn write_class(class: &Class, decoration: Option<&Decoration>, options: Options) -> Result<String> {
    let element = encode::class(class, decoration, options)?;
    let path = Some(class.name().to_owned());
    options.path_level.wrap(element, class, path, decoration).map(|element| element.to_string())
}

/// Writes an instance.
///
/// # Errors
/// As [`write_class`].
pub fn write_instance(instance: &Instance, options: Options) -> Result<String> {
    let element = encode::instance(instance, options)?;
    let decoration = instance.decoration().map(|decoration| &**decoration);
    let wrapped = options.path_level.wrap(element, instance.class(), instance.relpath(), decoration);
    wrapped.map(|element| element.to_string())
}

/// Reads a class or an instance; both dialects are understood.
///
/// # Errors
/// * `WBEM_E_INVALID_SYNTAX`: it is no XML.
/// * `WBEM_E_INVALID_OBJECT`: it is no object, or lacks something.
/// * `WBEM_E_TYPE_MISMATCH`: a value is not of its type.
/// * those of [`ClassBuilder`](crate::ClassBuilder).
pub fn read(text: &str) -> Result<XmlObject> {
    let document = parser::parse(text)?;
    let (object, path) = path_level::unwrap(&document)?;
    decode::object(object, path.as_ref(), 0)
}

/// How a type is written.
struct Form {
    /// Behind `PROPERTY` and `PARAMETER`.
    suffix: &'static str,
    /// The element of a value.
    value: &'static str,
    /// Whether objects are written as strings.
    in_string: bool,
}

/// The form of a type in a dialect.
fn form(ty: Type, dialect: Dialect) -> Form {
    let of = |suffix, value| Form { suffix, value, in_string: false };
    match (ty.scalar, ty.is_array, dialect) {
        (CimType::Reference, false, _) => of(".REFERENCE", "VALUE.REFERENCE"),
        (CimType::Reference, true, _) => of(".REFARRAY", "VALUE.REFARRAY"),
        (CimType::Object, false, Dialect::Wmi) => of(".OBJECT", "VALUE.OBJECT"),
        (CimType::Object, true, Dialect::Wmi) => of(".OBJECTARRAY", "VALUE.OBJECTARRAY"),
        (scalar, false, _) => Form { in_string: scalar == CimType::Object, ..of("", "VALUE") },
        (scalar, true, _) => Form { in_string: scalar == CimType::Object, ..of(".ARRAY", "VALUE.ARRAY") },
    }
}

/// The error of an element that is not as it should be.
fn invalid(message: impl Into<String>) -> Error {
    Error::new(Status::WBEM_E_INVALID_OBJECT, message)
}
