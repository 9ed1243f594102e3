//! [`LinkFiles`]: `/sys/class/net/NAME`, what is known of a network interface
//! besides its counters, a file each, of which only the wanted ones are read.
//!
//! The speed is asked of the driver, which may take its time; so it is read when
//! the kernel tells of a change of the link, and at every 64th sample. A link that
//! is down, or is none, answers that it has none.
//!
//! Source: the kernel's Documentation/ABI/testing/sysfs-class-net and
//! sysfs-class-net-statistics.

use rustix::io::Errno;

use crate::area::name;
use crate::file::{File, Shape};
use crate::network::interfaces::Interface;
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::roster::Roster;
use crate::scan::{lines, only_number};

/// Samples after which the speed is read though nothing was heard of the link.
const SPEED_AFTER_SAMPLES: u32 = 64;

/// Samples after which a link that had no such value is asked again.
const RETRY_AFTER_SAMPLES: u32 = 1024;

/// The files, and the number of each among the sources.
const FILES: [&str; 8] = [
    "speed",
    "carrier_changes",
    "mtu",
    "tx_queue_len",
    "carrier",
    "operstate",
    "duplex",
    "statistics/rx_nohandler",
];

/// What `operstate` may say, as in RFC 2863.
const STATES: [&str; 7] = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];

/// What `duplex` may say.
const DUPLEXES: [&str; 3] = ["half", "full", "unknown"];

/// What is known of an interface besides its counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkDetails {
    /// Megabits a second.
    pub speed_mbits: Option<u64>,
    /// How often the carrier came or went.
    pub carrier_changes: Option<u64>,
    /// Bytes of the largest packet.
    pub mtu_bytes: Option<u64>,
    /// Packets that its queue holds.
    pub queue_limit: Option<u64>,
    /// Whether there is a carrier, 0 or 1.
    pub carrier: Option<u64>,
    /// Its state.
    pub state: Option<&'static str>,
    /// Whether both sides may send at once.
    pub duplex: Option<&'static str>,
    /// Packets for an interface that isn't to receive any.
    pub rx_no_handler: Option<u64>,
}

/// The files of one interface.
#[derive(Debug)]
struct Link {
    identity: u64,
    changes: u32,
    files: [Attribute; FILES.len()],
}

#[derive(Debug)]
struct Attribute {
    file: File,
    number: Option<u64>,
    word: Option<&'static str>,
    samples_left: u32,
}

/// The files of all interfaces.
#[derive(Debug, Default)]
pub struct LinkFiles {
    links: Vec<Link>,
}

impl LinkFiles {
    /// `speed`.
    pub const SPEED: Sources = Sources::number(0);
    /// `carrier_changes`.
    pub const CARRIER_CHANGES: Sources = Sources::number(1);
    /// `mtu`.
    pub const MTU: Sources = Sources::number(2);
    /// `tx_queue_len`.
    pub const QUEUE_LIMIT: Sources = Sources::number(3);
    /// `carrier`.
    pub const CARRIER: Sources = Sources::number(4);
    /// `operstate`.
    pub const STATE: Sources = Sources::number(5);
    /// `duplex`.
    pub const DUPLEX: Sources = Sources::number(6);
    /// `statistics/rx_nohandler`.
    pub const NO_HANDLER: Sources = Sources::number(7);
    /// All of them.
    pub const ALL: Sources = LinkFiles::SPEED
        .union(LinkFiles::CARRIER_CHANGES)
        .union(LinkFiles::MTU)
        .union(LinkFiles::QUEUE_LIMIT)
        .union(LinkFiles::CARRIER)
        .union(LinkFiles::STATE)
        .union(LinkFiles::DUPLEX)
        .union(LinkFiles::NO_HANDLER);

    /// Reads the wanted files of all interfaces on the list into their rows.
    pub(crate) fn sample(&mut self, root: &mut Root, interfaces: &mut Roster<Interface>, wanted: Sources) {
        if !wanted.has_any(LinkFiles::ALL) {
            interfaces.iter_mut().for_each(|(_, row)| row.details = LinkDetails::default());
            return;
        }
        self.follow(interfaces);
        for (link, (_, row)) in self.links.iter_mut().zip(interfaces.iter_mut()) {
            row.details = link.read(root, row, wanted);
        }
    }

    /// Closes and opens files when interfaces come and go. Afterwards both lists
    /// are in one order.
    fn follow(&mut self, interfaces: &Roster<Interface>) {
        let identities = || interfaces.iter().map(|(instance, _)| instance.identity());
        if self.links.iter().map(|link| link.identity).eq(identities()) {
            return;
        }
        for (place, (instance, _)) in interfaces.iter().enumerate() {
            let identity = instance.identity();
            match self.links.iter().skip(place).position(|link| link.identity == identity) {
                Some(distance) => self.links.swap(place, place + distance),
                None => self.links.insert(place, Link::new(identity, &name(&instance))),
            }
        }
        self.links.truncate(interfaces.len());
    }
}

impl Link {
    fn new(identity: u64, name: &str) -> Link {
        // The kernel gives no interface such a name; a text that does leads astray.
        let name = if name.contains('/') { "" } else { name };
        let attribute = |file| Attribute {
            file: File::new(format!("sys/class/net/{name}/{file}"), Shape::OnePiece, 32),
            number: None,
            word: None,
            samples_left: 0,
        };
        Link { identity, changes: 0, files: FILES.map(attribute) }
    }

    fn read(&mut self, root: &mut Root, row: &Interface, wanted: Sources) -> LinkDetails {
        if self.changes != row.changes {
            self.changes = row.changes;
            self.files.iter_mut().for_each(|file| file.samples_left = 0);
        }
        let [speed, changes, mtu, queue_limit, carrier, state, duplex, no_handler] = &mut self.files;
        let is = |source| wanted.has_any(source);
        let mut number = |file: &mut Attribute, source, keep| {
            file.update(is(source), root, &[], keep);
            file.number
        };
        let details = LinkDetails {
            // It says -1 where it isn't known, which is no number here.
            speed_mbits: number(speed, LinkFiles::SPEED, SPEED_AFTER_SAMPLES),
            carrier_changes: number(changes, LinkFiles::CARRIER_CHANGES, 0),
            mtu_bytes: number(mtu, LinkFiles::MTU, 0),
            queue_limit: number(queue_limit, LinkFiles::QUEUE_LIMIT, 0),
            carrier: number(carrier, LinkFiles::CARRIER, 0),
            rx_no_handler: match row.stats.rx_no_handler {
                Some(known) => is(LinkFiles::NO_HANDLER).then_some(known),
                None => number(no_handler, LinkFiles::NO_HANDLER, 0),
            },
            state: None,
            duplex: None,
        };
        state.update(is(LinkFiles::STATE), root, &STATES, 0);
        duplex.update(is(LinkFiles::DUPLEX), root, &DUPLEXES, SPEED_AFTER_SAMPLES);
        LinkDetails { state: state.word, duplex: duplex.word, ..details }
    }
}

impl Attribute {
    /// Reads the file if it is wanted and its value isn't to be kept for some
    /// samples: a number, or one of the words.
    fn update(&mut self, is_wanted: bool, root: &mut Root, words: &[&'static str], keep_samples: u32) {
        if !is_wanted {
            (self.number, self.word, self.samples_left) = (None, None, 0);
            return;
        }
        if self.samples_left > 0 {
            self.samples_left -= 1;
            return;
        }
        (self.number, self.word, self.samples_left) = (None, None, keep_samples);
        match self.file.read(root) {
            Ok(text) => {
                self.number = only_number(text);
                let line = lines(text).next().unwrap_or_default();
                self.word = words.iter().copied().find(|word| word.as_bytes() == line);
            }
            // A link that is down has no such thing, which a driver says so.
            Err(Unavailable::Failed(Errno::INVAL)) => self.samples_left = RETRY_AFTER_SAMPLES,
            Err(_) => {}
        }
    }
}
