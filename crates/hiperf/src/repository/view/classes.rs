//! The classes of a view, and who derives from whom.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hiperf_cim::{Class, Error, Result, Status};

use super::damage::again;
use super::{MAX_DERIVATION, View};
use crate::namespace::lock;
use crate::repository::key::{Kind, describe, fold, key};
use crate::repository::{built_in, record};

/// The children of the classes of a namespace.
#[derive(Debug)]
pub(super) struct Children {
    of: HashMap<String, Vec<String>>,
    /// Why some may be missing.
    damage: Option<Error>,
}

impl View {
    /// The class of this name in a folded namespace.
    pub(crate) fn class(&self, namespace: &str, name: &str) -> Result<Option<Arc<Class>>> {
        self.class_at(namespace, name, 0)
    }

    fn class_at(&self, namespace: &str, name: &str, depth: usize) -> Result<Option<Arc<Class>>> {
        if let Some(class) = built_in::class(namespace, name)? {
            return Ok(Some(class));
        }
        let at = key(Kind::Class, namespace, &fold(name));
        if let Some(class) = lock(&self.classes).get(&at) {
            return Ok(Some(class.clone()));
        }
        let Some(record) = self.record(&at)? else { return Ok(None) };
        if depth > MAX_DERIVATION {
            let message = format!("class {name} derives from itself");
            return Err(Error::new(Status::WBEM_E_CIRCULAR_REFERENCE, message));
        }
        let find = |name: &str| self.class_at(namespace, name, depth + 1);
        // Not under the lock, because its parent is read on the way.
        let class = record::to_class(record, &find)?;
        Ok(Some(lock(&self.classes).entry(at).or_insert(class).clone()))
    }

    /// The names of all classes in a folded namespace that can be read, in order.
    pub(crate) fn class_names(&self, namespace: &str) -> Result<Vec<String>> {
        let mut names: Vec<String> =
            built_in::entries(namespace).map(|entry| entry.name.to_owned()).collect();
        for record in self.readable(&key(Kind::Class, namespace, ""))?.values() {
            let (name, _) = record::names(record)?;
            if built_in::entry(namespace, name).is_none() {
                names.push(name.to_owned());
            }
        }
        names.sort_by_cached_key(|name| name.to_ascii_uppercase());
        Ok(names)
    }

    /// The names of the classes below `ancestor` in a folded namespace, directly
    /// or not, in order.
    pub(crate) fn subclass_names(&self, namespace: &str, ancestor: &str) -> Result<Vec<String>> {
        let children = self.children(namespace)?;
        if let Some(error) = &children.damage
            && built_in::entry(namespace, ancestor).is_none()
        {
            return Err(again(error));
        }
        let mut names = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![fold(ancestor)];
        while let Some(parent) = open.pop() {
            for name in children.of.get(&parent).into_iter().flatten() {
                // A circle, which only a damaged store has, must end as well.
                if seen.insert(fold(name)) {
                    open.push(fold(name));
                    names.push(name.clone());
                }
            }
        }
        names.sort_by_cached_key(|name| name.to_ascii_uppercase());
        Ok(names)
    }

    /// The names of the children of `parent` in a folded namespace.
    pub(crate) fn child_names(&self, namespace: &str, parent: &str) -> Result<Vec<String>> {
        Ok(self.children(namespace)?.of.get(&fold(parent)).cloned().unwrap_or_default())
    }

    fn children(&self, namespace: &str) -> Result<Arc<Children>> {
        if let Some(children) = lock(&self.children).get(namespace) {
            return Ok(children.clone());
        }
        let prefix = key(Kind::Class, namespace, "");
        let (records, damage) = self.scan(&prefix);
        damage.as_ref().map_or(Ok(()), |error| self.pass_over(again(error)))?;
        let mut children = Children { of: HashMap::new(), damage };
        for entry in built_in::entries(namespace) {
            if let Some(parent) = entry.superclass {
                children.of.entry(fold(parent)).or_default().push(entry.name.to_owned());
            }
        }
        for record in records.values() {
            if let (name, Some(parent)) = record::names(record)?
                && built_in::entry(namespace, name).is_none()
            {
                children.of.entry(fold(parent)).or_default().push(name.to_owned());
            }
        }
        let children = Arc::new(children);
        lock(&self.children).insert(namespace.to_owned(), children.clone());
        Ok(children)
    }

    /// A stored object, as a person reads its name, with an object of this class
    /// in its values: all but the class itself and its own instances.
    pub(crate) fn embedding(&self, namespace: &str, class: &str) -> Result<Option<String>> {
        let folded = fold(class);
        let is_it = |name: &&str| fold(name) == folded;
        for (at, record) in self.records(&key(Kind::Class, namespace, ""))? {
            if fold(record::names(record)?.0) != folded
                && record::embedded::in_class(record)?.iter().any(is_it)
            {
                return Ok(Some(describe(at)));
            }
        }
        for (at, record) in self.records(&key(Kind::Instance, namespace, ""))? {
            if fold(record::class_name(record)?) != folded
                && record::embedded::in_instance(record)?.iter().any(is_it)
            {
                return Ok(Some(describe(at)));
            }
        }
        Ok(None)
    }
}
