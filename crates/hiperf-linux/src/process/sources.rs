//! [`ProcessSources`]: which files of each process are to be read, and what each
//! is called.

use std::ops::{BitOr, BitOrAssign};

/// A set of things to read of each process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ProcessSources(u32);

impl ProcessSources {
    /// Nothing.
    pub const NONE: ProcessSources = ProcessSources(0);
    /// `stat`: state, times, faults, threads. Without it there is no process at
    /// all, so that any other source brings this one along.
    pub const STAT: ProcessSources = ProcessFile::Stat.source();
    /// `statm`: sizes of memory, in pages.
    pub const STATM: ProcessSources = ProcessFile::Statm.source();
    /// `status`: peaks, kinds of memory, context switches.
    pub const STATUS: ProcessSources = ProcessFile::Status.source();
    /// `io`: reads and writes. Only the process's owner may read it.
    pub const IO: ProcessSources = ProcessFile::Io.source();
    /// `schedstat`: time waited for a processor.
    pub const SCHEDSTAT: ProcessSources = ProcessFile::Schedstat.source();
    /// `oom_score`: how likely the kernel is to end it when memory runs out.
    pub const OOM_SCORE: ProcessSources = ProcessFile::OomScore.source();
    /// `limits`: resource limits.
    pub const LIMITS: ProcessSources = ProcessFile::Limits.source();
    /// `smaps_rollup`: proportional sizes. The kernel walks the whole address
    /// space for it, so it is for those who ask by name.
    pub const SMAPS_ROLLUP: ProcessSources = ProcessFile::SmapsRollup.source();
    /// `oom_score_adj`: what its owner adds to that.
    pub const OOM_SCORE_ADJ: ProcessSources = ProcessFile::OomScoreAdj.source();
    /// `cgroup`: the control groups it is in.
    pub const CGROUP: ProcessSources = ProcessFile::Cgroup.source();
    /// `cmdline`: its arguments.
    pub const CMDLINE: ProcessSources = ProcessFile::Cmdline.source();
    /// How many descriptors it has open.
    pub const DESCRIPTORS: ProcessSources = ProcessSources::number(ProcessFile::ALL.len());
    /// What `stat` says after the memory: processor, policy, delays; and of the
    /// groups and the terminal.
    pub const STAT_REST: ProcessSources = ProcessSources::number(ProcessFile::ALL.len() + 1);
    /// All that `stat` says.
    pub(crate) const OF_STAT: ProcessSources = ProcessSources::STAT.union(ProcessSources::STAT_REST);
    /// `exe`: the file it runs.
    pub const EXE: ProcessSources = ProcessLink::Exe.source();
    /// `ns/pid`: its process id namespace.
    pub const PID_NAMESPACE: ProcessSources = ProcessLink::PidNamespace.source();
    /// `ns/net`: its network namespace.
    pub const NETWORK_NAMESPACE: ProcessSources = ProcessLink::NetworkNamespace.source();
    /// `ns/mnt`: its mount namespace.
    pub const MOUNT_NAMESPACE: ProcessSources = ProcessLink::MountNamespace.source();

    /// What hardly ever changes in the life of a process: it is read when the
    /// process comes, when it takes another name, and when its turn comes, within
    /// a minute.
    pub(crate) const CHANGES_RARELY: ProcessSources = ProcessSources::LIMITS
        .union(ProcessSources::OOM_SCORE_ADJ)
        .union(ProcessSources::CGROUP)
        .union(ProcessSources::CMDLINE)
        .union(ProcessSources::EXE)
        .union(ProcessSources::PID_NAMESPACE)
        .union(ProcessSources::NETWORK_NAMESPACE)
        .union(ProcessSources::MOUNT_NAMESPACE);

    /// What stays as it is while the process doesn't run, or changes so slowly
    /// that it may be a minute old.
    pub(crate) const STILL_WHEN_IDLE: ProcessSources = ProcessSources::STAT
        .union(ProcessSources::STAT_REST)
        .union(ProcessSources::STATM)
        .union(ProcessSources::STATUS)
        .union(ProcessSources::IO)
        .union(ProcessSources::SCHEDSTAT)
        .union(ProcessSources::DESCRIPTORS)
        .union(ProcessSources::CHANGES_RARELY);

    const fn number(number: usize) -> ProcessSources {
        ProcessSources(1 << number)
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: ProcessSources) -> ProcessSources {
        ProcessSources(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: ProcessSources) -> ProcessSources {
        ProcessSources(self.0 & other.0)
    }

    /// This set without the sources of `other`.
    #[must_use]
    pub const fn without(self, other: ProcessSources) -> ProcessSources {
        ProcessSources(self.0 & !other.0)
    }

    /// Whether any source of `other` is in this set.
    #[must_use]
    pub const fn has_any(self, other: ProcessSources) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing is in this set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for ProcessSources {
    type Output = ProcessSources;

    fn bitor(self, other: ProcessSources) -> ProcessSources {
        self.union(other)
    }
}

impl BitOrAssign for ProcessSources {
    fn bitor_assign(&mut self, other: ProcessSources) {
        *self = self.union(other);
    }
}

/// A file in the directory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProcessFile {
    Stat,
    Statm,
    Status,
    Io,
    Schedstat,
    OomScore,
    Limits,
    SmapsRollup,
    OomScoreAdj,
    Cgroup,
    Cmdline,
}

/// A link in the directory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProcessLink {
    Exe,
    PidNamespace,
    NetworkNamespace,
    MountNamespace,
}

impl ProcessLink {
    /// All, in the order in which they are read.
    pub(crate) const ALL: [ProcessLink; 4] = [
        ProcessLink::Exe,
        ProcessLink::PidNamespace,
        ProcessLink::NetworkNamespace,
        ProcessLink::MountNamespace,
    ];

    pub(crate) const fn source(self) -> ProcessSources {
        ProcessSources::number(ProcessFile::ALL.len() + 2 + self as usize)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            ProcessLink::Exe => "exe",
            ProcessLink::PidNamespace => "ns/pid",
            ProcessLink::NetworkNamespace => "ns/net",
            ProcessLink::MountNamespace => "ns/mnt",
        }
    }
}

impl ProcessFile {
    /// All, in the order in which they are read.
    pub(crate) const ALL: [ProcessFile; 11] = [
        ProcessFile::Stat,
        ProcessFile::Statm,
        ProcessFile::Status,
        ProcessFile::Io,
        ProcessFile::Schedstat,
        ProcessFile::OomScore,
        ProcessFile::Limits,
        ProcessFile::SmapsRollup,
        ProcessFile::OomScoreAdj,
        ProcessFile::Cgroup,
        ProcessFile::Cmdline,
    ];

    /// How many of them, from the first, may be kept open. Of the others the
    /// kernel checks rights when they are opened and not again, or they change
    /// rarely.
    pub(crate) const KEPT: usize = 6;

    pub(crate) const fn source(self) -> ProcessSources {
        ProcessSources::number(self as usize)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            ProcessFile::Stat => "stat",
            ProcessFile::Statm => "statm",
            ProcessFile::Status => "status",
            ProcessFile::Io => "io",
            ProcessFile::Schedstat => "schedstat",
            ProcessFile::OomScore => "oom_score",
            ProcessFile::Limits => "limits",
            ProcessFile::SmapsRollup => "smaps_rollup",
            ProcessFile::OomScoreAdj => "oom_score_adj",
            ProcessFile::Cgroup => "cgroup",
            ProcessFile::Cmdline => "cmdline",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_and_link_is_a_source_of_its_own() {
        let mut all = ProcessSources::NONE;
        for (index, file) in ProcessFile::ALL.into_iter().enumerate() {
            assert_eq!(file as usize, index);
            assert!(!all.has_any(file.source()), "{}", file.name());
            all |= file.source();
        }
        let links = ProcessLink::ALL.map(ProcessLink::source);
        for other in [ProcessSources::DESCRIPTORS, ProcessSources::STAT_REST].into_iter().chain(links) {
            assert!(!all.has_any(other) && !other.is_empty(), "{other:?}");
            all |= other;
        }
        assert_eq!(all.without(all), ProcessSources::NONE);
        assert_eq!(all.intersection(ProcessSources::IO), ProcessSources::IO);
    }
}
