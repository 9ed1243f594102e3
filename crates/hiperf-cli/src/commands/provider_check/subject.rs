//! [`Subject`]: the library that is checked, and what its MOF says of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use hiperf::{Error, Namespace, Repository, Value};
use hiperf_cim::{Class, Instance};
use hiperf_com::client::Services;
use hiperf_com::library::Library;
use hiperf_com::probe::references;
use hiperf_com::{Guid, registry};

use crate::args::CheckProviderArguments;

/// More than a check makes providers.
const CUSHION: usize = 256;

/// The one library of this process.
static LOADED: OnceLock<Library> = OnceLock::new();

/// A library with its classes, before any provider is made.
pub struct Subject {
    /// The library, which stays as long as the process: a thread of the
    /// provider's may still run when a check is over.
    pub library: &'static Library,
    /// How long it took to load.
    pub load_time: Duration,
    /// The namespace that has its classes.
    pub namespace: Namespace,
    /// The same as a provider gets it.
    pub services: Services,
    /// References that keep it alive if a provider releases what it is lent, so
    /// that this is counted and not a crash.
    _cushion: Vec<Services>,
    /// As many as there are of ours.
    references: u32,
    /// The name it is registered under.
    pub name: String,
    /// `CLSID`: for a host.
    pub host_clsid: Option<Guid>,
    /// `ClientLoadableCLSID`: for a client.
    pub client_clsid: Guid,
    /// The classes that name it.
    pub classes: Vec<Arc<Class>>,
}

impl Drop for Subject {
    /// What was released too often is made up for, so that a finding isn't
    /// followed by a crash.
    fn drop(&mut self) {
        let services = self.services.as_com();
        for _ in references(services)..self.references {
            std::mem::forget(services.clone());
        }
    }
}

/// A text of an error with what caused it.
pub fn described(error: &Error) -> String {
    format!("{} ({})", error.message(), error.status())
}

impl Subject {
    /// Loads the library and compiles its MOF, for the time of this process.
    ///
    /// # Errors
    /// A text that says what is missing, and what to do.
    pub fn open(arguments: &CheckProviderArguments, namespace: Option<&str>) -> Result<Subject, String> {
        let path = arguments.library.as_deref().ok_or("no library is given")?;
        let path = path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))?;
        let started = Instant::now();
        let library = Library::load(&path).map_err(|error| described(&error))?;
        let library = LOADED.get_or_init(|| library);
        let load_time = started.elapsed();
        // A directory that isn't there: only what is built in, whatever this user has stored.
        let nowhere = PathBuf::from("/nonexistent/hiperf-provider-check");
        let path = namespace.unwrap_or("root\\cimv2");
        let namespace = Repository::at(nowhere).connect(path).map_err(|error| described(&error))?;
        let before = registrations(&namespace)?;
        if let Some((name, text)) = mof(library, arguments.mof.as_deref())? {
            namespace.compile_mof(&name, &text).map_err(|error| error.message().to_owned())?;
        }
        let after = registrations(&namespace)?;
        let registration = chosen(&before, after, arguments.provider.as_deref())?;
        let name = text(&registration, "Name").unwrap_or_default();
        let client_clsid = guid(&registration, "ClientLoadableCLSID")?.ok_or_else(|| {
            format!("provider {name} has no ClientLoadableCLSID in its MOF, without which no client loads it")
        })?;
        let classes = classes(&namespace, &name)?;
        if classes.is_empty() {
            return Err(format!(
                "no class names the provider: give each class the qualifiers dynamic, provider(\"{name}\") \
                 and hiperf"
            ));
        }
        let host_clsid = guid(&registration, "CLSID")?;
        for clsid in host_clsid.iter().chain([&client_clsid]) {
            registry::register_library(*clsid, library.path());
        }
        let services = namespace.provider_services();
        let cushion = vec![services.clone(); CUSHION];
        Ok(Subject {
            library,
            load_time,
            namespace,
            _cushion: cushion,
            references: references(services.as_com()),
            services,
            name,
            host_clsid,
            client_clsid,
            classes,
        })
    }

    /// Both CLSIDs, with what each is called in MOF.
    pub fn clsids(&self) -> Vec<(&'static str, Guid)> {
        let host = self.host_clsid.map(|clsid| ("CLSID", clsid));
        host.into_iter().chain([("ClientLoadableCLSID", self.client_clsid)]).collect()
    }
}

/// The MOF and what to call it; `None` if only what is built in counts.
fn mof(library: &Library, file: Option<&Path>) -> Result<Option<(String, String)>, String> {
    match file {
        Some(file) => {
            let text = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
            let text = hiperf_cim::mof::decode(&text).into_owned();
            Ok(Some((file.display().to_string(), text)))
        }
        None => {
            let text = library.mof().map_err(|error| described(&error))?;
            Ok(text.map(|text| (format!("{}(HiperfProviderMof)", library.path().display()), text)))
        }
    }
}

fn registrations(namespace: &Namespace) -> Result<Vec<Instance>, String> {
    namespace.static_instances("__Win32Provider").map_err(|error| described(&error))
}

/// The registration of the provider that is checked: the one of that name, or
/// the only one that came with the MOF.
fn chosen(before: &[Instance], after: Vec<Instance>, name: Option<&str>) -> Result<Instance, String> {
    let of = |instance: &Instance| text(instance, "Name").unwrap_or_default();
    let is_new = |instance: &Instance| !before.iter().any(|old| of(old) == of(instance));
    let mut found: Vec<Instance> = match name {
        Some(name) => after.into_iter().filter(|one| of(one).eq_ignore_ascii_case(name)).collect(),
        None => after.into_iter().filter(is_new).collect(),
    };
    match (found.len(), name) {
        (1, _) => Ok(found.remove(0)),
        (0, Some(name)) => Err(format!("there is no instance of __Win32Provider whose Name is {name}")),
        (0, None) => Err("the library carries no MOF that registers a provider: export HiperfProviderMof \
                          (HIPERF_PROVIDER_MOF in C, `mof =` of provider! in Rust), or give --mof FILE, or \
                          --provider NAME for one that is built in"
            .to_owned()),
        _ => {
            let names = found.iter().map(of).collect::<Vec<_>>().join(", ");
            Err(format!("the MOF registers several providers; choose one by --provider: {names}"))
        }
    }
}

fn text(instance: &Instance, property: &str) -> Option<String> {
    match instance.get(property) {
        Ok(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn guid(instance: &Instance, property: &str) -> Result<Option<Guid>, String> {
    let Some(value) = text(instance, property) else { return Ok(None) };
    value.parse().map(Some).map_err(|_| format!("{property} is not a GUID in braces: {value}"))
}

/// The classes that the provider serves.
fn classes(namespace: &Namespace, provider: &str) -> Result<Vec<Arc<Class>>, String> {
    let names = namespace.class_names();
    let all = names.iter().map(|name| namespace.class(name).map_err(|error| described(&error)));
    let mut found = all.collect::<Result<Vec<_>, _>>()?;
    found.retain(|class| {
        let qualifiers = class.qualifiers();
        let is_ours = qualifiers.text("provider").is_some_and(|name| name.eq_ignore_ascii_case(provider));
        is_ours && qualifiers.is_true("hiperf") && !class.is_abstract()
    });
    Ok(found)
}
