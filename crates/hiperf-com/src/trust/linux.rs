//! Trust on Linux: openat for each component of the path.

use std::ffi::{CString, OsStr, c_int};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::Refusal;

/// Write permission for the group and for others.
const WRITABLE_BY_OTHERS: libc::mode_t = libc::S_IWGRP | libc::S_IWOTH;

/// Opens the file that a path leads to, for reading. `what` it is is said in a
/// refusal: "the library".
///
/// # Errors
/// A [`Refusal`] with `CO_E_DLLNOTFOUND` if there is no such file or it is no
/// regular one, and with `E_ACCESSDENIED` if others could have put it there.
pub fn open_file(path: &Path, what: &str) -> Result<File, Refusal> {
    let real = path.canonicalize().map_err(|error| failed(&error, format!("it can't be found: {error}")))?;
    open_real(&real, what).map(File::from)
}

/// Checks the directory that a path leads to, and those above it, in which
/// `what` is.
///
/// # Errors
/// As [`open_file`].
pub fn check_directory(path: &Path, what: &str) -> Result<(), Refusal> {
    let real = path.canonicalize().map_err(|error| failed(&error, format!("it can't be found: {error}")))?;
    let mut walk = Walk::new(what)?;
    for name in names(&real) {
        walk.enter(name)?;
    }
    Ok(())
}

/// Opens a file by a path without symbolic links.
pub(crate) fn open_real(real: &Path, what: &str) -> Result<OwnedFd, Refusal> {
    let mut walk = Walk::new(what)?;
    let mut names = names(real).peekable();
    loop {
        let name = names.next().ok_or_else(|| Refusal::unusable("it is a directory"))?;
        if names.peek().is_some() {
            walk.enter(name)?;
            continue;
        }
        // O_NONBLOCK: to open a pipe must not wait for its other end.
        let file = walk.open(name, libc::O_RDONLY | libc::O_NONBLOCK)?;
        check_file(&status_of(&file).map_err(|error| cannot(real, &error))?)?;
        return Ok(file);
    }
}

fn names(real: &Path) -> impl Iterator<Item = &OsStr> {
    real.components().filter(|part| !matches!(part, Component::RootDir)).map(Component::as_os_str)
}

/// A directory that was reached from the root, each step of the way checked.
struct Walk<'a> {
    at: PathBuf,
    directory: OwnedFd,
    what: &'a str,
}

impl<'a> Walk<'a> {
    fn new(what: &'a str) -> Result<Walk<'a>, Refusal> {
        let at = PathBuf::from("/");
        let directory = open_at(libc::AT_FDCWD, OsStr::new("/"), libc::O_PATH | libc::O_DIRECTORY)
            .map_err(|error| cannot(&at, &error))?;
        let walk = Walk { at, directory, what };
        walk.check()?;
        Ok(walk)
    }

    fn enter(&mut self, name: &OsStr) -> Result<(), Refusal> {
        self.directory = self.open(name, libc::O_PATH | libc::O_DIRECTORY)?;
        self.at.push(name);
        self.check()
    }

    fn open(&self, name: &OsStr, flags: c_int) -> Result<OwnedFd, Refusal> {
        open_at(self.directory.as_raw_fd(), name, flags).map_err(|error| cannot(&self.at.join(name), &error))
    }

    fn check(&self) -> Result<(), Refusal> {
        let stat = status_of(&self.directory).map_err(|error| cannot(&self.at, &error))?;
        let (at, what) = (self.at.display(), self.what);
        if !is_ours(&stat) {
            let owner = stat.st_uid;
            return Err(Refusal::denied(format!(
                "directory {at} belongs to user {owner}, who could replace {what}; it must belong to root \
                 or to the user of this process"
            )));
        }
        let sticky = stat.st_mode & libc::S_ISVTX != 0 && stat.st_uid == 0;
        if stat.st_mode & WRITABLE_BY_OTHERS != 0 && !sticky {
            return Err(Refusal::denied(format!(
                "directory {at} is writable by others, who could replace {what}; run chmod go-w {at}, or \
                 put {what} elsewhere"
            )));
        }
        Ok(())
    }
}

fn check_file(stat: &libc::stat) -> Result<(), Refusal> {
    if stat.st_mode & libc::S_IFMT != libc::S_IFREG {
        return Err(Refusal::unusable("it is not a regular file"));
    }
    if !is_ours(stat) {
        let owner = stat.st_uid;
        return Err(Refusal::denied(format!(
            "it belongs to user {owner}; it must belong to root or to the user of this process"
        )));
    }
    if stat.st_mode & WRITABLE_BY_OTHERS != 0 {
        return Err(Refusal::denied("it is writable by others, who could change it; run chmod go-w on it"));
    }
    Ok(())
}

/// All that changes when a file is written to, renamed, replaced or handed to
/// somebody else: what it was when it was checked is compared with what it is
/// when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Device and number.
    pub identity: (libc::dev_t, libc::ino_t),
    mode: libc::mode_t,
    owner: libc::uid_t,
    size: libc::off_t,
    modified: (i64, i64),
    /// No program can set this one.
    changed: (i64, i64),
}

impl Fingerprint {
    /// What an open file is now.
    pub(crate) fn of(file: &OwnedFd) -> io::Result<Fingerprint> {
        let stat = status_of(file)?;
        Ok(Fingerprint {
            identity: (stat.st_dev, stat.st_ino),
            mode: stat.st_mode,
            owner: stat.st_uid,
            size: stat.st_size,
            modified: (stat.st_mtime, stat.st_mtime_nsec),
            changed: (stat.st_ctime, stat.st_ctime_nsec),
        })
    }
}

/// The refusal for an error of the system.
pub(crate) fn failed(error: &io::Error, reason: String) -> Refusal {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Refusal::denied(reason),
        _ => Refusal::unusable(reason),
    }
}

fn cannot(at: &Path, error: &io::Error) -> Refusal {
    failed(error, format!("{} can't be opened: {error}", at.display()))
}

fn open_at(directory: c_int, name: &OsStr, flags: c_int) -> io::Result<OwnedFd> {
    let name = CString::new(name.as_bytes())?;
    let pointer = name.as_ptr();
    // SAFETY: a string; the descriptor is a directory or AT_FDCWD.
    let opened = unsafe { libc::openat(directory, pointer, flags | libc::O_NOFOLLOW | libc::O_CLOEXEC) };
    if opened < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a new descriptor that nobody else has.
    Ok(unsafe { OwnedFd::from_raw_fd(opened) })
}

fn status_of(file: &OwnedFd) -> io::Result<libc::stat> {
    let mut stat = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: an open descriptor, and writable for one.
    if unsafe { libc::fstat(file.as_raw_fd(), stat.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: filled by fstat.
    Ok(unsafe { stat.assume_init() })
}

/// The user whose rights this process has.
fn own_user() -> libc::uid_t {
    // SAFETY: no parameters, never fails.
    unsafe { libc::geteuid() }
}

fn is_ours(stat: &libc::stat) -> bool {
    stat.st_uid == 0 || stat.st_uid == own_user()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    /// A link that takes the place of a directory after the path was resolved
    /// is not followed, wherever it leads.
    #[test]
    fn no_link_is_followed_on_the_way() {
        let directory = std::env::temp_dir().join(format!("hiperf-trust-{}", std::process::id()));
        fs::create_dir_all(directory.join("real")).unwrap();
        let directory = directory.canonicalize().unwrap();
        fs::write(directory.join("real/file"), "text").unwrap();
        symlink("real", directory.join("link")).unwrap();
        symlink("file", directory.join("real/alias")).unwrap();
        let open = |name: &str| open_real(&directory.join(name), "it");
        assert!(open("real/file").is_ok());
        for swapped in ["link/file", "real/alias"] {
            let refusal = open(swapped).unwrap_err();
            assert!(refusal.reason.contains("can't be opened"), "{swapped}: {refusal:?}");
        }
        assert!(open("real").unwrap_err().reason.contains("not a regular file"));
        fs::remove_dir_all(&directory).unwrap();
    }
}
