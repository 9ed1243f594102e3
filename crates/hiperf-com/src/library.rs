//! [`Library`]: a provider's shared library, loaded only if it can be trusted.
//!
//! What [`trust`](crate::trust) says of a file is said of a library: it may be
//! loaded only if nobody but root and the user of this process could have put
//! it there. What is checked is what is loaded: the file stays open from one to
//! the other, the loader is given its descriptor, and a file that changed on
//! the way is refused.
//!
//! The other half is in a file for each kind of system.

use std::ffi::{CStr, c_char, c_void};
use std::path::{Path, PathBuf};

use hiperf_cim::{Error, Result, Status};

use crate::call_context::{self, HostCalls};
use crate::error_info::receive;
use crate::factory::create_instance;
use crate::trust::Refusal;
use crate::{ComPtr, Guid, IClassFactory, IWbemHiPerfProvider, IWbemProviderInit, Interface};

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

/// The export that is a provider's MOF: UTF-8 that ends with a NUL.
pub const MOF_SYMBOL: &CStr = c"HiperfProviderMof";

/// A library that may be loaded; its code has not run yet.
pub struct CheckedLibrary {
    file: system::Checked,
    path: PathBuf,
}

/// A loaded library; dropping it unloads it.
pub struct Library {
    get_class_object: GetClassObject,
    can_unload_now: Option<CanUnloadNow>,
    path: PathBuf,
    /// Dropped last: the entry points are in it.
    image: system::Image,
}

impl CheckedLibrary {
    /// Opens and checks the library at `path`.
    ///
    /// # Errors
    /// Those of [`Library::load`] that can be found without loading it.
    pub fn open(path: &Path) -> Result<CheckedLibrary> {
        let file = system::Checked::open(path).map_err(|refusal| refused(path, refusal))?;
        Ok(CheckedLibrary { file, path: path.to_owned() })
    }

    /// The path without symbolic links.
    #[must_use]
    pub fn real_path(&self) -> &Path {
        self.file.real_path()
    }

    /// Loads it.
    ///
    /// # Errors
    /// Those of [`Library::load`]; it was changed or replaced since it was
    /// checked.
    pub fn load(self) -> Result<Library> {
        let path = self.path;
        let image = self.file.load().map_err(|refusal| refused(&path, refusal))?;
        let Some(entry) = image.symbol(c"DllGetClassObject") else {
            let reason = "it is no provider, for it exports no DllGetClassObject; check that the path is \
                          right and that the function is exported";
            return Err(refused(
                &path,
                Refusal { status: Status::CO_E_ERRORINDLL, reason: reason.to_owned() },
            ));
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
            path,
            image,
        })
    }
}

fn refused(path: &Path, Refusal { status, reason }: Refusal) -> Error {
    let message = format!("provider library {}: {reason}", path.display());
    Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message).caused_by(Error::from(status))
}

impl Library {
    /// Checks and loads the library at `path`.
    ///
    /// # Errors
    /// `WBEM_E_PROVIDER_LOAD_FAILURE`, which says what is wrong and what to do.
    /// Its cause is an error with COM's own status: `CO_E_DLLNOTFOUND`,
    /// `CO_E_ERRORINDLL` without an entry point, `E_ACCESSDENIED` if it can't
    /// be trusted.
    pub fn load(path: &Path) -> Result<Library> {
        CheckedLibrary::open(path)?.load()
    }

    /// The path it was loaded from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The MOF that the library carries, if it does: its export
    /// `HiperfProviderMof`.
    ///
    /// # Errors
    /// `WBEM_E_PROVIDER_LOAD_FAILURE`: it is not UTF-8.
    pub fn mof(&self) -> Result<Option<String>> {
        let Some(text) = self.image.symbol(MOF_SYMBOL) else { return Ok(None) };
        // SAFETY: an export of this name is a string in the library's constant
        // data, as an export DllGetClassObject is a function; the library,
        // whose code runs here anyway, stays loaded while it is borrowed.
        let text = unsafe { CStr::from_ptr(text.cast::<c_char>()) };
        text.to_str().map(|text| Some(text.to_owned())).map_err(|error| {
            let path = self.path.display();
            let message = format!("provider library {path}: its HiperfProviderMof is not UTF-8: {error}");
            Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message)
        })
    }

    /// The class object of one of the library's classes.
    ///
    /// # Errors
    /// `WBEM_E_PROVIDER_LOAD_FAILURE`, caused by an error with COM's own
    /// status: it doesn't have the class, or can't make a class object.
    pub fn class_object(&self, clsid: &Guid) -> Result<ComPtr<IClassFactory>> {
        let path = self.path.display();
        let doing = format!("asking {path} for class {clsid}");
        let asked = receive(&doing, Status::WBEM_E_PROVIDER_LOAD_FAILURE, |slot: *mut *mut IClassFactory| {
            // SAFETY: the slot is valid, and `receive` takes the reference over;
            // the library is loaded.
            unsafe { (self.get_class_object)(clsid, &IClassFactory::IID, slot.cast()) }
        });
        asked.map_err(|error| {
            let message = match error.status() {
                Status::CLASS_E_CLASSNOTAVAILABLE => {
                    format!("{path} does not have class {clsid}: check the CLSID it is registered under")
                }
                status => format!("{} ({status})", error.message()),
            };
            Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message).caused_by(error)
        })
    }

    /// Whether a class of the library makes objects that have what every
    /// high-performance provider has. None of them is initialised.
    ///
    /// # Errors
    /// Those of [`Library::class_object`]; `WBEM_E_PROVIDER_LOAD_FAILURE`: no
    /// object can be made, or it lacks one of the two interfaces.
    pub fn check_provider(&self, clsid: &Guid) -> Result<()> {
        let path = self.path.display();
        let lacks = |interface: &str, error: Error| {
            let message = format!(
                "class {clsid} of {path} is no high-performance provider: its object has no {interface} \
                 ({}); QueryInterface of the object that CreateInstance makes must answer it",
                error.status()
            );
            Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message).caused_by(error)
        };
        let class = self.class_object(clsid)?;
        let doing = format!("creating an object of class {clsid} of {path}");
        let init: ComPtr<IWbemProviderInit> =
            create_instance(&class, &doing).map_err(|error| match error.status() {
                Status::E_NOINTERFACE => lacks(IWbemProviderInit::NAME, error),
                status => {
                    let message = format!("{} ({status})", error.message());
                    Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message).caused_by(error)
                }
            })?;
        let provider = init.cast::<IWbemHiPerfProvider>();
        provider.map(drop).map_err(|status| lacks(IWbemHiPerfProvider::NAME, Error::from(status)))
    }

    /// Whether the library says that it is idle. One without DllCanUnloadNow
    /// never is.
    #[must_use]
    pub fn can_unload(&self) -> bool {
        // SAFETY: no parameters; the library is loaded.
        self.can_unload_now.is_some_and(|ask| unsafe { ask() } == Status::WBEM_S_NO_ERROR)
    }
}
