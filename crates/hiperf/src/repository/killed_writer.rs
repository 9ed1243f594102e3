//! A writer that is killed at any step, while another program has the store open.
//!
//! redb's read transactions hide a commit whose writer was killed before it knew it
//! to be safe on disk, and its write transactions build on that commit. Who asked one
//! what there is and used the other would take the transaction's record out of the
//! log, or count one twice; see `store`.

use std::collections::BTreeMap;

use redb::ReadableDatabase as _;

use super::disk::Disk as _;
use super::layer::Changes;
use super::log::{Log, MofText};
use super::medium::{Medium, Omit};
use super::power_cut::commit;
use super::store::{GENERATION, IMAGE, LOG, META, STORE, Store, builder, generation_in, objects_in};

/// Transactions before the one in which the writer is killed.
const BEFORE: u64 = 3;

/// A disk with some transactions, and the program that made them.
fn started() -> (Medium, Store) {
    let medium = Medium::new(Vec::new(), BTreeMap::new(), Omit::Nothing);
    let store = Store::new(medium.clone());
    (1..=BEFORE).for_each(|generation| commit(&store, generation));
    (medium, store)
}

/// Another program that writes the next transaction, until it is killed.
fn write_until_killed(medium: &Medium) {
    let store = Store::new(medium.clone());
    let part = MofText { name: "t".into(), text: "// next".into() };
    if let Ok(transaction) = store.transaction() {
        // What no other transaction writes.
        let changes = Changes::from([(b"C\0killed".to_vec(), Some(b"next".to_vec()))]);
        let _killed = transaction.commit("root", vec![part], changes);
    }
}

#[test]
fn a_program_that_has_the_store_open_goes_on_from_what_was_stored() {
    let mut found = BTreeMap::new();
    for steps in 0.. {
        let (medium, store) = started();
        let killed = medium.for_steps(steps);
        write_until_killed(&killed);
        let generation = {
            let transaction =
                store.transaction().unwrap_or_else(|error| panic!("after {steps} steps: {error}"));
            assert!(!transaction.needs_checkpoint, "after {steps} steps the log lacks a transaction");
            transaction.image().generation()
        };
        let part = MofText { name: "t".into(), text: "// after".into() };
        let changes = Changes::from([(b"C\0after".to_vec(), Some(b"after".to_vec()))]);
        store.transaction().unwrap().commit("root", vec![part], changes).unwrap();
        // Store, image and log agree, and the commit is in all of them or in none.
        let database = medium.open_store(STORE, &builder()).unwrap();
        let write = database.begin_write().unwrap();
        let stored = objects_in(&write).unwrap().changes;
        let image = medium.image(IMAGE).unwrap().unwrap();
        let published: Changes = image
            .scan(b"")
            .map(|object| object.map(|(key, record)| (key.to_vec(), Some(record.to_vec()))).unwrap())
            .collect();
        assert!(stored == published, "after {steps} steps the image is not what is stored");
        let log = Log::read(&medium.read(LOG).unwrap().unwrap());
        assert_eq!((log.generation(), &log.damage[..]), (generation + 1, &[][..]), "after {steps} steps");
        assert_eq!(stored.contains_key(&b"C\0killed"[..]), generation > BEFORE, "after {steps} steps");
        *found.entry(generation).or_insert(0) += 1;
        if !killed.is_dead() {
            break;
        }
    }
    println!("generation found, how often: {found:?}");
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [BEFORE, BEFORE + 1]);
}

/// The reason: there is a step after which redb says two things.
#[test]
fn a_read_transaction_hides_what_a_write_transaction_builds_on() {
    let mut hidden = 0;
    for steps in 0.. {
        let (medium, _store) = started();
        let database = medium.open_store(STORE, &builder()).unwrap();
        let killed = medium.for_steps(steps);
        write_until_killed(&killed);
        let read = {
            let meta = database.begin_read().unwrap().open_table(META).unwrap();
            meta.get(GENERATION).unwrap().unwrap().value()
        };
        let written = generation_in(&database.begin_write().unwrap()).unwrap();
        assert!(read == written || (read, written) == (BEFORE, BEFORE + 1), "after {steps} steps");
        hidden += usize::from(read != written);
        if !killed.is_dead() {
            break;
        }
    }
    assert!(hidden > 0, "redb has changed, and so may the reason for what `store` does");
}
