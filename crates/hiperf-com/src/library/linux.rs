//! Loading on Linux: what was checked stays open, and dlopen gets its
//! descriptor.

use std::ffi::{CStr, CString, c_void};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::trust::{Fingerprint, Refusal, failed, open_real};

/// What a refusal calls the file.
const WHAT: &str = "the library";

/// A file that may be loaded, and that nobody has touched since.
pub(super) struct Checked {
    path: PathBuf,
    real: PathBuf,
    file: OwnedFd,
    fingerprint: Fingerprint,
}

impl Checked {
    pub(super) fn open(path: &Path) -> Result<Checked, Refusal> {
        let real = path.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Refusal::unusable("there is no such file; check the path it is registered under")
            }
            _ => failed(&error, format!("it can't be found: {error}")),
        })?;
        let file = open_real(&real, WHAT)?;
        let fingerprint = Fingerprint::of(&file).map_err(|error| unreadable(&error))?;
        check_magic(&file)?;
        Ok(Checked { path: path.to_owned(), real, file, fingerprint })
    }

    /// The path without links.
    pub(super) fn real_path(&self) -> &Path {
        &self.real
    }

    pub(super) fn load(self) -> Result<Image, Refusal> {
        let by_descriptor = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        // Without /proc the loader has to walk the path again.
        let name = if Path::new(&by_descriptor).exists() {
            CString::new(by_descriptor)
        } else {
            CString::new(self.real.as_os_str().as_bytes())
        };
        let name = name.map_err(|_| Refusal::unusable("its path contains a NUL"))?;
        self.check_unchanged()?;
        // SAFETY: a string; constructors of the library run, which is why it was checked.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        if handle.is_null() {
            return Err(Refusal::unusable(format!("it can't be loaded: {}", loader_error())));
        }
        let fingerprint = self.fingerprint;
        let unchanged = self.check_unchanged();
        let image = Image { handle, name, file: Some(self.file), identity: fingerprint.identity };
        // Dropping the image unloads it.
        unchanged.map(|()| image)
    }

    /// Refuses a file that was written to, or a path that leads elsewhere by
    /// now: whoever does that at this moment is updating it, or up to no good.
    fn check_unchanged(&self) -> Result<(), Refusal> {
        let now = Fingerprint::of(&self.file).map_err(|error| unreadable(&error))?;
        let leads_to = std::fs::metadata(&self.path).ok().map(|found| (found.dev(), found.ino()));
        if now.identity == self.fingerprint.identity && leads_to != Some(now.identity) {
            return Err(Refusal::denied(
                "it was replaced by another file while it was being loaded; try again when whoever does \
                 that is done",
            ));
        }
        if now != self.fingerprint {
            return Err(Refusal::denied(
                "it was changed between being checked and being loaded; try again when whoever does that \
                 is done",
            ));
        }
        Ok(())
    }
}

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

fn unreadable(error: &io::Error) -> Refusal {
    failed(error, format!("it can't be read: {error}"))
}

/// The loader's own message for a file that is no library is hard to read.
fn check_magic(file: &OwnedFd) -> Result<(), Refusal> {
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
