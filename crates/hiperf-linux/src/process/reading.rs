//! [`Reader`]: reads what is due of one process into its record.
//!
//! A process that ends while it is read is gone as a whole, and that is no error.
//! A file that can't be read leaves its part of the record empty, with the
//! reason. What the numbers mean is not its business.

use rustix::io::Errno;

use crate::area::Units;
use crate::process::comm::Comm;
use crate::process::descriptors::ProcessFiles;
use crate::process::directory::Directory;
use crate::process::footprint::Footprint;
use crate::process::more::{More, namespace};
use crate::process::record::Process;
use crate::process::sources::{ProcessFile, ProcessLink, ProcessSources};
use crate::process::stat::PidStat;
use crate::process::stat_rest::StatRest;
use crate::process::status::PidStatus;
use crate::process::usage::{Io, Schedstat, Statm, only_signed, open_files_limit};
use crate::root::{Root, Unavailable};
use crate::scan::only_number;

/// What stands for a text that makes no sense.
pub(crate) const NONSENSE: Unavailable = Unavailable::Failed(Errno::BADMSG);

/// Why there is nothing to show of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It has ended.
    Gone,
    /// It has ended, and another one has its id.
    Reborn,
    /// The reader may not see it.
    Hidden,
    /// Reading failed for another reason, which may pass.
    Failed(Errno),
}

/// Reads processes, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    files: ProcessFiles,
    /// The units in which processes wait, if that is measured.
    pub(crate) delays_in: Option<Units>,
}

impl Reader {
    /// Begins the record of a process that wasn't known. Its name is returned.
    ///
    /// # Errors
    /// Why it can't be known.
    pub(crate) fn begin(
        &mut self,
        root: &mut Root,
        directory: &Directory,
        process: &mut Process,
        wanted: ProcessSources,
    ) -> Result<Comm, End> {
        let pid = process.pid;
        match self.files.read(root, directory, pid, ProcessFile::Stat, &mut process.descriptors) {
            Ok(text) => {
                let (stat, name) = PidStat::parse(text).ok_or(End::Gone)?;
                let comm = Comm::new(name);
                process.take_stat(stat, text, wanted, self.delays_in);
                Ok(comm)
            }
            Err(errno) => Err(end_without_stat(errno)),
        }
    }

    /// Reads what is due; returns the process's name if it has changed.
    ///
    /// # Errors
    /// Why the process can't be shown any more.
    pub(crate) fn read(
        &mut self,
        root: &mut Root,
        directory: &Directory,
        process: &mut Process,
        due: ProcessSources,
    ) -> Result<Option<Comm>, End> {
        let pid = process.pid;
        let mut renamed = None;
        for file in ProcessFile::ALL {
            if !due.has_any(file.source()) {
                continue;
            }
            match self.files.read(root, directory, pid, file, &mut process.descriptors) {
                Ok(text) if file == ProcessFile::Stat => match PidStat::parse(text) {
                    Some((stat, _)) if stat.start_ticks != process.stat.start_ticks => {
                        return Err(End::Reborn);
                    }
                    Some((stat, name)) => {
                        renamed = (!process.comm.is(name)).then(|| Comm::new(name));
                        process.take_stat(stat, text, due, self.delays_in);
                    }
                    None => process.note(ProcessSources::OF_STAT, NONSENSE),
                },
                Ok(text) => process.take(file, text),
                Err(errno) if file == ProcessFile::Stat => match end_without_stat(errno) {
                    End::Failed(errno) => process.note(ProcessSources::OF_STAT, Unavailable::Failed(errno)),
                    end => return Err(end),
                },
                Err(errno) => self.miss(root, directory, process, file.source(), errno)?,
            }
        }
        for link in ProcessLink::ALL.into_iter().filter(|link| due.has_any(link.source())) {
            match self.files.read_link(root, directory, pid, link) {
                Ok(text) => process.take_link(link, text),
                Err(errno) => self.miss(root, directory, process, link.source(), errno)?,
            }
        }
        if due.has_any(ProcessSources::DESCRIPTORS) {
            match self.files.count_descriptors(root, directory, pid) {
                Ok(count) => {
                    process.descriptor_count = Some(count);
                    process.have |= ProcessSources::DESCRIPTORS;
                }
                Err(errno) => self.miss(root, directory, process, ProcessSources::DESCRIPTORS, errno)?,
            }
        }
        Ok(renamed)
    }

    /// Keeps why something could not be read, if the process is still there.
    fn miss(
        &mut self,
        root: &mut Root,
        directory: &Directory,
        process: &mut Process,
        source: ProcessSources,
        errno: Errno,
    ) -> Result<(), End> {
        let mut why = Unavailable::from_errno(errno);
        if is_end(errno) {
            // The kernel may not have the file, or nothing to say about a process of this kind.
            let (pid, descriptors) = (process.pid, &mut process.descriptors);
            self.files.read(root, directory, pid, ProcessFile::Stat, descriptors).map_err(|_| End::Gone)?;
            why = Unavailable::Unsupported;
        }
        process.note(source, why);
        Ok(())
    }
}

/// Whether a call that failed so may have met a process that has ended.
pub(crate) fn is_end(errno: Errno) -> bool {
    matches!(errno, Errno::SRCH | Errno::NOENT)
}

/// What has become of a process whose `stat` can't be read.
pub(crate) fn end_without_stat(errno: Errno) -> End {
    match Unavailable::from_errno(errno) {
        Unavailable::Denied => End::Hidden,
        Unavailable::Failed(errno) if !is_end(errno) => End::Failed(errno),
        Unavailable::Unsupported | Unavailable::Failed(_) => End::Gone,
    }
}

impl Process {
    /// Takes what `stat` says, and of a text of it the rest, if that is wanted.
    fn take_stat(&mut self, stat: PidStat, text: &[u8], wanted: ProcessSources, delays_in: Option<Units>) {
        self.stat = stat;
        self.have |= ProcessSources::STAT;
        if wanted.has_any(ProcessSources::STAT_REST) {
            self.more().stat_rest = StatRest::parse(text, delays_in);
            self.have |= ProcessSources::STAT_REST;
        }
    }

    /// Takes a new text of a file other than `stat`.
    fn take(&mut self, file: ProcessFile, text: &[u8]) {
        match file {
            ProcessFile::Stat => return,
            ProcessFile::Statm => self.statm = Statm::parse(text),
            ProcessFile::Status => self.status = PidStatus::parse(text),
            ProcessFile::Io => self.io = Io::parse(text),
            ProcessFile::Schedstat => self.schedstat = Schedstat::parse(text),
            ProcessFile::OomScore => self.oom_score = only_number(text),
            ProcessFile::Limits => self.open_files_limit = open_files_limit(text),
            ProcessFile::SmapsRollup => self.more().footprint = Footprint::parse(text),
            ProcessFile::OomScoreAdj => self.more().oom_score_adjustment = only_signed(text),
            ProcessFile::Cgroup => self.more().take_control_group(text),
            ProcessFile::Cmdline => self.more().take_command_line(text),
        }
        self.have |= file.source();
    }

    /// Takes what a link is to.
    fn take_link(&mut self, link: ProcessLink, text: &[u8]) {
        let more = self.more();
        match link {
            ProcessLink::Exe => more.take_executable(text),
            ProcessLink::PidNamespace => more.pid_namespace = namespace(text),
            ProcessLink::NetworkNamespace => more.network_namespace = namespace(text),
            ProcessLink::MountNamespace => more.mount_namespace = namespace(text),
        }
        self.have |= link.source();
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }
}
