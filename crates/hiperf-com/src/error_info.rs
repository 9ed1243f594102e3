//! What a failed call has to say beyond its status: COM's error information.
//!
//! A method answers with a status only. So that the sentence a person needs
//! isn't lost on the way, the side that fails leaves its message with the
//! thread, and the side that called takes it from there, as SetErrorInfo and
//! GetErrorInfo do. Between modules, each of which has a store of its own, the
//! status alone gets across.
//!
//! A method that fails without a sentence must not be explained by that of an
//! earlier failure: what is called from outside returns what it answers through
//! [`settled`], and a sentence that was left for another call is forgotten.
//! Whoever passes on the status of a call that it made says so with
//! [`explained`].

use std::cell::RefCell;

use hiperf_cim::{Error, Status};

use crate::{ComPtr, Interface, PanicAnswer};

/// The last failure of a thread.
struct Last {
    status: Status,
    /// Empty for one that had nothing to say.
    message: String,
    /// Whether the call that left it has not returned yet.
    is_pending: bool,
}

thread_local! {
    static LAST: RefCell<Last> = const {
        RefCell::new(Last { status: Status::WBEM_S_NO_ERROR, message: String::new(), is_pending: false })
    };
}

/// Keeps an error's message for whoever gets its status.
pub fn keep(error: &Error) -> Status {
    set(error.status(), error.message(), true);
    error.status()
}

/// What a call answers to its caller. With an error, what was left by the call
/// itself stays; what an earlier one left is forgotten.
#[inline(always)]
pub fn settled<R: PanicAnswer>(answer: R) -> R {
    if let Some(error) = answer.error() {
        settle(error);
    }
    answer
}

#[cold]
#[inline(never)]
fn settle(status: Status) {
    let _ending = LAST.try_with(|last| {
        // A method that is called while the message is read fails unexplained.
        let Ok(mut last) = last.try_borrow_mut() else { return };
        if !(last.is_pending && last.status == status) {
            last.message.clear();
        }
        last.status = status;
        last.is_pending = false;
    });
}

/// The message of this thread's last error, which is that of its status if it
/// left none; empty if there was no error.
#[must_use]
pub fn message() -> String {
    let said = |last: &RefCell<Last>| {
        let last = last.borrow();
        match last.message.is_empty() && last.status.is_error() {
            true => Error::from(last.status).message().to_owned(),
            false => last.message.clone(),
        }
    };
    LAST.try_with(said).unwrap_or_default()
}

/// The last error's message is replaced in place, so that a thread that fails
/// again and again allocates once. A thread that is ending has no one to read it.
fn set(status: Status, message: &str, is_pending: bool) {
    let _ending = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        last.status = status;
        last.message.clear();
        last.message.push_str(message);
        last.is_pending = is_pending;
    });
}

/// As [`keep`], for an error that ends here.
#[allow(clippy::needless_pass_by_value)] // it is the last use of the error
pub(crate) fn leave(error: Error) -> Status {
    keep(&error)
}

/// Forgets what an earlier call left.
pub(crate) fn forget() {
    set(Status::WBEM_S_NO_ERROR, "", false);
}

/// The error of the call that just failed with `status`: what it left, or its
/// status in words. `doing` says what was asked of whom.
pub(crate) fn take(status: Status, doing: &str) -> Error {
    let left = |last: &RefCell<Last>| {
        let last = last.borrow();
        (last.status == status && !last.message.is_empty()).then(|| last.message.clone())
    };
    let left = LAST.try_with(left).ok().flatten();
    forget();
    if let Some(message) = left {
        return Error::new(status, message);
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
    fn a_status_alone_is_not_explained_by_an_earlier_failure() {
        let failed = || leave(Error::new(Status::WBEM_E_NOT_FOUND, "there is no CPU 9"));
        settle(failed());
        assert_eq!(message(), "there is no CPU 9");
        for bare in [Status::WBEM_E_NOT_FOUND, Status::WBEM_E_FAILED] {
            settle(failed());
            settle(bare);
            assert_eq!(message(), Error::from(bare).message());
        }
        // What a call left for itself is not for the one it fails with.
        failed();
        settle(Status::WBEM_E_FAILED);
        assert_eq!(message(), "the call failed");
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
