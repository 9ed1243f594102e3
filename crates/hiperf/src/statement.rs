//! [`Namespace::exec`]: a WQL statement of any kind but of events.
//!
//! A data query's results are instances, a schema query's are class
//! definitions, and a statement about associations says which it wants. None of
//! it asks a provider for more than the statement is about: a schema query asks
//! none at all.
//!
//! Source: wql.md section 3.

use std::sync::Arc;

use hiperf_cim::wql::{self, SchemaQuery};
use hiperf_cim::{Class, Error, Instance, Result, Status};
use hiperf_com::client::Context;

use crate::{Namespace, Query};

/// An object that a statement selects.
#[derive(Clone, Debug)]
pub enum Found {
    /// An instance.
    Instance(Instance),
    /// A class definition.
    Class(Arc<Class>),
}

impl Namespace {
    /// What a WQL statement selects: a data query, whose instances have the
    /// selected properties and their keys; a query of `META_CLASS`; ASSOCIATORS
    /// OF or REFERENCES OF.
    ///
    /// # Errors
    /// * those of [`wql::parse`] and of [`Query::new`];
    /// * `WBEM_E_INVALID_QUERY`: it is a query of events;
    /// * `WBEM_E_NOT_FOUND`: there is no object with the path in braces;
    /// * the providers'.
    pub fn exec(&self, statement: &str) -> Result<Vec<Found>> {
        self.exec_with(statement, None)
    }

    pub(crate) fn exec_with(&self, statement: &str, context: Option<&Context>) -> Result<Vec<Found>> {
        match wql::parse(statement)? {
            wql::Query::Data(data) => {
                let query = Query::of(self, &data)?;
                let mut instances = self.query_with(&query, context)?;
                instances.iter_mut().try_for_each(|instance| query.project(instance))?;
                Ok(instances.into_iter().map(Found::Instance).collect())
            }
            wql::Query::Schema(schema) => {
                Ok(self.definitions(&schema)?.into_iter().map(Found::Class).collect())
            }
            wql::Query::Associations(query) => self.associations(&query, context),
            wql::Query::Event(_) => {
                let message = format!(
                    "{statement} is a query of events, which come when they happen: it goes to \
                     ExecNotificationQuery"
                );
                Err(Error::new(Status::WBEM_E_INVALID_QUERY, message))
            }
        }
    }

    /// The classes that a schema query selects, in the order of their names.
    fn definitions(&self, query: &SchemaQuery) -> Result<Vec<Arc<Class>>> {
        let predicate = query.predicate()?;
        let mut found = Vec::new();
        for name in self.class_names() {
            let class = self.class(&name)?;
            if predicate.matches_definition(&class) {
                found.push(class);
            }
        }
        Ok(found)
    }
}
