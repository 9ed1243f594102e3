//! Where the program of a provider host is.
//!
//! In this order: what the connection says; the environment variable
//! `HIPERF_PROVIDER_HOST`; beside this program; `../lib/hiperf` and
//! `../libexec/hiperf` from there; the same of the system, for a client that was
//! installed elsewhere. A program that runs with more rights than who started it
//! doesn't take the variable's word.

use std::path::{Path, PathBuf};

use hiperf_cim::{Error, Result, Status};

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
/// looked for.
pub(super) fn find() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty() && !has_more_rights()) {
        return Ok(path.into());
    }
    find_in(&directories(std::env::current_exe().ok().as_deref()))
}

fn find_in(directories: &[PathBuf]) -> Result<PathBuf> {
    let found = directories.iter().map(|directory| directory.join(NAME)).find(|path| path.is_file());
    found.ok_or_else(|| {
        let looked: Vec<String> = directories.iter().map(|path| path.display().to_string()).collect();
        let message = format!(
            "the program {NAME}, in which the provider has to run, is in none of {}; install it, or name it \
             in the environment variable {VARIABLE}",
            looked.join(", ")
        );
        Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message)
    })
}

fn directories(program: Option<&Path>) -> Vec<PathBuf> {
    let mut directories = Vec::new();
    if let Some(own) = program.and_then(Path::parent) {
        directories.push(own.to_owned());
        if let Some(above) = own.parent() {
            directories.extend(["lib/hiperf", "libexec/hiperf"].map(|below| above.join(below)));
        }
    }
    directories.extend(SYSTEM.map(PathBuf::from));
    directories
}

fn has_more_rights() -> bool {
    use rustix::process::{getegid, geteuid, getgid, getuid};
    geteuid() != getuid() || getegid() != getgid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_the_program_first() {
        let directories = directories(Some(Path::new("/opt/bin/hiperf")));
        let expected = ["/opt/bin", "/opt/lib/hiperf", "/opt/libexec/hiperf", "/usr/lib/hiperf"];
        assert_eq!(directories[..4], expected.map(PathBuf::from));
        let error = find_in(&[PathBuf::from("/nowhere")]).unwrap_err();
        assert_eq!(error.status(), Status::WBEM_E_PROVIDER_LOAD_FAILURE);
        assert!(error.message().contains("/nowhere") && error.message().contains(VARIABLE), "{error}");
    }
}
