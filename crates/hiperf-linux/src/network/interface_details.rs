//! [`InterfaceDetails`]: `Linux_PerfRawData_Net_Interface`, what Linux knows of the
//! network interfaces beyond the class that Windows has.

use hiperf_provider::{Field, Instance};

use crate::area::Class;
use crate::network::Network;
use crate::network::interfaces::Interface;
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct InterfaceDetails;

const DEV: Sources = Network::INTERFACES;

impl Class for InterfaceDetails {
    type Area = Network;
    type Row = Interface;
    const NAME: &'static str = "Linux_PerfRawData_Net_Interface";
    const INSTANCES: Sources = DEV;
    const PROPERTIES: &'static [Property<Interface>] = &[
        Property::new("ReceiveFifoErrorsPersec", DEV, |of| Some(of.stats.rx_fifo)),
        Property::new("ReceiveFrameErrorsPersec", DEV, |of| Some(of.stats.rx_frame)),
        Property::new("ReceiveNoHandlerPersec", DEV.union(Network::NO_HANDLER), |of| {
            of.details.rx_no_handler
        }),
        Property::new("MulticastsReceivedPersec", DEV, |of| Some(of.stats.multicasts)),
        Property::new("TransmitFifoErrorsPersec", DEV, |of| Some(of.stats.tx_fifo)),
        Property::new("TransmitCarrierErrorsPersec", DEV, |of| Some(of.stats.tx_carrier)),
        Property::new("CollisionsPersec", DEV, |of| Some(of.stats.collisions)),
        Property::new("ReceiveCompressedPersec", DEV, |of| Some(of.stats.rx_compressed)),
        Property::new("TransmitCompressedPersec", DEV, |of| Some(of.stats.tx_compressed)),
        Property::of_field("OperationalState", DEV.union(Network::STATE), Field::Text(|of| of.details.state)),
        Property::new("Carrier", DEV.union(Network::CARRIER), |of| of.details.carrier),
        Property::new("CarrierChangesPersec", DEV.union(Network::CARRIER_CHANGES), |of| {
            of.details.carrier_changes
        }),
        Property::of_field("Duplex", DEV.union(Network::DUPLEX), Field::Text(|of| of.details.duplex)),
        Property::new("MTUBytes", DEV.union(Network::MTU), |of| of.details.mtu_bytes),
        Property::new("TransmitQueueLimit", DEV.union(Network::QUEUE_LIMIT), |of| of.details.queue_limit),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &Interface)) {
        network.interfaces().list().iter().for_each(|(instance, row)| visit(instance, row));
    }
}
