//! The classes and instances that are part of the program: `schema/*.mof`, and
//! the formatted twins that the build makes of the raw classes there.
//!
//! They lie below everything that is stored, need no store, and can't be
//! replaced. A class is compiled when it is first asked for, once in a process:
//! starting up costs nothing, however many there are. The system's classes are
//! in every namespace, the others in `root\cimv2`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use hiperf_cim::mof::{self, Compiled, Compiler, Declarations};
use hiperf_cim::{Class, Error, Instance, Result, Status};

use super::source::failed;
use crate::namespace::{DEFAULT_NAMESPACE, lock};

include!(concat!(env!("OUT_DIR"), "/schema_index.rs"));

/// The namespaces that are always there.
pub(crate) const NAMESPACES: [&str; 3] = ["root", DEFAULT_NAMESPACE, "root\\default"];

/// A file of the schema. The first one declares the qualifiers of all.
struct Source {
    name: &'static str,
    text: &'static str,
    has_instances: bool,
}

/// A class of the schema and where its text is. Sorted by upper-case name.
pub(crate) struct Entry {
    pub name: &'static str,
    pub superclass: Option<&'static str>,
    source: usize,
    start: usize,
    end: usize,
}

/// The qualifiers of the schema.
static DECLARATIONS: LazyLock<Arc<Declarations>> =
    LazyLock::new(|| Arc::new(Declarations::of(&mof::parse(SOURCES[0].text))));

/// The classes compiled so far, by the entry's place.
static COMPILED: LazyLock<Mutex<HashMap<usize, Arc<Class>>>> = LazyLock::new(Mutex::default);

impl Entry {
    /// Whether the class is in a namespace.
    fn is_in(&self, namespace: &str) -> bool {
        self.name.starts_with("__") || namespace.eq_ignore_ascii_case(DEFAULT_NAMESPACE)
    }
}

/// All classes in a namespace.
pub(crate) fn entries(namespace: &str) -> impl Iterator<Item = &'static Entry> {
    CLASSES.iter().filter(move |entry| entry.is_in(namespace))
}

/// The entry of a class in a namespace, both in any case.
pub(crate) fn entry(namespace: &str, name: &str) -> Option<&'static Entry> {
    find(name).map(|index| &CLASSES[index]).filter(|entry| entry.is_in(namespace))
}

fn find(name: &str) -> Option<usize> {
    let upper = |text: &'static str| text.bytes().map(|byte| byte.to_ascii_uppercase());
    let wanted = || name.bytes().map(|byte| byte.to_ascii_uppercase());
    CLASSES.binary_search_by(|entry| upper(entry.name).cmp(wanted())).ok()
}

/// The class of this name in a namespace, both in any case.
///
/// # Errors
/// None that the build has not found.
pub(crate) fn class(namespace: &str, name: &str) -> Result<Option<Arc<Class>>> {
    match find(name).filter(|index| CLASSES[*index].is_in(namespace)) {
        Some(index) => compiled(index).map(Some),
        None => Ok(None),
    }
}

fn compiled(index: usize) -> Result<Arc<Class>> {
    if let Some(class) = lock(&COMPILED).get(&index) {
        return Ok(class.clone());
    }
    // Not under the lock, because the parent is compiled on the way. Two
    // threads may compile the same class; the first one's is kept.
    let class = compile(&CLASSES[index])?;
    Ok(lock(&COMPILED).entry(index).or_insert(class).clone())
}

fn compile(entry: &Entry) -> Result<Arc<Class>> {
    let source = &SOURCES[entry.source];
    let text = &source.text[entry.start..entry.end];
    let compiled = Compiler::new(&any_class)
        .with_declarations(&DECLARATIONS)
        .compile(&mof::parse(text))
        .map_err(|diagnostics| failed(&diagnostics, source.name, text))?;
    match compiled.into_iter().next() {
        Some(Compiled::Class { class, .. }) => Ok(class),
        _ => {
            let message = format!("the built-in class {} has no definition", entry.name);
            Err(Error::new(Status::WBEM_E_CRITICAL_ERROR, message))
        }
    }
}

fn any_class(_: Option<&str>, name: &str) -> Option<Arc<Class>> {
    compiled(find(name)?).ok()
}

/// The instances in a namespace: providers and what they are registered for.
///
/// # Errors
/// None that the build has not found.
pub(crate) fn instances(namespace: &str) -> Result<&'static [Instance]> {
    static INSTANCES: OnceLock<Vec<Instance>> = OnceLock::new();
    if !namespace.eq_ignore_ascii_case(DEFAULT_NAMESPACE) {
        return Ok(&[]);
    }
    if let Some(instances) = INSTANCES.get() {
        return Ok(instances);
    }
    let mut all = Vec::new();
    for source in SOURCES.iter().filter(|source| source.has_instances) {
        let compiled = Compiler::new(&any_class)
            .compile(&mof::parse(source.text))
            .map_err(|diagnostics| failed(&diagnostics, source.name, source.text))?;
        all.extend(compiled.into_iter().filter_map(|item| match item {
            Compiled::Instance { instance, .. } => Some(instance),
            _ => None,
        }));
    }
    Ok(INSTANCES.get_or_init(|| all))
}
