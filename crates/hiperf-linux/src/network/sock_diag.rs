//! [`SockDiag`]: how many TCP connections there are in each state, asked of the
//! kernel by `sock_diag`. `/proc/net/tcp` says it too, at five times the cost and
//! never less than a millisecond.
//!
//! The kernel tells of each connection, so the cost grows with them: about a
//! microsecond each, and no less than the walk through its table. If there are
//! more than can be counted in reasonable time none are, until much later.
//!
//! ```text
//!   request   family u8, protocol u8, extensions u8, u8, states u32, 48 bytes
//!   answer    family u8, state u8, u8, u8, ports u16 u16, source 16 bytes, destination 16 bytes, ..
//! ```
//!
//! A connection over IPv4 of a socket that takes both (`::ffff:10.0.0.1`) is one of
//! IPv4. The answer is recorded under the call's name, a line for each family with
//! the states 1 to 11 in the kernel's order; `-` for what wasn't asked:
//!
//! ```text
//!   IPv4 12 0 0 0 0 310 - 4 0 17 0
//! ```
//!
//! Source: sock_diag(7).

use std::io::Write as _;

use rustix::net::netlink::SOCK_DIAG;

use crate::file::{File, Shape};
use crate::network::netlink::Message;
use crate::network::netlink_socket::{Go, NetlinkSocket};
use crate::root::{Root, Unavailable};
use crate::scan::{fields, lines, number};

/// The name of the recorded call.
const PATH: &str = "sock_diag";

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
const REQUEST_BYTES: usize = 56;
/// What an IPv4 address begins with where an IPv6 address is expected.
const MAPPED: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

/// The states that the kernel has: `TCP_ESTABLISHED` is 1, `TCP_CLOSING` 11.
pub const STATES: usize = 11;

/// Connections that are counted at most, which takes a quarter of a second.
const MOST_CONNECTIONS: u64 = 1 << 18;

/// Samples for which it isn't tried again if there were more.
const RETRY_AFTER_SAMPLES: u32 = 600;

/// The families, as their instances are called.
pub const FAMILIES: [&str; 2] = ["IPv4", "IPv6"];

/// The connections of one family by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TcpStates([Option<u64>; STATES]);

impl TcpStates {
    /// How many there are in a state, by the kernel's number for it.
    #[must_use]
    pub fn of(&self, state: usize) -> Option<u64> {
        self.0.get(state.checked_sub(1)?).copied()?
    }

    /// How many can carry data: established, or closed by the other side only. It
    /// is what SNMP and Windows call established.
    #[must_use]
    pub fn established(&self) -> Option<u64> {
        self.of(State::ESTABLISHED)?.checked_add(self.of(State::CLOSE_WAIT)?)
    }
}

/// The kernel's numbers for the states.
#[derive(Debug)]
pub struct State;

impl State {
    /// Data may be sent both ways.
    pub const ESTABLISHED: usize = 1;
    /// The other side will send no more.
    pub const CLOSE_WAIT: usize = 8;

    /// Those that [`TcpStates::established`] needs.
    pub(crate) const CONNECTED: u32 = 1 << State::ESTABLISHED | 1 << State::CLOSE_WAIT;
    /// All of them.
    pub(crate) const ALL: u32 = (1 << (STATES + 1)) - 2;
}

/// Asks for the connections.
#[derive(Debug)]
pub struct SockDiag {
    socket: NetlinkSocket,
    recorded: File,
    record: Vec<u8>,
    states: [TcpStates; FAMILIES.len()],
    unavailable: Option<Unavailable>,
    samples_left: u32,
}

impl Default for SockDiag {
    fn default() -> SockDiag {
        SockDiag {
            socket: NetlinkSocket::new(Some(SOCK_DIAG), 0),
            recorded: File::new(PATH, Shape::OnePiece, 256),
            record: Vec::new(),
            states: Default::default(),
            unavailable: None,
            samples_left: 0,
        }
    }
}

impl SockDiag {
    /// Counts the connections in a set of states, bit 1 for state 1; no bit is
    /// nothing wanted. `is_live`: the kernel's calls speak of the root's machine.
    pub(crate) fn sample(&mut self, root: &mut Root, wanted: u32, is_live: bool) {
        self.states = Default::default();
        if wanted == 0 {
            self.unavailable = None;
        } else if self.samples_left > 0 {
            self.samples_left -= 1;
        } else {
            self.unavailable = self.read(root, wanted, is_live).err();
            if self.unavailable.is_some() {
                self.states = Default::default();
                self.samples_left = RETRY_AFTER_SAMPLES;
            }
        }
    }

    /// The connections of the families, in the order of [`FAMILIES`].
    #[must_use]
    pub fn states(&self) -> &[TcpStates; FAMILIES.len()] {
        &self.states
    }

    /// Why they could not be counted in the last sample, if they were wanted.
    #[must_use]
    pub fn unavailable(&self) -> Option<Unavailable> {
        self.unavailable
    }

    fn read(&mut self, root: &mut Root, wanted: u32, is_live: bool) -> Result<(), Unavailable> {
        if root.is_recorded() {
            self.states = recorded(self.recorded.read(root)?, wanted);
            return Ok(());
        }
        if !is_live {
            return Err(Unavailable::Unsupported);
        }
        self.states = [TcpStates::asked(wanted); FAMILIES.len()];
        let (states, mut count) = (&mut self.states, 0);
        for family in [AF_INET, AF_INET6] {
            let heard = self.socket.dump(root, SOCK_DIAG_BY_FAMILY, &request(family, wanted), |message| {
                if let Some((family, state)) = connection(message) {
                    states[family].add(state);
                }
                count += 1;
                if count > MOST_CONNECTIONS { Go::Stop } else { Go::On }
            });
            match heard {
                // A kernel without IPv6 has none of it.
                Err(Unavailable::Unsupported) if family == AF_INET6 => {}
                heard => {
                    heard?;
                }
            }
        }
        self.tee(root);
        Ok(())
    }

    fn tee(&mut self, root: &mut Root) {
        if !root.is_teed() {
            return;
        }
        self.record.clear();
        for (name, states) in FAMILIES.iter().zip(&self.states) {
            self.record.extend_from_slice(name.as_bytes());
            for count in states.0 {
                let _memory_takes_it_all = match count {
                    Some(count) => write!(self.record, " {count}"),
                    None => write!(self.record, " -"),
                };
            }
            self.record.push(b'\n');
        }
        root.tee(PATH, &self.record);
    }
}

impl TcpStates {
    /// None so far in the states of a set.
    fn asked(wanted: u32) -> TcpStates {
        TcpStates(std::array::from_fn(|place| (wanted >> (place + 1) & 1 == 1).then_some(0)))
    }

    fn add(&mut self, state: u8) {
        let place = usize::from(state).checked_sub(1).and_then(|place| self.0.get_mut(place));
        if let Some(Some(count)) = place {
            *count += 1;
        }
    }
}

fn request(family: u8, states: u32) -> [u8; REQUEST_BYTES] {
    let mut request = [0; REQUEST_BYTES];
    request[..2].copy_from_slice(&[family, IPPROTO_TCP]);
    request[4..8].copy_from_slice(&states.to_ne_bytes());
    request
}

/// The family and the state of the connection that a message tells of.
fn connection(message: &Message<'_>) -> Option<(usize, u8)> {
    let payload = (message.kind == SOCK_DIAG_BY_FAMILY).then_some(message.payload)?;
    let (family, state) = (*payload.first()?, *payload.get(1)?);
    let source = payload.get(8..24)?;
    match family {
        AF_INET => Some((0, state)),
        AF_INET6 => Some((usize::from(!source.starts_with(&MAPPED)), state)),
        _ => None,
    }
}

/// What recorded lines say of the states of a set.
fn recorded(text: &[u8], wanted: u32) -> [TcpStates; FAMILIES.len()] {
    FAMILIES.map(|name| {
        let mut states = TcpStates::default();
        let line = lines(text).find(|line| fields(line).next() == Some(name.as_bytes())).unwrap_or_default();
        for (place, (slot, field)) in states.0.iter_mut().zip(fields(line).skip(1)).enumerate() {
            *slot = number(field).filter(|_| wanted >> (place + 1) & 1 == 1);
        }
        states
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::netlink::made::message;
    use crate::network::netlink::messages;

    fn told(family: u8, state: u8, source: [u8; 16]) -> Vec<u8> {
        let mut payload = vec![family, state, 0, 0, 0, 80, 0, 81];
        payload.extend_from_slice(&source);
        payload.resize(72, 0);
        message(SOCK_DIAG_BY_FAMILY, 1, &payload)
    }

    fn first(bytes: &[u8]) -> Option<(usize, u8)> {
        messages(bytes).find_map(|message| connection(&message))
    }

    #[test]
    fn a_mapped_address_is_one_of_ipv4() {
        let mut mapped = [0; 16];
        mapped[10..].copy_from_slice(&[0xFF, 0xFF, 10, 0, 0, 1]);
        assert_eq!(first(&told(AF_INET, 1, [0; 16])), Some((0, 1)));
        assert_eq!(first(&told(AF_INET6, 10, [0; 16])), Some((1, 10)));
        assert_eq!(first(&told(AF_INET6, 8, mapped)), Some((0, 8)));
        assert_eq!(first(&told(1, 8, mapped)), None);
    }

    #[test]
    fn cut_answers_and_odd_states_count_for_nothing() {
        let whole = told(AF_INET, 1, [0; 16]);
        for end in 0..whole.len() {
            assert_eq!(first(&whole[..end]), None, "{end}");
        }
        for length in 0..24 {
            assert_eq!(first(&message(SOCK_DIAG_BY_FAMILY, 1, &vec![AF_INET; length])), None);
        }
        let mut states = TcpStates::asked(State::ALL);
        for state in [0, 12, 255, 1, 11] {
            states.add(state);
        }
        assert_eq!((states.of(1), states.of(11), states.of(2)), (Some(1), Some(1), Some(0)));
        assert_eq!((states.of(0), states.of(12)), (None, None));
    }

    #[test]
    fn what_was_not_asked_is_not_there() {
        let mut states = TcpStates::asked(State::CONNECTED);
        states.add(1);
        states.add(10);
        assert_eq!((states.established(), states.of(10)), (Some(1), None));
        assert_eq!(TcpStates::default().established(), None);
        let text = b"IPv6 3 0 0 0 0 1 0 2\nIPv4 1 - x\n";
        let [v4, v6] = recorded(text, State::ALL);
        assert_eq!((v4.of(1), v4.of(2), v4.of(3), v4.established()), (Some(1), None, None, None));
        assert_eq!((v6.established(), v6.of(6), v6.of(9)), (Some(5), Some(1), None));
        assert_eq!(recorded(text, State::CONNECTED)[1].of(6), None);
    }
}
