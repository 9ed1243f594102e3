//! Values and texts as they stand on a screen.
//!
//! Nothing that comes out of here moves the cursor: the names of processes and
//! disks are chosen by strangers, so control characters are shown, not obeyed.

use hiperf_cim::{CimType, Type, Value};

/// Digits of a real number that are worth looking at on a screen.
const DIGITS: i32 = 3;
/// Most decimals of a real number on a screen.
const MAX_DECIMALS: i32 = 9;

/// What a table shows for a value. NULL is `-`.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Real32(real) => decimal((*real).into()),
        Value::Real64(real) => decimal(*real),
        Value::Array(_, elements) => elements.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => printable(&other.to_string()),
    }
}

/// A count and what it is of: `1 class`, `2 classes`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

/// Whether the values of a type stand at the right of their column.
pub fn is_right_aligned(ty: Type) -> bool {
    !ty.is_array && (ty.scalar.is_integer() || ty.scalar.is_real())
}

/// Whether a value of a type has more digits than a double holds.
pub fn is_64_bit(cim: CimType) -> bool {
    matches!(cim, CimType::Sint64 | CimType::Uint64)
}

/// A real number with as many decimals as it needs to have [`DIGITS`]; whole
/// ones are all shown, and up to a thousand one decimal.
fn decimal(real: f64) -> String {
    let size = real.abs();
    let decimals = match size {
        ..1.0 if size > 0.0 => DIGITS - 1 - (size.log10().floor() as i32),
        ..10.0 => DIGITS - 1,
        ..1000.0 => 1,
        _ => 0,
    };
    let decimals = usize::try_from(decimals.min(MAX_DECIMALS)).unwrap_or(0);
    let text = format!("{real:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// The text with its control characters made visible.
pub fn printable(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// Columns of a terminal that a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The text in at most `limit` columns, ending in `…` if something is missing.
pub fn shortened(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|&c| {
        used += char_width(c);
        used <= limit
    });
    kept.chain(std::iter::once('…')).take(limit).collect()
}

/// The text broken between words into lines of at most `limit` columns. A
/// longer word has a line of its own.
pub fn wrapped(text: &str, limit: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The first sentence of a text, without its full stop.
pub fn first_sentence(text: &str) -> &str {
    match text.find(". ") {
        Some(end) => &text[..end],
        None => text.trim_end_matches('.'),
    }
}

/// Wide and combining characters by their main blocks: enough to keep columns
/// straight for the names that machines really have.
fn char_width(c: char) -> usize {
    match c as u32 {
        0x0300..=0x036F | 0x200B..=0x200F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF => 2,
        0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 => 2,
        0x1F300..=0x1F64F | 0x1F900..=0x1F9FF | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells() {
        assert_eq!(cell(&Value::Null), "-");
        assert_eq!(cell(&Value::Uint64(u64::MAX)), "18446744073709551615");
        assert_eq!(cell(&Value::Real64(2.0 / 3.0)), "0.667");
        assert_eq!(cell(&Value::Real64(100.0)), "100");
        let reals = [
            (12.345, "12.3"),
            (123.45, "123.5"),
            (1.005, "1"),
            (-1.25, "-1.25"),
            (98_765.4, "98765"),
            (0.0, "0"),
        ];
        for (real, expected) in reals {
            assert_eq!(cell(&Value::Real64(real)), expected, "{real}");
        }
        assert_eq!(cell(&Value::Real64(0.000_345_6)), "0.000346", "seconds are seldom whole");
        assert_eq!(cell(&Value::Real64(9.999_9)), "10");
        assert_eq!(cell(&Value::Real64(1e-300)), "0");
        assert_eq!(cell(&Value::Real64(1e21)), "1000000000000000000000");
        let list = Value::Array(CimType::String, vec![Value::String("a".into()), Value::String("b".into())]);
        assert_eq!(cell(&list), "a, b");
    }

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(cell(&Value::String("a\x1b[2Jb\n".into())), "a\\u{1b}[2Jb\\n");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("CPU 名前"), 8);
        assert_eq!(shortened("名前名前", 5), "名前…");
        assert_eq!(shortened("processor", 4), "pro…");
        assert_eq!(shortened("processor", 0), "");
        assert_eq!(shortened("cpu", 3), "cpu");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensible a", 5), ["incomprehensible", "a"]);
        assert!(wrapped("", 5).is_empty());
    }

    #[test]
    fn first_sentences() {
        assert_eq!(first_sentence("Share of time. More."), "Share of time");
        assert_eq!(first_sentence("Time since 1.1.1601."), "Time since 1.1.1601");
    }
}
