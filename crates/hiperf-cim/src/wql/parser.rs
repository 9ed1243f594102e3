//! The parser: one function per rule of the grammar in [`super`].

use super::diagnostic::{Span, at, invalid};
use super::expr::{Condition, Constant, Expr, Literal, Operator, PropertyRef, Test};
use super::lexer::{Kind, Token, tokens};
use super::{Query, Selection};
use crate::{Error, Result, Status};

/// Most characters of a query: `WBEM_MAX_QUERY`.
pub const MAX_QUERY_CHARACTERS: usize = 0x4000;
/// Most parentheses and NOTs within each other, so that no query exhausts the
/// stack.
pub const MAX_NESTING: usize = 64;

/// Parses a data query.
///
/// # Errors
/// - `WBEM_E_INVALID_QUERY`, with a message that shows the place;
/// - `WBEM_E_INVALID_PARAMETER` for an empty query;
/// - `WBEM_E_QUOTA_VIOLATION` for one that is too long or too deeply nested;
/// - `WBEM_E_NOT_SUPPORTED` for a statement that hiperf does not run.
pub fn parse(query: &str) -> Result<Query> {
    if query.encode_utf16().count() > MAX_QUERY_CHARACTERS {
        let message = format!("the query is longer than {MAX_QUERY_CHARACTERS} characters");
        return Err(Error::new(Status::WBEM_E_QUOTA_VIOLATION, message));
    }
    let trimmed = query.trim_start();
    if trimmed.is_empty() {
        return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, "the query is empty"));
    }
    let start = query.len() - trimmed.len();
    let first = &trimmed[..trimmed.find(|c: char| !c.is_alphanumeric()).unwrap_or(trimmed.len())];
    // Told before the rest is cut into words: an object path follows, which
    // has words of its own.
    for statement in ["ASSOCIATORS", "REFERENCES"] {
        if first.eq_ignore_ascii_case(statement) {
            let what = format!("{statement} OF queries are not supported");
            return Err(unsupported(query, start..start + first.len(), &what));
        }
    }
    let mut parser = Parser { query, tokens: tokens(query)?, next: 0 };
    parser.data_query()
}

fn unsupported(query: &str, span: Span, what: &str) -> Error {
    let hint = "this version runs SELECT .. FROM class [WHERE ..]";
    at(Status::WBEM_E_NOT_SUPPORTED, query, span, what, hint)
}

struct Parser<'a> {
    query: &'a str,
    /// Never empty: the last one is [`Kind::End`].
    tokens: Vec<Token>,
    next: usize,
}

impl Parser<'_> {
    fn data_query(&mut self) -> Result<Query> {
        if !self.eat_word("SELECT") {
            return self.wrong("a query starts with SELECT", "SELECT * FROM class WHERE property = constant");
        }
        let selection = self.selection()?;
        if !self.eat_word("FROM") {
            return self.wrong("expected FROM and a class", "");
        }
        let class = self.class()?;
        let filter = if self.eat_word("WHERE") { Some(self.or(0)?) } else { None };
        self.end(filter.is_some())?;
        Ok(Query {
            text: self.query.to_owned(),
            selection,
            class: class.name,
            class_span: class.span,
            filter,
        })
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
        if name.eq_ignore_ascii_case("META_CLASS") {
            return Err(unsupported(self.query, span, "schema queries (META_CLASS) are not supported"));
        }
        self.next += 1;
        match self.peek().kind {
            Kind::Mark('.') => self.wrong("a class's name has no '.' in it", ""),
            Kind::Mark(',') => self.wrong("a query is of one class", "WQL has no joins"),
            _ => Ok(PropertyRef { name, span }),
        }
    }

    /// What may follow a complete query: nothing.
    fn end(&self, has_filter: bool) -> Result<()> {
        let Kind::Word(word) = &self.peek().kind else {
            return match self.peek().kind {
                Kind::End => Ok(()),
                Kind::Mark(')') => self.wrong("nothing opens this parenthesis", ""),
                _ if has_filter => self.wrong("expected AND, OR or the end of the query", ""),
                _ => self.wrong("expected WHERE or the end of the query", ""),
            };
        };
        let hint = match word.to_ascii_uppercase().as_str() {
            "WITHIN" => return self.not_supported("event queries (WITHIN) are not supported"),
            "GROUP" => return self.not_supported("event queries (GROUP WITHIN) are not supported"),
            "ORDER" => "WQL has no ORDER BY; sort what the query returns",
            "JOIN" | "INNER" | "LEFT" | "RIGHT" | "OUTER" | "CROSS" | "FULL" => "WQL has no joins",
            "AND" | "OR" | "NOT" => "conditions stand after WHERE",
            _ => "",
        };
        let expected = if has_filter { "AND, OR" } else { "WHERE" };
        self.wrong(&format!("expected {expected} or the end of the query"), hint)
    }

    fn or(&mut self, nesting: usize) -> Result<Expr> {
        let mut terms = vec![self.and(nesting)?];
        while self.eat_word("OR") {
            terms.push(self.and(nesting)?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Expr::Or(terms) })
    }

    fn and(&mut self, nesting: usize) -> Result<Expr> {
        let mut terms = vec![self.unary(nesting)?];
        while self.eat_word("AND") {
            terms.push(self.unary(nesting)?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Expr::And(terms) })
    }

    fn unary(&mut self, nesting: usize) -> Result<Expr> {
        let is_nested = self.is_word("NOT") || self.peek().kind == Kind::Mark('(');
        if is_nested && nesting == MAX_NESTING {
            let what =
                format!("the query has more than {MAX_NESTING} parentheses and NOTs within each other");
            let span = self.peek().span.clone();
            return Err(at(Status::WBEM_E_QUOTA_VIOLATION, self.query, span, &what, ""));
        }
        if self.eat_word("NOT") {
            return Ok(Expr::Not(Box::new(self.unary(nesting + 1)?)));
        }
        let opening = self.peek().span.clone();
        if !self.eat_mark('(') {
            return self.condition();
        }
        let inner = self.or(nesting + 1)?;
        if self.eat_mark(')') {
            return Ok(inner);
        }
        if self.peek().kind == Kind::End {
            return Err(invalid(self.query, opening, "nothing closes this parenthesis", ""));
        }
        self.wrong("expected AND, OR or ')'", "")
    }

    fn condition(&mut self) -> Result<Expr> {
        if let Some(constant) = self.constant() {
            let Some(operator) = self.operator() else {
                return self.wrong("expected a comparison after the constant", "");
            };
            let property = self.property("one side of a comparison is a property")?;
            return self.comparison(property, operator.exchanged(), constant);
        }
        let property = self.property("expected a property, a constant, NOT or '('")?;
        if let Some(operator) = self.operator() {
            let Some(constant) = self.constant() else {
                let (what, hint) = match self.peek().kind {
                    Kind::Word(_) => (
                        "a property is compared with a constant, not with another property",
                        "text stands between quotes",
                    ),
                    Kind::Mark('(') => ("expected a constant", "WQL has no arithmetic and no subqueries"),
                    _ => ("expected a constant", ""),
                };
                return self.wrong(what, hint);
            };
            return self.comparison(property, operator, constant);
        }
        if self.eat_word("IS") {
            let is_negated = self.eat_word("NOT");
            if !self.eat_word("NULL") {
                return self.wrong("IS and IS NOT are followed by NULL only", "compare with = or != instead");
            }
            let test = if is_negated { Test::IsNotNull } else { Test::IsNull };
            return Ok(Expr::Condition(Condition { property, test }));
        }
        if self.is_word("ISA") {
            return self.not_supported("ISA, on embedded objects, is not supported");
        }
        let is_negated = self.eat_word("NOT");
        if !self.eat_word("LIKE") {
            let expected = if is_negated { "LIKE" } else { "a comparison, IS or LIKE" };
            return self.wrong(&format!("expected {expected} after the property"), "");
        }
        let pattern = self.constant().filter(|constant| matches!(constant.literal, Literal::String(_)));
        let Some(pattern) = pattern else {
            return self.wrong("expected a pattern between quotes after LIKE", "");
        };
        let like = Expr::Condition(Condition { property, test: Test::Like(pattern) });
        Ok(if is_negated { Expr::Not(Box::new(like)) } else { like })
    }

    fn comparison(&self, property: PropertyRef, operator: Operator, constant: Constant) -> Result<Expr> {
        let test = match (&constant.literal, operator) {
            (Literal::Null, Operator::Equal) => Test::IsNull,
            (Literal::Null, Operator::NotEqual) => Test::IsNotNull,
            (Literal::Null, _) => {
                let hint = "write IS NULL or IS NOT NULL";
                return Err(invalid(self.query, constant.span, "nothing is greater or less than NULL", hint));
            }
            _ => Test::Compare(operator, constant),
        };
        // Two numbers without an operator between them are a difference or sum.
        if let Kind::Integer(_) | Kind::Real(_) = self.peek().kind {
            return self.wrong("expected AND, OR or the end of the query", "WQL has no arithmetic");
        }
        Ok(Expr::Condition(Condition { property, test }))
    }

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

    fn not_supported<T>(&self, what: &str) -> Result<T> {
        Err(unsupported(self.query, self.peek().span.clone(), what))
    }
}

/// The words that are a name nowhere.
fn is_reserved(word: &str) -> bool {
    ["NULL", "TRUE", "FALSE"].iter().any(|reserved| word.eq_ignore_ascii_case(reserved))
}
