//! Moves the texts of a [`Block`] together, in place: a text that is long and
//! short by turns is appended again and again, and what it left behind must be
//! had back without an allocation, for it happens in warm refreshes.
//!
//! Not here: arrays and objects, whose values refer to other places of the tail.
//! An instance that has one is written anew by its owner.

use super::Block;
use crate::layout::{NO_TAIL, Slot};
use crate::tail::Text;

impl Block {
    /// Takes the waste out of the tail, if nothing but texts is in it and no two
    /// of them share bytes; else changes nothing and says `false`.
    ///
    /// Texts are found by the order of their places, one after the other: a
    /// square of their number, for a class with many, but of few bytes, and paid
    /// by as much waste as is worth a rewrite.
    pub(crate) fn compact_texts(&mut self, in_tail: &[Slot]) -> bool {
        if !self.texts_lie_apart(in_tail) {
            return false;
        }
        let (mut from, mut end) = (0, 0);
        while let Some((offset, slot)) = self.first_in_tail(in_tail, from) {
            // It was there a moment ago, and nothing behind `from` has changed.
            let len = self.tail_len(slot);
            let (start, tail) = (offset as usize, self.fixed_len());
            self.bytes.copy_within(tail + start..tail + start + len, tail + end);
            // Not behind where it was, so it fits 32 bits as that did.
            let moved = u32::try_from(end).unwrap_or(NO_TAIL);
            self.bytes[slot.range()].copy_from_slice(&moved.to_le_bytes());
            (from, end) = (start + len, end + len);
        }
        self.bytes.truncate(self.fixed_len() + end);
        self.waste = 0;
        true
    }

    /// Whether all values in the tail are texts, each with bytes of its own. A
    /// block that a stranger wrote need not be so.
    fn texts_lie_apart(&self, in_tail: &[Slot]) -> bool {
        let used = |slot: &&Slot| self.tail_ref(**slot) != NO_TAIL;
        let count = in_tail.iter().filter(used).count();
        if !in_tail.iter().filter(used).all(|slot| slot.is_text() && self.text(*slot).is_some()) {
            return false;
        }
        let (mut from, mut found) = (0, 0);
        while let Some((offset, slot)) = self.first_in_tail(in_tail, from) {
            from = offset as usize + self.text(slot).map_or(0, Text::encoded_len);
            found += 1;
        }
        // One that begins within another was passed over.
        found == count
    }

    /// The value that begins first in the tail, at `from` or behind it.
    fn first_in_tail(&self, in_tail: &[Slot], from: usize) -> Option<(u32, Slot)> {
        let places = in_tail.iter().map(|slot| (self.tail_ref(*slot), *slot));
        let behind = |(offset, _): &(u32, Slot)| *offset != NO_TAIL && *offset as usize >= from;
        places.filter(behind).min_by_key(|(offset, _)| *offset)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{CimType, ClassBuilder, Instance, PropertyDeclaration, Type, Value};

    fn instance(types: &[(&str, Type)]) -> Instance {
        let mut class = ClassBuilder::new("Test_Texts", None).unwrap();
        for (name, ty) in types {
            class
                .property(PropertyDeclaration {
                    name: (*name).into(),
                    ty: *ty,
                    class_name: None,
                    qualifiers: Vec::new(),
                    default: None,
                })
                .unwrap();
        }
        let class: Arc<_> = class.build().unwrap();
        Instance::spawn(&class)
    }

    const TEXT: Type = Type::scalar(CimType::String);

    fn text(unit: &str, count: usize) -> Value {
        Value::String(unit.repeat(count))
    }

    /// Whatever the order in which texts grow and shrink, each stays what it is
    /// and the tail stays near what they need.
    #[test]
    fn texts_of_changing_length() {
        let mut instance = instance(&[("A", TEXT), ("B", TEXT), ("C", TEXT)]);
        let lengths = [0, 700, 3, 90, 2_000, 1, 300];
        for round in 0..500 {
            let values = [
                ("A", text("a", lengths[round % 7])),
                ("B", text("\u{3b2}", lengths[round % 5])),
                ("C", if round % 3 == 0 { Value::Null } else { text("c", lengths[round % 2]) }),
            ];
            for (name, value) in &values {
                instance.put(name, value).unwrap();
            }
            for (name, value) in &values {
                assert_eq!(instance.get(name).unwrap(), *value, "{name} in round {round}");
            }
            assert!(instance.block().len() < 16_000, "{} bytes in round {round}", instance.block().len());
        }
    }

    #[test]
    fn only_texts_that_lie_apart_are_moved() {
        let slots = |instance: &Instance| instance.class().layout().in_tail().to_vec();
        let mut mixed = instance(&[("A", TEXT), ("B", Type::array(CimType::Uint8))]);
        mixed.put("A", &text("a", 5)).unwrap();
        let in_tail = slots(&mixed);
        assert!(mixed.block_parts_mut().compact_texts(&in_tail));
        mixed.put("B", &Value::Array(CimType::Uint8, vec![Value::Uint8(7)])).unwrap();
        assert!(!mixed.block_parts_mut().compact_texts(&in_tail));

        let mut shared = instance(&[("A", TEXT), ("B", TEXT)]);
        shared.put("A", &text("a", 5)).unwrap();
        let in_tail = slots(&shared);
        let bytes = shared.block().to_vec();
        let (a, b) = (in_tail[0].range(), in_tail[1].range());
        let before = {
            // Both at one place, as a stranger may write them.
            let mut bytes = bytes;
            bytes.copy_within(a, b.start);
            bytes.extend_from_slice(&[0; 16]);
            shared.load_block(bytes.len(), |to| to.copy_from_slice(&bytes)).unwrap();
            bytes
        };
        assert!(!shared.block_parts_mut().compact_texts(&in_tail));
        assert_eq!(shared.block(), before);
    }
}
