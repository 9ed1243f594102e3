//! VariantChangeType: a VARIANT's value as one of another type.
//!
//! These are OLE Automation's rules, without a locale: a real is rounded half
//! to even on its way to an integer, what doesn't fit is an overflow, text may
//! be a decimal number, VT_EMPTY is 0 or no text, and TRUE is -1, which is all
//! ones in an unsigned type. VT_NULL converts to nothing. Dates, currency and
//! objects convert to their own type only, as do arrays.
//!
//! What becomes of a VARIANT that is put into a property is another matter,
//! with rules of WMI's own: see `coerce.rs`.
//!
//! Source: the documentation of VariantChangeType and of the conversion
//! functions behind it (VarI4FromR8 and its kin).

use hiperf_cim::Status;

use crate::coerce::{Number, parse_decimal};
use crate::variant::{Data, VARIANT_TRUE, vt};
use crate::{Bstr, Variant};

/// `VARIANT_ALPHABOOL`: a VT_BOOL becomes the text `True` or `False`.
const ALPHABOOL: u16 = 0x02;

/// Digits of a real's text.
const DIGITS_R4: usize = 7;
const DIGITS_R8: usize = 15;

impl Variant {
    /// Its value as one of type `target`; `flags` are VARIANT_* ones, of which
    /// `VARIANT_ALPHABOOL` matters.
    ///
    /// # Errors
    /// `DISP_E_TYPEMISMATCH` when there is no such value, `DISP_E_OVERFLOW`
    /// when it is out of range, `DISP_E_BADVARTYPE` for a type that isn't known
    /// here.
    pub fn change_type(&self, target: u16, flags: u16) -> Result<Variant, Status> {
        for vt in [self.vt(), target] {
            if !is_known(vt & !(vt::ARRAY | vt::BYREF)) {
                return Err(Status::DISP_E_BADVARTYPE);
            }
        }
        if target & vt::BYREF != 0 {
            return Err(Status::DISP_E_BADVARTYPE);
        }
        if self.vt() == target {
            return self.copy();
        }
        if (self.vt() | target) & (vt::ARRAY | vt::BYREF) != 0 {
            return Err(Status::DISP_E_TYPEMISMATCH);
        }
        if target == vt::BSTR {
            return self.written(flags).map(|text| Variant::from_bstr(Bstr::new(&text)));
        }
        if target == vt::BOOL {
            return self.truth().map(Variant::from_bool);
        }
        let number = self.read_number()?;
        if self.vt() == vt::BOOL {
            return all_ones(target, number);
        }
        converted(target, number)
    }

    /// The number that it holds or, being text, spells.
    fn read_number(&self) -> Result<Number, Status> {
        let number = match self.vt() {
            vt::EMPTY => Some(Number::Integer(0)),
            vt::BSTR => self.text().and_then(|text| parse_decimal(text.trim_matches(' '))),
            _ => self.number(),
        };
        number.ok_or(Status::DISP_E_TYPEMISMATCH)
    }

    fn truth(&self) -> Result<bool, Status> {
        if let Some(text) = self.text() {
            let word = text.trim_matches(' ');
            for (name, truth) in [("True", true), ("False", false), ("#TRUE#", true), ("#FALSE#", false)] {
                if word.eq_ignore_ascii_case(name) {
                    return Ok(truth);
                }
            }
        }
        Ok(match self.read_number()? {
            Number::Integer(integer) => integer != 0,
            Number::Real(real) => real != 0.0,
        })
    }

    fn written(&self, flags: u16) -> Result<String, Status> {
        if self.vt() == vt::EMPTY {
            return Ok(String::new());
        }
        if self.vt() == vt::BOOL && flags & ALPHABOOL != 0 {
            return Ok(if self.truth()? { "True" } else { "False" }.to_owned());
        }
        match self.read_number()? {
            Number::Integer(integer) => Ok(integer.to_string()),
            Number::Real(real) if !real.is_finite() => Err(Status::DISP_E_TYPEMISMATCH),
            Number::Real(real) => {
                Ok(written_real(real, if self.vt() == vt::R4 { DIGITS_R4 } else { DIGITS_R8 }))
            }
        }
    }
}

/// Whether a scalar of this type has a meaning here.
const fn is_known(vt: u16) -> bool {
    matches!(vt, vt::EMPTY..=vt::UNKNOWN | vt::I1..=vt::UINT)
}

/// A VT_BOOL as a number: -1 or 0 in the width of the target.
fn all_ones(target: u16, number: Number) -> Result<Variant, Status> {
    let is_true = matches!(number, Number::Integer(integer) if integer != 0);
    let unsigned = match target {
        vt::UI1 => u8::MAX.into(),
        vt::UI2 => u16::MAX.into(),
        vt::UI4 | vt::UINT => u32::MAX.into(),
        vt::UI8 => u64::MAX.into(),
        _ => return converted(target, Number::Integer(if is_true { VARIANT_TRUE.into() } else { 0 })),
    };
    converted(target, Number::Integer(if is_true { unsigned } else { 0 }))
}

/// A number as a VARIANT of a numeric type.
fn converted(target: u16, number: Number) -> Result<Variant, Status> {
    let data = match target {
        vt::I1 => Data { i1: integer(number)? },
        vt::UI1 => Data { ui1: integer(number)? },
        vt::I2 => Data { i2: integer(number)? },
        vt::UI2 => Data { ui2: integer(number)? },
        vt::I4 | vt::INT => Data { i4: integer(number)? },
        vt::UI4 | vt::UINT => Data { ui4: integer(number)? },
        vt::I8 => Data { i8: integer(number)? },
        vt::UI8 => Data { ui8: integer(number)? },
        vt::R4 => Data { r4: narrow(real(number))? },
        vt::R8 => Data { r8: real(number) },
        _ => return Err(Status::DISP_E_TYPEMISMATCH),
    };
    // SAFETY: each arm sets the field of its type, and none is a pointer.
    Ok(unsafe { Variant::from_data(target, data) })
}

#[allow(clippy::cast_possible_truncation)] // checked to be in range
fn integer<T: TryFrom<i128>>(number: Number) -> Result<T, Status> {
    let integer = match number {
        Number::Integer(integer) => integer,
        Number::Real(real) => {
            let rounded = real.round_ties_even();
            // No integer type reaches 2^65, and every double below is exact in i128.
            let limit = (1u128 << 65) as f64;
            // NaN is below no limit.
            if rounded.abs() < limit { rounded as i128 } else { return Err(Status::DISP_E_OVERFLOW) }
        }
    };
    integer.try_into().map_err(|_| Status::DISP_E_OVERFLOW)
}

#[allow(clippy::cast_precision_loss)] // a real holds what a real holds
fn real(number: Number) -> f64 {
    match number {
        Number::Integer(integer) => integer as f64,
        Number::Real(real) => real,
    }
}

#[allow(clippy::cast_possible_truncation)] // overflow is checked, rounding is meant
fn narrow(real: f64) -> Result<f32, Status> {
    let narrow = real as f32;
    if narrow.is_finite() || !real.is_finite() { Ok(narrow) } else { Err(Status::DISP_E_OVERFLOW) }
}

/// A finite real with so many significant digits and no zeros at its end; with
/// an exponent when it is below 0.0001 or has more digits before the point.
fn written_real(real: f64, digits: usize) -> String {
    if real == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{real:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let short = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    let last = i32::try_from(digits).unwrap_or(i32::MAX) - 1;
    if (-4..=last).contains(&exponent) {
        let decimals = usize::try_from(last - exponent).unwrap_or_default();
        return short(&format!("{real:.decimals$}"));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}E{sign}{:02}", short(mantissa), exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OwnedSafeArray;

    const MISMATCH: Status = Status::DISP_E_TYPEMISMATCH;
    const OVERFLOW: Status = Status::DISP_E_OVERFLOW;

    /// The value changed to `target` and from there to text.
    #[track_caller]
    fn check(value: impl Into<Variant>, target: u16, expected: Result<&str, Status>) {
        let changed = value.into().change_type(target, 0);
        if let Ok(changed) = &changed {
            assert_eq!(changed.vt(), target);
        }
        let text =
            changed.and_then(|changed| changed.written(ALPHABOOL).or(Ok(changed.text().unwrap_or_default())));
        assert_eq!(text.as_deref(), expected.as_deref());
    }

    impl From<&str> for Variant {
        fn from(text: &str) -> Variant {
            Variant::from_text(text)
        }
    }

    impl From<i32> for Variant {
        fn from(number: i32) -> Variant {
            Variant::from_i4(number)
        }
    }

    impl From<f64> for Variant {
        fn from(real: f64) -> Variant {
            Variant::from_r8(real)
        }
    }

    #[test]
    fn numbers_fit_or_overflow() {
        check(127, vt::I1, Ok("127"));
        check(128, vt::I1, Err(OVERFLOW));
        check(-1, vt::UI1, Err(OVERFLOW));
        check(-1, vt::UI8, Err(OVERFLOW));
        check(65535, vt::UI2, Ok("65535"));
        check(65536, vt::UI2, Err(OVERFLOW));
        check(-5, vt::I8, Ok("-5"));
        check(5, vt::R8, Ok("5"));
        check(9.3e18, vt::I8, Err(OVERFLOW));
        check(9.3e18, vt::UI8, Ok("9300000000000000000"));
        check(1e300, vt::I4, Err(OVERFLOW));
        check(1e39, vt::R4, Err(OVERFLOW));
        check(f64::NAN, vt::I4, Err(OVERFLOW));
    }

    #[test]
    fn reals_round_half_to_even() {
        for (real, rounded) in [(0.5, "0"), (1.5, "2"), (2.5, "2"), (-0.5, "0"), (-1.5, "-2"), (2.4999, "2")]
        {
            check(real, vt::I4, Ok(rounded));
        }
        check("2.5", vt::INT, Ok("2"));
    }

    #[test]
    fn text_is_a_decimal_number_or_none() {
        check("no number", vt::I4, Err(MISMATCH));
        check("", vt::I4, Err(MISMATCH));
        check("0x10", vt::I4, Err(MISMATCH));
        check("inf", vt::R8, Err(MISMATCH));
        check(" -12 ", vt::I4, Ok("-12"));
        check("18446744073709551615", vt::UI8, Ok("18446744073709551615"));
        check("18446744073709551616", vt::UI8, Err(OVERFLOW));
        check("4294967296", vt::UI4, Err(OVERFLOW));
        check("1.25e2", vt::R8, Ok("125"));
        check("abc", vt::BSTR, Ok("abc"));
    }

    #[test]
    fn truth() {
        check(2, vt::BOOL, Ok("True"));
        check(0.0, vt::BOOL, Ok("False"));
        check("true", vt::BOOL, Ok("True"));
        check("#FALSE#", vt::BOOL, Ok("False"));
        check("yes", vt::BOOL, Err(MISMATCH));
        check(Variant::from_bool(true), vt::I4, Ok("-1"));
        check(Variant::from_bool(true), vt::UI1, Ok("255"));
        check(Variant::from_bool(true), vt::UI8, Ok("18446744073709551615"));
        check(Variant::from_bool(false), vt::UI4, Ok("0"));
        check(Variant::from_bool(true), vt::R8, Ok("-1"));
        check(Variant::from_bool(true), vt::BSTR, Ok("-1"));
        let word = Variant::from_bool(true).change_type(vt::BSTR, ALPHABOOL).unwrap();
        assert_eq!(word.text().as_deref(), Some("True"));
    }

    #[test]
    fn reals_as_text() {
        let as_text = |real: f64| Variant::from_r8(real).change_type(vt::BSTR, 0).unwrap().text().unwrap();
        for (real, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (100.0, "100"),
            (-2.5, "-2.5"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.3"),
            (0.0001, "0.0001"),
            (0.00001, "1E-05"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e15, "1E+15"),
            (1.5e300, "1.5E+300"),
            (999_999_999_999_999.9, "1E+15"),
        ] {
            assert_eq!(as_text(real), text);
        }
        let narrow = Variant::from_r4(0.1).change_type(vt::BSTR, 0).unwrap();
        assert_eq!(narrow.text().as_deref(), Some("0.1"));
        check(f64::INFINITY, vt::BSTR, Err(MISMATCH));
    }

    #[test]
    fn nothing_and_what_does_not_convert() {
        check(Variant::EMPTY, vt::I4, Ok("0"));
        check(Variant::EMPTY, vt::BSTR, Ok(""));
        check(Variant::EMPTY, vt::BOOL, Ok("False"));
        for target in [vt::I4, vt::BSTR, vt::BOOL] {
            check(Variant::NULL, target, Err(MISMATCH));
        }
        for target in [vt::NULL, vt::EMPTY, vt::DATE, vt::CY, vt::ERROR, vt::UNKNOWN, vt::ARRAY | vt::I4] {
            check(5, target, Err(MISMATCH));
        }
        for target in [14, 36, 0x1000 | vt::I4, vt::BYREF | vt::I4] {
            check(5, target, Err(Status::DISP_E_BADVARTYPE));
        }
        let array = || Variant::from_array(OwnedSafeArray::vector(vt::I4, 0, 2).unwrap());
        assert_eq!(array().change_type(vt::ARRAY | vt::I4, 0).unwrap().array().unwrap().len(), 2);
        check(array(), vt::I4, Err(MISMATCH));
        check(array(), vt::ARRAY | vt::BSTR, Err(MISMATCH));
    }
}
