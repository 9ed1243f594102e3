//! [`Sockets`]: `Linux_PerfRawData_Net_Sockets`, how many sockets there are.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::Network;
use crate::network::sockstat::SockStat;
use crate::property::{Property, Sources};

/// Sockets of both versions of IP.
#[derive(Debug, Clone, Copy)]
pub struct Sockets {
    /// What is of IPv4, or of both.
    pub v4: SockStat,
    /// What is of IPv6 alone.
    pub v6: SockStat,
    /// Bytes of a page.
    pub page_size_bytes: u64,
}

impl Class for Sockets {
    type Area = Network;
    type Row = Sockets;
    const NAME: &'static str = "Linux_PerfRawData_Net_Sockets";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Sockets>] = &[
        Property::new("SocketsUsed", Network::SOCKSTAT, |of| of.v4.used),
        Property::new("TcpInUse", Network::SOCKSTAT, |of| of.v4.tcp),
        Property::new("Tcp6InUse", Network::SOCKSTAT6, |of| of.v6.tcp),
        Property::new("TcpOrphans", Network::SOCKSTAT, |of| of.v4.tcp_orphans),
        Property::new("TcpTimeWait", Network::SOCKSTAT, |of| of.v4.tcp_time_waits),
        Property::new("TcpAllocated", Network::SOCKSTAT, |of| of.v4.tcp_allocated),
        Property::new("TcpMemoryBytes", Network::SOCKSTAT, |of| bytes(of.v4.tcp_pages, of)),
        Property::new("UdpInUse", Network::SOCKSTAT, |of| of.v4.udp),
        Property::new("Udp6InUse", Network::SOCKSTAT6, |of| of.v6.udp),
        Property::new("UdpMemoryBytes", Network::SOCKSTAT, |of| bytes(of.v4.udp_pages, of)),
        Property::new("RawInUse", Network::SOCKSTAT, |of| of.v4.raw),
        Property::new("Raw6InUse", Network::SOCKSTAT6, |of| of.v6.raw),
        Property::new("FragmentsInUse", Network::SOCKSTAT, |of| of.v4.fragments),
        Property::new("FragmentMemoryBytes", Network::SOCKSTAT, |of| of.v4.fragment_bytes),
        Property::new("Fragments6InUse", Network::SOCKSTAT6, |of| of.v6.fragments),
        Property::new("Fragment6MemoryBytes", Network::SOCKSTAT6, |of| of.v6.fragment_bytes),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Sockets)) {
        visit(Instance::singleton(), &network.sockets());
    }
}

/// So many pages in bytes.
fn bytes(pages: Option<u64>, of: &Sockets) -> Option<u64> {
    pages?.checked_mul(of.page_size_bytes)
}
