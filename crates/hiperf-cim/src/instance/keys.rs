//! Whether two instances bear the same keys: told without allocating, because
//! a refresher asks it of every instance that a provider lists anew.

use crate::Instance;

impl Instance {
    /// Whether both are of the same class and the values of all keys are the
    /// same, letter for letter.
    #[must_use]
    pub fn has_keys_of(&self, other: &Instance) -> bool {
        self.class.is_same(&other.class)
            && self.class.keys().iter().all(|&index| {
                let slot = self.slots[index];
                let (mine, theirs) = (&self.block, &other.block);
                match (mine.is_null(index), theirs.is_null(index)) {
                    (false, false) if slot.is_text() => mine.text(slot) == theirs.text(slot),
                    (false, false) => mine.fixed(slot) == theirs.fixed(slot),
                    (one, two) => one == two,
                }
            })
    }
}
