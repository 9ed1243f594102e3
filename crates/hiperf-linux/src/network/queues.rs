//! [`Queues`]: how many packets wait in the queue of each interface, by
//! `RTM_GETQDISC`: in the queueing discipline at its root, which adds up those
//! below. Some interfaces, such as bridges, have none.
//!
//! ```text
//!   RTM_NEWQDISC  u8 family, 3 bytes, i32 index, u32 handle, u32 parent, u32; attribute 7: { attribute 3: u32 qlen, .. }
//! ```
//!
//! There is no file with it, so it is recorded as one of the call's name, a line
//! `NAME LENGTH` an interface.
//!
//! Source: the kernel's include/uapi/linux/rtnetlink.h and gen_stats.h.

use crate::file::{File, Shape};
use crate::network::interfaces::Interface;
use crate::network::netlink::{Message, attributes, u32_at};
use crate::network::netlink_socket::{Go, NetlinkSocket};
use crate::root::{Root, Unavailable};
use crate::roster::Roster;
use crate::scan::{fields, lines, number};

/// The name of the recorded call.
const PATH: &str = "rtnetlink";

const RTM_NEWQDISC: u16 = 36;
const RTM_GETQDISC: u16 = 38;
const HEAD_BYTES: usize = 20;
/// The parent of what is at the root.
const TC_H_ROOT: u32 = 0xFFFF_FFFF;
const TCA_STATS2: u16 = 7;
const TCA_STATS_QUEUE: u16 = 3;

/// Asks for the queues.
#[derive(Debug)]
pub(crate) struct Queues {
    socket: NetlinkSocket,
    recorded: File,
    lengths: Vec<(u32, u32)>,
    unavailable: Option<Unavailable>,
}

impl Default for Queues {
    fn default() -> Queues {
        Queues {
            socket: NetlinkSocket::new(None, 0),
            recorded: File::new(PATH, Shape::OnePiece, 4096),
            lengths: Vec::new(),
            unavailable: None,
        }
    }
}

impl Queues {
    /// Puts the lengths into the rows of the interfaces, if they are wanted.
    pub(crate) fn sample(
        &mut self,
        root: &mut Root,
        interfaces: &mut Roster<Interface>,
        are_wanted: bool,
        is_live: bool,
    ) {
        self.unavailable = None;
        interfaces.iter_mut().for_each(|(_, row)| row.queue_length = None);
        if are_wanted {
            self.unavailable = self.read(root, interfaces, is_live).err();
        }
    }

    /// Why they could not be asked for in the last sample, if they were wanted.
    pub(crate) fn unavailable(&self) -> Option<Unavailable> {
        self.unavailable
    }

    fn read(
        &mut self,
        root: &mut Root,
        interfaces: &mut Roster<Interface>,
        is_live: bool,
    ) -> Result<(), Unavailable> {
        if root.is_recorded() {
            let text = self.recorded.read(root)?;
            for (name, row) in interfaces.iter_mut() {
                let line =
                    lines(text).map(fields).find_map(|mut fields| (fields.next()? == name).then_some(fields));
                row.queue_length = line.and_then(|mut fields| fields.next()).and_then(number);
            }
            return Ok(());
        }
        if !is_live {
            return Err(Unavailable::Unsupported);
        }
        let lengths = &mut self.lengths;
        lengths.clear();
        self.socket.dump(root, RTM_GETQDISC, &[0; HEAD_BYTES], |message| {
            lengths.extend(length(message));
            Go::On
        })?;
        for (_, row) in interfaces.iter_mut() {
            let of = self.lengths.iter().find(|(index, _)| Some(*index) == row.index);
            row.queue_length = of.map(|(_, length)| u64::from(*length));
        }
        Ok(())
    }
}

/// The interface and the length that a message tells, if it is about a root.
fn length(message: &Message<'_>) -> Option<(u32, u32)> {
    let payload = (message.kind == RTM_NEWQDISC).then_some(message.payload)?;
    let (index, parent) = (u32_at(payload, 4)?, u32_at(payload, 12)?);
    let mut all = attributes(payload.get(HEAD_BYTES..)?);
    let stats = all.find_map(|(kind, bytes)| (kind == TCA_STATS2).then_some(bytes))?;
    let queue = attributes(stats).find_map(|(kind, bytes)| (kind == TCA_STATS_QUEUE).then_some(bytes))?;
    Some((index, u32_at(queue, 0)?)).filter(|_| parent == TC_H_ROOT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::netlink::made::{attribute, message};
    use crate::network::netlink::messages;

    fn queue(index: u32, parent: u32, length: u32) -> Vec<u8> {
        let mut payload = vec![0; HEAD_BYTES];
        payload[4..8].copy_from_slice(&index.to_ne_bytes());
        payload[12..16].copy_from_slice(&parent.to_ne_bytes());
        let queue = attribute(TCA_STATS_QUEUE, &[length, 0, 0, 0, 0].map(u32::to_ne_bytes).concat());
        payload.extend_from_slice(&attribute(1, b"fq\0"));
        payload.extend_from_slice(&attribute(TCA_STATS2, &queue));
        message(RTM_NEWQDISC, 1, &payload)
    }

    #[test]
    fn the_root_speaks_for_all() {
        let bytes = [queue(2, TC_H_ROOT, 17), queue(2, 0x1_0000, 9), queue(3, 0xFFFF_FFF1, 1)].concat();
        assert_eq!(messages(&bytes).filter_map(|message| length(&message)).collect::<Vec<_>>(), [(2, 17)]);
    }

    #[test]
    fn cut_messages_tell_nothing() {
        let whole = queue(2, TC_H_ROOT, 17);
        for end in 0..whole.len() {
            assert!(messages(&whole[..end]).all(|message| length(&message).is_none()), "{end}");
        }
        for bytes in 0..HEAD_BYTES + 8 {
            let bytes = message(RTM_NEWQDISC, 1, &vec![0xFF; bytes]);
            assert!(messages(&bytes).all(|message| length(&message).is_none()));
        }
    }
}
