//! Why values are missing, as `watch --why` says it: of one row for a program,
//! and of all rows together for a person.

use hiperf::Column;

use crate::row::Row;
use crate::view::View;

/// What is said of a NULL of which the provider said nothing.
const NOT_SAID: &str = "not said";
/// Rows that a line names one by one.
const NAMED_ROWS: usize = 4;

/// The columns of a row that are NULL, each with the reason.
pub fn of_row<'v>(view: &'v View, row: &impl Row) -> Vec<(&'v str, &'static str)> {
    let missing = |(name, column): (&'v str, &Column)| match *column {
        Column::Property(index) if row.value(index).is_null() => {
            Some((name, row.why(index).map_or(NOT_SAID, |reason| reason.text())))
        }
        _ => None,
    };
    view.names().zip(view.columns()).filter_map(missing).collect()
}

/// The same as one text: `PercentC1Time: unsupported; PercentC2Time: ..`.
pub fn in_one_line(reasons: &[(&str, &str)]) -> String {
    reasons.iter().map(|(name, reason)| format!("{name}: {reason}")).collect::<Vec<_>>().join("; ")
}

/// A line for each column and reason, with the rows that it holds for unless it
/// holds for all: `PercentC1Time: unsupported (0, 1)`. Of the columns the first
/// `shown` count.
pub fn lines<R: Row>(view: &View, rows: &[R], shown: usize) -> Vec<String> {
    let mut found: Vec<(&str, &str, Vec<String>)> = Vec::new();
    for row in rows {
        for (name, reason) in of_row(view, row) {
            if !view.names().take(shown).any(|known| known == name) {
                continue;
            }
            match found.iter_mut().find(|(known, why, _)| (*known, *why) == (name, reason)) {
                Some((_, _, titles)) => titles.push(row.title()),
                None => found.push((name, reason, vec![row.title()])),
            }
        }
    }
    let place = |name: &str| view.names().position(|known| known == name);
    found.sort_by_key(|(name, ..)| place(name));
    found.into_iter().map(|(name, reason, titles)| line(name, reason, &titles, rows.len())).collect()
}

fn line(name: &str, reason: &str, titles: &[String], rows: usize) -> String {
    if titles.len() == rows {
        return format!("{name}: {reason}");
    }
    let named = titles.iter().take(NAMED_ROWS).map(String::as_str).collect::<Vec<_>>().join(", ");
    match titles.len().saturating_sub(NAMED_ROWS) {
        0 => format!("{name}: {reason} ({named})"),
        more => format!("{name}: {reason} ({named}, and {more} more)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_a_few_rows() {
        let titles = |n: usize| (0..n).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(line("A", "gone", &titles(2), 2), "A: gone");
        assert_eq!(line("A", "gone", &titles(2), 3), "A: gone (0, 1)");
        assert_eq!(line("A", "gone", &titles(4), 9), "A: gone (0, 1, 2, 3)");
        assert_eq!(line("A", "gone", &titles(6), 9), "A: gone (0, 1, 2, 3, and 2 more)");
        assert_eq!(in_one_line(&[("A", "gone"), ("B", "denied")]), "A: gone; B: denied");
        assert_eq!(in_one_line(&[]), "");
    }
}
