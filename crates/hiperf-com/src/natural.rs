//! The CIM type that a VARIANT has by itself, where nothing else says which
//! one is meant: a property that is put into a class without a type, and a
//! qualifier.
//!
//! Source: the Microsoft pages of `IWbemClassObject::Put` and
//! `IWbemQualifierSet::Put`.

use hiperf_cim::{CimType, Type};

use crate::Variant;
use crate::variant::vt;

impl Variant {
    /// The type; `None` for NULL and for types that CIM doesn't have.
    pub(crate) fn natural_type(&self) -> Option<Type> {
        let scalar = match self.vt() & !vt::ARRAY {
            vt::UI1 => CimType::Uint8,
            vt::I2 => CimType::Sint16,
            vt::I4 => CimType::Sint32,
            vt::R4 => CimType::Real32,
            vt::R8 => CimType::Real64,
            vt::BOOL => CimType::Boolean,
            vt::BSTR => CimType::String,
            vt::UNKNOWN => CimType::Object,
            _ => return None,
        };
        Some(Type { scalar, is_array: self.vt() & vt::ARRAY != 0 })
    }

    /// Whether it is NULL or nothing at all.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.vt(), vt::NULL | vt::EMPTY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OwnedSafeArray;

    #[test]
    fn types() {
        assert_eq!(Variant::from_i4(1).natural_type(), Some(CimType::Sint32.into()));
        assert_eq!(Variant::from_text("").natural_type(), Some(CimType::String.into()));
        assert_eq!(Variant::NULL.natural_type(), None);
        let texts = Variant::from_array(OwnedSafeArray::from_texts(["a"].iter()).unwrap());
        assert_eq!(texts.natural_type(), Some(Type::array(CimType::String)));
        assert!(Variant::EMPTY.is_null() && !texts.is_null());
    }
}
