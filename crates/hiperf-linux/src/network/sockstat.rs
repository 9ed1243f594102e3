//! [`SockStat`]: `/proc/net/sockstat` and `/proc/net/sockstat6`, how many sockets
//! there are and the memory that they hold.
//!
//! ```text
//!   sockets: used 37
//!   TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 333
//!   FRAG: inuse 0 memory 0
//!   TCP6: inuse 4
//! ```
//!
//! Memory is in pages, that of fragments in bytes. `alloc`, `orphan` and `mem` are
//! of the whole machine, the rest is of the network namespace.

use crate::scan::{fields, lines, number};
use crate::text_file::Content;

/// The contents of one of the two files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SockStat {
    /// Sockets of all kinds.
    pub used: Option<u64>,
    /// TCP sockets that are open or listen.
    pub tcp: Option<u64>,
    /// TCP sockets that no process holds any more.
    pub tcp_orphans: Option<u64>,
    /// TCP connections that wait for late segments.
    pub tcp_time_waits: Option<u64>,
    /// TCP sockets in any state.
    pub tcp_allocated: Option<u64>,
    /// Pages that TCP holds for data.
    pub tcp_pages: Option<u64>,
    /// UDP sockets.
    pub udp: Option<u64>,
    /// Pages that UDP holds for data.
    pub udp_pages: Option<u64>,
    /// Raw sockets.
    pub raw: Option<u64>,
    /// Datagrams that are being put together.
    pub fragments: Option<u64>,
    /// Bytes that these hold.
    pub fragment_bytes: Option<u64>,
}

impl Content for SockStat {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        for line in lines(text) {
            let mut fields = fields(line);
            let Some(label) = fields.next().and_then(|label| label.strip_suffix(b":")) else { continue };
            let label = label.strip_suffix(b"6").unwrap_or(label);
            while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
                if let Some(slot) = self.slot(label, name) {
                    *slot = number(value);
                }
            }
        }
    }

    fn clear(&mut self) {
        *self = SockStat::default();
    }
}

impl SockStat {
    fn slot(&mut self, label: &[u8], name: &[u8]) -> Option<&mut Option<u64>> {
        Some(match (label, name) {
            (b"sockets", b"used") => &mut self.used,
            (b"TCP", b"inuse") => &mut self.tcp,
            (b"TCP", b"orphan") => &mut self.tcp_orphans,
            (b"TCP", b"tw") => &mut self.tcp_time_waits,
            (b"TCP", b"alloc") => &mut self.tcp_allocated,
            (b"TCP", b"mem") => &mut self.tcp_pages,
            (b"UDP", b"inuse") => &mut self.udp,
            (b"UDP", b"mem") => &mut self.udp_pages,
            (b"RAW", b"inuse") => &mut self.raw,
            (b"FRAG", b"inuse") => &mut self.fragments,
            (b"FRAG", b"memory") => &mut self.fragment_bytes,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_have_one_form() {
        let mut stat = SockStat::default();
        stat.parse(
            b"sockets: used 37\nTCP: inuse 1 orphan 2 tw 3 alloc 4 mem 333\nUDP: inuse 5 mem 6\n\
              UDPLITE: inuse 9\nRAW: inuse 7\nFRAG: inuse 8 memory 2048\n",
        );
        assert_eq!((stat.used, stat.tcp, stat.tcp_pages), (Some(37), Some(1), Some(333)));
        assert_eq!((stat.udp, stat.udp_pages, stat.raw), (Some(5), Some(6), Some(7)));
        assert_eq!((stat.fragments, stat.fragment_bytes), (Some(8), Some(2048)));
        stat.parse(
            b"TCP6: inuse 11\nUDP6: inuse 12\nUDPLITE6: inuse 13\nRAW6: inuse\nFRAG6: inuse x memory 0\n",
        );
        assert_eq!((stat.tcp, stat.udp, stat.raw, stat.fragments), (Some(11), Some(12), None, None));
        assert_eq!((stat.used, stat.fragment_bytes), (None, Some(0)));
    }
}
