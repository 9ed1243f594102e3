//! [`SharedMemory`]: memory that two processes have at once, neither of which
//! trusts the other.
//!
//! The other process may write to any of it at any time, so there is never a
//! reference to plain bytes of it: it consists of atomic cells, each access to
//! which is one load or store ([`shared_words`](crate::shared_words) does several
//! by one instruction), and of which nothing is assumed but that they hold some
//! number. What is read is copied first and judged as a copy.
//!
//! ```text
//! 0                64                                    size
//! +----------------+--------------------------------------+
//! | 16 u32 cells   | u64 words                            |
//! +----------------+--------------------------------------+
//! ```
//! The cells are for what the two tell each other; a thread may sleep until one
//! of them changes ([`SharedMemory::wait`]). What the words mean is the user's
//! business.
//!
//! The file behind it is anonymous and sealed: it can't become smaller, so no
//! access faults, and there is nothing in a file system to clean up.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::time::Duration;

/// Cells at the beginning.
pub const CELLS: usize = 16;
/// Bytes of the cells.
const CELLS_LEN: usize = CELLS * size_of::<AtomicU32>();
/// The most words that are mapped, whoever asks for them: half a gigabyte, some
/// hundred times what every process of the largest machine takes.
pub const MAX_WORDS: usize = 1 << 26;

/// Neither smaller nor larger, and no seal may be taken off.
const SEALS: libc::c_int = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;

/// A mapping of shared memory, unmapped when dropped.
#[derive(Debug)]
pub struct SharedMemory {
    start: NonNull<u8>,
    words: usize,
}

// SAFETY: the mapping belongs to the process, not to a thread.
unsafe impl Send for SharedMemory {}
// SAFETY: all access is to atomic cells.
unsafe impl Sync for SharedMemory {}

impl SharedMemory {
    /// New memory of this many words, all zero, and the descriptor by which
    /// another process gets it.
    ///
    /// # Errors
    /// The system's; `InvalidInput` for more than [`MAX_WORDS`].
    pub fn create(words: usize) -> io::Result<(SharedMemory, OwnedFd)> {
        let size = size_of_words(words)?;
        // SAFETY: the name ends with a NUL.
        let file =
            unsafe { libc::memfd_create(c"hiperf".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
        let raw = checked(file)?;
        // SAFETY: a new descriptor, which nobody else owns.
        let file = unsafe { OwnedFd::from_raw_fd(raw) };
        let length = libc::off_t::try_from(size).map_err(|_| io::ErrorKind::InvalidInput)?;
        // SAFETY: no pointers.
        checked(unsafe { libc::ftruncate(raw, length) })?;
        // SAFETY: no pointers.
        checked(unsafe { libc::fcntl(raw, libc::F_ADD_SEALS, SEALS) })?;
        Ok((SharedMemory::map(file.as_fd(), words)?, file))
    }

    /// The memory that another process made.
    ///
    /// # Errors
    /// The system's; `InvalidInput` if it is not sealed, or not of a size that
    /// [`SharedMemory::create`] makes.
    pub fn open(file: BorrowedFd<'_>) -> io::Result<SharedMemory> {
        // SAFETY: no pointers.
        let seals = checked(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) })?;
        let mut stat = std::mem::MaybeUninit::<libc::stat>::uninit();
        // SAFETY: the buffer is as large as a stat.
        checked(unsafe { libc::fstat(file.as_raw_fd(), stat.as_mut_ptr()) })?;
        // SAFETY: fstat succeeded, so it filled the buffer.
        let size = usize::try_from(unsafe { stat.assume_init() }.st_size).unwrap_or(0);
        let words = size.saturating_sub(CELLS_LEN) / size_of::<AtomicU64>();
        if seals & SEALS != SEALS || size != size_of_words(words)? {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        SharedMemory::map(file, words)
    }

    /// Maps a sealed file of this many words.
    fn map(file: BorrowedFd<'_>, words: usize) -> io::Result<SharedMemory> {
        let size = size_of_words(words)?;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping at an address of the kernel's choice overlaps
        // nothing that Rust knows of.
        let start =
            unsafe { libc::mmap(std::ptr::null_mut(), size, access, libc::MAP_SHARED, file.as_raw_fd(), 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(SharedMemory { start, words })
    }

    /// The cells at the beginning.
    #[inline]
    #[must_use]
    pub fn cells(&self) -> &[AtomicU32; CELLS] {
        // SAFETY: the mapping is as long as `self`, begins at a page, has room
        // for the cells, can't shrink and is never reached but by atomics of
        // this width; any bytes are valid atomics.
        unsafe { self.start.cast().as_ref() }
    }

    /// The words behind the cells.
    #[inline]
    #[must_use]
    pub fn words(&self) -> &[AtomicU64] {
        // SAFETY: the cells end within the mapping.
        let first = unsafe { self.start.add(CELLS_LEN) };
        // SAFETY: the mapping is as long as `self`; behind the cells, whose
        // length keeps the alignment, it has this many words, can't shrink and
        // is never reached but by atomics of this width; any bytes are valid.
        unsafe { std::slice::from_raw_parts(first.as_ptr().cast(), self.words) }
    }

    /// Sleeps while `cell` has this value, until somebody calls
    /// [`SharedMemory::wake`] for it, at most for `limit`. It may also return
    /// for no reason: look at the cell again.
    pub fn wait(cell: &AtomicU32, value: u32, limit: Option<Duration>) {
        let limit = limit.map(|limit| libc::timespec {
            tv_sec: limit.as_secs().try_into().unwrap_or(libc::time_t::MAX),
            tv_nsec: limit.subsec_nanos().into(),
        });
        let timeout = limit.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the cell and the timeout live during the call. Whatever it
        // answers, the caller looks at the cell.
        unsafe { libc::syscall(libc::SYS_futex, cell.as_ptr(), libc::FUTEX_WAIT, value, timeout) };
    }

    /// Wakes who sleeps because of `cell`, in any process.
    pub fn wake(cell: &AtomicU32) {
        // SAFETY: the cell lives during the call. It can't fail for a cell.
        unsafe { libc::syscall(libc::SYS_futex, cell.as_ptr(), libc::FUTEX_WAKE, i32::MAX) };
    }
}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        let size = CELLS_LEN + self.words * size_of::<AtomicU64>();
        // SAFETY: the mapping is ours, whole, and nothing borrows from it any
        // more. It can't fail for a range that is mapped.
        let unmapped = unsafe { libc::munmap(self.start.as_ptr().cast(), size) };
        debug_assert_eq!(unmapped, 0);
    }
}

fn size_of_words(words: usize) -> io::Result<usize> {
    if words > MAX_WORDS {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(CELLS_LEN + words * size_of::<AtomicU64>())
}

fn checked(answer: libc::c_int) -> io::Result<libc::c_int> {
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(answer) }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn two_mappings_are_one_memory() {
        let (one, file) = SharedMemory::create(3).unwrap();
        let other = SharedMemory::open(file.as_fd()).unwrap();
        assert_eq!((one.words().len(), other.words().len()), (3, 3));
        one.words()[2].store(u64::MAX, Ordering::Relaxed);
        one.cells()[15].store(7, Ordering::Relaxed);
        assert_eq!(other.words()[2].load(Ordering::Relaxed), u64::MAX);
        assert_eq!(other.words()[0].load(Ordering::Relaxed), 0);
        assert_eq!(other.cells()[15].load(Ordering::Relaxed), 7);
    }

    #[test]
    fn a_sleeper_is_woken() {
        let (memory, file) = SharedMemory::create(1).unwrap();
        let other = SharedMemory::open(file.as_fd()).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                other.cells()[0].store(1, Ordering::Release);
                SharedMemory::wake(&other.cells()[0]);
            });
            while memory.cells()[0].load(Ordering::Acquire) == 0 {
                SharedMemory::wait(&memory.cells()[0], 0, None);
            }
        });
        // It has another value, or the time is up: both return at once.
        SharedMemory::wait(&memory.cells()[0], 0, None);
        SharedMemory::wait(&memory.cells()[0], 1, Some(Duration::ZERO));
    }

    #[test]
    fn what_could_fault_is_not_mapped() {
        let kind = |result: io::Result<SharedMemory>| result.unwrap_err().kind();
        // SAFETY: the name ends with a NUL.
        let raw =
            unsafe { libc::memfd_create(c"test".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
        // SAFETY: a new descriptor.
        let open = unsafe { OwnedFd::from_raw_fd(raw) };
        // SAFETY: no pointers.
        assert_eq!(unsafe { libc::ftruncate(raw, 128) }, 0);
        assert_eq!(kind(SharedMemory::open(open.as_fd())), io::ErrorKind::InvalidInput);
        // SAFETY: no pointers.
        assert_eq!(unsafe { libc::fcntl(raw, libc::F_ADD_SEALS, SEALS) }, 0);
        assert!(SharedMemory::open(open.as_fd()).is_ok());
        let (_, sealed) = SharedMemory::create(1).unwrap();
        // SAFETY: no pointers.
        assert_eq!(unsafe { libc::ftruncate(sealed.as_raw_fd(), 0) }, -1);
        assert!(SharedMemory::create(MAX_WORDS + 1).is_err());
    }
}
