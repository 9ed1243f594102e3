//! [`Cgroups`]: what each control group uses, is allowed, and waits for; of
//! version 2, of version 1, and of machines that have both.
//!
//! ```text
//!   mountinfo -> CgroupMounts -> Hierarchy of each subject -> Walk, when something may have changed
//!                                    | each Group: the wanted FILES, through descriptors that stay open
//!                                    v
//!                              Readings, Stalls, DeviceIo -> one class a subject
//! ```
//!
//! Names are paths beneath the mount, so that what a container sees as `/` is
//! `/`. A cgroup that is removed and made anew under the same name has another
//! inode number, and is another instance.
//!
//! Not here: which process is in which cgroup, which the processes say.

pub(crate) mod counts;
pub mod device_io;
pub mod devices;
pub mod disk;
pub mod files;
pub(crate) mod form;
pub mod group;
pub(crate) mod hierarchy;
pub mod memory;
pub mod mounts;
pub mod pressure;
pub mod processor;
pub mod quantity;
pub(crate) mod reading;
pub mod tasks;
pub(crate) mod walk;

use hiperf_provider::{Instance, Key, Reason};

use self::counts::GroupCounts;
use self::devices::{GroupDevice, GroupDevices};
use self::disk::CgroupDisk;
use self::files::{FILES, Subject};
use self::group::Group;
use self::hierarchy::{Hierarchy, Reading};
use self::memory::CgroupMemory;
use self::mounts::{CgroupMounts, Controller, Mount, Version};
use self::pressure::CgroupPressure;
use self::processor::CgroupProcessor;
use self::quantity::Quantity;
use self::reading::GroupFiles;
use self::tasks::CgroupTasks;
use self::walk::Walk;
use crate::area::{Area, Entry, Moment, Sampled, reason};
use crate::file::Shape::{LongRecords, OnePiece};
use crate::property::Sources;
use crate::root::Unavailable;
use crate::text_file::TextFile;

/// Time after which it is looked whether other hierarchies are mounted now.
const MOUNTS_AFTER_100NS: u64 = 60 * 10_000_000;

/// What is read of cgroups.
#[derive(Debug)]
pub struct Cgroups {
    mounts: TextFile<CgroupMounts>,
    /// For a root that is another machine's or namespace's: nobody here is a
    /// process there, but there is a first one.
    mounts_of_init: TextFile<CgroupMounts>,
    mounts_unavailable: Option<Unavailable>,
    mounted_at: Option<u64>,
    counts: TextFile<GroupCounts>,
    hierarchies: Vec<Hierarchy>,
    /// The hierarchy of each subject.
    of_subject: [Option<usize>; Subject::ALL.len()],
    devices: GroupDevices,
    has_devices: bool,
    files: GroupFiles,
    walk: Walk,
    sample: u64,
}

impl Cgroups {
    /// The cgroups that a subject is about, each with its name and identity.
    pub(crate) fn groups(&self, subject: Subject) -> impl Iterator<Item = (Instance<'_>, &Group)> {
        let hierarchy = self.of_subject[subject as usize].map(|at| &self.hierarchies[at]);
        let shown = hierarchy.filter(|hierarchy| hierarchy.is_shown);
        let rows = shown.into_iter().flat_map(|hierarchy| hierarchy.groups.iter());
        rows.map(|(instance, group)| (instance, &**group)).filter(|(_, group)| !group.is_gone)
    }

    /// What each cgroup has done with each device.
    pub(crate) fn devices(&self) -> impl Iterator<Item = (Instance<'_>, &GroupDevice)> {
        self.devices.rows.iter().filter(|_| self.has_devices)
    }

    /// Looks which hierarchies are mounted, when a sampler begins and from time to
    /// time.
    fn read_mounts(&mut self, moment: &mut Moment<'_>) {
        let at = moment.at.perf_time;
        if self.mounted_at.is_some_and(|last| at.saturating_sub(last) < MOUNTS_AFTER_100NS) {
            return;
        }
        self.mounts.update(true, moment.root);
        let has_none = self.mounts.unavailable() == Some(Unavailable::Unsupported);
        self.mounts_of_init.update(has_none, moment.root);
        let mounts = if has_none { &self.mounts_of_init } else { &self.mounts };
        self.mounts_unavailable = mounts.unavailable();
        // What could not be read is tried again by the next sample.
        self.mounted_at = self.mounts_unavailable.is_none().then_some(at);
        let now = mounts.content().mounts();
        if self.hierarchies.iter().map(|hierarchy| &hierarchy.mount).ne(now) {
            self.hierarchies = now.iter().cloned().map(Hierarchy::new).collect();
            self.choose();
        }
    }

    /// Decides which hierarchy each subject looks at: that of its controller in
    /// version 1 if there is one, else version 2.
    fn choose(&mut self) {
        let with = |controller| self.hierarchies.iter().position(|hierarchy| hierarchy.mount.has(controller));
        for subject in Subject::ALL {
            let of_version_1 = match subject {
                Subject::Processor => with(Controller::Cpuacct).or_else(|| with(Controller::Cpu)),
                Subject::Memory => with(Controller::Memory),
                Subject::Disk => with(Controller::Blkio),
                Subject::Tasks => with(Controller::Pids),
                Subject::Pressure => None,
            };
            self.of_subject[subject as usize] = of_version_1.or_else(|| with(Controller::Unified));
        }
        for (at, hierarchy) in self.hierarchies.iter_mut().enumerate() {
            let of_it =
                Subject::ALL.into_iter().filter(|subject| self.of_subject[*subject as usize] == Some(at));
            hierarchy.subjects = of_it.fold(0, |bits, subject| bits | 1 << subject as u8);
        }
    }

    /// Lists the files of a hierarchy's cgroups that are wanted, with the mount that
    /// each is in: version 1 may have those of one subject in several.
    fn list_wanted(&mut self, at: usize, wanted: Sources) {
        let of = &mut self.hierarchies[at];
        if of.wanted_of == wanted {
            return;
        }
        of.wanted_of = wanted;
        let mut list = std::mem::take(&mut of.wanted);
        list.clear();
        let (version, subjects) = (of.mount.version, of.subjects);
        for (index, file) in FILES.iter().enumerate() {
            let is_of_it = version == file.version && subjects & 1 << file.subject as u8 != 0;
            if !is_of_it || !wanted.has_any(file.subject.groups()) || !wanted.has_any(file.sources) {
                continue;
            }
            let is_in = |mount: &&Mount| mount.version == file.version && mount.has(file.controller);
            let mount = self.hierarchies.iter().map(|hierarchy| &hierarchy.mount).find(is_in);
            list.extend(mount.map(|mount| (index, mount.point.clone())));
        }
        self.hierarchies[at].wanted = list;
    }

    fn collect_devices(&mut self, moment: &mut Moment<'_>, is_wanted: bool) {
        self.has_devices = is_wanted;
        let hierarchy = self.of_subject[Subject::Disk as usize].map(|at| &self.hierarchies[at]);
        if !is_wanted {
            return;
        }
        self.devices.begin();
        for (instance, group) in hierarchy.into_iter().flat_map(|hierarchy| hierarchy.groups.iter()) {
            let [Key::Text(name)] = instance.keys() else { continue };
            let unavailable = group.unavailable(files::BYTES | files::OPERATIONS);
            for io in group.devices.iter().filter(|_| !group.is_gone) {
                self.devices.add(moment.root, (name, instance.identity()), *io, unavailable);
            }
        }
        self.devices.end();
    }
}

impl Default for Cgroups {
    fn default() -> Cgroups {
        Cgroups {
            mounts: TextFile::new("proc/self/mountinfo", LongRecords, 8192),
            mounts_of_init: TextFile::new("proc/1/mountinfo", LongRecords, 8192),
            mounts_unavailable: None,
            mounted_at: None,
            counts: TextFile::new("proc/cgroups", OnePiece, 512),
            hierarchies: Vec::new(),
            of_subject: [None; Subject::ALL.len()],
            devices: GroupDevices::default(),
            has_devices: false,
            files: GroupFiles::default(),
            walk: Walk::default(),
            sample: 0,
        }
    }
}

impl Area for Cgroups {
    const CLASSES: &'static [Entry] = &[
        Entry::of::<CgroupProcessor>(),
        Entry::of::<CgroupMemory>(),
        Entry::of::<CgroupDisk>(),
        Entry::of::<CgroupTasks>(),
        Entry::of::<CgroupPressure>(),
    ];

    fn unavailable(&self, _sources: Sources) -> Option<Unavailable> {
        let of_walks = self.hierarchies.iter().filter(|hierarchy| hierarchy.is_shown);
        self.mounts_unavailable.or_else(|| of_walks.filter_map(|hierarchy| hierarchy.unavailable).next())
    }
}

impl Sampled for Cgroups {
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources) {
        self.hierarchies.iter_mut().for_each(|hierarchy| hierarchy.is_shown = false);
        self.has_devices = false;
        if !Subject::ALL.into_iter().any(|subject| wanted.has_any(subject.groups())) {
            return;
        }
        self.sample += 1;
        self.read_mounts(moment);
        let is_wanted = |at: usize, of: &[Option<usize>]| {
            Subject::ALL
                .into_iter()
                .any(|of_it| wanted.has_any(of_it.groups()) && of[of_it as usize] == Some(at))
        };
        let has_version_1 = self.hierarchies.iter().enumerate().any(|(at, hierarchy)| {
            hierarchy.mount.version == Version::One && is_wanted(at, &self.of_subject)
        });
        self.counts.update(has_version_1, moment.root);
        for at in 0..self.hierarchies.len() {
            if !is_wanted(at, &self.of_subject) {
                continue;
            }
            self.list_wanted(at, wanted);
            let hierarchy = &mut self.hierarchies[at];
            let controllers = Controller::ALL.into_iter().filter(|of| hierarchy.mount.has(*of));
            let counted = controllers.filter_map(|of| self.counts.content().of(of)).next();
            let mut reading = Reading {
                root: moment.root,
                files: &mut self.files,
                walk: &mut self.walk,
                at_100ns: moment.at.perf_time,
                sample: self.sample,
            };
            hierarchy.sample(&mut reading, counted);
        }
        self.collect_devices(moment, wanted.has_any(Subject::Disk.groups()));
    }
}

/// Why a cgroup has no such value: its file could not be read, or it is a limit
/// that isn't set, which no number says.
pub(crate) fn why_missing(
    group: &Group,
    sources: Sources,
    name: &str,
    limits: &[(&str, Quantity)],
) -> Option<Reason> {
    let limit = limits.iter().find(|(property, _)| *property == name);
    if limit.is_some_and(|(_, quantity)| group.readings.is_unlimited(*quantity)) {
        return Some(Reason::OutOfRange);
    }
    Some(reason(group.unavailable(sources)))
}
