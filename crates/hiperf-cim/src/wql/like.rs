//! Patterns of LIKE.
//!
//! ```text
//! %             any text, also none
//! _             one character
//! [abc] [a-f]   one of them; '=' is a range's sign as well as '-'
//! [^abc]        one that is none of them
//! [^]           '^' itself; [x-] and [x=] are the two characters
//! ```
//! Within brackets `%`, `_` and `[` are themselves; `]` alone and a `[` that
//! nothing closes are, too, and `[]` matches nothing. A backslash is no escape.
//! Matching is without regard to case and takes at most the product of both
//! lengths: there is no recursion and no explosion.
//!
//! Source: \[MS-WMI\] 2.2.1 and the Windows page `like-operator`.

use crate::path::caseless::fold;

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// `%`.
    Any,
    /// `_`.
    One,
    /// A character, folded.
    Character(char),
    /// A set: ranges, both ends included, and whether it is negated.
    Set { ranges: Vec<(char, char)>, is_negated: bool },
}

impl Pattern {
    /// Compiles a pattern. Every text is one.
    #[must_use]
    pub fn new(pattern: &str) -> Pattern {
        let characters: Vec<char> = pattern.chars().collect();
        let mut parts = Vec::new();
        // Behind it a '[' is itself: looked up once, however many there are.
        let last_closing = characters.iter().rposition(|c| *c == ']').unwrap_or(0);
        let mut at = 0;
        while let Some(&c) = characters.get(at) {
            at += 1;
            match c {
                // Two in a row say no more than one.
                '%' if parts.last() == Some(&Part::Any) => {}
                '%' => parts.push(Part::Any),
                '_' => parts.push(Part::One),
                '[' if at <= last_closing => {
                    let length = characters[at..].iter().take_while(|c| **c != ']').count();
                    parts.push(set(&characters[at..at + length]));
                    at += length + 1;
                }
                _ => parts.push(Part::Character(fold(c))),
            }
        }
        Pattern(parts)
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let parts = &self.0;
        let (mut at, mut rest) = (0, text.chars());
        // After the last '%' met: the part that follows it and the text from
        // which that part is to be tried next. A later '%' replaces it, since
        // it can take up whatever an earlier one could.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            if parts.get(at) == Some(&Part::Any) {
                at += 1;
                retry = Some((at, rest.clone()));
                continue;
            }
            match (parts.get(at), rest.next()) {
                (None, None) => return true,
                (Some(part), Some(c)) if part.matches(c) => at += 1,
                (Some(_), None) => return false,
                _ => {
                    let Some((after_any, from)) = &mut retry else { return false };
                    if from.next().is_none() {
                        return false;
                    }
                    at = *after_any;
                    rest = from.clone();
                }
            }
        }
    }
}

impl Part {
    fn matches(&self, c: char) -> bool {
        match self {
            Part::Any => false,
            Part::One => true,
            Part::Character(folded) => fold(c) == *folded,
            Part::Set { ranges, is_negated } => {
                let mut upper = c.to_uppercase();
                let upper = match (upper.next(), upper.next()) {
                    (Some(upper), None) => upper,
                    _ => c,
                };
                // A range is of characters as written: [A-z] has the '_' between.
                let is_in = |c: char| ranges.iter().any(|(low, high)| (*low..=*high).contains(&c));
                (is_in(c) || is_in(fold(c)) || is_in(upper)) != *is_negated
            }
        }
    }
}

/// The set between brackets.
fn set(inside: &[char]) -> Part {
    let (is_negated, inside) = match inside {
        ['^', rest @ ..] if !rest.is_empty() => (true, rest),
        _ => (false, inside),
    };
    let mut ranges = Vec::new();
    let mut rest = inside;
    while let [first, after @ ..] = rest {
        rest = match after {
            ['-' | '=', last, after_range @ ..] => {
                ranges.push((*first, *last));
                after_range
            }
            _ => {
                ranges.push((*first, *first));
                after
            }
        };
    }
    Part::Set { ranges, is_negated }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, matches) in [
            ("", "", true),
            ("", "a", false),
            ("%", "", true),
            ("C%", "c:", true),
            ("C%", "dc", false),
            ("%ing%", "Spring time", true),
            ("%a%b%c", "xxaxxbxxbc", true),
            ("%a%b%c", "xxaxxcxxb", false),
            ("a_c", "aéc", true),
            ("a_c", "ac", false),
            ("[A-C]:", "b:", true),
            ("[A-C]:", "d:", false),
            ("[a=f]x", "Ex", true),
            ("[^A-C]:", "d:", true),
            ("[^A-C]:", "B:", false),
            ("[^ad-f]", "b", true),
            ("[^ad-f]", "E", false),
            ("%[_][_]%", "x__y", true),
            ("%[_][_]%", "x_y", false),
            ("[^]", "^", true),
            ("[x-]", "-", true),
            ("[x=]", "=", true),
            ("[x-]", "y", false),
            ("[%[]", "[", true),
            ("a]", "a]", true),
            ("a[b", "A[B", true),
            ("[]", "", false),
            ("[A-z]", "_", true),
            ("%\\%", "a\\b", true),
            ("%\\%", "ab", false),
            ("svchost#%", "svchost#12", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), matches, "{text} LIKE {pattern}");
        }
    }

    /// The definition, by recursion.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], text) => text.is_empty(),
            (['%', rest @ ..], text) => (0..=text.len()).any(|n| naive(rest, &text[n..])),
            (['_', rest @ ..], [_, tail @ ..]) => naive(rest, tail),
            ([c, rest @ ..], [t, tail @ ..]) => c == t && naive(rest, tail),
            _ => false,
        }
    }

    #[test]
    fn as_its_naive_twin() {
        let word = |mut n: usize, alphabet: &[char]| -> Vec<char> {
            let mut word = Vec::new();
            while n > 0 {
                word.push(alphabet[n % alphabet.len()]);
                n /= alphabet.len();
            }
            word
        };
        for p in 0..1024 {
            let pattern = word(p, &['%', 'a', 'b', '_']);
            let compiled = Pattern::new(&pattern.iter().collect::<String>());
            for t in 0..128 {
                let text = word(t, &['a', 'b']);
                let shown: String = text.iter().collect();
                assert_eq!(compiled.matches(&shown), naive(&pattern, &text), "{shown} LIKE {pattern:?}");
            }
        }
    }

    #[test]
    fn no_explosion() {
        let pattern = Pattern::new(&"%a".repeat(1000));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(16_000))));
        let unclosed = "[".repeat(1 << 20);
        assert!(Pattern::new(&unclosed).matches(&unclosed));
    }
}
