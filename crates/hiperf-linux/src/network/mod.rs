//! [`Network`]: interfaces, the protocols above them, and sockets, as the network
//! namespace of the reader has them.
//!
//! What the kernel says in text is in files of `/proc/net`; what is cheaper to ask
//! by netlink is asked so where the root is of the machine that runs.

pub mod conntrack;
pub mod conntrack_stat;
pub mod icmp;
pub mod interface_details;
pub mod interfaces;
pub mod ip;
pub mod ip_ext;
pub mod link_files;
mod link_stats;
mod net_dev;
pub mod net_file;
mod netlink;
mod netlink_socket;
pub mod netstat;
pub mod network_interface;
mod queues;
mod section;
pub mod snmp;
pub mod snmp6;
pub mod sock_diag;
pub mod sockets;
pub mod sockstat;
pub mod softnet;
pub mod softnet_stat;
pub mod tcp;
pub mod tcp_ext;
pub mod tcp_states;
pub mod udp;
pub mod udp_ext;

use rustix::fs::{OFlags, fstatfs, readlinkat};
use rustix::io::Errno;
use rustix::process::getpid;

use self::conntrack::Conntrack;
use self::conntrack_stat::ConntrackStat;
use self::icmp::{IcmpV4, IcmpV6};
use self::interface_details::InterfaceDetails;
use self::interfaces::Interfaces;
use self::ip::{IpV4, IpV6};
use self::ip_ext::IpExtensions;
use self::link_files::LinkFiles;
use self::net_file::{NetFile, net_file};
use self::netstat::Netstat;
use self::network_interface::NetworkInterface;
use self::snmp::Snmp;
use self::snmp6::Snmp6;
use self::sock_diag::{SockDiag, State};
use self::sockets::Sockets;
use self::sockstat::SockStat;
use self::softnet::PacketReception;
use self::softnet_stat::SoftnetStat;
use self::tcp::{TcpV4, TcpV6};
use self::tcp_ext::TcpExtensions;
use self::tcp_states::TcpConnectionStates;
use self::udp::{UdpV4, UdpV6};
use self::udp_ext::UdpExtensions;
use crate::area::{Area, Entry, Moment, Sampled, Units, first_unavailable};
use crate::file::Shape::{OnePiece, Records};
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::scan::only_number;
use crate::text_file::{Content, TextFile};

/// The kernel's own `/proc`.
const PROC_SUPER_MAGIC: u64 = 0x9FA0;

/// What is read of the network.
#[derive(Debug)]
pub struct Network {
    interfaces: Interfaces,
    snmp: NetFile<Snmp>,
    snmp6: NetFile<Snmp6>,
    netstat: NetFile<Netstat>,
    sockstat: NetFile<SockStat>,
    sockstat6: NetFile<SockStat>,
    softnet: NetFile<SoftnetStat>,
    conntrack_stat: NetFile<ConntrackStat>,
    conntrack_count: TextFile<OnlyNumber>,
    conntrack_max: TextFile<OnlyNumber>,
    sock_diag: SockDiag,
    is_live: Option<bool>,
    units: Units,
}

impl Network {
    /// `speed` of each interface. It and the six that follow have the numbers that
    /// [`LinkFiles`] gives them.
    pub const SPEED: Sources = LinkFiles::SPEED;
    /// `carrier_changes` of each interface.
    pub const CARRIER_CHANGES: Sources = LinkFiles::CARRIER_CHANGES;
    /// `mtu` of each interface.
    pub const MTU: Sources = LinkFiles::MTU;
    /// `tx_queue_len` of each interface.
    pub const QUEUE_LIMIT: Sources = LinkFiles::QUEUE_LIMIT;
    /// `carrier` of each interface.
    pub const CARRIER: Sources = LinkFiles::CARRIER;
    /// `operstate` of each interface.
    pub const STATE: Sources = LinkFiles::STATE;
    /// `duplex` of each interface.
    pub const DUPLEX: Sources = LinkFiles::DUPLEX;
    /// `statistics/rx_nohandler` of each interface.
    pub const NO_HANDLER: Sources = LinkFiles::NO_HANDLER;
    /// The interfaces and their counters: `/proc/net/dev`, or netlink.
    pub const INTERFACES: Sources = Sources::number(8);
    /// What waits in the queue of each interface.
    pub const QUEUES: Sources = Sources::number(9);
    /// `/proc/net/snmp`.
    pub const SNMP: Sources = Sources::number(10);
    /// `/proc/net/snmp6`.
    pub const SNMP6: Sources = Sources::number(11);
    /// `/proc/net/netstat`.
    pub const NETSTAT: Sources = Sources::number(12);
    /// `/proc/net/sockstat`.
    pub const SOCKSTAT: Sources = Sources::number(13);
    /// `/proc/net/sockstat6`.
    pub const SOCKSTAT6: Sources = Sources::number(14);
    /// `/proc/net/softnet_stat`.
    pub const SOFTNET: Sources = Sources::number(15);
    /// `/proc/net/stat/nf_conntrack`.
    pub const CONNTRACK_STAT: Sources = Sources::number(16);
    /// `/proc/sys/net/netfilter/nf_conntrack_count`.
    pub const CONNTRACK_COUNT: Sources = Sources::number(17);
    /// `/proc/sys/net/netfilter/nf_conntrack_max`.
    pub const CONNTRACK_MAX: Sources = Sources::number(18);
    /// TCP connections that carry data, counted.
    pub const CONNECTED: Sources = Sources::number(19);
    /// TCP connections in all states, counted.
    pub const TCP_STATES: Sources = Sources::number(20);

    const SOCK_DIAG: Sources = Network::CONNECTED.union(Network::TCP_STATES);

    /// The interfaces.
    #[must_use]
    pub fn interfaces(&self) -> &Interfaces {
        &self.interfaces
    }

    /// `/proc/net/snmp`; empty if it wasn't read.
    #[must_use]
    pub fn snmp(&self) -> &Snmp {
        self.snmp.content()
    }

    /// `/proc/net/snmp6`; empty if it wasn't read.
    #[must_use]
    pub fn snmp6(&self) -> &Snmp6 {
        self.snmp6.content()
    }

    /// `/proc/net/netstat`; empty if it wasn't read.
    #[must_use]
    pub fn netstat(&self) -> &Netstat {
        self.netstat.content()
    }

    /// `/proc/net/softnet_stat`; empty if it wasn't read.
    #[must_use]
    pub fn softnet(&self) -> &SoftnetStat {
        self.softnet.content()
    }

    /// TCP connections by state; empty if they weren't counted.
    #[must_use]
    pub fn sock_diag(&self) -> &SockDiag {
        &self.sock_diag
    }

    /// Sockets and the memory that they hold.
    #[must_use]
    pub fn sockets(&self) -> Sockets {
        Sockets {
            v4: *self.sockstat.content(),
            v6: *self.sockstat6.content(),
            page_size_bytes: self.units.page_size_bytes,
        }
    }

    /// The packet filter's table of connections.
    #[must_use]
    pub fn conntrack(&self) -> Conntrack {
        Conntrack {
            entries: self.conntrack_count.content().0,
            limit: self.conntrack_max.content().0,
            tracking: self.conntrack_stat.content().tracking(),
        }
    }

    /// The states of connections that are to be counted, a bit each.
    fn states(wanted: Sources) -> u32 {
        if wanted.has_any(Network::TCP_STATES) {
            State::ALL
        } else if wanted.has_any(Network::CONNECTED) {
            State::CONNECTED
        } else {
            0
        }
    }
}

impl Default for Network {
    fn default() -> Network {
        let conntrack = |path| TextFile::new(path, OnePiece, 32);
        Network {
            interfaces: Interfaces::default(),
            snmp: net_file!("snmp", OnePiece, 4096),
            snmp6: net_file!("snmp6", OnePiece, 8192),
            netstat: net_file!("netstat", OnePiece, 8192),
            sockstat: net_file!("sockstat", OnePiece, 512),
            sockstat6: net_file!("sockstat6", OnePiece, 512),
            softnet: net_file!("softnet_stat", Records, 4096),
            conntrack_stat: net_file!("stat/nf_conntrack", Records, 4096),
            conntrack_count: conntrack("proc/sys/net/netfilter/nf_conntrack_count"),
            conntrack_max: conntrack("proc/sys/net/netfilter/nf_conntrack_max"),
            sock_diag: SockDiag::default(),
            is_live: None,
            units: Units::of_this_machine(),
        }
    }
}

impl Area for Network {
    const CLASSES: &'static [Entry] = &[
        Entry::of::<NetworkInterface>(),
        Entry::of::<TcpV4>(),
        Entry::of::<TcpV6>(),
        Entry::of::<UdpV4>(),
        Entry::of::<UdpV6>(),
        Entry::of::<IpV4>(),
        Entry::of::<IpV6>(),
        Entry::of::<IcmpV4>(),
        Entry::of::<IcmpV6>(),
        Entry::of::<InterfaceDetails>(),
        Entry::of::<TcpExtensions>(),
        Entry::of::<UdpExtensions>(),
        Entry::of::<IpExtensions>(),
        Entry::of::<Sockets>(),
        Entry::of::<TcpConnectionStates>(),
        Entry::of::<Conntrack>(),
        Entry::of::<PacketReception>(),
    ];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        first_unavailable(
            sources,
            [
                (Network::INTERFACES, self.interfaces.unavailable()),
                (Network::QUEUES, self.interfaces.queues_unavailable()),
                (Network::SNMP, self.snmp.unavailable()),
                (Network::SNMP6, self.snmp6.unavailable()),
                (Network::NETSTAT, self.netstat.unavailable()),
                (Network::SOCKSTAT, self.sockstat.unavailable()),
                (Network::SOCKSTAT6, self.sockstat6.unavailable()),
                (Network::SOFTNET, self.softnet.unavailable()),
                (Network::CONNTRACK_STAT, self.conntrack_stat.unavailable()),
                (Network::CONNTRACK_COUNT, self.conntrack_count.unavailable()),
                (Network::CONNTRACK_MAX, self.conntrack_max.unavailable()),
                (Network::SOCK_DIAG, self.sock_diag.unavailable()),
            ],
        )
    }
}

impl Sampled for Network {
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources) {
        self.units = moment.units;
        let root = &mut *moment.root;
        let is = |source| wanted.has_any(source);
        let asks_kernel = is(Network::INTERFACES | Network::SOCK_DIAG);
        let is_live = asks_kernel && *self.is_live.get_or_insert_with(|| shows_this_process(root));
        self.interfaces.sample(root, wanted, is_live);
        self.snmp.update(is(Network::SNMP), root);
        self.snmp6.update(is(Network::SNMP6), root);
        self.netstat.update(is(Network::NETSTAT), root);
        self.sockstat.update(is(Network::SOCKSTAT), root);
        self.sockstat6.update(is(Network::SOCKSTAT6), root);
        self.softnet.update(is(Network::SOFTNET), root);
        self.conntrack_stat.update(is(Network::CONNTRACK_STAT), root);
        self.conntrack_count.update(is(Network::CONNTRACK_COUNT), root);
        self.conntrack_max.update(is(Network::CONNTRACK_MAX), root);
        self.sock_diag.sample(root, Network::states(wanted), is_live);
    }
}

/// Whether a root's `/proc` is the kernel's and shows this process as itself: only
/// then do the kernel's calls speak of the same machine as the files.
fn shows_this_process(root: &mut Root) -> bool {
    let is_own = |root: &mut Root| -> Result<bool, Errno> {
        let proc = root.open_beneath("proc", OFlags::DIRECTORY)?;
        let is_procfs = u64::try_from(fstatfs(&proc)?.f_type).is_ok_and(|kind| kind == PROC_SUPER_MAGIC);
        let own = readlinkat(&proc, "self", Vec::new())?;
        let id = getpid().as_raw_nonzero().to_string();
        Ok(is_procfs && own.as_bytes() == id.as_bytes())
    };
    !root.is_recorded() && is_own(root).unwrap_or(false)
}

/// A file that is one number.
#[derive(Debug, Clone, Copy, Default)]
struct OnlyNumber(Option<u64>);

impl Content for OnlyNumber {
    fn parse(&mut self, text: &[u8]) {
        self.0 = only_number(text);
    }

    fn clear(&mut self) {
        self.0 = None;
    }
}

/// Two counters together.
fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    Some(a?.wrapping_add(b?))
}
