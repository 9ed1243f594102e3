//! Calls that ended while the provider still acted as its caller, in the whole
//! process.
//!
//! The end of a call ends the impersonation as well, so nothing comes of it but
//! here. Where a provider calls others, and on Windows, it isn't so.

use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Counts such a call.
#[cold]
pub(crate) fn note() {
    COUNT.fetch_add(1, Ordering::Relaxed);
}

/// How many there were so far.
#[must_use]
pub fn count() -> usize {
    COUNT.load(Ordering::Relaxed)
}
