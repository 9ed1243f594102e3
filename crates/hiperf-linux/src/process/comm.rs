//! [`Comm`]: the name that the kernel knows a process by.
//!
//! It is at most 15 bytes of anything for a program, up to 63 for a thread of
//! the kernel. A worker of the kernel's work queues bears, after a `-` or a `+`,
//! what it did last; that part is left out, for it changes all the time.

use std::fmt;

/// The name of a process, in place.
#[derive(Clone, Copy)]
pub(crate) struct Comm {
    length: u8,
    bytes: [u8; Comm::MOST_BYTES],
}

impl Comm {
    /// The bytes that the kernel has room for.
    pub(crate) const MOST_BYTES: usize = 64;

    /// Takes a name; what is longer than any is cut.
    pub(crate) fn new(name: &[u8]) -> Comm {
        let name = significant(name);
        let mut bytes = [0; Comm::MOST_BYTES];
        bytes[..name.len()].copy_from_slice(name);
        Comm { length: name.len() as u8, bytes }
    }

    /// Whether this is what [`Comm::new`] makes of a name.
    pub(crate) fn is(&self, name: &[u8]) -> bool {
        self.bytes() == significant(name)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Appends the name as a key bears it: what is no text, or would move a
    /// cursor, becomes a question mark.
    pub(crate) fn show(&self, text: &mut String) {
        for chunk in self.bytes().utf8_chunks() {
            text.extend(chunk.valid().chars().map(|char| if char.is_control() { '?' } else { char }));
            text.extend(chunk.invalid().iter().map(|_| '?'));
        }
    }
}

fn significant(name: &[u8]) -> &[u8] {
    let name = &name[..name.len().min(Comm::MOST_BYTES)];
    // A rescuer, `kworker/R-` and its queue's name, does one thing only.
    if !name.starts_with(b"kworker/") || name.starts_with(b"kworker/R-") {
        return name;
    }
    name.iter().position(|byte| matches!(byte, b'-' | b'+')).map_or(name, |end| &name[..end])
}

impl Default for Comm {
    fn default() -> Comm {
        Comm::new(b"")
    }
}

impl fmt::Debug for Comm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &[u8], shown: &str) {
        let comm = Comm::new(name);
        let mut text = String::new();
        comm.show(&mut text);
        assert_eq!(text, shown);
        assert!(comm.is(name) && !comm.is(b"another"));
    }

    #[test]
    fn what_a_worker_does_is_no_part_of_its_name() {
        for name in ["kworker/0:1-events", "kworker/0:1+events", "kworker/0:1"] {
            check(name.as_bytes(), "kworker/0:1");
        }
        check(b"kworker/R-netns", "kworker/R-netns");
        check(b"gpg-agent", "gpg-agent");
    }

    #[test]
    fn a_name_is_shown_as_text_on_one_line() {
        check(b"a\nb\x1b[2J", "a?b?[2J");
        check(b"caf\xc3\xa9", "café");
        // A name is cut between bytes, not between characters.
        check(b"caf\xc3", "caf?");
        check(b"\xff\xfe)", "??)");
        check(&[b'n'; 70], &"n".repeat(Comm::MOST_BYTES));
    }
}
