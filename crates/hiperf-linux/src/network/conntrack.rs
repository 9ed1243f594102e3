//! [`Conntrack`]: `Linux_PerfRawData_Net_Conntrack`, the packet filter's table of
//! connections.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::Network;
use crate::network::conntrack_stat::Tracking;
use crate::property::{Property, Sources};

/// The table.
#[derive(Debug, Clone, Copy)]
pub struct Conntrack {
    /// Connections that are tracked.
    pub entries: Option<u64>,
    /// How many may be.
    pub limit: Option<u64>,
    /// What has been done.
    pub tracking: Tracking,
}

impl Class for Conntrack {
    type Area = Network;
    type Row = Conntrack;
    const NAME: &'static str = "Linux_PerfRawData_Net_Conntrack";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<Conntrack>] = &[
        Property::new("Entries", Network::CONNTRACK_COUNT, |of| of.entries),
        Property::new("EntryLimit", Network::CONNTRACK_MAX, |of| of.limit),
        Property::new("PercentEntriesUsed", Network::CONNTRACK_COUNT, |of| of.entries),
        Property::new("PercentEntriesUsed_Base", Network::CONNTRACK_MAX, |of| of.limit),
        Property::new("DropsPersec", Network::CONNTRACK_STAT, |of| of.tracking.dropped),
        Property::new("EarlyDropsPersec", Network::CONNTRACK_STAT, |of| of.tracking.early_dropped),
        Property::new("InsertFailedPersec", Network::CONNTRACK_STAT, |of| of.tracking.insert_failed),
        Property::new("InvalidPersec", Network::CONNTRACK_STAT, |of| of.tracking.invalid),
        Property::new("IcmpErrorsPersec", Network::CONNTRACK_STAT, |of| of.tracking.icmp_errors),
        Property::new("FoundPersec", Network::CONNTRACK_STAT, |of| of.tracking.found),
        Property::new("SearchRestartsPersec", Network::CONNTRACK_STAT, |of| of.tracking.search_restarts),
        Property::new("ClashesResolvedPersec", Network::CONNTRACK_STAT, |of| of.tracking.clashes_resolved),
        Property::new("ChainTooLongPersec", Network::CONNTRACK_STAT, |of| of.tracking.chain_too_long),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Conntrack)) {
        visit(Instance::singleton(), &network.conntrack());
    }
}
