//! [`Disks`]: block devices, and the file systems that are mounted.

pub mod block_queue;
pub mod disk;
pub mod diskstats;
pub mod file_system;
pub mod free_space;
pub mod logical_disk;
pub mod mountinfo;
pub mod physical_disk;
pub mod queue_files;

use self::block_queue::{BlockQueue, BlockQueueRow};
use self::disk::Disk;
use self::diskstats::{Device, DiskIo, DiskStats};
use self::file_system::{FileSystem, FileSystemRow};
use self::free_space::{FreeSpace, Space};
use self::logical_disk::LogicalDisk;
use self::mountinfo::MountInfo;
use self::physical_disk::PhysicalDisk;
use self::queue_files::QueueFiles;
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
    file_systems: Roster<FileSystemRow>,
    queues: Roster<BlockQueueRow>,
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
    /// What it says of each file system that is this machine's own.
    pub const FILE_SYSTEM_SPACE: Sources = Sources::number(3);

    const SPACE: Sources = Disks::FREE_SPACE.union(Disks::FILE_SYSTEM_SPACE);

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

    /// The file systems by mount point.
    #[must_use]
    pub fn file_systems(&self) -> &Roster<FileSystemRow> {
        &self.file_systems
    }

    /// The block devices that are no partitions.
    #[must_use]
    pub fn queues(&self) -> &Roster<BlockQueueRow> {
        &self.queues
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
        for mounted in mounts.content().of_devices() {
            let is_it = |known: &&Device| known.device == mounted.device;
            let by_number = devices.devices().map(|(_, known)| known).find(is_it);
            if let Some(found) = by_number.or_else(|| devices.named(mounted.device_name())) {
                *self.volumes.entry(mounted.point, mounted.device) =
                    Volume { io: found.io, space: Err(None) };
            }
        }
        self.volumes.end();
    }

    fn list_file_systems(&mut self) {
        self.file_systems.begin();
        let mounts = Disks::either(&self.mounts, &self.mounts_of_init);
        for mounted in mounts.content().file_systems() {
            self.file_systems.entry(mounted.point, mounted.device).take(&mounted);
        }
        self.file_systems.end();
    }

    fn read_queues(&mut self, root: &mut Root, wanted: Sources) {
        self.queues.begin();
        for (name, device) in self.stats.content().whole() {
            let row = self.queues.entry(name, device.device);
            row.io = device.queue;
            row.files.read(root, name, wanted);
        }
        self.queues.end();
    }

    /// Asks each file system once, also if both classes want to know.
    fn read_free_space(&mut self, root: &mut Root, wanted: Sources) {
        self.free_space_unavailable = self.free_space.begin(root).err();
        if self.free_space_unavailable.is_some() {
            return;
        }
        let wants_all = wanted.has_any(Disks::FILE_SYSTEM_SPACE);
        if wants_all {
            let local = self.file_systems.iter_mut().filter(|(_, row)| !row.is_of_a_server);
            local.for_each(|(point, row)| row.space = self.free_space.of(root, point).map_err(Some));
        }
        if wanted.has_any(Disks::FREE_SPACE) {
            for (point, volume) in self.volumes.iter_mut() {
                let known = self.file_systems.find(point).filter(|row| wants_all && !row.is_of_a_server);
                volume.space = match known {
                    Some(row) => row.space,
                    None => self.free_space.of(root, point).map_err(Some),
                };
            }
        }
        self.free_space.end(root);
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
            file_systems: Roster::default(),
            queues: Roster::default(),
            sys_100ns: 0,
        }
    }
}

impl Area for Disks {
    const CLASSES: &'static [Entry] = &[
        Entry::of::<PhysicalDisk>(),
        Entry::of::<LogicalDisk>(),
        Entry::of::<FileSystem>(),
        Entry::of::<BlockQueue>(),
    ];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        first_unavailable(
            sources,
            [
                (Disks::DISKSTATS, self.stats.unavailable()),
                (Disks::MOUNTS, self.mounts().unavailable()),
                (Disks::SPACE, self.free_space_unavailable),
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
        if wanted.has_any(Disks::DISKSTATS | QueueFiles::ALL) && self.stats.unavailable().is_none() {
            self.read_queues(moment.root, wanted);
        } else {
            self.queues.hide();
        }
        let are_known = wants_mounts && self.mounts().unavailable().is_none();
        if are_known {
            self.list_file_systems();
        } else {
            self.file_systems.hide();
        }
        // Without the devices it isn't known which mounts are of one.
        if are_known && wanted.has_any(Disks::DISKSTATS) && self.stats.unavailable().is_none() {
            self.match_volumes();
        } else {
            self.volumes.hide();
        }
        if are_known && wanted.has_any(Disks::SPACE) {
            self.read_free_space(moment.root, wanted);
        }
    }
}
