//! [`UdpV4`] and [`UdpV6`]: `Win32_PerfRawData_Tcpip_UDPv4` and `Win32_PerfRawData_Tcpip_UDPv6`, datagrams.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::snmp::Udp;
use crate::network::snmp6::Udp6;
use crate::network::{Network, sum};
use crate::property::{Property, Sources};

/// Udp over IPv4.
#[derive(Debug)]
pub struct UdpV4;

impl Class for UdpV4 {
    type Area = Network;
    type Row = Udp;
    const NAME: &'static str = "Win32_PerfRawData_Tcpip_UDPv4";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Udp>] = &[
        Property::new("DatagramsPersec", Network::SNMP, |of| sum(of.in_datagrams, of.out_datagrams)),
        Property::new("DatagramsReceivedPersec", Network::SNMP, |of| of.in_datagrams),
        Property::new("DatagramsSentPersec", Network::SNMP, |of| of.out_datagrams),
        Property::new("DatagramsNoPortPersec", Network::SNMP, |of| of.no_ports),
        Property::new("DatagramsReceivedErrors", Network::SNMP, |of| of.in_errors),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Udp)) {
        visit(Instance::singleton(), network.snmp().udp());
    }
}

/// Udp over IPv6.
#[derive(Debug)]
pub struct UdpV6;

impl Class for UdpV6 {
    type Area = Network;
    type Row = Udp6;
    const NAME: &'static str = "Win32_PerfRawData_Tcpip_UDPv6";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Udp6>] = &[
        Property::new("DatagramsPersec", Network::SNMP6, |of| sum(of.in_datagrams, of.out_datagrams)),
        Property::new("DatagramsReceivedPersec", Network::SNMP6, |of| of.in_datagrams),
        Property::new("DatagramsSentPersec", Network::SNMP6, |of| of.out_datagrams),
        Property::new("DatagramsNoPortPersec", Network::SNMP6, |of| of.no_ports),
        Property::new("DatagramsReceivedErrors", Network::SNMP6, |of| of.in_errors),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Udp6)) {
        visit(Instance::singleton(), &network.snmp6().udp);
    }
}
