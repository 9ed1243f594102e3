//! [`ProcessSources`]: which files of each process are to be read, and what each
//! is called.

use std::ops::{BitOr, BitOrAssign};

/// A set of things to read of each process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ProcessSources(u16);

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
    /// How many descriptors it has open.
    pub const DESCRIPTORS: ProcessSources = ProcessSources(1 << ProcessFile::ALL.len());

    /// What stays as it is while the process doesn't run, or changes so slowly
    /// that it may be a minute old.
    pub(crate) const STILL_WHEN_IDLE: ProcessSources = ProcessSources::STAT
        .union(ProcessSources::STATM)
        .union(ProcessSources::STATUS)
        .union(ProcessSources::IO)
        .union(ProcessSources::SCHEDSTAT)
        .union(ProcessSources::LIMITS)
        .union(ProcessSources::DESCRIPTORS);

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
}

impl ProcessFile {
    /// All, in the order in which they are read.
    pub(crate) const ALL: [ProcessFile; 8] = [
        ProcessFile::Stat,
        ProcessFile::Statm,
        ProcessFile::Status,
        ProcessFile::Io,
        ProcessFile::Schedstat,
        ProcessFile::OomScore,
        ProcessFile::Limits,
        ProcessFile::SmapsRollup,
    ];

    /// How many of them, from the first, may be kept open. The kernel checks
    /// rights on the others when they are opened and not again.
    pub(crate) const KEPT: usize = 6;

    pub(crate) const fn source(self) -> ProcessSources {
        ProcessSources(1 << self as u16)
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_source_of_its_own_and_descriptors_another() {
        let mut all = ProcessSources::NONE;
        for (index, file) in ProcessFile::ALL.into_iter().enumerate() {
            assert_eq!(file as usize, index);
            assert!(!all.has_any(file.source()), "{}", file.name());
            all |= file.source();
        }
        assert!(!all.has_any(ProcessSources::DESCRIPTORS));
        assert_eq!(all.without(all), ProcessSources::NONE);
        assert_eq!(all.intersection(ProcessSources::IO), ProcessSources::IO);
    }
}
