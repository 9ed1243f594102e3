//! [`Interfaces`]: the network interfaces, by netlink where the root is of the
//! machine that runs, else from `/proc/net/dev`.
//!
//! The text stands in where netlink is denied or older than 4.7, and where reads
//! are copied, for an independent program to understand. It knows an interface by
//! its name alone, so that one that was made anew between two samples looks like
//! the old one, gone back.

use crate::file::{File, Shape};
use crate::network::link_files::{LinkDetails, LinkFiles};
use crate::network::link_stats::LinkDump;
use crate::network::queues::Queues;
use crate::network::{Network, net_dev};
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::roster::Roster;

/// What an interface has received (`rx`) and sent (`tx`), as the columns of
/// `/proc/net/dev`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkStats {
    /// Bytes received.
    pub rx_bytes: u64,
    /// Packets received.
    pub rx_packets: u64,
    /// Packets received that were bad.
    pub rx_errors: u64,
    /// Packets dropped though they were good, those that the device missed
    /// included.
    pub rx_dropped: u64,
    /// Packets lost because the device's queue was full.
    pub rx_fifo: u64,
    /// Packets of a wrong length, checksum or alignment.
    pub rx_frame: u64,
    /// Packets received that were compressed.
    pub rx_compressed: u64,
    /// Multicast packets received.
    pub multicasts: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Packets that could not be sent.
    pub tx_errors: u64,
    /// Packets dropped before they were sent.
    pub tx_dropped: u64,
    /// Errors of the device's queue.
    pub tx_fifo: u64,
    /// Collisions.
    pub collisions: u64,
    /// Packets lost with the carrier, a window or a heartbeat.
    pub tx_carrier: u64,
    /// Packets sent that were compressed.
    pub tx_compressed: u64,
    /// Packets for an interface that isn't to receive any, such as the spare one
    /// of a bond. Not in the text.
    pub rx_no_handler: Option<u64>,
}

/// A network interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interface {
    /// Its index, where it is known.
    pub index: Option<u32>,
    /// Changes whenever the kernel has told of it.
    pub changes: u32,
    /// Its counters.
    pub stats: LinkStats,
    /// What else is known of it.
    pub details: LinkDetails,
    /// Packets that wait to be sent.
    pub queue_length: Option<u64>,
}

/// The interfaces, and where they are read.
#[derive(Debug)]
pub struct Interfaces {
    list: Roster<Interface>,
    dump: LinkDump,
    text: File,
    text_of_init: File,
    files: LinkFiles,
    queues: Queues,
    /// The kernel is too old, or denies.
    has_no_netlink: bool,
    unavailable: Option<Unavailable>,
}

impl Default for Interfaces {
    fn default() -> Interfaces {
        let file = |path| File::new(path, Shape::Records, 4096);
        Interfaces {
            list: Roster::default(),
            dump: LinkDump::default(),
            text: file("proc/net/dev"),
            text_of_init: file("proc/1/net/dev"),
            files: LinkFiles::default(),
            queues: Queues::default(),
            has_no_netlink: false,
            unavailable: None,
        }
    }
}

impl Interfaces {
    /// Reads the counters if they are wanted, and of the files of each interface
    /// those that are.
    pub(crate) fn sample(&mut self, root: &mut Root, wanted: Sources, is_live: bool) {
        self.unavailable = None;
        if !wanted.has_any(Network::INTERFACES) {
            return self.list.hide();
        }
        self.unavailable = self.read(root, is_live).err();
        if self.unavailable.is_some() {
            return self.list.hide();
        }
        self.files.sample(root, &mut self.list, wanted);
        self.queues.sample(root, &mut self.list, wanted.has_any(Network::QUEUES), is_live);
    }

    /// The interfaces, in the order of the kernel.
    #[must_use]
    pub fn list(&self) -> &Roster<Interface> {
        &self.list
    }

    /// Why they could not be read in the last sample, if they were wanted.
    #[must_use]
    pub fn unavailable(&self) -> Option<Unavailable> {
        self.unavailable
    }

    /// Why it could not be asked in the last sample what waits in their queues, if
    /// that was wanted.
    #[must_use]
    pub fn queues_unavailable(&self) -> Option<Unavailable> {
        self.queues.unavailable()
    }

    fn read(&mut self, root: &mut Root, is_live: bool) -> Result<(), Unavailable> {
        if is_live && !self.has_no_netlink && !root.is_teed() {
            match self.dump.read(root, &mut self.list) {
                Ok(()) => return Ok(()),
                Err(Unavailable::Unsupported | Unavailable::Denied) => self.has_no_netlink = true,
                // Without a place in the budget, say, there is still the text.
                Err(Unavailable::Failed(_)) => {}
            }
        }
        let text = match self.text.read(root) {
            Err(Unavailable::Unsupported) => self.text_of_init.read(root)?,
            read => read?,
        };
        net_dev::parse(text, &mut self.list);
        Ok(())
    }
}
