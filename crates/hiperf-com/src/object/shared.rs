//! An object's values to and from words of shared memory, which another process
//! may change meanwhile.
//!
//! Both directions go word by word, each of them one relaxed load or store: who
//! is done tells the other by other means. A block whose length is no multiple
//! of a word ends with zeros in its last one.

use std::sync::atomic::{AtomicU64, Ordering};

use hiperf_cim::Status;

use super::Object;

const WORD: usize = size_of::<u64>();

impl Object {
    /// Bytes of the object's block.
    #[must_use]
    pub fn block_len(&self) -> usize {
        self.inner().with(|instance| instance.block().len())
    }

    /// Writes the object's block to `words`, as many as it takes, and says
    /// whether any of them was another one before. `None` if they are too few.
    #[inline]
    #[must_use]
    pub fn store_block(&self, words: &[AtomicU64]) -> Option<bool> {
        self.inner().with(|instance| {
            let block = instance.block();
            let words = words.get(..block.len().div_ceil(WORD))?;
            let (whole, rest) = block.as_chunks::<WORD>();
            let mut changed = 0;
            for (bytes, word) in whole.iter().zip(words) {
                changed |= store(word, u64::from_ne_bytes(*bytes));
            }
            if let Some(word) = words.get(whole.len()) {
                let mut last = [0; WORD];
                last[..rest.len()].copy_from_slice(rest);
                changed |= store(word, u64::from_ne_bytes(last));
            }
            Some(changed != 0)
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
                changed |= store(word, u64::from_ne_bytes(bytes));
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
        self.inner().with_mut(|instance| {
            instance.load_block(len, |block| {
                let (whole, rest) = block.as_chunks_mut::<WORD>();
                for (bytes, word) in whole.iter_mut().zip(words) {
                    *bytes = word.load(Ordering::Relaxed).to_ne_bytes();
                }
                if let Some(word) = words.get(whole.len()) {
                    rest.copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes()[..rest.len()]);
                }
            })
        })
    }
}

/// Stores a word and gives the bits that differed before. To store it always is
/// faster than to look first: most blocks have changed somewhere.
#[inline]
fn store(word: &AtomicU64, value: u64) -> u64 {
    let changed = word.load(Ordering::Relaxed) ^ value;
    word.store(value, Ordering::Relaxed);
    changed
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
            assert_eq!(from.store_block(&words), Some(true));
            assert_eq!(from.store_block(&words), Some(false));
            to.load_block(&words, from.block_len()).unwrap();
            assert_eq!(to.to_instance(), from.to_instance());
        }
        let needed = from.block_len().div_ceil(8);
        assert_eq!(from.store_block(&words[..needed - 1]), None);
        assert_eq!(to.load_block(&words[..needed - 1], needed * 8), Err(Status::WBEM_E_INVALID_OBJECT));
        assert_eq!(to.load_block(&words, 1), Err(Status::WBEM_E_INVALID_OBJECT));
        assert_eq!(to.get("Count").unwrap(), Value::Null);
    }
}
