//! The parts of a record: numbers, texts and values.
//!
//! ```text
//! count = unsigned LEB128 ;    text = count UTF-8 ;
//! value = 0 | type payload ;   type = CIMTYPE, plus 0x80 for an array ;
//! ```
//! A payload is little-endian and as wide as in an instance; a text; for an
//! object the values of an instance; for an array a count and its elements'.

use hiperf_cim::{CimType, DateTime, Error, Result, Status, Type, Value};

use super::{FindClass, MAX_DEPTH};

/// No CIMTYPE has this bit.
const ARRAY: u8 = 0x80;

/// The byte that says a type.
pub(super) fn tag_of(ty: Type) -> u8 {
    ty.scalar as u8 | if ty.is_array { ARRAY } else { 0 }
}

/// The type that a byte says.
pub(super) fn type_of(tag: u8) -> Option<Type> {
    let scalar = CimType::from_code((tag & !ARRAY).into())?;
    Some(Type { scalar, is_array: tag & ARRAY != 0 })
}

/// A record that is being written.
pub(super) struct Output(Vec<u8>);

impl Output {
    pub(super) fn new(format: u8) -> Output {
        Output(vec![format])
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    #[allow(clippy::cast_possible_truncation)] // seven bits at a time
    pub(super) fn count(&mut self, mut count: usize) {
        while count >= 0x80 {
            self.0.push(count as u8 | 0x80);
            count >>= 7;
        }
        self.0.push(count as u8);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn value(&mut self, value: &Value) {
        match value.type_of() {
            None => self.byte(0),
            Some(ty) => {
                self.byte(tag_of(ty));
                self.payload(value);
            }
        }
    }

    fn payload(&mut self, value: &Value) {
        match value {
            Value::Null => {}
            Value::Sint8(v) => self.0.extend(v.to_le_bytes()),
            Value::Uint8(v) => self.0.push(*v),
            Value::Sint16(v) => self.0.extend(v.to_le_bytes()),
            Value::Uint16(v) | Value::Char16(v) => self.0.extend(v.to_le_bytes()),
            Value::Sint32(v) => self.0.extend(v.to_le_bytes()),
            Value::Uint32(v) => self.0.extend(v.to_le_bytes()),
            Value::Sint64(v) => self.0.extend(v.to_le_bytes()),
            Value::Uint64(v) => self.0.extend(v.to_le_bytes()),
            Value::Real32(v) => self.0.extend(v.to_le_bytes()),
            Value::Real64(v) => self.0.extend(v.to_le_bytes()),
            // As in an instance's block: all ones for TRUE.
            Value::Boolean(v) => self.0.extend(if *v { [0xFF; 2] } else { [0; 2] }),
            Value::String(text) | Value::Reference(text) => self.text(text),
            Value::DateTime(datetime) => self.text(&datetime.to_string()),
            Value::Object(instance) => self.instance(instance),
            // Refused before it comes here; an empty name is no class when it is read.
            Value::Class(_) => self.text(""),
            Value::Array(_, elements) => {
                self.count(elements.len());
                elements.iter().for_each(|element| self.payload(element));
            }
        }
    }
}

/// What is left of a record that is being read.
pub(super) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn new(record: &'a [u8], format: u8) -> Result<Input<'a>> {
        let mut input = Input(record);
        if input.byte()? != format {
            return Err(input.damaged());
        }
        Ok(input)
    }

    pub(super) fn damaged(&self) -> Error {
        let message = "a record of the repository is not of the form it should have";
        Error::new(Status::WBEM_E_CRITICAL_ERROR, message)
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or_else(|| self.damaged())?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk().ok_or_else(|| self.damaged())?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    /// A number of things to come. Each takes a byte at least, so there are no
    /// more than bytes, and nobody reserves room for more.
    pub(super) fn count(&mut self) -> Result<usize> {
        let mut count = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            count |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(count);
            }
        }
        Err(self.damaged())
    }

    pub(super) fn text(&mut self) -> Result<&'a str> {
        let len = self.count()?;
        std::str::from_utf8(self.take(len)?).map_err(|_| self.damaged())
    }

    /// The type of the value that comes next; `None` for NULL.
    pub(super) fn peek_type(&self) -> Result<Option<Type>> {
        match self.0.first() {
            Some(0) => Ok(None),
            Some(tag) => type_of(*tag).map(Some).ok_or_else(|| self.damaged()),
            None => Err(self.damaged()),
        }
    }

    pub(super) fn value(&mut self, find: FindClass<'_>, depth: usize) -> Result<Value> {
        let ty = self.peek_type()?;
        self.byte()?;
        match ty {
            None => Ok(Value::Null),
            Some(ty) if ty.is_array => {
                let count = self.count()?;
                let elements = (0..count).map(|_| self.payload(ty.scalar, find, depth));
                Ok(Value::Array(ty.scalar, elements.collect::<Result<_>>()?))
            }
            Some(ty) => self.payload(ty.scalar, find, depth),
        }
    }

    fn payload(&mut self, scalar: CimType, find: FindClass<'_>, depth: usize) -> Result<Value> {
        Ok(match scalar {
            CimType::Sint8 => Value::Sint8(i8::from_le_bytes(self.array()?)),
            CimType::Uint8 => Value::Uint8(self.byte()?),
            CimType::Sint16 => Value::Sint16(i16::from_le_bytes(self.array()?)),
            CimType::Uint16 => Value::Uint16(u16::from_le_bytes(self.array()?)),
            CimType::Char16 => Value::Char16(u16::from_le_bytes(self.array()?)),
            CimType::Sint32 => Value::Sint32(i32::from_le_bytes(self.array()?)),
            CimType::Uint32 => Value::Uint32(u32::from_le_bytes(self.array()?)),
            CimType::Sint64 => Value::Sint64(i64::from_le_bytes(self.array()?)),
            CimType::Uint64 => Value::Uint64(u64::from_le_bytes(self.array()?)),
            CimType::Real32 => Value::Real32(f32::from_le_bytes(self.array()?)),
            CimType::Real64 => Value::Real64(f64::from_le_bytes(self.array()?)),
            CimType::Boolean => Value::Boolean(u16::from_le_bytes(self.array()?) != 0),
            CimType::String => Value::String(self.text()?.to_owned()),
            CimType::Reference => Value::Reference(self.text()?.to_owned()),
            CimType::DateTime => {
                Value::DateTime(DateTime::parse(self.text()?).ok_or_else(|| self.damaged())?)
            }
            CimType::Object => {
                let name = self.text()?;
                if depth == MAX_DEPTH {
                    let message = format!("objects are embedded in each other more than {MAX_DEPTH} deep");
                    return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
                }
                let class = find(name)?.ok_or_else(|| {
                    let message = format!("the class of an embedded object, {name}, is not there");
                    Error::new(Status::WBEM_E_INVALID_CLASS, message)
                })?;
                Value::Object(Box::new(self.values(&class, find, depth + 1)?))
            }
        })
    }
}
