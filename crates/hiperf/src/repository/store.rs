//! [`Store`]: the writers' side of the repository, over opaque records.
//!
//! ```text
//! transaction   lock -> open the store -> put right what a crash left -> the newest image
//! commit        1. append the MOF to the log, sync
//!               2. commit to the store                   (redb: all or nothing, synced)
//!               3. write the new image under another name, sync, rename, sync the directory
//!               only then the caller hears that it is stored
//! ```
//! One writer at a time holds the lock of `repository.lock`, from before it
//! looks to after it has published, so that images appear in the order of their
//! transactions. The store is the truth. The image is made of the image before
//! and the changes, or of the store where that isn't there; the log can make
//! both. A writer that dies
//!
//! * before 2. leaves a record in the log that the next one cuts off: nobody
//!   was told that it is stored;
//! * between 2. and 3. leaves an image that is one behind: the next writer
//!   publishes first.
//!
//! What there is, is asked within a transaction of redb. Its read transactions
//! hide a commit whose writer was killed before it knew it to be safe on disk,
//! and its write transactions build on that commit: who asked one and used the
//! other would lose a transaction from the log and the image.
//!
//! What keys and records mean is not known here.

mod fault;
mod recover;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hiperf_cim::{Result, Status};
use redb::{Builder, ConcurrencyMode, Database, ReadableTable as _, TableDefinition, WriteTransaction};

use super::disk::{Access, Disk, WriteLock};
use super::image::Image;
use super::layer::{Changes, Layer};
use super::log::{MofText, Record};
use crate::namespace::lock;
use fault::{failed, guarded, store_failed};
use recover::{mend_log, recover};
use write::{apply, create, publish};

pub(crate) use write::replace_log;

pub(crate) const STORE: &str = "repository.redb";
pub(crate) const IMAGE: &str = "repository.image";
pub(crate) const LOG: &str = "repository.mof";
/// Files on their way to those names.
const NEW_STORE: &str = "repository.redb.new";
pub(super) const NEW_IMAGE: &str = "repository.image.new";
pub(super) const NEW_LOG: &str = "repository.mof.new";

/// Key -> record, for all kinds: one table is enough because keys tell the kind
/// and sort by it, and the image has the same keys.
const OBJECTS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("objects");
/// `generation`: the number of the last transaction.
pub(super) const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
pub(super) const GENERATION: &str = "generation";

/// A transaction reads little of the store.
const CACHE_BYTES: usize = 8 << 20;

/// The store of one directory.
#[derive(Debug)]
pub(crate) struct Store {
    disk: Box<dyn Disk>,
    /// Kept between transactions, as long as nobody has replaced the files.
    opened: Mutex<Option<Opened>>,
}

#[derive(Debug)]
struct Opened {
    database: Database,
    /// Device and file number of the store.
    file: (u64, u64),
    /// The image that was published last, once it is known.
    image: Option<Arc<Image>>,
    /// Length of the log after the transaction of the image, once it is known.
    log_len: Option<u64>,
}

/// The right to write, and what there is.
pub(crate) struct Transaction<'a> {
    disk: &'a dyn Disk,
    opened: MutexGuard<'a, Option<Opened>>,
    /// redb's transaction, which holds the changes off until they are whole.
    write: WriteTransaction,
    image: Arc<Image>,
    /// Whether the log lacks something that the store has: it has to be
    /// replaced before anything is added.
    pub needs_checkpoint: bool,
    log_len: u64,
    _lock: WriteLock,
}

impl Store {
    pub(crate) fn new(disk: impl Disk + 'static) -> Store {
        Store { disk: Box::new(disk), opened: Mutex::new(None) }
    }

    /// Waits until nobody else writes, and starts a transaction. Dropping it
    /// undoes it.
    ///
    /// # Errors
    /// * `WBEM_E_ACCESS_DENIED`: this user may not write here.
    /// * `WBEM_E_CRITICAL_ERROR`: the store is damaged, missing or older than
    ///   its log.
    /// * `WBEM_E_FAILED`: the system's error.
    pub(crate) fn transaction(&self) -> Result<Transaction<'_>> {
        let disk = &*self.disk;
        let write_lock = self.lock_to_write()?;
        let mut opened = lock(&self.opened);
        let write = guarded(|| recover(disk, &mut opened)).inspect_err(|_| *opened = None)?;
        let known = opened.as_mut().ok_or(Status::WBEM_E_UNEXPECTED)?;
        let (needs_checkpoint, log_len) = mend_log(disk, known)?;
        let image = known.image.clone().ok_or(Status::WBEM_E_UNEXPECTED)?;
        Ok(Transaction { disk, opened, write, image, needs_checkpoint, log_len, _lock: write_lock })
    }

    /// Replaces the store, and the image, by these objects, whatever there is.
    /// The log is left as it is.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn replace(&self, make: impl FnOnce(&dyn Disk) -> Result<(u64, Layer)>) -> Result<()> {
        let disk = &*self.disk;
        let _write_lock = self.lock_to_write()?;
        let mut opened = lock(&self.opened);
        *opened = None;
        let (generation, objects) = make(disk)?;
        create(disk, generation, &objects)?;
        publish(disk, generation, &objects)?;
        Ok(())
    }

    fn lock_to_write(&self) -> Result<WriteLock> {
        let locked = self.disk.make().and_then(|()| self.disk.lock());
        locked.map_err(|error| failed("locking the repository", error))
    }

    /// The directory, for whoever looks without changing anything.
    pub(crate) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }
}

impl Drop for Store {
    /// Closing writes to the store, so it waits its turn like any other writer: who
    /// verifies reads the file byte by byte. A directory that is gone stays so.
    fn drop(&mut self) {
        let opened = self.opened.get_mut().unwrap_or_else(PoisonError::into_inner);
        if opened.is_some() {
            let _write_lock = self.disk.lock();
            *opened = None;
        }
    }
}

impl Transaction<'_> {
    /// What there is.
    pub(crate) fn image(&self) -> &Arc<Image> {
        &self.image
    }

    /// Replaces the log by one record that makes everything there is.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn checkpoint(&mut self, part: MofText) -> Result<()> {
        let record = Record::of(self.image.generation(), part);
        self.log_len = replace_log(self.disk, &record)?;
        self.needs_checkpoint = false;
        if let Some(opened) = self.opened.as_mut() {
            opened.log_len = Some(self.log_len);
        }
        Ok(())
    }

    /// Length of the log and of the image, in bytes.
    pub(crate) fn sizes(&self) -> (u64, u64) {
        (self.log_len, self.image.len() as u64)
    }

    /// Stores the changes, and returns when they are safe and published.
    ///
    /// # Errors
    /// The system's. The changes are not stored then, unless publishing them
    /// failed, which the message says.
    pub(crate) fn commit(
        mut self,
        namespace: &str,
        parts: Vec<MofText>,
        changes: Changes,
    ) -> Result<Arc<Image>> {
        let generation = self.image.generation() + 1;
        let record = Record { generation, namespace: namespace.to_owned(), parts }.encode();
        let appended =
            self.disk.append(LOG, Access::Owner, record.as_bytes()).and_then(|()| self.disk.sync(LOG));
        if let Err(error) = appended {
            // The next writer does the same if this doesn't work.
            let _tried = self.disk.truncate(LOG, self.log_len);
            return Err(failed("writing the repository's log", error));
        }
        // Whatever fails from here on: the next transaction looks at the files.
        let opened = self.opened.take().ok_or(Status::WBEM_E_UNEXPECTED)?;
        let write = self.write;
        guarded(|| apply(write, generation, &changes).map_err(|error| store_failed(&error)))?;
        let mut layer = Layer::new(self.image.clone());
        layer.changes = changes;
        let image = publish(self.disk, generation, &layer)
            .map_err(|error| error.context("the changes are stored, but can't be seen before the next"))?;
        let log_len = Some(self.log_len + record.len() as u64);
        *self.opened = Some(Opened { image: Some(image.clone()), log_len, ..opened });
        Ok(image)
    }
}

/// How a store is opened: by any number of processes, checked first, because
/// redb may panic over a damaged one that it was not asked to check.
pub(crate) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .set_concurrency_mode(ConcurrencyMode::MultiWriter)
        .set_check_integrity_on_open(true)
        .set_cache_size(CACHE_BYTES);
    builder
}

/// The number of the last transaction.
pub(crate) fn generation_in(write: &WriteTransaction) -> Result<u64, redb::Error> {
    let meta = write.open_table(META)?;
    Ok(meta.get(GENERATION)?.map_or(0, |generation| generation.value()))
}

/// Everything in a store.
pub(crate) fn objects_in(write: &WriteTransaction) -> Result<Layer, redb::Error> {
    let mut layer = Layer::default();
    for object in write.open_table(OBJECTS)?.iter()? {
        let (key, record) = object?;
        layer.changes.insert(key.value().to_vec(), Some(record.value().to_vec()));
    }
    Ok(layer)
}
