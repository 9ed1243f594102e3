//! [`Interrupt`]: waiting that a signal or a closed output ends at once.
//!
//! A signal writes to a socket that the waiting polls, so none is lost that
//! comes between two waits. A second one, while the first still has not been
//! noticed because a provider hangs, ends the process.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::failure::Failure;

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The time has come.
    Deadline,
    /// The user, or the system, wants an end.
    Interrupted,
    /// Nobody reads standard output any more.
    OutputClosed,
}

/// The signals that ask for an end, caught from its making on.
#[derive(Debug)]
pub struct Interrupt {
    reader: UnixStream,
}

impl Interrupt {
    /// Catches SIGINT and SIGTERM from now on.
    pub fn catch() -> Result<Interrupt, Failure> {
        Interrupt::try_catch().map_err(|error| Failure::System("catching signals", error))
    }

    fn try_catch() -> io::Result<Interrupt> {
        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        for signal in [SIGINT, SIGTERM] {
            let is_second = Arc::new(AtomicBool::new(false));
            flag::register_conditional_default(signal, is_second.clone())?;
            flag::register(signal, is_second)?;
            low_level::pipe::register(signal, writer.try_clone()?)?;
        }
        Ok(Interrupt { reader })
    }

    /// Waits until `deadline`, or for a reason to end.
    pub fn wait_until(&self, deadline: Instant) -> Result<Wake, Failure> {
        let stdout = io::stdout();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut fds = [
                PollFd::new(&self.reader, PollFlags::IN),
                // Errors and hang-ups are told without being asked for.
                PollFd::new(&stdout, PollFlags::empty()),
            ];
            match poll(&mut fds, Some(&timespec(left))) {
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(Failure::System("waiting", error.into())),
                Ok(_) => {}
            }
            let [signal, output] = fds.map(|fd| !fd.revents().is_empty());
            if signal {
                return Ok(Wake::Interrupted);
            }
            if output {
                return Ok(Wake::OutputClosed);
            }
            if Instant::now() >= deadline {
                return Ok(Wake::Deadline);
            }
        }
    }
}

fn timespec(duration: Duration) -> Timespec {
    // An interval is at most a day, so the seconds always fit.
    let tv_sec = duration.as_secs().try_into().unwrap_or(i64::MAX);
    Timespec { tv_sec, tv_nsec: duration.subsec_nanos().into() }
}

/// Deadlines a fixed interval apart, without drift: a late wait does not move
/// the next one. What was missed altogether is skipped, not caught up with.
#[derive(Debug)]
pub struct Schedule {
    next: Instant,
    interval: Duration,
}

impl Schedule {
    /// Deadlines from `start` on, the first one interval after it.
    pub fn new(start: Instant, interval: Duration) -> Schedule {
        Schedule { next: start, interval }
    }

    /// The next deadline after `now`.
    pub fn next_after(&mut self, now: Instant) -> Instant {
        self.next += self.interval;
        if self.next <= now {
            let missed = (now - self.next).as_nanos() / self.interval.as_nanos() + 1;
            self.next += self.interval * u32::try_from(missed).unwrap_or(u32::MAX);
        }
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_do_not_drift_and_skip_what_was_missed() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut schedule = Schedule::new(start, Duration::from_millis(100));
        assert_eq!(schedule.next_after(at(30)), at(100));
        assert_eq!(schedule.next_after(at(199)), at(200));
        assert_eq!(schedule.next_after(at(555)), at(600));
        assert_eq!(schedule.next_after(at(700)), at(800));
    }

    #[test]
    fn a_wait_ends_at_its_deadline() {
        let interrupt = Interrupt::catch().unwrap();
        let deadline = Instant::now() + Duration::from_millis(5);
        assert_eq!(interrupt.wait_until(deadline).unwrap(), Wake::Deadline);
        assert!(Instant::now() >= deadline);
        low_level::raise(SIGTERM).unwrap();
        let wake = interrupt.wait_until(Instant::now() + Duration::from_secs(60)).unwrap();
        assert_eq!(wake, Wake::Interrupted);
    }
}
