//! [`Death`]: what became of a provider host, in a status and a sentence.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use hiperf_cim::{Error, Status};

use super::protocol::Malformed;

/// Why a host is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It ended by itself.
    Ended,
    /// It was killed, because a call took longer than this.
    TimedOut(Duration),
    /// It was killed, because what it answered makes no sense.
    Lied(String),
    /// It was killed, because nobody needs it any more.
    Released,
}

impl From<Malformed> for Reason {
    fn from(malformed: Malformed) -> Reason {
        Reason::Lied(malformed.0.to_owned())
    }
}

/// The end of a host.
#[derive(Clone, Debug)]
pub(super) struct Death {
    pub(super) status: Status,
    pub(super) sentence: String,
}

impl Death {
    /// Tells how the host with this id, which `name` describes, ended; `exit` is
    /// unknown if somebody else took it.
    pub(super) fn new(name: &str, pid: u32, reason: &Reason, exit: Option<ExitStatus>) -> Death {
        let host = format!("the provider host of {name} (process {pid})");
        let (status, what) = match reason {
            Reason::Ended => (Status::WBEM_E_PROVIDER_FAILURE, ended(exit)),
            Reason::TimedOut(limit) => {
                let what = format!("did not answer within {limit:?} and was killed");
                (Status::WBEM_E_PROVIDER_TIMED_OUT, what)
            }
            Reason::Lied(what) => {
                let what = format!("answered what makes no sense, and was killed: {what}");
                (Status::WBEM_E_PROVIDER_FAILURE, what)
            }
            Reason::Released => (Status::WBEM_E_PROVIDER_FAILURE, "was released".to_owned()),
        };
        Death { status, sentence: format!("{host} {what}") }
    }

    pub(super) fn error(&self) -> Error {
        Error::new(self.status, self.sentence.clone())
    }
}

fn ended(exit: Option<ExitStatus>) -> String {
    let Some(exit) = exit else { return "ended".to_owned() };
    match (exit.signal(), exit.code()) {
        (Some(signal), _) => match name_of(signal) {
            Some(name) => format!("was ended by signal {signal} ({name})"),
            None => format!("was ended by signal {signal}"),
        },
        (None, Some(code)) => format!("exited with status {code}"),
        (None, None) => "ended".to_owned(),
    }
}

/// The signals by which programs end.
fn name_of(signal: i32) -> Option<&'static str> {
    use rustix::process::Signal;
    const NAMES: [(Signal, &str); 11] = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::ILL, "SIGILL"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::TERM, "SIGTERM"),
        (Signal::SYS, "SIGSYS"),
    ];
    NAMES.iter().find(|(known, _)| known.as_raw() == signal).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences() {
        let check = |reason: Reason, exit, status, says: &str| {
            let death = Death::new("Test", 7, &reason, exit);
            assert_eq!((death.status, death.sentence.as_str()), (status, says));
        };
        let failure = Status::WBEM_E_PROVIDER_FAILURE;
        let segv = "the provider host of Test (process 7) was ended by signal 11 (SIGSEGV)";
        check(Reason::Ended, Some(ExitStatus::from_raw(11)), failure, segv);
        let exit = "the provider host of Test (process 7) exited with status 3";
        check(Reason::Ended, Some(ExitStatus::from_raw(3 << 8)), failure, exit);
        check(Reason::Ended, None, failure, "the provider host of Test (process 7) ended");
        let late = "the provider host of Test (process 7) did not answer within 10s and was killed";
        let limit = Duration::from_secs(10);
        check(Reason::TimedOut(limit), None, Status::WBEM_E_PROVIDER_TIMED_OUT, late);
    }
}
