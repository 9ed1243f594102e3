//! [`PacketReception`]: `Linux_PerfRawData_Net_Softnet`, what each processor does
//! with the packets that come in, and `_Total`.

use hiperf_provider::Instance;

use crate::area::{Class, TOTAL};
use crate::network::Network;
use crate::network::softnet_stat::Softnet;
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct PacketReception;

impl Class for PacketReception {
    type Area = Network;
    type Row = Softnet;
    const NAME: &'static str = "Linux_PerfRawData_Net_Softnet";
    const INSTANCES: Sources = Network::SOFTNET;
    const PROPERTIES: &'static [Property<Softnet>] = &[
        Property::new("ProcessedPersec", Network::SOFTNET, |of| of.processed),
        Property::new("DroppedPersec", Network::SOFTNET, |of| of.dropped),
        Property::new("TimeSqueezedPersec", Network::SOFTNET, |of| of.squeezed),
        Property::new("ReceivedRPSPersec", Network::SOFTNET, |of| of.received_rps),
        Property::new("FlowLimitedPersec", Network::SOFTNET, |of| of.flow_limited),
        Property::new("BacklogLength", Network::SOFTNET, |of| of.backlog),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Softnet)) {
        let softnet = network.softnet();
        softnet.processors().for_each(|(instance, row)| visit(instance, row));
        if let Some(total) = softnet.total() {
            // A sum over other processors is not comparable with this one.
            visit(Instance::identified(TOTAL, u64::MAX - softnet.generation()), &total);
        }
    }
}
