//! [`PropertyHandle`]: a property of a class in one word.
//!
//! ```text
//!  31  30                     10  9          0
//! +---+-------------------------+-------------+
//! | 0 | tag of the declaration  |    index    |
//! +---+-------------------------+-------------+
//! ```
//!
//! The index is the property's place in declaration order, which a subclass
//! keeps; offset and type follow from it through the class's
//! [`Layout`](crate::Layout). The tag is a hash of the declaring class, the
//! property, its type and its index, so a handle is the same in every process,
//! holds for every instance of the class and of its subclasses, and is refused
//! by the instances of any other class. It is positive, as a C `LONG` that
//! clients compare with zero should be.

use std::fmt;

use crate::Type;

/// Bits of the index: `WBEM_MAX_USER_PROPERTIES` is 1,024.
const INDEX_BITS: u32 = 10;

/// A property of a class, as `IWbemObjectAccess::GetPropertyHandle` gives it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct PropertyHandle(pub i32);

impl PropertyHandle {
    /// The handle of the property `name` of type `ty`, declared by the class
    /// `origin` as its property number `index`.
    pub(crate) fn new(origin: &str, name: &str, ty: Type, index: usize) -> PropertyHandle {
        debug_assert!(index < 1 << INDEX_BITS, "a class has at most 1,024 properties");
        let index = u32::try_from(index).unwrap_or(0) & ((1 << INDEX_BITS) - 1);
        let mut hash = Fnv1a::new();
        hash.name(origin);
        hash.name(name);
        hash.word(ty.code());
        hash.word(index);
        // Zero is kept for "no handle", so the tag is never zero.
        let tag = ((hash.0 ^ (hash.0 >> 21)) & 0x1F_FFFF).max(1);
        PropertyHandle(((tag << INDEX_BITS) | index).cast_signed())
    }

    /// The property's place in declaration order.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        (self.0 & ((1 << INDEX_BITS) - 1)) as usize
    }
}

impl fmt::Debug for PropertyHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PropertyHandle(#{} {:#010x})", self.index(), self.0)
    }
}

/// The 32-bit FNV-1a hash, over names without regard to case.
struct Fnv1a(u32);

impl Fnv1a {
    fn new() -> Fnv1a {
        Fnv1a(0x811C_9DC5)
    }

    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }

    fn name(&mut self, name: &str) {
        name.bytes().for_each(|byte| self.byte(byte.to_ascii_uppercase()));
        self.byte(0);
    }

    fn word(&mut self, word: u32) {
        word.to_le_bytes().into_iter().for_each(|byte| self.byte(byte));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CimType;

    #[test]
    fn same_for_any_case_and_different_for_anything_else() {
        let uint32 = Type::scalar(CimType::Uint32);
        let handle = PropertyHandle::new("Win32_Perf", "Name", uint32, 1023);
        assert_eq!(handle, PropertyHandle::new("WIN32_PERF", "name", uint32, 1023));
        assert_eq!(handle.index(), 1023);
        assert!(handle.0 > 0);
        assert_ne!(handle, PropertyHandle::new("Win32_Perf2", "Name", uint32, 1023));
        assert_ne!(handle, PropertyHandle::new("Win32_Perf", "Name", Type::array(CimType::Uint32), 1023));
        assert_ne!(handle, PropertyHandle::new("Win32_Perf", "Name", uint32, 1022));
    }
}
