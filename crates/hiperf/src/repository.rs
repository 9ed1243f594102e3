//! [`Repository`]: the namespaces, classes and static instances of a machine.
//!
//! ```text
//! readers   image (mapped, immutable) --> View --> Namespace
//! writers   MOF or a put --> Edit (rules) --> Transaction: log, store, image --> a new View
//! ```
//! The classes of the schema are part of the program and lie below everything
//! else; a machine without a store works. A reader takes no lock and opens no
//! store: it maps the image that the last writer published, and looks whether
//! there is a newer one when somebody connects. A compile, and a put, is one
//! transaction, which other processes see whole or not at all.
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
mod disk;
mod edit;
mod evolve;
mod image;
mod key;
mod layer;
mod log;
#[cfg(test)]
mod power_cut;
mod rebuild;
mod record;
mod registered;
mod source;
mod statement;
mod store;
mod verify;
mod view;

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, Weak};

use hiperf_cim::mof::Split;
use hiperf_cim::path::NamespacePath;
use hiperf_cim::{Error, Locale, Result, Status, suggest};

use crate::namespace::{DEFAULT_NAMESPACE, Inner, Namespace, is_this_machine, lock};
use disk::{Directory, Identity};
use image::Image;
use layer::Layer;
use store::{IMAGE, Store};

pub use compile::Compilation;
pub use log::MofText;
pub use rebuild::Rebuilt;
pub use source::Source;
pub use verify::{Fault, Verified};

pub(crate) use edit::Edit;
pub(crate) use key::fold;
pub(crate) use statement::Statement;
pub(crate) use view::View;

/// The namespace into which mofcomp compiles what says nothing else.
pub const MOFCOMP_NAMESPACE: &str = "root\\default";

/// The directory of the system's repository.
const SYSTEM_DIRECTORY: &str = "/var/lib/hiperf";

/// The log may be this much longer than the image before it is replaced by the
/// MOF of what there is: so it stays in proportion however often things change.
const MAX_LOG_PER_IMAGE: u64 = 8;
/// A log shorter than this is left alone.
const MIN_LOG_BYTES: u64 = 1 << 20;

/// A repository. Cloning it is cheap.
#[derive(Clone)]
pub struct Repository(Arc<Shared>);

struct Shared {
    /// What this user writes to.
    directory: Option<PathBuf>,
    store: Option<Store>,
    /// What lies below it.
    below: Option<PathBuf>,
    current: Mutex<Current>,
    connected: Mutex<HashMap<String, Weak<Inner>>>,
}

/// What readers see.
#[derive(Default)]
struct Current {
    view: Arc<View>,
    /// What was compiled into this process only.
    memory: Layer,
    /// The images, the user's own first.
    images: [Option<(Arc<Image>, Identity)>; 2],
}

impl Repository {
    /// The repository of this machine, as this user sees it.
    #[must_use]
    pub fn local() -> Repository {
        static LOCAL: LazyLock<Repository> = LazyLock::new(|| {
            let system = PathBuf::from(SYSTEM_DIRECTORY);
            if rustix::process::geteuid().is_root() {
                return Repository::new(Some(system), None);
            }
            Repository::new(user_directory(), Some(system))
        });
        LOCAL.clone()
    }

    /// The repository in a directory, which is made by the first who writes,
    /// and nothing else but what is built in.
    #[must_use]
    pub fn at(directory: impl Into<PathBuf>) -> Repository {
        Repository::new(Some(directory.into()), None)
    }

    fn new(directory: Option<PathBuf>, below: Option<PathBuf>) -> Repository {
        let store = directory.as_deref().map(|path| Store::new(Directory::new(path)));
        Repository(Arc::new(Shared {
            directory,
            store,
            below,
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
    /// * `WBEM_E_CRITICAL_ERROR`: what is stored is damaged.
    pub fn connect(&self, path: &str) -> Result<Namespace> {
        let wanted = NamespacePath::parse(if path.is_empty() { DEFAULT_NAMESPACE } else { path })?;
        if !wanted.server.as_deref().is_none_or(is_this_machine) {
            let message = format!("{path} is on another machine, to which hiperf can't connect");
            return Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message));
        }
        let view = self.refresh()?;
        if !view.has_namespace(&wanted.namespace)? {
            let names = view.namespaces()?;
            let hint = suggest::did_you_mean(&wanted.namespace, names.iter().map(String::as_str));
            let message = format!("there is no namespace {}{hint}", wanted.namespace);
            return Err(Error::new(Status::WBEM_E_INVALID_NAMESPACE, message));
        }
        let folded = fold(&wanted.namespace);
        let mut connected = lock(&self.0.connected);
        if let Some(inner) = connected.get(&folded).and_then(Weak::upgrade) {
            return Ok(Namespace::of(inner));
        }
        crate::register();
        let name =
            view.namespaces()?.into_iter().find(|name| fold(name) == folded).unwrap_or(wanted.namespace);
        let inner = Arc::new(Inner::new(self.clone(), name));
        connected.retain(|_, inner| inner.strong_count() > 0);
        connected.insert(folded, Arc::downgrade(&inner));
        Ok(Namespace::of(inner))
    }

    /// The paths of all namespaces, in order.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`: what is stored is damaged.
    pub fn namespaces(&self) -> Result<Vec<String>> {
        self.refresh()?.namespaces()
    }

    /// Compiles MOF into the repository, as one transaction: all texts or none.
    /// What has no pragma goes into `namespace`.
    ///
    /// # Errors
    /// * what is wrong with the first text in which something is: the status of
    ///   the first diagnostic, and all of them rendered in the message.
    /// * those of writing: `WBEM_E_ACCESS_DENIED`, `WBEM_E_CRITICAL_ERROR`,
    ///   `WBEM_E_FAILED`.
    pub fn compile(&self, namespace: &str, sources: Vec<Source>) -> Result<Compilation> {
        self.transact(namespace, |view| {
            let done = compile::compile(view, namespace, &sources)?;
            Ok((done, sources.into_iter().map(Source::into_kept).collect()))
        })
    }

    /// What [`Repository::compile`] would do, without doing it.
    ///
    /// # Errors
    /// Those of [`Repository::compile`], but for those of writing.
    pub fn check(&self, namespace: &str, sources: &[Source]) -> Result<Compilation> {
        let current = self.refresh()?;
        let layers = std::iter::once(Layer::default()).chain(current.layers.iter().cloned()).collect();
        compile::compile(&mut View::new(layers, Some(&current)), namespace, sources)
    }

    /// Splits MOF into a text without what is amended and a text of the classes
    /// that hold it, for the locale that its pragma names, or else for
    /// `locale`. Nothing is stored.
    ///
    /// # Errors
    /// * what is wrong with the text, as for [`Repository::compile`].
    /// * `WBEM_E_INVALID_PARAMETER`: nothing names a locale.
    pub fn split(&self, namespace: &str, source: &Source, locale: Option<Locale>) -> Result<Split> {
        compile::split(&*self.refresh()?, namespace, source, locale)
    }

    /// Compiles MOF for this process only, until it ends.
    pub(crate) fn compile_here(&self, namespace: &str, source: &Source) -> Result<usize> {
        let mut current = lock(&self.0.current);
        let before = self.refreshed(&mut current)?;
        let mut view = View::new(before.layers.clone(), Some(&before));
        let done = compile::compile(&mut view, namespace, std::slice::from_ref(source))?;
        current.memory = view.layers[0].clone();
        current.view = Arc::new(View::new(view.layers, Some(&before)));
        Ok(done.classes + done.instances)
    }

    /// Runs `edit` on what there is, and stores the changes that it makes to the
    /// top layer. `edit` returns the MOF that would make them again.
    pub(crate) fn transact<T>(
        &self,
        namespace: &str,
        edit: impl FnOnce(&mut View) -> Result<(T, Vec<MofText>)>,
    ) -> Result<T> {
        let current = self.refresh()?;
        let mut transaction = self.store()?.transaction()?;
        let (log_len, image_len) = transaction.sizes();
        let layers: Vec<Layer> = std::iter::once(Layer::new(transaction.image().clone()))
            .chain(self.below()?.map(|(image, _)| Layer::new(Arc::new(image))))
            .collect();
        let mut view = View::new(layers, Some(&current));
        if transaction.needs_checkpoint || log_len > MIN_LOG_BYTES + MAX_LOG_PER_IMAGE * image_len {
            let text = rebuild::export(&view)?;
            transaction.checkpoint(MOFCOMP_NAMESPACE, vec![MofText { name: "checkpoint".into(), text }])?;
        }
        let (value, texts) = edit(&mut view)?;
        let changes = std::mem::take(&mut view.layers[0].changes);
        if !changes.is_empty() {
            transaction.commit(namespace, texts, changes)?;
        }
        self.refresh()?;
        Ok(value)
    }

    /// What readers see at the moment.
    pub(crate) fn view(&self) -> Arc<View> {
        lock(&self.0.current).view.clone()
    }

    /// Looks whether there are newer images, and returns what readers see from
    /// now on.
    pub(crate) fn refresh(&self) -> Result<Arc<View>> {
        self.refreshed(&mut lock(&self.0.current))
    }

    fn refreshed(&self, current: &mut Current) -> Result<Arc<View>> {
        let paths = [&self.0.directory, &self.0.below].map(|path| path.as_ref().map(|path| path.join(IMAGE)));
        let is_newest = |path: &Option<PathBuf>, known: &Option<(Arc<Image>, Identity)>| {
            path.as_ref().is_none_or(|path| identity(path) == known.as_ref().map(|(_, identity)| *identity))
        };
        let is_first = current.view.layers.is_empty();
        if !is_first && paths.iter().zip(&current.images).all(|(path, known)| is_newest(path, known)) {
            return Ok(current.view.clone());
        }
        let own = self.0.directory.as_ref().map(|path| Image::map(&path.join(IMAGE))).transpose()?.flatten();
        current.images =
            [own, self.below()?].map(|image| image.map(|(image, identity)| (Arc::new(image), identity)));
        let mut layers = vec![current.memory.clone()];
        layers.extend(current.images.iter().flatten().map(|(image, _)| Layer::new(image.clone())));
        current.view = Arc::new(View::new(layers, Some(&current.view)));
        Ok(current.view.clone())
    }

    /// The image below this user's own, as far as he may read it.
    fn below(&self) -> Result<Option<(Image, Identity)>> {
        let Some(path) = &self.0.below else { return Ok(None) };
        match Image::map(&path.join(IMAGE)) {
            Err(error) if error.status() == Status::WBEM_E_ACCESS_DENIED => Ok(None),
            mapped => mapped,
        }
    }
}

/// Which file a path means at the moment.
fn identity(path: &Path) -> Option<Identity> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino(), metadata.len()))
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
mod tests {
    use super::*;

    fn compile(repository: &Repository, text: &str) -> Status {
        let compiled = repository.compile(MOFCOMP_NAMESPACE, vec![Source::from_text("t.mof", text).unwrap()]);
        compiled.map_or_else(|error| error.status(), |_| Status::WBEM_S_NO_ERROR)
    }

    /// What a user who isn't root sees and may do.
    #[test]
    fn a_users_own_lies_above_the_systems() {
        let path = std::env::temp_dir().join(format!("hiperf-layers-{}", std::process::id()));
        let system = Repository::at(path.join("system"));
        let user = Repository::new(Some(path.join("user")), Some(path.join("system")));
        let stored = Status::WBEM_S_NO_ERROR;
        let base = "class Base { [Key] string Name; uint8 Value = 1; }; instance of Base { Name = \"s\"; };
                    instance of __Namespace { Name = \"Lab\"; };";
        assert_eq!(compile(&system, base), stored);
        assert_eq!(
            compile(&user, "class Mine : Base { uint8 More; }; instance of Mine { Name = \"m\"; };"),
            stored
        );
        assert_eq!(compile(&user, "instance of Base { Name = \"S\"; Value = 2; };"), stored);
        let value = |repository: &Repository| {
            let namespace = repository.connect(MOFCOMP_NAMESPACE).unwrap();
            namespace.get("Base=\"s\"").unwrap().get("Value").unwrap().as_integer()
        };
        assert_eq!((value(&user), value(&system)), (Some(2), Some(1)));
        assert_eq!(user.connect("root\\default").unwrap().static_instances("Base").unwrap().len(), 2);
        assert_eq!(user.namespaces().unwrap().len(), 4);
        assert!(!user.export().unwrap().contains("class Base"));
        // Taking away one's own uncovers the system's, which can't be taken away.
        let delete = "#pragma deleteinstance(\"Base=\\\"s\\\"\", FAIL)";
        assert_eq!(compile(&user, delete), stored);
        assert_eq!(value(&user), Some(1));
        let denied = Status::WBEM_E_ACCESS_DENIED;
        assert_eq!(compile(&user, delete), denied);
        assert_eq!(compile(&user, "#pragma deleteclass(\"Base\", FAIL)"), denied);
        assert_eq!(compile(&user, "#pragma deleteinstance(\"__Namespace=\\\"Lab\\\"\", FAIL)"), denied);
        // The user's class follows the system's.
        let force = "#pragma classflags(\"forceupdate\")\nclass Base { [Key] string Name; uint16 Other; };";
        assert_eq!(compile(&system, force), stored);
        let mine = user.connect(MOFCOMP_NAMESPACE).unwrap().class("Mine").unwrap();
        assert!(mine.property("Other").is_some() && mine.property("Value").is_none());
        assert_eq!(user.verify().unwrap().faults, []);
        // A rebuild says which transactions the system's class has outdated.
        let rebuilt = user.rebuild().unwrap();
        assert_eq!((rebuilt.transactions, rebuilt.lost.len()), (1, 2), "{rebuilt:?}");
        assert!(user.connect(MOFCOMP_NAMESPACE).unwrap().get("Mine=\"m\"").is_ok());
        std::fs::remove_dir_all(&path).unwrap();
    }
}
