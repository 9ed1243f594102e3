//! Taking a registration back.

use std::fs;
use std::path::{Path, PathBuf};

use hiperf_cim::{Error, Result, Status, suggest};

use super::catalog::{Catalog, Entry};
use super::{Folders, write};

/// What was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unregistered {
    /// The name of the provider file.
    pub name: String,
    /// The file that is gone.
    pub path: PathBuf,
    /// The file of the same name in another folder, which counts from now on.
    pub uncovered: Option<PathBuf>,
}

/// Removes the provider file with this name, or of this library, and its MOF
/// from this user's own folder. `what` is a library if it has a slash in it.
///
/// # Errors
/// * `WBEM_E_NOT_FOUND`: there is none.
/// * `WBEM_E_ACCESS_DENIED`: it is in a folder of others.
pub fn unregister(folders: &Folders, what: &str) -> Result<Unregistered> {
    let own = folders.own()?;
    let catalog = Catalog::read(folders, None);
    let resolved = |path: &Path| fs::canonicalize(path).ok();
    let is_wanted = |entry: &&Entry| match &entry.text {
        Some(text) if what.contains('/') => {
            let path = std::path::absolute(what).unwrap_or_else(|_| what.into());
            text.library == path || resolved(&path).is_some_and(|path| Some(path) == resolved(&text.library))
        }
        _ => entry.name == what,
    };
    let Some(entry) = catalog.entries().iter().find(is_wanted) else {
        let hint = suggest::did_you_mean(what, catalog.entries().iter().map(|entry| entry.name.as_str()));
        let message = format!(
            "no provider file has the name or library {what}{hint}; `hiperf provider list` shows them"
        );
        return Err(Error::new(Status::WBEM_E_NOT_FOUND, message));
    };
    if entry.path.parent() != Some(own) {
        let message = format!(
            "{} is registered by {}, which is not in your folder {}: its owner unregisters it, or removes \
             the package that it came with",
            entry.name,
            entry.path.display(),
            own.display()
        );
        return Err(Error::new(Status::WBEM_E_ACCESS_DENIED, message));
    }
    write::remove(&entry.path)?;
    // A MOF of another name was put there by hand, and may have other users.
    write::remove(&entry.path.with_extension("mof"))?;
    let file_name = entry.path.file_name().unwrap_or_default();
    let uncovered = folders.iter().map(|folder| folder.join(file_name)).filter(|path| path.exists()).last();
    Ok(Unregistered { name: entry.name.clone(), path: entry.path.clone(), uncovered })
}
