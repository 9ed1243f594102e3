//! The parser: one function per rule of the grammar in [`super`]. Here are the
//! statements and what all rules use; [`condition`] has the WHERE clause,
//! [`event`] what event queries add, [`association`] the statements about
//! associations.

mod association;
mod condition;
mod event;

use super::Query;
use super::diagnostic::invalid;
use super::event::EventQuery;
use super::expr::{Constant, Literal, Operator, PropertyRef};
use super::lexer::{Kind, Token, tokens};
use super::schema::SchemaQuery;
use super::select::{DataQuery, Selection};
use crate::{Error, Result, Status};

/// Most characters of a query: `WBEM_MAX_QUERY`.
pub const MAX_QUERY_CHARACTERS: usize = 0x4000;
/// Most parentheses and NOTs within each other, so that no query exhausts the
/// stack.
pub const MAX_NESTING: usize = 64;
/// Most conditions of a query, so that what it costs for each instance is
/// bounded; programs that ask for a list of keys in one query stay far below.
pub const MAX_CONDITIONS: usize = 1024;

/// Parses a query. One that could be a data query as well as an event query,
/// having neither WITHIN nor GROUP, is a data query; whoever wants events uses
/// [`parse_event`].
///
/// # Errors
/// - `WBEM_E_INVALID_QUERY`, with a message that shows the place;
/// - `WBEM_E_INVALID_OBJECT_PATH` for the path of ASSOCIATORS OF or REFERENCES OF;
/// - `WBEM_E_MISSING_GROUP_WITHIN` for GROUP without WITHIN, and
///   `WBEM_E_MISSING_AGGREGATION_LIST` for BY without properties;
/// - `WBEM_E_INVALID_PARAMETER` for an empty query;
/// - `WBEM_E_QUOTA_VIOLATION` for one that is too long, too deeply nested or has
///   too many conditions.
pub fn parse(query: &str) -> Result<Query> {
    check_length(query)?;
    Parser { query, tokens: tokens(query)?, next: 0, conditions: 0 }.query()
}

/// Parses a query of events, as `ExecNotificationQuery` takes it.
///
/// # Errors
/// Those of [`parse`], and `WBEM_E_INVALID_QUERY` for a query of another kind.
pub fn parse_event(query: &str) -> Result<EventQuery> {
    match parse(query)? {
        Query::Event(event) => Ok(event),
        Query::Data(select) => Ok(EventQuery { select, within: None, group: None }),
        Query::Schema(_) | Query::Associations(_) => {
            let what = "this is no query of events";
            Err(invalid(query, 0..query.len(), what, "SELECT * FROM event class WITHIN seconds WHERE .."))
        }
    }
}

fn check_length(query: &str) -> Result<()> {
    if query.encode_utf16().count() > MAX_QUERY_CHARACTERS {
        let message = format!("the query is longer than {MAX_QUERY_CHARACTERS} characters");
        return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
    }
    if query.trim_start().is_empty() {
        return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, "the query is empty"));
    }
    Ok(())
}

struct Parser<'a> {
    query: &'a str,
    /// Never empty: the last one is [`Kind::End`].
    tokens: Vec<Token>,
    next: usize,
    /// How many conditions there were so far.
    conditions: usize,
}

/// Statements.
impl Parser<'_> {
    fn query(&mut self) -> Result<Query> {
        if self.is_word("ASSOCIATORS") || self.is_word("REFERENCES") {
            return self.association_query().map(Query::Associations);
        }
        if !self.eat_word("SELECT") {
            let hint = "SELECT * FROM class WHERE property = constant";
            return self.wrong("a query starts with SELECT, ASSOCIATORS OF or REFERENCES OF", hint);
        }
        let selection = self.selection()?;
        if !self.eat_word("FROM") {
            return self.wrong("expected FROM and a class", "");
        }
        let class = self.class()?;
        let within = self.within()?;
        let filter = if self.eat_word("WHERE") { Some(self.or(0)?) } else { None };
        let group = self.group()?;
        let is_event = within.is_some() || group.is_some();
        self.end(filter.is_some(), is_event)?;
        let text = self.query.to_owned();
        let select = DataQuery { text, selection, class: class.name, class_span: class.span, filter };
        let is_schema = select.class().eq_ignore_ascii_case("META_CLASS");
        match (is_event, is_schema) {
            (true, true) => Err(select.wrong_class(
                Status::WBEM_E_INVALID_QUERY,
                "there are no events of META_CLASS",
                "the events of classes are __ClassOperationEvent and what derives from it",
            )),
            (true, false) => Ok(Query::Event(EventQuery { select, within, group })),
            (false, true) => SchemaQuery::new(select).map(Query::Schema),
            (false, false) => Ok(Query::Data(select)),
        }
    }

    fn selection(&mut self) -> Result<Selection> {
        if self.eat_mark('*') {
            return Ok(Selection::All);
        }
        if self.is_word("FROM") {
            return self.wrong("expected '*' or a list of properties after SELECT", "");
        }
        let mut list = Vec::new();
        loop {
            list.push(self.property("expected a property, or '*' alone")?);
            if self.peek().kind == Kind::Mark('(') {
                let hint = "it has no COUNT and no other aggregate; select the rows and count them";
                return self.wrong("WQL has no functions", hint);
            }
            if !self.eat_mark(',') {
                return Ok(Selection::Properties(list));
            }
        }
    }

    fn class(&mut self) -> Result<PropertyRef> {
        let span = self.peek().span.clone();
        let Kind::Word(name) = self.peek().kind.clone() else {
            return self.wrong("expected the name of a class after FROM", "");
        };
        self.next += 1;
        match self.peek().kind {
            Kind::Mark('.') => self.wrong("a class's name has no '.' in it", ""),
            Kind::Mark(',') => self.wrong("a query is of one class", "WQL has no joins"),
            _ => Ok(PropertyRef { name, span }),
        }
    }

    /// What may follow a complete query: nothing.
    fn end(&self, has_filter: bool, is_event: bool) -> Result<()> {
        let Kind::Word(word) = &self.peek().kind else {
            return match self.peek().kind {
                Kind::End => Ok(()),
                Kind::Mark(')') => self.wrong("nothing opens this parenthesis", ""),
                _ if has_filter => self.wrong("expected AND, OR or the end of the query", ""),
                _ => self.wrong("expected WHERE or the end of the query", ""),
            };
        };
        let hint = match word.to_ascii_uppercase().as_str() {
            "WITHIN" => "WITHIN stands once, between the class and WHERE",
            "WHERE" => "WHERE stands before GROUP",
            "HAVING" => "HAVING stands after GROUP WITHIN",
            "ORDER" => "WQL has no ORDER BY; sort what the query returns",
            "JOIN" | "INNER" | "LEFT" | "RIGHT" | "OUTER" | "CROSS" | "FULL" => "WQL has no joins",
            "AND" | "OR" | "NOT" => "conditions stand after WHERE",
            _ => "",
        };
        let expected = match (is_event, has_filter) {
            (true, _) => "expected the end of the query",
            (false, true) => "expected AND, OR or the end of the query",
            (false, false) => "expected WHERE or the end of the query",
        };
        self.wrong(expected, hint)
    }
}

/// What all rules use.
impl Parser<'_> {
    fn property(&mut self, expected: &str) -> Result<PropertyRef> {
        let mut name = String::new();
        let start = self.peek().span.start;
        loop {
            let part = match &self.peek().kind {
                Kind::Word(word) if !is_reserved(word) => word,
                _ if name.is_empty() => return self.wrong(expected, ""),
                _ => return self.wrong("expected the name of a member after '.'", ""),
            };
            name.push_str(part);
            let end = self.peek().span.end;
            self.next += 1;
            if !self.eat_mark('.') {
                return Ok(PropertyRef { name, span: start..end });
            }
            name.push('.');
        }
    }

    fn constant(&mut self) -> Option<Constant> {
        let literal = match &self.peek().kind {
            Kind::String(text) => Literal::String(text.clone()),
            Kind::Integer(v) => Literal::Integer(*v),
            Kind::Real(v) => Literal::Real(*v),
            Kind::Word(word) if word.eq_ignore_ascii_case("TRUE") => Literal::Boolean(true),
            Kind::Word(word) if word.eq_ignore_ascii_case("FALSE") => Literal::Boolean(false),
            Kind::Word(word) if word.eq_ignore_ascii_case("NULL") => Literal::Null,
            _ => return None,
        };
        let span = self.peek().span.clone();
        self.next += 1;
        Some(Constant { literal, span })
    }

    /// Text between quotes.
    fn text(&mut self) -> Option<Constant> {
        match self.peek().kind {
            Kind::String(_) => self.constant(),
            _ => None,
        }
    }

    fn operator(&mut self) -> Option<Operator> {
        let Kind::Operator(spelling) = self.peek().kind else { return None };
        self.next += 1;
        Operator::from_spelling(spelling)
    }

    fn peek(&self) -> &Token {
        // The End token is never passed, so that there is always one.
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn is_word(&self, keyword: &str) -> bool {
        matches!(&self.peek().kind, Kind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn eat_word(&mut self, keyword: &str) -> bool {
        let found = self.is_word(keyword);
        self.next += usize::from(found);
        found
    }

    fn eat_mark(&mut self, mark: char) -> bool {
        let found = self.peek().kind == Kind::Mark(mark);
        self.next += usize::from(found);
        found
    }

    /// The error at the next word.
    fn wrong<T>(&self, what: &str, hint: &str) -> Result<T> {
        Err(invalid(self.query, self.peek().span.clone(), what, hint))
    }
}

/// The words that are the name of a property nowhere; NOT before a comparison
/// is an operator, whichever side of it was the property.
fn is_reserved(word: &str) -> bool {
    ["NULL", "TRUE", "FALSE", "NOT"].iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}
