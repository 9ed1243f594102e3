//! What objects and enumerators of ours refused to providers, in the whole
//! process: writes by handle, and changes of a list.
//!
//! A provider that ignores what WriteDWORD or AddObjects answers does nothing
//! for ever, and nobody hears of it. To count costs nothing unless it is refused.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use hiperf_cim::Status;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static LAST: AtomicU32 = AtomicU32::new(0);

/// Counts a refusal, and passes its status on.
#[cold]
pub(crate) fn note(status: Status) -> Status {
    LAST.store(status.0, Ordering::Relaxed);
    COUNT.fetch_add(1, Ordering::Relaxed);
    status
}

/// How many calls were refused so far.
#[must_use]
pub fn count() -> usize {
    COUNT.load(Ordering::Relaxed)
}

/// What the last of them was answered.
#[must_use]
pub fn last() -> Status {
    Status(LAST.load(Ordering::Relaxed))
}
