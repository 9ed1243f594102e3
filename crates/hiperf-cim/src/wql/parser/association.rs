//! `ASSOCIATORS OF` and `REFERENCES OF`, whose WHERE clause is keywords.

use super::super::association::{AssociationKind, AssociationQuery, Yield};
use super::super::diagnostic::{Span, at, invalid};
use super::super::lexer::Kind;
use super::Parser;
use crate::path::ObjectPath;
use crate::{Result, Status};

impl Parser<'_> {
    /// The statement that begins with ASSOCIATORS or REFERENCES.
    pub(super) fn association_query(&mut self) -> Result<AssociationQuery> {
        let kind = match self.is_word("ASSOCIATORS") {
            true => AssociationKind::Associators,
            false => AssociationKind::References,
        };
        self.next += 1;
        if !self.eat_word("OF") {
            return self.wrong("expected OF and an object path in braces", "");
        }
        let (source, source_span) = self.source()?;
        let mut query = AssociationQuery::new(self.query.to_owned(), kind, source, source_span);
        if self.eat_word("WHERE") {
            while {
                self.keyword(&mut query)?;
                self.peek().kind != Kind::End
            } {}
        } else if self.peek().kind != Kind::End {
            return self.wrong("expected WHERE or the end of the query", "");
        }
        query.check()?;
        Ok(query)
    }

    fn source(&mut self) -> Result<(ObjectPath, Span)> {
        let span = self.peek().span.clone();
        if self.peek().kind != Kind::Braced {
            return self.wrong("expected an object path in braces", "{Class.Key=\"value\"}");
        }
        self.next += 1;
        let inside = span.start + 1..span.end - 1;
        match ObjectPath::parse(&with_escapes(&self.query[inside.clone()])) {
            Ok(path) => Ok((path, inside)),
            Err(error) => {
                let status = Status::WBEM_E_INVALID_OBJECT_PATH;
                Err(at(status, self.query, span, error.message(), "{Class.Key=\"value\"}"))
            }
        }
    }

    /// One keyword, and its value if it takes one.
    fn keyword(&mut self, query: &mut AssociationQuery) -> Result<()> {
        let span = self.peek().span.clone();
        let Kind::Word(word) = self.peek().kind.clone() else {
            return self.wrong("expected a keyword", &known(query.kind()));
        };
        let found = query.keywords().find(|keyword| keyword.eq_ignore_ascii_case(&word));
        let Some(keyword) = found else {
            let hint = match word.to_ascii_uppercase().as_str() {
                "AND" | "OR" | "NOT" => {
                    "keywords stand one after the other, with blanks between them".to_owned()
                }
                _ => known(query.kind()),
            };
            return self.wrong("this is no keyword of the statement", &hint);
        };
        self.next += 1;
        let is_new = match Yield::of(keyword) {
            Some(wanted) => query.set_yield(wanted, span.clone())?,
            None => {
                let value = self.value_of(keyword)?;
                query.set_value(keyword, value)
            }
        };
        if is_new {
            return Ok(());
        }
        Err(invalid(self.query, span, &format!("{keyword} is given twice"), ""))
    }

    fn value_of(&mut self, keyword: &str) -> Result<String> {
        if self.peek().kind != Kind::Operator("=") {
            return self.wrong(&format!("expected '=' after {keyword}"), "no other operator applies here");
        }
        self.next += 1;
        let Kind::Word(value) = self.peek().kind.clone() else {
            return self.wrong(&format!("expected a name after {keyword} ="), "it stands without quotes");
        };
        self.next += 1;
        Ok(value)
    }
}

/// The path with every backslash in quotes that escapes nothing written twice:
/// a documented example has `{Win32_Directory.Name='c:\scripts'}`.
fn with_escapes(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut quote = None;
    let mut rest = path.chars();
    while let Some(c) = rest.next() {
        text.push(c);
        match (quote, c) {
            (Some(_), '\\') => {
                let escaped = rest.clone().next().filter(|next| matches!(next, '\\' | '"' | '\''));
                text.push(escaped.unwrap_or('\\'));
                if escaped.is_some() {
                    rest.next();
                }
            }
            (Some(opening), c) if c == opening => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            _ => {}
        }
    }
    text
}

/// The keywords that the statement has, as a hint.
fn known(kind: AssociationKind) -> String {
    format!("{} takes {}", kind.spelling(), kind.keywords().collect::<Vec<_>>().join(", "))
}
