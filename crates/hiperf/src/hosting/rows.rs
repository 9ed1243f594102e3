//! [`Item`]: an object or an enumerator of a hosted refresher, and how its rows
//! follow what the host wrote to the shared memory.
//!
//! The host may write to that memory while it is read. So each number is read
//! once, into a place of ours, and then judged; a block is judged after it was
//! copied. What is wrong is said, and ends the host.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hiperf_cim::{Class, Instance, Status};
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::Object;

use super::protocol::Message;
use super::protocol::area::{ITEMS_AT, extent_parts, halves, load};
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
    /// The row's words, as they were when the object got its values.
    seen: (u64, u64),
    object: Object,
}

impl Row {
    /// Gives the object the values of the row at `at`, if they are others.
    #[inline]
    fn follow(&mut self, words: &[AtomicU64], at: usize, room: &mut usize) -> Result<(), Lie> {
        let row = (load(words, at), load(words, at + 1));
        take_room(row, room)?;
        if row == self.seen {
            return Ok(());
        }
        if id_of(row) != self.id {
            return Err("an instance has another id than it had");
        }
        load_block(&self.object, words, row)?;
        self.seen = row;
        Ok(())
    }
}

/// Takes what a row and its block occupy from the words that are left: each
/// has its own, so that a little memory can't stand for a great deal.
#[inline]
fn take_room(row: (u64, u64), room: &mut usize) -> Result<(), Lie> {
    let (len, _) = extent_parts(halves(row.1).1);
    let left = room.checked_sub(2 + (len as usize).div_ceil(8));
    *room = left.ok_or("there are more instances than the memory has room for")?;
    Ok(())
}

fn id_of(row: (u64, u64)) -> i32 {
    halves(row.0).0.cast_signed()
}

#[inline]
fn load_block(object: &Object, words: &[AtomicU64], row: (u64, u64)) -> Result<(), Lie> {
    let (place, extent) = halves(row.1);
    let (len, has_reasons) = extent_parts(extent);
    let block = words.get(place as usize..).ok_or("an instance lies outside of the memory")?;
    object.load_block(block, len as usize).map_err(|_| "an instance is none of its class")?;
    if has_reasons {
        // However few words are left: what isn't there says nothing.
        object.load_reasons(block.get((len as usize).div_ceil(8)..).unwrap_or_default());
    }
    Ok(())
}

impl Item {
    /// An object like `template`, and its refreshable object.
    pub(super) fn object(
        numbers: (u32, i32),
        (unit, template): (Bytes, Bytes),
        keys: Instance,
        context: ContextValues,
    ) -> (Item, Object) {
        let object = Object::new(keys.clone());
        let class = keys.class().clone();
        let mut item = Item::new(numbers, class, unit, context, Kind::Object { template, keys });
        item.rows.push(Row { id: 0, seen: (0, 0), object: object.clone() });
        (item, object)
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
        let (rows_at, rows) = (0, Vec::new());
        Item { number, id, kind, class, unit, context, is_there: true, rows_at, rows }
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

    /// Gives every row the values that changed.
    #[inline]
    fn follow(&mut self, words: &[AtomicU64], room: &mut usize) -> Result<(), Lie> {
        let mut at = self.rows_at;
        for row in &mut self.rows {
            row.follow(words, at, room)?;
            at += 2;
        }
        Ok(())
    }

    /// Makes the rows those that begin at `at`.
    fn take_rows(
        &mut self,
        words: &[AtomicU64],
        at: usize,
        count: usize,
        room: &mut usize,
    ) -> Result<(), Lie> {
        self.rows_at = at;
        let Kind::Enum(list) = &self.kind else {
            if count != 1 {
                return Err("an object is not one");
            }
            return self.rows.iter_mut().try_for_each(|row| {
                // It is another place, whatever the row says.
                row.seen = (0, 0);
                row.follow(words, at, room)
            });
        };
        let old_ids: Vec<i32> = self.rows.iter().map(|row| row.id).collect();
        let mut old: HashMap<i32, Object> = self.rows.drain(..).map(|row| (row.id, row.object)).collect();
        let mut replaced = false;
        let mut known = HashSet::with_capacity(count);
        for index in 0..count {
            let row = (load(words, at + index * 2), load(words, at + index * 2 + 1));
            let id = id_of(row);
            if !known.insert(id) {
                return Err("two instances of an enumerator have the same id");
            }
            take_room(row, room)?;
            let fresh = Object::new(Instance::spawn(&self.class));
            load_block(&fresh, words, row)?;
            // The same id with other keys is another instance.
            let kept = old.remove(&id).filter(|kept| has_same_keys(kept, &fresh));
            let object = match kept {
                Some(kept) if kept.copy_from(&fresh).is_ok() => kept,
                _ => {
                    replaced = true;
                    fresh
                }
            };
            self.rows.push(Row { id, seen: row, object });
        }
        if replaced || self.rows.iter().map(|row| row.id).ne(old_ids) {
            list.replace(self.rows.iter().map(|row| (row.id, row.object.clone())));
        }
        Ok(())
    }
}

fn has_same_keys(one: &Object, other: &Object) -> bool {
    one.class().keys().iter().all(|&key| one.value(key) == other.value(key))
}

/// Brings all items up to date with what the host published. `generation` is the
/// one that was seen last.
pub(super) fn follow(
    items: &mut [Item],
    words: &[AtomicU64],
    generation: &mut Option<u64>,
) -> Result<(), Lie> {
    let now = load(words, 0);
    if *generation != Some(now) {
        // Also when it turns out to be a lie: nothing is kept of it.
        *generation = None;
        take_layout(items, words)?;
        *generation = Some(now);
        return Ok(());
    }
    let mut room = words.len();
    items.iter_mut().filter(|item| item.is_there).try_for_each(|item| item.follow(words, &mut room))
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
    for item in items.iter_mut().filter(|item| item.is_there) {
        let &(first, rows) = places.get(&item.number).ok_or("an item is missing")?;
        if rows > MAX_ROWS || first + rows * 2 > words.len() {
            return Err("there are more instances than the memory has room for");
        }
        item.take_rows(words, first, rows, &mut room)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
