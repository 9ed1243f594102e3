//! [`Disk`]: the directory that a repository lives in, as far as writers need
//! it, one primitive a method.
//!
//! The seam is here so that the order of writes, syncs and renames, on which it
//! depends that a power cut loses nothing, can be replayed by a test: see
//! `power_cut`. Readers don't come through it; they map the image.

use std::any::Any;
use std::fmt::Debug;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use hiperf_cim::{Error, Result, Status};
use redb::{Builder, Database, DatabaseError};
use rustix::fs::{FlockOperation, flock};

use super::image::Image;

/// Held by whoever writes; dropping it lets the next one write.
pub(crate) type WriteLock = Box<dyn Any>;

/// Which file a name means at the moment, and its length.
pub(crate) type Identity = (u64, u64, u64);

/// What a writer does to the repository's directory.
pub(crate) trait Disk: Debug + Send + Sync {
    /// Makes the directory if it isn't there.
    fn make(&self) -> io::Result<()>;
    /// Returns when the directory itself is safe: before, a power cut may take
    /// it away whole.
    fn sync_place(&self) -> io::Result<()>;
    /// Waits until nobody else writes. The operating system gives the lock back
    /// when the process dies.
    fn lock(&self) -> io::Result<WriteLock>;
    /// The bytes of a file; `None` without one.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;
    /// Opens an image; `None` without one.
    fn image(&self, name: &str) -> Result<Option<Image>> {
        let error =
            |error: io::Error| Error::new(Status::WBEM_E_FAILED, format!("reading {name}")).caused_by(error);
        self.read(name).map_err(error)?.map(Image::from_bytes).transpose()
    }
    /// The identity of a file; `None` without one.
    fn identity(&self, name: &str) -> io::Result<Option<Identity>>;
    /// Makes a file of these bytes, which are not safe before [`Disk::sync`].
    fn write(&self, name: &str, access: Access, bytes: &[u8]) -> io::Result<()>;
    /// Appends to a file, making it if there is none.
    fn append(&self, name: &str, access: Access, bytes: &[u8]) -> io::Result<()>;
    /// Shortens a file.
    fn truncate(&self, name: &str, len: u64) -> io::Result<()>;
    /// Returns when the bytes of a file are safe.
    fn sync(&self, name: &str) -> io::Result<()>;
    /// Gives a file another name, replacing the one that had it. Not safe
    /// before [`Disk::sync_directory`].
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file, if it is there.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Returns when all names are safe.
    fn sync_directory(&self) -> io::Result<()>;
    /// Opens a store, which is made if it isn't there.
    fn open_store(&self, name: &str, builder: &Builder) -> Result<Database, DatabaseError>;
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner only.
    Owner,
    /// Everybody.
    World,
}

impl Access {
    fn mode(self) -> u32 {
        match self {
            Access::Owner => 0o600,
            Access::World => 0o644,
        }
    }
}

/// A directory of the file system.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
}

/// The file whose lock writers hold. It stays, so that two writers never hold
/// the locks of two files of one name.
const LOCK: &str = "repository.lock";

/// Nobody has links in the place of the repository's files.
#[allow(clippy::cast_possible_wrap)] // a bit of an int
const NO_FOLLOW: i32 = rustix::fs::OFlags::NOFOLLOW.bits() as i32;

impl Directory {
    pub(crate) fn new(path: &Path) -> Directory {
        Directory { path: path.to_owned() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn create(&self, name: &str, access: Access, options: &mut OpenOptions) -> io::Result<File> {
        let options = options.create(true).mode(access.mode()).custom_flags(NO_FOLLOW);
        let file = options.open(self.file(name))?;
        if access == Access::World {
            // Whatever the process's umask is, every user may read it.
            rustix::fs::fchmod(&file, access.mode().into())?;
        }
        Ok(file)
    }
}

impl Disk for Directory {
    fn make(&self) -> io::Result<()> {
        if !self.path.is_dir() {
            let parent = self.path.parent().unwrap_or(&self.path);
            DirBuilder::new().recursive(true).mode(0o755).create(parent)?;
            match DirBuilder::new().mode(0o755).create(&self.path) {
                // Whatever the process's umask is, every user may read the image.
                Ok(()) => fs::set_permissions(&self.path, Permissions::from_mode(0o755))?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        // Who can change names here could have root write to any file.
        let metadata = fs::metadata(&self.path)?;
        let user = rustix::process::geteuid().as_raw();
        let is_ours = metadata.uid() == user || metadata.uid() == 0;
        if is_ours && metadata.mode() & 0o022 == 0 {
            return Ok(());
        }
        let message = format!(
            "{} could be changed by somebody else: it must belong to root or to you, and be writable by its \
             owner only (chmod go-w)",
            self.path.display()
        );
        Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
    }

    fn sync_place(&self) -> io::Result<()> {
        for ancestor in fs::canonicalize(&self.path)?.ancestors().skip(1) {
            match File::open(ancestor) {
                Ok(directory) => match directory.sync_all() {
                    // A file system that keeps no directories.
                    Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
                    synced => synced?,
                },
                // What this user may not even read he has not made.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn lock(&self) -> io::Result<WriteLock> {
        let lock = self.create(LOCK, Access::Owner, OpenOptions::new().write(true))?;
        loop {
            match flock(&lock, FlockOperation::LockExclusive) {
                Err(rustix::io::Errno::INTR) => {}
                locked => break locked?,
            }
        }
        Ok(Box::new(lock))
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        absent_is_none(fs::read(self.file(name)))
    }

    fn image(&self, name: &str) -> Result<Option<Image>> {
        Ok(Image::map(&self.file(name))?.map(|(image, _)| image))
    }

    fn identity(&self, name: &str) -> io::Result<Option<Identity>> {
        let metadata = absent_is_none(fs::metadata(self.file(name)))?;
        Ok(metadata.map(|metadata| (metadata.dev(), metadata.ino(), metadata.len())))
    }

    fn write(&self, name: &str, access: Access, bytes: &[u8]) -> io::Result<()> {
        self.create(name, access, OpenOptions::new().write(true).truncate(true))?.write_all(bytes)
    }

    fn append(&self, name: &str, access: Access, bytes: &[u8]) -> io::Result<()> {
        self.create(name, access, OpenOptions::new().append(true))?.write_all(bytes)
    }

    fn truncate(&self, name: &str, len: u64) -> io::Result<()> {
        OpenOptions::new().write(true).custom_flags(NO_FOLLOW).open(self.file(name))?.set_len(len)
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        File::open(self.file(name))?.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.file(from), self.file(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        absent_is_none(fs::remove_file(self.file(name))).map(drop)
    }

    fn sync_directory(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    fn open_store(&self, name: &str, builder: &Builder) -> Result<Database, DatabaseError> {
        // Made here, because its owner only may read it.
        let create = || self.create(name, Access::Owner, OpenOptions::new().write(true).truncate(false));
        create().map_err(|error| DatabaseError::Storage(redb::StorageError::Io(error)))?;
        builder.create(self.file(name))
    }
}

fn absent_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
