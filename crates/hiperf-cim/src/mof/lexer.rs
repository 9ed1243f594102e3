//! Cuts a MOF text into tokens: one pass over the bytes, nothing allocated.
//!
//! A token is a kind and a span; what a literal means is found out by
//! `literal.rs` when somebody wants the value. The lexer never fails: what it
//! can't read becomes a diagnostic and is left out or closed on the spot, so
//! the parser only sees tokens.
//!
//! Source: mofcomp's documentation; DSP0004 annex A.

use super::ast::Span;
use super::codes;
use super::diagnostic::Diagnostic;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or a keyword: MOF reserves none where a name is expected.
    Ident,
    /// `$name`
    Alias,
    /// A `$` that no name follows.
    Dollar,
    /// A number, well-formed or not.
    Number,
    /// One string literal with its quotes. `escaped` if it has a backslash.
    String {
        escaped: bool,
    },
    /// A character literal with its quotes.
    Char,
    Hash,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Comma,
    Colon,
    Semi,
    Equal,
    /// The end of the text.
    End,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

/// The tokens of a text, one after the other.
pub(super) struct Lexer<'a> {
    text: &'a str,
    position: usize,
    /// What could not be read. The parser adds its own.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the last literal without an end, or the last text that means
    /// nothing, ended. Whatever is missing there was swallowed by it.
    pub cut_off: Option<u32>,
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of `text`, which is shorter than 4 GiB.
    pub fn new(text: &'a str) -> Lexer<'a> {
        let position = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Lexer { text, position, diagnostics: Vec::new(), cut_off: None }
    }

    /// Goes back to the byte where a token starts. What was found wrong after
    /// it is forgotten: it will be found again.
    pub fn rewind(&mut self, position: u32, diagnostics: usize) {
        self.position = position as usize;
        self.diagnostics.truncate(diagnostics);
    }

    /// The next token.
    pub fn next(&mut self) -> Token {
        loop {
            self.skip_blanks();
            let start = self.position;
            let bytes = self.text.as_bytes();
            let Some(&byte) = bytes.get(start) else {
                return self.token(TokenKind::End, start);
            };
            self.position += 1;
            let kind = match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    self.skip_identifier();
                    TokenKind::Ident
                }
                b'"' => self.string(start),
                b';' => TokenKind::Semi,
                b',' => TokenKind::Comma,
                b'(' => TokenKind::OpenParen,
                b')' => TokenKind::CloseParen,
                b'{' => TokenKind::OpenBrace,
                b'}' => TokenKind::CloseBrace,
                b'[' => TokenKind::OpenBracket,
                b']' => TokenKind::CloseBracket,
                b':' => TokenKind::Colon,
                b'=' => TokenKind::Equal,
                b'#' => TokenKind::Hash,
                b'$' => {
                    self.skip_identifier();
                    if self.position == start + 1 { TokenKind::Dollar } else { TokenKind::Alias }
                }
                b'0'..=b'9' | b'.' | b'+' | b'-' => {
                    self.skip_number();
                    TokenKind::Number
                }
                b'\'' => self.character(start),
                _ => {
                    self.position = start;
                    if self.starts_letter() {
                        self.skip_identifier();
                        TokenKind::Ident
                    } else {
                        self.garbage(start);
                        continue;
                    }
                }
            };
            return self.token(kind, start);
        }
    }

    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, span: span(start, self.position) }
    }

    /// Skips white space and comments.
    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.position) {
            match byte {
                // 0x1A ends files that were written under CP/M and DOS.
                b' ' | b'\t' | b'\r' | b'\n' | 0x0B | 0x0C | 0x1A => self.position += 1,
                b'/' => match bytes.get(self.position + 1) {
                    Some(b'/') => self.position = end_of_line(bytes, self.position),
                    Some(b'*') => self.skip_block_comment(),
                    _ => return,
                },
                _ => return,
            }
        }
    }

    fn skip_block_comment(&mut self) {
        let start = self.position;
        let bytes = self.text.as_bytes();
        let mut at = start + 2;
        while at + 1 < bytes.len() {
            if bytes[at] == b'*' && bytes[at + 1] == b'/' {
                self.position = at + 2;
                return;
            }
            at += 1;
        }
        self.position = bytes.len();
        self.diagnostics.push(
            Diagnostic::error(
                codes::WBEMMOF_E_UNRECOGNIZED_TOKEN,
                span(start, start + 2),
                "this comment has no end",
            )
            .hint("end it with `*/`"),
        );
    }

    /// Skips letters, digits and underscores.
    fn skip_identifier(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            while bytes.get(self.position).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
                self.position += 1;
            }
            // A letter outside ASCII is the rare case, so it has the slow path.
            if bytes.get(self.position).is_none_or(u8::is_ascii) || !self.starts_letter() {
                return;
            }
            self.position += self.character_len();
        }
    }

    /// Whether a letter outside ASCII starts here.
    fn starts_letter(&self) -> bool {
        let next = self.text.get(self.position..).and_then(|rest| rest.chars().next());
        next.is_some_and(|c| !c.is_ascii() && c.is_alphabetic())
    }

    /// The length in bytes of the character here; 1 at the end of the text.
    fn character_len(&self) -> usize {
        let next = self.text.get(self.position..).and_then(|rest| rest.chars().next());
        next.map_or(1, char::len_utf8)
    }

    /// Skips the rest of a number: all that could be meant as part of it, so
    /// that `12x` is one malformed number and not a number and a name.
    fn skip_number(&mut self) {
        let bytes = self.text.as_bytes();
        let is_hex = matches!(bytes.get(self.position), Some(b'x' | b'X'));
        while let Some(&byte) = bytes.get(self.position) {
            let is_exponent_sign =
                matches!(byte, b'+' | b'-') && !is_hex && matches!(bytes[self.position - 1], b'e' | b'E');
            if !(byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_' || is_exponent_sign) {
                return;
            }
            self.position += 1;
        }
    }

    /// A string after its opening quote. It ends with its line at the latest,
    /// so that a forgotten quote spoils one line and not the rest of the file.
    fn string(&mut self, start: usize) -> TokenKind {
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        let mut at = self.position;
        loop {
            match bytes.get(at) {
                Some(b'"') => {
                    self.position = at + 1;
                    return TokenKind::String { escaped };
                }
                Some(b'\\') if !matches!(bytes.get(at + 1), None | Some(b'\n')) => {
                    escaped = true;
                    at += 2;
                }
                None | Some(b'\n') => {
                    self.position = at;
                    self.unterminated(start, "this string has no end on its line", "end it with `\"`");
                    // Its escapes are not looked at: one mistake is enough.
                    return TokenKind::String { escaped: false };
                }
                Some(_) => at += 1,
            }
        }
    }

    /// A character literal after its opening quote.
    fn character(&mut self, start: usize) -> TokenKind {
        let bytes = self.text.as_bytes();
        let mut at = self.position;
        loop {
            match bytes.get(at) {
                // `'''` is the quote itself, which some files write so.
                Some(b'\'') if at > start + 1 || bytes.get(at + 1) != Some(&b'\'') => {
                    self.position = at + 1;
                    return TokenKind::Char;
                }
                Some(b'\\') if !matches!(bytes.get(at + 1), None | Some(b'\n')) => at += 2,
                None | Some(b'\n') => {
                    self.position = at;
                    self.unterminated(start, "this character has no end on its line", "end it with `'`");
                    return TokenKind::Char;
                }
                Some(_) => at += 1,
            }
        }
    }

    fn unterminated(&mut self, start: usize, message: &str, hint: &str) {
        // An escape may have carried the end past a character's first byte.
        while !self.text.is_char_boundary(self.position) {
            self.position += 1;
        }
        self.cut_off = Some(span(start, self.position).end);
        let place = span(start, start + 1);
        let status = codes::WBEMMOF_E_ILLEGAL_CONSTANT_VALUE;
        self.diagnostics.push(Diagnostic::error(status, place, message).hint(hint));
    }

    /// Skips what starts no token, with one diagnostic for a run of it.
    fn garbage(&mut self, start: usize) {
        let first = self.text.get(start..).and_then(|rest| rest.chars().next());
        while self.position < self.text.len() && !self.starts_token() {
            self.position += self.character_len();
        }
        let place = span(start, self.position);
        self.cut_off = Some(place.end);
        let shown = first.unwrap_or(char::REPLACEMENT_CHARACTER);
        let diagnostic = Diagnostic::error(
            codes::WBEMMOF_E_UNRECOGNIZED_TOKEN,
            place,
            format!("`{}` means nothing here", shown.escape_debug()),
        );
        self.diagnostics.push(match shown {
            '\u{201c}'..='\u{201e}' => diagnostic.hint("a string stands between straight quotes: `\"`"),
            '\u{2018}' | '\u{2019}' => diagnostic.hint("a character stands between straight quotes: `'`"),
            _ => diagnostic,
        });
    }

    /// Whether a token, white space or a comment could start here.
    fn starts_token(&self) -> bool {
        match self.text.as_bytes()[self.position] {
            b'/' => matches!(self.text.as_bytes().get(self.position + 1), Some(b'/' | b'*')),
            byte if byte >= 0x80 => self.starts_letter(),
            byte => {
                byte.is_ascii_alphanumeric()
                    || byte.is_ascii_whitespace()
                    || b"_\"';,(){}[]:=#$.+-\x0b\x1a".contains(&byte)
            }
        }
    }
}

/// A span of byte offsets, which the caller knows to be below 4 GiB.
fn span(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(start), end: offset(end) }
}

/// The offset of the newline at or after `at`, or the end.
fn end_of_line(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| at + n)
}
