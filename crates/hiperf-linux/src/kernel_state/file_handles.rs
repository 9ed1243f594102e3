//! [`FileHandles`], the row of `Linux_PerfRawData_OS_FileHandles`: open files,
//! and what the kernel keeps of files by name and by inode.
//!
//! ```text
//!   file-nr        open  0  most
//!   inode-nr       inodes  free
//!   dentry-state   entries  unused  45  0  negative  0
//! ```
//!
//! Spec: the kernel's `Documentation/admin-guide/sysctl/fs.rst`.

use hiperf_provider::Instance;

use crate::area::Class;
use crate::kernel_state::KernelState;
use crate::property::{Property, Sources};

const FILES: Sources = KernelState::FILE_NR;
const INODES: Sources = KernelState::INODE_NR;
const DENTRIES: Sources = KernelState::DENTRY_STATE;

/// The numbers of the three files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileHandles {
    /// Of `file-nr`.
    pub files: [Option<u64>; 3],
    /// Of `inode-nr`.
    pub inodes: [Option<u64>; 2],
    /// Of `dentry-state`.
    pub dentries: [Option<u64>; 6],
}

impl Class for FileHandles {
    type Area = KernelState;
    type Row = FileHandles;
    const NAME: &'static str = "Linux_PerfRawData_OS_FileHandles";
    const INSTANCES: Sources = Sources::NONE;
    const PROPERTIES: &'static [Property<FileHandles>] = &[
        Property::new("OpenFiles", FILES, |of| of.files[0]),
        Property::new("MaximumOpenFiles", FILES, |of| of.files[2]),
        Property::new("PercentOpenFiles", FILES, |of| of.files[0]),
        Property::new("PercentOpenFiles_Base", FILES, |of| of.files[2]),
        Property::new("Inodes", INODES, |of| of.inodes[0]),
        Property::new("FreeInodes", INODES, |of| of.inodes[1]),
        Property::new("DirectoryEntries", DENTRIES, |of| of.dentries[0]),
        Property::new("UnusedDirectoryEntries", DENTRIES, |of| of.dentries[1]),
        Property::new("NegativeDirectoryEntries", DENTRIES, |of| of.dentries[4]),
    ];

    fn for_each(kernel: &KernelState, visit: &mut dyn FnMut(Instance<'_>, &FileHandles)) {
        visit(Instance::singleton(), &kernel.file_handles());
    }
}
