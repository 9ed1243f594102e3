//! `CgroupMounts`: `/proc/self/mountinfo`, where the hierarchies of cgroups are
//! mounted.
//!
//! ```text
//!   33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct       version 1, with its controllers
//!   41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate          version 2, one for all
//! ```
//!
//! Of several mounts of the same hierarchy the first counts that shows all of it
//! (root `/`), else the first. A controller that is mounted as version 1 isn't in
//! version 2: on a hybrid machine both are looked at, each for its own.
//!
//! Source: the kernel's Documentation/filesystems/proc.rst, 3.5, and
//! admin-guide/cgroup-v1/cgroups.rst.

use crate::scan::{fields, lines, number, split_at_byte};
use crate::text_file::Content;

/// Which of the two kinds of cgroups a hierarchy has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Version {
    /// A hierarchy for each controller, or for some together.
    One,
    /// One for all.
    #[default]
    Two,
}

/// What a hierarchy of version 1 controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Controller {
    Cpuacct,
    Cpu,
    Memory,
    Blkio,
    Pids,
    Cpuset,
    /// None of these: all that version 2 has.
    Unified,
}

impl Controller {
    /// Those of version 1.
    pub(crate) const ALL: [Controller; 6] = [
        Controller::Cpuacct,
        Controller::Cpu,
        Controller::Memory,
        Controller::Blkio,
        Controller::Pids,
        Controller::Cpuset,
    ];

    /// Its name as an option of the mount and in `/proc/cgroups`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Controller::Cpuacct => "cpuacct",
            Controller::Cpu => "cpu",
            Controller::Memory => "memory",
            Controller::Blkio => "blkio",
            Controller::Pids => "pids",
            Controller::Cpuset => "cpuset",
            Controller::Unified => "",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A hierarchy where it is mounted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mount {
    /// Beneath the root, without a slash in front.
    pub(crate) point: Vec<u8>,
    pub(crate) version: Version,
    controllers: u8,
    device: (u64, u64),
    is_whole: bool,
}

impl Mount {
    pub(crate) fn has(&self, controller: Controller) -> bool {
        self.controllers & controller.bit() != 0
    }

    fn parse(line: &[u8]) -> Option<Mount> {
        let mut parts = fields(line).skip(2);
        let (major, minor) = split_at_byte(parts.next()?, b':')?;
        let device = (number(major)?, number(minor)?);
        let (root, point) = (parts.next()?, parts.next()?);
        let mut behind = parts.skip_while(|part| *part != b"-").skip(1);
        let version = match behind.next()? {
            b"cgroup" => Version::One,
            b"cgroup2" => Version::Two,
            _ => return None,
        };
        let options = behind.nth(1)?;
        let of_option = |controllers: u8, option: &[u8]| {
            let named = Controller::ALL.into_iter().find(|of| of.name().as_bytes() == option);
            controllers | named.map_or(0, Controller::bit)
        };
        let controllers = match version {
            Version::One => options.split(|byte| *byte == b',').fold(0, of_option),
            Version::Two => Controller::Unified.bit(),
        };
        let point = point.strip_prefix(b"/")?.to_vec();
        // One without a controller that anybody here asks for, as that of systemd.
        (controllers != 0).then_some(Mount { point, version, controllers, device, is_whole: root == b"/" })
    }
}

/// The hierarchies. They are read when a sampler begins and seldom after that, so
/// that this may allocate.
#[derive(Debug, Default)]
pub(crate) struct CgroupMounts {
    mounts: Vec<Mount>,
}

impl Content for CgroupMounts {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        for mount in lines(text).filter_map(Mount::parse) {
            match self.mounts.iter_mut().find(|known| known.device == mount.device) {
                Some(known) if !known.is_whole && mount.is_whole => *known = mount,
                Some(_) => {}
                None => self.mounts.push(mount),
            }
        }
    }

    fn clear(&mut self) {
        self.mounts.clear();
    }
}

impl CgroupMounts {
    /// The mounts, in the order of the file.
    pub(crate) fn mounts(&self) -> &[Mount] {
        &self.mounts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Version, &[Controller])]) {
        let mut mounts = CgroupMounts::default();
        mounts.parse(text.as_bytes());
        let found: Vec<_> =
            mounts.mounts().iter().map(|of| (of.point.clone(), of.version, of.controllers)).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(point, version, controllers)| {
                let bits = controllers.iter().fold(0, |bits, of| bits | of.bit());
                (point.as_bytes().to_vec(), *version, bits)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn both_versions_and_their_controllers() {
        use Controller::{Cpu, Cpuacct, Memory, Unified};
        check(
            "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n\
             32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
             35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
             40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n\
             41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n",
            &[
                ("sys/fs/cgroup/cpu,cpuacct", Version::One, &[Cpu, Cpuacct]),
                ("sys/fs/cgroup/memory", Version::One, &[Memory]),
                ("sys/fs/cgroup/unified", Version::Two, &[Unified]),
            ],
        );
    }

    #[test]
    fn one_mount_of_each_hierarchy() {
        check(
            "41 31 0:38 /docker/x /a rw - cgroup2 cgroup2 rw\n42 31 0:38 / /b rw - cgroup2 cgroup2 rw\n\
             43 31 0:38 / /c rw - cgroup2 cgroup2 rw\n",
            &[("b", Version::Two, &[Controller::Unified])],
        );
    }

    #[test]
    fn what_is_cut_or_odd_is_not_there() {
        check(
            "41 31 0:38 / /b rw - cgroup2\n41 31 x / /b rw - cgroup2 cgroup2 rw\n\n41 31 0:1 / /b rw - cgroup2 c rw",
            &[],
        );
    }
}
