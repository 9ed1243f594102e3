//! What a failed call has to say beyond its status: COM's error information.
//!
//! A method answers with a status only. So that the sentence a person needs
//! isn't lost between a provider and the engine, the side that fails leaves its
//! [`Error`] with the thread, and the side that called takes it from there, as
//! SetErrorInfo and GetErrorInfo do. Between modules, each of which has a store
//! of its own, the status alone gets across.

use std::cell::RefCell;

use hiperf_cim::{Error, Status};

thread_local! {
    static LAST: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Leaves `error` with this thread and answers its status.
pub(crate) fn leave(error: Error) -> Status {
    let status = error.status();
    LAST.set(Some(error));
    status
}

/// Forgets what an earlier call left.
pub(crate) fn forget() {
    LAST.set(None);
}

/// The error of the call that just failed with `status`: what it left, or its
/// status in words. `doing` says what was asked of whom.
pub(crate) fn take(status: Status, doing: &str) -> Error {
    match LAST.take() {
        Some(error) if error.status() == status => error,
        _ => Error::from(status).context(doing),
    }
}

/// Makes a call: its error is what the other side left, or its status in words
/// after `doing`.
pub(crate) fn call(doing: &str, body: impl FnOnce() -> Status) -> Result<Status, Error> {
    forget();
    let status = body();
    if status.is_error() { Err(take(status, doing)) } else { Ok(status) }
}

/// Makes a call that returns an object; `if_null` is the error when it claims
/// success without one.
pub(crate) fn receive<I: crate::Interface>(
    doing: &str,
    if_null: Status,
    body: impl FnOnce(*mut *mut I) -> Status,
) -> Result<crate::ComPtr<I>, Error> {
    let mut answered = Status::WBEM_S_NO_ERROR;
    forget();
    let result = crate::ComPtr::receive(if_null, |slot| {
        answered = body(slot);
        answered
    });
    result.map_err(|status| match answered.is_error() {
        true => take(status, doing),
        false => Error::new(if_null, format!("{doing}: it reported success but returned no object")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_cross_with_their_sentence() {
        let failed = || leave(Error::new(Status::WBEM_E_NOT_FOUND, "there is no CPU 9"));
        let error = call("asking", failed).unwrap_err();
        assert_eq!(error.message(), "there is no CPU 9");
        // The sentence is gone with the call that left it.
        let error = call("asking", || Status::WBEM_E_NOT_FOUND).unwrap_err();
        assert_eq!(error.message(), "asking: the object could not be found");
        // Another status has another reason.
        let other = || {
            failed();
            Status::WBEM_E_FAILED
        };
        assert_eq!(call("asking", other).unwrap_err().message(), "asking: the call failed");
        assert_eq!(call("asking", || Status::WBEM_S_FALSE).unwrap(), Status::WBEM_S_FALSE);
    }
}
