//! Preprocessor commands.

use std::borrow::Cow;

use super::{Diagnostic, Parse, Parser};
use crate::mof::ast::{Command, Constant, Pragma};
use crate::mof::codes;
use crate::mof::lexer::TokenKind;
use crate::{Locale, Status};

/// `WBEM_FLAG_UPDATE_ONLY` of `WBEM_CHANGE_FLAG_TYPE`.
const UPDATE_ONLY: u32 = 0x1;
/// `WBEM_FLAG_CREATE_ONLY`
const CREATE_ONLY: u32 = 0x2;
/// `WBEM_FLAG_UPDATE_SAFE_MODE`
const UPDATE_SAFE_MODE: u32 = 0x20;
/// `WBEM_FLAG_UPDATE_FORCE_MODE`
const UPDATE_FORCE_MODE: u32 = 0x40;

/// The pragmas of DSP0004 that say nothing to WMI.
const IGNORED: [&str; 6] = ["locale", "instancelocale", "nonlocal", "nonlocaltype", "source", "sourcetype"];

impl<'a> Parser<'a> {
    /// `pragma = "#" ( "pragma" command | "include" ( "(" string ")" | string ) )`
    ///
    /// A command ends with its line if it is malformed.
    pub(super) fn pragma(&mut self) -> Parse<Pragma<'a>> {
        let start = self.bump().span;
        let line_end =
            self.text[start.end as usize..].find('\n').map_or(self.text.len(), |n| start.end as usize + n);
        let command = match self.command() {
            Ok(command) => command,
            Err(diagnostic) => {
                self.report(diagnostic);
                while !self.at(TokenKind::End) && (self.token.span.start as usize) < line_end {
                    self.bump();
                }
                Command::Ignored(super::Name { text: "", span: start })
            }
        };
        // A semicolon after a command is no part of it, but harmless.
        self.eat(TokenKind::Semi);
        Ok(Pragma { command, span: self.since(start) })
    }

    fn command(&mut self) -> Result<Command<'a>, Diagnostic> {
        if self.at_word("include") {
            self.bump();
            return self.include();
        }
        const STATUS: Status = codes::WBEMMOF_E_INVALID_PRAGMA;
        if !self.at_word("pragma") {
            return Err(self.here(STATUS, "`pragma` or `include` must follow the `#`"));
        }
        self.bump();
        let Some(name) = self.name() else {
            return Err(self.here(STATUS, "the name of the pragma is missing"));
        };
        let is = |known: &str| name.is(known);
        if is("namespace") {
            self.namespace()
        } else if is("autorecover") {
            self.arguments();
            Ok(Command::Autorecover)
        } else if is("classflags") {
            let all = CREATE_ONLY | UPDATE_ONLY | UPDATE_SAFE_MODE | UPDATE_FORCE_MODE;
            self.flags(all).map(Command::ClassFlags)
        } else if is("instanceflags") {
            self.flags(CREATE_ONLY | UPDATE_ONLY).map(Command::InstanceFlags)
        } else if is("deleteclass") {
            let (name, must_exist) = self.deletion(codes::WBEMMOF_E_INVALID_DELETECLASS_SYNTAX, "Class")?;
            Ok(Command::DeleteClass { name, must_exist })
        } else if is("deleteinstance") {
            let (path, must_exist) =
                self.deletion(codes::WBEMMOF_E_INVALID_DELETEINSTANCE_SYNTAX, "Class.Key=1")?;
            Ok(Command::DeleteInstance { path, must_exist })
        } else if is("amendment") {
            self.amendment(name)
        } else if is("include") {
            self.include()
        } else {
            if !IGNORED.iter().any(|known| is(known)) {
                let message = format!("pragma {} is not known and has no effect", name.text);
                self.report(Diagnostic::warning(STATUS, name.span, message));
            }
            self.arguments();
            Ok(Command::Ignored(name))
        }
    }

    /// `"namespace" "(" string ")"`
    fn namespace(&mut self) -> Result<Command<'a>, Diagnostic> {
        let hint = "write #pragma namespace(\"\\\\\\\\.\\\\root\\\\cimv2\")";
        let place = self.token.span;
        let path = self
            .string_argument(
                codes::WBEMMOF_E_INVALID_NAMESPACE_SYNTAX,
                "a namespace is a string in parentheses",
            )
            .map_err(|diagnostic| diagnostic.hint(hint))?;
        if path.trim_matches(['\\', '/', ' ', '.']).is_empty() {
            let status = codes::WBEMMOF_E_INVALID_NAMESPACE_SPECIFICATION;
            let message = "this names no namespace";
            return Err(Diagnostic::error(status, self.since(place), message).hint(hint));
        }
        Ok(Command::Namespace(path))
    }

    /// `"amendment" "(" string ")"`, once in a file.
    fn amendment(&mut self, name: super::Name<'a>) -> Result<Command<'a>, Diagnostic> {
        let status = codes::WBEMMOF_E_INVALID_AMENDMENT_SYNTAX;
        let locale = self
            .string_argument(status, "a locale is a string in parentheses")
            .map_err(|diagnostic| diagnostic.hint("write #pragma amendment(\"MS_409\")"))?;
        if let Err(error) = Locale::parse(&locale) {
            return Err(Diagnostic::error(status, self.since(name.span), error.message()));
        }
        if std::mem::replace(&mut self.has_amendment, true) {
            let status = codes::WBEMMOF_E_INVALID_DUPLICATE_AMENDMENT;
            return Err(Diagnostic::error(status, name.span, "a file has one amendment at most"));
        }
        Ok(Command::Amendment(locale))
    }

    /// `( "(" string ")" | string )`
    fn include(&mut self) -> Result<Command<'a>, Diagnostic> {
        if matches!(self.token.kind, TokenKind::String { .. }) {
            return Ok(Command::Include(self.string()));
        }
        let status = codes::WBEMMOF_E_ERROR_INVALID_INCLUDE_FILE;
        let file = self.string_argument(status, "the file to include is a string")?;
        Ok(Command::Include(file))
    }

    /// `"(" string ")"`
    fn string_argument(&mut self, status: Status, message: &str) -> Result<Cow<'a, str>, Diagnostic> {
        if !self.eat(TokenKind::OpenParen) || !matches!(self.token.kind, TokenKind::String { .. }) {
            return Err(self.here(status, message));
        }
        let text = self.string();
        if !self.eat(TokenKind::CloseParen) {
            return Err(self.here(status, "a `)` must follow"));
        }
        Ok(text)
    }

    /// `"(" string "," ( "FAIL" | "NOFAIL" ) ")"`
    fn deletion(&mut self, status: Status, example: &str) -> Result<(Cow<'a, str>, bool), Diagnostic> {
        let wrong = |parser: &Self, message: &str| {
            parser
                .here(status, message)
                .hint(format!("write (\"{example}\", NOFAIL) or (\"{example}\", FAIL)"))
        };
        if !self.eat(TokenKind::OpenParen) || !matches!(self.token.kind, TokenKind::String { .. }) {
            return Err(wrong(self, "what to delete is a string in parentheses"));
        }
        let text = self.string();
        if !self.eat(TokenKind::Comma) {
            return Err(wrong(self, "FAIL or NOFAIL is missing"));
        }
        let must_exist = self.at_word("fail");
        if !must_exist && !self.at_word("nofail") {
            return Err(wrong(self, "FAIL or NOFAIL is missing"));
        }
        self.bump();
        if !self.eat(TokenKind::CloseParen) {
            return Err(wrong(self, "a `)` must follow"));
        }
        Ok((text, must_exist))
    }

    /// `"(" flag { "," flag } ")"`: names in one string or in several, or the
    /// number that they add up to. `allowed` has the flags that may be given.
    fn flags(&mut self, allowed: u32) -> Result<u32, Diagnostic> {
        const STATUS: Status = codes::WBEMMOF_E_INVALID_FLAGS_SYNTAX;
        let names = [
            ("createonly", CREATE_ONLY),
            ("updateonly", UPDATE_ONLY),
            ("safeupdate", UPDATE_SAFE_MODE),
            ("forceupdate", UPDATE_FORCE_MODE),
        ];
        let start = self.token.span;
        if !self.eat(TokenKind::OpenParen) {
            return Err(self.here(STATUS, "flags stand in parentheses"));
        }
        let mut flags = 0;
        loop {
            let place = self.token.span;
            match self.token.kind {
                TokenKind::String { .. } => {
                    for word in self.string().split(',').map(str::trim) {
                        let known = names
                            .iter()
                            .find(|(name, flag)| name.eq_ignore_ascii_case(word) && allowed & flag != 0);
                        let Some((_, flag)) = known else {
                            let message = format!("there is no flag {word:?} here");
                            return Err(Diagnostic::error(STATUS, self.since(place), message));
                        };
                        flags |= flag;
                    }
                }
                TokenKind::Number => match self.number() {
                    Constant::Integer(number) if number & !i128::from(allowed) == 0 => {
                        flags |= u32::try_from(number).unwrap_or(0);
                    }
                    _ => return Err(Diagnostic::error(STATUS, place, "these are no flags")),
                },
                _ => return Err(self.here(STATUS, "a flag is missing")),
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if !self.eat(TokenKind::CloseParen) {
            return Err(self.here(STATUS, "a `)` must follow the flags"));
        }
        let both = UPDATE_SAFE_MODE | UPDATE_FORCE_MODE;
        if flags & CREATE_ONLY != 0 && flags != CREATE_ONLY || flags & both == both {
            let message = "these flags exclude each other";
            let diagnostic = Diagnostic::error(STATUS, self.since(start), message);
            return Err(
                diagnostic.hint("createonly stands alone; updateonly goes with safeupdate or forceupdate")
            );
        }
        Ok(flags)
    }

    /// Skips the arguments of a pragma that says nothing.
    fn arguments(&mut self) {
        if !self.eat(TokenKind::OpenParen) {
            return;
        }
        while !matches!(
            self.token.kind,
            TokenKind::End | TokenKind::Hash | TokenKind::Semi | TokenKind::OpenBrace | TokenKind::CloseBrace
        ) {
            if self.bump().kind == TokenKind::CloseParen {
                return;
            }
        }
    }
}
