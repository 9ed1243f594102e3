//! "Did you mean ..?": the name nearest to a mistyped one, for hints.
//!
//! Nearness is the number of letters to insert, delete, replace or swap with
//! the neighbour (the optimal string alignment distance), without regard to
//! case.

use crate::path::caseless::fold;

/// Names longer than this get no suggestion, which bounds the work per name.
const MAX_CHARACTERS: usize = 128;

/// The candidate nearest to `name`, the first of several; `None` when even
/// that one is not near: a third of the name's letters may differ, at least
/// one, at most four.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.chars().map(fold).collect();
    if name.is_empty() || name.len() > MAX_CHARACTERS {
        return None;
    }
    let limit = (name.len() / 3).clamp(1, 4);
    let mut best = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.chars().map(fold).take(MAX_CHARACTERS + 1).collect();
        if letters.len().abs_diff(name.len()) > limit {
            continue;
        }
        let distance = distance(&name, &letters);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// `" (did you mean X?)"` when there is a near candidate, else nothing: to be
/// put behind the sentence that names the unknown thing.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    closest(name, candidates).map(|near| format!(" (did you mean {near}?)")).unwrap_or_default()
}

/// The optimal string alignment distance, three rows of its table at a time.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names() {
        let names = ["Name", "PercentProcessorTime", "PercentUserTime", "ID"];
        for (typed, expected) in [
            ("name", Some("Name")),
            ("Nmae", Some("Name")),
            ("PercentProcesorTime", Some("PercentProcessorTime")),
            ("percentusertimes", Some("PercentUserTime")),
            ("Id2", Some("ID")),
            ("FreeSpace", None),
            ("", None),
        ] {
            assert_eq!(closest(typed, names), expected, "{typed}");
        }
        assert_eq!(did_you_mean("Nmae", names), " (did you mean Name?)");
        assert_eq!(did_you_mean("Other", names), "");
    }

    #[test]
    fn distances() {
        let of = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("ab", "ba"), 1);
        assert_eq!(of("", "abc"), 3);
    }
}
