//! All providers that there are, and whether they can be used.

use std::path::{Path, PathBuf};

use hiperf_cim::{Instance, Result, Status};
use hiperf_com::library::CheckedLibrary;
use hiperf_com::registry;

use super::{Catalog, Fault};
use crate::registration::Registration;
use crate::repository::{Kind, Repository, View, fold, key};

/// A registered provider, wherever it is registered, or a provider file that is
/// left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedProvider {
    /// The provider's name; the name of a provider file that is left out.
    pub name: String,
    /// The namespace; empty for a provider file that is left out.
    pub namespace: String,
    /// What its registration says, if that can be understood.
    pub registration: Option<Registration>,
    /// The classes of the namespace that name it, in order.
    pub classes: Vec<String>,
    /// The provider file that it is from. Others are built in, or stored in the
    /// repository.
    pub file: Option<PathBuf>,
    /// The library of its COM classes, if it isn't part of this program.
    pub library: Option<PathBuf>,
    /// Whether it can be used.
    pub state: ProviderState,
}

/// Whether a provider can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProviderState {
    /// It is part of this program.
    BuiltIn,
    /// Its library is there, and may be loaded.
    Ready,
    /// Its registration says that it may not be used.
    Disabled,
    /// No provider file has its COM classes.
    NoLibrary,
    /// Something is wrong.
    Faulty(Fault),
}

impl Repository {
    /// All registered providers of all namespaces, in order, and the provider
    /// files that are left out. No library is loaded.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`: what is stored is damaged.
    pub fn providers(&self) -> Result<Vec<ListedProvider>> {
        crate::register();
        let (view, catalog) = (self.refresh(), self.provider_files());
        let mut listed = Vec::new();
        for namespace in view.namespaces()? {
            let folded = fold(&namespace);
            let classes = classes(&view, &folded);
            for instance in view.all_instances(&folded, "__Win32Provider")? {
                listed.push(provider(&view, &catalog, &namespace, &instance, &classes));
            }
        }
        listed.extend(catalog.entries().iter().filter_map(|entry| {
            Some(ListedProvider {
                name: entry.name.clone(),
                namespace: String::new(),
                registration: None,
                classes: Vec::new(),
                file: Some(entry.path.clone()),
                library: entry.text.as_ref().map(|text| text.library.clone()),
                state: ProviderState::Faulty(entry.fault.clone()?),
            })
        }));
        Ok(listed)
    }
}

/// The classes of a namespace that have a provider, each with its name.
fn classes(view: &View, namespace: &str) -> Vec<(String, String)> {
    // A damaged class is what `verify` tells of.
    let names = view.class_names(namespace).unwrap_or_default();
    let classes = names.iter().filter_map(|name| view.class(namespace, name).ok().flatten());
    classes
        .filter_map(|class| Some((class.qualifiers().text("provider")?.to_owned(), class.name().to_owned())))
        .collect()
}

fn provider(
    view: &View,
    catalog: &Catalog,
    namespace: &str,
    instance: &Instance,
    classes: &[(String, String)],
) -> ListedProvider {
    let name =
        instance.get("Name").ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    let folded = fold(namespace);
    let at = key(Kind::Instance, &folded, &fold(&instance.relpath().unwrap_or_default()));
    let (registration, state) = match view.registration(&folded, &name) {
        Ok(registration) => (registration, None),
        Err(error) => (None, Some(ProviderState::Faulty(Fault::of(&error)))),
    };
    let library = registration.as_ref().and_then(|registration| library(catalog, registration));
    let state = state.unwrap_or_else(|| self::state(registration.as_ref(), library.as_deref()));
    ListedProvider {
        namespace: namespace.to_owned(),
        classes: classes
            .iter()
            .filter(|(provider, _)| provider.eq_ignore_ascii_case(&name))
            .map(|(_, class)| class.clone())
            .collect(),
        file: catalog.file_of(&at).map(Path::to_owned),
        name,
        registration,
        library,
        state,
    }
}

/// The library of a provider's COM classes, the client's first.
fn library(catalog: &Catalog, registration: &Registration) -> Option<PathBuf> {
    let clsids = [registration.client_loadable_clsid, registration.clsid];
    clsids.iter().flatten().find_map(|clsid| catalog.library_of(clsid)).map(Path::to_owned)
}

fn state(registration: Option<&Registration>, library: Option<&Path>) -> ProviderState {
    let Some(registration) = registration else { return ProviderState::NoLibrary };
    let clsids = [registration.client_loadable_clsid, registration.clsid];
    if !registration.enabled {
        return ProviderState::Disabled;
    }
    if registration.supports_get.is_none() {
        return ProviderState::Faulty(Fault {
            status: Status::WBEM_E_PROVIDER_NOT_CAPABLE,
            message: "it is not registered for instances: there is no instance of \
                      __InstanceProviderRegistration whose Provider it is"
                .to_owned(),
        });
    }
    match library {
        _ if clsids.iter().flatten().any(|clsid| registry::is_registered(*clsid)) => ProviderState::BuiltIn,
        None => ProviderState::NoLibrary,
        Some(library) => match CheckedLibrary::open(library) {
            Ok(_) => ProviderState::Ready,
            Err(error) => ProviderState::Faulty(Fault::of(&error)),
        },
    }
}
