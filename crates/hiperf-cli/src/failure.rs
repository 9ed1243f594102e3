//! [`Failure`]: why the command ended early, and what a person is told.

use std::error::Error as _;
use std::io;
use std::io::Write as _;
use std::process::ExitCode;

use hiperf::provider_files;
use hiperf_cim::mof::codes;
use hiperf_cim::{Error, Status};

/// Why the command ended early.
#[derive(Debug)]
pub enum Failure {
    /// WMI said no.
    Wbem(Error),
    /// MOF is wrong; the message is its diagnostics, made for a person.
    Mof(Error),
    /// What was asked was done, and this is what it found to be wrong.
    Found(String),
    /// The operating system did.
    System(&'static str, io::Error),
    /// Nobody reads standard output any more.
    Closed,
}

impl Failure {
    /// The failure of writing standard output.
    pub fn from_output(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::System("writing standard output", error),
        }
    }

    /// The failure of something that compiles MOF. An error whose message is
    /// made of rendered diagnostics is shown as it is.
    pub fn from_compiler(error: Error) -> Failure {
        if error.message().starts_with("error[") { Failure::Mof(error) } else { Failure::Wbem(error) }
    }

    /// Says on standard error what is wrong, and returns the exit status.
    pub fn report(self) -> ExitCode {
        let text = match &self {
            Failure::Closed => return ExitCode::SUCCESS,
            Failure::Wbem(error) => describe(error),
            Failure::Mof(error) => format!("{}\nerror: nothing was stored\n", error.message().trim_end()),
            Failure::Found(what) => what.clone(),
            Failure::System(doing, error) => format!("error: {doing}: {error}\n"),
        };
        // If standard error is gone as well, the exit status says enough.
        let _unheard = io::stderr().write_all(text.as_bytes());
        ExitCode::FAILURE
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Wbem(error)
    }
}

/// Says on standard error which provider files are left out, and why. They
/// harm nobody else, so this is no failure.
pub fn warn_of_provider_files() {
    for (path, fault) in provider_files::faults() {
        let text = format!(
            "warning: {} is left out: {}\n  {}\n",
            path.display(),
            fault.message.trim_end(),
            status(fault.status)
        );
        let _unheard = io::stderr().write_all(text.as_bytes());
    }
}

/// ```text
/// error: there is no class Win32_Nope in root\cimv2
///   WBEM_E_NOT_FOUND (0x80041002): the object could not be found
/// ```
fn describe(error: &Error) -> String {
    let mut text = format!("error: {}\n", error.message());
    let mut source = error.source();
    while let Some(cause) = source {
        let reason = cause.to_string();
        // Most messages end with what the system said, and the words for a bare
        // status are no reason.
        let is_bare =
            cause.downcast_ref::<Error>().is_some_and(|e| e.status().meaning() == Some(e.message()));
        if !is_bare && !text.contains(&reason) {
            text.push_str(&format!("  because: {reason}\n"));
        }
        source = cause.source();
    }
    text.push_str(&format!("  {}\n", status(error.status())));
    text
}

/// A status with its meaning.
pub fn status(status: Status) -> String {
    match (status.meaning(), codes::name(status)) {
        (Some(meaning), _) => format!("{status}: {meaning}"),
        // A compiler's; its diagnostics say what it means.
        (None, Some(name)) => format!("{name} (0x{:08X})", status.0),
        (None, None) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_why_and_the_code() {
        let error = Error::new(Status::WBEM_E_NOT_FOUND, "no class X").caused_by("the reason");
        assert_eq!(
            describe(&error),
            "error: no class X\n  because: the reason\n  \
             WBEM_E_NOT_FOUND (0x80041002): the object could not be found\n"
        );
        assert_eq!(status(Status(0x8004_1FFF)), "0x80041FFF");
        assert_eq!(status(codes::WBEMMOF_E_INVALID_FILE), "WBEMMOF_E_INVALID_FILE (0x8004401E)");
    }

    #[test]
    fn a_cause_is_not_said_twice() {
        let error = Error::new(Status::WBEM_E_FAILED, "reading x: gone").caused_by("gone");
        assert_eq!(
            describe(&error),
            "error: reading x: gone\n  WBEM_E_FAILED (0x80041001): the call failed\n"
        );
        let error = error.caused_by(Error::from(Status::CO_E_DLLNOTFOUND));
        assert!(!describe(&error).contains("because"), "{}", describe(&error));
    }
}
