//! [`Diagnostic`]: what is wrong in a MOF text, where, and what to do.
//!
//! A diagnostic knows byte offsets only; line and column are counted when one
//! is shown, so that a text without errors never pays for them.

use std::fmt::Write;

use crate::{Error, Status};

use super::ast::Span;
use super::codes;

/// A text with more mistakes than this is no MOF; the rest is not told.
pub(super) const MAX_DIAGNOSTICS: usize = 200;

/// Something wrong at one place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the text can be used in spite of it.
    pub severity: Severity,
    /// The place. It may be empty: a point between two characters.
    pub span: Span,
    /// `WBEMMOF_E_*` of [`codes`], or a WBEM status from the object model.
    pub status: Status,
    /// What is wrong: a clause without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing may be stored.
    Error,
    /// Something was ignored.
    Warning,
}

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(status: Status, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Error, span, status, message: message.into(), hint: None }
    }

    /// A warning.
    #[must_use]
    pub fn warning(status: Status, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(status, span, message) }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = Some(hint.into());
        self
    }

    /// Whether it is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The diagnostic as an [`Error`] with its status, `file:line:column` first.
    #[must_use]
    pub fn to_error(&self, file_name: &str, text: &str) -> Error {
        let place = Place::of(self.span, text);
        let mut message = format!("{file_name}:{}:{}: {}", place.line, place.column, self.message);
        if let Some(hint) = &self.hint {
            message.push_str("; ");
            message.push_str(hint);
        }
        Error::new(self.status, message)
    }
}

/// A place as a person counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The text of the line without its end.
    pub text: &'a str,
    /// The byte in `text` where the span starts.
    offset: usize,
}

impl<'a> Place<'a> {
    /// Where `span` starts in `text`.
    #[must_use]
    pub fn of(span: Span, text: &'a str) -> Place<'a> {
        let mut start = (span.start as usize).min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let line = text[..line_start].bytes().filter(|byte| *byte == b'\n').count() + 1;
        Place {
            line,
            column: text[line_start..start].chars().count() + 1,
            text: text[line_start..line_end].trim_end_matches('\r'),
            offset: start - line_start,
        }
    }
}

/// A line longer than this is shown in part, around the place: generated files
/// have lines of thousands of characters.
const SHOWN_CHARS: usize = 100;

/// The diagnostic as text of several lines, for a terminal: the message with
/// the name of its status, `file:line:column`, the line with the place marked,
/// and the hint. Ends with a newline.
#[must_use]
pub fn render(diagnostic: &Diagnostic, file_name: &str, text: &str) -> String {
    let place = Place::of(diagnostic.span, text);
    let severity = if diagnostic.is_error() { "error" } else { "warning" };
    let code = match codes::name(diagnostic.status) {
        Some(name) => name.to_owned(),
        None => diagnostic.status.to_string(),
    };
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    let (shown, marks) = excerpt(&place, diagnostic.span);
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(out, "{severity}[{code}]: {}", diagnostic.message);
    let _ = writeln!(out, "{gutter}--> {file_name}:{number}:{}", place.column);
    let _ = writeln!(out, "{gutter} |");
    let _ = writeln!(out, "{number} | {shown}");
    let _ = writeln!(out, "{gutter} | {marks}");
    if let Some(hint) = &diagnostic.hint {
        let _ = writeln!(out, "{gutter} = help: {hint}");
    }
    out
}

/// The part of the line to show, and the carets that go under it.
fn excerpt(place: &Place<'_>, span: Span) -> (String, String) {
    let before = place.column - 1;
    let skipped = before.saturating_sub(SHOWN_CHARS / 2);
    let shown: String = place.text.chars().skip(skipped).take(SHOWN_CHARS).map(printable).collect();
    let rest = place.text.get(place.offset..).unwrap_or("");
    let marked_bytes = (span.end.saturating_sub(span.start)) as usize;
    let marked = rest.char_indices().take(SHOWN_CHARS).take_while(|(at, _)| *at < marked_bytes).count();
    let room = (SHOWN_CHARS - (before - skipped)).max(1);
    // A tab before the place stays a tab, so that the caret stands under it
    // whatever the terminal's tab stops are.
    let mut marks: String = place
        .text
        .chars()
        .skip(skipped)
        .take(before - skipped)
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    marks.push_str(&"^".repeat(marked.clamp(1, room)));
    (shown, marks)
}

/// The character, or a replacement for one that could drive a terminal.
fn printable(c: char) -> char {
    if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendered() {
        let text = "class A\n{\n\tuint8 v = 300;\n};\n";
        let diagnostic = Diagnostic::error(
            codes::WBEMMOF_E_OUT_OF_RANGE,
            Span { start: 21, end: 24 },
            "300 does not fit into a uint8",
        )
        .hint("a uint8 goes from 0 to 255");
        let expected = "\
error[WBEMMOF_E_OUT_OF_RANGE]: 300 does not fit into a uint8
 --> a.mof:3:12
  |
3 | \tuint8 v = 300;
  | \t          ^^^
  = help: a uint8 goes from 0 to 255
";
        assert_eq!(render(&diagnostic, "a.mof", text), expected);
        assert_eq!(
            diagnostic.to_error("a.mof", text).to_string(),
            "a.mof:3:12: 300 does not fit into a uint8; a uint8 goes from 0 to 255"
        );
    }

    #[test]
    fn any_place_can_be_shown() {
        let text = "é\r\n\u{7}x";
        for start in 0..12 {
            for end in 0..12 {
                let diagnostic = Diagnostic::error(Status(7), Span { start, end }, "m");
                assert!(render(&diagnostic, "f", text).starts_with("error[0x00000007]: m\n"));
            }
        }
        let long = format!("{}!", "é".repeat(5000));
        let end = Diagnostic::error(Status(7), Span { start: 10_000, end: 10_001 }, "m");
        let shown = render(&end, "f", &long);
        assert!(shown.contains("f:1:5001") && shown.len() < 400, "{shown}");
    }
}
