//! The strings that are written as a number: \[MS-WMIO\] 2.2.80.

use crate::Text;

/// The dictionary; a string's number is its place.
const STRINGS: [&str; 11] =
    ["\"", "key", "", "read", "write", "volatile", "provider", "dynamic", "cimwin32", "DWORD", "CIMTYPE"];

/// The text with this number.
pub(super) fn text(number: u32) -> Option<Text<'static>> {
    let string = STRINGS.get(usize::try_from(number).ok()?)?;
    Some(Text::Latin1(string.as_bytes()))
}

/// The number of a text; case counts.
pub(super) fn number(text: &[u8]) -> Option<u32> {
    let longest = 8;
    if text.len() > longest {
        return None;
    }
    (0..).zip(STRINGS).find(|(_, string)| string.as_bytes() == text).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts() {
        assert_eq!(number(b"CIMTYPE"), Some(10));
        assert_eq!(number(b"cimtype"), None);
        assert_eq!(number(b""), Some(2));
        assert_eq!(text(8).unwrap().to_str(), "cimwin32");
        assert_eq!(text(11), None);
    }
}
