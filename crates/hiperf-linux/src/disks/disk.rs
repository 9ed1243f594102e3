//! [`Disk`], the row of both classes of disks, and the `PROPERTIES` that they
//! have in common.
//!
//! Times are added up over requests, so that with several at once they go on
//! faster than the clock: `PercentDiskTime` may exceed 100 as on Windows, while
//! the busy time behind `PercentIdleTime` doesn't. Of several disks together the
//! percentages are averages, the queues and all else sums.

use crate::disks::Disks;
use crate::disks::diskstats::DiskIo;
use crate::disks::free_space::Space;
use crate::property::{Property, Sources};
use crate::root::Unavailable;

/// 100-nanosecond units of a millisecond.
const MS_100NS: u64 = 10_000;

/// What is known of a disk, or of several together, at the time of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// What was read and written, summed.
    pub io: DiskIo,
    /// How many disks are summed.
    pub count: u64,
    /// The moment of the sample, as `Timestamp_Sys100NS`.
    pub sys_100ns: u64,
    /// The space of the file system, summed; or why it isn't known.
    pub space: Result<Space, Option<Unavailable>>,
}

impl Disk {
    /// One disk, without a file system.
    #[must_use]
    pub const fn one(io: DiskIo, sys_100ns: u64) -> Disk {
        Disk { io, count: 1, sys_100ns, space: Err(None) }
    }

    /// All of some together; `None` if there are none.
    pub fn total(disks: impl Iterator<Item = Disk>) -> Option<Disk> {
        disks.reduce(|sum, disk| Disk {
            io: sum.io.plus(&disk.io),
            count: sum.count + disk.count,
            sys_100ns: sum.sys_100ns,
            // Where one can't be asked, the others are what is left to say.
            space: match (sum.space, disk.space) {
                (Ok(a), Ok(b)) => a.plus(b).ok_or(None),
                (known @ Ok(_), Err(_)) | (Err(_), known) => known,
            },
        })
    }
}

const STATS: Sources = Disks::DISKSTATS;

/// What both classes have.
pub(crate) const PROPERTIES: [Property<Disk>; 30] = [
    Property::new("CurrentDiskQueueLength", STATS, |disk| Some(disk.io.in_flight)),
    Property::new("PercentDiskTime", STATS, |disk| time(disk, transfer_ms(disk)?)),
    Property::new("PercentDiskTime_Base", STATS, now),
    Property::new("PercentDiskReadTime", STATS, |disk| time(disk, disk.io.read_ms)),
    Property::new("PercentDiskReadTime_Base", STATS, now),
    Property::new("PercentDiskWriteTime", STATS, |disk| time(disk, disk.io.write_ms)),
    Property::new("PercentDiskWriteTime_Base", STATS, now),
    Property::new("PercentIdleTime", STATS, idle_time),
    Property::new("PercentIdleTime_Base", STATS, now),
    Property::new("AvgDiskQueueLength", STATS, |disk| disk.io.weighted_ms.checked_mul(MS_100NS)),
    Property::new("AvgDiskReadQueueLength", STATS, |disk| disk.io.read_ms.checked_mul(MS_100NS)),
    Property::new("AvgDiskWriteQueueLength", STATS, |disk| disk.io.write_ms.checked_mul(MS_100NS)),
    Property::new("AvgDiskSecPerTransfer", STATS, |disk| Some(latency(transfer_ms(disk)?))),
    Property::new("AvgDiskSecPerTransfer_Base", STATS, |disk| Some(transfers(disk))),
    Property::new("AvgDiskSecPerRead", STATS, |disk| Some(latency(disk.io.read_ms))),
    Property::new("AvgDiskSecPerRead_Base", STATS, |disk| Some(disk.io.reads)),
    Property::new("AvgDiskSecPerWrite", STATS, |disk| Some(latency(disk.io.write_ms))),
    Property::new("AvgDiskSecPerWrite_Base", STATS, |disk| Some(disk.io.writes)),
    Property::new("AvgDiskBytesPerTransfer", STATS, |disk| Some(bytes(disk))),
    Property::new("AvgDiskBytesPerTransfer_Base", STATS, |disk| Some(transfers(disk))),
    Property::new("AvgDiskBytesPerRead", STATS, |disk| Some(disk.io.read_bytes)),
    Property::new("AvgDiskBytesPerRead_Base", STATS, |disk| Some(disk.io.reads)),
    Property::new("AvgDiskBytesPerWrite", STATS, |disk| Some(disk.io.written_bytes)),
    Property::new("AvgDiskBytesPerWrite_Base", STATS, |disk| Some(disk.io.writes)),
    Property::new("DiskTransfersPersec", STATS, |disk| Some(transfers(disk))),
    Property::new("DiskReadsPersec", STATS, |disk| Some(disk.io.reads)),
    Property::new("DiskWritesPersec", STATS, |disk| Some(disk.io.writes)),
    Property::new("DiskBytesPersec", STATS, |disk| Some(bytes(disk))),
    Property::new("DiskReadBytesPersec", STATS, |disk| Some(disk.io.read_bytes)),
    Property::new("DiskWriteBytesPersec", STATS, |disk| Some(disk.io.written_bytes)),
];

/// The moment of the sample, by which a share of time is one.
#[allow(clippy::unnecessary_wraps)] // a property's value may be missing
fn now(disk: &Disk) -> Option<u64> {
    Some(disk.sys_100ns)
}

/// The average of a time over the disks.
fn time(disk: &Disk, sum_ms: u64) -> Option<u64> {
    Some(sum_ms.checked_mul(MS_100NS)? / disk.count.max(1))
}

/// What the time stamp would be if the clock stood still while there was
/// anything to do.
fn idle_time(disk: &Disk) -> Option<u64> {
    disk.sys_100ns.checked_sub(time(disk, disk.io.busy_ms)?)
}

fn transfer_ms(disk: &Disk) -> Option<u64> {
    disk.io.read_ms.checked_add(disk.io.write_ms)
}

/// A time in ticks of `Timestamp_PerfTime`, of which the low 32 bits count: with
/// a time that wraps they go on as if it didn't.
fn latency(sum_ms: u64) -> u64 {
    sum_ms.wrapping_mul(MS_100NS)
}

fn transfers(disk: &Disk) -> u64 {
    disk.io.reads.wrapping_add(disk.io.writes)
}

fn bytes(disk: &Disk) -> u64 {
    disk.io.read_bytes.wrapping_add(disk.io.written_bytes)
}

#[cfg(test)]
mod tests {
    use hiperf_provider::Field;

    use super::*;

    const IO: DiskIo = DiskIo {
        reads: 10,
        read_bytes: 5120,
        read_ms: 70,
        writes: 5,
        written_bytes: 1024,
        write_ms: 30,
        in_flight: 2,
        busy_ms: 60,
        weighted_ms: 200,
    };

    #[track_caller]
    fn check(disk: &Disk, name: &str, expected: Option<u64>) {
        let property =
            PROPERTIES.iter().find(|property| property.name == name).expect("there is such a property");
        let Field::Count(value) = property.value else { panic!("{name} is no counter") };
        assert_eq!(value(disk), expected, "{name}");
    }

    #[test]
    fn of_one_disk() {
        let disk = Disk::one(IO, 9_000_000);
        check(&disk, "PercentDiskTime", Some(1_000_000));
        check(&disk, "PercentDiskTime_Base", Some(9_000_000));
        check(&disk, "PercentIdleTime", Some(8_400_000));
        check(&disk, "AvgDiskQueueLength", Some(2_000_000));
        check(&disk, "AvgDiskSecPerRead", Some(700_000));
        check(&disk, "AvgDiskSecPerRead_Base", Some(10));
        check(&disk, "DiskTransfersPersec", Some(15));
        check(&disk, "DiskBytesPersec", Some(6144));
    }

    #[test]
    fn of_several_the_shares_are_averages_and_the_rest_sums() {
        let idle = Disk {
            space: Ok(Space { size_bytes: 9, free_bytes: 4, ..Space::default() }),
            ..Disk::one(DiskIo::default(), 9_000_000)
        };
        let all = Disk::total([Disk::one(IO, 9_000_000), idle, idle].into_iter()).expect("there are three");
        check(&all, "PercentDiskTime", Some(333_333));
        check(&all, "PercentIdleTime", Some(8_800_000));
        check(&all, "AvgDiskQueueLength", Some(2_000_000));
        check(&all, "DiskReadsPersec", Some(10));
        assert_eq!(all.space, Ok(Space { size_bytes: 18, free_bytes: 8, ..Space::default() }));
        assert_eq!(Disk::total(std::iter::empty()), None);
    }

    #[test]
    fn absurd_numbers_have_no_value() {
        let io = DiskIo { read_ms: u64::MAX, write_ms: 1, busy_ms: u64::MAX, ..IO };
        let odd = Disk::one(io, 5);
        for name in ["PercentDiskTime", "PercentDiskReadTime", "PercentIdleTime", "AvgDiskReadQueueLength"] {
            check(&odd, name, None);
        }
        check(&Disk::one(DiskIo { busy_ms: 1, ..IO }, 5), "PercentIdleTime", None);
    }
}
