//! Why values are missing, as `watch --why` says it: of one row for a program,
//! and of all rows together for a person.

use hiperf::Column;

use crate::row::Row;
use crate::view::View;

/// What is said of a NULL of which the provider said nothing.
const NOT_SAID: &str = "not said";
/// Rows that a line names one by one.
const NAMED_ROWS: usize = 4;

/// The class of `Caption`, `Description` and of a singleton's `Name`, which
/// counter classes leave NULL: of those nobody asks why.
const DESCRIBING: &str = "CIM_StatisticalInformation";

/// The columns of a row that are NULL, each with the reason.
pub fn of_row<'v>(view: &'v View, row: &impl Row) -> Vec<(&'v str, &'static str)> {
    let is_left_out = |index: usize| row.class().properties()[index].origin() == DESCRIBING;
    let missing = |(name, column): (&'v str, &Column)| match *column {
        Column::Property(index) if row.value(index).is_null() => match row.why(index) {
            Some(reason) => Some((name, reason.text())),
            None => (!is_left_out(index)).then_some((name, NOT_SAID)),
        },
        _ => None,
    };
    view.names().zip(view.columns()).filter_map(missing).collect()
}

/// The same as one text: `PercentC1Time: unsupported; PercentC2Time: ..`.
pub fn in_one_line(reasons: &[(&str, &str)]) -> String {
    reasons.iter().map(|(name, reason)| format!("{name}: {reason}")).collect::<Vec<_>>().join("; ")
}

/// A line for each reason, with the columns that it holds for, and the rows
/// unless it holds for all: `unsupported (0, 1): PercentC1Time, PercentC2Time`.
/// Of the columns the first `shown` count.
pub fn lines<R: Row>(view: &View, rows: &[R], shown: usize) -> Vec<String> {
    let mut columns: Vec<(&str, &str, Vec<String>)> = Vec::new();
    for row in rows {
        for (name, reason) in of_row(view, row) {
            if !view.names().take(shown).any(|known| known == name) {
                continue;
            }
            match columns.iter_mut().find(|(known, why, _)| (*known, *why) == (name, reason)) {
                Some((_, _, titles)) => titles.push(row.title()),
                None => columns.push((name, reason, vec![row.title()])),
            }
        }
    }
    let place = |name: &str| view.names().position(|known| known == name);
    columns.sort_by_key(|(name, ..)| place(name));
    grouped(columns)
        .into_iter()
        .map(|(reason, titles, names)| line(reason, &titles, &names, rows.len()))
        .collect()
}

/// The columns of one reason and the same rows, together.
fn grouped<'v>(columns: Vec<(&'v str, &'v str, Vec<String>)>) -> Vec<(&'v str, Vec<String>, Vec<&'v str>)> {
    let mut groups: Vec<(&str, Vec<String>, Vec<&str>)> = Vec::new();
    for (name, reason, titles) in columns {
        match groups.iter_mut().find(|(why, of, _)| *why == reason && *of == titles) {
            Some((.., names)) => names.push(name),
            None => groups.push((reason, titles, vec![name])),
        }
    }
    groups
}

fn line(reason: &str, titles: &[String], names: &[&str], rows: usize) -> String {
    let names = names.join(", ");
    if titles.len() == rows {
        return format!("{reason}: {names}");
    }
    let named = titles.iter().take(NAMED_ROWS).map(String::as_str).collect::<Vec<_>>().join(", ");
    match titles.len().saturating_sub(NAMED_ROWS) {
        0 => format!("{reason} ({named}): {names}"),
        more => format!("{reason} ({named}, and {more} more): {names}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(n: usize) -> Vec<String> {
        (0..n).map(|n| n.to_string()).collect()
    }

    #[test]
    fn a_line_names_a_few_rows() {
        assert_eq!(line("gone", &titles(2), &["A"], 2), "gone: A");
        assert_eq!(line("gone", &titles(2), &["A", "B"], 3), "gone (0, 1): A, B");
        assert_eq!(line("gone", &titles(4), &["A"], 9), "gone (0, 1, 2, 3): A");
        assert_eq!(line("gone", &titles(6), &["A"], 9), "gone (0, 1, 2, 3, and 2 more): A");
        assert_eq!(in_one_line(&[("A", "gone"), ("B", "denied")]), "A: gone; B: denied");
        assert_eq!(in_one_line(&[]), "");
    }

    #[test]
    fn columns_of_one_reason_and_the_same_rows_share_a_line() {
        let columns = vec![
            ("A", "unsupported", titles(2)),
            ("B", "gone", titles(1)),
            ("C", "unsupported", titles(2)),
            ("D", "unsupported", titles(1)),
        ];
        let groups = [
            ("unsupported", titles(2), vec!["A", "C"]),
            ("gone", titles(1), vec!["B"]),
            ("unsupported", titles(1), vec!["D"]),
        ];
        assert_eq!(grouped(columns), groups);
    }
}
