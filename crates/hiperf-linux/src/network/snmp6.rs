//! [`Snmp6`]: `/proc/net/snmp6`, what the protocols on top of IPv6 have done. A
//! kernel without IPv6 has no such file.
//!
//! Source: the kernel's Documentation/networking/snmp_counter.rst, and
//! net/ipv6/proc.c as described there.

use crate::network::section::{section, take_line};
use crate::scan::lines;
use crate::text_file::Content;

section! {
    /// The Internet Protocol, version 6.
    Ip6 of "Ip6" {
        in_receives: "InReceives",
        in_header_errors: "InHdrErrors",
        in_no_routes: "InNoRoutes",
        in_address_errors: "InAddrErrors",
        in_unknown_protocols: "InUnknownProtos",
        in_truncated: "InTruncatedPkts",
        in_discards: "InDiscards",
        in_delivers: "InDelivers",
        forwarded: "OutForwDatagrams",
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
        in_multicasts: "InMcastPkts",
        out_multicasts: "OutMcastPkts",
        in_octets: "InOctets",
        out_octets: "OutOctets",
        in_multicast_octets: "InMcastOctets",
        out_multicast_octets: "OutMcastOctets",
        in_not_ecn: "InNoECTPkts",
        in_ecn_1: "InECT1Pkts",
        in_ecn_0: "InECT0Pkts",
        in_congested: "InCEPkts",
    }
}

section! {
    /// Its control messages.
    Icmp6 of "Icmp6" {
        in_messages: "InMsgs",
        in_errors: "InErrors",
        out_messages: "OutMsgs",
        out_errors: "OutErrors",
        in_unreachable: "InDestUnreachs",
        in_too_big: "InPktTooBigs",
        in_time_exceeded: "InTimeExcds",
        in_parameter_problems: "InParmProblems",
        in_echos: "InEchos",
        in_echo_replies: "InEchoReplies",
        in_member_queries: "InGroupMembQueries",
        in_member_reports: "InGroupMembResponses",
        in_member_reductions: "InGroupMembReductions",
        in_router_solicits: "InRouterSolicits",
        in_router_adverts: "InRouterAdvertisements",
        in_neighbor_solicits: "InNeighborSolicits",
        in_neighbor_adverts: "InNeighborAdvertisements",
        in_redirects: "InRedirects",
        out_unreachable: "OutDestUnreachs",
        out_too_big: "OutPktTooBigs",
        out_time_exceeded: "OutTimeExcds",
        out_parameter_problems: "OutParmProblems",
        out_echos: "OutEchos",
        out_echo_replies: "OutEchoReplies",
        out_member_queries: "OutGroupMembQueries",
        out_member_reports: "OutGroupMembResponses",
        out_member_reductions: "OutGroupMembReductions",
        out_router_solicits: "OutRouterSolicits",
        out_router_adverts: "OutRouterAdvertisements",
        out_neighbor_solicits: "OutNeighborSolicits",
        out_neighbor_adverts: "OutNeighborAdvertisements",
        out_redirects: "OutRedirects",
    }
}

section! {
    /// The User Datagram Protocol.
    Udp6 of "Udp6" {
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Snmp6 {
    /// `Ip6..`
    pub ip: Ip6,
    /// `Icmp6..`
    pub icmp: Icmp6,
    /// `Udp6..`
    pub udp: Udp6,
}

impl Content for Snmp6 {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        let [mut ip, mut icmp, mut udp] = [0; 3];
        for line in lines(text) {
            take_line(&mut self.ip, line, &mut ip);
            take_line(&mut self.icmp, line, &mut icmp);
            take_line(&mut self.udp, line, &mut udp);
        }
    }

    fn clear(&mut self) {
        *self = Snmp6::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_told_apart() {
        let mut snmp = Snmp6::default();
        snmp.parse(
            b"Ip6InReceives                   \t19\nIp6InNoECTPkts                  \t17\n\
              Icmp6InMsgs                     \t3\nIcmp6InType1 \t3\nUdp6InDatagrams \t18446744073709551615\n\
              UdpLite6InDatagrams \t4\nUdp6NoPorts 5",
        );
        assert_eq!((snmp.ip.in_receives, snmp.ip.in_not_ecn), (Some(19), Some(17)));
        assert_eq!((snmp.icmp.in_messages, snmp.icmp.in_unreachable), (Some(3), None));
        assert_eq!((snmp.udp.in_datagrams, snmp.udp.no_ports), (Some(u64::MAX), None));
    }
}
