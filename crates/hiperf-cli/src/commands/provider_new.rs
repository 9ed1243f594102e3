//! `hiperf provider new NAME`: a project that builds and runs at once.
//!
//! It is a sample of this source tree under another name and with CLSIDs of its
//! own; so what a new author gets is what the tests build and run. Nothing that
//! is there is overwritten unless `--force` says so, and then each file is
//! named.

mod name;
mod project;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hiperf_cim::{Error, Status};

use crate::args::NewProviderArguments;
use crate::failure::Failure;
use crate::screen;

use name::ProviderName;
use project::{File, Project};

/// Writes the project, and says how to go on.
pub fn run(arguments: &NewProviderArguments) -> Result<(), Failure> {
    let name = ProviderName::parse(&arguments.name)?;
    let sdk = arguments.sdk.as_deref().map(checked_sdk).transpose()?;
    let project = Project::new(&name, arguments.lang, sdk.as_deref())?;
    let directory = arguments.directory.clone().unwrap_or_else(|| PathBuf::from(project.directory()));
    let present = present(&directory, &project.files)?;
    if !present.is_empty() && !arguments.force {
        let message = format!(
            "there is already {}; choose another --directory, or say --force to replace {}",
            listed(&present),
            if present.len() == 1 { "it" } else { "them" }
        );
        return Err(Error::new(Status::WBEM_E_ALREADY_EXISTS, message).into());
    }
    for file in &project.files {
        write(&directory.join(&file.path), &file.text)
            .map_err(|error| Failure::System("writing the project", error))?;
    }
    let replaced = match present.is_empty() {
        true => String::new(),
        false => format!("replaced {}\n", listed(&present)),
    };
    screen::write(&format!("{replaced}{}", project.next_steps(&directory)))
}

/// The files of the project that are there and have another text.
fn present(directory: &Path, files: &[File]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for file in files {
        let path = directory.join(&file.path);
        match fs::read(&path) {
            Ok(text) if text == file.text.as_bytes() => {}
            Ok(_) => found.push(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let message = format!("{} is in the way: {error}", path.display());
                return Err(Error::new(Status::WBEM_E_ALREADY_EXISTS, message).into());
            }
        }
    }
    Ok(found)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(above) = path.parent() {
        fs::create_dir_all(above)?;
    }
    fs::write(path, text)
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The source tree that `--sdk` names, as an absolute path.
fn checked_sdk(path: &Path) -> Result<PathBuf, Failure> {
    let is_ours =
        path.join("crates/hiperf-provider/Cargo.toml").is_file() && path.join("include/hiperf.h").is_file();
    match path.canonicalize() {
        Ok(path) if is_ours => Ok(path),
        _ => {
            let message = format!("--sdk {}: no source tree of hiperf is there", path.display());
            Err(Error::new(Status::WBEM_E_NOT_FOUND, message).into())
        }
    }
}
