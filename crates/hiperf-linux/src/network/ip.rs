//! [`IpV4`] and [`IpV6`]: `Win32_PerfRawData_Tcpip_IPv4` and `Win32_PerfRawData_Tcpip_IPv6`, the protocol itself.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::snmp::Ip;
use crate::network::snmp6::Ip6;
use crate::network::{Network, sum};
use crate::property::{Property, Sources};

/// Ip over IPv4.
#[derive(Debug)]
pub struct IpV4;

impl Class for IpV4 {
    type Area = Network;
    type Row = Ip;
    const NAME: &'static str = "Win32_PerfRawData_Tcpip_IPv4";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Ip>] = &[
        Property::new("DatagramsPersec", Network::SNMP, |of| sum(of.in_receives, of.out_requests)),
        Property::new("DatagramsReceivedPersec", Network::SNMP, |of| of.in_receives),
        Property::new("DatagramsReceivedDeliveredPersec", Network::SNMP, |of| of.in_delivers),
        Property::new("DatagramsSentPersec", Network::SNMP, |of| of.out_requests),
        Property::new("DatagramsForwardedPersec", Network::SNMP, |of| of.forwarded),
        Property::new("DatagramsReceivedHeaderErrors", Network::SNMP, |of| of.in_header_errors),
        Property::new("DatagramsReceivedAddressErrors", Network::SNMP, |of| of.in_address_errors),
        Property::new("DatagramsReceivedUnknownProtocol", Network::SNMP, |of| of.in_unknown_protocols),
        Property::new("DatagramsReceivedDiscarded", Network::SNMP, |of| of.in_discards),
        Property::new("DatagramsOutboundDiscarded", Network::SNMP, |of| of.out_discards),
        Property::new("DatagramsOutboundNoRoute", Network::SNMP, |of| of.out_no_routes),
        Property::new("FragmentsReceivedPersec", Network::SNMP, |of| of.reassembly_requests),
        Property::new("FragmentsReassembledPersec", Network::SNMP, |of| of.reassembled),
        Property::new("FragmentReassemblyFailures", Network::SNMP, |of| of.reassembly_failures),
        Property::new("FragmentedDatagramsPersec", Network::SNMP, |of| of.fragmented),
        Property::new("FragmentationFailures", Network::SNMP, |of| of.fragmentation_failures),
        Property::new("FragmentsCreatedPersec", Network::SNMP, |of| of.fragments_created),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Ip)) {
        visit(Instance::singleton(), network.snmp().ip());
    }
}

/// Ip over IPv6.
#[derive(Debug)]
pub struct IpV6;

impl Class for IpV6 {
    type Area = Network;
    type Row = Ip6;
    const NAME: &'static str = "Win32_PerfRawData_Tcpip_IPv6";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Ip6>] = &[
        Property::new("DatagramsPersec", Network::SNMP6, |of| sum(of.in_receives, of.out_requests)),
        Property::new("DatagramsReceivedPersec", Network::SNMP6, |of| of.in_receives),
        Property::new("DatagramsReceivedDeliveredPersec", Network::SNMP6, |of| of.in_delivers),
        Property::new("DatagramsSentPersec", Network::SNMP6, |of| of.out_requests),
        Property::new("DatagramsForwardedPersec", Network::SNMP6, |of| of.forwarded),
        Property::new("DatagramsReceivedHeaderErrors", Network::SNMP6, |of| of.in_header_errors),
        Property::new("DatagramsReceivedAddressErrors", Network::SNMP6, |of| of.in_address_errors),
        Property::new("DatagramsReceivedUnknownProtocol", Network::SNMP6, |of| of.in_unknown_protocols),
        Property::new("DatagramsReceivedDiscarded", Network::SNMP6, |of| of.in_discards),
        Property::new("DatagramsOutboundDiscarded", Network::SNMP6, |of| of.out_discards),
        Property::new("DatagramsOutboundNoRoute", Network::SNMP6, |of| of.out_no_routes),
        Property::new("FragmentsReceivedPersec", Network::SNMP6, |of| of.reassembly_requests),
        Property::new("FragmentsReassembledPersec", Network::SNMP6, |of| of.reassembled),
        Property::new("FragmentReassemblyFailures", Network::SNMP6, |of| of.reassembly_failures),
        Property::new("FragmentedDatagramsPersec", Network::SNMP6, |of| of.fragmented),
        Property::new("FragmentationFailures", Network::SNMP6, |of| of.fragmentation_failures),
        Property::new("FragmentsCreatedPersec", Network::SNMP6, |of| of.fragments_created),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Ip6)) {
        visit(Instance::singleton(), &network.snmp6().ip);
    }
}
