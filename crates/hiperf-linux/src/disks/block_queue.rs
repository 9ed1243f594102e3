//! [`BlockQueue`]: `Linux_PerfRawData_Disk_BlockQueue`, one instance for each
//! block device that is no partition: what is not known of disks on Windows, and
//! how the kernel queues their requests.
//!
//! Devices that are made of others have an instance as well, so there is no
//! `_Total`: it would count the same work twice.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::{Class, reason};
use crate::disks::Disks;
use crate::disks::diskstats::QueueIo;
use crate::disks::queue_files::QueueFiles;
use crate::property::{Property, Sources};

/// Microseconds of a millisecond.
const MS_US: u64 = 1000;

/// Bytes of a sector in `size`, whatever the device's are.
const SECTOR_BYTES: u64 = 512;

/// What is known of the queue of a block device.
#[derive(Debug, Default)]
pub struct BlockQueueRow {
    /// What `/proc/diskstats` says beyond [`DiskIo`](crate::disks::diskstats::DiskIo).
    pub io: QueueIo,
    /// What its own files say.
    pub files: QueueFiles,
}

/// The class.
#[derive(Debug)]
pub struct BlockQueue;

const STATS: Sources = Disks::DISKSTATS;

impl Class for BlockQueue {
    type Area = Disks;
    type Row = BlockQueueRow;
    const NAME: &'static str = "Linux_PerfRawData_Disk_BlockQueue";
    const INSTANCES: Sources = STATS;
    const PROPERTIES: &'static [Property<BlockQueueRow>] = &[
        Property::of_field(
            "DeviceMapperName",
            QueueFiles::MAPPER_NAME,
            Field::Text(|row| row.files.mapper_name()),
        ),
        Property::new("ReadsInFlight", QueueFiles::IN_FLIGHT, |row| Some(row.files.in_flight()?.0)),
        Property::new("WritesInFlight", QueueFiles::IN_FLIGHT, |row| Some(row.files.in_flight()?.1)),
        Property::new("ReadsMergedPersec", STATS, |row| Some(row.io.reads_merged)),
        Property::new("WritesMergedPersec", STATS, |row| Some(row.io.writes_merged)),
        Property::new("DiscardsPersec", STATS, |row| Some(row.io.discards?.completed)),
        Property::new("DiscardsMergedPersec", STATS, |row| Some(row.io.discards?.merged)),
        Property::new("DiscardBytesPersec", STATS, |row| Some(row.io.discards?.bytes)),
        Property::new("AvgMicrosecondsPerDiscard", STATS, |row| row.io.discards?.ms.checked_mul(MS_US)),
        Property::new("AvgMicrosecondsPerDiscard_Base", STATS, |row| Some(row.io.discards?.completed)),
        Property::new("FlushesPersec", STATS, |row| Some(row.io.flushes?.completed)),
        Property::new("AvgMicrosecondsPerFlush", STATS, |row| row.io.flushes?.ms.checked_mul(MS_US)),
        Property::new("AvgMicrosecondsPerFlush_Base", STATS, |row| Some(row.io.flushes?.completed)),
        Property::new("SizeBytes", QueueFiles::SIZE, |row| row.files.sectors()?.checked_mul(SECTOR_BYTES)),
        Property::of_field("Scheduler", QueueFiles::SCHEDULER, Field::Text(|row| row.files.scheduler())),
        Property::new("QueueDepth", QueueFiles::DEPTH, |row| row.files.depth()),
        Property::new("ReadAheadBytes", QueueFiles::READ_AHEAD, |row| {
            row.files.read_ahead_kib()?.checked_mul(1024)
        }),
        Property::new("Rotational", QueueFiles::ROTATIONAL, |row| row.files.rotational()),
    ];

    fn for_each(disks: &Disks, visit: &mut dyn FnMut(Instance<'_>, &BlockQueueRow)) {
        disks.queues().iter().for_each(|(instance, row)| visit(instance, row));
    }

    fn why_missing(row: &BlockQueueRow, property: &Property<BlockQueueRow>) -> Option<Reason> {
        row.files.unavailable(property.sources).map(|why| reason(Some(why)))
    }
}
