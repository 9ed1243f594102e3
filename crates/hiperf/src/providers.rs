//! [`Providers`]: the providers of a namespace, each loaded once, or once for
//! each user and locale if it is registered so.
//!
//! No lock is held while one is loaded. A provider may be slow, and while it
//! initialises it may ask the namespace for instances of other providers; those
//! of its own it can't have yet.
//!
//! A provider that nobody has used for a while is released by [`Providers::sweep`].

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use hiperf_cim::{Error, Locale, Result, Status};
use hiperf_com::effective_user_name;

use crate::loading::{INITIALIZATION_LIMIT, LoadedProvider};
use crate::namespace::lock;
use crate::registration::Registration;

/// How long to wait for another thread that loads a provider: longer than
/// loading takes, also into a provider host, where four times the limit may pass,
/// unless two providers wait for each other.
pub(crate) const WAIT_LIMIT: Duration = INITIALIZATION_LIMIT.saturating_mul(5);

/// For whom a provider is loaded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Use {
    /// Its name without case.
    folded: String,
    /// The user, if it is initialised for each.
    pub user: Option<String>,
    /// The locale, if it is initialised for each.
    pub locale: Option<Locale>,
}

impl Use {
    /// The use of a provider by this process's user in a locale.
    pub(crate) fn new(registration: &Registration, locale: Locale) -> Use {
        Use {
            folded: registration.name.to_ascii_uppercase(),
            user: registration.per_user_initialization.then(effective_user_name),
            locale: registration.per_locale_initialization.then_some(locale),
        }
    }
}

/// The providers by use.
#[derive(Default)]
pub(crate) struct Providers {
    slots: Mutex<HashMap<Use, Slot>>,
    changed: Condvar,
}

enum Slot {
    /// This thread is loading it.
    Loading(ThreadId),
    Loaded {
        provider: Arc<LoadedProvider>,
        /// When somebody asked for it, or a sweep found it in use.
        used: Instant,
    },
}

impl Providers {
    /// The registration of a provider that is loaded, whoever uses it.
    pub(crate) fn registration(&self, name: &str) -> Option<Arc<Registration>> {
        lock(&self.slots).values().find_map(|slot| match slot {
            Slot::Loaded { provider, .. } if provider.name().eq_ignore_ascii_case(name) => {
                Some(provider.registration().clone())
            }
            _ => None,
        })
    }

    /// The provider of this name for a use; `load` loads it if it isn't there yet.
    ///
    /// # Errors
    /// * those of `load`, which the next call tries again;
    /// * `WBEM_E_NOT_AVAILABLE`: this thread is loading it.
    /// * `WBEM_E_PROVIDER_TIMED_OUT`: another thread is, for too long.
    pub(crate) fn get(
        &self,
        name: &str,
        wanted: &Use,
        load: impl FnOnce() -> Result<LoadedProvider>,
    ) -> Result<Arc<LoadedProvider>> {
        let this_thread = thread::current().id();
        let deadline = Instant::now() + WAIT_LIMIT;
        let mut slots = lock(&self.slots);
        loop {
            match slots.get_mut(wanted) {
                None => break,
                Some(Slot::Loaded { provider, used }) => {
                    *used = Instant::now();
                    return Ok(provider.clone());
                }
                Some(Slot::Loading(thread)) if *thread == this_thread => {
                    let message = format!("provider {name} has no instances before it is initialised");
                    return Err(Error::new(Status::WBEM_E_NOT_AVAILABLE, message));
                }
                Some(Slot::Loading(_)) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        let message =
                            format!("another thread is loading provider {name}, for {WAIT_LIMIT:?} now");
                        return Err(Error::new(Status::WBEM_E_PROVIDER_TIMED_OUT, message));
                    }
                    slots = self.changed.wait_timeout(slots, left).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
        slots.insert(wanted.clone(), Slot::Loading(this_thread));
        drop(slots);
        let mut loading = Loading { providers: self, wanted, loaded: None };
        let provider = Arc::new(load()?);
        loading.loaded = Some(provider.clone());
        Ok(provider)
    }

    /// Takes out the providers that nobody but this table has held for `limit`,
    /// as seen at `now`, unless they are registered as not Pure: such a one may
    /// go on as a client. The caller drops them.
    pub(crate) fn sweep(&self, now: Instant, limit: Duration) -> Vec<Arc<LoadedProvider>> {
        let mut slots = lock(&self.slots);
        let idle: Vec<Use> = slots
            .iter_mut()
            .filter_map(|(wanted, slot)| {
                let Slot::Loaded { provider, used } = slot else { return None };
                // A clone is made under this lock only.
                if Arc::strong_count(provider) > 1 {
                    *used = now.max(*used);
                    return None;
                }
                let is_idle = now.saturating_duration_since(*used) >= limit;
                (is_idle && provider.registration().is_pure).then(|| wanted.clone())
            })
            .collect();
        let taken = idle.into_iter().filter_map(|wanted| slots.remove(&wanted));
        taken
            .filter_map(|slot| match slot {
                Slot::Loaded { provider, .. } => Some(provider),
                Slot::Loading(_) => None,
            })
            .collect()
    }
}

/// Fills the slot when loading ends in one way or another, and wakes those who
/// wait for it.
struct Loading<'a> {
    providers: &'a Providers,
    wanted: &'a Use,
    loaded: Option<Arc<LoadedProvider>>,
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        let mut slots = lock(&self.providers.slots);
        match self.loaded.take() {
            Some(provider) => {
                let loaded = Slot::Loaded { provider, used: Instant::now() };
                slots.insert(self.wanted.clone(), loaded)
            }
            None => slots.remove(self.wanted),
        };
        drop(slots);
        self.providers.changed.notify_all();
    }
}
