//! [`Class::precise`]: a formatted class whose fractions are reals.
//!
//! A cooked property is an integer, the quotient truncated: a mean of 2.5 ms is
//! 0 seconds. The precise class is the same class with the same properties, of
//! which those that can be fractions are `real64`. Its layout and its handles
//! are its own, fixed like any class's, so that nobody reads the bits of a real
//! as an integer: a handle of the one class is refused by objects of the other.
//!
//! Not here: who asks for it, and the values.

use std::sync::Arc;

use crate::block::Nesting;
use crate::class_builder::cimtype;
use crate::class_parts::ClassParts;
use crate::cook::CookingType;
use crate::wmio::ClassWire;
use crate::{CimType, Class, Property, Type, Value};

impl Class {
    /// The class with each cooked property that can be a fraction as `real64`;
    /// the class itself if it has none. Numbers that are whole, such as levels
    /// and differences, stay integers: a real has fewer digits. Always the same
    /// class, so that its instances fit each other.
    #[must_use]
    pub fn precise(self: &Arc<Class>) -> Arc<Class> {
        if !self.properties.iter().any(is_truncated) {
            return self.clone();
        }
        let make = || Arc::new(self.with_reals());
        self.precise.get_or_init(make).clone()
    }

    fn with_reals(&self) -> Class {
        let real = |property: &Property| {
            let mut property = property.clone();
            if is_truncated(&property) {
                property.ty = Type::scalar(CimType::Real64);
                property.default = Value::Null;
                property.qualifiers.replace(cimtype(property.ty, None));
            }
            property
        };
        let parts = ClassParts {
            name: self.name.clone(),
            superclass: self.superclass.as_ref().map(Class::precise),
            derivation: self.derivation.clone(),
            qualifiers: self.qualifiers.clone(),
            properties: self.properties.iter().map(real).collect(),
            methods: self.methods.clone(),
            wire: ClassWire::default(),
        };
        let mut class = parts
            .finish(Nesting::Checked)
            .expect("names and defaults are those of a class that was finished");
        class.is_amended = self.is_amended;
        class
    }
}

/// Whether a property is what remains of a fraction.
fn is_truncated(property: &Property) -> bool {
    let cooking_type = || property.qualifiers.text("CookingType").and_then(CookingType::from_name);
    property.ty.scalar.is_integer()
        && !property.ty.is_array
        && cooking_type().is_some_and(CookingType::can_be_a_fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClassBuilder, Flavor, Instance, PropertyDeclaration, Qualifier, Status};

    fn class() -> Arc<Class> {
        let mut builder = ClassBuilder::new("Cooked", None).unwrap();
        for (name, cooking) in [
            ("Name", ""),
            ("Rate", "PERF_COUNTER_BULK_COUNT"),
            ("Level", "PERF_COUNTER_LARGE_RAWCOUNT"),
            ("Mean", "cooker_average"),
            ("Most", "COOKER_MAX"),
            ("Wrong", "PERF_NOTHING"),
        ] {
            let text = Value::String(cooking.into());
            let cooked = Qualifier::new("CookingType", text, Flavor::TO_INSTANCE);
            builder
                .property(PropertyDeclaration {
                    name: name.into(),
                    ty: CimType::Uint64.into(),
                    class_name: None,
                    qualifiers: if cooking.is_empty() { Vec::new() } else { vec![cooked] },
                    default: Some(Value::Uint64(7)),
                })
                .unwrap();
        }
        builder.build().unwrap()
    }

    #[test]
    fn what_can_be_a_fraction_is_a_real() {
        let class = class();
        let precise = class.precise();
        assert!(Arc::ptr_eq(&precise, &class.precise()));
        assert!(Arc::ptr_eq(&precise, &precise.precise()), "nothing is left to make precise");
        let types: Vec<_> = precise.properties().iter().map(|property| property.ty().scalar).collect();
        let (integer, real) = (CimType::Uint64, CimType::Real64);
        assert_eq!(types, [integer, real, integer, real, integer, integer]);
        assert_eq!(precise.property("Rate").unwrap().qualifiers().text("CIMTYPE"), Some("real64"));
        let new = Instance::spawn(&precise);
        assert_eq!((new.get("Rate").unwrap(), new.get("Level").unwrap()), (Value::Null, Value::Uint64(7)));
    }

    #[test]
    fn handles_are_not_mixed_up() {
        let class = class();
        let precise = class.precise();
        let mut new = Instance::spawn(&precise);
        new.put("Rate", &Value::Real64(2.5)).unwrap();
        assert_eq!(new.read_f64(precise.handle("Rate").unwrap()), Ok(Some(2.5)));
        let refused = Status::WBEM_E_INVALID_HANDLE_REQUEST;
        assert_eq!(new.read_u64(class.handle("Rate").unwrap()), Err(refused));
        assert_eq!(Instance::spawn(&class).read_f64(precise.handle("Rate").unwrap()), Err(refused));
        // An integer is no real, whatever its width.
        let level = precise.handle("Level").unwrap();
        assert_eq!(new.read_f64(level), Err(Status::WBEM_E_TYPE_MISMATCH));
        assert_eq!(new.read_u64(level), Ok(Some(7)));
    }

    #[test]
    fn without_fractions_it_is_the_class_itself() {
        let class = ClassBuilder::new("Plain", None).unwrap().build().unwrap();
        assert!(Arc::ptr_eq(&class, &class.precise()));
    }
}
