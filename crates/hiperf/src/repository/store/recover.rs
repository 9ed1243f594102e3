//! What a writer does before anything else: it puts right what a crash left.

use std::sync::Arc;

use hiperf_cim::{Error, Result, Status};
use redb::WriteTransaction;

use super::fault::{damaged, failed, store_failed};
use super::write::{apply, create, publish};
use super::{IMAGE, LOG, Opened, STORE, builder, generation_in, objects_in};
use crate::repository::disk::{Disk, Identity};
use crate::repository::layer::{Changes, Layer};
use crate::repository::log::Log;

/// Opens what isn't open, and publishes what a crash left unpublished. Returns
/// redb's transaction, in which the store is what the image says.
pub(super) fn recover(disk: &dyn Disk, opened: &mut Option<Opened>) -> Result<WriteTransaction> {
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
pub(super) fn mend_log(disk: &dyn Disk, known: &mut Opened) -> Result<(bool, u64)> {
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
