//! [`Repository`]: the namespaces, classes and static instances of a machine.
//!
//! ```text
//! readers   image (mapped, immutable) --> View --> Namespace
//! writers   MOF or a put --> Edit (rules) --> Transaction: log, store, image --> a new View
//! ```
//! The classes of the schema are part of the program and lie below everything
//! else, and above them lies the MOF of the machine's [provider
//! files](crate::provider_files); a machine without a store works. A reader takes
//! no lock and opens no store: it maps the image that the last writer published,
//! and looks whether there is a newer one when somebody connects. A compile, and a
//! put, is one transaction, which other processes see whole or not at all.
//!
//! ```text
//! repository.redb     the store: the truth, for its owner only
//! repository.image    what is in it, for everybody to map
//! repository.mof      the MOF of every transaction, from which the others can be made again
//! repository.lock     held by the one who writes
//! ```
//! Root's repository is `/var/lib/hiperf`; everybody sees it, below his own in
//! `$XDG_STATE_HOME/hiperf` or `~/.local/state/hiperf`.

mod built_in;
mod checksum;
mod compile;
mod current;
mod disk;
mod edit;
mod evolve;
mod image;
mod key;
#[cfg(test)]
mod killed_writer;
mod layer;
mod log;
#[cfg(test)]
mod medium;
#[cfg(test)]
mod power_cut;
mod rebuild;
mod record;
mod registered;
mod source;
mod statement;
mod store;
mod transact;
mod verify;
mod view;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, Weak};

use hiperf_cim::path::NamespacePath;
use hiperf_cim::{Error, Result, Status, suggest};

use crate::hosting::Hosting;
use crate::namespace::{DEFAULT_NAMESPACE, Inner, Namespace, is_this_machine, lock};
use current::Current;
use disk::Directory;
use store::Store;

pub use compile::Compilation;
pub use log::MofText;
pub use rebuild::Rebuilt;
pub use source::Source;
pub use verify::{Fault, Verified};

pub(crate) use compile::compile;
pub(crate) use edit::Edit;
pub(crate) use key::{Kind, describe as describe_key, fold, key, parts as key_parts};
pub(crate) use layer::Layer;
pub(crate) use rebuild::in_namespace;
pub(crate) use statement::Statement;
pub(crate) use view::View;

/// The namespace into which mofcomp compiles what says nothing else.
pub const MOFCOMP_NAMESPACE: &str = "root\\default";

/// The directory of the system's repository.
const SYSTEM_DIRECTORY: &str = "/var/lib/hiperf";

/// A repository. Cloning it is cheap.
#[derive(Clone)]
pub struct Repository(Arc<Shared>);

struct Shared {
    /// What this user writes to.
    directory: Option<PathBuf>,
    store: Option<Store>,
    /// What lies below it.
    below: Option<PathBuf>,
    /// Whether the provider files of this machine are at the bottom.
    has_provider_files: bool,
    current: Mutex<Current>,
    connected: Mutex<HashMap<String, Weak<Inner>>>,
}

impl Repository {
    /// The repository of this machine, as this user sees it.
    #[must_use]
    pub fn local() -> Repository {
        static LOCAL: LazyLock<Repository> = LazyLock::new(|| {
            let system = PathBuf::from(SYSTEM_DIRECTORY);
            if rustix::process::geteuid().is_root() {
                return Repository::on_top(Some(system), None, true);
            }
            Repository::on_top(user_directory(), Some(system), true)
        });
        LOCAL.clone()
    }

    /// The repository in a directory, which is made by the first who writes,
    /// and nothing else but what is built in.
    #[must_use]
    pub fn at(directory: impl Into<PathBuf>) -> Repository {
        Repository::on_top(Some(directory.into()), None, false)
    }

    /// The same, but with the provider files of this machine.
    #[must_use]
    pub fn at_with_provider_files(directory: impl Into<PathBuf>) -> Repository {
        Repository::on_top(Some(directory.into()), None, true)
    }

    fn on_top(directory: Option<PathBuf>, below: Option<PathBuf>, has_provider_files: bool) -> Repository {
        let store = directory.as_deref().map(|path| Store::new(Directory::new(path)));
        Repository(Arc::new(Shared {
            directory,
            store,
            below,
            has_provider_files,
            current: Mutex::default(),
            connected: Mutex::default(),
        }))
    }

    /// The directory that is written to.
    ///
    /// # Errors
    /// `WBEM_E_NOT_AVAILABLE`: this user has none.
    pub fn directory(&self) -> Result<&Path> {
        self.0.directory.as_deref().ok_or_else(no_directory)
    }

    fn store(&self) -> Result<&Store> {
        self.0.store.as_ref().ok_or_else(no_directory)
    }

    /// Connects to a namespace: `root\cimv2`, also with slashes or with `\\.\`
    /// in front. An empty path is the default.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_NAMESPACE`: there is no such namespace.
    /// * `WBEM_E_INVALID_PARAMETER`: the path is malformed.
    /// * `WBEM_E_NOT_SUPPORTED`: the path names another machine.
    /// * `WBEM_E_CRITICAL_ERROR`: there is no such namespace among those that can
    ///   be read, and what is stored is damaged.
    pub fn connect(&self, path: &str) -> Result<Namespace> {
        let (wanted, view) = self.find_namespace(path)?;
        let folded = fold(&wanted);
        let mut connected = lock(&self.0.connected);
        if let Some(inner) = connected.get(&folded).and_then(Weak::upgrade) {
            return Ok(Namespace::of(inner));
        }
        let inner = Arc::new(self.namespace(&view, wanted, Hosting::of_process())?);
        connected.retain(|_, inner| inner.strong_count() > 0);
        connected.insert(folded, Arc::downgrade(&inner));
        Ok(Namespace::of(inner))
    }

    /// Connects as [`Repository::connect`] does, with a say in where providers
    /// run. The connection's providers are its own: it shares them with nobody.
    ///
    /// # Errors
    /// Those of [`Repository::connect`].
    pub fn connect_with(&self, path: &str, hosting: &Hosting) -> Result<Namespace> {
        let (wanted, view) = self.find_namespace(path)?;
        Ok(Namespace::of(Arc::new(self.namespace(&view, wanted, hosting.clone())?)))
    }

    /// The path of the namespace that a path means, and the view that has it.
    fn find_namespace(&self, path: &str) -> Result<(String, Arc<View>)> {
        let wanted = NamespacePath::parse(if path.is_empty() { DEFAULT_NAMESPACE } else { path })?;
        if !wanted.server.as_deref().is_none_or(is_this_machine) {
            let message = format!("{path} is on another machine, to which hiperf can't connect");
            return Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message));
        }
        let view = self.refresh();
        if !view.has_namespace(&wanted.namespace)? {
            let names = view.namespaces()?;
            let hint = match suggest::closest(&wanted.namespace, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => "`hiperf namespaces` lists what there is".to_owned(),
            };
            let message = format!("there is no namespace {}; {hint}", wanted.namespace);
            return Err(Error::new(Status::WBEM_E_INVALID_NAMESPACE, message));
        }
        Ok((wanted.namespace, view))
    }

    /// A new connection to a namespace, which has the path that is its own.
    fn namespace(&self, view: &View, wanted: String, hosting: Hosting) -> Result<Inner> {
        crate::register();
        let folded = fold(&wanted);
        let name = view.namespaces()?.into_iter().find(|name| fold(name) == folded).unwrap_or(wanted);
        Ok(Inner::new(self.clone(), name, hosting))
    }

    /// The paths of all namespaces that can be read, in order.
    ///
    /// # Errors
    /// None at present; see [`Repository::damage`].
    pub fn namespaces(&self) -> Result<Vec<String>> {
        self.refresh().namespaces()
    }
}

fn user_directory() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("hiperf"))
}

fn no_directory() -> Error {
    let message =
        "there is no place for a repository of yours: set HOME or XDG_STATE_HOME to an absolute path";
    Error::new(Status::WBEM_E_NOT_AVAILABLE, message)
}

#[cfg(test)]
mod tests;
