//! `hiperf provider new|register|unregister|list`.

mod list;
mod register;

use hiperf::Repository;
use hiperf::provider_files::{Folders, unregister};

use super::provider_new;
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
        ProviderAction::Register(arguments) => register::run(namespace, arguments),
        ProviderAction::Unregister { what } => {
            let done = unregister(&Folders::of_process(), what)?;
            let mut out = format!("unregistered {}: removed {}\n", done.name, done.path.display());
            if let Some(path) = done.uncovered {
                out.push_str(&format!("{} counts from now on\n", path.display()));
            }
            screen::write(&out)
        }
        ProviderAction::List => list::run(repository, options),
    }
}
