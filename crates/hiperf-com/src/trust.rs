//! Files that this process may believe: what nobody but root and its own user
//! could have put where it is.
//!
//! To load a library is to run its code with all the rights of this process,
//! and to believe a provider file is to load the library that it names. So a
//! file is refused unless it and every directory above it belong to root or to
//! the user of this process, and nobody else may write to them: else that
//! somebody could put another file in its place. A directory that everybody
//! may write to, such as `/tmp`, will do if it is root's and sticky, because
//! then nobody can replace what belongs to another.
//!
//! What is checked is what is opened: links are followed first, and the path
//! that they lead to is walked by descriptors, in which a link is an error.
//!
//! The other half is in a file for each kind of system.

use hiperf_cim::Status;

#[cfg(target_os = "linux")]
#[path = "trust/linux.rs"]
mod system;

#[cfg(target_os = "linux")]
pub(crate) use system::{Fingerprint, failed, open_real};
#[cfg(target_os = "linux")]
pub use system::{check_directory, open_file};

/// Why a file is not believed, or not to be had at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What COM calls it.
    pub status: Status,
    /// The same for a person, who is also told what to do.
    pub reason: String,
}

impl Refusal {
    /// There is no such file, or it is of no use.
    pub(crate) fn unusable(reason: impl Into<String>) -> Refusal {
        Refusal { status: Status::CO_E_DLLNOTFOUND, reason: reason.into() }
    }

    /// It may not be believed, or not be read.
    #[cfg(target_os = "linux")]
    pub(crate) fn denied(reason: impl Into<String>) -> Refusal {
        Refusal { status: Status::E_ACCESSDENIED, reason: reason.into() }
    }
}
