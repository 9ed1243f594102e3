//! Loading on Linux: openat for each component of the path, dlopen of the last
//! descriptor.

use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Component, Path, PathBuf};

use super::Refusal;

/// Write permission for the group and for others.
const WRITABLE_BY_OTHERS: libc::mode_t = libc::S_IWGRP | libc::S_IWOTH;

/// A loaded file.
pub(super) struct Image {
    handle: *mut c_void,
    /// The name under which the loader knows the file.
    name: CString,
    /// The file. As long as it is loaded under the descriptor's name, that
    /// descriptor may not become another file: the loader would take a second
    /// library for the first.
    file: Option<OwnedFd>,
    identity: (libc::dev_t, libc::ino_t),
}

// SAFETY: the handle is used by one owner and by calls that allow any thread.
unsafe impl Send for Image {}
// SAFETY: as above.
unsafe impl Sync for Image {}

impl Image {
    pub(super) fn open(path: &Path) -> Result<Image, Refusal> {
        let real = path.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Refusal::unusable("there is no such file; check the path it is registered under")
            }
            _ => failed(&error, format!("it can't be found: {error}")),
        })?;
        let file = open_trusted(&real)?;
        let stat = status_of(&file).map_err(|error| cannot(&real, &error))?;
        check_magic(&file)?;
        let by_descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
        // Without /proc the loader has to walk the path again.
        let name = if Path::new(&by_descriptor).exists() {
            CString::new(by_descriptor)
        } else {
            CString::new(real.as_os_str().as_bytes())
        };
        let name = name.map_err(|_| Refusal::unusable("its path contains a NUL"))?;
        // SAFETY: a string; constructors of the library run, which is why it was checked.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        if handle.is_null() {
            return Err(Refusal::unusable(format!("it can't be loaded: {}", loader_error())));
        }
        Ok(Image { handle, name, file: Some(file), identity: (stat.st_dev, stat.st_ino) })
    }

    /// An export of this file; one that comes from a library it is linked with
    /// doesn't count.
    pub(super) fn symbol(&self, name: &CStr) -> Option<*mut c_void> {
        // SAFETY: the handle is open.
        let address = unsafe { libc::dlsym(self.handle, name.as_ptr()) };
        if address.is_null() {
            return None;
        }
        let mut found = MaybeUninit::<libc::Dl_info>::zeroed();
        // SAFETY: writable for one.
        if unsafe { libc::dladdr(address, found.as_mut_ptr()) } == 0 {
            return None;
        }
        // SAFETY: filled by dladdr; all zeros would be valid too.
        let found = unsafe { found.assume_init() };
        let mut stat = MaybeUninit::<libc::stat>::zeroed();
        // SAFETY: the loader's name of a loaded file, and writable for one.
        if unsafe { libc::stat(found.dli_fname, stat.as_mut_ptr()) } != 0 {
            return None;
        }
        // SAFETY: filled by stat.
        let stat = unsafe { stat.assume_init() };
        ((stat.st_dev, stat.st_ino) == self.identity).then_some(address)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and nobody uses the library's code any more.
        unsafe { libc::dlclose(self.handle) };
        // SAFETY: a string; RTLD_NOLOAD only looks.
        let still = unsafe { libc::dlopen(self.name.as_ptr(), libc::RTLD_NOW | libc::RTLD_NOLOAD) };
        if !still.is_null() {
            // SAFETY: opened in the line above.
            unsafe { libc::dlclose(still) };
            // It stays in memory under the descriptor's name: see `file`.
            std::mem::forget(self.file.take());
        }
    }
}

/// What dlerror says.
fn loader_error() -> String {
    // SAFETY: no parameters.
    let text = unsafe { libc::dlerror() };
    if text.is_null() {
        return "the loader gives no reason".to_owned();
    }
    // SAFETY: not NULL, so a string that lives until the next call of the loader.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// Opens a path without symbolic links, component by component, each checked.
fn open_trusted(real: &Path) -> Result<OwnedFd, Refusal> {
    let mut at = PathBuf::from("/");
    let mut directory =
        open_at(libc::AT_FDCWD, OsStr::new("/"), libc::O_DIRECTORY).map_err(|error| cannot(&at, &error))?;
    let mut names = real.components().filter(|part| !matches!(part, Component::RootDir)).peekable();
    loop {
        let stat = status_of(&directory).map_err(|error| cannot(&at, &error))?;
        check_directory(&at, &stat)?;
        let name = names.next().ok_or_else(|| Refusal::unusable("it is a directory"))?;
        at.push(name);
        let last = names.peek().is_none();
        // O_NONBLOCK: to open a pipe must not wait for its other end.
        let flags = if last { libc::O_NONBLOCK } else { libc::O_DIRECTORY };
        let opened = open_at(directory.as_raw_fd(), name.as_os_str(), flags);
        let opened = opened.map_err(|error| cannot(&at, &error))?;
        if last {
            let stat = status_of(&opened).map_err(|error| cannot(&at, &error))?;
            check_file(&stat)?;
            return Ok(opened);
        }
        directory = opened;
    }
}

fn cannot(at: &Path, error: &io::Error) -> Refusal {
    failed(error, format!("{} can't be opened: {error}", at.display()))
}

fn failed(error: &io::Error, reason: String) -> Refusal {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Refusal::denied(reason),
        _ => Refusal::unusable(reason),
    }
}

fn open_at(directory: c_int, name: &OsStr, flags: c_int) -> io::Result<OwnedFd> {
    let name = CString::new(name.as_bytes())?;
    let pointer: *const c_char = name.as_ptr();
    // A directory may be searchable without being readable.
    let access = if flags & libc::O_DIRECTORY != 0 { libc::O_PATH } else { libc::O_RDONLY };
    // SAFETY: a string; the descriptor is a directory or AT_FDCWD.
    let opened =
        unsafe { libc::openat(directory, pointer, flags | access | libc::O_NOFOLLOW | libc::O_CLOEXEC) };
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

fn check_directory(at: &Path, stat: &libc::stat) -> Result<(), Refusal> {
    let at = at.display();
    if !is_ours(stat) {
        let owner = stat.st_uid;
        return Err(Refusal::denied(format!(
            "directory {at} belongs to user {owner}, who could replace the library; it must belong to root \
             or to the user of this process"
        )));
    }
    let sticky = stat.st_mode & libc::S_ISVTX != 0 && stat.st_uid == 0;
    if stat.st_mode & WRITABLE_BY_OTHERS != 0 && !sticky {
        return Err(Refusal::denied(format!(
            "directory {at} is writable by others, who could replace the library; run chmod go-w {at}, or \
             put the library elsewhere"
        )));
    }
    Ok(())
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
        return Err(Refusal::denied(
            "it is writable by others, who could change its code; run chmod go-w on it",
        ));
    }
    Ok(())
}

/// The loader's own message for a file that is no library is hard to read.
fn check_magic(file: &OwnedFd) -> Result<(), Refusal> {
    let unreadable = |error: &io::Error| failed(error, format!("it can't be read: {error}"));
    let no_library = || Refusal::unusable("it is not a shared library (no ELF header)");
    let file = File::from(file.try_clone().map_err(|error| unreadable(&error))?);
    let mut magic = [0; 4];
    match file.read_exact_at(&mut magic, 0) {
        Ok(()) if magic == *b"\x7fELF" => Ok(()),
        Ok(()) => Err(no_library()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(no_library()),
        Err(error) => Err(unreadable(&error)),
    }
}
