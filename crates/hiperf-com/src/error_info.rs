//! What a failed call has to say beyond its status: COM's error information.
//!
//! A method answers with a status only. So that the sentence a person needs
//! isn't lost on the way, the side that fails leaves its message with the
//! thread, and the side that called takes it from there, as SetErrorInfo and
//! GetErrorInfo do. Between modules, each of which has a store of its own, the
//! status alone gets across.

use std::cell::RefCell;

use hiperf_cim::{Error, Status};

use crate::{ComPtr, Interface};

thread_local! {
    static LAST: RefCell<(Status, String)> = const { RefCell::new((Status::WBEM_S_NO_ERROR, String::new())) };
}

/// Keeps an error's message for whoever gets its status.
pub fn keep(error: &Error) -> Status {
    set(error.status(), error.message());
    error.status()
}

/// The message of this thread's last error; empty if there was none.
#[must_use]
pub fn message() -> String {
    LAST.try_with(|last| last.borrow().1.clone()).unwrap_or_default()
}

/// The last error's message is replaced in place, so that a thread that fails
/// again and again allocates once. A thread that is ending has no one to read it.
fn set(status: Status, message: &str) {
    let _ending = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        last.0 = status;
        last.1.clear();
        last.1.push_str(message);
    });
}

/// As [`keep`], for an error that ends here.
#[allow(clippy::needless_pass_by_value)] // it is the last use of the error
pub(crate) fn leave(error: Error) -> Status {
    keep(&error)
}

/// Forgets what an earlier call left.
pub(crate) fn forget() {
    set(Status::WBEM_S_NO_ERROR, "");
}

/// The error of the call that just failed with `status`: what it left, or its
/// status in words. `doing` says what was asked of whom.
pub(crate) fn take(status: Status, doing: &str) -> Error {
    let left = LAST.try_with(|last| last.borrow().clone()).unwrap_or((status, String::new()));
    forget();
    if left.0 == status && !left.1.is_empty() {
        return Error::new(status, left.1);
    }
    Error::from(status).context(doing)
}

/// Makes a call: its error is what the other side left, or its status in words
/// after `doing`.
pub(crate) fn call(doing: &str, body: impl FnOnce() -> Status) -> Result<Status, Error> {
    forget();
    let status = body();
    if status.is_error() { Err(take(status, doing)) } else { Ok(status) }
}

/// Does what answers with a status only, in this module: its error is what was
/// left on the way, or the status in words after `doing`.
///
/// # Errors
/// Those of `body`, with their sentence.
pub fn explained<T>(doing: &str, body: impl FnOnce() -> Result<T, Status>) -> Result<T, Error> {
    forget();
    body().map_err(|status| take(status, doing))
}

/// Makes a call that returns an object; `if_null` is the error when it claims
/// success without one.
pub(crate) fn receive<I: Interface>(
    doing: &str,
    if_null: Status,
    body: impl FnOnce(*mut *mut I) -> Status,
) -> Result<ComPtr<I>, Error> {
    let mut answered = Status::WBEM_S_NO_ERROR;
    forget();
    let result = ComPtr::receive(if_null, |slot| {
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
    use crate::IUnknown;

    #[test]
    fn errors_cross_with_their_sentence() {
        let failed = || leave(Error::new(Status::WBEM_E_NOT_FOUND, "there is no CPU 9"));
        let error = call("asking", failed).unwrap_err();
        assert_eq!(error.message(), "there is no CPU 9");
        // The sentence is gone with the call that left it.
        let error = call("asking", || Status::WBEM_E_NOT_FOUND).unwrap_err();
        assert_eq!(error.message(), "asking: the object could not be found");
        let error = explained("asking", || Err::<(), _>(failed())).unwrap_err();
        assert_eq!(error.message(), "there is no CPU 9");
        let error = explained("asking", || Err::<(), _>(Status::WBEM_E_NOT_FOUND)).unwrap_err();
        assert_eq!(error.message(), "asking: the object could not be found");
        // Another status has another reason.
        let other = || {
            failed();
            Status::WBEM_E_FAILED
        };
        assert_eq!(call("asking", other).unwrap_err().message(), "asking: the call failed");
        assert_eq!(call("asking", || Status::WBEM_S_FALSE).unwrap(), Status::WBEM_S_FALSE);
        failed();
        assert_eq!(message(), "there is no CPU 9");
    }

    #[test]
    fn success_without_an_object() {
        let error =
            receive::<IUnknown>("asking", Status::WBEM_E_PROVIDER_FAILURE, |_| Status::WBEM_S_NO_ERROR);
        let error = error.unwrap_err();
        assert_eq!(error.status(), Status::WBEM_E_PROVIDER_FAILURE);
        assert_eq!(error.message(), "asking: it reported success but returned no object");
    }
}
