//! Who calls: a provider in a host acts with the host's rights, and as its
//! caller between [`impersonate`] and the end of the [`Impersonation`].
//!
//! In a client's process the provider runs as the calling thread. There the
//! calls succeed and change nothing, so a provider need not know where it is.
//!
//! Source: lifecycle.md section 4; "Impersonating a Client" of the WMI
//! documentation.

use std::marker::PhantomData;

use hiperf_cim::{Error, Result, Status};
use hiperf_com::call_context;

/// This thread acts as the caller until it is dropped.
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct Impersonation {
    /// It is the thread that acts as somebody.
    thread: PhantomData<*const ()>,
}

/// Lets this thread act as whoever made the call that the provider serves.
///
/// # Errors
/// * `RPC_E_CALL_COMPLETE`: it serves none, as in a thread of its own.
/// * `E_ACCESSDENIED`: the provider is registered with `ImpersonationLevel` 0.
pub fn impersonate() -> Result<Impersonation> {
    let status = call_context::host_impersonate_client();
    if !status.is_error() {
        return Ok(Impersonation { thread: PhantomData });
    }
    let why = match status {
        Status::RPC_E_CALL_COMPLETE => "this thread serves no call of a client's",
        Status::E_ACCESSDENIED => "the provider's registration says ImpersonationLevel 0; it must say 1",
        _ => "the host refuses",
    };
    Err(Error::new(status, format!("impersonating the client: {why}")))
}

/// Whether this thread acts as the caller.
#[must_use]
pub fn is_impersonating() -> bool {
    call_context::is_impersonating()
}

impl Drop for Impersonation {
    fn drop(&mut self) {
        // Its only error is that the call is over, and the impersonation with it.
        let _over = call_context::host_revert_to_self();
    }
}
