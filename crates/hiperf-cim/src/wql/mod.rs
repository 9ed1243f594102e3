//! WQL, the query language of WMI: data queries.
//!
//! ```text
//! query  = SELECT ( "*" | prop { "," prop } ) FROM class [ WHERE expr ]
//! expr   = and { OR and }
//! and    = unary { AND unary }
//! unary  = NOT unary | "(" expr ")" | cond
//! cond   = prop op const | const op prop | prop IS [ NOT ] NULL | prop [ NOT ] LIKE string
//! op     = "=" | "!=" | "<>" | "<" | ">" | "<=" | ">="
//! const  = string | integer | real | TRUE | FALSE | NULL
//! ```
//! The main path: [`parse`] gives a [`Query`]; the engine finds its class and
//! binds the WHERE clause to it ([`Predicate::bind`], which checks names and
//! types); [`Predicate::matches`] is then asked of every instance.
//!
//! Statements that WMI has and hiperf does not run (ASSOCIATORS OF, REFERENCES
//! OF, schema and event queries, ISA) are recognised and answered with
//! `WBEM_E_NOT_SUPPORTED`. Nothing here knows of namespaces or providers.
//!
//! Source: \[MS-WMI\] 2.2.1 and the Windows pages `querying-with-wql`,
//! `where-clause` and `wql-operators`.

mod bind;
mod datetime_literal;
mod diagnostic;
mod expr;
mod lexer;
mod like;
mod parser;
mod predicate;

pub use bind::Scope;
pub use expr::{Condition, Constant, Expr, Literal, Operator, PropertyRef, Test};
pub use like::Pattern;
pub use parser::{MAX_NESTING, MAX_QUERY_CHARACTERS, parse};
pub use predicate::Predicate;

use diagnostic::Span;

/// A data query.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    text: String,
    selection: Selection,
    class: String,
    class_span: Span,
    filter: Option<Expr>,
}

/// The properties that a query asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Selection {
    /// `*`: every property.
    All,
    /// The properties listed, in that order; system properties may be among
    /// them, and a property may be listed twice.
    Properties(Vec<PropertyRef>),
}

impl Query {
    /// The query as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is selected.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The class whose instances, and whose subclasses' instances, are meant.
    #[must_use]
    pub fn class(&self) -> &str {
        &self.class
    }

    /// The WHERE clause.
    #[must_use]
    pub fn filter(&self) -> Option<&Expr> {
        self.filter.as_ref()
    }

    /// The error for a class that doesn't exist: `WBEM_E_INVALID_CLASS`, with
    /// the place in the query and `hint`.
    #[must_use]
    pub fn unknown_class(&self, hint: &str) -> crate::Error {
        let what = format!("there is no class {}", self.class);
        let status = crate::Status::WBEM_E_INVALID_CLASS;
        diagnostic::at(status, &self.text, self.class_span.clone(), &what, hint)
    }

    /// The indexes of the selected properties in the order of the list;
    /// `None` for `*`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUERY` for a property that the class doesn't have,
    /// `WBEM_E_NOT_SUPPORTED` for a member of an embedded object.
    pub fn bind_selection(&self, scope: &dyn Scope) -> crate::Result<Option<Vec<usize>>> {
        match &self.selection {
            Selection::All => Ok(None),
            Selection::Properties(list) => list
                .iter()
                .map(|property| bind::resolve(&self.text, property, scope).map(|(index, _)| index))
                .collect::<crate::Result<_>>()
                .map(Some),
        }
    }
}

#[cfg(test)]
mod tests;
