//! Errors that show the query, the place in it and a way out.

use std::ops::Range;

use crate::{Error, Status};

/// A range of bytes of the query's text.
pub(super) type Span = Range<usize>;

/// Characters of the query shown on either side of the place.
const MARGIN: usize = 60;

/// The query is wrong: `WBEM_E_INVALID_QUERY`.
pub(super) fn invalid(query: &str, span: Span, what: &str, hint: &str) -> Error {
    at(Status::WBEM_E_INVALID_QUERY, query, span, what, hint)
}

/// An error at a place of the query:
///
/// ```text
/// expected a property or '*' after SELECT
///   SELECT FROM Win32_Process
///          ^^^^
///   hint: ..
/// ```
pub(super) fn at(status: Status, query: &str, span: Span, what: &str, hint: &str) -> Error {
    let before: Vec<char> = query[..span.start].chars().collect();
    let marked = query[span.start..span.end].chars().count();
    let after_count = query[span.end..].chars().count();
    let skipped = before.len().saturating_sub(MARGIN);
    // One character takes one column, else the caret would be elsewhere.
    let shown: String = query
        .chars()
        .skip(skipped)
        .take(before.len() - skipped + marked.min(MARGIN) + MARGIN)
        .map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c })
        .collect();
    let (head, tail) = (
        if skipped > 0 { "..." } else { "" },
        if marked.saturating_sub(MARGIN) + after_count.saturating_sub(MARGIN) > 0 { "..." } else { "" },
    );
    let indent = " ".repeat(head.len() + before.len() - skipped);
    let carets = "^".repeat(marked.clamp(1, MARGIN));
    let mut message = format!("{what}\n  {head}{shown}{tail}\n  {indent}{carets}");
    if !hint.is_empty() {
        message.push_str("\n  hint: ");
        message.push_str(hint);
    }
    Error::new(status, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let error = invalid("SELECT\nFROM é", 7..11, "expected a property", "write *");
        assert_eq!(error.message(), "expected a property\n  SELECT FROM é\n         ^^^^\n  hint: write *");
        let end = invalid("ab", 2..2, "what", "");
        assert_eq!(end.message(), "what\n  ab\n    ^");
    }

    #[test]
    fn long_queries_are_cut_around_the_place() {
        let query = format!("{}X{}", "a".repeat(100), "b".repeat(100));
        let message = invalid(&query, 100..101, "what", "").message().to_owned();
        let lines: Vec<&str> = message.lines().collect();
        assert_eq!(lines[1], format!("  ...{}X{}...", "a".repeat(60), "b".repeat(60)));
        assert_eq!(lines[2].find('^'), lines[1].find('X'));
    }
}
