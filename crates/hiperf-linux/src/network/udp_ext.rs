//! [`UdpExtensions`]: `Linux_PerfRawData_Net_UdpExt`, what the kernel counts of UDP
//! beyond the classes that Windows has. An instance for each version of IP.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::Network;
use crate::network::sock_diag::FAMILIES;
use crate::property::{Property, Sources};

/// UDP over one version of IP.
#[derive(Debug, Clone, Copy)]
pub struct UdpExtensions {
    receive_buffer_errors: Option<u64>,
    send_buffer_errors: Option<u64>,
    checksum_errors: Option<u64>,
    memory_errors: Option<u64>,
}

/// Of IPv4 and of IPv6.
const BOTH: Sources = Network::SNMP.union(Network::SNMP6);

impl Class for UdpExtensions {
    type Area = Network;
    type Row = UdpExtensions;
    const NAME: &'static str = "Linux_PerfRawData_Net_UdpExt";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<UdpExtensions>] = &[
        Property::new("RcvbufErrorsPersec", BOTH, |of| of.receive_buffer_errors),
        Property::new("SndbufErrorsPersec", BOTH, |of| of.send_buffer_errors),
        Property::new("InCsumErrorsPersec", BOTH, |of| of.checksum_errors),
        Property::new("MemErrorsPersec", BOTH, |of| of.memory_errors),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &UdpExtensions)) {
        let (v4, v6) = (network.snmp().udp(), &network.snmp6().udp);
        let v4 = UdpExtensions {
            receive_buffer_errors: v4.receive_buffer_errors,
            send_buffer_errors: v4.send_buffer_errors,
            checksum_errors: v4.in_checksum_errors,
            memory_errors: v4.memory_errors,
        };
        let v6 = UdpExtensions {
            receive_buffer_errors: v6.receive_buffer_errors,
            send_buffer_errors: v6.send_buffer_errors,
            checksum_errors: v6.in_checksum_errors,
            memory_errors: v6.memory_errors,
        };
        FAMILIES.iter().zip([v4, v6]).for_each(|(name, row)| visit(Instance::named(name), &row));
    }
}
