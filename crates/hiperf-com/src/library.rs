//! [`Library`]: a provider's shared library, loaded only if it can be trusted.
//!
//! To load a library is to run its code with all the rights of this process.
//! So it is refused unless the file and every directory above it belong to root
//! or to the user of this process, and nobody else may write to them: else that
//! somebody could put another file in its place. A directory that everybody
//! may write to, such as `/tmp`, will do if it is root's and sticky, because
//! then nobody can replace what belongs to another.
//!
//! What is checked is what is loaded: the path is walked by descriptors, and
//! the loader is given the last of them.
//!
//! The other half is in a file for each kind of system.

use std::ffi::c_void;
use std::path::{Path, PathBuf};

use hiperf_cim::{Error, Result, Status};

use crate::Guid;
use crate::call_context::{self, HostCalls};

#[cfg(target_os = "linux")]
#[path = "library/linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "library/other.rs"]
mod system;

/// DllGetClassObject.
type GetClassObject = unsafe extern "system" fn(*const Guid, *const Guid, *mut *mut c_void) -> Status;
/// HiperfSetHostCalls.
type SetHostCalls = unsafe extern "system" fn(*const HostCalls);
/// DllCanUnloadNow.
type CanUnloadNow = unsafe extern "system" fn() -> Status;

/// Why a file is not loaded.
struct Refusal {
    /// What COM calls it.
    status: Status,
    /// The same for a person.
    reason: String,
}

impl Refusal {
    /// There is no such file, or the loader can't make use of it.
    fn unusable(reason: impl Into<String>) -> Refusal {
        Refusal { status: Status::CO_E_DLLNOTFOUND, reason: reason.into() }
    }

    /// It may not be loaded, or not be read.
    fn denied(reason: impl Into<String>) -> Refusal {
        Refusal { status: Status::E_ACCESSDENIED, reason: reason.into() }
    }
}

/// A loaded library; dropping it unloads it.
pub struct Library {
    get_class_object: GetClassObject,
    can_unload_now: Option<CanUnloadNow>,
    path: PathBuf,
    /// Dropped last: the entry points are in it.
    _image: system::Image,
}

impl Library {
    /// Loads the library at `path`.
    ///
    /// # Errors
    /// `WBEM_E_PROVIDER_LOAD_FAILURE`, which says what is wrong and what to do.
    /// Its cause is an error with COM's own status: `CO_E_DLLNOTFOUND`,
    /// `CO_E_ERRORINDLL` without an entry point, `E_ACCESSDENIED` if it can't
    /// be trusted.
    pub fn load(path: &Path) -> Result<Library> {
        let refused = |Refusal { status, reason }| {
            let message = format!("provider library {}: {reason}", path.display());
            Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message).caused_by(Error::from(status))
        };
        let image = system::Image::open(path).map_err(refused)?;
        let Some(entry) = image.symbol(c"DllGetClassObject") else {
            let reason = "it is no provider, for it exports no DllGetClassObject; check that the path is \
                          right and that the function is exported";
            return Err(refused(Refusal { status: Status::CO_E_ERRORINDLL, reason: reason.to_owned() }));
        };
        if let Some(entry) = image.symbol(c"HiperfSetHostCalls") {
            // SAFETY: an export of this name has this signature: see hiperf.h.
            let set_host_calls = unsafe { std::mem::transmute::<*mut c_void, SetHostCalls>(entry) };
            // SAFETY: they are this module's, which outlives what it loads.
            unsafe { set_host_calls(call_context::own_calls()) };
        }
        let can_unload_now = image.symbol(c"DllCanUnloadNow");
        Ok(Library {
            // SAFETY: an export of this name has this signature, which is what
            // makes a library an in-process server; data pointers and function
            // pointers have one size on these systems.
            get_class_object: unsafe { std::mem::transmute::<*mut c_void, GetClassObject>(entry) },
            // SAFETY: as above.
            can_unload_now: can_unload_now
                .map(|entry| unsafe { std::mem::transmute::<*mut c_void, CanUnloadNow>(entry) }),
            path: path.to_owned(),
            _image: image,
        })
    }

    /// The path it was loaded from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Asks for the interface `iid` of a class object.
    ///
    /// # Safety
    /// `ppv` is writable. The caller owns the reference stored there.
    pub(crate) unsafe fn get_class_object(&self, clsid: &Guid, iid: &Guid, ppv: *mut *mut c_void) -> Status {
        // SAFETY: writable by the caller's duty; the library is loaded.
        unsafe { (self.get_class_object)(clsid, iid, ppv) }
    }

    /// Whether the library says that it is idle. One without DllCanUnloadNow
    /// never is.
    #[must_use]
    pub fn can_unload(&self) -> bool {
        // SAFETY: no parameters; the library is loaded.
        self.can_unload_now.is_some_and(|ask| unsafe { ask() } == Status::WBEM_S_NO_ERROR)
    }
}
