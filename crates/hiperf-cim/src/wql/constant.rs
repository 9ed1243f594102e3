//! A constant of a query as a value of a CIM type.

use super::expr::{Constant, Literal};
use super::lexer::{Kind, number};
use crate::CimType;

/// What to write instead of a constant of the wrong type.
pub(super) fn hint(constant: &Constant, cim: CimType, is_like: bool) -> &'static str {
    match (cim, &constant.literal) {
        _ if is_like => "LIKE has patterns for text only; elsewhere it means =",
        (CimType::String | CimType::Char16 | CimType::Reference, _) => "text stands between quotes",
        (CimType::Boolean, _) => "write TRUE or FALSE",
        (CimType::DateTime, _) => "write \"yyyymmddHHMMSS.mmmmmm+UUU\" or \"yyyy-MM-dd HH:mm:ss\"",
        (cim, Literal::Real(_)) if cim.is_integer() => "compare with a whole number",
        _ => "write a number",
    }
}

pub(super) fn text_of(literal: &Literal) -> Option<String> {
    match literal {
        Literal::String(text) => Some(text.clone()),
        // Keys that are numbers in spirit are strings in Win32 classes, and
        // scripts compare them with numbers: Handle = 4.
        Literal::Integer(v) => Some(v.to_string()),
        Literal::Real(_) | Literal::Boolean(_) | Literal::Null => None,
    }
}

pub(super) fn integer_of(literal: &Literal) -> Option<i128> {
    match literal {
        Literal::Integer(v) => Some(*v),
        Literal::Boolean(v) => Some((*v).into()),
        Literal::String(text) => match number(text.trim()) {
            Some(Kind::Integer(v)) => Some(v),
            _ => None,
        },
        Literal::Real(_) | Literal::Null => None,
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // the nearest is meant
pub(super) fn real_of(literal: &Literal, is_single: bool) -> Option<f64> {
    let real = match literal {
        Literal::Integer(v) => *v as f64,
        Literal::Real(v) => *v,
        Literal::String(text) => match number(text.trim())? {
            Kind::Integer(v) => v as f64,
            Kind::Real(v) => v,
            _ => return None,
        },
        Literal::Boolean(_) | Literal::Null => return None,
    };
    // 0.1 as a real32 is equal to 0.1 only if that is rounded the same way.
    Some(if is_single { f64::from(real as f32) } else { real })
}

pub(super) fn boolean_of(literal: &Literal) -> Option<bool> {
    match literal {
        Literal::Boolean(v) => Some(*v),
        Literal::Integer(v @ -1..=1) => Some(*v != 0),
        Literal::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Literal::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Literal::String(text) => match number(text.trim()) {
            Some(Kind::Integer(v @ -1..=1)) => Some(v != 0),
            _ => None,
        },
        _ => None,
    }
}
