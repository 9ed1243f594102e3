//! Writing the files: each step is safe before the next one builds on it.

use std::sync::Arc;

use hiperf_cim::Result;
use redb::WriteTransaction;

use super::fault::{failed, store_failed};
use super::{GENERATION, IMAGE, LOG, META, NEW_IMAGE, NEW_LOG, NEW_STORE, OBJECTS, STORE, builder};
use crate::repository::disk::{Access, Disk};
use crate::repository::image::{Image, build};
use crate::repository::layer::{Changes, Layer};
use crate::repository::log::Record;

/// Writes an image and lets it take the place of the last one.
pub(super) fn publish(disk: &dyn Disk, generation: u64, objects: &Layer) -> Result<Arc<Image>> {
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
pub(super) fn create(disk: &dyn Disk, generation: u64, objects: &Layer) -> Result<()> {
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

pub(super) fn apply(write: WriteTransaction, generation: u64, changes: &Changes) -> Result<(), redb::Error> {
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
