//! CIM types and values.
//!
//! Source: the CIMTYPE enumeration of `wbemcli.h`; \[MS-WMIO\] 2.2.82 for the
//! widths in an instance's value table.

use std::fmt;

use crate::Instance;
use crate::datetime::DateTime;
use crate::wmio::ClassObject;

/// A scalar CIM type; the discriminant is its CIMTYPE number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // the names are the definition
pub enum CimType {
    Sint16 = 2,
    Sint32 = 3,
    Real32 = 4,
    Real64 = 5,
    String = 8,
    Boolean = 11,
    Object = 13,
    Sint8 = 16,
    Uint8 = 17,
    Uint16 = 18,
    Uint32 = 19,
    Sint64 = 20,
    Uint64 = 21,
    DateTime = 101,
    Reference = 102,
    Char16 = 103,
}

impl CimType {
    /// Every scalar type.
    pub const ALL: [CimType; 16] = [
        CimType::Sint16,
        CimType::Sint32,
        CimType::Real32,
        CimType::Real64,
        CimType::String,
        CimType::Boolean,
        CimType::Object,
        CimType::Sint8,
        CimType::Uint8,
        CimType::Uint16,
        CimType::Uint32,
        CimType::Sint64,
        CimType::Uint64,
        CimType::DateTime,
        CimType::Reference,
        CimType::Char16,
    ];

    /// The type with this CIMTYPE number.
    #[must_use]
    pub fn from_code(code: u32) -> Option<CimType> {
        CimType::ALL.into_iter().find(|cim| u32::from(*cim as u8) == code)
    }

    /// The type that MOF calls by this name, in any case. `ref` and class
    /// names are not in it: they are the parser's business.
    #[must_use]
    pub fn from_mof(name: &str) -> Option<CimType> {
        CimType::ALL
            .into_iter()
            .filter(|cim| *cim != CimType::Reference)
            .find(|cim| cim.mof_name().eq_ignore_ascii_case(name))
    }

    /// The name in MOF and in the CIMTYPE qualifier.
    #[must_use]
    pub const fn mof_name(self) -> &'static str {
        match self {
            CimType::Sint8 => "sint8",
            CimType::Uint8 => "uint8",
            CimType::Sint16 => "sint16",
            CimType::Uint16 => "uint16",
            CimType::Sint32 => "sint32",
            CimType::Uint32 => "uint32",
            CimType::Sint64 => "sint64",
            CimType::Uint64 => "uint64",
            CimType::Real32 => "real32",
            CimType::Real64 => "real64",
            CimType::Boolean => "boolean",
            CimType::Char16 => "char16",
            CimType::String => "string",
            CimType::DateTime => "datetime",
            CimType::Reference => "ref",
            CimType::Object => "object",
        }
    }

    /// Bytes a scalar takes in the value table; a string, datetime, reference
    /// or object is a 4-byte reference into the tail.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            CimType::Sint8 | CimType::Uint8 => 1,
            CimType::Sint16 | CimType::Uint16 | CimType::Boolean | CimType::Char16 => 2,
            CimType::Sint32 | CimType::Uint32 | CimType::Real32 => 4,
            CimType::String | CimType::DateTime | CimType::Reference | CimType::Object => 4,
            CimType::Sint64 | CimType::Uint64 | CimType::Real64 => 8,
        }
    }

    /// Whether the value is text in the tail: string, datetime or reference.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, CimType::String | CimType::DateTime | CimType::Reference)
    }

    /// Whether the value is an integer (not a boolean, not a character).
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(
            self,
            CimType::Sint8
                | CimType::Uint8
                | CimType::Sint16
                | CimType::Uint16
                | CimType::Sint32
                | CimType::Uint32
                | CimType::Sint64
                | CimType::Uint64
        )
    }

    /// Whether the value is a real number.
    #[must_use]
    pub const fn is_real(self) -> bool {
        matches!(self, CimType::Real32 | CimType::Real64)
    }

    /// The smallest and largest integer of an integer type.
    #[must_use]
    pub const fn integer_range(self) -> Option<(i128, i128)> {
        Some(match self {
            CimType::Sint8 => (i8::MIN as i128, i8::MAX as i128),
            CimType::Uint8 => (0, u8::MAX as i128),
            CimType::Sint16 => (i16::MIN as i128, i16::MAX as i128),
            CimType::Uint16 => (0, u16::MAX as i128),
            CimType::Sint32 => (i32::MIN as i128, i32::MAX as i128),
            CimType::Uint32 => (0, u32::MAX as i128),
            CimType::Sint64 => (i64::MIN as i128, i64::MAX as i128),
            CimType::Uint64 => (0, u64::MAX as i128),
            _ => return None,
        })
    }
}

/// A property's type: a scalar or an array of scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// The scalar, or the array's element.
    pub scalar: CimType,
    /// Whether it is an array.
    pub is_array: bool,
}

impl Type {
    /// `CIM_FLAG_ARRAY`.
    pub const FLAG_ARRAY: u32 = 0x2000;

    /// A scalar type.
    #[must_use]
    pub const fn scalar(scalar: CimType) -> Type {
        Type { scalar, is_array: false }
    }

    /// An array of `element`.
    #[must_use]
    pub const fn array(element: CimType) -> Type {
        Type { scalar: element, is_array: true }
    }

    /// The CIMTYPE number, `CIM_FLAG_ARRAY` included.
    #[must_use]
    pub const fn code(self) -> u32 {
        self.scalar as u32 | if self.is_array { Type::FLAG_ARRAY } else { 0 }
    }

    /// The type with this CIMTYPE number.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Type> {
        let scalar = CimType::from_code(code & !Type::FLAG_ARRAY)?;
        Some(Type { scalar, is_array: code & Type::FLAG_ARRAY != 0 })
    }

    /// Bytes of the property's slot in the value table.
    #[must_use]
    pub const fn width(self) -> usize {
        if self.is_array { 4 } else { self.scalar.width() }
    }
}

impl From<CimType> for Type {
    fn from(scalar: CimType) -> Type {
        Type::scalar(scalar)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scalar.mof_name())?;
        if self.is_array { f.write_str("[]") } else { Ok(()) }
    }
}

/// A value of a property or of a qualifier. NULL belongs to every type.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // one variant per CIM type
pub enum Value {
    Null,
    Sint8(i8),
    Uint8(u8),
    Sint16(i16),
    Uint16(u16),
    Sint32(i32),
    Uint32(u32),
    Sint64(i64),
    Uint64(u64),
    Real32(f32),
    Real64(f64),
    Boolean(bool),
    Char16(u16),
    String(String),
    DateTime(DateTime),
    Reference(String),
    /// An embedded object.
    Object(Box<Instance>),
    /// A class definition as an embedded object.
    Class(Box<ClassObject>),
    /// Elements of one scalar type, none of them an array or NULL.
    Array(CimType, Vec<Value>),
}

impl Value {
    /// The value's own type; NULL has none.
    #[must_use]
    pub fn type_of(&self) -> Option<Type> {
        Some(Type::scalar(match self {
            Value::Null => return None,
            Value::Sint8(_) => CimType::Sint8,
            Value::Uint8(_) => CimType::Uint8,
            Value::Sint16(_) => CimType::Sint16,
            Value::Uint16(_) => CimType::Uint16,
            Value::Sint32(_) => CimType::Sint32,
            Value::Uint32(_) => CimType::Uint32,
            Value::Sint64(_) => CimType::Sint64,
            Value::Uint64(_) => CimType::Uint64,
            Value::Real32(_) => CimType::Real32,
            Value::Real64(_) => CimType::Real64,
            Value::Boolean(_) => CimType::Boolean,
            Value::Char16(_) => CimType::Char16,
            Value::String(_) => CimType::String,
            Value::DateTime(_) => CimType::DateTime,
            Value::Reference(_) => CimType::Reference,
            Value::Object(_) | Value::Class(_) => CimType::Object,
            Value::Array(element, _) => return Some(Type::array(*element)),
        }))
    }

    /// Whether the value is NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// An integer of any width, exactly.
    #[must_use]
    pub fn as_integer(&self) -> Option<i128> {
        Some(match *self {
            Value::Sint8(v) => v.into(),
            Value::Uint8(v) => v.into(),
            Value::Sint16(v) => v.into(),
            Value::Uint16(v) => v.into(),
            Value::Sint32(v) => v.into(),
            Value::Uint32(v) => v.into(),
            Value::Sint64(v) => v.into(),
            Value::Uint64(v) => v.into(),
            _ => return None,
        })
    }

    /// Any number as a real; an integer above 2^53 loses its low bits.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn as_real(&self) -> Option<f64> {
        match *self {
            Value::Real32(v) => Some(v.into()),
            Value::Real64(v) => Some(v),
            _ => self.as_integer().map(|v| v as f64),
        }
    }

    /// The text of a string or a reference.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) | Value::Reference(text) => Some(text),
            _ => None,
        }
    }

    /// A boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Boolean(v) => Some(*v),
            _ => None,
        }
    }

    /// The integer `v` as a value of the integer type `cim`, or `None` when it
    /// is out of the type's range or `cim` is no integer type.
    #[must_use]
    pub fn from_integer(cim: CimType, v: i128) -> Option<Value> {
        Some(match cim {
            CimType::Sint8 => Value::Sint8(v.try_into().ok()?),
            CimType::Uint8 => Value::Uint8(v.try_into().ok()?),
            CimType::Sint16 => Value::Sint16(v.try_into().ok()?),
            CimType::Uint16 => Value::Uint16(v.try_into().ok()?),
            CimType::Sint32 => Value::Sint32(v.try_into().ok()?),
            CimType::Uint32 => Value::Uint32(v.try_into().ok()?),
            CimType::Sint64 => Value::Sint64(v.try_into().ok()?),
            CimType::Uint64 => Value::Uint64(v.try_into().ok()?),
            _ => return None,
        })
    }
}

impl fmt::Display for Value {
    /// The value as plain text, without quotes: what a table shows. NULL is
    /// empty, an array is its elements between braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => Ok(()),
            Value::Sint8(v) => v.fmt(f),
            Value::Uint8(v) => v.fmt(f),
            Value::Sint16(v) => v.fmt(f),
            Value::Uint16(v) => v.fmt(f),
            Value::Sint32(v) => v.fmt(f),
            Value::Uint32(v) => v.fmt(f),
            Value::Sint64(v) => v.fmt(f),
            Value::Uint64(v) => v.fmt(f),
            Value::Real32(v) => v.fmt(f),
            Value::Real64(v) => v.fmt(f),
            Value::Boolean(v) => f.write_str(if *v { "TRUE" } else { "FALSE" }),
            Value::Char16(unit) => {
                let shown = char::from_u32((*unit).into()).unwrap_or(char::REPLACEMENT_CHARACTER);
                write!(f, "{shown}")
            }
            Value::String(text) | Value::Reference(text) => f.write_str(text),
            Value::DateTime(datetime) => datetime.fmt(f),
            Value::Object(instance) => write!(f, "instance of {}", instance.class().name()),
            Value::Class(object) => write!(f, "class {}", object.class.name()),
            Value::Array(_, elements) => {
                f.write_str("{")?;
                for (n, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if n == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip() {
        for cim in CimType::ALL {
            assert_eq!(CimType::from_code(cim as u32), Some(cim));
            assert_eq!(Type::from_code(Type::array(cim).code()), Some(Type::array(cim)));
        }
        assert_eq!(Type::array(CimType::Uint32).code(), 8211);
        assert_eq!(CimType::from_code(0), None);
        assert_eq!(CimType::from_mof("UINT64"), Some(CimType::Uint64));
        assert_eq!(CimType::from_mof("ref"), None);
    }
}
