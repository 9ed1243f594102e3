//! [`IcmpV4`] and [`IcmpV6`]: `Win32_PerfRawData_Tcpip_ICMP` and `Win32_PerfRawData_Tcpip_ICMPv6`, control messages by kind.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::snmp::Icmp;
use crate::network::snmp6::Icmp6;
use crate::network::{Network, sum};
use crate::property::{Property, Sources};

/// Icmp over IPv4.
#[derive(Debug)]
pub struct IcmpV4;

impl Class for IcmpV4 {
    type Area = Network;
    type Row = Icmp;
    const NAME: &'static str = "Win32_PerfRawData_Tcpip_ICMP";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Icmp>] = &[
        Property::new("MessagesPersec", Network::SNMP, |of| sum(of.in_messages, of.out_messages)),
        Property::new("MessagesReceivedPersec", Network::SNMP, |of| of.in_messages),
        Property::new("MessagesReceivedErrors", Network::SNMP, |of| of.in_errors),
        Property::new("MessagesSentPersec", Network::SNMP, |of| of.out_messages),
        Property::new("MessagesOutboundErrors", Network::SNMP, |of| of.out_errors),
        Property::new("ReceivedDestUnreachable", Network::SNMP, |of| of.in_unreachable),
        Property::new("ReceivedTimeExceeded", Network::SNMP, |of| of.in_time_exceeded),
        Property::new("ReceivedParameterProblem", Network::SNMP, |of| of.in_parameter_problems),
        Property::new("ReceivedSourceQuench", Network::SNMP, |of| of.in_source_quenches),
        Property::new("ReceivedRedirectPersec", Network::SNMP, |of| of.in_redirects),
        Property::new("ReceivedEchoPersec", Network::SNMP, |of| of.in_echos),
        Property::new("ReceivedEchoReplyPersec", Network::SNMP, |of| of.in_echo_replies),
        Property::new("ReceivedTimestampPersec", Network::SNMP, |of| of.in_timestamps),
        Property::new("ReceivedTimestampReplyPersec", Network::SNMP, |of| of.in_timestamp_replies),
        Property::new("ReceivedAddressMask", Network::SNMP, |of| of.in_address_masks),
        Property::new("ReceivedAddressMaskReply", Network::SNMP, |of| of.in_address_mask_replies),
        Property::new("SentDestinationUnreachable", Network::SNMP, |of| of.out_unreachable),
        Property::new("SentTimeExceeded", Network::SNMP, |of| of.out_time_exceeded),
        Property::new("SentParameterProblem", Network::SNMP, |of| of.out_parameter_problems),
        Property::new("SentSourceQuench", Network::SNMP, |of| of.out_source_quenches),
        Property::new("SentRedirectPersec", Network::SNMP, |of| of.out_redirects),
        Property::new("SentEchoPersec", Network::SNMP, |of| of.out_echos),
        Property::new("SentEchoReplyPersec", Network::SNMP, |of| of.out_echo_replies),
        Property::new("SentTimestampPersec", Network::SNMP, |of| of.out_timestamps),
        Property::new("SentTimestampReplyPersec", Network::SNMP, |of| of.out_timestamp_replies),
        Property::new("SentAddressMask", Network::SNMP, |of| of.out_address_masks),
        Property::new("SentAddressMaskReply", Network::SNMP, |of| of.out_address_mask_replies),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Icmp)) {
        visit(Instance::singleton(), network.snmp().icmp());
    }
}

/// Icmp over IPv6.
#[derive(Debug)]
pub struct IcmpV6;

impl Class for IcmpV6 {
    type Area = Network;
    type Row = Icmp6;
    const NAME: &'static str = "Win32_PerfRawData_Tcpip_ICMPv6";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Icmp6>] = &[
        Property::new("MessagesPersec", Network::SNMP6, |of| sum(of.in_messages, of.out_messages)),
        Property::new("MessagesReceivedPersec", Network::SNMP6, |of| of.in_messages),
        Property::new("MessagesReceivedErrors", Network::SNMP6, |of| of.in_errors),
        Property::new("MessagesSentPersec", Network::SNMP6, |of| of.out_messages),
        Property::new("MessagesOutboundErrors", Network::SNMP6, |of| of.out_errors),
        Property::new("ReceivedDestUnreachable", Network::SNMP6, |of| of.in_unreachable),
        Property::new("ReceivedPacketTooBig", Network::SNMP6, |of| of.in_too_big),
        Property::new("ReceivedTimeExceeded", Network::SNMP6, |of| of.in_time_exceeded),
        Property::new("ReceivedParameterProblem", Network::SNMP6, |of| of.in_parameter_problems),
        Property::new("ReceivedEchoPersec", Network::SNMP6, |of| of.in_echos),
        Property::new("ReceivedEchoReplyPersec", Network::SNMP6, |of| of.in_echo_replies),
        Property::new("ReceivedMembershipQuery", Network::SNMP6, |of| of.in_member_queries),
        Property::new("ReceivedMembershipReport", Network::SNMP6, |of| of.in_member_reports),
        Property::new("ReceivedMembershipReduction", Network::SNMP6, |of| of.in_member_reductions),
        Property::new("ReceivedRouterSolicit", Network::SNMP6, |of| of.in_router_solicits),
        Property::new("ReceivedRouterAdvert", Network::SNMP6, |of| of.in_router_adverts),
        Property::new("ReceivedNeighborSolicit", Network::SNMP6, |of| of.in_neighbor_solicits),
        Property::new("ReceivedNeighborAdvert", Network::SNMP6, |of| of.in_neighbor_adverts),
        Property::new("ReceivedRedirectPersec", Network::SNMP6, |of| of.in_redirects),
        Property::new("SentDestinationUnreachable", Network::SNMP6, |of| of.out_unreachable),
        Property::new("SentPacketTooBig", Network::SNMP6, |of| of.out_too_big),
        Property::new("SentTimeExceeded", Network::SNMP6, |of| of.out_time_exceeded),
        Property::new("SentParameterProblem", Network::SNMP6, |of| of.out_parameter_problems),
        Property::new("SentEchoPersec", Network::SNMP6, |of| of.out_echos),
        Property::new("SentEchoReplyPersec", Network::SNMP6, |of| of.out_echo_replies),
        Property::new("SentMembershipQuery", Network::SNMP6, |of| of.out_member_queries),
        Property::new("SentMembershipReport", Network::SNMP6, |of| of.out_member_reports),
        Property::new("SentMembershipReduction", Network::SNMP6, |of| of.out_member_reductions),
        Property::new("SentRouterSolicit", Network::SNMP6, |of| of.out_router_solicits),
        Property::new("SentRouterAdvert", Network::SNMP6, |of| of.out_router_adverts),
        Property::new("SentNeighborSolicit", Network::SNMP6, |of| of.out_neighbor_solicits),
        Property::new("SentNeighborAdvert", Network::SNMP6, |of| of.out_neighbor_adverts),
        Property::new("SentRedirectPersec", Network::SNMP6, |of| of.out_redirects),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Icmp6)) {
        visit(Instance::singleton(), &network.snmp6().icmp);
    }
}
