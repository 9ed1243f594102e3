//! What a power cut leaves: a disk that forgets what was not synced.
//!
//! The test writes transactions to a [`Medium`], cuts the power after each step, and
//! looks whether everything acknowledged is there. That each sync is needed shows a
//! medium that leaves out one kind of sync: the same test finds a loss.

use std::collections::BTreeMap;

use super::disk::Disk as _;
use super::layer::Changes;
use super::log::MofText;
use super::medium::{Medium, Omit, Random};
use super::store::{IMAGE, LOG, NEW_IMAGE, NEW_LOG, STORE, Store};

/// The changes of the transaction that makes a generation: a key that is new, one
/// that is there in each, and one that goes, with texts of many pages now and
/// then.
fn changes(generation: u64) -> Changes {
    let text = format!("{generation} ").repeat(if generation.is_multiple_of(4) { 4000 } else { 10 });
    Changes::from([
        (format!("C\0new{generation}").into_bytes(), Some(text.clone().into_bytes())),
        (b"C\0same".to_vec(), Some(text.into_bytes())),
        (format!("C\0new{}", generation.wrapping_sub(2)).into_bytes(), None),
    ])
}

/// Everything after the transaction of a generation.
fn expected(generation: u64) -> Changes {
    let mut all = Changes::new();
    (1..=generation).for_each(|generation| all.extend(changes(generation)));
    all.retain(|_, record| record.is_some());
    all
}

const TRANSACTIONS: u64 = 7;

/// Writes transactions to a new disk, the last after opening anew, and replaces
/// the log before one of them.
fn recorded(omit: Omit) -> Medium {
    let medium = Medium::new(Vec::new(), BTreeMap::new(), omit);
    let mut store = Store::new(medium.clone());
    for generation in 1..=TRANSACTIONS {
        if generation == TRANSACTIONS {
            store = Store::new(medium.clone());
        }
        if generation == TRANSACTIONS - 2 {
            let part = MofText { name: "c".into(), text: String::new() };
            store.transaction().unwrap().checkpoint(part).unwrap();
        }
        commit(&store, generation);
        medium.acknowledge(generation);
    }
    medium
}

pub(super) fn commit(store: &Store, generation: u64) {
    let transaction = store.transaction().unwrap();
    assert_eq!(transaction.image().generation() + 1, generation);
    let part = MofText { name: "t".into(), text: format!("// {generation}") };
    transaction.commit("root", vec![part], changes(generation)).unwrap();
}

/// What is wrong with the disk that a cut left.
fn wrong_with(disk: &Medium, acknowledged: u64) -> Result<(), String> {
    // A reader finds the image as it is.
    let image = disk.image(IMAGE).map_err(|error| format!("reading: {error}"))?;
    let seen = image.as_ref().map_or(0, |image| image.generation());
    if seen < acknowledged {
        return Err(format!("transaction {acknowledged} is gone, {seen} is there"));
    }
    let objects = |image: &super::image::Image| -> Result<Changes, String> {
        image.verify().map_err(|error| error.to_string())?;
        let objects =
            image.scan(b"").map(|object| object.map(|(key, record)| (key.to_vec(), Some(record.to_vec()))));
        objects.collect::<Result<_, _>>().map_err(|error| error.to_string())
    };
    if let Some(image) = &image
        && objects(image)? != expected(seen)
    {
        return Err(format!("the image is not what transaction {seen} made"));
    }
    // A writer puts right what is to be put right, and goes on.
    let store = Store::new(disk.clone());
    let found = {
        let transaction = store.transaction().map_err(|error| format!("opening: {error}"))?;
        let found = transaction.image().clone();
        if transaction.needs_checkpoint {
            return Err("the log lacks a transaction that is stored".into());
        }
        found
    };
    if found.generation() < seen || objects(&found)? != expected(found.generation()) {
        return Err(format!("the store has {} after {seen}, or not what that made", found.generation()));
    }
    commit(&store, found.generation() + 1);
    let last = disk.image(IMAGE).map_err(|error| error.to_string())?.ok_or("no image after a commit")?;
    if objects(&last)? != expected(found.generation() + 1) {
        return Err("what is written afterwards is not there".into());
    }
    Ok(())
}

/// The first thing that goes wrong when the power is cut after each step, a few
/// times each.
fn first_loss(omit: Omit, times: usize) -> Option<String> {
    let medium = recorded(omit);
    let steps = medium.steps();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for count in 0..=steps {
        for _ in 0..times {
            let (disk, acknowledged) = medium.cut(count, &mut random);
            if let Err(what) = wrong_with(&disk, acknowledged) {
                return Some(format!("cut after {count} of {steps} steps: {what}"));
            }
        }
    }
    println!("{} cuts, nothing lost", (steps + 1) * times);
    None
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    assert_eq!(first_loss(Omit::Nothing, 4), None);
}

#[test]
fn every_sync_is_needed() {
    let files = [STORE, NEW_IMAGE, LOG, NEW_LOG].map(Omit::SyncOf);
    for omit in files.into_iter().chain([IMAGE, LOG].map(Omit::DirectoryAfter)).chain([Omit::Place]) {
        let loss = first_loss(omit, 4);
        println!("{omit:?}: {loss:?}");
        assert!(loss.is_some(), "{omit:?} goes unnoticed");
    }
}
