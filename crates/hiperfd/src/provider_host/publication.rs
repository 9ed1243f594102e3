//! [`Publication`]: writes what a refresh brought to the shared memory.
//!
//! Each block has a place of its own, in which it stays as long as the same
//! instances are there, so that a refresh writes only words that changed. When
//! instances come or go, or one outgrows its place, all places are made anew and
//! the generation counts up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hiperf::hosting::protocol::area::{ITEMS_AT, Outcome, extent, next_versions, pair};
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::{Change, Object, Version};

/// Words by which a block may grow before it needs another place: a longer text.
const ROOM_TO_GROW: usize = 2;

/// Where an item's instances come from.
pub enum Source {
    Object(Object),
    Enum(Arc<ObjectList>),
}

/// An object or an enumerator.
pub struct Item {
    /// By which the client knows it.
    pub number: u32,
    /// By which the provider knows it.
    pub provider_id: i32,
    source: Source,
    /// The version of the list that `rows` are of.
    version: Option<u64>,
    rows: Vec<Row>,
    rows_at: usize,
}

/// An instance and its place.
struct Row {
    id: i32,
    object: Object,
    versions: u32,
    place: usize,
    room: usize,
    /// The block's length and whether reasons follow it, as they were written.
    extent: u32,
    /// The version of the object that is in the place.
    written: Version,
}

/// All items of a refresher.
#[derive(Default)]
pub struct Publication {
    pub items: Vec<Item>,
    generation: u64,
    /// Whether the places have to be made anew.
    is_moved: bool,
}

impl Item {
    pub fn new(number: u32, provider_id: i32, source: Source) -> Item {
        Item { number, provider_id, source, version: None, rows: Vec::new(), rows_at: 0 }
    }

    /// Looks which instances there are, and says whether they are others.
    fn update_rows(&mut self) -> bool {
        let version = match &self.source {
            Source::Object(_) => 0,
            Source::Enum(list) => list.version(),
        };
        if self.version == Some(version) {
            return false;
        }
        self.version = Some(version);
        self.rows.clear();
        match &self.source {
            Source::Object(object) => self.rows.push(Row::new(0, object)),
            Source::Enum(list) => list.for_each(|id, object| self.rows.push(Row::new(id, object))),
        }
        true
    }
}

impl Row {
    fn new(id: i32, object: &Object) -> Row {
        let written = Version::default();
        Row { id, object: object.clone(), versions: 0, place: 0, room: 0, extent: 0, written }
    }

    /// Whether the block is in its place now; `at` is where the row is.
    #[inline]
    fn write(&mut self, words: &[AtomicU64], at: usize, is_new: bool) -> bool {
        let version = self.object.version();
        if version == self.written && !is_new {
            return true;
        }
        let has_room = self.write_anew(words, at, is_new);
        if has_room {
            self.written = version;
        }
        has_room
    }

    /// The same of an object that was written to.
    fn write_anew(&mut self, words: &[AtomicU64], at: usize, is_new: bool) -> bool {
        let len = self.object.block_len();
        let reason_words = self.object.reason_words();
        if len.div_ceil(8) + reason_words > self.room {
            return false;
        }
        let place = words.get(self.place..).unwrap_or_default();
        let Some(mut change) = self.object.store_block(place) else { return false };
        if reason_words > 0 {
            let behind = place.get(len.div_ceil(8)..).unwrap_or_default();
            match self.object.store_reasons(behind) {
                Some(false) => {}
                Some(true) => change = Change::Tail,
                None => return false,
            }
        }
        let extent = extent(half(len), reason_words > 0);
        if is_new || extent != self.extent {
            change = Change::Tail;
        }
        if change != Change::None {
            self.extent = extent;
            self.versions = next_versions(self.versions, change == Change::Tail);
            store(words, at, pair(self.id.cast_unsigned(), self.versions));
            store(words, at + 1, pair(half(self.place), extent));
        }
        true
    }
}

impl Publication {
    /// Says that items came or went, or that the memory is another one.
    pub fn moved(&mut self) {
        self.is_moved = true;
    }

    /// Writes what changed.
    pub fn write(&mut self, words: &[AtomicU64]) -> Outcome {
        for item in &mut self.items {
            self.is_moved |= item.update_rows();
        }
        if !self.is_moved && self.write_rows(words, false) {
            return Outcome::Published;
        }
        self.is_moved = true;
        let needed = self.lay_out();
        if needed > words.len() {
            store(words, 1, needed as u64);
            return Outcome::TooSmall;
        }
        self.write_items(words);
        let has_written = self.write_rows(words, true);
        debug_assert!(has_written, "nobody writes to the objects outside of a refresh");
        self.generation += 1;
        store(words, 0, self.generation);
        self.is_moved = !has_written;
        Outcome::Published
    }

    /// Gives every row a place, and says how many words that takes.
    fn lay_out(&mut self) -> usize {
        let mut at = ITEMS_AT + self.items.len() * 2;
        for item in &mut self.items {
            item.rows_at = at;
            at += item.rows.len() * 2;
        }
        for row in self.items.iter_mut().flat_map(|item| &mut item.rows) {
            row.place = at;
            row.room = row.object.block_len().div_ceil(8) + row.object.reason_words() + ROOM_TO_GROW;
            at += row.room;
        }
        at
    }

    fn write_items(&self, words: &[AtomicU64]) {
        store(words, 2, self.items.len() as u64);
        for (index, item) in self.items.iter().enumerate() {
            let at = ITEMS_AT + index * 2;
            store(words, at, pair(item.number, 0));
            store(words, at + 1, pair(half(item.rows_at), half(item.rows.len())));
        }
    }

    fn write_rows(&mut self, words: &[AtomicU64], is_new: bool) -> bool {
        self.items.iter_mut().all(|item| {
            let rows = item.rows.iter_mut().enumerate();
            let rows_at = item.rows_at;
            rows.into_iter().all(|(index, row)| row.write(words, rows_at + index * 2, is_new))
        })
    }
}

fn store(words: &[AtomicU64], index: usize, value: u64) {
    if let Some(word) = words.get(index) {
        word.store(value, Ordering::Relaxed);
    }
}

/// A number as half a word has it. The memory has less than 2^32 bytes.
fn half(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
