//! [`Reader`]: reads what is due of one process into its record.
//!
//! A process that ends while it is read is gone as a whole, and that is no error.
//! A file that can't be read leaves its part of the record empty, with the
//! reason. What the numbers mean is not its business.

use rustix::io::Errno;

use crate::process::comm::Comm;
use crate::process::descriptors::ProcessFiles;
use crate::process::directory::Directory;
use crate::process::record::Process;
use crate::process::sources::{ProcessFile, ProcessSources};
use crate::process::stat::PidStat;
use crate::process::status::PidStatus;
use crate::process::usage::{Io, Schedstat, Statm, open_files_limit, proportional_bytes};
use crate::root::{Root, Unavailable};

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
    ) -> Result<Comm, End> {
        let pid = process.pid;
        match self.files.read(root, directory, pid, ProcessFile::Stat, &mut process.descriptors) {
            Ok(text) => {
                let (stat, name) = PidStat::parse(text).ok_or(End::Gone)?;
                process.stat = stat;
                process.have = ProcessSources::STAT;
                Ok(Comm::new(name))
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
                        process.stat = stat;
                        process.have |= ProcessSources::STAT;
                    }
                    None => process.note(ProcessSources::STAT, NONSENSE),
                },
                Ok(text) => process.take(file, text),
                Err(errno) if file == ProcessFile::Stat => match end_without_stat(errno) {
                    End::Failed(errno) => process.note(ProcessSources::STAT, Unavailable::Failed(errno)),
                    end => return Err(end),
                },
                Err(errno) => self.miss(root, directory, process, file.source(), errno)?,
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
    /// Takes a new text of a file other than `stat`.
    fn take(&mut self, file: ProcessFile, text: &[u8]) {
        match file {
            ProcessFile::Stat => return,
            ProcessFile::Statm => self.statm = Statm::parse(text),
            ProcessFile::Status => self.status = PidStatus::parse(text),
            ProcessFile::Io => self.io = Io::parse(text),
            ProcessFile::Schedstat => self.schedstat = Schedstat::parse(text),
            ProcessFile::OomScore => self.oom_score = crate::scan::only_number(text),
            ProcessFile::Limits => self.open_files_limit = open_files_limit(text),
            ProcessFile::SmapsRollup => self.proportional_bytes = proportional_bytes(text),
        }
        self.have |= file.source();
    }
}
