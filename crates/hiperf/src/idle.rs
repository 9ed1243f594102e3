//! Providers and libraries that nobody uses any more are let go.
//!
//! There is no thread for it. Whoever uses a namespace sweeps it now and then
//! on the way, and [`Namespace::unload_idle`] does it on demand. A provider is
//! released when nobody has used it for `ClearAfter` of the instance of
//! `__ObjectProviderCacheControl` in `root`, so that it goes between one and two
//! such intervals after its last use; its library goes one sweep later, when
//! DllCanUnloadNow says that it may.
//!
//! Source: lifecycle.md sections 3.1 and 11.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use hiperf_cim::{Result, Value};
use hiperf_com::registry;

use crate::namespace::{Namespace, lock};
use crate::repository::View;

/// `ClearAfter` where it is NULL or no interval.
const CLEAR_AFTER: Duration = Duration::from_secs(5 * 60);

/// A namespace that is in use is swept this often at most.
const MIN_PAUSE: Duration = Duration::from_secs(1);
/// And this often at least.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// A library that says it is idle may still have a thread on its way out. So
/// long after the last look at it, the thread is gone.
const LIBRARY_PAUSE: Duration = Duration::from_secs(1);

/// What was let go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unloaded {
    /// The names of the providers that were released.
    pub providers: Vec<String>,
    /// How many libraries were unloaded, of this process and not only of this
    /// namespace.
    pub libraries: usize,
}

/// When the next sweep of a namespace is due; `None` before its first use.
#[derive(Debug, Default)]
pub(crate) struct Sweeping(Mutex<Option<Instant>>);

impl Namespace {
    /// Releases the providers that have been idle for long enough at `now`, and
    /// unloads libraries that were idle at the last sweep already. A provider
    /// that is registered as not Pure stays. Whoever uses the namespace need
    /// not call this; who stops using it may, at intervals of a second or more.
    ///
    /// # Errors
    /// `WBEM_E_CRITICAL_ERROR`: what is stored is damaged.
    pub fn unload_idle(&self, now: Instant) -> Result<Unloaded> {
        let limit = clear_after(&self.view())?;
        *lock(&self.sweeping().0) = Some(now + (limit / 4).clamp(MIN_PAUSE, MAX_PAUSE));
        let released = self.providers().sweep(now, limit);
        let providers = released.iter().map(|provider| provider.name().to_owned()).collect();
        // A provider's destructor is a stranger's code: no lock is held.
        drop(released);
        Ok(Unloaded { providers, libraries: unload_libraries(now) })
    }

    /// Sweeps if it is time to.
    pub(crate) fn sweep_if_due(&self) {
        let now = Instant::now();
        let mut due = lock(&self.sweeping().0);
        match *due {
            Some(at) if now >= at => {
                drop(due);
                // Damage is told to who reads what is damaged, not to who happens to sweep.
                let _unswept = self.unload_idle(now);
            }
            Some(_) => {}
            None => *due = Some(now + MAX_PAUSE),
        }
    }
}

fn unload_libraries(now: Instant) -> usize {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    let mut last = lock(&LAST);
    if last.is_some_and(|last| last <= now && now - last < LIBRARY_PAUSE) {
        return 0;
    }
    *last = Some(now);
    drop(last);
    registry::unload_if_idle()
}

/// `ClearAfter` as it is stored, or else as the class has it.
fn clear_after(view: &View) -> Result<Duration> {
    const CLASS: &str = "__ObjectProviderCacheControl";
    let value = match view.instances_of("root", CLASS)?.first() {
        Some(instance) => instance.get("ClearAfter")?,
        None => match view.class("root", CLASS)? {
            Some(class) => {
                class.property("ClearAfter").map_or(Value::Null, |property| property.default_value().clone())
            }
            None => Value::Null,
        },
    };
    let Value::DateTime(interval) = value else { return Ok(CLEAR_AFTER) };
    let micros = interval.interval_micros().and_then(|micros| u64::try_from(micros).ok());
    Ok(micros.map_or(CLEAR_AFTER, Duration::from_micros))
}
