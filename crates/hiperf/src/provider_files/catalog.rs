//! [`Catalog`]: all provider files of some folders, and the layer that their
//! MOF makes.
//!
//! The catalog of a process is read again when a folder or a file of it has
//! another stamp. Where there are no folders, looking costs one system call for
//! each.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hiperf_cim::{Error, Result, Status};
use hiperf_com::{Guid, trust};

use super::{Fault, Folders, RegisteredProvider, compile, file};
use crate::namespace::lock;
use crate::repository::Layer;

/// More provider files than this in a folder are a mistake; reading them all
/// would make every program slow.
const MAX_FILES: usize = 1024;

/// What tells whether a file or folder has changed; `None` where there is none.
type Stamp = Option<(u64, u64, u64, i64, i64)>;

/// Provider files as they were when they were read.
#[derive(Default)]
pub(crate) struct Catalog {
    entries: Vec<Entry>,
    libraries: HashMap<Guid, PathBuf>,
    /// The MOF of all good files, if there is any.
    layer: Option<Layer>,
    stamps: Vec<(PathBuf, Stamp)>,
}

/// A provider file, or a folder that can't be believed.
pub(super) struct Entry {
    pub name: String,
    pub path: PathBuf,
    pub text: Option<file::Text>,
    clsids: Vec<Guid>,
    layer: Option<Layer>,
    pub fault: Option<Fault>,
}

impl Catalog {
    /// The catalog of this process, as it is now.
    pub(crate) fn of_process() -> Arc<Catalog> {
        static CURRENT: Mutex<Option<Arc<Catalog>>> = Mutex::new(None);
        let mut current = lock(&CURRENT);
        match &*current {
            Some(catalog) if catalog.is_current() => catalog.clone(),
            _ => current.insert(Arc::new(Catalog::read(&Folders::of_process(), None))).clone(),
        }
    }

    /// Reads all files but the one with the name `without`, and any that it
    /// covers.
    pub(super) fn read(folders: &Folders, without: Option<&str>) -> Catalog {
        let mut catalog = Catalog::default();
        let mut found: BTreeMap<String, (usize, PathBuf)> = BTreeMap::new();
        for (rank, folder) in folders.iter().enumerate() {
            // Stamped before it is read, so that no change goes unseen.
            let stamp = stamp(folder);
            catalog.stamps.push((folder.to_owned(), stamp));
            if stamp.is_none() {
                continue;
            }
            match names(folder) {
                Ok(names) => {
                    found.extend(
                        names.into_iter().map(|name| (name.clone(), (rank, folder.join(name + ".toml")))),
                    );
                }
                Err(error) => catalog.entries.push(Entry {
                    name: folder.display().to_string(),
                    path: folder.to_owned(),
                    text: None,
                    clsids: Vec::new(),
                    layer: None,
                    fault: Some(Fault::of(&error)),
                }),
            }
        }
        let mut files: Vec<(usize, String, PathBuf)> =
            found.into_iter().map(|(name, (rank, path))| (rank, name, path)).collect();
        files.sort();
        files.retain(|(_, name, _)| Some(name.as_str()) != without);
        for (_, name, path) in files {
            catalog.add(name, path);
        }
        catalog
    }

    fn add(&mut self, name: String, path: PathBuf) {
        self.stamps.push((path.clone(), stamp(&path)));
        let mut entry = Entry { name, path, text: None, clsids: Vec::new(), layer: None, fault: None };
        match self.take(&mut entry) {
            Ok(()) => self.libraries.extend(entry.libraries()),
            Err(error) => (entry.fault, entry.layer) = (Some(Fault::of(&error)), None),
        }
        if let Some(layer) = &entry.layer {
            let all = self.layer.get_or_insert_default();
            all.changes.extend(layer.changes.iter().map(|(key, record)| (key.clone(), record.clone())));
        }
        self.entries.push(entry);
    }

    /// Reads a file, and what comes with it.
    fn take(&mut self, entry: &mut Entry) -> Result<()> {
        let text = entry.text.insert(file::read(&entry.path)?).clone();
        entry.clsids = text.clsids.clone().unwrap_or_default();
        if let Some(mof) = &text.mof {
            let path = entry.path.with_file_name(mof);
            self.stamps.push((path.clone(), stamp(&path)));
            let compiled =
                compile::installed(self.layers(), &path.display().to_string(), &file::read_mof(&path)?)?;
            if text.clsids.is_none() {
                let view = compile::on_top(compiled.layer.clone(), self.layers());
                entry.clsids = clsids(&compile::providers(&view)?);
            }
            entry.layer = Some(compiled.layer);
        }
        self.check_clsids(&entry.clsids, &text.library)
    }

    /// Refuses classes that another file says are in another library.
    pub(super) fn check_clsids(&self, clsids: &[Guid], library: &Path) -> Result<()> {
        let taken = clsids.iter().find_map(|clsid| {
            let other = self.library_of(clsid)?;
            (other != library).then(|| (clsid, other.display()))
        });
        match taken {
            None => Ok(()),
            Some((clsid, other)) => {
                let message = format!("class {clsid} is that of {other} by another provider file");
                Err(Error::new(Status::WBEM_E_ALREADY_EXISTS, message))
            }
        }
    }

    /// The MOF of all files, if there is any.
    pub(crate) fn layer(&self) -> Option<&Layer> {
        self.layer.as_ref()
    }

    /// The same as a list.
    pub(super) fn layers(&self) -> &[Layer] {
        self.layer.as_slice()
    }

    /// The library that has a class.
    pub(super) fn library_of(&self, clsid: &Guid) -> Option<&Path> {
        self.libraries.get(clsid).map(PathBuf::as_path)
    }

    /// The files, by name.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What is wrong, and with what.
    pub(super) fn faults(&self) -> impl Iterator<Item = (&Path, &Fault)> {
        self.entries.iter().filter_map(|entry| Some((entry.path.as_path(), entry.fault.as_ref()?)))
    }

    /// The file whose MOF has an object, by its key.
    pub(super) fn file_of(&self, key: &[u8]) -> Option<&Path> {
        let has = |entry: &&Entry| entry.layer.as_ref().is_some_and(|layer| layer.changes.contains_key(key));
        self.entries.iter().find(has).map(|entry| entry.path.as_path())
    }

    fn is_current(&self) -> bool {
        self.stamps.iter().all(|(path, known)| stamp(path) == *known)
    }
}

impl Entry {
    fn libraries(&self) -> impl Iterator<Item = (Guid, PathBuf)> + '_ {
        let library = self.text.as_ref().map(|text| text.library.clone()).unwrap_or_default();
        self.clsids.iter().map(move |clsid| (*clsid, library.clone()))
    }
}

/// The classes of providers, each once.
pub(super) fn clsids(providers: &[RegisteredProvider]) -> Vec<Guid> {
    let of = |provider: &RegisteredProvider| {
        [provider.registration.clsid, provider.registration.client_loadable_clsid]
    };
    let mut all: Vec<Guid> = Vec::new();
    for clsid in providers.iter().flat_map(of).flatten() {
        if !all.contains(&clsid) {
            all.push(clsid);
        }
    }
    all
}

/// The names of the provider files in a folder, without their ending, in order.
fn names(folder: &Path) -> Result<Vec<String>> {
    let failed = |status, why: String| Error::new(status, format!("folder {}: {why}", folder.display()));
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // It went away since it was stamped.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(Status::WBEM_E_ACCESS_DENIED, format!("it can't be read: {error}"))),
    };
    trust::check_directory(folder, "provider files")
        .map_err(|refusal| failed(Status::WBEM_E_ACCESS_DENIED, refusal.reason))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".toml")?.to_owned()))
        // Hidden files are what a writer or an editor has not finished.
        .filter(|name| !name.starts_with('.'))
        .collect();
    if names.len() > MAX_FILES {
        let why = format!("it has {} provider files, more than {MAX_FILES}", names.len());
        return Err(failed(Status::WBEM_E_INVALID_PROVIDER_REGISTRATION, why));
    }
    names.sort();
    Ok(names)
}

fn stamp(path: &Path) -> Stamp {
    let of = fs::metadata(path).ok()?;
    // The time of the last change of anything, which no program can set.
    Some((of.dev(), of.ino(), of.len(), of.ctime(), of.ctime_nsec()))
}
