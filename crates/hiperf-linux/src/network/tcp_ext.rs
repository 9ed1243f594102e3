//! [`TcpExtensions`]: `Linux_PerfRawData_Net_TcpExt`, what the kernel counts of TCP
//! beyond the class that Windows has.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::network::Network;
use crate::network::netstat::TcpExt;
use crate::network::snmp::Tcp;
use crate::property::{Property, Sources};

/// TCP over IPv4 and IPv6.
#[derive(Debug, Clone, Copy)]
pub struct TcpExtensions {
    tcp: Tcp,
    ext: TcpExt,
}

impl Class for TcpExtensions {
    type Area = Network;
    type Row = TcpExtensions;
    const NAME: &'static str = "Linux_PerfRawData_Net_TcpExt";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<TcpExtensions>] = &[
        Property::new("ListenOverflowsPersec", Network::NETSTAT, |of| of.ext.listen_overflows),
        Property::new("ListenDropsPersec", Network::NETSTAT, |of| of.ext.listen_drops),
        Property::new("ReqQFullDropPersec", Network::NETSTAT, |of| of.ext.queue_full_drops),
        Property::new("ReqQFullDoCookiesPersec", Network::NETSTAT, |of| of.ext.queue_full_cookies),
        Property::new("SyncookiesSentPersec", Network::NETSTAT, |of| of.ext.cookies_sent),
        Property::new("SyncookiesRecvPersec", Network::NETSTAT, |of| of.ext.cookies_received),
        Property::new("SyncookiesFailedPersec", Network::NETSTAT, |of| of.ext.cookies_failed),
        Property::new("EmbryonicRstsPersec", Network::NETSTAT, |of| of.ext.embryonic_resets),
        Property::new("TimeoutsPersec", Network::NETSTAT, |of| of.ext.timeouts),
        Property::new("SpuriousRTOsPersec", Network::NETSTAT, |of| of.ext.spurious_timeouts),
        Property::new("SynRetransPersec", Network::NETSTAT, |of| of.ext.syn_retransmits),
        Property::new("FastRetransPersec", Network::NETSTAT, |of| of.ext.fast_retransmits),
        Property::new("SlowStartRetransPersec", Network::NETSTAT, |of| of.ext.slow_start_retransmits),
        Property::new("LostRetransmitPersec", Network::NETSTAT, |of| of.ext.lost_retransmits),
        Property::new("RetransFailPersec", Network::NETSTAT, |of| of.ext.retransmit_failures),
        Property::new("LossProbesPersec", Network::NETSTAT, |of| of.ext.loss_probes),
        Property::new("LossProbeRecoveryPersec", Network::NETSTAT, |of| of.ext.loss_probe_recoveries),
        Property::new("SackRecoveryPersec", Network::NETSTAT, |of| of.ext.sack_recoveries),
        Property::new("SackRenegingPersec", Network::NETSTAT, |of| of.ext.sack_reneging),
        Property::new("DsackRecvPersec", Network::NETSTAT, |of| of.ext.dsack_received),
        Property::new("OfoQueuePersec", Network::NETSTAT, |of| of.ext.out_of_order),
        Property::new("OfoDropPersec", Network::NETSTAT, |of| of.ext.out_of_order_drops),
        Property::new("ToZeroWindowAdvPersec", Network::NETSTAT, |of| of.ext.zero_windows_sent),
        Property::new("ZeroWindowDropPersec", Network::NETSTAT, |of| of.ext.zero_window_drops),
        Property::new("WinProbePersec", Network::NETSTAT, |of| of.ext.window_probes),
        Property::new("KeepAlivePersec", Network::NETSTAT, |of| of.ext.keep_alives),
        Property::new("DelayedACKsPersec", Network::NETSTAT, |of| of.ext.delayed_acks),
        Property::new("ChallengeACKPersec", Network::NETSTAT, |of| of.ext.challenge_acks),
        Property::new("OrigDataSentPersec", Network::NETSTAT, |of| of.ext.data_sent),
        Property::new("DeliveredPersec", Network::NETSTAT, |of| of.ext.delivered),
        Property::new("DeliveredCEPersec", Network::NETSTAT, |of| of.ext.delivered_congested),
        Property::new("MemoryPressuresPersec", Network::NETSTAT, |of| of.ext.memory_pressures),
        Property::new("MemoryPressureMilliseconds", Network::NETSTAT, |of| of.ext.memory_pressure_ms),
        Property::new("PruneCalledPersec", Network::NETSTAT, |of| of.ext.prunes),
        Property::new("RcvPrunedPersec", Network::NETSTAT, |of| of.ext.receive_prunes),
        Property::new("OfoPrunedPersec", Network::NETSTAT, |of| of.ext.out_of_order_prunes),
        Property::new("RcvCollapsedPersec", Network::NETSTAT, |of| of.ext.collapses),
        Property::new("BacklogDropPersec", Network::NETSTAT, |of| of.ext.backlog_drops),
        Property::new("RcvQDropPersec", Network::NETSTAT, |of| of.ext.receive_queue_drops),
        Property::new("WqueueTooBigPersec", Network::NETSTAT, |of| of.ext.send_queue_too_big),
        Property::new("PFMemallocDropPersec", Network::NETSTAT, |of| of.ext.memory_drops),
        Property::new("AbortOnDataPersec", Network::NETSTAT, |of| of.ext.aborts_on_data),
        Property::new("AbortOnClosePersec", Network::NETSTAT, |of| of.ext.aborts_on_close),
        Property::new("AbortOnMemoryPersec", Network::NETSTAT, |of| of.ext.aborts_on_memory),
        Property::new("AbortOnTimeoutPersec", Network::NETSTAT, |of| of.ext.aborts_on_timeout),
        Property::new("AbortOnLingerPersec", Network::NETSTAT, |of| of.ext.aborts_on_linger),
        Property::new("AbortFailedPersec", Network::NETSTAT, |of| of.ext.abort_failures),
        Property::new("TimeWaitsPersec", Network::NETSTAT, |of| of.ext.time_waits),
        Property::new("TimeWaitOverflowPersec", Network::NETSTAT, |of| of.ext.time_wait_overflows),
        Property::new("InErrsPersec", Network::SNMP, |of| of.tcp.in_errors),
        Property::new("InCsumErrorsPersec", Network::SNMP, |of| of.tcp.in_checksum_errors),
        Property::new("OutRstsPersec", Network::SNMP, |of| of.tcp.out_resets),
    ];

    fn for_each(network: &Network, visit: &mut dyn FnMut(Instance<'_>, &TcpExtensions)) {
        let row = TcpExtensions { tcp: *network.snmp().tcp(), ext: *network.netstat().tcp() };
        visit(Instance::singleton(), &row);
    }
}
