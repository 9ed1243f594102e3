//! The canonical text of a query: keywords in upper case, one blank between
//! words, double quotes, decimal numbers, the property on the left, no
//! parentheses but those that are needed. It is parsed to an equal query.

use std::fmt::{self, Display, Formatter, Write as _};

use super::Query;
use super::association::AssociationQuery;
use super::event::{EventQuery, Group, Interval};
use super::expr::{Condition, Constant, Expr, Literal, PropertyRef, Test};
use super::schema::SchemaQuery;
use super::select::{DataQuery, Selection};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Query::Data(query) => query.fmt(f),
            Query::Schema(query) => query.fmt(f),
            Query::Associations(query) => query.fmt(f),
            Query::Event(query) => query.fmt(f),
        }
    }
}

impl Display for DataQuery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        select(f, self, None)
    }
}

impl Display for SchemaQuery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.select.fmt(f)
    }
}

impl Display for EventQuery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        select(f, &self.select, self.within)?;
        self.group.as_ref().map_or(Ok(()), |group| group.fmt(f))
    }
}

fn select(f: &mut Formatter<'_>, query: &DataQuery, within: Option<Interval>) -> fmt::Result {
    f.write_str("SELECT ")?;
    match &query.selection {
        Selection::All => f.write_str("*")?,
        Selection::Properties(list) => names(f, list)?,
    }
    write!(f, " FROM {}", query.class)?;
    if let Some(within) = within {
        write!(f, " WITHIN {within}")?;
    }
    query.filter.as_ref().map_or(Ok(()), |filter| write!(f, " WHERE {filter}"))
}

fn names(f: &mut Formatter<'_>, list: &[PropertyRef]) -> fmt::Result {
    list.iter().enumerate().try_for_each(|(n, property)| {
        f.write_str(if n == 0 { "" } else { ", " })?;
        f.write_str(&property.name)
    })
}

impl Display for Interval {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.milliseconds() / 1000, self.milliseconds() % 1000) {
            (seconds, 0) => write!(f, "{seconds}"),
            (seconds, milliseconds) => write!(f, "{seconds}.{milliseconds:03}"),
        }
    }
}

impl Display for Group {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, " GROUP WITHIN {}", self.seconds)?;
        if !self.by.is_empty() {
            f.write_str(" BY ")?;
            names(f, &self.by)?;
        }
        match self.having {
            Some(having) => {
                write!(f, " HAVING NumberOfEvents {} {}", having.operator.spelling(), having.count)
            }
            None => Ok(()),
        }
    }
}

impl Display for AssociationQuery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {{{}}}", self.kind().spelling(), self.source())?;
        let wanted = self.wanted().keyword();
        if wanted.is_some() || self.values().next().is_some() {
            f.write_str(" WHERE")?;
        }
        self.values().try_for_each(|(keyword, value)| write!(f, " {keyword} = {value}"))?;
        wanted.map_or(Ok(()), |keyword| write!(f, " {keyword}"))
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Or(terms) => terms.iter().enumerate().try_for_each(|(n, term)| {
                f.write_str(if n == 0 { "" } else { " OR " })?;
                // A chain within a chain of the same sort was in parentheses.
                enclosed(f, term, matches!(term, Expr::Or(_)))
            }),
            Expr::And(terms) => terms.iter().enumerate().try_for_each(|(n, term)| {
                f.write_str(if n == 0 { "" } else { " AND " })?;
                enclosed(f, term, matches!(term, Expr::Or(_) | Expr::And(_)))
            }),
            Expr::Not(inner) => {
                f.write_str("NOT ")?;
                enclosed(f, inner, matches!(**inner, Expr::Or(_) | Expr::And(_)))
            }
            Expr::Condition(condition) => condition.fmt(f),
        }
    }
}

fn enclosed(f: &mut Formatter<'_>, expr: &Expr, is_enclosed: bool) -> fmt::Result {
    match is_enclosed {
        true => write!(f, "({expr})"),
        false => expr.fmt(f),
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = &self.property.name;
        match &self.test {
            Test::Compare(operator, constant) => write!(f, "{name} {} {constant}", operator.spelling()),
            Test::IsNull => write!(f, "{name} IS NULL"),
            Test::IsNotNull => write!(f, "{name} IS NOT NULL"),
            Test::Like(pattern) => write!(f, "{name} LIKE {pattern}"),
            Test::IsA(class) => write!(f, "{name} ISA {class}"),
        }
    }
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.literal {
            Literal::String(text) => {
                f.write_char('"')?;
                for c in text.chars() {
                    if matches!(c, '"' | '\\') {
                        f.write_char('\\')?;
                    }
                    f.write_char(c)?;
                }
                f.write_char('"')
            }
            Literal::Integer(v) => v.fmt(f),
            // The debug form keeps a fraction or an exponent, so that a real is
            // read back as one.
            Literal::Real(v) => write!(f, "{v:?}"),
            Literal::Boolean(v) => f.write_str(if *v { "TRUE" } else { "FALSE" }),
            Literal::Null => f.write_str("NULL"),
        }
    }
}
