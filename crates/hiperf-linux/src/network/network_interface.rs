//! [`NetworkInterface`]: `Win32_PerfRawData_Tcpip_NetworkInterface`, one instance
//! for each network interface, under the name that Linux gives it.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::Network;
use crate::network::interfaces::Interface;
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct NetworkInterface;

const DEV: Sources = Network::INTERFACES;

impl Class for NetworkInterface {
    type Area = Network;
    type Row = Interface;
    const NAME: &'static str = "Win32_PerfRawData_Tcpip_NetworkInterface";
    const INSTANCES: Sources = DEV;
    const PROPERTIES: &'static [Property<Interface>] = &[
        Property::new("BytesTotalPersec", DEV, |of| Some(of.stats.rx_bytes.wrapping_add(of.stats.tx_bytes))),
        Property::new("BytesReceivedPersec", DEV, |of| Some(of.stats.rx_bytes)),
        Property::new("BytesSentPersec", DEV, |of| Some(of.stats.tx_bytes)),
        Property::new("PacketsPersec", DEV, |of| Some(of.stats.rx_packets.wrapping_add(of.stats.tx_packets))),
        Property::new("PacketsReceivedPersec", DEV, |of| Some(of.stats.rx_packets)),
        Property::new("PacketsSentPersec", DEV, |of| Some(of.stats.tx_packets)),
        Property::new("PacketsReceivedDiscarded", DEV, |of| Some(of.stats.rx_dropped)),
        Property::new("PacketsReceivedErrors", DEV, |of| Some(of.stats.rx_errors)),
        Property::new("PacketsOutboundDiscarded", DEV, |of| Some(of.stats.tx_dropped)),
        Property::new("PacketsOutboundErrors", DEV, |of| Some(of.stats.tx_errors)),
        Property::new("CurrentBandwidth", DEV.union(Network::SPEED), |of| {
            of.details.speed_mbits.and_then(|mbits| mbits.checked_mul(1_000_000))
        }),
        Property::new("OutputQueueLength", DEV.union(Network::QUEUES), |of| of.queue_length),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Interface)) {
        network.interfaces().list().iter().for_each(|(instance, row)| visit(instance, row));
    }
}
