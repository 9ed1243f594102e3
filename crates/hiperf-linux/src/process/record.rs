//! [`Process`]: what a sample knows of one process.
//!
//! Its identity is its id together with the time it started: ids are used again.
//! Each source has either been read, or there is a reason why not; what an earlier
//! sample left of a source that is no longer wanted isn't shown.

use rustix::io::Errno;

use crate::process::comm::Comm;
use crate::process::descriptors::Descriptors;
use crate::process::footprint::Footprint;
use crate::process::more::More;
use crate::process::sources::ProcessSources;
use crate::process::stat::PidStat;
use crate::process::stat_rest::StatRest;
use crate::process::status::PidStatus;
use crate::process::usage::{Io, Schedstat, Statm};
use crate::root::Unavailable;

/// One process.
#[derive(Debug)]
pub struct Process {
    /// Its id in the namespace of the `/proc` that is read.
    pub(crate) pid: u32,
    pub(crate) comm: Comm,
    pub(crate) name: String,
    /// The number of its name among namesakes.
    pub(crate) number: u32,
    pub(crate) stat: PidStat,
    pub(crate) statm: Statm,
    pub(crate) status: PidStatus,
    pub(crate) io: Io,
    pub(crate) schedstat: Schedstat,
    pub(crate) oom_score: Option<u64>,
    pub(crate) open_files_limit: Option<u64>,
    pub(crate) descriptor_count: Option<u64>,
    /// What the fields above hold of the present sample.
    pub(crate) have: ProcessSources,
    pub(crate) denied: ProcessSources,
    pub(crate) missing: ProcessSources,
    pub(crate) failed: ProcessSources,
    pub(crate) failure: Option<Errno>,
    pub(crate) descriptors: Descriptors,
    /// What few ask for; there once somebody has.
    pub(crate) more: Option<Box<More>>,
    pub(crate) upkeep: Upkeep,
}

/// What the table has to know of a process to read it only when needed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Upkeep {
    /// Its processor time before the last read, if that was asked for.
    pub(crate) clock_ns: Option<u64>,
    /// Whether it used up a clock tick or more between the last two reads, so
    /// that asking whether it ran isn't worth the call.
    pub(crate) is_hot: bool,
    /// When it was last read, in 100 ns.
    pub(crate) read_at: u64,
    /// To be read in this sample whatever its clock says.
    pub(crate) must_read: bool,
    /// The sample in which it last used processor time.
    pub(crate) busy_in: u64,
    /// Whether it was left unread in this sample, because it did nothing.
    pub(crate) is_unread: bool,
}

impl Process {
    pub(crate) fn vacant() -> Process {
        Process {
            pid: 0,
            comm: Comm::default(),
            name: String::new(),
            number: 0,
            stat: PidStat::default(),
            statm: Statm::default(),
            status: PidStatus::default(),
            io: Io::default(),
            schedstat: Schedstat::default(),
            oom_score: None,
            open_files_limit: None,
            descriptor_count: None,
            have: ProcessSources::NONE,
            denied: ProcessSources::NONE,
            missing: ProcessSources::NONE,
            failed: ProcessSources::NONE,
            failure: None,
            descriptors: Descriptors::default(),
            more: None,
            upkeep: Upkeep::default(),
        }
    }

    /// Makes the record that of a process of which nothing is known. Its texts
    /// keep their memory.
    pub(crate) fn vacate(&mut self, pid: u32) {
        let (name, more) = (std::mem::take(&mut self.name), self.more.take());
        *self = Process { pid, name, more, ..Process::vacant() };
    }

    /// Its id, in the namespace of the `/proc` that is read.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Its name with the number that tells it from namesakes: `name`, `name#1`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What makes it this process and no other that has the id later: a mixture
    /// of the id and the time it started.
    #[must_use]
    pub fn identity(&self) -> u64 {
        (u64::from(self.pid) << 40) ^ self.stat.start_ticks
    }

    /// `stat`.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn stat(&self) -> Result<&PidStat, Unavailable> {
        self.read(ProcessSources::STAT, &self.stat)
    }

    /// `statm`.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn statm(&self) -> Result<&Statm, Unavailable> {
        self.read(ProcessSources::STATM, &self.statm)
    }

    /// `status`.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn status(&self) -> Result<&PidStatus, Unavailable> {
        self.read(ProcessSources::STATUS, &self.status)
    }

    /// `io`.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn io(&self) -> Result<&Io, Unavailable> {
        self.read(ProcessSources::IO, &self.io)
    }

    /// `schedstat`.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn schedstat(&self) -> Result<&Schedstat, Unavailable> {
        self.read(ProcessSources::SCHEDSTAT, &self.schedstat)
    }

    /// The number in `oom_score`.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn oom_score(&self) -> Result<Option<u64>, Unavailable> {
        self.read(ProcessSources::OOM_SCORE, &self.oom_score).copied()
    }

    /// How many descriptors it may have open; `None` without a limit.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn open_files_limit(&self) -> Result<Option<u64>, Unavailable> {
        self.read(ProcessSources::LIMITS, &self.open_files_limit).copied()
    }

    /// What `stat` says after the memory, and of the groups and the terminal.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn stat_rest(&self) -> Result<&StatRest, Unavailable> {
        self.read_more(ProcessSources::STAT_REST, |more| &more.stat_rest)
    }

    /// The number in `oom_score_adj`.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn oom_score_adjustment(&self) -> Result<Option<i64>, Unavailable> {
        self.read_more(ProcessSources::OOM_SCORE_ADJ, |more| &more.oom_score_adjustment).copied()
    }

    /// Its control group, by the path in its hierarchy.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn control_group(&self) -> Result<&str, Unavailable> {
        self.read_more(ProcessSources::CGROUP, |more| &more.control_group).map(String::as_str)
    }

    /// Its arguments with blanks between them; empty for one that has none, as a
    /// thread of the kernel.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn command_line(&self) -> Result<&str, Unavailable> {
        self.read_more(ProcessSources::CMDLINE, |more| &more.command_line).map(String::as_str)
    }

    /// The path of the file it runs.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn executable(&self) -> Result<&str, Unavailable> {
        self.read_more(ProcessSources::EXE, |more| &more.executable).map(String::as_str)
    }

    /// Its process id namespace.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn pid_namespace(&self) -> Result<Option<u64>, Unavailable> {
        self.read_more(ProcessSources::PID_NAMESPACE, |more| &more.pid_namespace).copied()
    }

    /// Its network namespace.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn network_namespace(&self) -> Result<Option<u64>, Unavailable> {
        self.read_more(ProcessSources::NETWORK_NAMESPACE, |more| &more.network_namespace).copied()
    }

    /// Its mount namespace.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn mount_namespace(&self) -> Result<Option<u64>, Unavailable> {
        self.read_more(ProcessSources::MOUNT_NAMESPACE, |more| &more.mount_namespace).copied()
    }

    /// `smaps_rollup`.
    ///
    /// # Errors
    /// Why it wasn't read.
    pub fn footprint(&self) -> Result<&Footprint, Unavailable> {
        self.read_more(ProcessSources::SMAPS_ROLLUP, |more| &more.footprint)
    }

    /// How many descriptors it has open.
    ///
    /// # Errors
    /// Why they weren't counted.
    pub fn descriptor_count(&self) -> Result<Option<u64>, Unavailable> {
        self.read(ProcessSources::DESCRIPTORS, &self.descriptor_count).copied()
    }

    /// Why one of `sources` could not be read; `None` if all that were wanted
    /// could.
    #[must_use]
    pub fn unavailable(&self, sources: ProcessSources) -> Option<Unavailable> {
        if sources.has_any(self.denied) {
            Some(Unavailable::Denied)
        } else if sources.has_any(self.failed) {
            Some(Unavailable::Failed(self.failure.unwrap_or(Errno::IO)))
        } else if sources.has_any(self.missing) {
            Some(Unavailable::Unsupported)
        } else {
            None
        }
    }

    fn read<'a, T>(&self, source: ProcessSources, value: &'a T) -> Result<&'a T, Unavailable> {
        if self.have.has_any(source) {
            return Ok(value);
        }
        // What nobody wanted isn't there either.
        Err(self.unavailable(source).unwrap_or(Unavailable::Unsupported))
    }

    fn read_more<T>(&self, source: ProcessSources, value: fn(&More) -> &T) -> Result<&T, Unavailable> {
        let more = self.more.as_deref().ok_or_else(|| self.unavailable(source));
        match more {
            Ok(more) => self.read(source, value(more)),
            Err(why) => Err(why.unwrap_or(Unavailable::Unsupported)),
        }
    }

    /// Keeps why `sources` were not read.
    pub(crate) fn note(&mut self, sources: ProcessSources, why: Unavailable) {
        self.have = self.have.without(sources);
        let set = match why {
            Unavailable::Denied => &mut self.denied,
            Unavailable::Unsupported => &mut self.missing,
            Unavailable::Failed(errno) => {
                self.failure = Some(errno);
                &mut self.failed
            }
        };
        *set |= sources;
    }

    /// Forgets why `sources` were not read, before they are read again.
    pub(crate) fn forget_reasons(&mut self, sources: ProcessSources) {
        self.denied = self.denied.without(sources);
        self.missing = self.missing.without(sources);
        self.failed = self.failed.without(sources);
    }
}
