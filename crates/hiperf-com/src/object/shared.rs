//! An object's values to and from words of shared memory, which another process
//! may change meanwhile.
//!
//! Both directions go word by word, each of them one relaxed load or store: who
//! is done tells the other by other means. A block whose length is no multiple
//! of a word ends with zeros in its last one.
//!
//! In most blocks nothing but counters changes, and who takes those alone need
//! not look at texts again. So two parts are told apart: the *values* are what has
//! a fixed width, the *tail* is what hasn't: texts, arrays, embedded objects.

use std::sync::atomic::{AtomicU64, Ordering};

use hiperf_cim::{Instance, Layout, Status};

use super::Object;
use crate::shared_words::{self, exchange, exchange_one};

const WORD: usize = size_of::<u64>();

/// In what two blocks of a class differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// In nothing.
    None,
    /// In values.
    Values,
    /// In the tail, and perhaps in values too.
    Tail,
}

impl Object {
    /// Bytes of the object's block.
    #[must_use]
    pub fn block_len(&self) -> usize {
        self.inner().with(|instance| instance.block().len())
    }

    /// Writes the object's block to `words`, as many as it takes, and says in
    /// what it differs from what was there. `None` if they are too few.
    #[inline]
    #[must_use]
    pub fn store_block(&self, words: &[AtomicU64]) -> Option<Change> {
        self.inner().with(|instance| {
            let block = instance.block();
            let words = words.get(..block.len().div_ceil(WORD))?;
            let layout = instance.class().layout();
            let mut tail = references_changed(layout, block, words);
            let (whole, rest) = block.as_chunks::<WORD>();
            let first_of_tail = layout.fixed_len() / WORD;
            let (values, after) = words.split_at_checked(first_of_tail)?;
            let (whole, whole_after) = whole.split_at_checked(first_of_tail)?;
            let mut changed = exchange(whole, values);
            // The first of these begins with values.
            let mut bits_of_values = layout.fixed_len() % WORD * 8;
            for (index, word) in after.iter().enumerate() {
                let bytes = whole_after.get(index).copied().unwrap_or_else(|| {
                    let mut last = [0; WORD];
                    copy_less_than_a_word(rest, &mut last);
                    last
                });
                let differs = exchange_one(bytes, word);
                changed |= differs;
                tail |= u64::from_le(differs) >> bits_of_values;
                bits_of_values = 0;
            }
            Some(match (changed, tail) {
                (0, _) => Change::None,
                (_, 0) => Change::Values,
                _ => Change::Tail,
            })
        })
    }

    /// Words that the reasons for missing values take; 0 if there are none.
    #[inline]
    #[must_use]
    pub fn reason_words(&self) -> usize {
        self.inner().with(|instance| instance.reason_codes().map_or(0, |codes| codes.len().div_ceil(WORD)))
    }

    /// Writes the reasons, if there are any, to `words`, and says whether any of
    /// those was another one before. `None` if they are too few.
    #[must_use]
    pub fn store_reasons(&self, words: &[AtomicU64]) -> Option<bool> {
        self.inner().with(|instance| {
            let codes = instance.reason_codes().unwrap_or_default();
            let words = words.get(..codes.len().div_ceil(WORD))?;
            let mut changed = 0;
            for (codes, word) in codes.chunks(WORD).zip(words) {
                let mut bytes = [0; WORD];
                bytes[..codes.len()].copy_from_slice(codes);
                changed |= exchange_one(bytes, word);
            }
            Some(changed != 0)
        })
    }

    /// Makes the reasons those in `words`, whoever wrote them there. What is no
    /// reason, and what lies beyond the words, says nothing.
    pub fn load_reasons(&self, words: &[AtomicU64]) {
        let codes = words.iter().flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes());
        self.inner().with_mut(|instance| instance.load_reasons(codes));
    }

    /// Whether [`Object::load_values`] does for objects of this class: not if
    /// it has too many texts and arrays.
    #[must_use]
    pub fn can_load_values(&self) -> bool {
        self.inner().with(Instance::can_load_values)
    }

    /// Makes the values of fixed width those of a block of the object's class in
    /// `words`, whoever wrote it there, and leaves texts, arrays and objects as
    /// they are. Reasons there are none afterwards.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT`: not all of it is there.
    #[inline]
    pub fn load_values(&self, words: &[AtomicU64]) -> Result<(), Status> {
        self.inner().with_mut(|instance| {
            let len = instance.class().layout().fixed_len();
            let words = words.get(..len.div_ceil(WORD)).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
            instance.load_values(|values| load(words, values));
            Ok(())
        })
    }

    /// Makes the values those of a block of `len` bytes in `words`, whoever
    /// wrote it there.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT`: it is no block of the object's class, or not all
    /// of it is there. All values are NULL then. Reasons there are none, until
    /// [`Object::load_reasons`] brings them.
    #[inline]
    pub fn load_block(&self, words: &[AtomicU64], len: usize) -> Result<(), Status> {
        let words = words.get(..len.div_ceil(WORD)).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
        self.inner().with_mut(|instance| instance.load_block(len, |block| load(words, block)))
    }
}

/// Copies words to bytes, which end within the last of them.
#[inline]
fn load(from: &[AtomicU64], to: &mut [u8]) {
    let (whole, rest) = to.as_chunks_mut::<WORD>();
    shared_words::load(from, whole);
    if let Some(word) = from.get(whole.len()) {
        copy_less_than_a_word(&word.load(Ordering::Relaxed).to_ne_bytes(), rest);
    }
}

/// Copies as many bytes as the shorter of the two has, if it is less than a word:
/// in a loop over many blocks a call of memcpy for them would cost as much as the
/// rest.
#[inline]
fn copy_less_than_a_word(from: &[u8], to: &mut [u8]) {
    let len = from.len().min(to.len());
    let mut at = 0;
    for size in [4, 2, 1] {
        if len & size != 0 {
            to[at..at + size].copy_from_slice(&from[at..at + size]);
            at += size;
        }
    }
}

/// Not 0 if a value in the tail lies elsewhere in `words` than in `block`.
#[inline]
fn references_changed(layout: &Layout, block: &[u8], words: &[AtomicU64]) -> u64 {
    layout.in_tail().iter().fold(0, |changed, slot| {
        let own = block.get(slot.range()).and_then(|bytes| bytes.first_chunk());
        changed | own.map_or(1, |own| u64::from(u32::from_le_bytes(*own) ^ load_u32(words, slot.offset())))
    })
}

/// The number in the four bytes at `offset`.
#[inline]
#[allow(clippy::cast_possible_truncation)] // the low half is meant
fn load_u32(words: &[AtomicU64], offset: usize) -> u32 {
    let word = |index: usize| words.get(index).map_or(0, |word| u64::from_le(word.load(Ordering::Relaxed)));
    let (index, bits) = (offset / WORD, offset % WORD * 8);
    let low = word(index) >> bits;
    // Of the next word none is needed if they all are in this one.
    if bits <= 32 { low as u32 } else { (low | word(index + 1) << (64 - bits)) as u32 }
}

#[cfg(test)]
mod tests {
    use hiperf_cim::{CimType, ClassDraft, Instance, Value};

    use super::*;

    #[test]
    fn there_and_back() {
        let mut draft = ClassDraft::empty();
        draft.set_name("Test").unwrap();
        draft.put_property("Name", CimType::String.into(), None).unwrap();
        draft.put_property("Count", CimType::Uint64.into(), None).unwrap();
        let class = draft.build().unwrap();
        let words: Vec<AtomicU64> = (0..8).map(|_| AtomicU64::new(u64::MAX)).collect();
        let (from, to) = (Object::new(Instance::spawn(&class)), Object::new(Instance::spawn(&class)));
        // Every length within a word.
        for name in ["", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"] {
            let mut instance = Instance::spawn(&class);
            instance.put("Name", &Value::String(name.into())).unwrap();
            instance.put("Count", &Value::Uint64(name.len() as u64)).unwrap();
            let from = Object::new(instance);
            assert_eq!(from.store_block(&words), Some(Change::Tail));
            assert_eq!(from.store_block(&words), Some(Change::None));
            to.load_block(&words, from.block_len()).unwrap();
            assert_eq!(to.to_instance(), from.to_instance());
        }
        let needed = from.block_len().div_ceil(WORD);
        assert_eq!(from.store_block(&words[..needed - 1]), None);
        assert_eq!(to.load_block(&words[..needed - 1], needed * 8), Err(Status::WBEM_E_INVALID_OBJECT));
        assert_eq!(to.load_block(&words, 1), Err(Status::WBEM_E_INVALID_OBJECT));
        assert_eq!(to.get("Count").unwrap(), Value::Null);
    }
}
