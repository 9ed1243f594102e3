//! The parser: one function per rule of the grammar, the rule quoted above it.
//!
//! ```text
//! file = { pragma | qualifier declaration | class | instance }
//! ```
//!
//! It reads the dialect of WMI (mofcomp) and the typed qualifier declarations
//! of DSP0004. It never stops at an error: a missing mark is reported and taken
//! as written, anything else is skipped up to the next `;` or `}` that can end
//! it, so that one mistake gives one diagnostic. It resolves nothing and gives
//! no value a type; `compile.rs` does.
//!
//! Source: the mofcomp pages of Microsoft's WMI documentation; DSP0004 annex A.

mod class;
mod instance;
mod pragma;
mod qualifier;
mod recovery;
mod value;

use super::ast::{Item, Name, Span};
use super::codes;
use super::diagnostic::{Diagnostic, MAX_DIAGNOSTICS};
use super::lexer::{Lexer, Token, TokenKind};
use crate::suggest::closest;

/// The construct can't be completed: what is wrong was reported, and the caller
/// skips to where it can go on.
pub(super) struct Skip;

/// A construct, or the order to skip it.
type Parse<T> = Result<T, Skip>;

/// Parses a text of less than 4 GiB.
pub(super) fn parse(text: &str) -> (Vec<Item<'_>>, Vec<Diagnostic>) {
    let mut lexer = Lexer::new(text);
    let token = lexer.next();
    let mut parser = Parser {
        text,
        lexer,
        token,
        previous_end: 0,
        depth: 0,
        has_amendment: false,
        aliases: Vec::new(),
        looked_through: LookedThrough::default(),
    };
    let items = parser.file();
    let aliases = std::mem::take(&mut parser.aliases);
    parser.no_duplicates(&aliases, codes::WBEMMOF_E_MULTIPLE_ALIASES, "alias");
    let mut diagnostics = parser.lexer.diagnostics;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    diagnostics.truncate(MAX_DIAGNOSTICS);
    (items, diagnostics)
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The token to be read next.
    token: Token,
    /// Where the token before it ended.
    previous_end: u32,
    /// How many embedded instances are open.
    depth: u32,
    has_amendment: bool,
    /// The aliases of the file's statements.
    aliases: Vec<Name<'a>>,
    /// The list of qualifiers that was looked through last.
    looked_through: LookedThrough,
}

/// Where a list of qualifiers that may belong to a statement begins, where
/// looking through it ended, and whether a statement followed. From any bracket
/// between the two the same would be found, so it is not looked for again:
/// else brackets that nothing closes would be looked through from each of them.
#[derive(Clone, Copy, Default)]
struct LookedThrough {
    start: u32,
    end: u32,
    is_statement: bool,
}

/// A place to come back to.
struct Mark {
    token: Token,
    previous_end: u32,
    diagnostics: usize,
}

impl<'a> Parser<'a> {
    /// `file = { pragma | qualDecl | classDecl | instDecl }`
    fn file(&mut self) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        while !self.at(TokenKind::End) && self.lexer.diagnostics.len() < MAX_DIAGNOSTICS {
            let start = self.token.span.start;
            match self.item() {
                Ok(item) => items.push(item),
                Err(Skip) => self.skip_statement(start),
            }
        }
        items
    }

    fn item(&mut self) -> Parse<Item<'a>> {
        let start = self.token.span;
        if self.at(TokenKind::Hash) {
            return self.pragma().map(Item::Pragma);
        }
        if self.at_word("qualifier") {
            return self.qualifier_declaration().map(Item::Qualifier);
        }
        let qualifiers = self.qualifiers()?;
        if self.at_word("class") {
            return self.class(start, qualifiers).map(Item::Class);
        }
        if self.at_word("instance") {
            return self.instance(start, qualifiers).map(Item::Instance);
        }
        if self.at_word("typedef") {
            let status = codes::WBEMMOF_E_TYPEDEF_NOT_SUPPORTED;
            return Err(self.fail_here(status, "type definitions are not supported"));
        }
        let diagnostic = match self.token.kind {
            _ if !qualifiers.is_empty() => self.wrong("a class or an instance must follow its qualifiers"),
            TokenKind::Ident => {
                let word = self.word();
                let diagnostic = self.wrong(format!("no statement starts with `{word}`"));
                let known = ["class", "instance", "qualifier"];
                match closest(word, known) {
                    Some(known) => diagnostic.hint(format!("did you mean `{known}`?")),
                    None => {
                        diagnostic.hint("a statement starts with class, instance of, qualifier or #pragma")
                    }
                }
            }
            TokenKind::CloseBrace => self.wrong("this `}` closes nothing"),
            TokenKind::Semi => self.wrong("this `;` ends nothing"),
            _ => self.wrong("no statement starts like this"),
        };
        self.report(diagnostic);
        Err(Skip)
    }

    /// `alias = "as" "$" name`
    fn alias(&mut self) -> Parse<Option<Name<'a>>> {
        if !self.at_word("as") {
            return Ok(None);
        }
        self.bump();
        match self.token.kind {
            TokenKind::Alias => {
                let span = self.bump().span;
                Ok(Some(Name { text: &self.slice(span)[1..], span }))
            }
            TokenKind::Dollar => {
                let status = codes::WBEMMOF_E_EXPECTED_ALIAS_NAME;
                Err(self.fail_here(status, "the alias lacks its name after the `$`"))
            }
            TokenKind::Ident => {
                let word = self.word();
                let diagnostic = self.here(codes::WBEMMOF_E_EXPECTED_DOLLAR, "an alias starts with `$`");
                self.report(diagnostic.hint(format!("write ${word}")));
                // Taken as if the `$` were there.
                let span = self.bump().span;
                Ok(Some(Name { text: self.slice(span), span }))
            }
            _ => Err(self.fail_here(codes::WBEMMOF_E_EXPECTED_ALIAS_NAME, "`as` lacks the alias")),
        }
    }

    /// The `;` after a statement or member; `what` says after what. It is taken
    /// as written if what follows can stand after it.
    fn semi(&mut self, what: &str) -> Parse<()> {
        if self.eat(TokenKind::Semi) {
            return Ok(());
        }
        self.missing(codes::WBEMMOF_E_EXPECTED_SEMI, format!("a `;` must follow {what}"));
        let can_go_on = matches!(self.token.kind, TokenKind::CloseBrace | TokenKind::End | TokenKind::Hash)
            || self.is_on_new_line() && matches!(self.token.kind, TokenKind::Ident | TokenKind::OpenBracket)
            || self.starts_statement();
        if can_go_on { Ok(()) } else { Err(Skip) }
    }
}

/// The tokens.
impl<'a> Parser<'a> {
    fn at(&self, kind: TokenKind) -> bool {
        self.token.kind == kind
    }

    /// Whether the next token is this keyword. Keywords are not reserved: the
    /// grammar asks for one only where a name would be an error.
    fn at_word(&self, word: &str) -> bool {
        self.at(TokenKind::Ident) && self.word().eq_ignore_ascii_case(word)
    }

    fn word(&self) -> &'a str {
        self.slice(self.token.span)
    }

    fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    fn bump(&mut self) -> Token {
        let token = self.token;
        self.previous_end = token.span.end;
        self.token = self.lexer.next();
        token
    }

    fn eat(&mut self, kind: TokenKind) -> bool {
        let is_there = self.at(kind);
        if is_there {
            self.bump();
        }
        is_there
    }

    /// A name, or `None` with nothing reported.
    fn name(&mut self) -> Option<Name<'a>> {
        if !self.at(TokenKind::Ident) {
            return None;
        }
        let span = self.bump().span;
        Some(Name { text: self.slice(span), span })
    }

    fn mark(&self) -> Mark {
        Mark { token: self.token, previous_end: self.previous_end, diagnostics: self.lexer.diagnostics.len() }
    }

    fn rewind(&mut self, mark: &Mark) {
        // The marked token is read again, so the lexer goes to where it starts;
        // what was reported before the mark stays.
        self.lexer.rewind(mark.token.span.end, mark.diagnostics);
        self.token = mark.token;
        self.previous_end = mark.previous_end;
    }

    /// Whether the token after the next one is of this kind.
    fn next_is(&mut self, kind: TokenKind) -> bool {
        let mark = self.mark();
        self.bump();
        let is_there = self.at(kind);
        self.rewind(&mark);
        is_there
    }

    /// Whether a statement of the file starts here: asked inside of braces,
    /// where it means that a closing one is missing.
    fn starts_statement(&mut self) -> bool {
        let mark = self.mark();
        let is_start = if self.at(TokenKind::OpenBracket) {
            let start = self.token.span.start;
            let known = self.looked_through;
            if known.start <= start && start < known.end {
                return known.is_statement;
            }
            // Enough for any list of qualifiers a person would write.
            let mut budget = 1000;
            while budget > 0 && !matches!(self.token.kind, TokenKind::CloseBracket | TokenKind::End) {
                self.bump();
                budget -= 1;
            }
            let end = self.token.span.start;
            self.bump();
            let is_statement = self.is_statement_word();
            self.looked_through = LookedThrough { start, end, is_statement };
            is_statement
        } else {
            self.is_statement_word()
        };
        self.rewind(&mark);
        is_start
    }

    /// Whether a statement starts here that has no qualifiers before it. Reads
    /// on; the caller goes back.
    fn is_statement_word(&mut self) -> bool {
        use TokenKind::{Alias, Colon, Hash, Ident, OpenBrace};
        let word = if self.at(Ident) { self.word() } else { "" };
        if self.at(Hash) {
            true
        } else if word.eq_ignore_ascii_case("class") {
            self.bump();
            self.bump();
            matches!(self.token.kind, OpenBrace | Colon | Alias) || self.at_word("as")
        } else if word.eq_ignore_ascii_case("instance") {
            self.bump();
            self.at_word("of")
        } else if word.eq_ignore_ascii_case("qualifier") {
            self.bump();
            self.bump();
            self.at(Colon)
        } else {
            false
        }
    }

    fn is_on_new_line(&self) -> bool {
        let between = self.text.get(self.previous_end as usize..self.token.span.start as usize);
        between.is_some_and(|between| between.contains('\n'))
    }

    fn is_first_in_line(&self) -> bool {
        let start = self.token.span.start as usize;
        start == 0 || self.text.as_bytes().get(start - 1) == Some(&b'\n')
    }
}
