//! [`View`]: what is in the repository, seen as one.
//!
//! ```text
//! this process's own MOF
//! the user's store             only if the user isn't root
//! the system's store
//! the provider files' MOF
//! the built-in classes         part of the program
//! ```
//! What is further up covers what has the same name below, but nothing covers a
//! built-in class. A view doesn't change: whoever changes something makes a
//! new one, which takes over the classes that are still the same, so that a class
//! is the same [`Arc`] as long as nobody redefines it or a parent.

mod classes;
mod damage;
mod instances;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use hiperf_cim::{Class, Error, Result, Status, Value};

use super::key::{Kind, fold, key, parts};
use super::layer::Layer;
use super::{built_in, record};
use crate::namespace::lock;
use classes::Children;

pub(crate) use damage::Damage;

/// A chain of parents longer than this is a circle: following it recurses.
const MAX_DERIVATION: usize = 256;

/// The class whose instances are the namespaces below one.
pub(crate) const NAMESPACE_CLASS: &str = "__Namespace";

/// Layers, the top one first, and the classes that were read from them.
#[derive(Debug, Default)]
pub(crate) struct View {
    pub layers: Vec<Layer>,
    /// By key.
    classes: Mutex<HashMap<Vec<u8>, Arc<Class>>>,
    /// Per namespace, the children of each class by folded name, once somebody
    /// has asked.
    children: Mutex<HashMap<String, Arc<Children>>>,
    /// In a reader's view: what can't be read, and is passed over where that does
    /// no harm. Who changes something has to see everything.
    damage: Option<Damage>,
    /// What the top layer had of what was changed in it, if that may be taken back.
    undo: Option<Vec<Before>>,
}

/// A key, and what a layer's changes had of it.
type Before = (Vec<u8>, Option<Option<Vec<u8>>>);

/// The keys and records of several layers as one.
pub(crate) type Records<'a> = BTreeMap<&'a [u8], &'a [u8]>;

impl View {
    /// A view of these layers, which takes over from `before` what is the same.
    pub(crate) fn new(layers: Vec<Layer>, before: Option<&View>) -> View {
        let view = View { layers, ..View::default() };
        if let Some(before) = before {
            let known = lock(&before.classes).clone();
            let mut kept = HashMap::new();
            for (key, class) in &known {
                if view.is_unchanged(before, key, &known, 0) {
                    kept.insert(key.clone(), class.clone());
                }
            }
            *lock(&view.classes) = kept;
        }
        view
    }

    /// Whether the class of a key, and all its parents, have the same records
    /// as before.
    fn is_unchanged(
        &self,
        before: &View,
        at: &[u8],
        known: &HashMap<Vec<u8>, Arc<Class>>,
        depth: usize,
    ) -> bool {
        let (Ok(Some(record)), Ok(Some(old))) = (self.record(at), before.record(at)) else { return false };
        let (Some((_, namespace, _)), Ok((_, parent))) = (parts(at), record::names(record)) else {
            return false;
        };
        // A class with embedded objects among its defaults has their classes in it.
        let is_simple = known.get(at).is_some_and(|class| !has_embedded(class));
        record == old
            && depth < MAX_DERIVATION
            && is_simple
            && parent.is_none_or(|parent| {
                built_in::entry(namespace, parent).is_some()
                    || self.is_unchanged(
                        before,
                        &key(Kind::Class, namespace, &fold(parent)),
                        known,
                        depth + 1,
                    )
            })
    }

    /// The record of a key in the top-most layer that has it.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`: none has it as far as they can be read, and not
    /// all can.
    pub(crate) fn record(&self, key: &[u8]) -> Result<Option<&[u8]>> {
        let mut damaged = None;
        for layer in &self.layers {
            match layer.get(key) {
                Ok(None) => {}
                Ok(record) => return Ok(record),
                Err(error) => damaged = damaged.or(Some(error)),
            }
        }
        match damaged.or_else(|| self.damage.as_ref()?.of_images()) {
            None => Ok(None),
            Some(error) => Err(error),
        }
    }

    /// The records of all keys that start with `prefix`, in order.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`: not all can be read.
    pub(crate) fn records<'a>(&'a self, prefix: &'a [u8]) -> Result<Records<'a>> {
        match self.scan(prefix) {
            (all, None) => Ok(all),
            (_, Some(error)) => Err(error),
        }
    }

    /// The same; a reader gets those that can be read.
    fn readable<'a>(&'a self, prefix: &'a [u8]) -> Result<Records<'a>> {
        let (all, error) = self.scan(prefix);
        error.map_or(Ok(()), |error| self.pass_over(error))?;
        Ok(all)
    }

    /// What can be read, and the first error.
    fn scan<'a>(&'a self, prefix: &'a [u8]) -> (Records<'a>, Option<Error>) {
        let mut all = BTreeMap::new();
        let mut damaged = self.damage.as_ref().and_then(Damage::of_images);
        for object in self.layers.iter().rev().flat_map(|layer| layer.scan(prefix)) {
            match object {
                Ok((key, record)) => {
                    all.insert(key, record);
                }
                Err(error) => damaged = damaged.or(Some(error)),
            }
        }
        (all, damaged)
    }

    /// Whether there is a namespace, in any case.
    pub(crate) fn has_namespace(&self, namespace: &str) -> Result<bool> {
        let is_built_in = built_in::NAMESPACES.iter().any(|known| known.eq_ignore_ascii_case(namespace));
        Ok(is_built_in || self.record(&key(Kind::Namespace, &fold(namespace), ""))?.is_some())
    }

    /// A namespace without its case.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_NAMESPACE`: there is none of this name.
    pub(crate) fn folded(&self, namespace: &str) -> Result<String> {
        if self.has_namespace(namespace)? {
            return Ok(fold(namespace));
        }
        let message = format!(
            "there is no namespace {namespace}; an instance of __Namespace in the one above it makes it"
        );
        Err(Error::new(Status::WBEM_E_INVALID_NAMESPACE, message))
    }

    /// All namespaces, as they were written, in order.
    pub(crate) fn namespaces(&self) -> Result<Vec<String>> {
        let mut all: BTreeMap<String, String> =
            built_in::NAMESPACES.iter().map(|name| (fold(name), (*name).to_owned())).collect();
        for (key, record) in self.readable(&[Kind::Namespace as u8])? {
            if let (Some((_, folded, _)), Ok(written)) = (parts(key), std::str::from_utf8(record)) {
                all.entry(folded.to_owned()).or_insert_with(|| written.to_owned());
            }
        }
        // The separator sorts behind letters: by parts, a child follows its parent.
        let mut names: Vec<String> = all.into_values().collect();
        names.sort_by_cached_key(|name| fold(name).split('\\').map(str::to_owned).collect::<Vec<_>>());
        Ok(names)
    }

    /// Changes the top layer.
    pub(crate) fn set(&mut self, key: Vec<u8>, record: Option<Vec<u8>>) {
        let Some(layer) = self.layers.first_mut() else { return };
        let before = layer.changes.insert(key.clone(), record);
        if let Some(undo) = &mut self.undo {
            undo.push((key, before));
        }
    }

    /// From now on, [`View::undo`] takes back what is changed.
    pub(crate) fn start_undo(&mut self) {
        self.undo = Some(Vec::new());
    }

    /// Takes back what was changed since [`View::start_undo`].
    pub(crate) fn undo(&mut self) {
        let undo = self.undo.take().unwrap_or_default();
        let Some(layer) = self.layers.first_mut() else { return };
        for (key, before) in undo.into_iter().rev() {
            match before {
                Some(record) => layer.changes.insert(key, record),
                None => layer.changes.remove(&key),
            };
        }
        self.forget();
    }

    fn forget(&mut self) {
        lock(&self.classes).clear();
        lock(&self.children).clear();
    }

    /// Forgets what was read, because a layer has changed. With `class`, only
    /// that class is new, and nothing was made of an older one.
    pub(crate) fn changed(&mut self, namespace: &str, class: Option<&Arc<Class>>) {
        let Some(class) = class else { return self.forget() };
        lock(&self.classes).insert(key(Kind::Class, namespace, &fold(class.name())), class.clone());
        lock(&self.children).clear();
    }
}

/// Whether a class has objects among its default values.
fn has_embedded(class: &Class) -> bool {
    let object = |value: &Value| value.type_of().is_some_and(|ty| ty.scalar == hiperf_cim::CimType::Object);
    class.properties().iter().any(|property| object(property.default_value()))
}
