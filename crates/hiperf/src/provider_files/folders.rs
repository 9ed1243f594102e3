//! [`Folders`]: where provider files are.
//!
//! | folder | whose |
//! |---|---|
//! | `/usr/lib/hiperf/providers.d` | packages |
//! | `/etc/hiperf/providers.d` | the administrator; where root registers |
//! | `$XDG_DATA_HOME/hiperf/providers.d`, or below `~/.local/share` | the user; where he registers |
//!
//! A file in a later folder covers those of its name in earlier ones. For root
//! there is no third folder: what root runs is not to depend on a variable of
//! whoever became root. `HIPERF_PROVIDERS`, folders separated by colons, takes
//! the place of all three, for tests. A process that has more rights than the
//! one that started it (set-user-ID) listens to neither variable.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use hiperf_cim::{Error, Result, Status};
use hiperf_com::has_more_rights_than_caller;

/// The variable that replaces all folders.
const VARIABLE: &str = "HIPERF_PROVIDERS";

/// Folders of provider files, those that count least first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders(Vec<PathBuf>);

impl Folders {
    /// The folders of this process.
    #[must_use]
    pub fn of_process() -> Folders {
        let is_root = rustix::process::geteuid().is_root();
        Folders::from(is_root, has_more_rights_than_caller(), |name| std::env::var_os(name))
    }

    /// These folders.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>) -> Folders {
        Folders(folders)
    }

    fn from(is_root: bool, is_secure: bool, variable: impl Fn(&str) -> Option<OsString>) -> Folders {
        let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        if !is_secure && let Some(folders) = variable(VARIABLE) {
            let folders = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
            return Folders(folders.collect());
        }
        let mut folders =
            vec![PathBuf::from("/usr/lib/hiperf/providers.d"), "/etc/hiperf/providers.d".into()];
        if !is_root && !is_secure {
            let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")));
            folders.extend(data.map(|data| data.join("hiperf/providers.d")));
        }
        Folders(folders)
    }

    /// The folders, those that count least first.
    pub fn iter(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(PathBuf::as_path)
    }

    /// The folder in which this user registers.
    ///
    /// # Errors
    /// `WBEM_E_NOT_AVAILABLE`: there is none.
    pub fn own(&self) -> Result<&Path> {
        self.0.last().map(PathBuf::as_path).ok_or_else(|| {
            let message = format!("{VARIABLE} names no folder by an absolute path");
            Error::new(Status::WBEM_E_NOT_AVAILABLE, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is_root: bool, is_secure: bool, variables: &[(&str, &str)], expected: &[&str]) {
        let folders = Folders::from(is_root, is_secure, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
        });
        assert_eq!(folders.iter().collect::<Vec<_>>(), expected.iter().map(Path::new).collect::<Vec<_>>());
    }

    #[test]
    fn whose_folders_count() {
        let (usr, etc) = ("/usr/lib/hiperf/providers.d", "/etc/hiperf/providers.d");
        let home = ("HOME", "/home/a");
        check(false, false, &[home], &[usr, etc, "/home/a/.local/share/hiperf/providers.d"]);
        check(false, false, &[home, ("XDG_DATA_HOME", "/data/a")], &[usr, etc, "/data/a/hiperf/providers.d"]);
        check(
            false,
            false,
            &[home, ("XDG_DATA_HOME", "data")],
            &[usr, etc, "/home/a/.local/share/hiperf/providers.d"],
        );
        check(false, false, &[], &[usr, etc]);
        check(true, false, &[home], &[usr, etc]);
        let mine = ("HIPERF_PROVIDERS", "/a:b::/c");
        check(false, false, &[home, mine], &["/a", "/c"]);
        check(true, false, &[home, mine], &["/a", "/c"]);
        // Whoever starts a set-user-ID program chooses its variables.
        check(false, true, &[home, mine], &[usr, etc]);
        check(true, true, &[home, mine], &[usr, etc]);
        assert_eq!(Folders::new(Vec::new()).own().unwrap_err().status(), Status::WBEM_E_NOT_AVAILABLE);
    }
}
