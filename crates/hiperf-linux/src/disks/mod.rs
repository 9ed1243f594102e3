//! [`Disks`]: block devices, and the file systems that are mounted from them.

pub mod disk;
pub mod diskstats;
pub mod free_space;
pub mod logical_disk;
pub mod mountinfo;
pub mod physical_disk;

use self::disk::Disk;
use self::diskstats::{DiskIo, DiskStats};
use self::free_space::{FreeSpace, Space};
use self::logical_disk::LogicalDisk;
use self::mountinfo::MountInfo;
use self::physical_disk::PhysicalDisk;
use crate::area::{Area, Entry, Moment, Sampled, first_unavailable};
use crate::file::Shape::{LongRecords, Records};
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::roster::Roster;
use crate::text_file::TextFile;

/// What is read of disks and of the file systems on them.
#[derive(Debug)]
pub struct Disks {
    stats: TextFile<DiskStats>,
    mounts: TextFile<MountInfo>,
    /// For a root that is another machine's or namespace's: nobody here is a
    /// process there, but there is a first one.
    mounts_of_init: TextFile<MountInfo>,
    free_space: FreeSpace,
    free_space_unavailable: Option<Unavailable>,
    volumes: Roster<Volume>,
    sys_100ns: u64,
}

/// A mounted device.
#[derive(Debug, Clone, Copy)]
pub struct Volume {
    /// What was read from it and written to it.
    pub io: DiskIo,
    /// Its space, if it was asked for; else why it isn't known.
    pub space: Result<Space, Option<Unavailable>>,
}

impl Default for Volume {
    fn default() -> Volume {
        Volume { io: DiskIo::default(), space: Err(None) }
    }
}

impl Disks {
    /// `/proc/diskstats`.
    pub const DISKSTATS: Sources = Sources::number(0);
    /// `/proc/self/mountinfo`.
    pub const MOUNTS: Sources = Sources::number(1);
    /// What `statvfs` says of each file system that is mounted from a device.
    pub const FREE_SPACE: Sources = Sources::number(2);

    /// `/proc/diskstats`; empty if it wasn't read.
    #[must_use]
    pub fn stats(&self) -> &DiskStats {
        self.stats.content()
    }

    /// The mounted devices by mount point.
    #[must_use]
    pub fn volumes(&self) -> &Roster<Volume> {
        &self.volumes
    }

    /// One disk in this sample.
    #[must_use]
    pub const fn disk(&self, io: DiskIo) -> Disk {
        Disk::one(io, self.sys_100ns)
    }

    fn mounts(&self) -> &TextFile<MountInfo> {
        Disks::either(&self.mounts, &self.mounts_of_init)
    }

    /// Our own mounts, or those of the first process.
    fn either<'a>(own: &'a TextFile<MountInfo>, init: &'a TextFile<MountInfo>) -> &'a TextFile<MountInfo> {
        match own.unavailable() {
            Some(Unavailable::Unsupported) => init,
            _ => own,
        }
    }

    /// Matches mounts with devices: a mount is a volume if its device is there.
    fn match_volumes(&mut self) {
        self.volumes.begin();
        let mounts = Disks::either(&self.mounts, &self.mounts_of_init);
        let devices = self.stats.content();
        for (device, point, source) in mounts.content().mounts() {
            let by_number = devices.devices().map(|(_, known)| known).find(|known| known.device == device);
            if let Some(found) = by_number.or_else(|| devices.named(source)) {
                *self.volumes.entry(point, device) = Volume { io: found.io, space: Err(None) };
            }
        }
        self.volumes.end();
    }

    fn read_free_space(&mut self, root: &mut Root) {
        self.free_space_unavailable = self.free_space.begin(root).err();
        if self.free_space_unavailable.is_none() {
            for (point, volume) in self.volumes.iter_mut() {
                volume.space = self.free_space.of(root, point).map_err(Some);
            }
            self.free_space.end(root);
        }
    }
}

impl Default for Disks {
    fn default() -> Disks {
        Disks {
            stats: TextFile::new("proc/diskstats", Records, 4096),
            mounts: TextFile::new("proc/self/mountinfo", LongRecords, 8192),
            mounts_of_init: TextFile::new("proc/1/mountinfo", LongRecords, 8192),
            free_space: FreeSpace::default(),
            free_space_unavailable: None,
            volumes: Roster::default(),
            sys_100ns: 0,
        }
    }
}

impl Area for Disks {
    const CLASSES: &'static [Entry] = &[Entry::of::<PhysicalDisk>(), Entry::of::<LogicalDisk>()];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        first_unavailable(
            sources,
            [
                (Disks::DISKSTATS, self.stats.unavailable()),
                (Disks::MOUNTS, self.mounts().unavailable()),
                (Disks::FREE_SPACE, self.free_space_unavailable),
            ],
        )
    }
}

impl Sampled for Disks {
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources) {
        self.sys_100ns = moment.at.sys_100ns;
        self.stats.update(wanted.has_any(Disks::DISKSTATS), moment.root);
        let wants_mounts = wanted.has_any(Disks::MOUNTS);
        self.mounts.update(wants_mounts, moment.root);
        let has_none = self.mounts.unavailable() == Some(Unavailable::Unsupported);
        self.mounts_of_init.update(wants_mounts && has_none, moment.root);
        self.free_space_unavailable = None;
        // Without the devices it isn't known which mounts are of one.
        let are_known = self.stats.unavailable().is_none() && self.mounts().unavailable().is_none();
        if !(wants_mounts && wanted.has_any(Disks::DISKSTATS) && are_known) {
            return self.volumes.hide();
        }
        self.match_volumes();
        if wanted.has_any(Disks::FREE_SPACE) {
            self.read_free_space(moment.root);
        }
    }
}
