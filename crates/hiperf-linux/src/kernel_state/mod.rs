//! [`KernelState`]: what the kernel hands out in limited numbers, and its clock.

pub mod adjtimex;
pub mod clock_state;
pub mod file_handles;
pub mod numbers;
pub mod random;

use self::adjtimex::Adjtimex;
use self::clock_state::ClockState;
use self::file_handles::FileHandles;
use self::numbers::Numbers;
use self::random::Random;
use crate::area::{Area, Entry, Moment, Sampled, first_unavailable};
use crate::file::Shape::OnePiece;
use crate::property::Sources;
use crate::root::Unavailable;
use crate::text_file::TextFile;

/// What is read of the kernel itself.
#[derive(Debug)]
pub struct KernelState {
    file_nr: TextFile<Numbers<3>>,
    inode_nr: TextFile<Numbers<2>>,
    dentry_state: TextFile<Numbers<6>>,
    entropy: TextFile<Numbers<1>>,
    pool_size: TextFile<Numbers<1>>,
    clock: Adjtimex,
    clock_unavailable: Option<Unavailable>,
}

impl KernelState {
    /// `/proc/sys/fs/file-nr`.
    pub const FILE_NR: Sources = Sources::number(0);
    /// `/proc/sys/fs/inode-nr`.
    pub const INODE_NR: Sources = Sources::number(1);
    /// `/proc/sys/fs/dentry-state`.
    pub const DENTRY_STATE: Sources = Sources::number(2);
    /// `/proc/sys/kernel/random/entropy_avail`.
    pub const ENTROPY: Sources = Sources::number(3);
    /// `/proc/sys/kernel/random/poolsize`.
    pub const POOL_SIZE: Sources = Sources::number(4);
    /// What `adjtimex` says of the clock.
    pub const CLOCK: Sources = Sources::number(5);

    /// Files and what is kept of them.
    #[must_use]
    pub fn file_handles(&self) -> FileHandles {
        FileHandles {
            files: self.file_nr.content().0,
            inodes: self.inode_nr.content().0,
            dentries: self.dentry_state.content().0,
        }
    }

    /// The random number generator.
    #[must_use]
    pub fn random(&self) -> Random {
        Random { entropy_bits: self.entropy.content().0[0], pool_bits: self.pool_size.content().0[0] }
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> ClockState {
        self.clock.state()
    }
}

impl Default for KernelState {
    // What these files cost grows with the room that is offered.
    fn default() -> KernelState {
        KernelState {
            file_nr: TextFile::new("proc/sys/fs/file-nr", OnePiece, 80),
            inode_nr: TextFile::new("proc/sys/fs/inode-nr", OnePiece, 64),
            dentry_state: TextFile::new("proc/sys/fs/dentry-state", OnePiece, 160),
            entropy: TextFile::new("proc/sys/kernel/random/entropy_avail", OnePiece, 32),
            pool_size: TextFile::new("proc/sys/kernel/random/poolsize", OnePiece, 32),
            clock: Adjtimex::default(),
            clock_unavailable: None,
        }
    }
}

impl Area for KernelState {
    const CLASSES: &'static [Entry] =
        &[Entry::of::<FileHandles>(), Entry::of::<Random>(), Entry::of::<ClockState>()];

    fn unavailable(&self, sources: Sources) -> Option<Unavailable> {
        first_unavailable(
            sources,
            [
                (KernelState::FILE_NR, self.file_nr.unavailable()),
                (KernelState::INODE_NR, self.inode_nr.unavailable()),
                (KernelState::DENTRY_STATE, self.dentry_state.unavailable()),
                (KernelState::ENTROPY, self.entropy.unavailable()),
                (KernelState::POOL_SIZE, self.pool_size.unavailable()),
                (KernelState::CLOCK, self.clock_unavailable),
            ],
        )
    }
}

impl Sampled for KernelState {
    fn sample(&mut self, moment: &mut Moment<'_>, wanted: Sources) {
        self.file_nr.update(wanted.has_any(KernelState::FILE_NR), moment.root);
        self.inode_nr.update(wanted.has_any(KernelState::INODE_NR), moment.root);
        self.dentry_state.update(wanted.has_any(KernelState::DENTRY_STATE), moment.root);
        self.entropy.update(wanted.has_any(KernelState::ENTROPY), moment.root);
        self.pool_size.update(wanted.has_any(KernelState::POOL_SIZE), moment.root);
        self.clock_unavailable = if wanted.has_any(KernelState::CLOCK) {
            self.clock.read(moment.root).err()
        } else {
            self.clock.clear();
            None
        };
    }
}
