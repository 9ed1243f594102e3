//! [`Namespace`]: the classes of a namespace and the providers behind them.
//!
//! A namespace is shared by everyone in the process who connects to it: its
//! classes are compiled and its providers loaded once. It hands providers an
//! `IWbemServices` that does not keep the namespace alive, so that a provider
//! that holds on to it does not hold everything.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use hiperf_cim::path::ObjectPath;
use hiperf_cim::{Class, Decoration, Error, Locale, Result, Status};
use hiperf_com::client::{Context, Services};

use crate::cooker;
use crate::hosting::Hosting;
use crate::idle::Sweeping;
use crate::loading::{LoadedProvider, provider_name};
use crate::providers::{Providers, Use};
use crate::repository::{Repository, Source, View, fold};
use crate::services;
use crate::texts::Texts;
use crate::unknown_class;

/// The namespace that everything defaults to.
pub const DEFAULT_NAMESPACE: &str = "root\\cimv2";

/// A connection to a namespace of this machine. Cloning it is cheap.
#[derive(Clone)]
pub struct Namespace {
    inner: Arc<Inner>,
    locale: Locale,
    is_precise: bool,
}

/// A connection that doesn't keep its namespace alive.
#[derive(Clone)]
pub(crate) struct WeakNamespace {
    inner: Weak<Inner>,
    locale: Locale,
}

/// What everyone who is connected to a namespace shares.
pub(crate) struct Inner {
    repository: Repository,
    path: String,
    /// The path without its case.
    folded: String,
    decoration: OnceLock<Arc<Decoration>>,
    providers: Providers,
    sweeping: Sweeping,
    hosting: Hosting,
}

impl Inner {
    pub(crate) fn new(repository: Repository, path: String, hosting: Hosting) -> Inner {
        let (decoration, providers) = (OnceLock::new(), Providers::default());
        let sweeping = Sweeping::default();
        Inner { repository, folded: fold(&path), path, decoration, providers, sweeping, hosting }
    }
}

impl Namespace {
    /// Connects to a namespace of this machine: `root\cimv2`, also with
    /// slashes or with `\\.\` in front. An empty path is the default.
    ///
    /// # Errors
    /// Those of [`Repository::connect`].
    pub fn connect(path: &str) -> Result<Namespace> {
        Repository::local().connect(path)
    }

    /// As [`Namespace::connect`], with a say in where providers run.
    ///
    /// # Errors
    /// Those of [`Repository::connect`].
    pub fn connect_with(path: &str, hosting: &Hosting) -> Result<Namespace> {
        Repository::local().connect_with(path, hosting)
    }

    /// The namespace below this one with this path, with the same say in where
    /// providers run.
    pub(crate) fn connect_below(&self, path: &str) -> Result<Namespace> {
        let below = format!("{}\\{path}", self.path());
        match self.inner.hosting.is_default() {
            true => self.repository().connect(&below),
            false => self.repository().connect_with(&below, &self.inner.hosting),
        }
    }

    pub(crate) fn of(inner: Arc<Inner>) -> Namespace {
        Namespace { inner, locale: Locale::DEFAULT, is_precise: false }
    }

    /// The same connection, for texts of another locale.
    #[must_use]
    pub fn in_locale(self, locale: Locale) -> Namespace {
        Namespace { locale, ..self }
    }

    /// The locale of the texts that [`Namespace::class_amended`] gives, and of
    /// providers that are initialised for each.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// The same connection, with values beyond truncated integers: those
    /// properties of formatted classes that can be fractions are `real64`, under
    /// the same names, in its classes and in everything that it is asked for.
    #[must_use]
    pub fn precise(self) -> Namespace {
        Namespace { is_precise: true, ..self }
    }

    /// Whether this connection's formatted classes have reals.
    #[must_use]
    pub fn is_precise(&self) -> bool {
        self.is_precise
    }

    /// The repository that the namespace is in.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.inner.repository
    }

    /// The namespace's path, `root\cimv2`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// The path without its case, as the repository's keys have it.
    pub(crate) fn folded(&self) -> &str {
        &self.inner.folded
    }

    pub(crate) fn view(&self) -> Arc<View> {
        self.inner.repository.view()
    }

    /// The class of this name, in any case.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_FOUND`: there is none.
    /// * the errors of its MOF, if that was compiled into this process and is
    ///   wrong.
    pub fn class(&self, name: &str) -> Result<Arc<Class>> {
        match self.view().class(self.folded(), name)? {
            Some(class) if self.is_precise && cooker::cooks(&class) => Ok(class.precise()),
            Some(class) => Ok(class),
            None => {
                let hint =
                    unknown_class::hint(self, name).map(|hint| format!("; {hint}")).unwrap_or_default();
                let message = format!("there is no class {name} in {}{hint}", self.path());
                Err(Error::new(Status::WBEM_E_NOT_FOUND, message))
            }
        }
    }

    /// Another namespace of this machine that has a class of this name: for the
    /// message that this one has none.
    #[must_use]
    pub fn elsewhere(&self, class: &str) -> Option<String> {
        unknown_class::elsewhere(self, class)
    }

    /// The class of this name with the texts of the connection's locale, as far
    /// as they are in the namespace of that locale; those of its parents too.
    ///
    /// # Errors
    /// Those of [`Namespace::class`].
    pub fn class_amended(&self, name: &str) -> Result<Arc<Class>> {
        self.texts().amended(&self.class(name)?)
    }

    /// The texts of the connection's locale.
    pub(crate) fn texts(&self) -> Texts {
        Texts::new(self.view(), self.folded(), self.locale)
    }

    /// The names of all classes, sorted. A damaged record is left out:
    /// [`Repository::verify`] tells of it.
    #[must_use]
    pub fn class_names(&self) -> Vec<String> {
        self.view().class_names(self.folded()).unwrap_or_default()
    }

    /// The classes that derive from `name`, directly or not.
    ///
    /// # Errors
    /// Those of [`Namespace::class`] for a class among them.
    pub fn subclasses(&self, name: &str) -> Result<Vec<Arc<Class>>> {
        let names = self.view().subclass_names(self.folded(), name)?;
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
        let source = Source::from_text(file_name, text)?;
        self.inner.repository.compile_here(self.path(), &source)
    }

    /// The static instances of a class and of its subclasses, which no
    /// provider serves.
    ///
    /// # Errors
    /// Those of [`Namespace::class`].
    pub fn static_instances(&self, class: &str) -> Result<Vec<hiperf_cim::Instance>> {
        let mut instances = self.view().all_instances(self.folded(), class)?;
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
        self.sweep_if_due();
        let registration = match self.inner.providers.registration(name) {
            Some(registration) => registration,
            None => Arc::new(self.view().registration(self.folded(), name)?.ok_or_else(|| {
                let message = format!(
                    "class {} names provider {name}, which is not registered in {}: there is no instance of \
                     __Win32Provider with that Name",
                    class.name(),
                    self.path()
                );
                Error::new(Status::WBEM_E_PROVIDER_NOT_FOUND, message)
            })?),
        };
        let by = Use::new(&registration, self.locale);
        let load = || {
            // One that is not initialised for each locale is everybody's: which connection
            // came first must not decide what it is told.
            let services = self.services_in(by.locale.unwrap_or_default());
            LoadedProvider::load(&registration, self.path(), &by, services, &self.inner.hosting)
        };
        self.inner.providers.get(name, &by, load)
    }

    /// The context for the provider of a class: the client's, and for a cooked
    /// class what the connection wants of it. A call alone can't want reals: its
    /// objects are of the connection's classes.
    pub(crate) fn provider_context(
        &self,
        class: &Class,
        client: Option<&Context>,
    ) -> Result<Option<Context>> {
        let asks = client.is_some_and(Context::wants_reals);
        if asks == self.is_precise || !cooker::cooks(class) {
            return Ok(client.cloned());
        }
        let context = client.map(Context::duplicate).transpose()?.unwrap_or_default();
        context.want_reals(self.is_precise)?;
        Ok(Some(context))
    }

    pub(crate) fn providers(&self) -> &Providers {
        &self.inner.providers
    }

    pub(crate) fn sweeping(&self) -> &Sweeping {
        &self.inner.sweeping
    }

    /// The `IWbemServices` that a provider gets which is initialised for this
    /// connection's locale. It doesn't keep the namespace.
    #[must_use]
    pub fn provider_services(&self) -> Services {
        self.services_in(self.locale)
    }

    fn services_in(&self, locale: Locale) -> Services {
        services::for_provider(WeakNamespace { inner: Arc::downgrade(&self.inner), locale })
    }
}

impl WeakNamespace {
    /// The namespace, if anyone is still connected to it.
    pub(crate) fn upgrade(&self) -> Result<Namespace> {
        let gone = || Error::new(Status::WBEM_E_SHUTTING_DOWN, "the namespace has been released");
        Ok(Namespace::of(self.inner.upgrade().ok_or_else(gone)?).in_locale(self.locale))
    }
}

/// This machine's name.
fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

pub(crate) fn is_this_machine(server: &str) -> bool {
    server == "." || server.eq_ignore_ascii_case("localhost") || server.eq_ignore_ascii_case(&host_name())
}

/// Locks a mutex whose data stay valid when a holder panics: everything under
/// it is replaced whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
