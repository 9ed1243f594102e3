//! [`TcpV4`] and [`TcpV6`]: `Win32_PerfRawData_Tcpip_TCPv4` and `TCPv6`. The kernel
//! counts TCP of both together, which is the former's; only the connections that
//! there are now can be told apart.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::snmp::Tcp;
use crate::network::sock_diag::TcpStates;
use crate::network::{Network, sum};
use crate::property::{Property, Sources};

/// TCP as a whole, and the connections over IPv4.
#[derive(Debug, Clone, Copy)]
pub struct TcpV4 {
    tcp: Tcp,
    established: Option<u64>,
}

impl Class for TcpV4 {
    type Area = Network;
    type Row = TcpV4;
    const NAME: &'static str = "Win32_PerfRawData_Tcpip_TCPv4";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<TcpV4>] = &[
        Property::new("ConnectionsEstablished", Network::CONNECTED, |of| of.established),
        Property::new("ConnectionsActive", Network::SNMP, |of| of.tcp.active_opens),
        Property::new("ConnectionsPassive", Network::SNMP, |of| of.tcp.passive_opens),
        Property::new("ConnectionFailures", Network::SNMP, |of| of.tcp.attempt_failures),
        Property::new("ConnectionsReset", Network::SNMP, |of| of.tcp.resets),
        Property::new("SegmentsPersec", Network::SNMP, |of| sum(of.tcp.in_segments, of.tcp.out_segments)),
        Property::new("SegmentsReceivedPersec", Network::SNMP, |of| of.tcp.in_segments),
        Property::new("SegmentsSentPersec", Network::SNMP, |of| of.tcp.out_segments),
        Property::new("SegmentsRetransmittedPersec", Network::SNMP, |of| of.tcp.retransmitted),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &TcpV4)) {
        let [v4, _] = network.sock_diag().states();
        let row = TcpV4 { tcp: *network.snmp().tcp(), established: v4.established() };
        visit(Instance::singleton(), &row);
    }
}

/// The connections over IPv6.
#[derive(Debug)]
pub struct TcpV6;

impl Class for TcpV6 {
    type Area = Network;
    type Row = TcpStates;
    const NAME: &'static str = "Win32_PerfRawData_Tcpip_TCPv6";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<TcpStates>] =
        &[Property::new("ConnectionsEstablished", Network::CONNECTED, |of| of.established())];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &TcpStates)) {
        let [_, v6] = network.sock_diag().states();
        visit(Instance::singleton(), v6);
    }
}
