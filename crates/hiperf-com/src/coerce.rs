//! What a VARIANT becomes when it is put into a property.
//!
//! The VARIANT's own type need not be the property's: Automation's conversions
//! apply (a number of another width, a number as text), as long as the value
//! fits exactly up to rounding. Where WMI differs, it is followed: a uint32
//! takes a VT_I4 as its bits and refuses narrower types; 64-bit integers come
//! as decimal text or as 0x and hexadecimal digits. VT_NULL and VT_EMPTY are
//! NULL. All else is `WBEM_E_TYPE_MISMATCH`.
//!
//! Source: IWbemClassObject::Put and WMI's "Numbers" page.

use hiperf_cim::wmio::ClassObject;
use hiperf_cim::{CimType, DateTime, Status, Type, Value};

use crate::Variant;
use crate::object::Object;
use crate::variant::vt;

const MISMATCH: Status = Status::WBEM_E_TYPE_MISMATCH;

/// A number of any type.
#[derive(Clone, Copy)]
pub(crate) enum Number {
    Integer(i128),
    Real(f64),
}

impl Variant {
    /// The number that it holds; text is none, and a VT_BOOL is -1 or 0.
    pub(crate) fn number(&self) -> Option<Number> {
        let data = self.data();
        Some(match self.vt() {
            // SAFETY: in each arm, the type says which field is set.
            vt::I1 => Number::Integer(unsafe { data.i1 }.into()),
            // SAFETY: as above.
            vt::UI1 => Number::Integer(unsafe { data.ui1 }.into()),
            // SAFETY: as above.
            vt::I2 => Number::Integer(unsafe { data.i2 }.into()),
            // SAFETY: as above.
            vt::UI2 => Number::Integer(unsafe { data.ui2 }.into()),
            // SAFETY: as above.
            vt::I4 | vt::INT => Number::Integer(unsafe { data.i4 }.into()),
            // SAFETY: as above.
            vt::UI4 | vt::UINT => Number::Integer(unsafe { data.ui4 }.into()),
            // SAFETY: as above.
            vt::I8 => Number::Integer(unsafe { data.i8 }.into()),
            // SAFETY: as above.
            vt::UI8 => Number::Integer(unsafe { data.ui8 }.into()),
            // SAFETY: as above.
            vt::R4 => Number::Real(unsafe { data.r4 }.into()),
            // SAFETY: as above.
            vt::R8 => Number::Real(unsafe { data.r8 }),
            // SAFETY: as above.
            vt::BOOL => Number::Integer(unsafe { data.bool }.into()),
            _ => return None,
        })
    }

    /// The value that a property of this type gets.
    ///
    /// # Errors
    /// `WBEM_E_TYPE_MISMATCH` when the VARIANT can't be converted.
    pub fn to_value(&self, target: Type) -> Result<Value, Status> {
        if matches!(self.vt(), vt::NULL | vt::EMPTY) {
            return Ok(Value::Null);
        }
        if !target.is_array {
            return scalar(self, target.scalar);
        }
        if target.scalar == CimType::Uint32 && self.vt() == vt::ARRAY | vt::R8 {
            // One real will do for a uint32, an array of them for none.
            return Err(MISMATCH);
        }
        let array = self.array().ok_or(MISMATCH)?;
        let elements = array.variants()?;
        let values = elements.iter().map(|element| match scalar(element, target.scalar)? {
            Value::Null => Err(MISMATCH),
            value => Ok(value),
        });
        Ok(Value::Array(target.scalar, values.collect::<Result<_, _>>()?))
    }
}

fn scalar(variant: &Variant, target: CimType) -> Result<Value, Status> {
    match target {
        CimType::Uint32 => uint32(variant),
        integer if integer.is_integer() => {
            Value::from_integer(integer, to_integer(number(variant)?)?).ok_or(MISMATCH)
        }
        CimType::Real32 => to_real32(to_real(number(variant)?)).map(Value::Real32),
        CimType::Real64 => Ok(Value::Real64(to_real(number(variant)?))),
        CimType::Boolean => boolean(variant).map(Value::Boolean),
        CimType::Char16 => char16(variant).map(Value::Char16),
        CimType::String => text(variant).map(Value::String),
        CimType::Reference => variant.text().map(Value::Reference).ok_or(MISMATCH),
        CimType::DateTime => {
            let text = variant.text().ok_or(MISMATCH)?;
            DateTime::parse(&text).map(Value::DateTime).ok_or(MISMATCH)
        }
        CimType::Object => {
            let object = variant.unknown().and_then(|unknown| unknown.cast().ok()).ok_or(MISMATCH)?;
            let object = Object::from_class_object(&object).ok_or(MISMATCH)?;
            let instance = object.to_instance();
            if !object.is_class() {
                return Ok(Value::Object(Box::new(instance)));
            }
            let class = object.class_definition().map_err(|error| error.status())?;
            let decoration = instance.decoration().cloned();
            Ok(Value::Class(Box::new(ClassObject { class, decoration, prototype: None })))
        }
        _ => Err(MISMATCH),
    }
}

fn uint32(variant: &Variant) -> Result<Value, Status> {
    match variant.vt() {
        vt::I4 | vt::INT => {
            // SAFETY: the type says which field is set.
            let bits = unsafe { variant.data().i4 };
            Ok(Value::Uint32(bits.cast_unsigned()))
        }
        vt::I1 | vt::UI1 | vt::I2 | vt::UI2 | vt::BOOL => Err(MISMATCH),
        _ => Value::from_integer(CimType::Uint32, to_integer(number(variant)?)?).ok_or(MISMATCH),
    }
}

/// The VARIANT as a number; text counts when it is one.
fn number(variant: &Variant) -> Result<Number, Status> {
    if variant.vt() == vt::BSTR {
        return parse_number(&variant.text().unwrap_or_default()).ok_or(MISMATCH);
    }
    variant.number().ok_or(MISMATCH)
}

fn parse_number(text: &str) -> Option<Number> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // Without this, a sign would be let in after the prefix.
        if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
            return None;
        }
        return u64::from_str_radix(digits, 16).ok().map(|v| Number::Integer(v.into()));
    }
    parse_decimal(text)
}

/// The number written in decimal, without white space around it.
pub(crate) fn parse_decimal(text: &str) -> Option<Number> {
    if let Ok(integer) = text.parse::<i128>() {
        return Some(Number::Integer(integer));
    }
    // Words such as "inf" and "nan" are no numbers to Automation.
    let numeric = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    text.parse::<f64>().ok().filter(|real| numeric && real.is_finite()).map(Number::Real)
}

/// Rounds half to even, as Automation does.
#[allow(clippy::cast_possible_truncation)] // checked to be in range
fn to_integer(number: Number) -> Result<i128, Status> {
    match number {
        Number::Integer(integer) => Ok(integer),
        Number::Real(real) => {
            let rounded = real.round_ties_even();
            // No integer type reaches 2^65, and every double below is exact in i128.
            let limit = (1u128 << 65) as f64;
            if rounded.abs() < limit { Ok(rounded as i128) } else { Err(MISMATCH) }
        }
    }
}

#[allow(clippy::cast_precision_loss)] // a real property holds what a real holds
fn to_real(number: Number) -> f64 {
    match number {
        Number::Integer(integer) => integer as f64,
        Number::Real(real) => real,
    }
}

#[allow(clippy::cast_possible_truncation)] // overflow is checked, rounding is meant
fn to_real32(real: f64) -> Result<f32, Status> {
    let narrow = real as f32;
    if narrow.is_finite() || !real.is_finite() { Ok(narrow) } else { Err(MISMATCH) }
}

fn boolean(variant: &Variant) -> Result<bool, Status> {
    if let Some(text) = variant.text() {
        if text.eq_ignore_ascii_case("true") {
            return Ok(true);
        }
        if text.eq_ignore_ascii_case("false") {
            return Ok(false);
        }
    }
    Ok(match number(variant)? {
        Number::Integer(integer) => integer != 0,
        Number::Real(real) => real != 0.0,
    })
}

fn char16(variant: &Variant) -> Result<u16, Status> {
    if variant.vt() == vt::I2 {
        // SAFETY: the type says which field is set.
        let bits = unsafe { variant.data().i2 };
        return Ok(bits.cast_unsigned());
    }
    u16::try_from(to_integer(number(variant)?)?).map_err(|_| MISMATCH)
}

fn text(variant: &Variant) -> Result<String, Status> {
    if let Some(text) = variant.text() {
        return Ok(text);
    }
    if variant.vt() == vt::BOOL {
        return Ok(if boolean(variant)? { "True" } else { "False" }.to_owned());
    }
    Ok(match number(variant)? {
        Number::Integer(integer) => integer.to_string(),
        Number::Real(real) => real.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OwnedSafeArray;

    #[track_caller]
    fn round_trip(value: &Value, expected_vt: u16) {
        let variant = Variant::from_value(value);
        assert_eq!(variant.vt(), expected_vt, "{value:?}");
        assert_eq!(variant.to_value(value.type_of().unwrap()).as_ref(), Ok(value));
        let copy = variant.copy().unwrap();
        assert_eq!(copy.to_value(value.type_of().unwrap()).as_ref(), Ok(value));
    }

    fn samples() -> Vec<(Value, u16)> {
        vec![
            (Value::Sint8(-128), vt::I2),
            (Value::Uint8(255), vt::UI1),
            (Value::Sint16(i16::MIN), vt::I2),
            (Value::Uint16(65535), vt::I4),
            (Value::Sint32(i32::MIN), vt::I4),
            (Value::Uint32(u32::MAX), vt::I4),
            (Value::Sint64(i64::MIN), vt::BSTR),
            (Value::Uint64(u64::MAX), vt::BSTR),
            (Value::Real32(1.5), vt::R4),
            (Value::Real64(-0.1), vt::R8),
            (Value::Boolean(true), vt::BOOL),
            (Value::Char16(0xFFFE), vt::I2),
            (Value::String("é\u{1F600}".to_owned()), vt::BSTR),
            (Value::Reference("X.Name=\"a\"".to_owned()), vt::BSTR),
            (Value::DateTime(DateTime::parse("20260102030405.000006+060").unwrap()), vt::BSTR),
        ]
    }

    #[test]
    fn every_type_survives() {
        for (value, vt) in samples() {
            round_trip(&value, vt);
            let cim = value.type_of().unwrap().scalar;
            round_trip(&Value::Array(cim, vec![value.clone(), value]), vt | vt::ARRAY);
            round_trip(&Value::Array(cim, vec![]), vt | vt::ARRAY);
        }
        for cim in CimType::ALL {
            assert_eq!(Variant::NULL.to_value(cim.into()), Ok(Value::Null));
            assert_eq!(Variant::EMPTY.to_value(Type::array(cim)), Ok(Value::Null));
        }
        assert_eq!(Variant::from_value(&Value::Null).vt(), vt::NULL);
    }

    #[track_caller]
    fn check(variant: Variant, target: CimType, expected: Option<Value>) {
        assert_eq!(variant.to_value(target.into()), expected.ok_or(MISMATCH));
    }

    #[test]
    fn uint32_is_particular() {
        check(Variant::from_i4(-1), CimType::Uint32, Some(Value::Uint32(u32::MAX)));
        check(Variant::from_i2(1), CimType::Uint32, None);
        check(Variant::from_ui1(1), CimType::Uint32, None);
        check(Variant::from_r8(2.5), CimType::Uint32, Some(Value::Uint32(2)));
        check(Variant::from_r8(-1.0), CimType::Uint32, None);
        check(Variant::from_r8(f64::NAN), CimType::Uint32, None);
        check(Variant::from_text("4294967295"), CimType::Uint32, Some(Value::Uint32(u32::MAX)));
    }

    #[test]
    fn wide_integers_come_as_text() {
        let max = Value::Uint64(u64::MAX);
        check(Variant::from_text("18446744073709551615"), CimType::Uint64, Some(max.clone()));
        check(Variant::from_text("0xFFFFFFFFFFFFFFFF"), CimType::Uint64, Some(max));
        check(Variant::from_text("18446744073709551616"), CimType::Uint64, None);
        check(Variant::from_text("-1"), CimType::Uint64, None);
        check(Variant::from_text("0x-1"), CimType::Uint64, None);
        check(Variant::from_text("0x"), CimType::Uint64, None);
        check(Variant::from_text(""), CimType::Sint64, None);
        check(Variant::from_text("-9223372036854775808"), CimType::Sint64, Some(Value::Sint64(i64::MIN)));
        check(Variant::from_i4(7), CimType::Uint64, Some(Value::Uint64(7)));
        check(Variant::from_r8(1e300), CimType::Sint64, None);
    }

    #[test]
    fn ranges_and_words() {
        check(Variant::from_i2(128), CimType::Sint8, None);
        check(Variant::from_i4(-1), CimType::Uint16, None);
        check(Variant::from_r8(1e39), CimType::Real32, None);
        check(Variant::from_text("1e3"), CimType::Real64, Some(Value::Real64(1000.0)));
        check(Variant::from_text("nan"), CimType::Real64, None);
        check(Variant::from_text("TRUE"), CimType::Boolean, Some(Value::Boolean(true)));
        check(Variant::from_text("yes"), CimType::Boolean, None);
        check(Variant::from_i4(5), CimType::Boolean, Some(Value::Boolean(true)));
        check(Variant::from_i4(5), CimType::String, Some(Value::String("5".to_owned())));
        check(Variant::from_text("yesterday"), CimType::DateTime, None);
        check(Variant::from_i4(5), CimType::Object, None);
    }

    #[test]
    fn arrays_convert_each_element() {
        let numbers = [Variant::from_i4(1), Variant::from_text("2")];
        let array = OwnedSafeArray::from_variants(vt::VARIANT, numbers.into_iter()).unwrap();
        let variant = Variant::from_array(array);
        let target = Type::array(CimType::Uint16);
        let expected = Value::Array(CimType::Uint16, vec![Value::Uint16(1), Value::Uint16(2)]);
        assert_eq!(variant.to_value(target), Ok(expected));
        assert_eq!(variant.to_value(CimType::Uint16.into()), Err(MISMATCH));
        assert_eq!(Variant::from_i4(1).to_value(target), Err(MISMATCH));
        let real = |target: CimType| {
            let reals = OwnedSafeArray::from_variants(vt::R8, [Variant::from_r8(1.0)].into_iter()).unwrap();
            Variant::from_array(reals).to_value(Type::array(target))
        };
        assert_eq!(real(CimType::Uint32), Err(MISMATCH), "so the page of Put says");
        assert_eq!(real(CimType::Uint16), Ok(Value::Array(CimType::Uint16, vec![Value::Uint16(1)])));
        let none = OwnedSafeArray::from_variants(vt::VARIANT, [].into_iter()).unwrap();
        assert_eq!(Variant::from_array(none).to_value(target), Ok(Value::Array(CimType::Uint16, vec![])));
        let nulls = [Variant::NULL];
        let array = OwnedSafeArray::from_variants(vt::VARIANT, nulls.into_iter()).unwrap();
        assert_eq!(Variant::from_array(array).to_value(target), Err(MISMATCH));
    }
}
