//! [`ProviderHost`]: one host of a connection, through all its lives, and
//! [`Hosts`], all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use hiperf_cim::{Error, Result};

use super::Hosting;
use super::back_off::BackOff;
use super::death::{Death, Reason};
use super::process::Process;
use crate::namespace::lock;

/// The hosts of a connection, by what they serve.
#[derive(Debug, Default)]
pub(crate) struct Hosts(Mutex<HashMap<String, Arc<ProviderHost>>>);

impl Hosts {
    /// The host with this name, which says what it serves.
    pub(super) fn get(&self, name: &str, hosting: &Hosting) -> Arc<ProviderHost> {
        let mut hosts = lock(&self.0);
        if let Some(host) = hosts.get(name) {
            return host.clone();
        }
        let host = Arc::new(ProviderHost {
            name: name.to_owned(),
            hosting: Hosting { hosts: Arc::default(), ..hosting.clone() },
            state: Mutex::new(State {
                process: Weak::new(),
                started: Instant::now(),
                back_off: BackOff::new(hosting.first_delay, hosting.longest_delay),
                last: None,
            }),
        });
        hosts.insert(name.to_owned(), host.clone());
        host
    }
}

/// A host: no process, or one at a time.
#[derive(Debug)]
pub(super) struct ProviderHost {
    name: String,
    /// The connection's choices; its hosts are not in it.
    hosting: Hosting,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The process that runs or did last. Who uses it keeps it.
    process: Weak<Process>,
    started: Instant,
    back_off: BackOff,
    /// How the last one ended that failed.
    last: Option<Death>,
}

impl ProviderHost {
    /// The choices of the connection that it serves.
    pub(super) fn hosting(&self) -> &Hosting {
        &self.hosting
    }

    /// The process, started now if there is none.
    ///
    /// # Errors
    /// * how the last one ended, while it is too early for another;
    /// * `WBEM_E_PROVIDER_LOAD_FAILURE`: it can't be started.
    pub(super) fn process(self: &Arc<Self>) -> Result<Arc<Process>> {
        let current = lock(&self.state).process.upgrade();
        if let Some(process) = current {
            if !process.has_ended() {
                return Ok(process);
            }
            // It died by itself between two calls, which counts as any other death.
            process.end(&Reason::Ended);
        }
        let mut state = lock(&self.state);
        if let Some(process) = state.process.upgrade().filter(|process| process.death().is_none()) {
            return Ok(process);
        }
        let now = (self.hosting.clock)();
        if let (Some(wait), Some(last)) = (state.back_off.wait(now), &state.last) {
            let message = format!("{}; it is not started again for {wait:?}", last.sentence);
            return Err(Error::new(last.status, message));
        }
        let program = self.hosting.find_program()?;
        let process = Arc::new(Process::start(&program, &self.name, Arc::downgrade(self))?);
        state.process = Arc::downgrade(&process);
        state.started = now;
        Ok(process)
    }

    /// Takes note of how a process failed.
    pub(super) fn failed(&self, process: &Process, death: &Death) {
        let mut state = lock(&self.state);
        if std::ptr::eq(state.process.as_ptr(), process) {
            let started = state.started;
            state.back_off.failed(started, (self.hosting.clock)());
            state.last = Some(death.clone());
        }
    }
}
