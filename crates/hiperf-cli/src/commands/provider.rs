//! `hiperf provider new|check|register|unregister|list`.

mod list;
mod register;

use hiperf::Repository;
use hiperf::provider_files::{Folders, ProviderState, Unregistered, unregister};
use hiperf_cim::{Error, Result as WmiResult, Status};

use super::{provider_check, provider_new};
use crate::args::{OutputOptions, ProviderAction};
use crate::failure::Failure;
use crate::screen;

/// Does what is asked with providers.
pub fn run(
    repository: &Repository,
    namespace: Option<&str>,
    action: &ProviderAction,
    options: &OutputOptions,
) -> Result<(), Failure> {
    match action {
        ProviderAction::New(new) => provider_new::run(new),
        ProviderAction::Check(check) => provider_check::run(check, namespace, options),
        ProviderAction::Register(arguments) => register::run(namespace, arguments),
        ProviderAction::Unregister { what } => {
            let done = unregister_any(repository, what)?;
            let mut out = format!("unregistered {}: removed {}\n", done.name, done.path.display());
            if let Some(path) = done.uncovered {
                out.push_str(&format!("{} counts from now on\n", path.display()));
            }
            screen::write(&out)
        }
        ProviderAction::List => list::run(repository, options),
    }
}

/// Takes back the registration that a person means: the list has providers'
/// names, so those will do as well as the name of a provider file.
fn unregister_any(repository: &Repository, what: &str) -> WmiResult<Unregistered> {
    let folders = Folders::of_process();
    let unknown = match unregister(&folders, what) {
        Err(error) if error.status() == Status::WBEM_E_NOT_FOUND => error,
        done => return done,
    };
    let providers = repository.providers()?;
    let Some(provider) = providers.iter().find(|known| known.name.eq_ignore_ascii_case(what)) else {
        return Err(unknown);
    };
    let no_file =
        |why: &str| Error::new(Status::WBEM_E_NOT_FOUND, format!("provider {} {why}", provider.name));
    if provider.state == ProviderState::BuiltIn {
        return Err(no_file("is built in: it can't be unregistered"));
    }
    let Some(file) = &provider.file else {
        return Err(no_file(
            "is registered in the repository, not by a provider file: delete its instance there",
        ));
    };
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    if providers.iter().filter(|other| other.file.as_ref() == Some(file)).count() > 1 {
        return Err(no_file(&format!(
            "is registered by {name} together with others: say {name} to unregister them all"
        )));
    }
    unregister(&folders, &name)
}
