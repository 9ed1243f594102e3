//! Values as written to values of a declared type.
//!
//! Integers may be given as reals, which are rounded, and 64-bit integers as
//! strings, because automation has no type for them.

use super::is_full;
use crate::mof::ast::{Constant, Initializer, InstanceDeclaration};
use crate::mof::diagnostic::Diagnostic;
use crate::mof::{codes, literal};
use crate::{CimType, DateTime, Instance, Type, Value};

/// What values mean beyond themselves. An error without a diagnostic says that
/// what is wrong was reported where it stands.
pub(super) trait Resolve {
    /// The path that an alias stands for; a diagnostic is about the alias.
    fn path(&mut self, alias: &str) -> Result<String, Option<Diagnostic>>;

    /// An embedded object.
    fn object(&mut self, object: &InstanceDeclaration<'_>) -> Result<Instance, Vec<Diagnostic>>;
}

/// What a value is given to.
#[derive(Clone, Copy)]
pub(super) struct Target<'t> {
    pub ty: Type,
    /// The class that an embedded object must be of, or below.
    pub class_name: Option<&'t str>,
    /// Its name, for a person.
    pub what: &'t str,
}

/// The value that `initializer` means to `target`.
pub(super) fn convert(
    initializer: &Initializer<'_>,
    target: Target<'_>,
    resolve: &mut dyn Resolve,
) -> Result<Value, Vec<Diagnostic>> {
    let what = target.what;
    match (&initializer.value, target.ty.is_array) {
        (Constant::Null, _) => Ok(Value::Null),
        (Constant::Array(elements), true) => {
            let mut values = Vec::with_capacity(elements.len());
            let mut wrong: Option<Vec<Diagnostic>> = None;
            for element in elements {
                match single(element, target, resolve) {
                    Ok(value) => values.push(value),
                    Err(mut diagnostics) => wrong.get_or_insert_default().append(&mut diagnostics),
                }
                if wrong.as_deref().is_some_and(is_full) {
                    break;
                }
            }
            wrong.map_or(Ok(Value::Array(target.ty.scalar, values)), Err)
        }
        (Constant::Array(_), false) => {
            let status = codes::WBEMMOF_E_UNEXPECTED_ARRAY_INIT;
            let message = format!("{what} is no array, so it can't hold one");
            Err(vec![Diagnostic::error(status, initializer.span, message).hint("leave out the braces")])
        }
        (_, true) => {
            let status = codes::WBEMMOF_E_TYPE_MISMATCH;
            let message = format!("{what} is an array, and this is none");
            Err(vec![Diagnostic::error(status, initializer.span, message).hint("put it between braces")])
        }
        (_, false) => single(initializer, target, resolve),
    }
}

/// A value that is no array.
fn single(
    initializer: &Initializer<'_>,
    target: Target<'_>,
    resolve: &mut dyn Resolve,
) -> Result<Value, Vec<Diagnostic>> {
    let object = match (&initializer.value, target.ty.scalar) {
        (Constant::Instance(object), CimType::Object) => object,
        (Constant::Alias(alias), CimType::Reference) => {
            return resolve.path(alias).map(Value::Reference).map_err(|diagnostic| {
                // The alias is used here, wherever its own trouble lies.
                let here = |diagnostic| Diagnostic { span: initializer.span, ..diagnostic };
                diagnostic.map(here).into_iter().collect()
            });
        }
        (_, scalar) => {
            return self::scalar(initializer, scalar, target.what).map_err(|wrong| vec![wrong]);
        }
    };
    let instance = resolve.object(object)?;
    match target.class_name {
        Some(class) if !instance.class().is_a(class) => {
            let message = format!("{} is a {class}, and {} is not", target.what, instance.class().name());
            Err(vec![Diagnostic::error(codes::WBEMMOF_E_TYPE_MISMATCH, object.class.span, message)])
        }
        _ => Ok(Value::Object(Box::new(instance))),
    }
}

fn scalar(initializer: &Initializer<'_>, cim: CimType, what: &str) -> Result<Value, Diagnostic> {
    let mismatch = || {
        let status = codes::WBEMMOF_E_TYPE_MISMATCH;
        let message = format!("{what} is a {}, and this is {}", cim.mof_name(), kind(&initializer.value));
        Diagnostic::error(status, initializer.span, message)
    };
    let out_of_range = || {
        let message = format!("this does not fit into {what}, a {}", cim.mof_name());
        let diagnostic = Diagnostic::error(codes::WBEMMOF_E_OUT_OF_RANGE, initializer.span, message);
        match cim.integer_range() {
            Some((least, most)) => diagnostic.hint(format!("it holds {least} to {most}")),
            None => diagnostic,
        }
    };
    let value = match (&initializer.value, cim) {
        (Constant::Integer(value), cim) if cim.is_integer() => {
            Value::from_integer(cim, *value).ok_or_else(out_of_range)?
        }
        (Constant::Real(real), cim) if cim.is_integer() => {
            // A real beyond an i128 becomes its limit, which is out of range.
            Value::from_integer(cim, real.round() as i128).ok_or_else(out_of_range)?
        }
        (Constant::String(text), CimType::Sint64 | CimType::Uint64) => match literal::number(text.trim()) {
            Ok(Constant::Integer(value)) => Value::from_integer(cim, value).ok_or_else(out_of_range)?,
            Err(literal::LiteralError::TooLarge) => return Err(out_of_range()),
            _ => return Err(mismatch().hint("a quoted 64-bit integer has digits only")),
        },
        (Constant::Real(real), CimType::Real64) => Value::Real64(*real),
        #[allow(clippy::cast_precision_loss)] // the nearest real is what is meant
        (Constant::Integer(value), CimType::Real64) => Value::Real64(*value as f64),
        #[allow(clippy::cast_precision_loss)] // the same
        (Constant::Integer(value), CimType::Real32) => Value::Real32(*value as f32),
        (Constant::Real(real), CimType::Real32) => {
            #[allow(clippy::cast_possible_truncation)] // what doesn't fit becomes infinite
            let value = *real as f32;
            if value.is_infinite() {
                return Err(out_of_range());
            }
            Value::Real32(value)
        }
        (Constant::Boolean(value), CimType::Boolean) => Value::Boolean(*value),
        (Constant::Integer(0 | 1), CimType::Boolean) => return Err(mismatch().hint("write TRUE or FALSE")),
        (Constant::Char(unit), CimType::Char16) => Value::Char16(*unit),
        // Characters in double quotes are found in files of other compilers.
        (Constant::String(text), CimType::Char16) if text.encode_utf16().count() == 1 => {
            Value::Char16(text.encode_utf16().next().unwrap_or_default())
        }
        (Constant::Integer(value), CimType::Char16) => {
            Value::Char16(u16::try_from(*value).map_err(|_| out_of_range())?)
        }
        (Constant::String(text), CimType::String) => Value::String(text.to_string()),
        (Constant::String(text), CimType::DateTime) => match DateTime::parse(text) {
            Some(datetime) => Value::DateTime(datetime),
            None => {
                let hint = "write yyyymmddHHMMSS.mmmmmm+UUU, or ddddddddHHMMSS.mmmmmm:000 for an interval";
                return Err(mismatch().hint(hint));
            }
        },
        (Constant::String(text), CimType::Reference) => Value::Reference(text.to_string()),
        (Constant::Alias(_), _) => {
            let message = format!("an alias is a reference, and {what} is a {}", cim.mof_name());
            return Err(Diagnostic::error(codes::WBEMMOF_E_UNEXPECTED_ALIAS, initializer.span, message));
        }
        (Constant::String(_), cim) if cim.is_integer() || cim.is_real() => {
            return Err(mismatch().hint("leave out the quotes"));
        }
        _ => return Err(mismatch()),
    };
    Ok(value)
}

/// What a constant is, for a person.
pub(super) fn kind(constant: &Constant<'_>) -> &'static str {
    match constant {
        Constant::Null => "NULL",
        Constant::Boolean(_) => "a boolean",
        Constant::Integer(_) => "an integer",
        Constant::Real(_) => "a real",
        Constant::Char(_) => "a character",
        Constant::String(_) => "a string",
        Constant::Alias(_) => "an alias",
        Constant::Array(_) => "an array",
        Constant::Instance(_) => "an object",
    }
}
