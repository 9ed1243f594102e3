//! [`Item`]: an object or an enumerator of a hosted refresher, and how its rows
//! follow what the host wrote to the shared memory.
//!
//! The objects are the client's own, so none of them is touched before all that
//! the host wrote was judged: a refresh is there as a whole or not at all. Of a
//! row whose counters alone changed there is nothing to judge but its words; any
//! other block is first brought into an object of ours that nobody sees.
//!
//! The host may write to that memory while it is read. So each number is read
//! once, into a place of ours, and then judged; a block is judged again after it
//! was copied. What is wrong is said, and ends the host. One that writes during
//! the copies can mix two refreshes of its own data, as it can in any case, but
//! not make an object anything else than an instance of its class.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hiperf_cim::{Class, Instance, Status};
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::{Change, Object};

use super::protocol::Message;
use super::protocol::area::{ITEMS_AT, extent_parts, halves, is_same_tail, load};
use super::protocol::message::{Bytes, ContextValues};
use crate::refresher::reason_of;

/// More instances of a class are a lie, not a machine: the largest process table
/// that Linux allows has as many entries.
const MAX_ROWS: usize = 1 << 22;

/// What a host wrote that can't be.
pub(super) type Lie = &'static str;

/// An object or an enumerator.
pub(super) struct Item {
    /// The number by which the host knows it.
    pub(super) number: u32,
    /// The id by which the engine knows it.
    pub(super) id: i32,
    pub(super) kind: Kind,
    class: Arc<Class>,
    /// What the host has to be told to have it.
    unit: Bytes,
    context: ContextValues,
    /// Whether the host has it. It has not what its provider refused to take
    /// up again after the host was started anew.
    pub(super) is_there: bool,
    /// Where its rows are in the words.
    rows_at: usize,
    rows: Vec<Row>,
    /// Whether values can be had without what is in the tail.
    can_load_values: bool,
    /// In which blocks are judged.
    unseen: Object,
}

pub(super) enum Kind {
    /// Its template, as it is sent and as it was.
    Object { template: Bytes, keys: Instance },
    /// The engine's list.
    Enum(Arc<ObjectList>),
}

/// One instance.
struct Row {
    id: i32,
    /// What the object lacks of what the words say.
    change: Change,
    /// The row's words, as they were when they were judged.
    seen: RowWords,
    object: Object,
}

/// A row in the memory.
type RowWords = (u64, u64);

fn row_words(words: &[AtomicU64], at: usize) -> RowWords {
    (load(words, at), load(words, at + 1))
}

/// Takes what a row and its block occupy from the words that are left: each
/// has its own, so that a little memory can't stand for a great deal.
#[inline]
fn take_room(row: RowWords, room: &mut usize) -> Result<(), Lie> {
    let (len, _) = extent_parts(halves(row.1).1);
    let left = room.checked_sub(2 + (len as usize).div_ceil(8));
    *room = left.ok_or("there are more instances than the memory has room for")?;
    Ok(())
}

fn id_of(row: RowWords) -> i32 {
    halves(row.0).0.cast_signed()
}

/// Whether nothing but counters of a row changed, and nobody said why some are
/// missing.
#[inline]
fn is_change_of_values(row: RowWords, seen: RowWords) -> bool {
    let has_reasons = extent_parts(halves(row.1).1).1;
    is_same_tail(halves(row.0).1, halves(seen.0).1) && row.1 == seen.1 && !has_reasons
}

fn place_of(words: &[AtomicU64], row: RowWords) -> Result<&[AtomicU64], Lie> {
    words.get(halves(row.1).0 as usize..).ok_or("an instance lies outside of the memory")
}

fn load_block(object: &Object, words: &[AtomicU64], row: RowWords) -> Result<(), Lie> {
    let block = place_of(words, row)?;
    let (len, has_reasons) = extent_parts(halves(row.1).1);
    object.load_block(block, len as usize).map_err(|_| NONE_OF_ITS_CLASS)?;
    if has_reasons {
        // However few words are left: what isn't there says nothing.
        object.load_reasons(block.get((len as usize).div_ceil(8)..).unwrap_or_default());
    }
    Ok(())
}

const NONE_OF_ITS_CLASS: Lie = "an instance is none of its class";

/// The rows of an item as the memory has them, all of them judged.
struct Taken {
    rows_at: usize,
    rows: Vec<(RowWords, Object)>,
}

impl Item {
    /// An object that the client has, with its keys alone.
    pub(super) fn object(
        numbers: (u32, i32),
        (unit, template): (Bytes, Bytes),
        object: Object,
        context: ContextValues,
    ) -> Item {
        let keys = object.to_instance();
        let class = keys.class().clone();
        let mut item = Item::new(numbers, class, unit, context, Kind::Object { template, keys });
        item.rows.push(Row { id: 0, change: Change::None, seen: (0, 0), object });
        item
    }

    /// The enumerator behind a list.
    pub(super) fn enumerator(
        numbers: (u32, i32),
        unit: Bytes,
        list: Arc<ObjectList>,
        context: ContextValues,
    ) -> Item {
        Item::new(numbers, list.class().clone(), unit, context, Kind::Enum(list))
    }

    fn new(
        (number, id): (u32, i32),
        class: Arc<Class>,
        unit: Bytes,
        context: ContextValues,
        kind: Kind,
    ) -> Item {
        let unseen = Object::new(Instance::spawn(&class));
        let can_load_values = unseen.can_load_values();
        let (rows_at, rows, is_there) = (0, Vec::new(), true);
        Item { number, id, kind, class, unit, context, is_there, rows_at, rows, can_load_values, unseen }
    }

    /// What tells a host to take it up.
    pub(super) fn message(&self) -> Message {
        let (item, class, context) = (self.number, self.unit.clone(), self.context.clone());
        match &self.kind {
            Kind::Object { template, .. } => {
                Message::AddObject { item, class, template: template.clone(), context }
            }
            Kind::Enum(_) => Message::AddEnum { item, class, context },
        }
    }

    /// The host has it again.
    pub(super) fn find(&mut self) {
        self.is_there = true;
        if let Kind::Enum(list) = &self.kind {
            list.set_status(Status::WBEM_S_NO_ERROR);
        }
    }

    /// Empties it, because the provider refused it with this status: there is
    /// nothing any more that it could show.
    pub(super) fn lose(&mut self, status: Status) {
        self.is_there = false;
        match &self.kind {
            Kind::Object { keys, .. } => {
                for row in &self.rows {
                    let assigned = row.object.assign(keys);
                    debug_assert!(assigned.is_ok(), "the object was made of these keys");
                    row.object.explain(reason_of(status));
                }
            }
            Kind::Enum(list) => {
                self.rows.clear();
                list.replace(std::iter::empty());
                list.set_status(status);
            }
        }
    }

    /// Looks which rows changed, and says whether any did.
    #[inline]
    fn judge(&mut self, words: &[AtomicU64], room: &mut usize) -> Result<bool, Lie> {
        let mut changed = false;
        let mut at = self.rows_at;
        for row in &mut self.rows {
            let now = row_words(words, at);
            at += 2;
            take_room(now, room)?;
            if now == row.seen {
                continue;
            }
            if id_of(now) != row.id {
                return Err("an instance has another id than it had");
            }
            row.change = Change::Values;
            if !self.can_load_values || !is_change_of_values(now, row.seen) {
                load_block(&self.unseen, words, now)?;
                row.change = Change::Tail;
            }
            row.seen = now;
            changed = true;
        }
        Ok(changed)
    }

    /// Gives the rows that changed their values.
    #[inline]
    fn bring(&mut self, words: &[AtomicU64]) -> Result<(), Lie> {
        for row in &mut self.rows {
            match row.change {
                Change::None => continue,
                Change::Values => {
                    let brought = row.object.load_values(place_of(words, row.seen)?);
                    brought.map_err(|_| NONE_OF_ITS_CLASS)?;
                }
                Change::Tail => load_block(&row.object, words, row.seen)?,
            }
            row.change = Change::None;
        }
        Ok(())
    }

    /// The rows that begin at `at`, each in an object of its own.
    fn read(
        &self,
        words: &[AtomicU64],
        (rows_at, count): (usize, usize),
        room: &mut usize,
    ) -> Result<Taken, Lie> {
        if matches!(self.kind, Kind::Object { .. }) && count != 1 {
            return Err("an object is not one");
        }
        let mut known = HashSet::with_capacity(count);
        let mut rows = Vec::with_capacity(count);
        for index in 0..count {
            let row = row_words(words, rows_at + index * 2);
            if !known.insert(id_of(row)) {
                return Err("two instances of an enumerator have the same id");
            }
            take_room(row, room)?;
            let object = match &self.kind {
                Kind::Object { .. } => Object::new(Instance::spawn(&self.class)),
                Kind::Enum(list) => list.new_object(),
            };
            load_block(&object, words, row)?;
            rows.push((row, object));
        }
        Ok(Taken { rows_at, rows })
    }

    /// Makes the rows those that were taken; instances that stayed keep their
    /// objects.
    fn take(&mut self, taken: Taken) {
        self.rows_at = taken.rows_at;
        let Kind::Enum(list) = &self.kind else {
            for (row, (seen, fresh)) in self.rows.iter_mut().zip(taken.rows) {
                let copied = row.object.copy_from(&fresh);
                debug_assert!(copied.is_ok(), "the other was made of its class");
                (row.seen, row.change) = (seen, Change::None);
            }
            return;
        };
        let old_ids: Vec<i32> = self.rows.iter().map(|row| row.id).collect();
        let mut old: HashMap<i32, Object> = self.rows.drain(..).map(|row| (row.id, row.object)).collect();
        let mut replaced = false;
        for (seen, fresh) in taken.rows {
            let id = id_of(seen);
            // The same id with other keys is another instance.
            let kept = old.remove(&id).filter(|kept| kept.has_keys_of(&fresh));
            let object = match kept {
                Some(kept) if kept.copy_from(&fresh).is_ok() => kept,
                _ => {
                    replaced = true;
                    fresh
                }
            };
            self.rows.push(Row { id, change: Change::None, seen, object });
        }
        if replaced || self.rows.iter().map(|row| row.id).ne(old_ids) {
            list.replace(self.rows.iter().map(|row| (row.id, row.object.clone())));
        }
    }
}

/// Brings all items up to date with what the host published. `generation` is the
/// one that was seen last.
pub(super) fn follow(
    items: &mut [Item],
    words: &[AtomicU64],
    generation: &mut Option<u64>,
) -> Result<(), Lie> {
    let now = load(words, 0);
    // Also when it turns out to be a lie: nothing is kept of it.
    if generation.take() != Some(now) {
        take_layout(items, words)?;
        *generation = Some(now);
        return Ok(());
    }
    let mut room = words.len();
    let mut changed = false;
    for item in items.iter_mut().filter(|item| item.is_there) {
        changed |= item.judge(words, &mut room)?;
    }
    if changed {
        items.iter_mut().filter(|item| item.is_there).try_for_each(|item| item.bring(words))?;
    }
    *generation = Some(now);
    Ok(())
}

fn take_layout(items: &mut [Item], words: &[AtomicU64]) -> Result<(), Lie> {
    let count = usize::try_from(load(words, 2)).unwrap_or(usize::MAX);
    if count > items.len() {
        return Err("there are more items than were asked for");
    }
    let places: HashMap<u32, (usize, usize)> = (0..count)
        .map(|index| {
            let at = ITEMS_AT + index * 2;
            let (first, rows) = halves(load(words, at + 1));
            (halves(load(words, at)).0, (first as usize, rows as usize))
        })
        .collect();
    let mut room = words.len();
    let read = |item: &Item| {
        let &(first, rows) = places.get(&item.number).ok_or("an item is missing")?;
        if rows > MAX_ROWS || first + rows * 2 > words.len() {
            return Err("there are more instances than the memory has room for");
        }
        item.read(words, (first, rows), &mut room)
    };
    let taken: Vec<Taken> =
        items.iter().filter(|item| item.is_there).map(read).collect::<Result<_, Lie>>()?;
    items.iter_mut().filter(|item| item.is_there).zip(taken).for_each(|(item, taken)| item.take(taken));
    Ok(())
}

#[cfg(test)]
mod tests;
