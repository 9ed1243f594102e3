//! [`FileSystem`]: `Linux_PerfRawData_Disk_FileSystem`, one instance for each
//! file system, by the place where it is mounted, and how full it is.
//!
//! There are those that hold somebody's files, as `df` shows them: one row for
//! each device that is mounted, be it a block device, `tmpfs` or an overlay. The
//! machine's disks alone are `LogicalDisk`.
//!
//! The space of a file system whose server is another machine, or a process, is
//! not asked for: a call about one whose server is away does not return.

use hiperf_provider::{Field, Instance, Reason};

use crate::area::{Class, reason};
use crate::disks::Disks;
use crate::disks::free_space::Space;
use crate::disks::mountinfo::Mounted;
use crate::property::{Property, Sources};
use crate::root::Unavailable;
use crate::scan::put_text;

/// Types of file systems whose server is another machine.
const OF_A_SERVER: [&[u8]; 16] = [
    b"9p",
    b"afs",
    b"beegfs",
    b"ceph",
    b"cifs",
    b"coda",
    b"davfs",
    b"gfs2",
    b"glusterfs",
    b"gpfs",
    b"lustre",
    b"nfs",
    b"nfs4",
    b"orangefs",
    b"smb3",
    b"smbfs",
];

/// What is known of a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSystemRow {
    /// What is mounted.
    pub device: String,
    /// Its type.
    pub kind: String,
    /// Whether nobody may write to it.
    pub is_read_only: bool,
    /// Whether asking for its space may take as long as a server is away.
    pub is_of_a_server: bool,
    /// Its space, if it was asked for; else why it isn't known.
    pub space: Result<Space, Option<Unavailable>>,
}

impl Default for FileSystemRow {
    fn default() -> FileSystemRow {
        FileSystemRow {
            device: String::new(),
            kind: String::new(),
            is_read_only: false,
            is_of_a_server: false,
            space: Err(None),
        }
    }
}

impl FileSystemRow {
    /// Takes what the mount says. Nothing is allocated while that stays the same.
    pub(crate) fn take(&mut self, mounted: &Mounted<'_>) {
        put_text(&mut self.device, mounted.source);
        put_text(&mut self.kind, mounted.kind);
        self.is_read_only = mounted.is_read_only;
        self.is_of_a_server = is_of_a_server(mounted.kind);
        self.space = Err(None);
    }
}

/// Whether a file system of this type is served by another machine or by a
/// process. `fuseblk` is a disk's, and read by a process of this machine.
fn is_of_a_server(kind: &[u8]) -> bool {
    OF_A_SERVER.contains(&kind) || kind == b"fuse" || kind.starts_with(b"fuse.")
}

/// The class.
#[derive(Debug)]
pub struct FileSystem;

const MOUNTS: Sources = Disks::MOUNTS;
const SPACE: Sources = Disks::FILE_SYSTEM_SPACE;

impl Class for FileSystem {
    type Area = Disks;
    type Row = FileSystemRow;
    const NAME: &'static str = "Linux_PerfRawData_Disk_FileSystem";
    const INSTANCES: Sources = MOUNTS;
    const PROPERTIES: &'static [Property<FileSystemRow>] = &[
        Property::of_field("Device", MOUNTS, Field::Text(|row| Some(&row.device))),
        Property::of_field("FileSystemType", MOUNTS, Field::Text(|row| Some(&row.kind))),
        Property::new("ReadOnly", MOUNTS, |row| Some(row.is_read_only.into())),
        Property::new("SizeBytes", SPACE, |row| Some(row.space.ok()?.size_bytes)),
        Property::new("UsedBytes", SPACE, used_bytes),
        Property::new("FreeBytes", SPACE, |row| Some(row.space.ok()?.unused_bytes)),
        Property::new("AvailableBytes", SPACE, |row| Some(row.space.ok()?.free_bytes)),
        Property::new("PercentUsedSpace", SPACE, used_bytes),
        Property::new("PercentUsedSpace_Base", SPACE, |row| {
            used_bytes(row)?.checked_add(row.space.ok()?.free_bytes)
        }),
        Property::new("Inodes", SPACE, inodes),
        Property::new("FreeInodes", SPACE, |row| inodes(row).and(Some(row.space.ok()?.free_inodes))),
        Property::new("PercentUsedInodes", SPACE, |row| {
            inodes(row)?.checked_sub(row.space.ok()?.free_inodes)
        }),
        Property::new("PercentUsedInodes_Base", SPACE, inodes),
    ];

    fn for_each(disks: &Disks, visit: &mut dyn FnMut(Instance<'_>, &FileSystemRow)) {
        disks.file_systems().iter().for_each(|(instance, row)| visit(instance, row));
    }

    fn why_missing(row: &FileSystemRow, property: &Property<FileSystemRow>) -> Option<Reason> {
        if property.sources != SPACE {
            return None;
        }
        if row.is_of_a_server {
            return Some(Reason::Stale);
        }
        row.space.err().flatten().map(|why| reason(Some(why)))
    }
}

fn used_bytes(row: &FileSystemRow) -> Option<u64> {
    let space = row.space.ok()?;
    space.size_bytes.checked_sub(space.unused_bytes)
}

/// How many inodes there are, where they are counted.
fn inodes(row: &FileSystemRow) -> Option<u64> {
    Some(row.space.ok()?.inodes).filter(|count| *count > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_told_by_the_type() {
        for kind in ["nfs4", "cifs", "fuse", "fuse.sshfs", "ceph"] {
            assert!(is_of_a_server(kind.as_bytes()), "{kind}");
        }
        for kind in ["ext4", "fuseblk", "tmpfs", "overlay", "zfs", "nfsx"] {
            assert!(!is_of_a_server(kind.as_bytes()), "{kind}");
        }
    }

    #[test]
    fn what_does_not_add_up_is_not_known() {
        let row = |space| FileSystemRow { space: Ok(space), ..FileSystemRow::default() };
        let more_free_than_all = Space { size_bytes: 1, unused_bytes: 2, ..Space::default() };
        assert_eq!(used_bytes(&row(more_free_than_all)), None);
        assert_eq!(inodes(&row(Space::default())), None);
        assert_eq!(inodes(&FileSystemRow::default()), None);
    }
}
