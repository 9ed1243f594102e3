//! [`View`]: what is in the repository, seen as one.
//!
//! ```text
//! this process's own MOF
//! the user's store             only if the user isn't root
//! the system's store
//! the built-in classes         part of the program
//! ```
//! What is further up covers what has the same name below, but nothing covers a
//! built-in class. A view doesn't change: whoever changes something makes a
//! new one, which takes over the classes that are still the same, so that a class
//! is the same [`Arc`] as long as nobody redefines it or a parent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use hiperf_cim::{Class, Error, Instance, Result, Status, Value};

use super::key::{Kind, describe, fold, key, parts};
use super::layer::Layer;
use super::{built_in, record};
use crate::namespace::lock;

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

/// The children of the classes of a namespace.
#[derive(Debug)]
struct Children {
    of: HashMap<String, Vec<String>>,
    /// Why some may be missing.
    damage: Option<Error>,
}

/// What of a reader's view can't be read.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    /// That of a whole image.
    images: Option<Error>,
    /// What a list went without.
    met: Mutex<Option<Error>>,
}

impl Damage {
    /// What could be had; an error is kept.
    pub(crate) fn passed_over<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.images.get_or_insert(error);
                None
            }
        }
    }

    fn of_images(&self) -> Option<Error> {
        self.images.as_ref().map(again)
    }
}

/// The same error once more.
fn again(error: &Error) -> Error {
    Error::new(error.status(), error.message())
}

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

    /// The same for those who don't change anything, and so may go without what
    /// is damaged.
    pub(crate) fn for_readers(mut self, damage: Damage) -> View {
        self.damage = Some(damage);
        self
    }

    /// The damage of whole images, for another view of the same layers.
    pub(crate) fn image_damage(&self) -> Damage {
        Damage { images: self.damage.as_ref().and_then(Damage::of_images), met: Mutex::default() }
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

    /// Notes an error that a reader's list goes without.
    fn pass_over(&self, error: Error) -> Result<()> {
        match &self.damage {
            Some(damage) => {
                lock(&damage.met).get_or_insert(error);
                Ok(())
            }
            None => Err(error),
        }
    }

    /// What can't be read, as far as anybody has come across it.
    pub(crate) fn damage(&self) -> Option<Error> {
        let damage = self.damage.as_ref()?;
        damage.of_images().or_else(|| lock(&damage.met).as_ref().map(again))
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

    /// The static instance with this folded relative path, in its canonical
    /// form, in a folded namespace.
    pub(crate) fn instance(&self, namespace: &str, relpath: &str) -> Result<Option<Instance>> {
        let stored = self.record(&key(Kind::Instance, namespace, relpath));
        if let Ok(Some(record)) = stored {
            return self.instance_of(namespace, record).map(Some);
        }
        let is_it = |instance: &&Instance| instance.relpath().is_some_and(|path| fold(&path) == relpath);
        if let Some(instance) = built_in::instances(namespace)?.iter().find(is_it) {
            return Ok(Some(instance.clone()));
        }
        if relpath.starts_with("__namespace.")
            && let Some(instance) = self.namespace_instances(namespace)?.iter().find(is_it)
        {
            return Ok(Some(instance.clone()));
        }
        stored.map(|_| None)
    }

    /// The stored instance whose folded relative path this text is, if it is
    /// one in its canonical form and can be read: the short way, without parsing
    /// it.
    pub(crate) fn instance_by_text(&self, namespace: &str, text: &str) -> Option<Instance> {
        let record = self.record(&key(Kind::Instance, namespace, &fold(text))).ok()??;
        self.instance_of(namespace, record).ok()
    }

    fn instance_of(&self, namespace: &str, record: &[u8]) -> Result<Instance> {
        let name = record::class_name(record)?;
        let class = self.class(namespace, name)?.ok_or_else(|| {
            let message = format!("an instance is stored of class {name}, which is not there");
            Error::new(Status::WBEM_E_INVALID_CLASS, message)
        })?;
        record::to_instance(record, &class, &|name| self.class(namespace, name))
    }

    /// The static instances of exactly this class in a folded namespace, in the
    /// order of their paths.
    pub(crate) fn instances_of(&self, namespace: &str, class: &str) -> Result<Vec<Instance>> {
        let mut all: BTreeMap<String, Instance> = BTreeMap::new();
        let mut below: Vec<Instance> = built_in::instances(namespace)?.to_vec();
        if class.eq_ignore_ascii_case(NAMESPACE_CLASS) {
            below.extend(self.namespace_instances(namespace)?);
        }
        for instance in
            below.into_iter().filter(|instance| instance.class().name().eq_ignore_ascii_case(class))
        {
            all.insert(fold(&instance.relpath().unwrap_or_default()), instance);
        }
        let is_built_in = built_in::entry(namespace, class).is_some();
        // `.` and `=` are no part of a name, so no other class has the prefix.
        for end in [".", "="] {
            let prefix = key(Kind::Instance, namespace, &format!("{}{end}", fold(class)));
            let records = if is_built_in { self.readable(&prefix)? } else { self.records(&prefix)? };
            for (key, record) in records {
                let path = parts(key).map_or("", |(.., path)| path);
                match self.instance_of(namespace, record) {
                    Ok(instance) => {
                        all.insert(path.to_owned(), instance);
                    }
                    Err(error) if is_built_in => self.pass_over(error)?,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(all.into_values().collect())
    }

    /// Whether a class has static instances of its own that are stored.
    pub(crate) fn has_instances(&self, namespace: &str, class: &str) -> Result<bool> {
        for end in [".", "="] {
            let prefix = key(Kind::Instance, namespace, &format!("{}{end}", fold(class)));
            for layer in &self.layers {
                if layer.scan(&prefix).next().transpose()?.is_some() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
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

    /// The instances of `__Namespace`: the namespaces one step below.
    fn namespace_instances(&self, namespace: &str) -> Result<Vec<Instance>> {
        let Some(class) = built_in::class(namespace, NAMESPACE_CLASS)? else { return Ok(Vec::new()) };
        let below = |name: &String| {
            let (parent, child) = name.rsplit_once('\\')?;
            (fold(parent) == namespace).then(|| child.to_owned())
        };
        let instance = |name: String| {
            let mut instance = Instance::spawn(&class);
            instance.put("Name", &Value::String(name))?;
            Ok(instance)
        };
        self.namespaces()?.iter().filter_map(below).map(instance).collect()
    }
}

/// Whether a class has objects among its default values.
fn has_embedded(class: &Class) -> bool {
    let object = |value: &Value| value.type_of().is_some_and(|ty| ty.scalar == hiperf_cim::CimType::Object);
    class.properties().iter().any(|property| object(property.default_value()))
}
