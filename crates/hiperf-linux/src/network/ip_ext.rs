//! [`IpExtensions`]: `Linux_PerfRawData_Net_IpExt`, what the kernel counts of IP
//! beyond the classes that Windows has. An instance for each version of IP.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::Network;
use crate::network::sock_diag::FAMILIES;
use crate::property::{Property, Sources};

/// One version of IP.
#[derive(Debug, Clone, Copy, Default)]
pub struct IpExtensions {
    in_octets: Option<u64>,
    out_octets: Option<u64>,
    in_multicasts: Option<u64>,
    out_multicasts: Option<u64>,
    in_multicast_octets: Option<u64>,
    out_multicast_octets: Option<u64>,
    in_broadcasts: Option<u64>,
    out_broadcasts: Option<u64>,
    in_congested: Option<u64>,
    in_ecn_0: Option<u64>,
    in_ecn_1: Option<u64>,
    in_not_ecn: Option<u64>,
    in_no_routes: Option<u64>,
    in_truncated: Option<u64>,
    in_checksum_errors: Option<u64>,
    reassembly_overlaps: Option<u64>,
    reassembly_timeouts: Option<u64>,
    forwarding: Option<u64>,
}

/// Of IPv4 and of IPv6, where the former's is in `snmp`.
const BOTH: Sources = Network::SNMP.union(Network::SNMP6);
/// The same, where it is in `netstat`.
const NETSTAT_BOTH: Sources = Network::NETSTAT.union(Network::SNMP6);

impl IpExtensions {
    fn v4(network: &Network) -> IpExtensions {
        let (ip, ext) = (network.snmp().ip(), network.netstat().ip());
        IpExtensions {
            in_octets: ext.in_octets,
            out_octets: ext.out_octets,
            in_multicasts: ext.in_multicasts,
            out_multicasts: ext.out_multicasts,
            in_multicast_octets: ext.in_multicast_octets,
            out_multicast_octets: ext.out_multicast_octets,
            in_broadcasts: ext.in_broadcasts,
            out_broadcasts: ext.out_broadcasts,
            in_congested: ext.in_congested,
            in_ecn_0: ext.in_ecn_0,
            in_ecn_1: ext.in_ecn_1,
            in_not_ecn: ext.in_not_ecn,
            in_no_routes: ext.in_no_routes,
            in_truncated: ext.in_truncated,
            in_checksum_errors: ext.in_checksum_errors,
            reassembly_overlaps: ext.reassembly_overlaps,
            reassembly_timeouts: ip.reassembly_timeouts,
            forwarding: ip.forwarding,
        }
    }

    fn v6(network: &Network) -> IpExtensions {
        let ip = &network.snmp6().ip;
        IpExtensions {
            in_octets: ip.in_octets,
            out_octets: ip.out_octets,
            in_multicasts: ip.in_multicasts,
            out_multicasts: ip.out_multicasts,
            in_multicast_octets: ip.in_multicast_octets,
            out_multicast_octets: ip.out_multicast_octets,
            in_congested: ip.in_congested,
            in_ecn_0: ip.in_ecn_0,
            in_ecn_1: ip.in_ecn_1,
            in_not_ecn: ip.in_not_ecn,
            in_no_routes: ip.in_no_routes,
            in_truncated: ip.in_truncated,
            reassembly_timeouts: ip.reassembly_timeouts,
            ..IpExtensions::default()
        }
    }
}

impl Class for IpExtensions {
    type Area = Network;
    type Row = IpExtensions;
    const NAME: &'static str = "Linux_PerfRawData_Net_IpExt";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<IpExtensions>] = &[
        Property::new("InOctetsPersec", NETSTAT_BOTH, |of| of.in_octets),
        Property::new("OutOctetsPersec", NETSTAT_BOTH, |of| of.out_octets),
        Property::new("InMcastPktsPersec", NETSTAT_BOTH, |of| of.in_multicasts),
        Property::new("OutMcastPktsPersec", NETSTAT_BOTH, |of| of.out_multicasts),
        Property::new("InMcastOctetsPersec", NETSTAT_BOTH, |of| of.in_multicast_octets),
        Property::new("OutMcastOctetsPersec", NETSTAT_BOTH, |of| of.out_multicast_octets),
        Property::new("InBcastPktsPersec", Network::NETSTAT, |of| of.in_broadcasts),
        Property::new("OutBcastPktsPersec", Network::NETSTAT, |of| of.out_broadcasts),
        Property::new("InCEPktsPersec", NETSTAT_BOTH, |of| of.in_congested),
        Property::new("InECT0PktsPersec", NETSTAT_BOTH, |of| of.in_ecn_0),
        Property::new("InECT1PktsPersec", NETSTAT_BOTH, |of| of.in_ecn_1),
        Property::new("InNoECTPktsPersec", NETSTAT_BOTH, |of| of.in_not_ecn),
        Property::new("InNoRoutesPersec", NETSTAT_BOTH, |of| of.in_no_routes),
        Property::new("InTruncatedPktsPersec", NETSTAT_BOTH, |of| of.in_truncated),
        Property::new("InCsumErrorsPersec", Network::NETSTAT, |of| of.in_checksum_errors),
        Property::new("ReasmOverlapsPersec", Network::NETSTAT, |of| of.reassembly_overlaps),
        Property::new("ReasmTimeoutPersec", BOTH, |of| of.reassembly_timeouts),
        Property::new("Forwarding", Network::SNMP, |of| of.forwarding),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &IpExtensions)) {
        let rows = [IpExtensions::v4(network), IpExtensions::v6(network)];
        FAMILIES.iter().zip(rows).for_each(|(name, row)| visit(Instance::named(name), &row));
    }
}
