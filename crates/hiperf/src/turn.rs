//! Turns: which initialisations of a provider wait for each other, as its
//! `InitializationReentrancy` says.
//!
//! A provider is known by its COM class here, because it is the code of that
//! class which can or can't be entered twice, whatever namespaces call it.
//!
//! Not here: that a provider is initialised once for each namespace, user and
//! locale; [`Providers`](crate::providers::Providers) sees to that.

use std::collections::HashMap;
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Instant;

use hiperf_cim::{Error, Result, Status};
use hiperf_com::Guid;

use crate::namespace::lock;
use crate::providers::WAIT_LIMIT;
use crate::registration::{Reentrancy, Registration};

/// What can be in one initialisation at a time: a class, or a class for one
/// folded namespace.
type Place = (Guid, Option<String>);

static RUNNING: LazyLock<Mutex<HashMap<Place, ThreadId>>> = LazyLock::new(Mutex::default);
static CHANGED: Condvar = Condvar::new();

/// The right to initialise a provider, until it is dropped.
pub(crate) struct Turn(Option<Place>);

impl Turn {
    /// Waits for the turn to initialise a provider for a folded namespace.
    ///
    /// # Errors
    /// * `WBEM_E_NOT_AVAILABLE`: it is this thread's turn already, in an
    ///   initialisation that led here.
    /// * `WBEM_E_PROVIDER_TIMED_OUT`: another thread doesn't end its turn.
    pub(crate) fn wait(registration: &Registration, clsid: Guid, namespace: &str) -> Result<Turn> {
        let place = match registration.reentrancy {
            Reentrancy::Serialized => (clsid, None),
            Reentrancy::PerNamespace => (clsid, Some(namespace.to_owned())),
            Reentrancy::Free => return Ok(Turn(None)),
        };
        let name = &registration.name;
        let this_thread = thread::current().id();
        let deadline = Instant::now() + WAIT_LIMIT;
        let mut running = lock(&RUNNING);
        while let Some(thread) = running.get(&place) {
            if *thread == this_thread {
                let message = format!(
                    "provider {name} is being initialised by this thread, and its InitializationReentrancy \
                     does not allow another initialisation meanwhile"
                );
                return Err(Error::new(Status::WBEM_E_NOT_AVAILABLE, message));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let message =
                    format!("another thread is initialising provider {name}, for {WAIT_LIMIT:?} now");
                return Err(Error::new(Status::WBEM_E_PROVIDER_TIMED_OUT, message));
            }
            running = CHANGED.wait_timeout(running, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        running.insert(place.clone(), this_thread);
        Ok(Turn(Some(place)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            lock(&RUNNING).remove(&place);
            CHANGED.notify_all();
        }
    }
}
