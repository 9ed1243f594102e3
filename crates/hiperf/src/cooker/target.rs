//! [`Target`]: the formatted property that a cooked value is written to.
//!
//! | its type | what is written |
//! |---|---|
//! | an integer of any width | the exact value truncated toward zero |
//! | `real64` | the nearest one |
//! | `real32` | the one nearest to that |
//!
//! A value that the type doesn't hold is NULL, and the reason "out of range":
//! its largest integer, or the low half, would be a number that nobody counted.
//! The documents say nothing of either.

use hiperf_cim::cook::Cooked;
use hiperf_cim::{CimType, Class, Property, PropertyHandle, Reason, Result, Status};
use hiperf_com::access::ObjectAccess;

use super::naming::invalid;

/// A property of the formatted class that holds a number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub handle: PropertyHandle,
    ty: CimType,
}

impl Target {
    /// # Errors
    /// `WBEM_E_INVALID_QUALIFIER`: the property holds no number.
    pub fn new(formatted: &Class, property: &Property) -> Result<Target> {
        let ty = property.ty();
        if ty.is_array || !(ty.scalar.is_integer() || ty.scalar.is_real()) {
            return Err(invalid(format!("it is a {ty}, which holds no cooked value")));
        }
        Ok(Target { handle: formatted.handle(property.name())?, ty: ty.scalar })
    }

    /// Writes the value, or NULL and why there is none.
    pub fn write(self, object: &ObjectAccess, cooked: Result<Cooked, Reason>) -> Result<(), Status> {
        let cooked = match cooked {
            Ok(cooked) => cooked,
            Err(reason) => return object.write_missing(self.handle, reason),
        };
        match self.ty {
            CimType::Real64 => object.write_bytes(self.handle, &cooked.real().to_le_bytes()),
            CimType::Real32 => match cooked.real() as f32 {
                real if real.is_finite() => object.write_bytes(self.handle, &real.to_le_bytes()),
                _ => object.write_missing(self.handle, Reason::OutOfRange),
            },
            integer => match integer.integer_range().and_then(|range| cooked.within(range)) {
                Some(value) => self.write_integer(object, value),
                None => object.write_missing(self.handle, Reason::OutOfRange),
            },
        }
    }

    /// Writes an integer that the type holds: its low bytes.
    fn write_integer(self, object: &ObjectAccess, value: i128) -> Result<(), Status> {
        match self.ty.width() {
            8 => object.write_u64(self.handle, value as u64),
            4 => object.write_u32(self.handle, value as u32),
            width => object.write_bytes(self.handle, &value.to_le_bytes()[..width]),
        }
    }
}
