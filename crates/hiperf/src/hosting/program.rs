//! Where the program of a provider host is.
//!
//! In this order: what the connection says; the environment variable
//! `HIPERF_PROVIDER_HOST`; what is installed with the file that the engine is in,
//! which is this program or a library; what is installed with this program; the
//! system's, for one that was installed elsewhere. With a program is what is
//! beside it, in `../lib/hiperf` and `../libexec/hiperf` from there, with a
//! library what is beside it, in `hiperf` and in `../libexec/hiperf`.
//!
//! In a program that runs with more rights than who started it, only the system's
//! count: who started it chose the variable and, by a link, where the program
//! seems to be.
//!
//! What is found is believed as a library is: only if nobody but root and this
//! user could have put it there. What is said by name is the word of who says it.

use std::path::{Path, PathBuf};

use hiperf_cim::{Error, Result, Status};
use hiperf_com::{has_more_rights_than_caller, own_file, trust};

/// The file's name.
pub(super) const NAME: &str = "hiperf-provider-host";

/// The variable that says where it is.
pub(super) const VARIABLE: &str = "HIPERF_PROVIDER_HOST";

/// Where packages put it.
const SYSTEM: [&str; 3] = ["/usr/lib/hiperf", "/usr/libexec/hiperf", "/usr/local/lib/hiperf"];

/// The program's path.
///
/// # Errors
/// `WBEM_E_PROVIDER_LOAD_FAILURE`: it is nowhere; the message says where it was
/// looked for, or why it is not believed.
pub(super) fn find() -> Result<PathBuf> {
    if has_more_rights_than_caller() {
        return find_in(&directories(None, None));
    }
    if let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    let program = std::env::current_exe().ok();
    let engine = own_file().filter(|engine| Some(engine) != program.as_ref());
    find_in(&directories(engine.as_deref(), program.as_deref()))
}

fn find_in(directories: &[PathBuf]) -> Result<PathBuf> {
    let found = directories.iter().map(|directory| directory.join(NAME)).find(|path| path.is_file());
    let found = found.ok_or_else(|| {
        let looked: Vec<String> = directories.iter().map(|path| path.display().to_string()).collect();
        let message = format!(
            "the program {NAME}, in which the provider has to run, is in none of {}; install it, or name it \
             in the environment variable {VARIABLE}",
            looked.join(", ")
        );
        Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message)
    })?;
    match trust::open_file(&found, "the provider host") {
        Ok(_file) => Ok(found),
        Err(refusal) => {
            let message = format!("the provider host {}: {}", found.display(), refusal.reason);
            Err(Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message))
        }
    }
}

/// Where to look, with the engine's library and with the program.
fn directories(library: Option<&Path>, program: Option<&Path>) -> Vec<PathBuf> {
    let mut directories = Vec::new();
    if let Some(own) = library.and_then(Path::parent) {
        directories.extend([own.to_owned(), own.join("hiperf")]);
        directories.extend(own.parent().map(|above| above.join("libexec/hiperf")));
    }
    if let Some(own) = program.and_then(Path::parent) {
        directories.push(own.to_owned());
        if let Some(above) = own.parent() {
            directories.extend(["lib/hiperf", "libexec/hiperf"].map(|below| above.join(below)));
        }
    }
    directories.extend(SYSTEM.map(PathBuf::from));
    directories
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn beside_the_program_first() {
        let directories = directories(None, Some(Path::new("/opt/bin/hiperf")));
        let expected = ["/opt/bin", "/opt/lib/hiperf", "/opt/libexec/hiperf", "/usr/lib/hiperf"];
        assert_eq!(directories[..4], expected.map(PathBuf::from));
        let error = find_in(&[PathBuf::from("/nowhere")]).unwrap_err();
        assert_eq!(error.status(), Status::WBEM_E_PROVIDER_LOAD_FAILURE);
        assert!(error.message().contains("/nowhere") && error.message().contains(VARIABLE), "{error}");
        assert_eq!(super::directories(None, None), SYSTEM.map(PathBuf::from));
        let library = Some(Path::new("/opt/x/lib/libhiperf.so.0.1.0"));
        let directories = super::directories(library, Some(Path::new("/home/a/client")));
        let expected = ["/opt/x/lib", "/opt/x/lib/hiperf", "/opt/x/libexec/hiperf", "/home/a"];
        assert_eq!(directories[..4], expected.map(PathBuf::from));
    }

    #[test]
    fn what_others_could_have_put_there() {
        let directory = std::env::temp_dir().join(format!("hiperf-program-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(NAME), "").unwrap();
        let find = |mode| {
            fs::set_permissions(&directory, Permissions::from_mode(mode)).unwrap();
            find_in(std::slice::from_ref(&directory))
        };
        assert_eq!(find(0o755).unwrap(), directory.join(NAME));
        let error = find(0o777).unwrap_err();
        assert!(error.message().contains("writable by others"), "{error}");
        fs::remove_dir_all(&directory).unwrap();
    }
}
