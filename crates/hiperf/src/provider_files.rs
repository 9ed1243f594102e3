//! Provider files: which library has which COM classes, and the MOF that comes
//! with it. They are the counterpart of the registry's `InProcServer32`.
//!
//! ```text
//! toy.toml   library = "/usr/lib/hiperf/libtoy.so"    the library, by an absolute path
//!            mof = "toy.mof"                          optional: its MOF, beside this file
//!            clsids = ["{..}", "{..}"]                optional: its classes; those that the MOF registers
//! ```
//! A program that installs a provider drops these files into a folder, and
//! [`register`] does it for a person. [`Folders`] says which folders there are;
//! what is in them is a catalog, read when somebody connects to a namespace
//! and kept as long as no file changes. The MOF of all of them is one layer of
//! every namespace: above the classes that are built in, below what is stored,
//! so that an administrator can disable a provider by an instance of his own.
//!
//! One bad file harms no other: it is left out, and [`faults`] says why. What a file says is believed only if nobody but root and this user
//! could have written it, as with a library: see [`hiperf_com::trust`].
//!
//! Not here: loading. That is `loading`, by the CLSID, for which the process's
//! registry asks this module.

mod catalog;
mod compile;
mod file;
mod folders;
mod list;
mod register;
mod unregister;
mod write;

use std::path::{Path, PathBuf};

use hiperf_cim::{Error, Status};
use hiperf_com::Guid;

use crate::registration::Registration;

pub use folders::Folders;
pub use list::{ListedProvider, ProviderState};
pub use register::{Registered, Registering, register};
pub use unregister::{Unregistered, unregister};

pub(crate) use catalog::Catalog;

/// A provider that a provider file's MOF registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredProvider {
    /// The namespace.
    pub namespace: String,
    /// What its registration says.
    pub registration: Registration,
    /// The classes in the same MOF that name it, in order.
    pub classes: Vec<String>,
}

/// Why a provider file is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The status of what is wrong.
    pub status: Status,
    /// The same for a person, with what to do about it.
    pub message: String,
}

impl Fault {
    fn of(error: &Error) -> Fault {
        Fault { status: error.status(), message: error.message().to_owned() }
    }
}

/// What is wrong with the provider files of this process: the file, and why it
/// is left out.
#[must_use]
pub fn faults() -> Vec<(PathBuf, Fault)> {
    Catalog::of_process().faults().map(|(path, fault)| (path.to_owned(), fault.clone())).collect()
}

/// The library of a COM class, for the process's registry.
pub(crate) fn library_of(clsid: &Guid) -> Option<PathBuf> {
    Catalog::of_process().library_of(clsid).map(Path::to_owned)
}
