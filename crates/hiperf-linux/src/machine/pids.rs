//! [`Pids`]: how many processes there are.
//!
//! No file says so (`loadavg` counts threads), so the names in `/proc` are
//! counted, about a microsecond each. Where the mount hides other users'
//! processes (`hidepid`), only those that the reader may see are counted.

use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::{OFlags, RawDir, SeekFrom, seek};
use rustix::io::Errno;

use crate::root::{Kept, Root, Unavailable};

const PATH: &str = "proc";

/// Room for the names of about two thousand processes, the most that one call
/// returns; more take further calls.
const BUFFER_BYTES: usize = 64 << 10;

/// Counts the processes. The directory stays open and the buffer is reused.
#[derive(Debug, Default)]
pub struct Pids {
    directory: Option<Kept>,
    buffer: Vec<u8>,
    names: Vec<u8>,
    count: Option<u64>,
}

impl Pids {
    /// Counts anew.
    ///
    /// # Errors
    /// Why the directory cannot be read.
    pub fn read(&mut self, root: &mut Root) -> Result<(), Unavailable> {
        self.count = None;
        let counted = match self.directory.take() {
            Some(kept) => self.count_in(root, kept.as_fd()).map(|count| (count, Some(kept))),
            None => root.open_beneath(PATH, OFlags::DIRECTORY).and_then(|descriptor| {
                let count = self.count_in(root, descriptor.as_fd())?;
                Ok((count, root.keep(descriptor).ok()))
            }),
        };
        let (count, directory) = counted.map_err(Unavailable::from_errno)?;
        self.directory = directory;
        self.count = Some(count);
        root.tee(PATH, &self.names);
        Ok(())
    }

    /// Forgets the last count.
    pub fn clear(&mut self) {
        self.count = None;
    }

    /// The processes that were counted last; `None` if that failed.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    fn count_in(&mut self, root: &mut Root, directory: BorrowedFd<'_>) -> Result<u64, Errno> {
        self.buffer.reserve(BUFFER_BYTES);
        seek(directory, SeekFrom::Start(0))?;
        let wants_names = root.is_teed();
        self.names.clear();
        let mut count = 0;
        let mut entries = RawDir::new(directory, self.buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry.inspect_err(|_| root.costs.failures += 1)?;
            let name = entry.file_name().to_bytes();
            if !name.iter().all(u8::is_ascii_digit) {
                continue;
            }
            count += 1;
            if wants_names {
                self.names.extend_from_slice(name);
                self.names.push(b'\n');
            }
        }
        root.costs.reads += 1;
        Ok(count)
    }
}
