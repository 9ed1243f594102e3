//! [`Repository`]: the classes and static instances of `root\cimv2`.
//!
//! The classes of `schema/*.mof` are part of the program. A class is compiled
//! when it is first asked for: starting up costs nothing, however many there
//! are. Beside them stands what was compiled into this process at run time,
//! which may replace its own kind but not what is built in.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use hiperf_cim::mof::{self, Compiled, Compiler, Diagnostic, Item};
use hiperf_cim::{Class, Error, Instance, Result, Status};

use crate::namespace::{DEFAULT_NAMESPACE, lock};
use crate::registration::Registration;

include!(concat!(env!("OUT_DIR"), "/schema_index.rs"));

/// A file of the schema.
struct Source {
    name: &'static str,
    text: &'static str,
    /// Where its qualifier declarations are, which hold for all its classes.
    declarations: &'static [(usize, usize)],
    has_instances: bool,
}

/// A class of the schema and where its text is. Sorted by upper-case name.
struct Entry {
    name: &'static str,
    superclass: Option<&'static str>,
    source: usize,
    start: usize,
    end: usize,
}

/// Classes and static instances.
#[derive(Default)]
pub(crate) struct Repository {
    /// By upper-case name: built-in classes compiled so far, and all others.
    classes: Mutex<HashMap<String, Arc<Class>>>,
    /// By upper-case relative path.
    instances: Mutex<HashMap<String, Instance>>,
}

impl Repository {
    /// The one of this process.
    pub(crate) fn global() -> &'static Repository {
        static GLOBAL: LazyLock<Repository> = LazyLock::new(Repository::default);
        &GLOBAL
    }

    /// The class of this name, in any case.
    pub(crate) fn class(&self, name: &str) -> Result<Option<Arc<Class>>> {
        let upper = name.to_ascii_uppercase();
        if let Some(class) = lock(&self.classes).get(&upper) {
            return Ok(Some(class.clone()));
        }
        let Some(entry) = built_in(&upper) else { return Ok(None) };
        // Not under the lock, because the parent is compiled on the way. Two
        // threads may compile the same class; the first one's is kept.
        let compiled = self.compile_built_in(entry)?;
        Ok(Some(lock(&self.classes).entry(upper).or_insert(compiled).clone()))
    }

    fn compile_built_in(&self, entry: &Entry) -> Result<Arc<Class>> {
        let source = &SOURCES[entry.source];
        let declared = source.declarations.iter().map(|&(start, end)| &source.text[start..end]);
        let declarations: Vec<_> = declared.flat_map(|text| mof::parse(text).items).collect();
        let declarations: Vec<_> = declarations
            .into_iter()
            .filter_map(|item| match item {
                Item::Qualifier(declaration) => Some(declaration),
                _ => None,
            })
            .collect();
        let text = &source.text[entry.start..entry.end];
        let find = |_: Option<&str>, name: &str| self.class(name).ok().flatten();
        let compiled = Compiler::new(&find)
            .with_declarations(&declarations)
            .compile(&mof::parse(text))
            .map_err(|diagnostics| failed(&diagnostics, source.name, text))?;
        match compiled.into_iter().next() {
            Some(Compiled::Class { class, .. }) => Ok(class),
            _ => Err(Error::new(
                Status::WBEM_E_CRITICAL_ERROR,
                format!("the built-in class {} has no definition", entry.name),
            )),
        }
    }

    /// The names of all classes, sorted without regard to case.
    pub(crate) fn class_names(&self) -> Vec<String> {
        let mut names: Vec<String> = CLASSES.iter().map(|entry| entry.name.to_owned()).collect();
        let added: BTreeSet<String> = lock(&self.classes)
            .iter()
            .filter(|(upper, _)| built_in(upper).is_none())
            .map(|(_, class)| class.name().to_owned())
            .collect();
        names.extend(added);
        names.sort_by_cached_key(|name| name.to_ascii_uppercase());
        names
    }

    /// The names of the classes below `ancestor`, directly or not.
    pub(crate) fn subclass_names(&self, ancestor: &str) -> Vec<String> {
        let below = |entry: &&Entry| {
            std::iter::successors(entry.superclass, |name| built_in(&name.to_ascii_uppercase())?.superclass)
                .any(|name| name.eq_ignore_ascii_case(ancestor))
        };
        let mut names: Vec<String> =
            CLASSES.iter().filter(below).map(|entry| entry.name.to_owned()).collect();
        let classes = lock(&self.classes);
        let added = classes.iter().filter(|(upper, _)| built_in(upper).is_none()).map(|(_, class)| class);
        names.extend(
            added
                .filter(|class| class.is_a(ancestor) && !class.name().eq_ignore_ascii_case(ancestor))
                .map(|class| class.name().to_owned()),
        );
        names.sort_by_cached_key(|name| name.to_ascii_uppercase());
        names
    }

    /// Compiles a MOF text: all of it or nothing. Returns the number of classes
    /// and instances.
    pub(crate) fn compile(&self, file_name: &str, text: &str) -> Result<usize> {
        let parsed = mof::parse(text);
        let find = |_: Option<&str>, name: &str| self.class(name).ok().flatten();
        let compiled = Compiler::new(&find)
            .compile(&parsed)
            .map_err(|diagnostics| failed(&diagnostics, file_name, text))?;
        for item in &compiled {
            check_storable(item)?;
        }
        let is_object = |item: &&Compiled| matches!(item, Compiled::Class { .. } | Compiled::Instance { .. });
        let count = compiled.iter().filter(is_object).count();
        for item in compiled {
            match item {
                Compiled::Class { class, .. } => {
                    lock(&self.classes).insert(class.name().to_ascii_uppercase(), class);
                }
                Compiled::Instance { instance, .. } => self.put_instance(instance),
                Compiled::DeleteClass { .. }
                | Compiled::DeleteInstance { .. }
                | Compiled::Autorecover
                | Compiled::Amendment(_) => {}
            }
        }
        Ok(count)
    }

    fn put_instance(&self, instance: Instance) {
        let relpath = instance.relpath().unwrap_or_default();
        lock(&self.instances).insert(relpath.to_ascii_uppercase(), instance);
    }

    /// All static instances: the built-in ones first, then what was compiled
    /// at run time in its place or beside it.
    pub(crate) fn instances(&self) -> Result<Vec<Instance>> {
        let mut all = Vec::new();
        for source in SOURCES.iter().filter(|source| source.has_instances) {
            let find = |_: Option<&str>, name: &str| self.class(name).ok().flatten();
            let compiled = Compiler::new(&find)
                .compile(&mof::parse(source.text))
                .map_err(|diagnostics| failed(&diagnostics, source.name, source.text))?;
            all.extend(compiled.into_iter().filter_map(|item| match item {
                Compiled::Instance { instance, .. } => Some(instance),
                _ => None,
            }));
        }
        let added = lock(&self.instances);
        all.retain(|instance| {
            !added.contains_key(&instance.relpath().unwrap_or_default().to_ascii_uppercase())
        });
        let mut paths: Vec<&String> = added.keys().collect();
        paths.sort();
        all.extend(paths.into_iter().map(|path| added[path].clone()));
        Ok(all)
    }

    /// The registration of the provider of this name.
    pub(crate) fn registration(&self, name: &str) -> Result<Option<Registration>> {
        let instances = self.instances()?;
        let text = |instance: &Instance, property| {
            instance.get(property).ok().and_then(|value| value.as_str().map(str::to_owned))
        };
        let is_named = |instance: &&Instance| {
            instance.class().is_a("__Win32Provider")
                && text(instance, "Name").is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        let Some(provider) = instances.iter().find(is_named) else { return Ok(None) };
        let mut registration = Registration::from_provider(provider)?;
        let relpath = provider.relpath().unwrap_or_default();
        let registers = |instance: &&Instance| {
            instance.class().is_a("__InstanceProviderRegistration")
                && text(instance, "Provider").is_some_and(|path| refers_to(&path, &relpath))
        };
        if let Some(instance) = instances.iter().find(registers) {
            registration.add_instance_registration(instance)?;
        }
        Ok(Some(registration))
    }
}

/// Whether a reference, with or without namespace, is to the object at
/// `relpath`.
fn refers_to(reference: &str, relpath: &str) -> bool {
    let parse = |text: &str| hiperf_cim::path::ObjectPath::parse(text).ok();
    match (parse(reference), parse(relpath)) {
        (Some(mut reference), Some(path)) => {
            (reference.server, reference.namespace) = (path.server.clone(), path.namespace.clone());
            reference.names_same_object(&path)
        }
        _ => false,
    }
}

/// The built-in class of this upper-case name.
fn built_in(upper: &str) -> Option<&'static Entry> {
    let by_name = |entry: &Entry| entry.name.bytes().map(|byte| byte.to_ascii_uppercase()).cmp(upper.bytes());
    CLASSES.binary_search_by(by_name).ok().map(|index| &CLASSES[index])
}

fn check_storable(item: &Compiled) -> Result<()> {
    let (namespace, what) = match item {
        Compiled::Class { namespace, class, .. } => (namespace, format!("class {}", class.name())),
        Compiled::Instance { namespace, instance, .. } => {
            (namespace, format!("instance {}", instance.relpath().unwrap_or_default()))
        }
        Compiled::DeleteClass { name, .. } => {
            let message = format!("deleting class {name} is not supported");
            return Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message));
        }
        Compiled::DeleteInstance { path, .. } => {
            let message = format!("deleting {path} is not supported");
            return Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message));
        }
        // They say what becomes of the file, which is not kept.
        Compiled::Autorecover | Compiled::Amendment(_) => return Ok(()),
    };
    if let Some(other) = namespace.as_ref().filter(|name| !name.eq_ignore_ascii_case(DEFAULT_NAMESPACE)) {
        let message = format!("{what}: there is no namespace {other}; {DEFAULT_NAMESPACE} is");
        return Err(Error::new(Status::WBEM_E_INVALID_NAMESPACE, message));
    }
    match item {
        Compiled::Class { class, .. } if built_in(&class.name().to_ascii_uppercase()).is_some() => {
            let message = format!("{what} is built in and can't be replaced");
            Err(Error::new(Status::WBEM_E_ALREADY_EXISTS, message))
        }
        Compiled::Instance { instance, .. } if instance.relpath().is_none() => {
            let message = format!("an instance of {} lacks a key", instance.class().name());
            Err(Error::new(Status::WBEM_E_INVALID_OBJECT, message))
        }
        _ => Ok(()),
    }
}

/// The error for a text that doesn't compile: the first diagnostic's status,
/// and all diagnostics with their lines.
fn failed(diagnostics: &[Diagnostic], file_name: &str, text: &str) -> Error {
    let status = diagnostics.first().map_or(Status::WBEM_E_FAILED, |first| first.status);
    let rendered: Vec<String> =
        diagnostics.iter().map(|diagnostic| mof::render(diagnostic, file_name, text)).collect();
    Error::new(status, rendered.join("\n"))
}
