//! Everything as MOF, and everything from MOF.
//!
//! [`export`] prints what is stored so that a compile of it stores the same.
//! [`Repository::rebuild`] makes store and image anew by compiling the log,
//! transaction after transaction, into an empty repository.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use hiperf_cim::mof::{Printer, constant};
use hiperf_cim::path::NamespacePath;
use hiperf_cim::{Error, Result, Status, Value};

use super::compile::compile;
use super::disk::Disk;
use super::key::{Kind, fold, key, parts};
use super::layer::Layer;
use super::log::{Log, Record};
use super::record;
use super::store::{IMAGE, LOG, replace_log};
use super::view::View;
use super::{MofText, Repository, Source};

/// What a rebuild has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Transactions that were compiled again.
    pub transactions: usize,
    /// Objects that there are now.
    pub objects: usize,
    /// What is lost: a sentence for each place of the log that can't be read
    /// and each transaction that doesn't compile any more.
    pub lost: Vec<String>,
}

impl Repository {
    /// Makes the store and the image anew from the MOF of every transaction. If
    /// the log is damaged and the store isn't, the log is made anew first; if both
    /// are, and the image has more than the log, everything is made from that.
    ///
    /// # Errors
    /// Those of writing.
    pub fn rebuild(&self) -> Result<Rebuilt> {
        // What a crash left is put right on the way, if the store can be used.
        let unusable = self.transact(|_| Ok(((), String::new(), Vec::new()))).err();
        if let Some(error) = unusable.as_ref().filter(|error| error.status() == Status::WBEM_E_ACCESS_DENIED)
        {
            return Err(Error::new(error.status(), error.message()));
        }
        let mut rebuilt = Rebuilt::default();
        let below = self.lower_layers()?;
        self.store()?.replace(|disk| {
            let read = |error| Error::new(Status::WBEM_E_FAILED, format!("reading {LOG}: {error}"));
            let log = Log::read(&disk.read(LOG).map_err(read)?.unwrap_or_default());
            if unusable.is_some()
                && let Some((generation, text)) = from_image(disk, &log, below.clone())?
            {
                let record = Record::of(generation, MofText { name: "image".into(), text });
                let view = replay(Log::of(record.clone()), below, &mut rebuilt)?;
                replace_log(disk, &record)?;
                return Ok((generation, objects_of(view, &mut rebuilt)));
            }
            rebuilt.lost.extend(log.damage.iter().map(|(at, what)| format!("{LOG}, byte {at}: {what}")));
            let (generation, is_damaged) = (log.generation(), !log.damage.is_empty());
            let view = replay(log, below, &mut rebuilt)?;
            if is_damaged {
                // What can't be read is lost: the log starts over from what is left.
                let part = MofText { name: "rebuild".into(), text: export(&view)? };
                replace_log(disk, &Record::of(generation, part))?;
            }
            Ok((generation, objects_of(view, &mut rebuilt)))
        })?;
        self.refresh();
        Ok(rebuilt)
    }

    /// The MOF of everything that is stored, from which a compile makes the same
    /// again. What is built in is not in it.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`: what is stored is damaged.
    pub fn export(&self) -> Result<String> {
        let own = self.own()?.map_or_else(Layer::default, |(image, _)| Layer::new(Arc::new(image)));
        let layers = std::iter::once(own).chain(self.lower_layers()?).collect();
        export(&View::new(layers, None))
    }
}

/// The MOF of what the image holds, if that is whole and the log is not, or
/// doesn't go as far: then it has more than the log.
fn from_image(disk: &dyn Disk, log: &Log, below: Vec<Layer>) -> Result<Option<(u64, String)>> {
    let Ok(Some(image)) = disk.image(IMAGE) else { return Ok(None) };
    let generation = image.generation();
    let has_more = generation > log.generation() || generation == log.generation() && !log.damage.is_empty();
    if !has_more || image.verify().is_err() {
        return Ok(None);
    }
    let layers = std::iter::once(Layer::new(Arc::new(image))).chain(below).collect();
    Ok(Some((generation, export(&View::new(layers, None))?)))
}

/// What was made, to be stored.
fn objects_of(view: View, rebuilt: &mut Rebuilt) -> Layer {
    let objects = view.layers.into_iter().next().unwrap_or_default();
    rebuilt.objects = objects.changes.len();
    objects
}

/// What the transactions of a log make of nothing.
fn replay(log: Log, below: Vec<Layer>, rebuilt: &mut Rebuilt) -> Result<View> {
    let layers: Vec<Layer> = std::iter::once(Layer::default()).chain(below).collect();
    let mut view = View::new(layers, None);
    for (record, _) in log.records {
        let generation = record.generation;
        view.start_undo();
        let sources = record.parts.iter().map(|part| Source::from_text(&part.name, &part.text));
        let compiled = sources
            .collect::<Result<Vec<_>>>()
            .and_then(|sources| compile(&mut view, &record.namespace, &sources));
        match compiled {
            Ok(_) => rebuilt.transactions += 1,
            Err(error) => {
                rebuilt
                    .lost
                    .push(format!("transaction {generation} does not compile any more: {}", error.message()));
                view.undo();
            }
        }
    }
    // Nothing is below a record that is gone.
    view.layers[0].changes.retain(|_, record| record.is_some());
    Ok(view)
}

/// The MOF of the top layer of a view: namespaces, classes with parents first,
/// instances, and the qualifier types last, so that they change nothing.
pub(super) fn export(view: &View) -> Result<String> {
    let mut out = String::new();
    let Some(layer) = view.layers.first() else { return Ok(out) };
    let mut namespaces: Vec<&str> = Vec::new();
    for object in layer.scan(b"") {
        let (_, namespace, _) = parts(object?.0).unwrap_or((Kind::Class, "", ""));
        if namespaces.last() != Some(&namespace) && !namespaces.contains(&namespace) {
            namespaces.push(namespace);
        }
    }
    // By parts, so that a namespace comes after the one above it.
    namespaces.sort_by_key(|name| name.split('\\').map(str::to_owned).collect::<Vec<_>>());
    for &namespace in &namespaces {
        if let Some(written) = layer.get(&key(Kind::Namespace, namespace, ""))? {
            let path = NamespacePath::parse(&String::from_utf8_lossy(written))?.namespace;
            let (parent, name) = path.rsplit_once('\\').unwrap_or(("", &path));
            in_namespace(&mut out, parent);
            let name = constant(&Value::String(name.to_owned()));
            // Writing to a String does not fail, here and below.
            let _ = writeln!(out, "\ninstance of __Namespace {{ Name = {name}; }};");
        }
    }
    for &namespace in &namespaces {
        let written = view.namespaces()?.into_iter().find(|name| fold(name) == namespace);
        in_namespace(&mut out, written.as_deref().unwrap_or(namespace));
        classes(&mut out, view, layer, namespace)?;
        for object in layer.scan(&key(Kind::Instance, namespace, "")) {
            let record = object?.1;
            let name = record::class_name(record)?;
            if let Some(class) = view.class(namespace, name)? {
                let instance = record::to_instance(record, &class, &|name| view.class(namespace, name))?;
                out.push_str(&Printer::new().instance(&instance));
            }
        }
        for object in layer.scan(&key(Kind::Qualifier, namespace, "")) {
            let _ = writeln!(out, "\n{}", String::from_utf8_lossy(object?.1));
        }
    }
    Ok(out)
}

/// Appends the classes of a namespace, each after what it is made of: its parent,
/// and the classes of the objects among its default values.
fn classes(out: &mut String, view: &View, layer: &Layer, namespace: &str) -> Result<()> {
    let prefix = key(Kind::Class, namespace, "");
    let mut records = BTreeMap::new();
    for object in layer.scan(&prefix) {
        let record = object?.1;
        records.insert(fold(record::names(record)?.0), record);
    }
    let mut met = HashSet::new();
    // What is open, the next one last; a class is written when it comes back to the
    // top, with everything it needs behind it.
    let mut open: Vec<(String, bool)> = records.keys().rev().map(|name| (name.clone(), false)).collect();
    while let Some((name, is_ready)) = open.pop() {
        let Some(record) = records.get(&name) else { continue };
        if is_ready {
            if let Some(class) = view.class(namespace, record::names(record)?.0)? {
                out.push_str(&Printer::new().class(&class));
            }
        } else if met.insert(name.clone()) {
            open.push((name, true));
            let parent = record::names(record)?.1;
            let needed = parent.into_iter().chain(record::embedded::in_class(record)?);
            open.extend(needed.map(|name| (fold(name), false)));
        }
    }
    Ok(())
}

/// Appends the pragma for what follows.
pub(crate) fn in_namespace(out: &mut String, namespace: &str) {
    let path = constant(&Value::String(format!("\\\\.\\{namespace}")));
    let _ = writeln!(out, "\n#pragma namespace({path})");
}
