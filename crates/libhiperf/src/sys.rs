//! The exported functions, one file for each of the header's groups.
//!
//! Their names, parameters and results are those of `include/hiperf.h`. What
//! they take from C is an allegation: NULL is checked and answered, and what
//! remains (that a pointer leads to what its type says, and that strings end)
//! is the contract of C that every `# Safety` here means.
#![allow(non_snake_case)]

mod array;
mod class;
mod identifier;
mod memory;
mod process;
mod security;
mod string;
mod variant;

use hiperf_cim::{Result, Status};
use hiperf_com::{PanicAnswer, error_info, guard};

/// What a caller gets when a function panics.
const PANICKED: Status = Status::E_UNEXPECTED;

/// Runs the body of a function without a status.
fn guarded<R: PanicAnswer>(body: impl FnOnce() -> R) -> R {
    error_info::settled(guard(PANICKED, body))
}

/// Runs the body of a function that fails with a status and nothing to say.
fn answer(body: impl FnOnce() -> Result<(), Status>) -> Status {
    guarded(|| match body() {
        Ok(()) => Status::WBEM_S_NO_ERROR,
        Err(status) => status,
    })
}

/// Runs the body of a function whose error HiperfLastError has in words.
fn explain(body: impl FnOnce() -> Result<()>) -> Status {
    guarded(|| match body() {
        Ok(()) => Status::WBEM_S_NO_ERROR,
        Err(error) => error_info::keep(&error),
    })
}
