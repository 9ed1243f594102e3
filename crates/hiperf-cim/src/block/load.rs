//! Takes a [`Block`] that another process wrote, and may have written wrongly.
//!
//! Reading a block is safe whatever its bytes are; what is checked here is that
//! each value lies within the tail, and that no two of them share bytes of it:
//! else a few bytes could stand for gigabytes once they become values.

use super::Block;
use crate::layout::{Layout, Slot};
use crate::wmio::Decoder;
use crate::{CimType, Status};

/// No instance is longer: a tail that holds the longest text that WMI takes in
/// every property of a class is a quarter of that.
const MAX_LEN: usize = 64 << 20;

/// The most properties with values in the tail that [`Block::load_values`]
/// takes: what it has to remember of them is on the stack.
const MAX_KEPT: usize = 16;

impl Block {
    /// Makes this the block of `len` bytes that `fill` writes.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT`: it is not one of this layout; every property is
    /// NULL then.
    #[inline]
    pub(crate) fn load(
        &mut self,
        len: usize,
        layout: &Layout,
        fill: impl FnOnce(&mut [u8]),
    ) -> Result<(), Status> {
        if len < layout.fixed_len() || len > MAX_LEN {
            *self = Block::null(layout);
            return Err(Status::WBEM_E_INVALID_OBJECT);
        }
        if self.bytes.len() != len {
            self.bytes.resize(len, 0);
        }
        fill(&mut self.bytes);
        // Not more than the tail, so its length fits as that of a tail does.
        let used = self.used_tail(layout);
        match used.and_then(|used| u32::try_from((len - layout.fixed_len()).checked_sub(used)?).ok()) {
            Some(waste) => {
                self.waste = waste;
                Ok(())
            }
            None => {
                *self = Block::null(layout);
                Err(Status::WBEM_E_INVALID_OBJECT)
            }
        }
    }

    /// Whether instances of this layout can be had by [`Block::load_values`].
    pub(crate) fn can_load_values(layout: &Layout) -> bool {
        layout.in_tail().len() <= MAX_KEPT
    }

    /// Takes what is outside of the tail from the bytes that `fill` writes, and
    /// keeps the tail and what refers to it. So there is nothing to be checked.
    /// The layout is one that [`Block::can_load_values`] names.
    #[inline]
    pub(crate) fn load_values(&mut self, layout: &Layout, fill: impl FnOnce(&mut [u8])) {
        let in_tail = layout.in_tail();
        // Nearly always it is the name alone.
        if let [name] = in_tail {
            let kept = self.read::<4>(*name);
            self.fill_values(layout, fill);
            self.bytes[name.range()].copy_from_slice(&kept);
            return;
        }
        let mut kept = [[0; 4]; MAX_KEPT];
        in_tail.iter().zip(&mut kept).for_each(|(slot, kept)| *kept = self.read(*slot));
        self.fill_values(layout, fill);
        for (slot, kept) in in_tail.iter().zip(&kept) {
            self.bytes[slot.range()].copy_from_slice(kept);
        }
    }

    #[inline]
    fn fill_values(&mut self, layout: &Layout, fill: impl FnOnce(&mut [u8])) {
        if let Some(values) = self.bytes.get_mut(..layout.fixed_len()) {
            fill(values);
        }
    }

    /// Bytes of the tail that all values take together; `None` if one of them
    /// is not within the tail.
    #[inline]
    fn used_tail(&self, layout: &Layout) -> Option<usize> {
        let mut used = 0usize;
        for slot in layout.in_tail() {
            let Some(offset) = self.tail_offset(*slot) else { continue };
            // Nearly all are texts, the names of instances.
            let len = match slot.is_text() {
                true => self.text_at(offset)?.encoded_len(),
                false => self.value_len(*slot, offset)?,
            };
            used = used.checked_add(len)?;
        }
        Some(used)
    }

    /// Bytes that the value of `slot` at `offset` of the tail takes.
    #[cold]
    fn value_len(&self, slot: Slot, offset: u32) -> Option<usize> {
        if !slot.is_array() {
            return self.element_len(slot.scalar(), offset);
        }
        let array = self.array_at(offset, slot.scalar())?;
        let mut len = array.len();
        if slot.scalar().is_text() || slot.scalar() == CimType::Object {
            for element in array[4..].chunks_exact(4) {
                let offset = u32::from_le_bytes(element.try_into().ok()?);
                len = len.checked_add(self.element_len(slot.scalar(), offset)?)?;
                if len > self.bytes.len() {
                    return None;
                }
            }
        }
        Some(len)
    }

    /// Bytes that a text or an embedded object at `offset` of the tail takes.
    fn element_len(&self, scalar: CimType, offset: u32) -> Option<usize> {
        if scalar != CimType::Object {
            return self.text_at(offset).map(crate::Text::encoded_len);
        }
        let object = self.object_at(offset)?;
        Decoder::new().check_embedded(&object[4..]).ok()?;
        Some(object.len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{CimType, Class, ClassDraft, Instance, Status, Type, Value};

    fn class() -> Arc<Class> {
        let mut draft = ClassDraft::empty();
        draft.set_name("Test").unwrap();
        draft.put_property("Name", CimType::String.into(), None).unwrap();
        draft.put_property("Count", CimType::Uint64.into(), None).unwrap();
        draft.put_property("List", Type::array(CimType::String), None).unwrap();
        draft.put_property("Inner", CimType::Object.into(), None).unwrap();
        draft.build().unwrap()
    }

    fn full() -> Instance {
        let class = class();
        let mut inner = Instance::spawn(&class);
        inner.put("Name", &Value::String("inner".into())).unwrap();
        let mut instance = Instance::spawn(&class);
        let texts = ["one", "two"].map(|text| Value::String(text.into()));
        instance.put("Name", &Value::String("first".into())).unwrap();
        instance.put("Name", &Value::String("much longer".into())).unwrap();
        instance.put("Count", &Value::Uint64(7)).unwrap();
        instance.put("List", &Value::Array(CimType::String, texts.to_vec())).unwrap();
        instance.put("Inner", &Value::Object(Box::new(inner))).unwrap();
        instance
    }

    #[test]
    fn what_is_right_is_taken_as_it_is() {
        let instance = full();
        let mut other = Instance::spawn(instance.class());
        other.load_block(instance.block().len(), |bytes| bytes.copy_from_slice(instance.block())).unwrap();
        assert_eq!(other, instance);
        assert_eq!(other.block_parts().waste, instance.block_parts().waste);
    }

    #[test]
    fn values_are_taken_and_the_tail_is_kept() {
        let mut instance = full();
        let mut other = full();
        other.put("Count", &Value::Uint64(8)).unwrap();
        other.put("Name", &Value::String("shorter".into())).unwrap();
        assert!(instance.can_load_values());
        instance.load_values(|bytes| bytes.copy_from_slice(&other.block()[..bytes.len()]));
        assert_eq!(instance.get("Count").unwrap(), Value::Uint64(8));
        other.put("Name", &Value::String("much longer".into())).unwrap();
        assert_eq!(instance, other);
        instance.load_values(|bytes| bytes.fill(0xFF));
        assert!((0..4).all(|index| instance.value(index).is_null()));
        instance.load_values(|bytes| bytes.fill(0));
        assert_eq!(instance.get("Name").unwrap(), Value::String("much longer".into()));
        // One more text than can be kept.
        let mut draft = ClassDraft::empty();
        draft.set_name("Wide").unwrap();
        for index in 0..=super::MAX_KEPT {
            assert!(Instance::spawn(&draft.build().unwrap()).can_load_values());
            draft.put_property(&format!("Text{index}"), CimType::String.into(), None).unwrap();
        }
        assert!(!Instance::spawn(&draft.build().unwrap()).can_load_values());
    }

    /// Every byte of a block is replaced by others: what is taken is read, and
    /// what is refused leaves nothing.
    #[test]
    fn no_byte_does_harm() {
        let instance = full();
        let mut other = Instance::spawn(instance.class());
        for at in 0..instance.block().len() {
            for byte in [0x00, 0x01, 0x07, 0x7F, 0x80, 0xFF] {
                let taken = other.load_block(instance.block().len(), |bytes| {
                    bytes.copy_from_slice(instance.block());
                    bytes[at] = byte;
                });
                let values: Vec<Value> = (0..4).map(|index| other.value(index)).collect();
                assert!(taken.is_ok() || values.iter().all(Value::is_null), "{at} {byte}: {values:?}");
                other.put("Name", &Value::String("another name, longer than all".into())).unwrap();
            }
        }
    }

    #[test]
    fn what_is_too_short_or_shares_its_tail_is_refused() {
        let instance = full();
        let fixed_len = instance.class().layout().fixed_len();
        let mut other = Instance::spawn(instance.class());
        let refused = Err(Status::WBEM_E_INVALID_OBJECT);
        for len in [0, 1, fixed_len - 1, super::MAX_LEN + 1] {
            assert_eq!(other.load_block(len, |_| panic!("nothing is to be copied")), refused);
        }
        // An array of a thousand texts, all of them the same bytes.
        let slot = instance.class().layout().slots()[2];
        let tail = [&1000u32.to_le_bytes()[..], &[0; 4000], b"\0text\0"].concat();
        let shared = |bytes: &mut [u8]| {
            bytes[..fixed_len].fill(0xFF);
            bytes[0] = 0xCF;
            bytes[slot.range()].fill(0);
            bytes[fixed_len..].copy_from_slice(&tail);
            for element in bytes[fixed_len + 4..].chunks_exact_mut(4).take(1000) {
                element.copy_from_slice(&4004u32.to_le_bytes());
            }
        };
        assert_eq!(other.load_block(fixed_len + tail.len(), shared), refused);
    }
}
