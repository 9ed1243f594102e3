//! ASSOCIATORS OF and REFERENCES OF: from an object to its associations, and
//! from these to the objects at their other ends.
//!
//! Every class with a reference property can associate, whoever serves it. Of
//! each that the statement admits, all instances are read, stored and provided,
//! and those that refer to the source followed. What a statement asks of an
//! association class costs no provider, so `AssocClass` (of REFERENCES OF:
//! `ResultClass`) is what makes such a statement cheap.
//!
//! An endpoint that isn't there, or is in another namespace, is left out: an
//! association outlives what it refers to.
//!
//! Source: \[MS-WMI\] 3.1.4.3.18; wql.md section 3 and its addenda.

use std::sync::Arc;

use hiperf_cim::path::ObjectPath;
use hiperf_cim::wql::{self, AssociationKind, AssociationQuery, Yield};
use hiperf_cim::{Class, Instance, Result, Status};
use hiperf_com::client::Context;

use crate::Namespace;
use crate::statement::Found;

impl Namespace {
    /// What a statement about associations selects.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_QUERY`: the path is a class's, without SchemaOnly.
    /// * `WBEM_E_NOT_FOUND`: there is no such object.
    /// * `WBEM_E_INVALID_CLASS`: there is no class of the name after AssocClass
    ///   or ResultClass.
    /// * the providers'.
    pub(crate) fn associations(
        &self,
        query: &AssociationQuery,
        context: Option<&Context>,
    ) -> Result<Vec<Found>> {
        let classes = self.association_classes(query)?;
        if query.wanted() == Yield::SchemaOnly {
            let found = self.associated_classes(query, &classes)?;
            return Ok(found.into_iter().map(Found::Class).collect());
        }
        let source = self.source(query, context)?;
        let mut found = Vec::new();
        for class in classes.iter().filter(|class| !class.is_abstract()) {
            for association in self.enumerate(class.name(), true, context)? {
                let Some(endpoints) = query.endpoints(&association, &source) else { continue };
                match query.kind() {
                    AssociationKind::References => found.push(association),
                    AssociationKind::Associators => {
                        for path in &endpoints {
                            found.extend(self.endpoint(query, path, context)?);
                        }
                    }
                }
            }
        }
        Ok(match query.wanted() {
            Yield::Instances | Yield::SchemaOnly => found.into_iter().map(Found::Instance).collect(),
            Yield::KeysOnly => {
                // Nothing but the keys is selected.
                found.iter_mut().try_for_each(|instance| wql::project(instance, &[]))?;
                found.into_iter().map(Found::Instance).collect()
            }
            Yield::ClassDefsOnly => {
                let mut classes: Vec<Arc<Class>> = Vec::new();
                found.iter().for_each(|instance| add_once(&mut classes, instance.class()));
                classes.into_iter().map(Found::Class).collect()
            }
        })
    }

    /// The source's path, with the names of all its keys.
    fn source(&self, query: &AssociationQuery, context: Option<&Context>) -> Result<ObjectPath> {
        let path = query.source();
        if path.is_class() {
            let hint = "give the keys of an instance, or write WHERE SchemaOnly to ask of the class";
            let what = "this is the path of a class, and the statement is about an object";
            return Err(query.at_source(Status::WBEM_E_INVALID_QUERY, what, hint));
        }
        match self.get_with(&path.to_string(), context) {
            Ok(source) => {
                Ok(source.relpath().and_then(|path| path.parse().ok()).unwrap_or_else(|| path.clone()))
            }
            // The provider gives no single objects; the path has to do.
            Err(error) if error.status() == Status::WBEM_E_PROVIDER_NOT_CAPABLE => Ok(path.clone()),
            Err(error) => Err(query.at_source(error.status(), error.message(), "")),
        }
    }

    /// The object at the other end of an association, if the statement selects it.
    fn endpoint(
        &self,
        query: &AssociationQuery,
        path: &str,
        context: Option<&Context>,
    ) -> Result<Option<Instance>> {
        match self.get_with(path, context) {
            Ok(endpoint) => Ok(Some(endpoint).filter(|endpoint| query.admits_endpoint(endpoint.class()))),
            Err(error) => match error.status() {
                Status::WBEM_E_NOT_FOUND | Status::WBEM_E_INVALID_OBJECT_PATH => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// The classes whose instances can be associations that the statement follows.
    fn association_classes(&self, query: &AssociationQuery) -> Result<Vec<Arc<Class>>> {
        for name in [query.association_class(), query.result_class()].into_iter().flatten() {
            self.class(name).map_err(|error| match error.status() {
                Status::WBEM_E_NOT_FOUND => query.unknown_class(name),
                _ => error,
            })?;
        }
        let candidates = match query.association_class() {
            Some(name) => {
                let mut classes = self.subclasses(name)?;
                classes.insert(0, self.class(name)?);
                classes
            }
            None => self.class_names().iter().map(|name| self.class(name)).collect::<Result<_>>()?,
        };
        Ok(candidates.into_iter().filter(|class| query.admits_association(class)).collect())
    }

    /// With SchemaOnly: the association classes of the source's class, or those
    /// that they lead to, each once.
    fn associated_classes(
        &self,
        query: &AssociationQuery,
        classes: &[Arc<Class>],
    ) -> Result<Vec<Arc<Class>>> {
        let path = query.source();
        self.check_path_is_here(path)?;
        let source =
            self.class(&path.class).map_err(|error| query.at_source(error.status(), error.message(), ""))?;
        let mut found = Vec::new();
        for class in classes {
            let Some(endpoints) = query.endpoint_classes(class, &source) else { continue };
            if query.kind() == AssociationKind::References {
                add_once(&mut found, class);
                continue;
            }
            for name in endpoints {
                // A reference may be declared to an object of any class.
                match self.class(&name) {
                    Ok(endpoint) if query.admits_endpoint(&endpoint) => add_once(&mut found, &endpoint),
                    Ok(_) => {}
                    Err(error) if error.status() == Status::WBEM_E_NOT_FOUND => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(found)
    }
}

fn add_once(classes: &mut Vec<Arc<Class>>, class: &Arc<Class>) {
    if !classes.iter().any(|known| known.name().eq_ignore_ascii_case(class.name())) {
        classes.push(class.clone());
    }
}
