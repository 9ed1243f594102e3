//! [`Journal`]: what a check sees, told to the process that started it.
//!
//! ```text
//!   line = mark kind TAB text LF      kind = "doing" | "seen" | "skip" | "warn" | "fail" | "done"
//! ```
//! The mark tells these lines from what the provider itself prints. Every line
//! is out before the next call into the provider, which may not come back.

use std::io::{self, Write as _};

/// Begins each line.
pub const MARK: char = '\u{1e}';

/// The journal of this process.
#[derive(Debug, Default)]
pub struct Journal;

impl Journal {
    fn line(&self, kind: &str, text: &str) {
        let text = text.replace('\n', " / ");
        let mut out = io::stdout().lock();
        // If the other process is gone, nobody wants to know.
        let _unread = writeln!(out, "{MARK}{kind}\t{text}").and_then(|()| out.flush());
    }

    /// What is about to be called, for the case that it never comes back.
    pub fn doing(&self, what: impl AsRef<str>) {
        self.line("doing", what.as_ref());
    }

    /// Something worth telling about a provider that passes.
    pub fn seen(&self, what: impl AsRef<str>) {
        self.line("seen", what.as_ref());
    }

    /// Why the check can't be run here.
    pub fn skip(&self, why: impl AsRef<str>) {
        self.line("skip", why.as_ref());
    }

    /// Something that costs performance or comfort.
    pub fn warn(&self, what: impl AsRef<str>) {
        self.line("warn", what.as_ref());
    }

    /// Something that breaks the contract.
    pub fn fail(&self, what: impl AsRef<str>) {
        self.line("fail", what.as_ref());
    }

    /// Fails unless `holds`; says whether it does.
    pub fn expect(&self, holds: bool, what: impl FnOnce() -> String) -> bool {
        if !holds {
            self.fail(what());
        }
        holds
    }

    /// The check came to its end.
    pub fn done(&self) {
        self.line("done", "");
    }
}
