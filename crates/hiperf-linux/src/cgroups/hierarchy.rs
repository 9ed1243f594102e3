//! [`Hierarchy`]: the cgroups of one mount, and how it is noticed that some came
//! or went.
//!
//! A walk through all directories costs more than reading a counter of each does.
//! Of version 2 the topmost cgroup says how many there are below it
//! (`nr_descendants`), and reading tells which of the known ones have gone: if as
//! many are known as there are and none has gone, they are all. Of version 1
//! `/proc/cgroups` counts also what is removed and not yet forgotten. So it is
//! compared with what it said at the last walk; and as a death may hide a birth
//! from that, a walk is made every [`WALK_AFTER_100NS`] besides. Without a number,
//! where nothing is read that would tell who has gone, and in a recorded tree
//! every sample walks.

use crate::cgroups::files::{CGROUP_STAT, FILES};
use crate::cgroups::group::Group;
use crate::cgroups::mounts::{Mount, Version};
use crate::cgroups::reading::{GroupFiles, Slot, c_path};
use crate::cgroups::walk::Walk;
use crate::file::{File, Shape};
use crate::property::Sources;
use crate::root::{Root, Unavailable};
use crate::roster::Roster;
use crate::scan::{fields, lines, number};

/// Time after which a hierarchy of version 1 is walked through again.
const WALK_AFTER_100NS: u64 = 10 * 10_000_000;

/// Time after which missing files are asked for again: somebody may have turned
/// on a controller.
const RETRY_AFTER_100NS: u64 = 60 * 10_000_000;

/// The cgroups of one mount.
#[derive(Debug)]
pub(crate) struct Hierarchy {
    pub(crate) mount: Mount,
    pub(crate) groups: Roster<Box<Group>>,
    pub(crate) unavailable: Option<Unavailable>,
    /// The subjects that it is for, a bit each.
    pub(crate) subjects: u8,
    /// The places of the wanted files in [`FILES`], with the mount that each is in.
    pub(crate) wanted: Vec<(usize, Vec<u8>)>,
    /// What that list is for.
    pub(crate) wanted_of: Sources,
    /// Shown in this sample.
    pub(crate) is_shown: bool,
    /// What the topmost cgroup says of those below it.
    stat: File,
    /// What a number has to be for the known ones to be all.
    count: Option<u64>,
    /// Whether one has gone since.
    has_lost: bool,
    /// Whether it is the kernel's, not a copy of one.
    is_kernels: Option<bool>,
    walked_at: u64,
    retried_at: u64,
}

/// What a sample reads of a hierarchy.
pub(crate) struct Reading<'a> {
    pub(crate) root: &'a mut Root,
    pub(crate) files: &'a mut GroupFiles,
    pub(crate) walk: &'a mut Walk,
    /// The moment, of the clock that doesn't step.
    pub(crate) at_100ns: u64,
    /// A number that no sample before had.
    pub(crate) sample: u64,
}

impl Hierarchy {
    pub(crate) fn new(mount: Mount) -> Hierarchy {
        let stat = format!("{}/{CGROUP_STAT}", String::from_utf8_lossy(&mount.point));
        Hierarchy {
            mount,
            groups: Roster::default(),
            unavailable: None,
            subjects: 0,
            wanted: Vec::new(),
            wanted_of: Sources::NONE,
            is_shown: false,
            stat: File::new(stat, Shape::OnePiece, 512),
            count: None,
            has_lost: true,
            is_kernels: None,
            walked_at: 0,
            retried_at: 0,
        }
    }

    /// Finds out which cgroups there are and reads the wanted files of each.
    /// `counted` is how many there are by a file of the machine.
    pub(crate) fn sample(&mut self, reading: &mut Reading<'_>, counted: Option<u64>) {
        self.is_shown = true;
        self.unavailable = None;
        let count = match self.mount.version {
            Version::One => counted,
            Version::Two => self.stat.read(reading.root).ok().and_then(descendants),
        };
        self.retry(reading.at_100ns);
        let has_walked = self.must_walk(reading, count);
        if has_walked {
            self.walk(reading, count);
        }
        self.read(reading, has_walked);
        if self.has_lost && !has_walked {
            // What took the place of the lost is in this sample, too.
            self.walk(reading, count);
            self.read(reading, true);
        }
    }

    fn must_walk(&mut self, reading: &mut Reading<'_>, count: Option<u64>) -> bool {
        let point = &self.mount.point;
        let is_kernels = *self.is_kernels.get_or_insert_with(|| reading.root.is_cgroupfs(point));
        let is_due = self.mount.version == Version::One
            && reading.at_100ns.saturating_sub(self.walked_at) >= WALK_AFTER_100NS;
        let is_told = is_kernels && count.is_some() && !self.wanted.is_empty();
        self.has_lost || is_due || !is_told || count != self.count
    }

    fn walk(&mut self, reading: &mut Reading<'_>, count: Option<u64>) {
        self.has_lost = false;
        self.walked_at = reading.at_100ns;
        self.groups.begin();
        match reading.walk.go(reading.root, &self.mount.point) {
            Ok(()) => {
                for (path, inode) in reading.walk.found() {
                    let group = self.groups.entry(path, inode);
                    (group.inode, group.version) = (inode, self.mount.version);
                }
            }
            // The next sample tries again.
            Err(why) => (self.unavailable, self.has_lost) = (Some(why), true),
        }
        self.groups.end();
        self.count = match self.mount.version {
            Version::One => count,
            Version::Two => self.groups.len().checked_sub(1).map(|below| below as u64),
        };
    }

    /// Reads what has not been read in this sample yet. Unless they were found just
    /// now, it looks whether they are still there.
    fn read(&mut self, reading: &mut Reading<'_>, are_found: bool) {
        let is_kernels = self.is_kernels == Some(true);
        let (mount, wanted, has_lost) = (&self.mount, &self.wanted, &mut self.has_lost);
        let stat = self.stat.bytes();
        for (name, group) in self.groups.iter_mut() {
            if group.read_in == reading.sample {
                continue;
            }
            group.clear();
            group.read_in = reading.sample;
            let is_alive = read_group(reading, wanted, group, name, stat) && is_kernels;
            group.is_gone = !(is_alive || are_found || is_there(reading, &mount.point, name, group.inode));
            *has_lost |= group.is_gone;
        }
    }

    /// Forgets which files were missing, from time to time.
    fn retry(&mut self, at_100ns: u64) {
        if at_100ns.saturating_sub(self.retried_at) >= RETRY_AFTER_100NS {
            self.retried_at = at_100ns;
            for (_, group) in self.groups.iter_mut() {
                group.slots.retain(|slot| !slot.is_absent());
            }
        }
    }
}

/// Reads the wanted files of a cgroup. True if something proves that it is still
/// the one that it was.
fn read_group(
    reading: &mut Reading<'_>,
    wanted: &[(usize, Vec<u8>)],
    group: &mut Group,
    name: &[u8],
    stat: &[u8],
) -> bool {
    let mut is_alive = false;
    let is_root = Group::is_root(name);
    for (file, mount) in wanted {
        let known = &FILES[*file];
        if is_root && known.name == CGROUP_STAT {
            known.form.parse(stat, group);
            continue;
        }
        let below = if is_root { &b""[..] } else { name };
        let parts = [mount, below, b"/", known.name.as_bytes()];
        let mut slot = std::mem::replace(group.slot(*file), Slot::new(*file));
        if let Ok(text) = reading.files.read(reading.root, &parts, &mut slot) {
            is_alive |= text.is_bound;
            known.form.parse(text.bytes, group);
        }
        *group.slot(*file) = slot;
    }
    is_alive
}

/// Whether the directory is still the one that it was.
fn is_there(reading: &mut Reading<'_>, point: &[u8], name: &[u8], inode: u64) -> bool {
    let below = if Group::is_root(name) { &b""[..] } else { name };
    let path = c_path(reading.files.path(), &[point, below]);
    path.is_ok_and(|path| reading.root.stat_beneath(path).is_ok_and(|said| said.st_ino == inode))
}

/// The number of cgroups below the topmost one.
fn descendants(text: &[u8]) -> Option<u64> {
    lines(text).find_map(|line| {
        let mut parts = fields(line);
        (parts.next()? == b"nr_descendants").then(|| number(parts.next()?))?
    })
}
