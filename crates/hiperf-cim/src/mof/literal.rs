//! What the text of a literal means: numbers, characters and strings.
//!
//! ```text
//! integer  = [sign] ( digit {digit} | "0" ("x"|"X") hex {hex} | "0" octal {octal} | bit {bit} ("b"|"B") )
//! real     = [sign] {digit} "." digit {digit} [ ("e"|"E") [sign] digit {digit} ]
//! char16   = "'" ( character | escape ) "'"
//! string   = '"' { character | escape } '"'
//! escape   = "\" ( '"' | "'" | "\" | "b" | "t" | "n" | "f" | "r" | ("x"|"X") hex [hex] [hex] [hex] )
//! ```
//!
//! A backslash in a string that starts no escape is an error here, and stands
//! for itself to whoever goes on in spite of it.
//!
//! Source: mofcomp's documentation; DSP0004 annex A.

use std::fmt;

use super::ast::Constant;

/// Why a literal means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LiteralError {
    /// Not a number of any form.
    Malformed,
    /// A real without a point, such as `1e5`.
    RealWithoutPoint,
    /// More than a sint64 or a uint64 can hold.
    TooLarge,
    /// A backslash with nothing it could escape after it, at this byte.
    Escape { at: usize },
    /// Half of a surrogate pair, at this byte.
    Surrogate { at: usize },
    /// A character literal that isn't one UTF-16 code unit.
    NotOneCharacter,
}

impl fmt::Display for LiteralError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LiteralError::Malformed => "this is not a number",
            LiteralError::RealWithoutPoint => "a real number has a point",
            LiteralError::TooLarge => "this number fits into no type",
            LiteralError::Escape { .. } => "there is no such escape",
            LiteralError::Surrogate { .. } => "this is half of a surrogate pair",
            LiteralError::NotOneCharacter => "a char16 holds exactly one UTF-16 code unit",
        })
    }
}

impl LiteralError {
    /// What to do about it.
    pub fn hint(self) -> Option<&'static str> {
        Some(match self {
            LiteralError::Malformed => {
                "write digits, hexadecimal as 0x1F, octal as 017, binary as 101b, or a real as 1.5"
            }
            LiteralError::RealWithoutPoint => "write 1.0e5 for 1e5",
            LiteralError::TooLarge => "integers go from -9223372036854775808 to 18446744073709551615",
            LiteralError::Escape { .. } => {
                "write \\\\ for a backslash; the escapes are \\\" \\' \\\\ \\b \\t \\n \\f \\r and \\x1234"
            }
            LiteralError::Surrogate { .. } | LiteralError::NotOneCharacter => return None,
        })
    }
}

/// The value of a number.
pub(super) fn number(text: &str) -> Result<Constant<'static>, LiteralError> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let bytes = digits.as_bytes();
    if bytes.contains(&b'.') && is_real(bytes) {
        // `is_real` admits only what this accepts.
        let real: f64 = text.parse().map_err(|_| LiteralError::Malformed)?;
        return if real.is_finite() { Ok(Constant::Real(real)) } else { Err(LiteralError::TooLarge) };
    }
    let (radix, digits) = match bytes {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [bits @ .., b'b' | b'B'] => (2, bits),
        [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
        _ => (10, bytes),
    };
    let Some(magnitude) = magnitude(digits, radix)? else {
        let is_exponent = bytes.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'e' | b'E' | b'+' | b'-'));
        let starts_right = bytes.first().is_some_and(u8::is_ascii_digit);
        return Err(match is_exponent && starts_right && bytes.iter().any(|b| matches!(b, b'e' | b'E')) {
            true => LiteralError::RealWithoutPoint,
            false => LiteralError::Malformed,
        });
    };
    let value = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    if value < i128::from(i64::MIN) { Err(LiteralError::TooLarge) } else { Ok(Constant::Integer(value)) }
}

/// The value of digits, or `None` if they are not digits of this radix.
fn magnitude(digits: &[u8], radix: u8) -> Result<Option<u64>, LiteralError> {
    let mut value: u64 = 0;
    let mut is_too_large = false;
    for &byte in digits {
        let Some(digit) = char::from(byte).to_digit(radix.into()) else { return Ok(None) };
        match value.checked_mul(radix.into()).and_then(|v| v.checked_add(digit.into())) {
            Some(next) => value = next,
            None => is_too_large = true,
        }
    }
    if is_too_large {
        return Err(LiteralError::TooLarge);
    }
    Ok(if digits.is_empty() { None } else { Some(value) })
}

/// Whether `bytes` are `{digit} "." digit {digit} [exponent]`.
fn is_real(bytes: &[u8]) -> bool {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = digits(0);
    if bytes.get(at) != Some(&b'.') {
        return false;
    }
    at += 1;
    match digits(at) {
        0 => return false,
        count => at += count,
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        match digits(at) {
            0 => return false,
            count => at += count,
        }
    }
    at == bytes.len()
}

/// The UTF-16 code unit of a character literal, quotes included.
pub(super) fn character(text: &str) -> Result<u16, LiteralError> {
    let inner = inside(text, '\'');
    if let Some(escape) = inner.strip_prefix('\\') {
        let (unit, length) = escaped(escape.as_bytes()).ok_or(LiteralError::Escape { at: 1 })?;
        return if length == escape.len() { Ok(unit) } else { Err(LiteralError::NotOneCharacter) };
    }
    let mut units = inner.encode_utf16();
    match (units.next(), units.next()) {
        (Some(unit), None) => Ok(unit),
        _ => Err(LiteralError::NotOneCharacter),
    }
}

/// Appends what an escaped string, quotes included, means. A backslash that
/// escapes nothing stands for itself, and half of a surrogate pair is left out;
/// the first such place is the error, a surrogate before a backslash.
pub(super) fn unescape(text: &str, out: &mut String) -> Result<(), LiteralError> {
    let inner = inside(text, '"');
    let (mut failed, mut unknown) = (None, None);
    // Escapes name UTF-16 code units, so a character outside the basic plane
    // takes two of them: the first one waits here, with the byte it stands at.
    let mut high: Option<(usize, u16)> = None;
    let mut at = 0;
    loop {
        let run = &inner[at..];
        let run = &run[..run.find('\\').unwrap_or(run.len())];
        if !run.is_empty() {
            if let Some((at, _)) = high.take() {
                failed.get_or_insert(LiteralError::Surrogate { at });
            }
            out.push_str(run);
        }
        // The byte of the backslash, counted with the opening quote.
        let backslash = at + run.len() + 1;
        if backslash > inner.len() {
            break;
        }
        at = backslash;
        let Some((unit, length)) = escaped(&inner.as_bytes()[at..]) else {
            out.push('\\');
            unknown.get_or_insert(LiteralError::Escape { at: backslash });
            continue;
        };
        at += length;
        if let Some((at, first)) = high.take() {
            if let Some(Ok(c)) = char::decode_utf16([first, unit]).next() {
                out.push(c);
                continue;
            }
            failed.get_or_insert(LiteralError::Surrogate { at });
        }
        match char::from_u32(unit.into()) {
            Some(c) => out.push(c),
            None if unit < 0xDC00 => high = Some((backslash, unit)),
            None => {
                failed.get_or_insert(LiteralError::Surrogate { at: backslash });
            }
        }
    }
    if let Some((at, _)) = high {
        failed.get_or_insert(LiteralError::Surrogate { at });
    }
    failed.or(unknown).map_or(Ok(()), Err)
}

/// The literal without its quotes; the closing one may be missing.
fn inside(text: &str, quote: char) -> &str {
    let inner = text.strip_prefix(quote).unwrap_or(text);
    inner.strip_suffix(quote).unwrap_or(inner)
}

/// The code unit that the bytes after a backslash name, and how many of them
/// it takes.
fn escaped(rest: &[u8]) -> Option<(u16, usize)> {
    Some(match rest.first()? {
        b'x' | b'X' => {
            let (mut unit, mut length) = (0_u32, 1);
            for digit in rest[1..].iter().take(4).map_while(|byte| char::from(*byte).to_digit(16)) {
                unit = unit << 4 | digit;
                length += 1;
            }
            // Four digits of four bits fit into sixteen.
            (u16::try_from(unit).ok().filter(|_| length > 1)?, length)
        }
        b'b' => (0x08, 1),
        b't' => (0x09, 1),
        b'n' => (0x0A, 1),
        b'f' => (0x0C, 1),
        b'r' => (0x0D, 1),
        byte @ (b'"' | b'\'' | b'\\') => (u16::from(*byte), 1),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_number(text: &str, expected: &str) {
        let found = match number(text) {
            Ok(value) => format!("{value:?}"),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn numbers() {
        check_number("0", "Integer(0)");
        check_number("-42", "Integer(-42)");
        check_number("+7", "Integer(7)");
        check_number("0x1F", "Integer(31)");
        check_number("017", "Integer(15)");
        check_number("101b", "Integer(5)");
        check_number("0b", "Integer(0)");
        check_number("0xb", "Integer(11)");
        check_number("18446744073709551615", "Integer(18446744073709551615)");
        check_number("-9223372036854775808", "Integer(-9223372036854775808)");
        check_number("18446744073709551616", "TooLarge");
        check_number("-9223372036854775809", "TooLarge");
        check_number("3.25", "Real(3.25)");
        check_number("-1.2778E+02", "Real(-127.78)");
        check_number(".5", "Real(0.5)");
        check_number("2.3e-2", "Real(0.023)");
        check_number("1e5", "RealWithoutPoint");
        check_number("1.0e999", "TooLarge");
        for text in ["08", "12x", "0x", "b", "-", "+", ".", "3.", "1.2.3", "1.5e", "--1", "12b", "e5", "1_0"]
        {
            check_number(text, "Malformed");
        }
    }

    #[test]
    fn characters() {
        assert_eq!(character("'A'"), Ok(65));
        assert_eq!(character(r"'\x4133'"), Ok(0x4133));
        assert_eq!(character(r"'\''"), Ok(39));
        assert_eq!(character("'''"), Ok(39));
        assert_eq!(character(r"'\\'"), Ok(92));
        assert_eq!(character("'é'"), Ok(0xE9));
        for text in ["''", "'AB'", "'\u{1F600}'", r"'\x41333'"] {
            assert_eq!(character(text), Err(LiteralError::NotOneCharacter), "{text}");
        }
        assert_eq!(character(r"'\q'"), Err(LiteralError::Escape { at: 1 }));
    }

    #[track_caller]
    fn check_string(text: &str, expected: &str, result: Result<(), LiteralError>) {
        let mut out = String::new();
        assert_eq!(unescape(text, &mut out), result, "{text}");
        assert_eq!(out, expected, "{text}");
    }

    #[test]
    fn strings() {
        check_string(r#""a\"b\\c\n""#, "a\"b\\c\n", Ok(()));
        check_string(r#""\x41\x42""#, "AB", Ok(()));
        check_string(r#""\xE9t\x""#, "ét\\x", Err(LiteralError::Escape { at: 6 }));
        check_string(r#""\\\\.\\root""#, r"\\.\root", Ok(()));
        check_string(r#""é\qé""#, "é\\qé", Err(LiteralError::Escape { at: 3 }));
        check_string(r#""\xD83D\xDE00!""#, "\u{1F600}!", Ok(()));
        check_string(r#""\xD83D!""#, "!", Err(LiteralError::Surrogate { at: 1 }));
        check_string(r#""\q\xD83D""#, "\\q", Err(LiteralError::Surrogate { at: 3 }));
        check_string(r#""\xD83D\x41""#, "A", Err(LiteralError::Surrogate { at: 1 }));
        check_string(r#""\xD83D\xD83D\xDE00""#, "\u{1F600}", Err(LiteralError::Surrogate { at: 1 }));
        check_string(r#""a\xDE00""#, "a", Err(LiteralError::Surrogate { at: 2 }));
        check_string(r#""a\xD83D""#, "a", Err(LiteralError::Surrogate { at: 2 }));
    }
}
