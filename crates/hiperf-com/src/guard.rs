//! The panic guard around every method that is called through a vtable.
//!
//! A panic must not cross the ABI: it would unwind through the frames of a C
//! caller. [`guard`] stops it there and answers with a status. On the way
//! without a panic it costs nothing: the landing pad lies beside the code, not
//! in it. What it does not do is repair: a method that panics leaves its object
//! as it was at that moment, so classes keep their invariants or lock them up
//! in a mutex that remembers.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hiperf_cim::Status;

/// A method's return type that can say "the method panicked".
pub trait PanicAnswer {
    /// The answer in place of the one that was never made.
    fn panicked(status: Status) -> Self;

    /// The error that this answer is, if it can be one.
    #[inline(always)]
    fn error(&self) -> Option<Status> {
        None
    }
}

impl PanicAnswer for Status {
    fn panicked(status: Status) -> Status {
        status
    }

    #[inline(always)]
    fn error(&self) -> Option<Status> {
        self.is_error().then_some(*self)
    }
}

/// Counts and booleans have no room for a status: they say 0.
impl PanicAnswer for u32 {
    fn panicked(_: Status) -> u32 {
        0
    }
}

/// Booleans in COM's width: they say FALSE.
impl PanicAnswer for i32 {
    fn panicked(_: Status) -> i32 {
        0
    }
}

/// Pointers say NULL.
impl<T> PanicAnswer for *mut T {
    fn panicked(_: Status) -> *mut T {
        std::ptr::null_mut()
    }
}

/// Nothing can be said.
impl PanicAnswer for () {
    fn panicked(_: Status) {}
}

/// Runs `body`; if it panics, answers `status`.
#[inline(always)]
pub fn guard<R: PanicAnswer>(status: Status, body: impl FnOnce() -> R) -> R {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(answer) => answer,
        Err(payload) => {
            discard(payload);
            R::panicked(status)
        }
    }
}

/// Drops what a panic carried. Its destructor is a stranger's code and may
/// panic in turn; that second payload is left alone, because a third would
/// follow it.
#[cold]
#[inline(never)]
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

/// Runs the body of a COM method in which `?` may be used; the error becomes
/// the method's status.
#[inline]
pub fn answer(body: impl FnOnce() -> Result<Status, Status>) -> Status {
    match body() {
        Ok(status) | Err(status) => status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a payload that panics when dropped");
        }
    }

    #[test]
    fn panics_become_answers() {
        let failed = Status::WBEM_E_CRITICAL_ERROR;
        assert_eq!(guard(failed, || Status::WBEM_S_FALSE), Status::WBEM_S_FALSE);
        assert_eq!(guard(failed, || -> Status { panic!("as tested") }), failed);
        assert_eq!(guard(failed, || -> u32 { panic!("as tested") }), 0);
        assert_eq!(guard(failed, || -> Status { std::panic::panic_any(Bomb) }), failed);
    }

    #[test]
    fn question_marks() {
        let fail = || Err::<(), Status>(Status::WBEM_E_NOT_FOUND);
        let status = answer(|| {
            fail()?;
            Ok(Status::WBEM_S_NO_ERROR)
        });
        assert_eq!(status, Status::WBEM_E_NOT_FOUND);
    }
}
