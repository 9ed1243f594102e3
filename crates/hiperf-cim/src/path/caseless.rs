//! Comparison of text as WMI compares it: by character, without regard to
//! case. It knows no locale and no normal form, so that the same query selects
//! the same rows on every machine.

use std::cmp::Ordering;

/// The lower case of a character that has exactly one; any other character is
/// its own. One character stays one, which LIKE's `_` relies on.
#[must_use]
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(folded), None) => folded,
        _ => c,
    }
}

/// The order of two texts, without regard to case.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    a.chars().map(fold).cmp(b.chars().map(fold))
}

/// Whether two texts are the same, without regard to case.
#[must_use]
pub fn equal(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    compare(a, b).is_eq()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_regard_to_case() {
        assert!(equal("NTFS", "ntfs"));
        assert!(equal("GRÜN", "grün"));
        assert!(!equal("a", "ab"));
        assert_eq!(compare("Ab", "aC"), Ordering::Less);
        // The underscore lies between the cases of ASCII: lower case decides.
        assert_eq!(compare("_", "A"), Ordering::Less);
        assert_eq!(fold('İ'), 'İ');
    }
}
