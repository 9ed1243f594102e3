//! [`Channel`]: one call at a time to a provider host, with what the provider
//! asks meanwhile.

use std::os::fd::BorrowedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hiperf_cim::{Error, Result, Status};
use hiperf_com::client::Services;

use super::ask;
use super::death::Reason;
use super::process::Process;
use super::protocol::Message;
use super::protocol::socket::{self, Failure, Patience};

/// How often one call may ask the namespace something: more often than there
/// are classes to ask for, and not for ever.
const MAX_QUESTIONS: u32 = 100_000;

/// A socket to a thread of a host.
#[derive(Debug)]
pub(super) struct Channel {
    /// There until it is dropped.
    socket: Option<UnixStream>,
    process: Arc<Process>,
    /// Whether the other end waits for a call.
    is_idle: bool,
    /// Whether the call has to be of a certain refresher.
    is_dedicated: bool,
}

impl Channel {
    pub(super) fn new(socket: UnixStream, process: Arc<Process>) -> Channel {
        Channel { socket: Some(socket), process, is_idle: true, is_dedicated: false }
    }

    /// The process at the other end.
    pub(super) fn process(&self) -> &Arc<Process> {
        &self.process
    }

    /// Makes a call and gives the status with which the provider answered it.
    /// `take` gets the objects that it delivers.
    ///
    /// # Errors
    /// The provider's; that of the host's end, if this was its end.
    pub(super) fn call(
        &mut self,
        message: &Message,
        memory: Option<BorrowedFd<'_>>,
        limit: Duration,
        services: &Services,
        take: &mut dyn FnMut(Vec<u8>) -> Result<()>,
    ) -> Result<Status> {
        let process = self.process.clone();
        let patience = process.patience(Instant::now() + limit);
        let mut questions = 0;
        let fail = |failure| process.fail(failure, limit);
        let Some(socket) = &self.socket else { return Err(Status::WBEM_E_UNEXPECTED.into()) };
        self.is_idle = false;
        match socket::send(socket, message, memory, patience) {
            Err(failure @ Failure::TooLong) => {
                self.is_idle = true;
                return Err(fail(failure));
            }
            sent => sent.map_err(fail)?,
        }
        loop {
            match socket::receive(socket, patience).map_err(fail)? {
                Message::Done { status, text } => {
                    self.is_idle = true;
                    return outcome(status, text);
                }
                Message::Objects { objects } => {
                    for object in objects {
                        take(object.0).map_err(|error| self.lie(error.message()))?;
                    }
                }
                Message::Ask { question, text, shallow, context } if questions < MAX_QUESTIONS => {
                    questions += 1;
                    let told = ask::answer(services, question, &text, shallow, &context);
                    tell(socket, &told, patience).map_err(fail)?;
                }
                Message::Ask { .. } => return Err(self.lie("it asks without end")),
                _ => return Err(self.lie("an answer is none to what was asked")),
            }
        }
    }

    /// Ends the host, because of what it answered.
    pub(super) fn lie(&self, what: &str) -> Error {
        self.process.end(&Reason::Lied(what.to_owned()))
    }

    /// Closes the channel when it is dropped, because its thread serves a
    /// refresher now.
    pub(super) fn dedicate(&mut self) {
        self.is_dedicated = true;
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if self.is_idle
            && !self.is_dedicated
            && let Some(socket) = self.socket.take()
        {
            self.process.keep(socket);
        }
    }
}

/// Sends an answer; instead of one that is too long, that it is: the provider
/// waits for any.
fn tell(socket: &UnixStream, told: &Message, patience: Patience<'_>) -> Result<(), Failure> {
    match socket::send(socket, told, None, patience) {
        Err(Failure::TooLong) => {
            let text = "the answer is too long for a message to a provider host".to_owned();
            let status = Status::WBEM_E_QUOTA_VIOLATION;
            socket::send(socket, &Message::Told { status, text, objects: Vec::new() }, None, patience)
        }
        sent => sent,
    }
}

fn outcome(status: Status, text: String) -> Result<Status> {
    match (status.is_error(), text.is_empty()) {
        (false, _) => Ok(status),
        (true, true) => Err(Error::from(status)),
        (true, false) => Err(Error::new(status, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::protocol::{MAX_FRAME, message::Bytes};
    use super::*;

    #[test]
    fn who_asks_for_too_much_is_told_so() {
        let (one, other) = UnixStream::pair().unwrap();
        let status = Status::WBEM_S_NO_ERROR;
        let told = Message::Told { status, text: String::new(), objects: vec![Bytes(vec![0; MAX_FRAME])] };
        tell(&one, &told, Patience::default()).unwrap();
        let answer = socket::receive(&other, Patience::default()).unwrap();
        let Message::Told { status, text, objects } = answer else { panic!("{answer:?}") };
        assert_eq!((status, objects.len()), (Status::WBEM_E_QUOTA_VIOLATION, 0));
        assert!(text.contains("too long"), "{text}");
    }
}
