//! [`Error`]: a status code with what was being done, and to what.
//!
//! One word wide, so that a `Result` of a small value stays in registers. The
//! hot path (reading and writing by handle) returns a bare [`Status`] instead
//! and never allocates.

use std::fmt;

use crate::Status;

/// A result whose error carries a status and its context.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed operation: the [`Status`] a COM caller gets, and the sentence a
/// person gets.
pub struct Error(Box<Inner>);

struct Inner {
    status: Status,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with the status a COM caller gets and a message that says what
    /// is wrong, where, and what to do about it.
    pub fn new(status: Status, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { status, message: message.into(), source: None }))
    }

    /// The same error caused by another one.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.status
    }

    /// The message without the status.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The same error with what was being done put before it: `doing: message`.
    #[must_use]
    pub fn context(mut self, doing: impl fmt::Display) -> Error {
        self.0.message = format!("{doing}: {}", self.0.message);
        self
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Error {
        let meaning = status.meaning().unwrap_or("the call failed with an unnamed status");
        Error::new(status, meaning)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.status, self.0.message)?;
        match &self.0.source {
            Some(source) => write!(f, " ({source})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}

/// Adds context to the error of a result.
pub trait Context<T> {
    /// Puts `doing()` before the error's message.
    ///
    /// # Errors
    /// The same error as before, with more to say.
    fn context<D: fmt::Display>(self, doing: impl FnOnce() -> D) -> Result<T>;
}

impl<T, E: Into<Error>> Context<T> for std::result::Result<T, E> {
    fn context<D: fmt::Display>(self, doing: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|error| error.into().context(doing()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_and_readable() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        let failed: Result<()> = Err(Status::WBEM_E_NOT_FOUND.into());
        let error = failed.context(|| "getting X.Name=\"a\"").unwrap_err();
        assert_eq!(error.status(), Status::WBEM_E_NOT_FOUND);
        assert_eq!(error.to_string(), "getting X.Name=\"a\": the object could not be found");
    }
}
