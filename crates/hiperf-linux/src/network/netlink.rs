//! Netlink messages: what the kernel says without making text of it.
//!
//! ```text
//!   message    length u32, type u16, flags u16, sequence u32, port u32, payload; padded to 4 bytes
//!   attribute  length u16, type u16, payload; padded to 4 bytes
//! ```
//!
//! All in the machine's byte order. The bytes are believed as little as a text
//! is: what is shorter than it says, or than its own head, ends the list. Pure;
//! [`netlink_socket`](crate::network::netlink_socket) sends and receives.
//!
//! Source: the kernel's Documentation/userspace-api/netlink/intro.rst.

/// A message's type: the request failed, or not.
pub(crate) const ERROR: u16 = 2;
/// A message's type: the list is at its end.
pub(crate) const DONE: u16 = 3;
/// A message's flag: the list changed while it was made.
pub(crate) const DUMP_INTERRUPTED: u16 = 0x10;

/// A request's flags: it is one, for all there is.
const REQUEST_DUMP: u16 = 0x1 | 0x300;

const MESSAGE_HEAD_BYTES: usize = 16;
const ATTRIBUTE_HEAD_BYTES: usize = 4;
/// The bits of an attribute's type that aren't part of it.
const ATTRIBUTE_FLAGS: u16 = 0xC000;

/// A message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) kind: u16,
    pub(crate) flags: u16,
    pub(crate) sequence: u32,
    pub(crate) payload: &'a [u8],
}

/// The messages of a datagram.
pub(crate) fn messages(mut rest: &[u8]) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let length = usize::try_from(u32_at(rest, 0)?).ok()?;
        let message = Message {
            kind: u16_at(rest, 4)?,
            flags: u16_at(rest, 6)?,
            sequence: u32_at(rest, 8)?,
            payload: rest.get(MESSAGE_HEAD_BYTES..length)?,
        };
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(message)
    })
}

/// The attributes of a message, behind the head that messages of its type have.
pub(crate) fn attributes(mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(rest, 0)?);
        let kind = u16_at(rest, 2)? & !ATTRIBUTE_FLAGS;
        let payload = rest.get(ATTRIBUTE_HEAD_BYTES..length)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, payload))
    })
}

/// The error that a message of type [`ERROR`] tells, as a positive number; 0 is
/// none.
pub(crate) fn error_of(message: &Message<'_>) -> Option<i32> {
    u32_at(message.payload, 0).map(|code| code.cast_signed().wrapping_neg())
}

/// Makes a request for all there is of a type. `sequence` comes back in what
/// answers it.
pub(crate) fn write_dump_request(to: &mut Vec<u8>, kind: u16, sequence: u32, payload: &[u8]) {
    to.clear();
    let length = u32::try_from(MESSAGE_HEAD_BYTES + payload.len()).unwrap_or(u32::MAX);
    to.extend_from_slice(&length.to_ne_bytes());
    to.extend_from_slice(&kind.to_ne_bytes());
    to.extend_from_slice(&REQUEST_DUMP.to_ne_bytes());
    to.extend_from_slice(&sequence.to_ne_bytes());
    to.extend_from_slice(&0u32.to_ne_bytes());
    to.extend_from_slice(payload);
}

/// The number at a place, if there are as many bytes.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The same of 32 bits.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The same of 64 bits.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Datagrams for the tests of whoever reads them.
#[cfg(test)]
pub(crate) mod made {
    /// A message.
    pub(crate) fn message(kind: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        super::write_dump_request(&mut bytes, kind, sequence, payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    /// An attribute.
    pub(crate) fn attribute(kind: u16, payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(4 + payload.len()).unwrap();
        let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
        bytes.extend_from_slice(payload);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::made::{attribute, message};
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let bytes = [message(20, 7, b"abcde"), message(DONE, 7, b"")].concat();
        let all: Vec<_> = messages(&bytes).map(|each| (each.kind, each.sequence, each.payload)).collect();
        assert_eq!(all, [(20, 7, &b"abcde"[..]), (DONE, 7, b"")]);
        let bytes = [attribute(3, b"eth0\0"), attribute(0x8001, b"xy")].concat();
        assert_eq!(attributes(&bytes).collect::<Vec<_>>(), [(3, &b"eth0\0"[..]), (1, b"xy")]);
    }

    #[test]
    fn an_error_has_a_number() {
        let bytes = message(ERROR, 1, &(-95i32).to_ne_bytes());
        assert_eq!(messages(&bytes).next().as_ref().and_then(error_of), Some(95));
        let bytes = message(ERROR, 1, &i32::MIN.to_ne_bytes());
        assert_eq!(messages(&bytes).next().as_ref().and_then(error_of), Some(i32::MIN));
        let bytes = message(ERROR, 1, b"ab");
        assert_eq!(messages(&bytes).next().as_ref().and_then(error_of), None);
    }

    #[test]
    fn lengths_that_lie_end_the_list() {
        let whole = [message(20, 7, b"abcdefgh"), message(DONE, 7, b"")].concat();
        for end in 0..whole.len() {
            assert!(messages(&whole[..end]).count() <= 1, "{end}");
        }
        for length in [0u32, 1, 15, 1000, u32::MAX] {
            let mut bytes = whole.clone();
            bytes[..4].copy_from_slice(&length.to_ne_bytes());
            assert_eq!(messages(&bytes).count(), 0, "{length}");
        }
        for length in [0u16, 3, 200, u16::MAX] {
            let mut bytes = attribute(3, b"abcd");
            bytes[..2].copy_from_slice(&length.to_ne_bytes());
            assert_eq!(attributes(&bytes).count(), 0, "{length}");
        }
    }
}
