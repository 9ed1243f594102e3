//! [`QueueFiles`]: what `/sys/block/NAME` says of a block device, a file for each
//! thing.
//!
//! ```text
//!   inflight               "       3        7"               reads and writes with the device
//!   size                   "41943040"                        in sectors of 512 bytes
//!   dm/name                "rhel-root"                       of a device-mapper's device
//!   queue/scheduler        "none [mq-deadline] kyber"        the one in use in brackets
//!   queue/nr_requests, queue/read_ahead_kb, queue/rotational one number each
//! ```
//!
//! Source: the kernel's Documentation/ABI/stable/sysfs-block.

use std::fmt::Write as _;

use crate::file::{File, Shape};
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::scan::{fields, lines, number, only_number, put_text};

/// The files, and which source of [`Disks`](crate::disks::Disks) each is.
const FILES: [(Sources, &str); 7] = [
    (QueueFiles::IN_FLIGHT, "inflight"),
    (QueueFiles::SIZE, "size"),
    (QueueFiles::MAPPER_NAME, "dm/name"),
    (QueueFiles::SCHEDULER, "queue/scheduler"),
    (QueueFiles::DEPTH, "queue/nr_requests"),
    (QueueFiles::READ_AHEAD, "queue/read_ahead_kb"),
    (QueueFiles::ROTATIONAL, "queue/rotational"),
];

/// The longest of them has a few dozen bytes.
const EXPECTED_BYTES: usize = 128;

/// The files of a device, and what they said last.
#[derive(Debug, Default)]
pub struct QueueFiles {
    files: Vec<(File, Option<Unavailable>)>,
    in_flight: Option<(u64, u64)>,
    sectors: Option<u64>,
    mapper_name: Option<String>,
    scheduler: Option<String>,
    depth: Option<u64>,
    read_ahead_kib: Option<u64>,
    rotational: Option<u64>,
    /// Texts that aren't there now, for when they are again.
    spare: [String; 2],
}

impl QueueFiles {
    /// `inflight`.
    pub const IN_FLIGHT: Sources = Sources::number(8);
    /// `size`.
    pub const SIZE: Sources = Sources::number(9);
    /// `dm/name`.
    pub const MAPPER_NAME: Sources = Sources::number(10);
    /// `queue/scheduler`.
    pub const SCHEDULER: Sources = Sources::number(11);
    /// `queue/nr_requests`.
    pub const DEPTH: Sources = Sources::number(12);
    /// `queue/read_ahead_kb`.
    pub const READ_AHEAD: Sources = Sources::number(13);
    /// `queue/rotational`.
    pub const ROTATIONAL: Sources = Sources::number(14);
    /// All of them.
    pub const ALL: Sources = QueueFiles::IN_FLIGHT
        .union(QueueFiles::SIZE)
        .union(QueueFiles::MAPPER_NAME)
        .union(QueueFiles::SCHEDULER)
        .union(QueueFiles::DEPTH)
        .union(QueueFiles::READ_AHEAD)
        .union(QueueFiles::ROTATIONAL);

    /// Reads the wanted files of the device of that name; what isn't wanted or
    /// can't be read isn't there afterwards.
    pub fn read(&mut self, root: &mut Root, device: &[u8], wanted: Sources) {
        self.clear();
        if !wanted.has_any(QueueFiles::ALL) {
            return;
        }
        if self.files.is_empty() {
            self.files.extend(files_of(device));
        }
        let QueueFiles { files, spare: [name, scheduler], .. } = self;
        for ((source, _), (file, why)) in FILES.into_iter().zip(files) {
            *why = None;
            if !wanted.has_any(source) {
                continue;
            }
            let text = match file.read(root) {
                Ok(text) => text,
                Err(unavailable) => {
                    *why = Some(unavailable);
                    continue;
                }
            };
            match source {
                QueueFiles::IN_FLIGHT => self.in_flight = two_numbers(text),
                QueueFiles::SIZE => self.sectors = only_number(text),
                QueueFiles::MAPPER_NAME => {
                    self.mapper_name = lines(text).next().map(|line| taken(name, line))
                }
                QueueFiles::SCHEDULER => self.scheduler = in_use(text).map(|line| taken(scheduler, line)),
                QueueFiles::DEPTH => self.depth = only_number(text),
                QueueFiles::READ_AHEAD => self.read_ahead_kib = only_number(text),
                _ => self.rotational = only_number(text),
            }
        }
    }

    fn clear(&mut self) {
        (self.in_flight, self.sectors, self.depth) = (None, None, None);
        (self.read_ahead_kib, self.rotational) = (None, None);
        for (text, spare) in [&mut self.mapper_name, &mut self.scheduler].into_iter().zip(&mut self.spare) {
            if let Some(text) = text.take() {
                *spare = text;
            }
        }
    }

    /// Requests that are with the device: reads and writes.
    #[must_use]
    pub fn in_flight(&self) -> Option<(u64, u64)> {
        self.in_flight
    }

    /// Its size in sectors.
    #[must_use]
    pub fn sectors(&self) -> Option<u64> {
        self.sectors
    }

    /// Its name as the device mapper knows it.
    #[must_use]
    pub fn mapper_name(&self) -> Option<&str> {
        self.mapper_name.as_deref()
    }

    /// The scheduler in use.
    #[must_use]
    pub fn scheduler(&self) -> Option<&str> {
        self.scheduler.as_deref()
    }

    /// How many requests the queue takes.
    #[must_use]
    pub fn depth(&self) -> Option<u64> {
        self.depth
    }

    /// How far is read ahead, in KiB.
    #[must_use]
    pub fn read_ahead_kib(&self) -> Option<u64> {
        self.read_ahead_kib
    }

    /// 1 if the kernel believes that it rotates.
    #[must_use]
    pub fn rotational(&self) -> Option<u64> {
        self.rotational
    }

    /// Why a file of these sources could not be read.
    #[must_use]
    pub fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        let all = FILES.iter().zip(&self.files);
        all.filter(|((source, _), _)| sources.has_any(*source)).find_map(|(_, (_, why))| *why)
    }
}

fn files_of(device: &[u8]) -> impl Iterator<Item = (File, Option<Unavailable>)> {
    // What the kernel writes as a slash in a name is a directory's end in a path.
    let device = String::from_utf8_lossy(device).replace('/', "!");
    FILES.into_iter().map(move |(_, file)| {
        let mut path = String::from("sys/block/");
        let _never_fails = write!(path, "{device}/{file}");
        (File::new(path, Shape::OnePiece, EXPECTED_BYTES), None)
    })
}

/// A text in the memory of another.
fn taken(spare: &mut String, text: &[u8]) -> String {
    let mut taken = std::mem::take(spare);
    put_text(&mut taken, text);
    taken
}

fn two_numbers(text: &[u8]) -> Option<(u64, u64)> {
    let mut numbers = fields(lines(text).next()?).map(number);
    Some((numbers.next()??, numbers.next()??))
}

/// The word in brackets, or the only one.
fn in_use(text: &[u8]) -> Option<&[u8]> {
    let words = || fields(lines(text).next().unwrap_or_default());
    let bracketed = words().find_map(|word| word.strip_prefix(b"[")?.strip_suffix(b"]"));
    bracketed.or_else(|| words().next().filter(|_| words().count() == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheduler_in_use_is_the_one_in_brackets() {
        assert_eq!(in_use(b"none [mq-deadline] kyber\n"), Some(&b"mq-deadline"[..]));
        assert_eq!(in_use(b"[none]\n"), Some(&b"none"[..]));
        assert_eq!(in_use(b"none\n"), Some(&b"none"[..]));
        for odd in [&b""[..], b"\n", b"a b\n", b"[none"] {
            assert_eq!(in_use(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn both_numbers_or_none() {
        assert_eq!(two_numbers(b"       3        7\n"), Some((3, 7)));
        for odd in [&b"3\n"[..], b"3 x\n", b"3 7", b""] {
            assert_eq!(two_numbers(odd), None, "{odd:?}");
        }
    }
}
