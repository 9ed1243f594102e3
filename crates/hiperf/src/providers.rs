//! [`Providers`]: the providers of a namespace, each loaded once.
//!
//! No lock is held while one is loaded. A provider may be slow, and while it
//! initialises it may ask the namespace for instances of other providers; those
//! of its own it can't have yet.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use hiperf_cim::{Error, Result, Status};

use crate::loading::{INITIALIZATION_LIMIT, LoadedProvider};
use crate::namespace::lock;

/// How long to wait for another thread that loads the provider: longer than
/// loading takes, unless two providers wait for each other.
const LIMIT: Duration = INITIALIZATION_LIMIT.saturating_mul(2);

/// The providers by name.
#[derive(Default)]
pub(crate) struct Providers {
    slots: Mutex<HashMap<String, Slot>>,
    changed: Condvar,
}

enum Slot {
    /// This thread is loading it.
    Loading(ThreadId),
    Loaded(Arc<LoadedProvider>),
}

impl Providers {
    /// The provider of this name, in any case; `load` loads it if it isn't
    /// there yet.
    ///
    /// # Errors
    /// * those of `load`, which the next call tries again;
    /// * `WBEM_E_NOT_AVAILABLE`: this thread is loading it.
    /// * `WBEM_E_PROVIDER_TIMED_OUT`: another thread is, for too long.
    pub(crate) fn get(
        &self,
        name: &str,
        load: impl FnOnce() -> Result<LoadedProvider>,
    ) -> Result<Arc<LoadedProvider>> {
        let key = name.to_ascii_uppercase();
        let this_thread = thread::current().id();
        let deadline = Instant::now() + LIMIT;
        let mut slots = lock(&self.slots);
        loop {
            match slots.get(&key) {
                None => break,
                Some(Slot::Loaded(provider)) => return Ok(provider.clone()),
                Some(Slot::Loading(thread)) if *thread == this_thread => {
                    let message = format!("provider {name} has no instances before it is initialised");
                    return Err(Error::new(Status::WBEM_E_NOT_AVAILABLE, message));
                }
                Some(Slot::Loading(_)) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        let message = format!("another thread is loading provider {name}, for {LIMIT:?} now");
                        return Err(Error::new(Status::WBEM_E_PROVIDER_TIMED_OUT, message));
                    }
                    slots = self.changed.wait_timeout(slots, left).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
        slots.insert(key.clone(), Slot::Loading(this_thread));
        drop(slots);
        let mut loading = Loading { providers: self, key, loaded: None };
        let provider = Arc::new(load()?);
        loading.loaded = Some(provider.clone());
        Ok(provider)
    }
}

/// Fills the slot when loading ends in one way or another, and wakes those who
/// wait for it.
struct Loading<'a> {
    providers: &'a Providers,
    key: String,
    loaded: Option<Arc<LoadedProvider>>,
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        let mut slots = lock(&self.providers.slots);
        match self.loaded.take() {
            Some(provider) => slots.insert(std::mem::take(&mut self.key), Slot::Loaded(provider)),
            None => slots.remove(&self.key),
        };
        drop(slots);
        self.providers.changed.notify_all();
    }
}
