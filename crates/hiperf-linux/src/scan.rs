//! Byte scanning that the readers share: lines, fields, numbers.
//!
//! The kernel's text is trusted in form but not in content: a file may come
//! short, have fields this code has never heard of, or numbers too large for
//! it. So everything here returns what is surely there and nothing else: a
//! line that does not end in a newline may have been cut within a number and
//! is not a line; a field that is not all digits, or does not fit, is not a
//! number. Nothing allocates and nothing panics.

/// The lines of a text, without their newlines; an unfinished last one is left
/// out.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let finished = text.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let whole = if finished == 0 && text.first() != Some(&b'\n') { &[][..] } else { &text[..finished] };
    let empty = whole.is_empty();
    whole.split(|byte| *byte == b'\n').filter(move |_| !empty)
}

/// The fields of a line, separated by any number of blanks or tabs.
pub(crate) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    line.split(|byte| *byte == b' ' || *byte == b'\t').filter(|field| !field.is_empty())
}

/// The value of a field that is a decimal number, or `None` if it is anything
/// else or does not fit 64 bits.
pub(crate) fn number(field: &[u8]) -> Option<u64> {
    let mut value: u64 = 0;
    for byte in field {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    (!field.is_empty()).then_some(value)
}

/// The number that a text begins with and what comes after its last digit;
/// `None` if it begins with anything else, or the number does not fit 64 bits.
pub(crate) fn leading_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut value: u64 = 0;
    for (at, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            // Only what has so many digits can be too large, and then is counted again.
            let value = if at < DIGITS_THAT_FIT { Some(value) } else { number(&text[..at]) };
            return Some((value.filter(|_| at > 0)?, &text[at..]));
        }
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    Some((number(text)?, &[]))
}

/// Any number of fewer than so many digits fits 64 bits.
const DIGITS_THAT_FIT: usize = 20;

/// The value of a field that is a number of at most 32 bits in hexadecimal,
/// without anything in front, or `None` if it is anything else.
pub(crate) fn hexadecimal(field: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(field).ok().filter(|_| field.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(digits, 16).ok().map(u64::from)
}

/// The numbers a line begins with, up to the first field that is none.
pub(crate) fn leading_numbers(line: &[u8]) -> impl Iterator<Item = u64> {
    fields(line).map_while(number)
}

/// The number that a one-line file consists of.
pub(crate) fn only_number(text: &[u8]) -> Option<u64> {
    let line = lines(text).next()?;
    let mut all = fields(line);
    let value = number(all.next()?)?;
    all.next().is_none().then_some(value)
}

/// The first line of a text, without its newline, and what comes after it;
/// nothing if it doesn't end. For long texts: it looks at eight bytes at once.
pub(crate) fn first_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    const LOWEST_BITS: u64 = u64::from_le_bytes([1; 8]);
    const NEWLINES: u64 = u64::from_le_bytes([b'\n'; 8]);
    let (words, _) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        // The lowest byte of this that isn't 0 stands where the first newline is.
        let word = u64::from_le_bytes(*word) ^ NEWLINES;
        let found = word.wrapping_sub(LOWEST_BITS) & !word & (LOWEST_BITS << 7);
        if found != 0 {
            let at = index * 8 + found.trailing_zeros() as usize / 8;
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    let (whole, rest) = text.split_at(words.len() * 8);
    let at = whole.len() + rest.iter().position(|byte| *byte == b'\n')?;
    Some((&text[..at], &text[at + 1..]))
}

/// Puts a text in place of another, with replacement characters where it isn't
/// UTF-8. What is no longer than any before allocates nothing.
pub(crate) fn put_text(to: &mut String, text: &[u8]) {
    to.clear();
    for chunk in text.utf8_chunks() {
        to.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            to.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// The parts of a line before and after the first `separator`.
pub(crate) fn split_at_byte(line: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = line.iter().position(|byte| *byte == separator)?;
    Some((&line[..at], &line[at + 1..]))
}

/// The byte of three octal digits, as the kernel writes one that would end a name.
pub(crate) fn octal(digits: &[u8; 3]) -> Option<u8> {
    let value = digits.iter().try_fold(0u32, |value, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit < 8).then_some(value * 8 + u32::from(digit))
    })?;
    u8::try_from(value).ok()
}

/// Most of what the kernel numbers in a list; it supports fewer processors and
/// nodes.
const MOST_IN_LIST: u32 = 1 << 16;

/// The numbers of a list such as `0-3,8`, up to where it isn't one or doesn't
/// ascend.
pub(crate) fn numbers_of_list(line: &[u8]) -> impl Iterator<Item = u32> {
    let mut least = 0;
    let range = move |part: &[u8]| {
        let (first, last) = split_at_byte(part, b'-').unwrap_or((part, part));
        let (first, last) = (u32::try_from(number(first)?).ok()?, u32::try_from(number(last)?).ok()?);
        let is_one = (least..=last).contains(&first) && last < MOST_IN_LIST;
        least = last.saturating_add(1);
        is_one.then_some(first..=last)
    };
    line.split(|byte| *byte == b',').map_while(range).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_line_is_not_a_line() {
        let all = |text: &'static [u8]| lines(text).collect::<Vec<_>>();
        assert_eq!(all(b"a 1\nb 2\n"), [&b"a 1"[..], b"b 2"]);
        assert_eq!(all(b"a 1\nb 2"), [&b"a 1"[..]]);
        assert!(all(b"a 1").is_empty());
        assert!(all(b"").is_empty());
        assert_eq!(all(b"\n\na\n"), [&b""[..], b"", b"a"]);
    }

    #[test]
    fn the_first_line_ends_wherever_its_newline_is() {
        for length in 0..40 {
            let line: Vec<u8> = (0..length).map(|at| [b'\x0b', b'\x8a', b'\t', b'x', 0xff][at % 5]).collect();
            assert_eq!(first_line(&line), None);
            for rest in ["", "\n", "ab\ncd", "0123456789012345\n"] {
                let text = [&line[..], b"\n", rest.as_bytes()].concat();
                assert_eq!(first_line(&text), Some((&line[..], rest.as_bytes())));
            }
        }
    }

    #[test]
    fn a_number_is_all_digits_and_fits() {
        assert_eq!(number(b"0"), Some(0));
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(number(b"18446744073709551616"), None);
        assert_eq!(number(b"99999999999999999999999"), None);
        for bad in [&b""[..], b"-1", b"1x", b"0x1", b"+1", b"1.5", b"\xff"] {
            assert_eq!(number(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_leading_number_is_the_number_of_its_digits() {
        for digits in [
            "",
            "0",
            "7",
            "0000000000000000000000000012",
            "9999999999999999999",
            "18446744073709551615",
            "18446744073709551616",
        ] {
            for rest in ["", " ", "\nx", "x"] {
                let text = format!("{digits}{rest}");
                let expected = number(digits.as_bytes()).map(|value| (value, rest.as_bytes()));
                assert_eq!(leading_number(text.as_bytes()), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn hexadecimal_numbers_are_of_32_bits() {
        assert_eq!((hexadecimal(b"0000387c"), hexadecimal(b"FFFFFFFF")), (Some(0x387C), Some(0xFFFF_FFFF)));
        for bad in [&b""[..], b"100000000", b"+1", b"0x1", b"g", b"-1", b"\xff"] {
            assert_eq!(hexadecimal(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_list_is_of_ranges_that_ascend() {
        let all = |text: &'static str| numbers_of_list(text.as_bytes()).collect::<Vec<_>>();
        assert_eq!(all("0"), [0]);
        assert_eq!(all("0-2,8,10-11"), [0, 1, 2, 8, 10, 11]);
        for (bad, expected) in
            [("", 0), ("x", 0), ("0-1,1", 2), ("3-2", 0), ("1,0-9", 1), ("0,0-4294967295", 1)]
        {
            assert_eq!(all(bad).len(), expected, "{bad:?}");
        }
    }

    #[test]
    fn a_one_line_file_has_one_number() {
        assert_eq!(only_number(b"42\n"), Some(42));
        assert_eq!(only_number(b"42"), None);
        assert_eq!(only_number(b"4 2\n"), None);
        assert_eq!(only_number(b""), None);
    }

    #[test]
    fn fields_end_at_blanks_and_leading_numbers_at_words() {
        let line = b"  1 \t22   3-edge 4";
        assert_eq!(fields(line).count(), 4);
        assert_eq!(leading_numbers(line).collect::<Vec<_>>(), [1, 22]);
        assert_eq!(split_at_byte(b"a:b:c", b':'), Some((&b"a"[..], &b"b:c"[..])));
        assert_eq!(split_at_byte(b"abc", b':'), None);
    }
}
