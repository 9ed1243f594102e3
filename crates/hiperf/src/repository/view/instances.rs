//! The static instances of a view, with those that are built in and those that
//! stand for namespaces.

use std::collections::BTreeMap;

use hiperf_cim::{Error, Instance, Result, Status, Value};

use super::{NAMESPACE_CLASS, View};
use crate::repository::key::{Kind, fold, key, parts};
use crate::repository::{built_in, record};

impl View {
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

    /// The stored instance of a key.
    pub(crate) fn instance_at(&self, at: &[u8]) -> Result<Option<Instance>> {
        match (self.record(at)?, parts(at)) {
            (Some(record), Some((Kind::Instance, namespace, _))) => {
                self.instance_of(namespace, record).map(Some)
            }
            _ => Ok(None),
        }
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
