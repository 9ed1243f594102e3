//! [`Snmp`]: `/proc/net/snmp`, what the protocols on top of IPv4 have done, and
//! TCP on top of both IPv4 and IPv6.
//!
//! The names are those of the SNMP MIBs: RFC 4293 (IP, ICMP), 4022 (TCP) and 4113
//! (UDP). Form: see `section.rs`.
//!
//! Source: the kernel's Documentation/networking/snmp_counter.rst.

use crate::network::section::{Columns, section};
use crate::scan::lines;
use crate::text_file::Content;

section! {
    /// The Internet Protocol, version 4.
    Ip of "Ip" {
        forwarding: "Forwarding",
        in_receives: "InReceives",
        in_header_errors: "InHdrErrors",
        in_address_errors: "InAddrErrors",
        forwarded: "ForwDatagrams",
        in_unknown_protocols: "InUnknownProtos",
        in_discards: "InDiscards",
        in_delivers: "InDelivers",
        out_requests: "OutRequests",
        out_discards: "OutDiscards",
        out_no_routes: "OutNoRoutes",
        reassembly_timeouts: "ReasmTimeout",
        reassembly_requests: "ReasmReqds",
        reassembled: "ReasmOKs",
        reassembly_failures: "ReasmFails",
        fragmented: "FragOKs",
        fragmentation_failures: "FragFails",
        fragments_created: "FragCreates",
    }
}

section! {
    /// Its control messages.
    Icmp of "Icmp" {
        in_messages: "InMsgs",
        in_errors: "InErrors",
        in_unreachable: "InDestUnreachs",
        in_time_exceeded: "InTimeExcds",
        in_parameter_problems: "InParmProbs",
        in_source_quenches: "InSrcQuenchs",
        in_redirects: "InRedirects",
        in_echos: "InEchos",
        in_echo_replies: "InEchoReps",
        in_timestamps: "InTimestamps",
        in_timestamp_replies: "InTimestampReps",
        in_address_masks: "InAddrMasks",
        in_address_mask_replies: "InAddrMaskReps",
        out_messages: "OutMsgs",
        out_errors: "OutErrors",
        out_unreachable: "OutDestUnreachs",
        out_time_exceeded: "OutTimeExcds",
        out_parameter_problems: "OutParmProbs",
        out_source_quenches: "OutSrcQuenchs",
        out_redirects: "OutRedirects",
        out_echos: "OutEchos",
        out_echo_replies: "OutEchoReps",
        out_timestamps: "OutTimestamps",
        out_timestamp_replies: "OutTimestampReps",
        out_address_masks: "OutAddrMasks",
        out_address_mask_replies: "OutAddrMaskReps",
    }
}

section! {
    /// The Transmission Control Protocol.
    Tcp of "Tcp" {
        active_opens: "ActiveOpens",
        passive_opens: "PassiveOpens",
        attempt_failures: "AttemptFails",
        resets: "EstabResets",
        in_segments: "InSegs",
        out_segments: "OutSegs",
        retransmitted: "RetransSegs",
        in_errors: "InErrs",
        out_resets: "OutRsts",
        in_checksum_errors: "InCsumErrors",
    }
}

section! {
    /// The User Datagram Protocol.
    Udp of "Udp" {
        in_datagrams: "InDatagrams",
        no_ports: "NoPorts",
        in_errors: "InErrors",
        out_datagrams: "OutDatagrams",
        receive_buffer_errors: "RcvbufErrors",
        send_buffer_errors: "SndbufErrors",
        in_checksum_errors: "InCsumErrors",
        memory_errors: "MemErrors",
    }
}

/// The contents of the file.
#[derive(Debug, Default)]
pub struct Snmp {
    ip: Columns<Ip>,
    icmp: Columns<Icmp>,
    tcp: Columns<Tcp>,
    udp: Columns<Udp>,
}

impl Content for Snmp {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        let mut lines = lines(text);
        while let (Some(names), Some(numbers)) = (lines.next(), lines.next()) {
            self.ip.take(names, numbers);
            self.icmp.take(names, numbers);
            self.tcp.take(names, numbers);
            self.udp.take(names, numbers);
        }
    }

    fn clear(&mut self) {
        self.ip.clear();
        self.icmp.clear();
        self.tcp.clear();
        self.udp.clear();
    }
}

impl Snmp {
    /// `Ip`.
    #[must_use]
    pub fn ip(&self) -> &Ip {
        &self.ip.values
    }

    /// `Icmp`.
    #[must_use]
    pub fn icmp(&self) -> &Icmp {
        &self.icmp.values
    }

    /// `Tcp`.
    #[must_use]
    pub fn tcp(&self) -> &Tcp {
        &self.tcp.values
    }

    /// `Udp`.
    #[must_use]
    pub fn udp(&self) -> &Udp {
        &self.udp.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"Ip: Forwarding DefaultTTL InReceives InHdrErrors\nIp: 2 64 14454 3\n\
        IcmpMsg: InType3\nIcmpMsg: 3\n\
        Tcp: RtoAlgorithm MaxConn ActiveOpens RetransSegs\nTcp: 1 -1 101 7\n\
        UdpLite: InDatagrams\nUdpLite: 9\n";

    #[test]
    fn sections_are_told_apart() {
        let mut snmp = Snmp::default();
        snmp.parse(TEXT);
        assert_eq!((snmp.ip().in_receives, snmp.ip().in_header_errors), (Some(14454), Some(3)));
        assert_eq!((snmp.tcp().active_opens, snmp.tcp().retransmitted), (Some(101), Some(7)));
        assert_eq!((*snmp.udp(), *snmp.icmp()), (Udp::default(), Icmp::default()));
        snmp.clear();
        assert_eq!(*snmp.tcp(), Tcp::default());
    }

    #[test]
    fn wherever_it_is_cut_the_rest_is_whole() {
        let mut snmp = Snmp::default();
        for end in 0..TEXT.len() {
            snmp.parse(&TEXT[..end]);
            assert!([None, Some(14454)].contains(&snmp.ip().in_receives), "{end}");
            assert!([None, Some(7)].contains(&snmp.tcp().retransmitted), "{end}");
        }
    }
}
