//! [`Process`]: a provider host that runs, or did.
//!
//! The host gets its end of the main socket as standard input, so no descriptor
//! has to be found in the dark, and its standard output is our standard error:
//! what a provider prints is not what this program says. It is in a process
//! group of its own, so that an interrupt at the terminal is this program's to
//! handle, and so that what a provider started ends with it.
//!
//! A host ends in one way only: [`Process::end`] kills it, unless it is dead
//! already, reaps it and keeps what became of it. So there is no zombie, and
//! who asks later is told the same.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

use hiperf_cim::{Error, Result, Status};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process_group, pidfd_open, pidfd_send_signal, waitid,
};

use super::channel::Channel;
use super::death::{Death, Reason};
use super::host::ProviderHost;
use super::protocol::Message;
use super::protocol::socket::{self, Patience};
use crate::namespace::lock;

/// How long a process that was killed may take to be gone. It has to, so this
/// only bounds what a system in trouble can do to us.
const LIMIT_TO_DIE: Duration = Duration::from_secs(5);

/// How long a process may take to be gone by itself after it closed a socket:
/// those are about the last things that the kernel takes from it.
const LIMIT_TO_END: Duration = Duration::from_millis(200);

/// Channels that wait for the next call. More of them at once are rare.
const MAX_IDLE_CHANNELS: usize = 4;

/// A provider host.
#[derive(Debug)]
pub(super) struct Process {
    /// Whom it serves, for people.
    name: String,
    /// Whose process it is, who is told when it fails.
    host: Weak<ProviderHost>,
    pid: u32,
    pidfd: OwnedFd,
    child: Mutex<Option<Child>>,
    main: Mutex<UnixStream>,
    idle: Mutex<Vec<UnixStream>>,
    death: OnceLock<Death>,
    last_provider: AtomicU32,
}

impl Process {
    /// Starts a host.
    ///
    /// # Errors
    /// `WBEM_E_PROVIDER_LOAD_FAILURE`: the program can't be started.
    pub(super) fn start(program: &Path, name: &str, host: Weak<ProviderHost>) -> Result<Process> {
        let failed = |error: io::Error| {
            let message = format!("the provider host {} can't be started: {error}", program.display());
            Error::new(Status::WBEM_E_PROVIDER_LOAD_FAILURE, message)
        };
        let (main, theirs) = UnixStream::pair().map_err(failed)?;
        let output = io::stderr().as_fd().try_clone_to_owned().map_or_else(|_| Stdio::null(), Stdio::from);
        let mut command = Command::new(program);
        command.arg(std::process::id().to_string()).stdin(OwnedFd::from(theirs)).stdout(output);
        let mut child = command.process_group(0).spawn().map_err(failed)?;
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pidfd = pid.ok_or(rustix::io::Errno::SRCH).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()));
        let pidfd = match pidfd {
            Ok(pidfd) => pidfd,
            Err(error) => {
                // It is our child and not reaped yet, so its number is its own.
                let _ended = child.kill().and_then(|()| child.wait());
                return Err(failed(error.into()));
            }
        };
        Ok(Process {
            name: name.to_owned(),
            host,
            pid: child.id(),
            pidfd,
            child: Mutex::new(Some(child)),
            main: Mutex::new(main),
            idle: Mutex::default(),
            death: OnceLock::new(),
            last_provider: AtomicU32::new(0),
        })
    }

    /// A number that no provider of this host has.
    pub(super) fn next_provider(&self) -> u32 {
        self.last_provider.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What became of it, if it is known to be dead.
    pub(super) fn death(&self) -> Option<&Death> {
        self.death.get()
    }

    /// Whether the process is there, as the system sees it.
    pub(super) fn has_ended(&self) -> bool {
        self.death.get().is_some() || self.ends_within(Duration::ZERO)
    }

    fn ends_within(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            };
            let mut ended = [PollFd::new(&self.pidfd, PollFlags::IN)];
            match poll(&mut ended, Some(&timeout)) {
                Err(rustix::io::Errno::INTR) => {}
                answer => return matches!(answer, Ok(1..)),
            }
        }
    }

    /// To wait for it until the deadline, or its end.
    pub(super) fn patience(&self, deadline: Instant) -> Patience<'_> {
        Patience { deadline: Some(deadline), process: Some(self.pidfd.as_fd()) }
    }

    /// A channel for calls.
    ///
    /// # Errors
    /// That of the host's end.
    pub(super) fn channel(self: &Arc<Process>) -> Result<Channel> {
        if let Some(death) = self.death() {
            return Err(death.error());
        }
        if let Some(socket) = lock(&self.idle).pop() {
            return Ok(Channel::new(socket, self.clone()));
        }
        let (ours, theirs) = UnixStream::pair().map_err(|error| {
            let message = format!("a channel to a provider host can't be made: {error}");
            Error::new(Status::WBEM_E_OUT_OF_MEMORY, message)
        })?;
        // The host does nothing on this socket but take channels.
        let patience = self.patience(Instant::now() + LIMIT_TO_DIE);
        let sent = socket::send(&lock(&self.main), &Message::Open {}, Some(theirs.as_fd()), patience);
        match sent {
            Ok(()) => Ok(Channel::new(ours, self.clone())),
            Err(failure) => Err(self.fail(failure, LIMIT_TO_DIE)),
        }
    }

    /// Takes back a channel on which no call is under way.
    pub(super) fn keep(&self, socket: UnixStream) {
        let mut idle = lock(&self.idle);
        if idle.len() < MAX_IDLE_CHANNELS {
            idle.push(socket);
        }
    }

    /// Ends the host because of a failure on one of its sockets.
    pub(super) fn fail(&self, failure: socket::Failure, limit: Duration) -> Error {
        match failure {
            socket::Failure::Closed => self.end(&Reason::Ended),
            socket::Failure::TimedOut => self.end(&Reason::TimedOut(limit)),
            socket::Failure::Malformed(what) => self.end(&what.into()),
            // It is ours, and nothing of it was sent.
            socket::Failure::TooLong => {
                let message = "what a provider host is to be told is too long for a message";
                Error::new(Status::WBEM_E_QUOTA_VIOLATION, message)
            }
        }
    }

    /// Ends the host and says what became of it; the first reason counts.
    pub(super) fn end(&self, reason: &Reason) -> Error {
        self.death.get_or_init(|| self.bury(reason)).error()
    }

    fn bury(&self, reason: &Reason) -> Death {
        // One that closed its sockets may be on its way out, and how it ends says more.
        if *reason != Reason::Ended || !self.ends_within(LIMIT_TO_END) {
            // It fails for one that is dead, which is as good.
            let _may_be_dead = pidfd_send_signal(&self.pidfd, Signal::KILL);
            self.ends_within(LIMIT_TO_DIE);
        }
        self.kill_group();
        lock(&self.idle).clear();
        let death = Death::new(&self.name, self.pid, reason, self.reap());
        if *reason != Reason::Released
            && let Some(host) = self.host.upgrade()
        {
            host.failed(self, &death);
        }
        death
    }

    /// Kills what the dead host's provider has started and left in its group.
    fn kill_group(&self) {
        // Until it is reaped nobody else has its number, nor a group of that name.
        let looking = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let is_unreaped =
            waitid(WaitId::PidFd(self.pidfd.as_fd()), looking).is_ok_and(|ended| ended.is_some());
        if is_unreaped && let Some(group) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            // It fails for one that is empty, as most are.
            let _may_be_empty = kill_process_group(group, Signal::KILL);
        }
    }

    /// How it ended, unless it is still there or somebody else has reaped it.
    fn reap(&self) -> Option<ExitStatus> {
        lock(&self.child).take().and_then(|mut child| child.try_wait().ok().flatten())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end(&Reason::Released);
    }
}
