//! [`Namespace`]: the classes of a namespace and the providers behind them.
//!
//! A namespace is shared by everyone in the process who connects to it: its
//! classes are compiled and its providers loaded once. It hands providers an
//! `IWbemServices` that does not keep the namespace alive, so that a provider
//! that holds on to it does not hold everything.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use hiperf_cim::path::{NamespacePath, ObjectPath};
use hiperf_cim::{Class, Decoration, Error, Result, Status, suggest};
use hiperf_com::client::Services;

use crate::loading::{LoadedProvider, provider_name};
use crate::providers::Providers;
use crate::repository::Repository;
use crate::services;

/// The namespace that everything defaults to.
pub const DEFAULT_NAMESPACE: &str = "root\\cimv2";

/// A connection to a namespace of this machine. Cloning it is cheap.
#[derive(Clone)]
pub struct Namespace {
    inner: Arc<Inner>,
}

/// A namespace that is not kept alive.
#[derive(Clone)]
pub(crate) struct WeakNamespace(Weak<Inner>);

struct Inner {
    repository: &'static Repository,
    decoration: OnceLock<Arc<Decoration>>,
    providers: Providers,
}

/// The namespaces that someone is connected to.
static CONNECTED: Mutex<Weak<Inner>> = Mutex::new(Weak::new());

impl Namespace {
    /// Connects to a namespace of this machine: `root\cimv2`, also with
    /// slashes or with `\\.\` in front. An empty path is the default.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_NAMESPACE`: there is no such namespace.
    /// * `WBEM_E_INVALID_PARAMETER`: the path is malformed.
    /// * `WBEM_E_NOT_SUPPORTED`: the path names another machine.
    pub fn connect(path: &str) -> Result<Namespace> {
        let wanted = if path.is_empty() { DEFAULT_NAMESPACE } else { path };
        let wanted = NamespacePath::parse(wanted)?;
        if !wanted.server.as_deref().is_none_or(is_this_machine) {
            let message = format!("{path} is on another machine, to which hiperf can't connect");
            return Err(Error::new(Status::WBEM_E_NOT_SUPPORTED, message));
        }
        if !wanted.namespace.eq_ignore_ascii_case(DEFAULT_NAMESPACE) {
            let message = format!("there is no namespace {}; {DEFAULT_NAMESPACE} is", wanted.namespace);
            return Err(Error::new(Status::WBEM_E_INVALID_NAMESPACE, message));
        }
        let mut connected = lock(&CONNECTED);
        if let Some(inner) = connected.upgrade() {
            return Ok(Namespace { inner });
        }
        crate::register();
        let inner = Arc::new(Inner {
            repository: Repository::global(),
            decoration: OnceLock::new(),
            providers: Providers::default(),
        });
        *connected = Arc::downgrade(&inner);
        Ok(Namespace { inner })
    }

    /// The namespace's path, `root\cimv2`.
    #[must_use]
    pub fn path(&self) -> &'static str {
        DEFAULT_NAMESPACE
    }

    /// The class of this name, in any case.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: there is none.
    /// * the errors of its MOF, if that was compiled into this process and is
    ///   wrong.
    pub fn class(&self, name: &str) -> Result<Arc<Class>> {
        match self.inner.repository.class(name)? {
            Some(class) => Ok(class),
            None => {
                let names = self.inner.repository.class_names();
                let hint = match suggest::closest(name, names.iter().map(String::as_str)) {
                    Some(near) => format!("; did you mean {near}?"),
                    None => String::new(),
                };
                let message = format!("there is no class {name} in {}{hint}", self.path());
                Err(Error::new(Status::WBEM_E_NOT_FOUND, message))
            }
        }
    }

    /// The names of all classes, sorted.
    #[must_use]
    pub fn class_names(&self) -> Vec<String> {
        self.inner.repository.class_names()
    }

    /// The classes that derive from `name`, directly or not.
    ///
    /// # Errors
    /// Those of [`Namespace::class`] for a class among them.
    pub fn subclasses(&self, name: &str) -> Result<Vec<Arc<Class>>> {
        let names = self.inner.repository.subclass_names(name);
        names.iter().map(|name| self.class(name)).collect()
    }

    /// Compiles MOF into the namespace, for as long as this process runs.
    /// Nothing is compiled if any of it is wrong. Returns the number of
    /// classes and instances.
    ///
    /// # Errors
    /// `WBEM_E_FAILED`... the code of the first diagnostic, with all of them
    /// rendered in the message.
    pub fn compile_mof(&self, file_name: &str, text: &str) -> Result<usize> {
        self.inner.repository.compile(file_name, text)
    }

    /// The static instances of a class and of its subclasses, which no
    /// provider serves.
    ///
    /// # Errors
    /// Those of [`Namespace::class`].
    pub fn static_instances(&self, class: &str) -> Result<Vec<hiperf_cim::Instance>> {
        let mut instances = self.inner.repository.instances()?;
        instances.retain(|instance| instance.class().is_a(class));
        instances.iter_mut().for_each(|instance| instance.decorate(Some(self.decoration())));
        Ok(instances)
    }

    /// Server and namespace, as the `__PATH` of an object has them.
    #[must_use]
    pub fn decoration(&self) -> Arc<Decoration> {
        let decoration = self
            .inner
            .decoration
            .get_or_init(|| Arc::new(Decoration { server: host_name(), namespace: self.path().to_owned() }));
        decoration.clone()
    }

    /// Refuses an object path that names another machine or namespace.
    pub(crate) fn check_path_is_here(&self, path: &ObjectPath) -> Result<()> {
        let server = path.server.as_deref().unwrap_or(".");
        let namespace = path.namespace.as_deref().unwrap_or(self.path());
        if is_this_machine(server) && namespace.eq_ignore_ascii_case(self.path()) {
            return Ok(());
        }
        let message = format!("the path is of \\\\{server}\\{namespace}, not of {}", self.path());
        Err(Error::new(Status::WBEM_E_INVALID_OBJECT_PATH, message))
    }

    /// The provider of a hi-perf class, loaded if it isn't yet.
    pub(crate) fn hiperf_provider(&self, class: &Class) -> Result<Arc<LoadedProvider>> {
        let name = provider_name(class)?;
        self.inner.providers.get(name, || {
            let registration = self.inner.repository.registration(name)?.ok_or_else(|| {
                let message = format!(
                    "class {} names provider {name}, which is not registered in {}: there is no instance of \
                     __Win32Provider with that Name",
                    class.name(),
                    self.path()
                );
                Error::new(Status::WBEM_E_PROVIDER_NOT_FOUND, message)
            })?;
            LoadedProvider::load(&registration, self.path(), &self.provider_services())
        })
    }

    /// The `IWbemServices` that providers get.
    pub(crate) fn provider_services(&self) -> Services {
        services::for_provider(WeakNamespace(Arc::downgrade(&self.inner)))
    }
}

impl WeakNamespace {
    /// The namespace, if anyone is still connected to it.
    pub(crate) fn upgrade(&self) -> Result<Namespace> {
        let gone = || Error::new(Status::WBEM_E_SHUTTING_DOWN, "the namespace has been released");
        Ok(Namespace { inner: self.0.upgrade().ok_or_else(gone)? })
    }
}

/// This machine's name.
fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

fn is_this_machine(server: &str) -> bool {
    server == "." || server.eq_ignore_ascii_case("localhost") || server.eq_ignore_ascii_case(&host_name())
}

/// Locks a mutex whose data stay valid when a holder panics: everything under
/// it is replaced whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
