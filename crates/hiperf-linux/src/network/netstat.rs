//! [`Netstat`]: `/proc/net/netstat`, what the kernel counts of TCP and of IPv4
//! beyond the SNMP MIBs. It is the dearest of the text files: 40 us.
//!
//! Source: the kernel's Documentation/networking/snmp_counter.rst.

use crate::network::section::{Columns, section};
use crate::scan::lines;
use crate::text_file::Content;

section! {
    /// What TCP does, of IPv4 and IPv6 together.
    TcpExt of "TcpExt" {
        cookies_sent: "SyncookiesSent",
        cookies_received: "SyncookiesRecv",
        cookies_failed: "SyncookiesFailed",
        embryonic_resets: "EmbryonicRsts",
        prunes: "PruneCalled",
        receive_prunes: "RcvPruned",
        out_of_order_prunes: "OfoPruned",
        time_waits: "TW",
        delayed_acks: "DelayedACKs",
        listen_overflows: "ListenOverflows",
        listen_drops: "ListenDrops",
        sack_recoveries: "TCPSackRecovery",
        sack_reneging: "TCPSACKReneging",
        lost_retransmits: "TCPLostRetransmit",
        fast_retransmits: "TCPFastRetrans",
        slow_start_retransmits: "TCPSlowStartRetrans",
        timeouts: "TCPTimeouts",
        loss_probes: "TCPLossProbes",
        loss_probe_recoveries: "TCPLossProbeRecovery",
        collapses: "TCPRcvCollapsed",
        dsack_received: "TCPDSACKRecv",
        aborts_on_data: "TCPAbortOnData",
        aborts_on_close: "TCPAbortOnClose",
        aborts_on_memory: "TCPAbortOnMemory",
        aborts_on_timeout: "TCPAbortOnTimeout",
        aborts_on_linger: "TCPAbortOnLinger",
        abort_failures: "TCPAbortFailed",
        memory_pressures: "TCPMemoryPressures",
        memory_pressure_ms: "TCPMemoryPressuresChrono",
        spurious_timeouts: "TCPSpuriousRTOs",
        backlog_drops: "TCPBacklogDrop",
        memory_drops: "PFMemallocDrop",
        time_wait_overflows: "TCPTimeWaitOverflow",
        queue_full_cookies: "TCPReqQFullDoCookies",
        queue_full_drops: "TCPReqQFullDrop",
        retransmit_failures: "TCPRetransFail",
        out_of_order: "TCPOFOQueue",
        out_of_order_drops: "TCPOFODrop",
        challenge_acks: "TCPChallengeACK",
        zero_windows_sent: "TCPToZeroWindowAdv",
        syn_retransmits: "TCPSynRetrans",
        data_sent: "TCPOrigDataSent",
        keep_alives: "TCPKeepAlive",
        window_probes: "TCPWinProbe",
        delivered: "TCPDelivered",
        delivered_congested: "TCPDeliveredCE",
        zero_window_drops: "TCPZeroWindowDrop",
        receive_queue_drops: "TCPRcvQDrop",
        send_queue_too_big: "TCPWqueueTooBig",
    }
}

section! {
    /// What IPv4 does.
    IpExt of "IpExt" {
        in_no_routes: "InNoRoutes",
        in_truncated: "InTruncatedPkts",
        in_multicasts: "InMcastPkts",
        out_multicasts: "OutMcastPkts",
        in_broadcasts: "InBcastPkts",
        out_broadcasts: "OutBcastPkts",
        in_octets: "InOctets",
        out_octets: "OutOctets",
        in_multicast_octets: "InMcastOctets",
        out_multicast_octets: "OutMcastOctets",
        in_checksum_errors: "InCsumErrors",
        in_not_ecn: "InNoECTPkts",
        in_ecn_1: "InECT1Pkts",
        in_ecn_0: "InECT0Pkts",
        in_congested: "InCEPkts",
        reassembly_overlaps: "ReasmOverlaps",
    }
}

/// The contents of the file.
#[derive(Debug, Default)]
pub struct Netstat {
    tcp: Columns<TcpExt>,
    ip: Columns<IpExt>,
}

impl Content for Netstat {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        let mut lines = lines(text);
        while let (Some(names), Some(numbers)) = (lines.next(), lines.next()) {
            self.tcp.take(names, numbers);
            self.ip.take(names, numbers);
        }
    }

    fn clear(&mut self) {
        self.tcp.clear();
        self.ip.clear();
    }
}

impl Netstat {
    /// `TcpExt`.
    #[must_use]
    pub fn tcp(&self) -> &TcpExt {
        &self.tcp.values
    }

    /// `IpExt`.
    #[must_use]
    pub fn ip(&self) -> &IpExt {
        &self.ip.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sections_and_nothing_of_a_third() {
        let mut netstat = Netstat::default();
        netstat.parse(
            b"TcpExt: SyncookiesSent TW TCPTimeouts\nTcpExt: 1 29 4\n\
              IpExt: InNoRoutes InOctets\nIpExt: 2 469440387\nMPTcpExt: TW\nMPTcpExt: 77\n",
        );
        let tcp = netstat.tcp();
        assert_eq!((tcp.cookies_sent, tcp.time_waits, tcp.timeouts), (Some(1), Some(29), Some(4)));
        assert_eq!((netstat.ip().in_no_routes, netstat.ip().in_octets), (Some(2), Some(469_440_387)));
        netstat.clear();
        assert_eq!((*netstat.tcp(), *netstat.ip()), (TcpExt::default(), IpExt::default()));
    }
}
