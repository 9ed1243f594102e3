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

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hiperf_cim::{Error, Result, Status};
use redb::{Builder, ConcurrencyMode, Database, ReadableTable as _, TableDefinition, WriteTransaction};

use super::disk::{Access, Disk, Identity, WriteLock};
use super::image::{Image, build};
use super::layer::{Changes, Layer};
use super::log::{Log, MofText, Record};
use crate::namespace::lock;

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

/// Opens what isn't open, and publishes what a crash left unpublished. Returns
/// redb's transaction, in which the store is what the image says.
fn recover(disk: &dyn Disk, opened: &mut Option<Opened>) -> Result<WriteTransaction> {
    let looked = |error| failed("looking at the repository", error);
    let file = |identity: Option<Identity>| identity.map(|(device, number, _)| (device, number));
    let store = file(disk.identity(STORE).map_err(looked)?);
    if opened.as_ref().is_none_or(|opened| Some(opened.file) != store) {
        *opened = None;
        if store.is_none() {
            let is_there = |name| {
                let identity = disk.identity(name).map_err(looked)?;
                Ok::<_, Error>(identity.is_some_and(|(.., len)| len > 0))
            };
            if is_there(IMAGE)? || is_there(LOG)? {
                return Err(damaged("it is missing"));
            }
            create(disk, 0, &Layer::default())?;
        }
        let database = disk.open_store(STORE, &builder()).map_err(|error| store_failed(&error.into()))?;
        let file = file(disk.identity(STORE).map_err(looked)?).ok_or_else(|| damaged("it is missing"))?;
        *opened = Some(Opened { database, file, image: None, log_len: None });
    }
    let known = opened.as_mut().ok_or(Status::WBEM_E_UNEXPECTED)?;
    let mut write = known.database.begin_write().map_err(|error| store_failed(&error.into()))?;
    let generation = generation_in(&write).map_err(|error| store_failed(&error))?;
    let is_published = known.image.as_ref().is_some_and(|image| image.generation() == generation)
        && disk.identity(IMAGE).map_err(looked)?.is_some();
    if !is_published {
        (known.image, known.log_len) = (None, None);
        let image = disk.image(IMAGE).ok().flatten();
        let image = image.filter(|image| image.generation() == generation && image.verify().is_ok());
        known.image = Some(match image {
            Some(image) => Arc::new(image),
            None => {
                // Another writer's commit has to be safe before anybody sees it.
                let objects = objects_in(&write).map_err(|error| store_failed(&error))?;
                apply(write, generation, &Changes::new()).map_err(|error| store_failed(&error))?;
                write = known.database.begin_write().map_err(|error| store_failed(&error.into()))?;
                publish(disk, generation, &objects)?
            }
        });
    }
    Ok(write)
}

/// Cuts off what a crash left at the end of the log. Returns whether the log
/// has to be replaced, and its length.
fn mend_log(disk: &dyn Disk, known: &mut Opened) -> Result<(bool, u64)> {
    let looked = |error| failed("looking at the repository's log", error);
    let len = disk.identity(LOG).map_err(looked)?.map_or(0, |(.., len)| len);
    if known.log_len == Some(len) {
        return Ok((false, len));
    }
    let generation = known.image.as_ref().map_or(0, |image| image.generation());
    let bytes = disk.read(LOG).map_err(looked)?.unwrap_or_default();
    let log = Log::read(&bytes);
    if log.generation() > generation + 1 {
        let what = format!("it is of transaction {generation}, and the log goes to {}", log.generation());
        return Err(damaged(&what));
    }
    let kept = log.records.iter().rev().find(|(record, _)| record.generation <= generation);
    let (last, end) = kept.map_or((0, 0), |(record, end)| (record.generation, *end));
    let is_whole = last == generation && log.damage.iter().all(|(at, _)| *at >= end);
    if end < bytes.len() {
        // Safe with the next record, which is appended and synced.
        disk.truncate(LOG, end as u64).map_err(looked)?;
    }
    known.log_len = is_whole.then_some(end as u64);
    Ok((!is_whole, end as u64))
}

/// Writes an image and lets it take the place of the last one.
fn publish(disk: &dyn Disk, generation: u64, objects: &Layer) -> Result<Arc<Image>> {
    let bytes = build(generation, objects.scan(b""))?;
    let written = disk
        .write(NEW_IMAGE, Access::World, &bytes)
        .and_then(|()| disk.sync(NEW_IMAGE))
        .and_then(|()| disk.rename(NEW_IMAGE, IMAGE))
        .and_then(|()| disk.sync_directory());
    written.map_err(|error| failed("publishing the repository's image", error))?;
    Image::from_bytes(bytes).map(Arc::new)
}

/// Makes a store of these objects under another name and lets it take the place
/// of the last one, so that there is never half of one. The log is there
/// before. Publishing, which always follows, makes all three names safe.
fn create(disk: &dyn Disk, generation: u64, objects: &Layer) -> Result<()> {
    let step = |error| failed("making the repository's store", error);
    disk.remove(NEW_STORE).map_err(step)?;
    disk.append(LOG, Access::Owner, b"").map_err(step)?;
    let mut changes = Changes::new();
    for object in objects.scan(b"") {
        let (key, record) = object?;
        changes.insert(key.to_vec(), Some(record.to_vec()));
    }
    let database = disk.open_store(NEW_STORE, &builder()).map_err(|error| store_failed(&error.into()))?;
    let write = database.begin_write().map_err(|error| store_failed(&error.into()))?;
    apply(write, generation, &changes).map_err(|error| store_failed(&error))?;
    database.close().map_err(|error| store_failed(&error.into()))?;
    // Before the store has its name, so that no store is without it.
    disk.sync_place().and_then(|()| disk.rename(NEW_STORE, STORE)).map_err(step)
}

/// redb may panic over a store that is damaged where it doesn't look when it
/// opens one.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(damaged("it can't be read")))
}

/// Replaces the log by one record. Returns its length.
pub(crate) fn replace_log(disk: &dyn Disk, record: &Record) -> Result<u64> {
    let text = record.encode();
    let written = disk
        .write(NEW_LOG, Access::Owner, text.as_bytes())
        .and_then(|()| disk.sync(NEW_LOG))
        .and_then(|()| disk.rename(NEW_LOG, LOG))
        .and_then(|()| disk.sync_directory());
    written.map_err(|error| failed("replacing the repository's log", error))?;
    Ok(text.len() as u64)
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

fn apply(write: WriteTransaction, generation: u64, changes: &Changes) -> Result<(), redb::Error> {
    {
        let mut objects = write.open_table(OBJECTS)?;
        for (key, record) in changes {
            match record {
                Some(record) => objects.insert(key.as_slice(), record.as_slice())?,
                None => objects.remove(key.as_slice())?,
            };
        }
        write.open_table(META)?.insert(GENERATION, generation)?;
    }
    write.commit()?;
    Ok(())
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

/// The error for a store that can't be used.
pub(crate) fn damaged(what: &str) -> Error {
    let message = format!(
        "the repository's store {STORE} is damaged: {what}; `hiperf repository rebuild` makes it anew from the MOF"
    );
    Error::new(Status::WBEM_E_CRITICAL_ERROR, message)
}

/// The error for what redb says.
pub(crate) fn store_failed(error: &redb::Error) -> Error {
    use io::ErrorKind::{InvalidData, UnexpectedEof};
    match error {
        redb::Error::Io(error) if !matches!(error.kind(), InvalidData | UnexpectedEof) => {
            failed("using the repository's store", io::Error::new(error.kind(), error.to_string()))
        }
        // What a store that only this file writes to is never like.
        redb::Error::Io(_)
        | redb::Error::Corrupted(_)
        | redb::Error::UpgradeRequired(_)
        | redb::Error::RepairAborted
        | redb::Error::TableTypeMismatch { .. }
        | redb::Error::TableIsMultimap(_)
        | redb::Error::TypeDefinitionChanged { .. } => damaged(&error.to_string()),
        _ => Error::new(Status::WBEM_E_FAILED, format!("using the repository's store: {error}")),
    }
}

fn failed(doing: &str, error: io::Error) -> Error {
    let status = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Status::WBEM_E_ACCESS_DENIED,
        _ => Status::WBEM_E_FAILED,
    };
    Error::new(status, format!("{doing}: {error}")).caused_by(error)
}
