//! [`Roster`]: the named things that a kernel file lists, matched to those of the
//! last sample.
//!
//! A thing is the same as before if it has the same name and the same mark,
//! which is whatever else the file says of who it is: a disk's device numbers, a
//! process's start time. The same thing keeps its entry with all that was put
//! there, and its identity; a thing that was away for a sample, or bears another
//! mark, is a new one. While nothing comes or goes nothing is allocated, and the
//! memory of what went is used for what comes.
//!
//! ```text
//!   begin();  for each line { *entry(name, mark) = .. }  end();   a file that was read
//!   hide();                                                      one that wasn't
//! ```
//!
//! Entries are in the order of the last sample. Up to `place` they have been
//! seen in the present one; behind it are those that have not been seen yet.

use hiperf_provider::Instance;

use crate::scan::put_text;

/// Entries that have gone and are kept for what may come. More than a burst of
/// births needs would be memory that never comes back.
const MOST_SPARE: usize = 256;

/// Named things with what is known of each.
#[derive(Debug)]
pub struct Roster<T> {
    entries: Vec<Entry<T>>,
    place: usize,
    hidden: bool,
    spare: Vec<Entry<T>>,
    next_identity: u64,
    generation: u64,
}

/// A thing on the list.
#[derive(Debug)]
struct Entry<T> {
    /// Its name as the kernel writes it.
    bytes: Vec<u8>,
    /// The same as text, for people.
    name: String,
    hash: u64,
    mark: u64,
    identity: u64,
    row: T,
}

impl<T> Default for Roster<T> {
    fn default() -> Roster<T> {
        Roster {
            entries: Vec::new(),
            place: 0,
            hidden: false,
            spare: Vec::new(),
            next_identity: 0,
            generation: 0,
        }
    }
}

impl<T: Default> Roster<T> {
    /// Begins a new list.
    pub fn begin(&mut self) {
        self.place = 0;
        self.hidden = false;
    }

    /// The row of the thing that is next on the list: what was put there last
    /// time, or a new one. A name that is not UTF-8 has replacement characters
    /// where it isn't.
    pub fn entry(&mut self, name: &[u8], mark: u64) -> &mut T {
        let hash = hash_of(name);
        let is_it = |entry: &Entry<T>| entry.hash == hash && entry.mark == mark && entry.bytes == name;
        let behind = self.entries.get(self.place..).unwrap_or_default();
        match behind.iter().position(is_it) {
            Some(0) => {}
            Some(distance) => self.entries.swap(self.place, self.place + distance),
            None => self.insert(name, hash, mark),
        }
        self.place += 1;
        &mut self.entries[self.place - 1].row
    }

    /// Ends the list: what is not on it is gone.
    pub fn end(&mut self) {
        self.generation = self.generation.wrapping_add(u64::from(self.place < self.entries.len()));
        for mut entry in self.entries.drain(self.place..) {
            if self.spare.len() < MOST_SPARE {
                // Descriptors of what has gone are not for keeping.
                entry.row = T::default();
                self.spare.push(entry);
            }
        }
    }

    fn insert(&mut self, name: &[u8], hash: u64, mark: u64) {
        let identity = self.next_identity;
        self.next_identity = identity.wrapping_add(1);
        self.generation = self.generation.wrapping_add(1);
        let mut entry = self.spare.pop().unwrap_or_else(|| Entry {
            bytes: Vec::new(),
            name: String::new(),
            hash: 0,
            mark: 0,
            identity: 0,
            row: T::default(),
        });
        entry.bytes.clear();
        entry.bytes.extend_from_slice(name);
        put_text(&mut entry.name, name);
        (entry.hash, entry.mark, entry.identity) = (hash, mark, identity);
        self.entries.insert(self.place, entry);
    }
}

impl<T> Roster<T> {
    /// Shows nothing until the next list, of which the things are the same as
    /// before: the file could not be read, or wasn't wanted.
    pub fn hide(&mut self) {
        self.hidden = true;
    }

    /// How many things are on the list.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.hidden { 0 } else { self.entries.len() }
    }

    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A number that changes whenever something comes or goes: sums over all that
    /// is on the list are comparable within one generation only.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The things on the list with their rows.
    pub fn iter(&self) -> impl Iterator<Item = (Instance<'_>, &T)> {
        let shown = if self.hidden { &[][..] } else { &self.entries };
        shown.iter().map(|entry| (Instance::identified(&entry.name, entry.identity), &entry.row))
    }

    /// The things on the list by name, as the kernel writes it.
    pub fn named(&self) -> impl Iterator<Item = (&[u8], &T)> {
        let shown = if self.hidden { &[][..] } else { &self.entries };
        shown.iter().map(|entry| (&entry.bytes[..], &entry.row))
    }

    /// The row of the first thing of this name, as the kernel writes it.
    pub fn find(&self, name: &[u8]) -> Option<&T> {
        let shown = if self.hidden { &[][..] } else { &self.entries };
        shown.iter().find(|entry| entry.bytes == name).map(|entry| &entry.row)
    }

    /// The things on the list, to put more into the rows from another file.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&[u8], &mut T)> {
        let shown = if self.hidden { &mut [][..] } else { &mut self.entries };
        shown.iter_mut().map(|entry| (&entry.bytes[..], &mut entry.row))
    }
}

/// FNV-1a. That names collide costs a comparison and nothing else.
pub(crate) fn hash_of(name: &[u8]) -> u64 {
    name.iter().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::name;

    /// Takes a list and returns the names and identities on it; every row counts
    /// how often it was seen.
    #[track_caller]
    fn take(roster: &mut Roster<u32>, list: &[(&str, u64)]) -> Vec<(u64, u32)> {
        roster.begin();
        for (name, mark) in list {
            *roster.entry(name.as_bytes(), *mark) += 1;
        }
        roster.end();
        let names: Vec<_> = roster.iter().map(|(instance, _)| name(&instance)).collect();
        assert_eq!(names, list.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        roster.iter().map(|(instance, seen)| (instance.identity(), *seen)).collect()
    }

    #[test]
    fn what_stays_keeps_identity_and_row() {
        let mut roster = Roster::default();
        assert_eq!(take(&mut roster, &[("a", 1), ("b", 2), ("c", 3)]), [(0, 1), (1, 1), (2, 1)]);
        assert_eq!(take(&mut roster, &[("a", 1), ("b", 2), ("c", 3)]), [(0, 2), (1, 2), (2, 2)]);
        let generation = roster.generation();
        assert_eq!(take(&mut roster, &[("c", 3), ("a", 1), ("b", 2)]), [(2, 3), (0, 3), (1, 3)]);
        assert_eq!(roster.generation(), generation);
        assert_eq!(take(&mut roster, &[("c", 3), ("b", 2)]), [(2, 4), (1, 4)]);
        assert_ne!(roster.generation(), generation);
    }

    #[test]
    fn what_returns_or_bears_another_mark_is_new() {
        let mut roster = Roster::default();
        take(&mut roster, &[("a", 1), ("b", 2)]);
        take(&mut roster, &[("b", 2)]);
        assert_eq!(take(&mut roster, &[("a", 1), ("b", 2)]), [(2, 1), (1, 3)]);
        let generation = roster.generation();
        assert_eq!(take(&mut roster, &[("a", 9), ("b", 2)]), [(3, 1), (1, 4)]);
        assert_ne!(roster.generation(), generation);
        assert_eq!(take(&mut roster, &[]), []);
    }

    #[test]
    fn two_of_the_same_name_are_two() {
        let mut roster = Roster::default();
        assert_eq!(take(&mut roster, &[("a", 1), ("a", 1)]), [(0, 1), (1, 1)]);
        assert_eq!(take(&mut roster, &[("a", 1), ("a", 1)]), [(0, 2), (1, 2)]);
    }

    #[test]
    fn hidden_things_are_the_same_afterwards() {
        let mut roster = Roster::default();
        take(&mut roster, &[("a", 1)]);
        roster.hide();
        assert!(roster.is_empty() && roster.iter().next().is_none() && roster.iter_mut().next().is_none());
        assert_eq!(take(&mut roster, &[("a", 1)]), [(0, 2)]);
        assert_eq!((roster.len(), roster.find(b"a"), roster.find(b"b")), (1, Some(&2), None));
    }

    #[test]
    fn names_that_are_no_text_are_told_apart_all_the_same() {
        let mut roster: Roster<u32> = Roster::default();
        for _ in 0..2 {
            roster.begin();
            *roster.entry(b"a\xff", 0) += 1;
            *roster.entry(b"a\xfe", 0) += 10;
            roster.end();
        }
        let rows: Vec<_> = roster.iter().map(|(instance, row)| (name(&instance), *row)).collect();
        assert_eq!(rows, [("a\u{fffd}".to_owned(), 2), ("a\u{fffd}".to_owned(), 20)]);
    }
}
