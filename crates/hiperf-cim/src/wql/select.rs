//! [`DataQuery`]: `SELECT .. FROM class [ WHERE expr ]`.

use std::ops::Range;

use super::bind::{Scope, resolve};
use super::diagnostic::{self, Span};
use super::expr::{Expr, PropertyRef};
use super::projection::Selected;
use crate::{Error, Result, Status};

/// A data query, and what is common to all that begin with SELECT.
#[derive(Clone, Debug)]
pub struct DataQuery {
    pub(super) text: String,
    pub(super) selection: Selection,
    pub(super) class: String,
    pub(super) class_span: Span,
    pub(super) filter: Option<Expr>,
}

/// Equal when they ask for the same, however that is written.
impl PartialEq for DataQuery {
    fn eq(&self, other: &DataQuery) -> bool {
        self.selection == other.selection && self.class == other.class && self.filter == other.filter
    }
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

impl DataQuery {
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
    pub fn unknown_class(&self, hint: &str) -> Error {
        let what = format!("there is no class {}", self.class);
        self.wrong_class(Status::WBEM_E_INVALID_CLASS, &what, hint)
    }

    /// An error at the name of the class.
    pub(super) fn wrong_class(&self, status: Status, what: &str, hint: &str) -> Error {
        diagnostic::at(status, &self.text, self.class_span.clone(), what, hint)
    }

    /// Where the name of the class stands, in bytes.
    #[must_use]
    pub fn class_span(&self) -> Range<usize> {
        self.class_span.clone()
    }

    /// The selected properties in the order of the list; `None` for `*`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUERY` for a property that the class doesn't have, and
    /// for a member of what is no embedded object.
    pub fn bind_selection(&self, scope: &dyn Scope) -> Result<Option<Vec<Selected>>> {
        match &self.selection {
            Selection::All => Ok(None),
            Selection::Properties(list) => list
                .iter()
                .map(|property| {
                    let found = resolve(&self.text, property, scope)?;
                    Ok(Selected { index: found.index, members: found.members })
                })
                .collect::<Result<_>>()
                .map(Some),
        }
    }
}
