//! WQL, the query language of WMI.
//!
//! ```text
//! query  = data | schema | event | assoc
//! data   = SELECT ( "*" | prop { "," prop } ) FROM class [ WHERE expr ]
//! schema = SELECT "*" FROM META_CLASS [ WHERE expr ]
//! event  = SELECT .. FROM class [ WITHIN seconds ] [ WHERE expr ]
//!          [ GROUP WITHIN seconds [ BY prop { "," prop } ] [ HAVING NumberOfEvents op integer ] ]
//! assoc  = ( ASSOCIATORS | REFERENCES ) OF "{" objectpath "}" [ WHERE keyword { keyword } ]
//! expr   = and { OR and }
//! and    = unary { AND unary }
//! unary  = NOT unary | "(" expr ")" | cond
//! cond   = prop op const | const op prop | prop IS [ NOT ] NULL | prop [ NOT ] LIKE string
//!        | prop ISA string
//! prop   = name { "." name }
//! op     = "=" | "!=" | "<>" | "<" | ">" | "<=" | ">="
//! const  = string | integer | real | TRUE | FALSE | NULL
//! ```
//! The keywords of `assoc` are those of [`AssociationQuery`]; each stands once.
//!
//! The main path: [`parse`] gives a [`Query`]; the engine finds its class and
//! binds the WHERE clause to it ([`Predicate::bind`], which checks names and
//! types); [`Predicate::matches`] is then asked of every instance, class or
//! event. [`Grouping`] counts the events of a query with GROUP. A query prints
//! as its canonical text.
//!
//! Nothing here knows of namespaces or providers, or what time it is.
//!
//! Source: \[MS-WMI\] 2.2.1 and the Windows pages `querying-with-wql`,
//! `where-clause` and `wql-operators`.

mod association;
mod bind;
mod constant;
mod datetime_literal;
mod diagnostic;
mod event;
mod expr;
mod grouping;
mod lexer;
mod like;
mod member;
mod parser;
mod predicate;
mod print;
mod projection;
mod schema;
mod select;

pub use association::{AssociationKind, AssociationQuery, Yield};
pub use bind::{Scope, This};
pub use event::{EventQuery, Group, Having, Interval, MAX_GROUP_SECONDS};
pub use expr::{Condition, Constant, Expr, Literal, Operator, PropertyRef, Test};
pub use grouping::{Aggregate, Grouping, MAX_GROUPS};
pub use like::Pattern;
pub use parser::{MAX_CONDITIONS, MAX_NESTING, MAX_QUERY_CHARACTERS, parse, parse_event};
pub use predicate::Predicate;
pub use projection::{Selected, project};
pub use schema::SchemaQuery;
pub use select::{DataQuery, Selection};

/// A query of any kind. Two are equal when they ask for the same, however that
/// is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// Instances of a class.
    Data(DataQuery),
    /// Class definitions.
    Schema(SchemaQuery),
    /// What is associated with an object, or the associations.
    Associations(AssociationQuery),
    /// Events: a query with WITHIN or GROUP.
    Event(EventQuery),
}

impl Query {
    /// The query as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Query::Data(query) => query.text(),
            Query::Schema(query) => query.text(),
            Query::Associations(query) => query.text(),
            Query::Event(query) => query.select().text(),
        }
    }
}

#[cfg(test)]
mod tests;
