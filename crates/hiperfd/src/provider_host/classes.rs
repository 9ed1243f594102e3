//! [`Classes`]: the classes that a provider works with, each once.
//!
//! Objects are of the same class if it is the same value, so a definition that
//! comes again is the one that is there already.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use hiperf::hosting::protocol::message::Bytes;
use hiperf::hosting::protocol::objects::class_of_unit;
use hiperf_cim::{Class, Result};

/// The classes by name.
#[derive(Default)]
pub struct Classes(Mutex<HashMap<String, Known>>);

/// A class, and what it was decoded from.
struct Known {
    unit: Vec<u8>,
    class: Arc<Class>,
}

impl Classes {
    /// The class in an EncodingUnit. It takes the place of another one with its
    /// name.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_OBJECT`: the unit is damaged.
    pub fn learn(&self, unit: &Bytes) -> Result<Arc<Class>> {
        let class = class_of_unit(unit)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = class.name().to_lowercase();
        match known.get(&name) {
            Some(known) if known.unit == unit.0 => Ok(known.class.clone()),
            _ => {
                known.insert(name, Known { unit: unit.0.clone(), class: class.clone() });
                Ok(class)
            }
        }
    }

    /// The class with this name, in any case, if it came already.
    pub fn get(&self, name: &str) -> Option<Arc<Class>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&name.to_lowercase()).map(|known| known.class.clone())
    }
}
