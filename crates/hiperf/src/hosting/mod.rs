//! Providers in processes of their own.
//!
//! A provider whose registration has no `ClientLoadableCLSID` runs in a provider
//! host, and so does every stranger's on a connection that wants it
//! ([`Hosting::isolated`]). The host is a child of this process and runs as the
//! same user. It loads the provider by its `CLSID`, so the provider can tell
//! where it is. One host serves the providers of one `HostingModel` with one
//! group; a provider without a group has a host of its own.
//!
//! ```text
//! engine                                                    host process
//!   client::Provider -> HostedProvider  == channels ==>       client::Provider -> the provider
//!   Refresher        -> HostedRefresher == shared memory ==>  its refresher
//! ```
//! To the engine, `HostedProvider` is a provider like any other: it
//! implements the same trait, and refreshers, queries and cooking don't know.
//!
//! What a provider does to its host stays there. A host that crashes, exits,
//! doesn't answer in time or answers what makes no sense is killed; the call
//! ends with `WBEM_E_PROVIDER_FAILURE` or `WBEM_E_PROVIDER_TIMED_OUT` and a
//! sentence that says what became of which host; and the next use starts another
//! one, after a wait that doubles. Refreshers take up their objects and
//! enumerators there by themselves.
//!
//! There is no thread of the engine's own in all of it, and no descriptor that a
//! program started later inherits.
//!
//! Source: lifecycle.md sections 2.3, 3.1 and 11. How the two processes speak is
//! in [`protocol`].

mod ask;
mod back_off;
mod channel;
mod death;
mod host;
mod process;
mod program;
pub mod protocol;
mod provider;
mod refresher;
mod rows;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use hiperf_cim::Result;

pub(crate) use host::Hosts;
pub(crate) use provider::load;

/// How long a provider in a host may take for one call: a thousand times what
/// WMI grants a refresh (10 ms), and as long as it may take to initialise. One
/// that takes longer does not come back.
const DEADLINE: Duration = Duration::from_secs(10);
/// The wait after a host's first failure: too short to be noticed by a person.
const FIRST_DELAY: Duration = Duration::from_millis(100);
/// The longest wait: a provider that was mended is back within half a minute.
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// Says what time it is.
type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// How a connection runs providers in processes of their own. Connections made
/// with clones of one value share their hosts.
#[derive(Clone)]
pub struct Hosting {
    isolated: bool,
    /// Whether it is what every connection has that says nothing.
    is_default: bool,
    deadline: Duration,
    first_delay: Duration,
    longest_delay: Duration,
    program: Option<PathBuf>,
    clock: Clock,
    hosts: Arc<Hosts>,
}

impl Hosting {
    /// Only providers that can't be loaded into a client run in a host.
    #[must_use]
    pub fn new() -> Hosting {
        Hosting {
            isolated: false,
            is_default: false,
            deadline: DEADLINE,
            first_delay: FIRST_DELAY,
            longest_delay: LONGEST_DELAY,
            program: None,
            clock: Arc::new(Instant::now),
            hosts: Arc::default(),
        }
    }

    /// Every provider runs in a host, but for the engine's own, which cooks.
    #[must_use]
    pub fn isolated() -> Hosting {
        Hosting { isolated: true, ..Hosting::new() }
    }

    /// How long a provider may take for one call, instead of 10 seconds. To
    /// initialise, and to deliver the objects of a query, it has three times as
    /// long.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Hosting {
        Hosting { deadline, ..self }
    }

    /// How long to wait before a host that failed is started again: the first
    /// time, and at most. 100 milliseconds and 30 seconds if nothing is said.
    #[must_use]
    pub fn delays(self, first_delay: Duration, longest_delay: Duration) -> Hosting {
        Hosting { first_delay, longest_delay, ..self }
    }

    /// The program of the host, instead of looking for it.
    #[must_use]
    pub fn program(self, program: impl Into<PathBuf>) -> Hosting {
        Hosting { program: Some(program.into()), ..self }
    }

    /// The program of the host: the one that was said, or the one that is found.
    ///
    /// # Errors
    /// `WBEM_E_PROVIDER_LOAD_FAILURE`: there is none; the message says where it
    /// was looked for, or why it is not believed.
    pub fn find_program(&self) -> Result<PathBuf> {
        self.program.clone().map_or_else(program::find, Ok)
    }

    /// The clock by which the waits are kept, for tests.
    #[must_use]
    pub fn clock(self, clock: impl Fn() -> Instant + Send + Sync + 'static) -> Hosting {
        Hosting { clock: Arc::new(clock), ..self }
    }

    /// That of connections that say nothing. Their hosts are those of the
    /// process.
    pub(crate) fn of_process() -> Hosting {
        static OF_PROCESS: LazyLock<Hosting> =
            LazyLock::new(|| Hosting { is_default: true, ..Hosting::new() });
        OF_PROCESS.clone()
    }

    /// Whether it is [`Hosting::of_process`].
    pub(crate) fn is_default(&self) -> bool {
        self.is_default
    }

    /// Whether providers that could be loaded run in a host all the same.
    pub(crate) fn is_isolated(&self) -> bool {
        self.isolated
    }
}

impl Default for Hosting {
    fn default() -> Hosting {
        Hosting::new()
    }
}

impl fmt::Debug for Hosting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hosting { isolated, deadline, program, .. } = self;
        f.debug_struct("Hosting")
            .field("isolated", isolated)
            .field("deadline", deadline)
            .field("program", program)
            .finish_non_exhaustive()
    }
}
