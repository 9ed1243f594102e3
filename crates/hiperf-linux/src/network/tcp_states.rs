//! [`TcpConnectionStates`]: `Linux_PerfRawData_Net_TcpStates`, how many TCP
//! connections there are in each state. An instance for each version of IP.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::Network;
use crate::network::sock_diag::{FAMILIES, TcpStates};
use crate::property::{Property, Sources};

/// The class.
#[derive(Debug)]
pub struct TcpConnectionStates;

impl Class for TcpConnectionStates {
    type Area = Network;
    type Row = TcpStates;
    const NAME: &'static str = "Linux_PerfRawData_Net_TcpStates";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<TcpStates>] = &[
        Property::new("Established", Network::TCP_STATES, |of| of.of(1)),
        Property::new("SynSent", Network::TCP_STATES, |of| of.of(2)),
        Property::new("SynReceived", Network::TCP_STATES, |of| of.of(3)),
        Property::new("FinWait1", Network::TCP_STATES, |of| of.of(4)),
        Property::new("FinWait2", Network::TCP_STATES, |of| of.of(5)),
        Property::new("TimeWait", Network::TCP_STATES, |of| of.of(6)),
        Property::new("CloseWait", Network::TCP_STATES, |of| of.of(8)),
        Property::new("LastAck", Network::TCP_STATES, |of| of.of(9)),
        Property::new("Listen", Network::TCP_STATES, |of| of.of(10)),
        Property::new("Closing", Network::TCP_STATES, |of| of.of(11)),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &TcpStates)) {
        let rows = FAMILIES.iter().zip(network.sock_diag().states());
        rows.for_each(|(name, row)| visit(Instance::named(name), row));
    }
}
