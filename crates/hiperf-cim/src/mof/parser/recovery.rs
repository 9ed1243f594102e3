//! What is wrong, and where to go on after it.

use super::{Diagnostic, Parser, Skip};
use crate::Status;
use crate::mof::ast::{Name, Span};
use crate::mof::codes;
use crate::mof::lexer::TokenKind;

impl Parser<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.lexer.diagnostics.push(diagnostic);
    }

    /// A diagnostic at the next token.
    pub(super) fn here(&self, status: Status, message: impl Into<String>) -> Diagnostic {
        let span = if self.at(TokenKind::End) { self.after_previous() } else { self.token.span };
        Diagnostic::error(status, span, message)
    }

    pub(super) fn wrong(&self, message: impl Into<String>) -> Diagnostic {
        self.here(codes::WBEMMOF_E_UNRECOGNIZED_TOKEN, message)
    }

    /// Reports at the next token, for `return Err(...)`.
    pub(super) fn fail_here(&mut self, status: Status, message: impl Into<String>) -> Skip {
        let diagnostic = self.here(status, message);
        self.report(diagnostic);
        Skip
    }

    /// Reports a mark that is missing after the last token.
    pub(super) fn missing(&mut self, status: Status, message: impl Into<String>) -> Skip {
        let gap = self.previous_end..=self.token.span.start;
        let place = self.after_previous();
        // Where a text breaks off, everything that is open lacks its end.
        let is_told =
            self.at(TokenKind::End) && self.lexer.diagnostics.last().is_some_and(|last| last.span == place);
        if !is_told && !self.lexer.cut_off.is_some_and(|end| gap.contains(&end)) {
            self.report(Diagnostic::error(status, place, message));
        }
        Skip
    }

    /// The point right after the last token: where a missing mark belongs.
    pub(super) fn after_previous(&self) -> Span {
        Span { start: self.previous_end, end: self.previous_end }
    }

    /// From `start` to the end of the last token.
    pub(super) fn since(&self, start: Span) -> Span {
        start.to(self.after_previous())
    }

    /// Skips the rest of a statement that started at `start`.
    pub(super) fn skip_statement(&mut self, start: u32) {
        if self.token.span.start == start && !self.at(TokenKind::End) {
            let kind = self.bump().kind;
            if kind == TokenKind::Semi || kind == TokenKind::CloseBrace {
                self.eat(TokenKind::Semi);
                return;
            }
            if kind == TokenKind::OpenBrace {
                self.skip_braces();
            }
        }
        loop {
            match self.token.kind {
                TokenKind::End => return,
                TokenKind::Semi => {
                    self.bump();
                    return;
                }
                TokenKind::CloseBrace => {
                    self.bump();
                    self.eat(TokenKind::Semi);
                    return;
                }
                TokenKind::OpenBrace => {
                    self.bump();
                    self.skip_braces();
                }
                _ => {
                    if self.is_first_in_line() && self.starts_statement() {
                        return;
                    }
                    self.bump();
                }
            }
        }
    }

    /// Skips the rest of a member of a class or instance: past its `;`, or up
    /// to the `}` that closes the body.
    pub(super) fn skip_member(&mut self) {
        loop {
            match self.token.kind {
                TokenKind::End | TokenKind::CloseBrace => return,
                TokenKind::Semi => {
                    self.bump();
                    return;
                }
                TokenKind::OpenBrace => {
                    self.bump();
                    self.skip_braces();
                }
                _ => {
                    if self.is_first_in_line() && self.starts_statement() {
                        return;
                    }
                    self.bump();
                }
            }
        }
    }

    /// Skips past the `}` that closes an open brace.
    pub(super) fn skip_braces(&mut self) {
        let mut open = 1_u32;
        while open > 0 && !self.at(TokenKind::End) {
            match self.bump().kind {
                TokenKind::OpenBrace => open += 1,
                TokenKind::CloseBrace => open -= 1,
                _ => {}
            }
        }
    }

    /// Reports every name that stands a second time.
    pub(super) fn no_duplicates(&mut self, names: &[Name<'_>], status: Status, what: &str) {
        let mut sorted: Vec<&Name<'_>> = names.iter().collect();
        sorted.sort_by(|a, b| compare(a.text, b.text));
        for pair in sorted.windows(2) {
            if pair[0].is(pair[1].text) {
                let message = format!("{what} {} stands here a second time", pair[1].text);
                let diagnostic = Diagnostic::error(status, pair[1].span, message);
                self.report(if pair[0].text == pair[1].text {
                    diagnostic
                } else {
                    diagnostic
                        .hint(format!("names differ by more than case: {} stands before it", pair[0].text))
                });
            }
        }
    }
}

/// The order of names, which have no case.
fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    let fold = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(fold).cmp(b.bytes().map(fold))
}
