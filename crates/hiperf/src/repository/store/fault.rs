//! The errors of a store: what is wrong, and what to do.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hiperf_cim::{Error, Result, Status};

use super::STORE;

/// The error for a store that can't be used.
pub(super) fn damaged(what: &str) -> Error {
    let message = format!(
        "the repository's store {STORE} is damaged: {what}; `hiperf repository rebuild` makes it anew from the MOF"
    );
    Error::new(Status::WBEM_E_CRITICAL_ERROR, message)
}

/// The error for what redb says.
pub(super) fn store_failed(error: &redb::Error) -> Error {
    use io::ErrorKind::{InvalidData, UnexpectedEof};
    match error {
        redb::Error::Io(error) if !matches!(error.kind(), InvalidData | UnexpectedEof) => {
            failed("using the repository's store", io::Error::new(error.kind(), error.to_string()))
        }
        // What a store that only this file writes to is never like.
        redb::Error::Io(_)
        | redb::Error::Corrupted(_)
        | redb::Error::UpgradeRequired(_)
        | redb::Error::RepairAborted
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TableIsMultimap(_)
        | redb::Error::TypeDefinitionChanged { .. } => damaged(&error.to_string()),
        _ => Error::new(Status::WBEM_E_FAILED, format!("using the repository's store: {error}")),
    }
}

pub(super) fn failed(doing: &str, error: io::Error) -> Error {
    let status = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Status::WBEM_E_ACCESS_DENIED,
        _ => Status::WBEM_E_FAILED,
    };
    Error::new(status, format!("{doing}: {error}")).caused_by(error)
}

/// redb may panic over a store that is damaged where it doesn't look when it
/// opens one.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(damaged("it can't be read")))
}
