//! Values: constants, arrays, aliases and embedded instances.

use std::borrow::Cow;

use crate::mof::ast::{Constant, Initializer, Span};
use crate::mof::codes;
use crate::mof::lexer::{Token, TokenKind};
use crate::mof::literal::{self, LiteralError};
use crate::suggest::closest;

use super::{Diagnostic, Parse, Parser, Skip};

impl<'a> Parser<'a> {
    /// `value = element | "{" [ element { "," element } ] "}"`
    pub(super) fn value(&mut self) -> Parse<Initializer<'a>> {
        if !self.at(TokenKind::OpenBrace) {
            return self.scalar();
        }
        let start = self.bump().span;
        let mut elements = Vec::new();
        let is_closed = self.eat(TokenKind::CloseBrace) || self.elements(&mut elements).is_ok();
        if !is_closed {
            self.skip_elements()?;
        }
        Ok(Initializer { value: Constant::Array(elements), span: self.since(start) })
    }

    /// `element { "," element } "}"`
    fn elements(&mut self, elements: &mut Vec<Initializer<'a>>) -> Parse<()> {
        elements.push(self.element()?);
        while self.eat(TokenKind::Comma) {
            elements.push(self.element()?);
        }
        if self.eat(TokenKind::CloseBrace) {
            return Ok(());
        }
        let status = codes::WBEMMOF_E_EXPECTED_CLOSE_BRACE;
        Err(self.missing(status, "a `,` or a `}` must follow an element of an array"))
    }

    /// Skips past the `}` of an array, unless a `;` comes first.
    fn skip_elements(&mut self) -> Parse<()> {
        loop {
            match self.token.kind {
                TokenKind::CloseBrace => {
                    self.bump();
                    return Ok(());
                }
                TokenKind::Semi | TokenKind::End => return Err(Skip),
                TokenKind::OpenBrace => {
                    self.bump();
                    self.skip_braces();
                }
                _ => {
                    self.bump();
                }
            }
        }
    }

    /// An element of an array: neither an array nor NULL.
    pub(super) fn element(&mut self) -> Parse<Initializer<'a>> {
        if self.at(TokenKind::OpenBrace) {
            let status = codes::WBEMMOF_E_UNEXPECTED_ARRAY_INIT;
            self.fail_here(status, "an element of an array can't be an array");
            let start = self.bump().span;
            self.skip_braces();
            return Ok(Initializer { value: Constant::Null, span: self.since(start) });
        }
        let element = self.scalar()?;
        if element.value == Constant::Null {
            let status = codes::WBEMMOF_E_NULL_ARRAY_ELEM;
            self.report(Diagnostic::error(status, element.span, "an element of an array can't be NULL"));
        }
        Ok(element)
    }

    /// `element = const | alias | "instance" "of" ...`
    fn scalar(&mut self) -> Parse<Initializer<'a>> {
        let start = self.token.span;
        let value = match self.token.kind {
            TokenKind::Number => self.number(),
            TokenKind::String { .. } => Constant::String(self.string()),
            TokenKind::Char => self.character(),
            TokenKind::Alias => {
                let span = self.bump().span;
                Constant::Alias(&self.slice(span)[1..])
            }
            TokenKind::Dollar => {
                let status = codes::WBEMMOF_E_EXPECTED_ALIAS_NAME;
                return Err(self.fail_here(status, "the alias lacks its name after the `$`"));
            }
            TokenKind::Ident => self.named_constant()?,
            _ => {
                let status = codes::WBEMMOF_E_EXPECTED_BRACE_OR_BAD_TYPE;
                return Err(self.fail_here(status, "a value is missing"));
            }
        };
        Ok(Initializer { value, span: self.since(start) })
    }

    /// `"TRUE" | "FALSE" | "NULL" | "instance" "of" ...`
    fn named_constant(&mut self) -> Parse<Constant<'a>> {
        let word = self.word();
        let constant = if word.eq_ignore_ascii_case("true") {
            Constant::Boolean(true)
        } else if word.eq_ignore_ascii_case("false") {
            Constant::Boolean(false)
        } else if word.eq_ignore_ascii_case("null") {
            Constant::Null
        } else if word.eq_ignore_ascii_case("instance") {
            return Ok(Constant::Instance(Box::new(self.embedded_instance()?)));
        } else {
            let status = codes::WBEMMOF_E_EXPECTED_BRACE_OR_BAD_TYPE;
            let diagnostic = self.here(status, format!("`{word}` is no value"));
            self.report(match closest(word, ["TRUE", "FALSE", "NULL"]) {
                Some(name) => diagnostic.hint(format!("did you mean {name}?")),
                None => diagnostic.hint(format!("a string stands in quotes: \"{word}\"")),
            });
            return Err(Skip);
        };
        self.bump();
        Ok(constant)
    }

    /// A number; a malformed one is reported and is NULL.
    pub(super) fn number(&mut self) -> Constant<'a> {
        let token = self.bump();
        literal::number(self.slice(token.span)).unwrap_or_else(|error| {
            self.bad_literal(error, token.span);
            Constant::Null
        })
    }

    fn character(&mut self) -> Constant<'a> {
        let token = self.bump();
        let text = self.slice(token.span);
        // A literal that has no end was reported as such.
        let is_whole = text.len() > 1 && text.ends_with('\'');
        match literal::character(text) {
            Ok(unit) => Constant::Char(unit),
            Err(error) if is_whole => {
                self.bad_literal(error, token.span);
                Constant::Null
            }
            Err(_) => Constant::Null,
        }
    }

    /// `string = '"' { char } '"' { '"' { char } '"' }`: parts that follow each
    /// other are one string. One part without escapes is borrowed.
    pub(super) fn string(&mut self) -> Cow<'a, str> {
        let first = self.bump();
        let is_whole = first.kind == TokenKind::String { escaped: false };
        if is_whole && !matches!(self.token.kind, TokenKind::String { .. }) {
            let inner = self.slice(first.span);
            let inner = inner.strip_prefix('"').unwrap_or(inner);
            return Cow::Borrowed(inner.strip_suffix('"').unwrap_or(inner));
        }
        let mut joined = String::new();
        self.append(first, &mut joined);
        while matches!(self.token.kind, TokenKind::String { .. }) {
            let part = self.bump();
            self.append(part, &mut joined);
        }
        Cow::Owned(joined)
    }

    fn append(&mut self, part: Token, joined: &mut String) {
        let text = self.slice(part.span);
        if part.kind == (TokenKind::String { escaped: false }) {
            let inner = text.strip_prefix('"').unwrap_or(text);
            joined.push_str(inner.strip_suffix('"').unwrap_or(inner));
        } else if let Err(error) = literal::unescape(text, joined) {
            self.bad_literal(error, part.span);
        }
    }

    fn bad_literal(&mut self, error: LiteralError, span: Span) {
        let status = match error {
            LiteralError::TooLarge => codes::WBEMMOF_E_OUT_OF_RANGE,
            _ => codes::WBEMMOF_E_ILLEGAL_CONSTANT_VALUE,
        };
        let place = match error {
            LiteralError::Escape { at } | LiteralError::Surrogate { at } => {
                let start = span.start + u32::try_from(at).unwrap_or(0);
                Span { start, end: start + 2 }
            }
            _ => span,
        };
        // A backslash in a string that escapes nothing is kept as it is: DSP0004
        // forbids it and WMI's documentation is silent, but schemas that ship
        // with Windows have it in their descriptions. In a character literal
        // there is no room for two characters.
        let is_kept = matches!(error, LiteralError::Escape { .. }) && self.slice(span).starts_with('"');
        let diagnostic = match is_kept {
            true => Diagnostic::warning(status, place, error.to_string()),
            false => Diagnostic::error(status, place, error.to_string()),
        };
        self.report(match error.hint() {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        });
    }
}
