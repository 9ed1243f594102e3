//! [`LinkDump`]: what each network interface has received and sent, by
//! `RTM_GETSTATS`: the numbers of `/proc/net/dev` without its text, at a quarter of
//! the cost.
//!
//! The answer has indexes and no names. These are asked for once; from then on the
//! kernel tells what comes, goes or is renamed to the same socket, where it is
//! found before the next answer. An interface's index is its identity: one that is
//! made anew under an old name has another.
//!
//! ```text
//!   RTM_NEWSTATS  u8 family, 3 bytes, u32 index, u32 mask; attribute 1: u64 rx_packets, tx_packets, ..
//!   RTM_NEWLINK   u8 family, u8, u16 type, u32 index, u32 flags, u32 change; attribute 3: name, zero-ended
//! ```
//!
//! Source: the kernel's include/uapi/linux/if_link.h and rtnetlink.h, and
//! Documentation/networking/statistics.rst.

use crate::network::interfaces::{Interface, LinkStats};
use crate::network::netlink::{Message, attributes, u32_at, u64_at};
use crate::network::netlink_socket::{Go, NetlinkSocket};
use crate::root::{Root, Unavailable};
use crate::roster::Roster;

const RTM_NEWLINK: u16 = 16;
const RTM_DELLINK: u16 = 17;
const RTM_GETLINK: u16 = 18;
const RTM_NEWSTATS: u16 = 92;
const RTM_GETSTATS: u16 = 94;
/// Whoever is in this group hears of links.
const RTMGRP_LINK: u32 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_EXT_MASK: u16 = 29;
/// Links without their counters, which would make the answer three times as dear.
const RTEXT_FILTER_SKIP_STATS: u32 = 1 << 3;
const IFLA_STATS_LINK_64: u16 = 1;

const LINK_HEAD_BYTES: usize = 16;
const STATS_HEAD_BYTES: usize = 12;

/// How often a list is asked for that changes while it is made.
const MOST_TRIES: usize = 3;

/// An interface as the kernel names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Link {
    index: u32,
    name: Vec<u8>,
    /// How often it was heard of: what is known of it otherwise may be old.
    changes: u32,
}

/// Asks for the counters of all interfaces.
#[derive(Debug)]
pub(crate) struct LinkDump {
    socket: NetlinkSocket,
    links: Links,
    stats: Vec<(u32, LinkStats)>,
}

impl Default for LinkDump {
    fn default() -> LinkDump {
        LinkDump { socket: NetlinkSocket::new(None, RTMGRP_LINK), links: Links::default(), stats: Vec::new() }
    }
}

impl LinkDump {
    /// Puts all interfaces on a list.
    ///
    /// # Errors
    /// Why that isn't possible. Lost messages are asked for anew at once.
    pub(crate) fn read(
        &mut self,
        root: &mut Root,
        interfaces: &mut Roster<Interface>,
    ) -> Result<(), Unavailable> {
        match self.ask(root) {
            // What was heard of links was more than the socket holds.
            Err(Unavailable::Failed(_)) => self.ask(root)?,
            asked => asked?,
        }
        interfaces.begin();
        for (index, stats) in &self.stats {
            // One without a name has gone meanwhile.
            if let Some(link) = self.links.find(*index) {
                let row = interfaces.entry(&link.name, u64::from(*index));
                row.index = Some(*index);
                row.changes = link.changes;
                row.stats = *stats;
            }
        }
        interfaces.end();
        Ok(())
    }

    fn ask(&mut self, root: &mut Root) -> Result<(), Unavailable> {
        if !self.socket.is_open() {
            // Whoever hears before asking misses nothing.
            self.ask_names(root)?;
        }
        for _ in 0..MOST_TRIES {
            let (links, stats) = (&mut self.links, &mut self.stats);
            stats.clear();
            let request = stats_request();
            let has_changed = self.socket.dump(root, RTM_GETSTATS, &request, |message| {
                links.hear(message);
                stats.extend(link_stats(message));
                Go::On
            })?;
            if !has_changed {
                break;
            }
        }
        if self.stats.iter().any(|(index, _)| self.links.find(*index).is_none()) {
            self.ask_names(root)?;
        }
        Ok(())
    }

    fn ask_names(&mut self, root: &mut Root) -> Result<(), Unavailable> {
        let links = &mut self.links;
        links.0.clear();
        self.socket.dump(root, RTM_GETLINK, &link_request(), |message| {
            links.hear(message);
            Go::On
        })?;
        Ok(())
    }
}

/// The interfaces that were heard of, by index.
#[derive(Debug, Default)]
struct Links(Vec<Link>);

impl Links {
    fn find(&self, index: u32) -> Option<&Link> {
        self.place(index).ok().and_then(|place| self.0.get(place))
    }

    fn place(&self, index: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&index, |link| link.index)
    }

    /// Takes note of an interface that is there, or gone.
    fn hear(&mut self, message: &Message<'_>) {
        let is_link = [RTM_NEWLINK, RTM_DELLINK].contains(&message.kind);
        // Bridges tell of their ports under a family of their own.
        let is_of_no_family = message.payload.first() == Some(&0);
        let Some(index) = u32_at(message.payload, 4).filter(|_| is_link && is_of_no_family) else { return };
        let place = self.place(index);
        if message.kind == RTM_DELLINK {
            if let Ok(place) = place {
                self.0.remove(place);
            }
            return;
        }
        let attributes = attributes(message.payload.get(LINK_HEAD_BYTES..).unwrap_or_default());
        let Some(name) =
            attributes.into_iter().find_map(|(kind, text)| (kind == IFLA_IFNAME).then_some(text))
        else {
            return;
        };
        let name = name.strip_suffix(b"\0").unwrap_or(name);
        let place = place.unwrap_or_else(|place| {
            self.0.insert(place, Link { index, ..Link::default() });
            place
        });
        let link = &mut self.0[place];
        link.changes = link.changes.wrapping_add(1);
        if link.name != name {
            link.name.clear();
            link.name.extend_from_slice(name);
        }
    }
}

/// The index and the counters that a message tells.
fn link_stats(message: &Message<'_>) -> Option<(u32, LinkStats)> {
    let payload = (message.kind == RTM_NEWSTATS).then_some(message.payload)?;
    let index = u32_at(payload, 4)?;
    let mut attributes = attributes(payload.get(STATS_HEAD_BYTES..)?);
    let counters = attributes.find_map(|(kind, bytes)| (kind == IFLA_STATS_LINK_64).then_some(bytes))?;
    Some((index, stats(counters)?))
}

/// `struct rtnl_link_stats64`, summed as `/proc/net/dev` does. Kernels before 4.6
/// end before `rx_nohandler`.
fn stats(counters: &[u8]) -> Option<LinkStats> {
    let at = |place: usize| u64_at(counters, place * 8);
    let sum =
        |places: &[usize]| places.iter().try_fold(0u64, |sum, place| Some(sum.wrapping_add(at(*place)?)));
    Some(LinkStats {
        rx_packets: at(0)?,
        tx_packets: at(1)?,
        rx_bytes: at(2)?,
        tx_bytes: at(3)?,
        rx_errors: at(4)?,
        tx_errors: at(5)?,
        // Dropped, and missed by the device.
        rx_dropped: sum(&[6, 15])?,
        tx_dropped: at(7)?,
        multicasts: at(8)?,
        collisions: at(9)?,
        // Length, overrun, checksum and frame.
        rx_frame: sum(&[10, 11, 12, 13])?,
        rx_fifo: at(14)?,
        // Aborted, carrier, heartbeat and window.
        tx_carrier: sum(&[16, 17, 19, 20])?,
        tx_fifo: at(18)?,
        rx_compressed: at(21)?,
        tx_compressed: at(22)?,
        rx_no_handler: at(23),
    })
}

fn stats_request() -> [u8; STATS_HEAD_BYTES] {
    let mut request = [0; STATS_HEAD_BYTES];
    request[8..].copy_from_slice(&(1u32 << (IFLA_STATS_LINK_64 - 1)).to_ne_bytes());
    request
}

fn link_request() -> [u8; LINK_HEAD_BYTES + 8] {
    let mut request = [0; LINK_HEAD_BYTES + 8];
    request[LINK_HEAD_BYTES..][..2].copy_from_slice(&8u16.to_ne_bytes());
    request[LINK_HEAD_BYTES + 2..][..2].copy_from_slice(&IFLA_EXT_MASK.to_ne_bytes());
    request[LINK_HEAD_BYTES + 4..].copy_from_slice(&RTEXT_FILTER_SKIP_STATS.to_ne_bytes());
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::netlink::made::{attribute, message};
    use crate::network::netlink::messages;

    fn link(kind: u16, family: u8, index: u32, name: &str) -> Vec<u8> {
        let mut payload = vec![family, 0, 0, 0];
        payload.extend_from_slice(&index.to_ne_bytes());
        payload.extend_from_slice(&[0; 8]);
        payload.extend_from_slice(&attribute(IFLA_IFNAME, format!("{name}\0").as_bytes()));
        message(kind, 1, &payload)
    }

    fn counters(count: u64) -> Vec<u8> {
        (0..count).flat_map(|place| (1u64 << place).to_ne_bytes()).collect()
    }

    fn stats_of(index: u32, counters: &[u8]) -> Vec<u8> {
        let mut payload = vec![0, 0, 0, 0];
        payload.extend_from_slice(&index.to_ne_bytes());
        payload.extend_from_slice(&1u32.to_ne_bytes());
        payload.extend_from_slice(&attribute(IFLA_STATS_LINK_64, counters));
        message(RTM_NEWSTATS, 1, &payload)
    }

    fn hear(links: &mut Links, bytes: &[u8]) {
        messages(bytes).for_each(|message| links.hear(&message));
    }

    #[test]
    fn names_come_change_and_go() {
        let mut links = Links::default();
        let name = |links: &Links, index| links.find(index).map(|link| link.name.clone());
        hear(&mut links, &[link(RTM_NEWLINK, 0, 4, "eth0"), link(RTM_NEWLINK, 0, 1, "lo")].concat());
        assert_eq!((name(&links, 4), name(&links, 1)), (Some(b"eth0".to_vec()), Some(b"lo".to_vec())));
        hear(&mut links, &link(RTM_NEWLINK, 0, 4, "wan"));
        assert_eq!((name(&links, 4), links.find(4).unwrap().changes), (Some(b"wan".to_vec()), 2));
        hear(&mut links, &link(RTM_DELLINK, 7, 4, "wan"));
        assert!(links.find(4).is_some(), "it left a bridge");
        hear(&mut links, &link(RTM_DELLINK, 0, 4, "wan"));
        assert_eq!((name(&links, 4), links.0.len()), (None, 1));
    }

    #[test]
    fn counters_are_summed_as_the_text_does() {
        let bytes = stats_of(3, &counters(25));
        let (index, stats) = messages(&bytes).find_map(|message| link_stats(&message)).unwrap();
        assert_eq!((index, stats.rx_packets, stats.tx_bytes), (3, 1, 8));
        assert_eq!((stats.rx_dropped, stats.rx_frame), (1 << 6 | 1 << 15, 0b1111 << 10));
        assert_eq!(stats.tx_carrier, 1 << 16 | 1 << 17 | 1 << 19 | 1 << 20);
        assert_eq!(stats.rx_no_handler, Some(1 << 23));
        let bytes = stats_of(3, &[0xFF; 200]);
        let (_, stats) = messages(&bytes).find_map(|message| link_stats(&message)).unwrap();
        assert_eq!((stats.rx_bytes, stats.rx_dropped), (u64::MAX, u64::MAX - 1));
    }

    #[test]
    fn older_kernels_and_cut_messages() {
        let of = |count| {
            let bytes = stats_of(3, &counters(count));
            messages(&bytes).find_map(|message| link_stats(&message)).map(|(_, stats)| stats)
        };
        assert_eq!(of(23).map(|stats| (stats.tx_compressed, stats.rx_no_handler)), Some((1 << 22, None)));
        assert_eq!(of(22), None);
        let whole = [link(RTM_NEWLINK, 0, 4, "eth0"), stats_of(4, &counters(25))].concat();
        for end in 0..whole.len() {
            let mut links = Links::default();
            hear(&mut links, &whole[..end]);
            assert!(messages(&whole[..end]).all(|message| link_stats(&message).is_none()), "{end}");
        }
        // Heads of messages in which there is nothing else.
        for kind in [RTM_NEWLINK, RTM_DELLINK, RTM_NEWSTATS] {
            for length in 0..20 {
                let bytes = message(kind, 1, &vec![0; length]);
                hear(&mut Links::default(), &bytes);
                assert!(messages(&bytes).all(|message| link_stats(&message).is_none()));
            }
        }
    }
}
