//! The words of WQL. Keywords are not told from names here: which is meant
//! depends on the place, and a property may be called `Group`.
//!
//! Source: \[MS-WMI\] 2.2.1 and the Windows page `wql-sql-for-wmi`.

use super::diagnostic::{Span, invalid};
use crate::Result;

/// A word of a query and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Span,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name or a keyword, as written.
    Word(String),
    /// Quoted text, its escapes resolved.
    String(String),
    Integer(i128),
    Real(f64),
    /// `= != <> < > <= >=`; `<>` is read as `!=`.
    Operator(&'static str),
    /// One of `* , . ( )`.
    Mark(char),
    /// An object path between braces, which are part of the span.
    Braced,
    /// The end of the query.
    End,
}

/// The operators, the longer ones first, with the spelling that stands for them.
const OPERATORS: [(&str, &str); 7] =
    [("<=", "<="), (">=", ">="), ("<>", "!="), ("!=", "!="), ("=", "="), ("<", "<"), (">", ">")];

/// Cuts a query into words, the last of them [`Kind::End`].
pub(super) fn tokens(query: &str) -> Result<Vec<Token>> {
    let mut lexer = Lexer { query, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.token()?;
        let is_last = token.kind == Kind::End;
        tokens.push(token);
        if is_last {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    query: &'a str,
    /// A byte position on a character's edge.
    at: usize,
}

impl Lexer<'_> {
    fn token(&mut self) -> Result<Token> {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
        let start = self.at;
        let rest = &self.query[start..];
        let kind = match rest.chars().next() {
            None => Kind::End,
            Some(c) if c == '_' || c.is_alphabetic() => {
                self.take_while(|c| c == '_' || c.is_alphanumeric());
                Kind::Word(self.query[start..self.at].to_owned())
            }
            Some(quote @ ('"' | '\'')) => self.string(quote)?,
            Some(_) if starts_number(rest) => self.number()?,
            Some('{') => self.braced()?,
            Some(mark @ ('*' | ',' | '.' | '(' | ')')) => {
                self.at += 1;
                Kind::Mark(mark)
            }
            Some(c) => match OPERATORS.iter().find(|(spelling, _)| rest.starts_with(spelling)) {
                Some((spelling, operator)) => {
                    self.at += spelling.len();
                    Kind::Operator(operator)
                }
                None => return self.unknown(c),
            },
        };
        Ok(Token { kind, span: start..self.at })
    }

    fn string(&mut self, quote: char) -> Result<Kind> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let mut rest = self.query[self.at..].chars();
            match rest.next() {
                None => {
                    let what = "the text that starts here has no closing quote";
                    return Err(invalid(self.query, start..self.query.len(), what, ""));
                }
                Some('\\') => {
                    let Some(escaped @ ('\\' | '"' | '\'')) = rest.next() else {
                        let what = "a backslash stands before a quote or another backslash";
                        let hint = "a backslash that is meant is written twice";
                        return Err(invalid(self.query, self.at..self.at + 1, what, hint));
                    };
                    text.push(escaped);
                    self.at += 2;
                }
                Some(c) => {
                    self.at += c.len_utf8();
                    if c == quote {
                        return Ok(Kind::String(text));
                    }
                    text.push(c);
                }
            }
        }
    }

    /// To the brace that closes the path; one within quotes is the text's.
    fn braced(&mut self) -> Result<Kind> {
        let start = self.at;
        let (mut quote, mut is_escaped) = (None, false);
        for (at, c) in self.query[start..].char_indices() {
            match (quote, c) {
                (Some(_), _) if is_escaped => is_escaped = false,
                (Some(_), '\\') => is_escaped = true,
                (Some(opening), c) if c == opening => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (None, '}') => {
                    self.at = start + at + 1;
                    return Ok(Kind::Braced);
                }
                _ => {}
            }
        }
        let hint = "an object path stands in braces, text within it in quotes: {Class.Key=\"value\"}";
        Err(invalid(self.query, start..start + 1, "nothing closes this brace", hint))
    }

    fn number(&mut self) -> Result<Kind> {
        let start = self.at;
        let mut previous = ' ';
        self.take_while(|c| {
            let is_sign = matches!(c, '+' | '-') && matches!(previous, ' ' | 'e' | 'E');
            previous = c;
            is_sign || c == '.' || c == '_' || c.is_alphanumeric()
        });
        number(&self.query[start..self.at]).ok_or_else(|| {
            let hint = "text stands between quotes, and a name starts with a letter or '_'";
            invalid(self.query, start..self.at, "this is no number", hint)
        })
    }

    fn unknown(&self, c: char) -> Result<Token> {
        let hint = match c {
            '-' | '+' | '/' | '%' | '|' | '&' => "WQL has no arithmetic",
            '}' => "nothing opens this brace",
            ';' => "a query is a single statement without ';'",
            _ => "",
        };
        let what = format!("'{}' is no part of WQL", c.escape_debug());
        Err(invalid(self.query, self.at..self.at + c.len_utf8(), &what, hint))
    }

    fn take_while(&mut self, mut wanted: impl FnMut(char) -> bool) {
        let rest = &self.query[self.at..];
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }
}

/// Whether a number begins here: a digit after an optional sign and point.
fn starts_number(rest: &str) -> bool {
    let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let digits = unsigned.strip_prefix('.').unwrap_or(unsigned);
    digits.starts_with(|c: char| c.is_ascii_digit())
}

/// The number that `text` is altogether: decimal, hexadecimal after `0x`, or a
/// real with a point or an exponent.
pub(super) fn number(text: &str) -> Option<Kind> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_negative = text.starts_with('-');
    if !starts_number(unsigned) || unsigned.starts_with(['+', '-']) {
        return None;
    }
    let hexadecimal = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X"));
    if let Some(digits) = hexadecimal {
        // A sign would be taken after the 0x as well.
        if digits.starts_with(['+', '-']) {
            return None;
        }
        let magnitude = i128::from_str_radix(digits, 16).ok()?;
        return Some(Kind::Integer(if is_negative { -magnitude } else { magnitude }));
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Kind::Integer);
    }
    text.parse().ok().filter(|real: &f64| real.is_finite()).map(Kind::Real)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let kinds: Vec<Kind> = tokens("a_1 >=-5<>.5 'x\\'\\\\\"' 0x1F\t(é.B){a=\"}\\\"\"}")
            .unwrap()
            .into_iter()
            .map(|t| t.kind)
            .collect();
        let word = |text: &str| Kind::Word(text.to_owned());
        assert_eq!(
            kinds,
            [
                word("a_1"),
                Kind::Operator(">="),
                Kind::Integer(-5),
                Kind::Operator("!="),
                Kind::Real(0.5),
                Kind::String("x'\\\"".to_owned()),
                Kind::Integer(31),
                Kind::Mark('('),
                word("é"),
                Kind::Mark('.'),
                word("B"),
                Kind::Mark(')'),
                Kind::Braced,
                Kind::End,
            ]
        );
    }

    #[test]
    fn numbers() {
        for (text, value) in [
            ("18446744073709551615", Some(Kind::Integer(u64::MAX.into()))),
            ("+7", Some(Kind::Integer(7))),
            ("-0xff", Some(Kind::Integer(-255))),
            ("1e3", Some(Kind::Real(1000.0))),
            ("-1.5E-1", Some(Kind::Real(-0.15))),
            ("1e999", None),
            ("0x", None),
            ("0x-1", None),
            ("+-1", None),
            ("1_000", None),
            ("inf", None),
            ("", None),
            ("99999999999999999999999999999999999999999", None),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
    }
}
