//! Text in an instance's tail: the Encoded-String of \[MS-WMIO\] 2.2.78.
//!
//! ```text
//! 0x00  one byte a character (Latin-1)       0x00      when all are <= U+00FF
//! 0x01  two bytes a unit (UTF-16LE)          0x00 0x00 otherwise
//! ```

use std::borrow::Cow;

/// A text as it lies in the tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'a> {
    /// One byte a character, without the final NUL.
    Latin1(&'a [u8]),
    /// UTF-16LE, without the final NUL; an even number of bytes.
    Utf16(&'a [u8]),
}

impl<'a> Text<'a> {
    /// The text that starts at the beginning of `bytes`, or `None` if it isn't
    /// terminated there.
    #[inline]
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> Option<Text<'a>> {
        match bytes.split_first()? {
            (0, rest) => {
                let end = rest.iter().position(|&byte| byte == 0)?;
                Some(Text::Latin1(&rest[..end]))
            }
            (1, rest) => {
                let end = rest.chunks_exact(2).position(|unit| unit == [0, 0])?;
                Some(Text::Utf16(&rest[..end * 2]))
            }
            _ => None,
        }
    }

    /// Bytes that the text takes in the tail, flag and NUL included.
    #[inline]
    #[must_use]
    pub fn encoded_len(self) -> usize {
        match self {
            Text::Latin1(bytes) => bytes.len() + 2,
            Text::Utf16(bytes) => bytes.len() + 3,
        }
    }

    /// The text's UTF-16 code units.
    pub fn utf16(self) -> impl Iterator<Item = u16> + Clone + 'a {
        let (bytes, step) = match self {
            Text::Latin1(bytes) => (bytes, 1),
            Text::Utf16(bytes) => (bytes, 2),
        };
        bytes.chunks_exact(step).map(|unit| match *unit {
            [low, high] => u16::from_le_bytes([low, high]),
            [low, ..] => u16::from(low),
            [] => 0,
        })
    }

    /// The text as a string; without a copy when it is ASCII.
    #[must_use]
    pub fn to_str(self) -> Cow<'a, str> {
        if let Text::Latin1(bytes) = self
            && bytes.is_ascii()
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Cow::Borrowed(text);
        }
        char::decode_utf16(self.utf16()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }
}

/// Bytes that `units` take when encoded, flag and NUL included.
pub(crate) fn encoded_len(units: impl Iterator<Item = u16>) -> usize {
    let (mut count, mut widest) = (0, 0);
    units.for_each(|unit| {
        count += 1;
        widest = widest.max(unit);
    });
    if widest <= 0xFF { count + 2 } else { count * 2 + 3 }
}

/// Writes `units` to `out`, which is exactly [`encoded_len`] bytes long.
pub(crate) fn encode(units: impl Iterator<Item = u16> + Clone, out: &mut [u8]) {
    let compressed = units.clone().all(|unit| unit <= 0xFF);
    let Some((flag, rest)) = out.split_first_mut() else { return };
    *flag = u8::from(!compressed);
    let step = if compressed { 1 } else { 2 };
    // The last unit written is the NUL.
    let with_nul = units.chain(std::iter::once(0));
    for (unit, slot) in with_nul.zip(rest.chunks_exact_mut(step)) {
        slot.copy_from_slice(&unit.to_le_bytes()[..step]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, bytes: &[u8]) {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut out = vec![0xAA; encoded_len(units.iter().copied())];
        encode(units.iter().copied(), &mut out);
        assert_eq!(out, bytes);
        let decoded = Text::decode(&out).unwrap();
        assert_eq!(decoded.to_str(), text);
        assert_eq!(decoded.encoded_len(), out.len());
        assert_eq!(decoded.utf16().collect::<Vec<_>>(), units);
    }

    #[test]
    fn compresses_what_it_can() {
        check("", b"\0\0");
        check("abc", b"\0abc\0");
        check("\u{e9}", b"\0\xe9\0");
        check("a\u{3b2}", b"\x01a\0\xb2\x03\0\0");
        check("\u{1F600}", b"\x01\x3d\xd8\x00\xde\0\0");
    }

    #[test]
    fn unterminated_is_nothing() {
        assert_eq!(Text::decode(b""), None);
        assert_eq!(Text::decode(b"\0abc"), None);
        assert_eq!(Text::decode(b"\x01a\0b"), None);
        assert_eq!(Text::decode(b"\x07abc\0"), None);
    }
}
