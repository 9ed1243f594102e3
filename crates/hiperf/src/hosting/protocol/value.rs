//! A value of a context as a field.
//!
//! ```text
//! u32 CIMTYPE, 0 for NULL | fixed: u64 with the value's bits
//!                         | text: sized UTF-8
//!                         | object: sized EncodingUnit
//!                         | array: u32 count, elements without a type
//! ```

use hiperf_cim::wmio::{self, Decoder, Object};
use hiperf_cim::{CimType, DateTime, Type, Value};

use super::frame::{Field, Malformed, Reader, Writer};

impl Field for Value {
    fn put(&self, writer: &mut Writer) {
        let code = self.type_of().map_or(0, Type::code);
        code.put(writer);
        match self {
            Value::Array(_, elements) => {
                u32::try_from(elements.len()).unwrap_or(u32::MAX).put(writer);
                elements.iter().for_each(|element| put_scalar(element, writer));
            }
            scalar => put_scalar(scalar, writer),
        }
    }

    fn take(reader: &mut Reader<'_>) -> Result<Value, Malformed> {
        let code = u32::take(reader)?;
        if code == 0 {
            return Ok(Value::Null);
        }
        let ty = Type::from_code(code).ok_or(Malformed("a value has no known type"))?;
        if !ty.is_array {
            return take_scalar(ty.scalar, reader);
        }
        let count = u32::take(reader)? as usize;
        if count > reader.0.len() {
            return Err(Malformed("an array is longer than its message"));
        }
        let elements = (0..count).map(|_| take_scalar(ty.scalar, reader)).collect::<Result<_, _>>()?;
        Ok(Value::Array(ty.scalar, elements))
    }
}

fn put_scalar(value: &Value, writer: &mut Writer) {
    let bits = match value {
        Value::Null | Value::Array(..) => return,
        Value::String(text) | Value::Reference(text) => return writer.sized(text.as_bytes()),
        Value::DateTime(datetime) => return writer.sized(datetime.as_str().as_bytes()),
        Value::Object(object) => {
            let mut unit = Vec::new();
            // What can't be encoded travels as nothing, which the other side refuses.
            let _refused_there = wmio::encode_instance(object, &mut unit);
            return writer.sized(&unit);
        }
        Value::Class(class) => {
            let mut unit = Vec::new();
            let _refused_there = wmio::encode_class(class, &mut unit);
            return writer.sized(&unit);
        }
        Value::Sint8(v) => i64::from(*v).cast_unsigned(),
        Value::Sint16(v) => i64::from(*v).cast_unsigned(),
        Value::Sint32(v) => i64::from(*v).cast_unsigned(),
        Value::Sint64(v) => v.cast_unsigned(),
        Value::Uint8(v) => u64::from(*v),
        Value::Uint16(v) | Value::Char16(v) => u64::from(*v),
        Value::Uint32(v) => u64::from(*v),
        Value::Uint64(v) => *v,
        Value::Real32(v) => u64::from(v.to_bits()),
        Value::Real64(v) => v.to_bits(),
        Value::Boolean(v) => u64::from(*v),
    };
    bits.put(writer);
}

fn take_scalar(scalar: CimType, reader: &mut Reader<'_>) -> Result<Value, Malformed> {
    match scalar {
        CimType::String => return String::take(reader).map(Value::String),
        CimType::Reference => return String::take(reader).map(Value::Reference),
        CimType::DateTime => {
            let text = String::take(reader)?;
            let datetime = DateTime::parse(&text).ok_or(Malformed("a datetime is none"))?;
            return Ok(Value::DateTime(datetime));
        }
        CimType::Object => {
            return match Decoder::new().decode(reader.sized()?) {
                Ok(Object::Instance(instance)) => Ok(Value::Object(Box::new(instance))),
                Ok(Object::Class(class)) => Ok(Value::Class(Box::new(class))),
                Err(_) => Err(Malformed("an object in a context is damaged")),
            };
        }
        _ => {}
    }
    let bits = u64::take(reader)?;
    // Both ends are ours and keep to the type; of what doesn't fit, the low bits count.
    #[allow(clippy::cast_possible_truncation)]
    Ok(match scalar {
        CimType::Sint8 => Value::Sint8(bits as i8),
        CimType::Sint16 => Value::Sint16(bits as i16),
        CimType::Sint32 => Value::Sint32(bits as i32),
        CimType::Sint64 => Value::Sint64(bits.cast_signed()),
        CimType::Uint8 => Value::Uint8(bits as u8),
        CimType::Uint16 => Value::Uint16(bits as u16),
        CimType::Char16 => Value::Char16(bits as u16),
        CimType::Uint32 => Value::Uint32(bits as u32),
        CimType::Real32 => Value::Real32(f32::from_bits(bits as u32)),
        CimType::Real64 => Value::Real64(f64::from_bits(bits)),
        CimType::Boolean => Value::Boolean(bits != 0),
        _ => Value::Uint64(bits),
    })
}
