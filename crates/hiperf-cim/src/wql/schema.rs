//! [`SchemaQuery`]: `SELECT * FROM META_CLASS [ WHERE expr ]`, which selects
//! class definitions by `__CLASS`, `__SUPERCLASS`, `__DYNASTY` and `__THIS`.
//!
//! Source: the Windows pages `select-statement-for-schema-queries` and
//! `isa-operator-for-schema-queries`.

use super::bind::{Scope, This};
use super::predicate::Predicate;
use super::select::{DataQuery, Selection};
use crate::{CimType, Class, Result, Type, Value};

/// A query of class definitions.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaQuery {
    pub(super) select: DataQuery,
}

impl SchemaQuery {
    /// The query that was parsed as one of the class `META_CLASS`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUERY` for a list of properties, and for a WHERE clause
    /// with other properties than those that schema queries know.
    pub(super) fn new(select: DataQuery) -> Result<SchemaQuery> {
        if let Selection::Properties(list) = &select.selection {
            let span = list[0].span.start..list[list.len() - 1].span.end;
            let what = "a query of META_CLASS selects whole definitions";
            return Err(super::diagnostic::invalid(&select.text, span, what, "write SELECT *"));
        }
        Predicate::bind(&select, &SchemaScope)?;
        Ok(SchemaQuery { select })
    }

    /// The query as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        self.select.text()
    }

    /// The predicate of the WHERE clause, to be asked of classes by
    /// [`Predicate::matches_definition`].
    ///
    /// # Errors
    /// None: what could be wrong was wrong when it was parsed.
    pub fn predicate(&self) -> Result<Predicate> {
        Predicate::bind(&self.select, &SchemaScope)
    }
}

impl Predicate {
    /// Whether a class definition is selected by a [`SchemaQuery`].
    #[must_use]
    pub fn matches_definition(&self, class: &Class) -> bool {
        self.matches(&|index| match PROPERTIES.get(index) {
            Some((name, _)) => class.system_value(name).unwrap_or(Value::Null),
            None => Value::Null,
        })
    }
}

/// What schema queries know of a class. `__DERIVATION` is only what `__THIS`
/// is told by.
const PROPERTIES: [(&str, Type); 4] = [
    ("__CLASS", Type::scalar(CimType::String)),
    ("__SUPERCLASS", Type::scalar(CimType::String)),
    ("__DYNASTY", Type::scalar(CimType::String)),
    ("__DERIVATION", Type::array(CimType::String)),
];

struct SchemaScope;

impl Scope for SchemaScope {
    fn class_name(&self) -> &'static str {
        "META_CLASS"
    }

    fn property(&self, name: &str) -> Option<(usize, Type)> {
        let index = PROPERTIES[..3].iter().position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some((index, PROPERTIES[index].1))
    }

    fn property_names(&self) -> Vec<&str> {
        PROPERTIES[..3].iter().map(|(name, _)| *name).collect()
    }

    fn this(&self) -> Option<This> {
        Some(This { class: 0, derivation: 3 })
    }
}
