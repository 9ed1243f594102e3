//! The call that is in progress: [`enter`] is around everything that a provider
//! is asked to do.
//!
//! It says who may be asked when the provider asks its namespace: the client
//! that waits for the call. A thread of the provider's own has no call; it may
//! use any that is in progress. During a refresh the client doesn't listen, so
//! then only what is known already can be had.
//!
//! The call is the client's, and so is the user: this process runs as the
//! client's own user.

use std::cell::RefCell;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hiperf::hosting::protocol::message::Bytes;
use hiperf::hosting::protocol::socket::{self, Failure, Patience};
use hiperf::hosting::protocol::{BATCH_LEN, Message};
use hiperf_cim::{Error, Result, Status};

/// The client's end is seen by the main thread, which ends the process.
const FOREVER: Patience<'static> = Patience { deadline: None, process: None };

/// A channel's socket.
pub struct Line {
    socket: UnixStream,
    /// Whether a call is in progress, so that the client listens. Held while
    /// something is asked and answered.
    is_open: Mutex<bool>,
}

/// The lines of all calls in progress.
static OPEN: Mutex<Vec<Arc<Line>>> = Mutex::new(Vec::new());

thread_local! {
    /// The line of this thread's call.
    static CURRENT: RefCell<Option<Arc<Line>>> = const { RefCell::new(None) };
}

/// One step each, so a panic leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Line {
    pub fn new(socket: UnixStream) -> Arc<Line> {
        Arc::new(Line { socket, is_open: Mutex::new(false) })
    }

    /// The next call, with the descriptor that came along.
    pub fn next(&self) -> Result<(Message, Option<OwnedFd>), Failure> {
        socket::receive_with_descriptor(&self.socket)
    }

    /// Sends a call's results.
    ///
    /// # Errors
    /// `WBEM_E_QUOTA_VIOLATION`: one of them is too long for a message.
    pub fn deliver(&self, objects: impl IntoIterator<Item = Result<Bytes>>) -> Result<()> {
        let mut batch = Vec::new();
        let mut len = 0;
        for object in objects {
            let object = object?;
            len += object.0.len();
            batch.push(object);
            if len >= BATCH_LEN {
                self.send_alone(&Message::Objects { objects: std::mem::take(&mut batch) })?;
                len = 0;
            }
        }
        if batch.is_empty() { Ok(()) } else { self.send_alone(&Message::Objects { objects: batch }) }
    }

    /// Says how a call ended.
    pub fn done(&self, outcome: Result<Status>) {
        let (status, text) = match outcome {
            Ok(status) => (status, String::new()),
            Err(error) => (error.status(), error.message().to_owned()),
        };
        // A client that is gone is seen by the main thread. The status counts, with
        // or without its text.
        let sent = socket::send(&self.socket, &Message::Done { status, text }, None, FOREVER);
        if matches!(sent, Err(Failure::TooLong)) {
            let done = Message::Done { status, text: String::new() };
            let _gone = socket::send(&self.socket, &done, None, FOREVER);
        }
    }

    /// Sends while nobody asks: a thread of the provider's own may do that also
    /// while results are delivered, and frames must not mix.
    fn send_alone(&self, message: &Message) -> Result<()> {
        let _alone = lock(&self.is_open);
        self.send(message)
    }

    fn send(&self, message: &Message) -> Result<()> {
        socket::send(&self.socket, message, None, FOREVER).map_err(|failure| match failure {
            Failure::TooLong => {
                let message = "an instance is too long for a message to the provider's client";
                Error::new(Status::WBEM_E_QUOTA_VIOLATION, message)
            }
            _ => Error::new(Status::WBEM_E_SHUTTING_DOWN, "the provider's client is gone"),
        })
    }
}

/// Makes a call on this thread; the client of `line` waits for it.
pub fn enter<R>(line: &Arc<Line>, call: impl FnOnce() -> R) -> R {
    *lock(&line.is_open) = true;
    lock(&OPEN).push(line.clone());
    CURRENT.set(Some(line.clone()));
    let result = call();
    CURRENT.set(None);
    lock(&OPEN).retain(|other| !Arc::ptr_eq(other, line));
    // Waits for who still asks on it.
    *lock(&line.is_open) = false;
    result
}

/// Asks the client something.
///
/// # Errors
/// * the client's;
/// * `WBEM_E_NOT_AVAILABLE`: no call is in progress.
pub fn ask(question: &Message) -> Result<Vec<Bytes>> {
    let own = CURRENT.try_with(|line| line.borrow().clone()).unwrap_or_default();
    let lines = own.into_iter().chain(lock(&OPEN).clone());
    for line in lines {
        let is_open = lock(&line.is_open);
        if !*is_open {
            continue;
        }
        line.send(question)?;
        let Ok(Message::Told { status, text, objects }) = socket::receive(&line.socket, FOREVER) else {
            return Err(Error::new(Status::WBEM_E_SHUTTING_DOWN, "the provider's client is gone"));
        };
        return if status.is_error() { Err(Error::new(status, text)) } else { Ok(objects) };
    }
    let message = "a provider in a host can ask its namespace only while a call from its client is in progress, \
                   and not during a refresh";
    Err(Error::new(Status::WBEM_E_NOT_AVAILABLE, message))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use hiperf::hosting::protocol::message::Question;

    use super::*;

    /// A thread of the provider's own asks while results are delivered, in frames
    /// that take the socket more than one step.
    #[test]
    fn who_asks_meanwhile_does_not_mix_with_results() {
        const ROUNDS: usize = 100;
        let (ours, theirs) = UnixStream::pair().unwrap();
        let line = &Line::new(ours);
        let question = &Message::Ask {
            question: Question::Object,
            text: "x".repeat(100_000),
            shallow: false,
            context: None,
        };
        // `theirs` goes with a failure, and with it who waits for it.
        std::thread::scope(move |scope| {
            scope.spawn(move || {
                enter(line, || {
                    scope.spawn(|| while ask(question).is_ok() {});
                    let object = || Ok(Bytes(vec![7; BATCH_LEN]));
                    line.deliver(std::iter::repeat_with(object).take(ROUNDS)).unwrap();
                });
                line.done(Ok(Status::WBEM_S_NO_ERROR));
            });
            let patience = Patience::until(Instant::now() + Duration::from_secs(20));
            let mut delivered = 0;
            loop {
                match socket::receive(&theirs, patience) {
                    Ok(Message::Objects { objects }) => delivered += objects.len(),
                    Ok(Message::Ask { .. }) => {
                        let (status, text) = (Status::WBEM_S_NO_ERROR, String::new());
                        let told = Message::Told { status, text, objects: Vec::new() };
                        socket::send(&theirs, &told, None, FOREVER).unwrap();
                    }
                    Ok(Message::Done { .. }) => break,
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(delivered, ROUNDS);
        });
    }

    #[test]
    fn an_error_of_any_length_is_reported() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let text = "x".repeat(hiperf::hosting::protocol::MAX_FRAME);
        Line::new(ours).done(Err(Error::new(Status::WBEM_E_FAILED, text)));
        let done = socket::receive(&theirs, FOREVER).unwrap();
        assert_eq!(done, Message::Done { status: Status::WBEM_E_FAILED, text: String::new() });
    }
}
