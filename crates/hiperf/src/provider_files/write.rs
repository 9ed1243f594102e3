//! Writing provider files so that nobody sees half of one.
//!
//! A file is written under a hidden name, made safe, and renamed. The MOF gets
//! its place before the provider file, and a provider file that would point to
//! another MOF than it was written for is taken away first: at no moment is
//! there a provider file with a foreign MOF, whenever the machine stops.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use hiperf_cim::{Error, Result, Status};
use hiperf_com::trust;

/// Puts a provider file and its MOF into a folder, which is made if there is
/// none. Everybody may read them.
///
/// # Errors
/// `WBEM_E_ACCESS_DENIED`: this user may not write there, or others may, so that
/// nobody would believe it; `WBEM_E_FAILED`: what else the system says.
pub(super) fn write(folder: &Path, name: &str, provider: &str, mof: &str) -> Result<()> {
    let failed = |path: &Path, error: &io::Error| self::failed("writing", path, error);
    DirBuilder::new().recursive(true).mode(0o755).create(folder).map_err(|error| failed(folder, &error))?;
    trust::check_directory(folder, "provider files").map_err(|refusal| {
        let message =
            format!("provider files in {} would not be believed: {}", folder.display(), refusal.reason);
        Error::new(Status::WBEM_E_ACCESS_DENIED, message)
    })?;
    let (provider_path, mof_path) = (folder.join(format!("{name}.toml")), folder.join(format!("{name}.mof")));
    let is_same = |path: &Path, text: &str| fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes());
    if !is_same(&provider_path, provider) && !is_same(&mof_path, mof) {
        remove(&provider_path)?;
    }
    replace(&mof_path, mof).map_err(|error| failed(&mof_path, &error))?;
    replace(&provider_path, provider).map_err(|error| failed(&provider_path, &error))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(folder, &error))
}

/// Removes a file, if it is there.
///
/// # Errors
/// As [`write`].
pub(super) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("removing", path, &error)),
        _ => Ok(()),
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let hidden = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = write_new(&hidden, text).and_then(|()| fs::rename(&hidden, path));
    if written.is_err() {
        // The first error is the one that tells something.
        let _left_over = fs::remove_file(&hidden);
    }
    written
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(path)?;
    // Whatever the process's umask is, every user may read it.
    rustix::fs::fchmod(&file, 0o644.into())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn failed(doing: &str, path: &Path, error: &io::Error) -> Error {
    let status = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Status::WBEM_E_ACCESS_DENIED,
        _ => Status::WBEM_E_FAILED,
    };
    Error::new(status, format!("{doing} {}: {error}", path.display()))
}
