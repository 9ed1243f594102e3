//! [`Query`]: a WQL query made ready for a class, and how a namespace answers
//! one.
//!
//! A query means the instances of its class and of all subclasses. Where the
//! WHERE clause leaves only certain keys, those instances are asked for one by
//! one; otherwise all are, and those that don't match are dropped before
//! anything is made of them.
//!
//! Source: wql.md section 3.

use std::sync::Arc;

use hiperf_cim::path::ObjectPath;
use hiperf_cim::wql::{self, DataQuery, Predicate, Selected};
use hiperf_cim::{Class, Context as _, Error, Instance, Result, SYSTEM_PROPERTIES, Status, Value};
use hiperf_com::client::Context;

use crate::loading::is_hiperf;
use crate::repository::fold;
use crate::template::template_for;
use crate::unknown_class;
use crate::{Namespace, serving};

/// A column of a query's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The property at this index of the class's properties.
    Property(usize),
    /// A system property.
    System(&'static str),
}

/// A WQL data query, bound to its class.
#[derive(Debug)]
pub struct Query {
    class: Arc<Class>,
    columns: Vec<Column>,
    /// `None` for `*`.
    selected: Option<Vec<Selected>>,
    predicate: Predicate,
}

impl Query {
    /// Parses a query and binds it to its class.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_QUERY`: it is malformed, or names a property that the
    ///   class doesn't have, or compares what can't be compared.
    /// * `WBEM_E_INVALID_CLASS`: there is no such class.
    /// * `WBEM_E_NOT_SUPPORTED`: it is a query of another kind, which
    ///   [`Namespace::exec`] may run.
    pub fn new(namespace: &Namespace, text: &str) -> Result<Query> {
        match wql::parse(text)? {
            wql::Query::Data(parsed) => Query::of(namespace, &parsed),
            _ => {
                let message = format!("this is no query of a class's instances: {text}");
                Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message))
            }
        }
    }

    /// Binds a parsed query to its class.
    ///
    /// # Errors
    /// Those of [`Query::new`].
    pub(crate) fn of(namespace: &Namespace, parsed: &DataQuery) -> Result<Query> {
        let class = namespace.class(parsed.class()).map_err(|error| match error.status() {
            Status::WBEM_E_NOT_FOUND => {
                parsed.unknown_class(&unknown_class::hint(namespace, parsed.class()).unwrap_or_default())
            }
            _ => error,
        })?;
        let selected = parsed.bind_selection(&*class)?;
        let predicate = Predicate::bind(parsed, &*class)?;
        let columns = match &selected {
            None => (0..class.properties().len()).map(Column::Property).collect(),
            Some(list) => list.iter().map(|selected| column(&class, selected.index)).collect(),
        };
        Ok(Query { class, columns, selected, predicate })
    }

    /// The class it is about.
    #[must_use]
    pub fn class(&self) -> &Arc<Class> {
        &self.class
    }

    /// The selected columns in the order of the list; all properties for `*`.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether it is `SELECT *`.
    #[must_use]
    pub fn is_select_all(&self) -> bool {
        self.selected.is_none()
    }

    /// The properties that have to be known to answer the query: those that are
    /// selected and those of the WHERE clause. `None` means all.
    #[must_use]
    pub fn properties(&self) -> Option<Vec<&str>> {
        if self.is_select_all() {
            return None;
        }
        let tested = self.predicate.properties().into_iter().map(|index| column(&self.class, index));
        let mut names: Vec<&str> = Vec::new();
        for column in self.columns.iter().copied().chain(tested) {
            let Column::Property(index) = column else { continue };
            let name = self.class.properties()[index].name();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Some(names)
    }

    /// The context for the provider, the client's with the query's properties in
    /// it. What a SELECT list names counts more than what the context did.
    fn context(&self, client: Option<&Context>) -> Result<Option<Context>> {
        let client = client.map(Context::duplicate).transpose()?;
        let Some(names) = self.properties() else { return Ok(client) };
        let context = client.unwrap_or_default();
        context.want_properties(names.into_iter())?;
        Ok(Some(context))
    }

    /// Whether an instance of the class or of a subclass is selected; `value`
    /// gives the value of a column.
    pub fn matches(&self, value: impl Fn(Column) -> Value) -> bool {
        self.predicate.matches(&|index| value(column(&self.class, index)))
    }

    /// Sets what was not selected to NULL, but for the keys, without which an
    /// object has no path.
    pub(crate) fn project(&self, instance: &mut Instance) -> Result<()> {
        match &self.selected {
            None => Ok(()),
            Some(selected) => wql::project(instance, selected),
        }
    }

    fn matches_instance(&self, instance: &Instance) -> bool {
        self.predicate.matches_instance(&self.class, instance)
    }

    /// The keys that the WHERE clause leaves, if it leaves only some: one path
    /// for each.
    fn paths(&self) -> Option<Vec<ObjectPath>> {
        let &[key] = self.class.keys() else { return None };
        let name = self.class.properties()[key].name();
        let values = self.predicate.key_values(key)?;
        let path = |value: &Value| {
            let relpath = hiperf_cim::path::relpath(self.class.name(), &[(name, value)]);
            ObjectPath::parse(&relpath).ok()
        };
        values.iter().map(path).collect()
    }
}

/// The column with an index that the class gives as a query's scope: its
/// properties, and behind them the system properties.
fn column(class: &Class, index: usize) -> Column {
    match index.checked_sub(class.properties().len()) {
        None => Column::Property(index),
        Some(system) => Column::System(SYSTEM_PROPERTIES[system].0),
    }
}

impl Namespace {
    /// The instances that a query selects, with the properties that it needs;
    /// see [`Query::properties`]. Others are NULL unless their provider delivers
    /// them unasked.
    ///
    /// # Errors
    /// The provider's.
    pub fn query(&self, query: &Query) -> Result<Vec<Instance>> {
        self.query_with(query, None)
    }

    pub(crate) fn query_with(&self, query: &Query, context: Option<&Context>) -> Result<Vec<Instance>> {
        let mut found = Vec::new();
        let context = query.context(context)?;
        let context = context.as_ref();
        let subclasses = self.subclasses(query.class.name())?;
        for class in std::iter::once(&query.class).chain(&subclasses) {
            if class.is_abstract() || !is_hiperf(class) {
                continue;
            }
            let paths = query.paths().filter(|_| Arc::ptr_eq(class, &query.class));
            found.extend(self.instances_at(class, paths, context)?);
        }
        found.extend(self.static_instances(query.class.name())?);
        found.retain(|instance| query.matches_instance(instance));
        Ok(found)
    }

    /// All instances of a class, and of its subclasses unless `shallow`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`, and the provider's.
    pub(crate) fn enumerate(
        &self,
        class: &str,
        shallow: bool,
        context: Option<&Context>,
    ) -> Result<Vec<Instance>> {
        let unknown = |error: Error| Error::new(Status::WBEM_E_INVALID_CLASS, error.message());
        let class = self.class(class).map_err(unknown)?;
        let subclasses = if shallow { Vec::new() } else { self.subclasses(class.name())? };
        let mut found = self.static_instances(class.name())?;
        found.retain(|instance| !shallow || Arc::ptr_eq(instance.class(), &class));
        for class in std::iter::once(&class).chain(&subclasses) {
            if !class.is_abstract() && is_hiperf(class) {
                found.extend(self.instances_at(class, None, context)?);
            }
        }
        Ok(found)
    }

    /// The instance with this path.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT_PATH`: it is malformed or names no instance.
    /// * `WBEM_E_NOT_FOUND`: there is no such class or no such instance.
    /// * the provider's.
    pub fn get(&self, path: &str) -> Result<Instance> {
        self.get_with(path, None)
    }

    pub(crate) fn get_with(&self, path: &str, context: Option<&Context>) -> Result<Instance> {
        let get = || {
            if let Some(mut instance) = self.view().instance_by_text(self.folded(), path) {
                instance.decorate(Some(self.decoration()));
                return Ok(instance);
            }
            let parsed = ObjectPath::parse(path)?;
            self.check_path_is_here(&parsed)?;
            self.get_by(&self.class(&parsed.class)?, &parsed, context)
        };
        get().context(|| format!("getting {path}"))
    }

    fn get_by(&self, class: &Arc<Class>, path: &ObjectPath, context: Option<&Context>) -> Result<Instance> {
        let mut template = template_for(class, path)?;
        if !is_hiperf(class) {
            let relpath = fold(&template.relpath().unwrap_or_default());
            let mut found = self.view().instance(self.folded(), &relpath)?.ok_or_else(|| {
                Error::new(Status::WBEM_E_NOT_FOUND, format!("there is no instance {path}"))
            })?;
            found.decorate(Some(self.decoration()));
            return Ok(found);
        }
        template.decorate(Some(self.decoration()));
        let context = self.provider_context(class, context)?;
        let mut found = serving::instance(&*self.hiperf_provider(class)?, &template, context.as_ref())?;
        found.decorate(Some(self.decoration()));
        Ok(found)
    }

    /// The instances of exactly this hi-perf class; only those with these
    /// paths, if the provider serves single ones.
    fn instances_at(
        &self,
        class: &Arc<Class>,
        paths: Option<Vec<ObjectPath>>,
        context: Option<&Context>,
    ) -> Result<Vec<Instance>> {
        let provider = self.hiperf_provider(class)?;
        let context = self.provider_context(class, context)?;
        let context = context.as_ref();
        let mut found = match paths.filter(|_| serving::check_get(&provider).is_ok()) {
            Some(paths) => {
                let templates = paths.iter().map(|path| {
                    let mut template = template_for(class, path)?;
                    template.decorate(Some(self.decoration()));
                    Ok(template)
                });
                serving::some_instances(&provider, &templates.collect::<Result<Vec<_>>>()?, context)?
            }
            None => serving::all_instances(&provider, class, context)?,
        };
        let decoration = self.decoration();
        found.iter_mut().for_each(|instance| instance.decorate(Some(decoration.clone())));
        Ok(found)
    }
}
