//! [`Field`]: how the value of a property comes from a row, and its binding to
//! the property's handle.
//!
//! Counters are unsigned integers. What a class says besides them (a
//! temperature below zero, a load average, the path of a group) are the other
//! three kinds; they are written the same way, by handle, and only to a property
//! of a type that holds them.

use std::cell::RefCell;

use hiperf_cim::{CimType, Error, PropertyHandle, Result, Status};
use hiperf_com::access::ObjectAccess;

/// How the value of a property comes from a row; `None` is NULL.
#[derive(Debug)]
pub enum Field<Row: 'static> {
    /// A number for a `uint32` or a `uint64`; of one for a `uint32` the low 32
    /// bits count, so that counters wrap as on Windows.
    Count(fn(&Row) -> Option<u64>),
    /// A number for a `sint32`, which must hold it, or a `sint64`.
    Signed(fn(&Row) -> Option<i64>),
    /// A number for a `real64`.
    Real(fn(&Row) -> Option<f64>),
    /// A text for a `string`. One that is no longer than any before allocates
    /// nothing.
    Text(fn(&Row) -> Option<&str>),
}

// Derived, the two would ask it of rows as well.
impl<Row> Clone for Field<Row> {
    fn clone(&self) -> Field<Row> {
        *self
    }
}

impl<Row> Copy for Field<Row> {}

impl<Row> Field<Row> {
    /// What it fills, for people.
    const fn takes(self) -> &'static str {
        match self {
            Field::Count(_) => "a counter is a uint32 or a uint64",
            Field::Signed(_) => "a signed number is a sint32 or a sint64",
            Field::Real(_) => "a real number is a real64",
            Field::Text(_) => "a text is a string",
        }
    }
}

/// A field and the property that takes it.
pub(crate) struct BoundField<Row: 'static> {
    handle: PropertyHandle,
    write: Write<Row>,
}

/// A field by the type of its property, told apart once and not at each write.
enum Write<Row: 'static> {
    U32(fn(&Row) -> Option<u64>),
    U64(fn(&Row) -> Option<u64>),
    S32(fn(&Row) -> Option<i64>),
    S64(fn(&Row) -> Option<i64>),
    R64(fn(&Row) -> Option<f64>),
    Text(fn(&Row) -> Option<&str>),
}

impl<Row> BoundField<Row> {
    /// Binds the field to the property `name` of the object's class.
    pub(crate) fn new(object: &ObjectAccess, name: &str, field: Field<Row>) -> Result<BoundField<Row>> {
        let (ty, handle) = object.property_handle(name)?;
        let write = match (field, ty.scalar, ty.is_array) {
            (Field::Count(value), CimType::Uint32, false) => Write::U32(value),
            (Field::Count(value), CimType::Uint64, false) => Write::U64(value),
            (Field::Signed(value), CimType::Sint32, false) => Write::S32(value),
            (Field::Signed(value), CimType::Sint64, false) => Write::S64(value),
            (Field::Real(value), CimType::Real64, false) => Write::R64(value),
            (Field::Text(value), CimType::String, false) => Write::Text(value),
            _ => {
                let message = format!("property {name} is a {ty}; {}", field.takes());
                return Err(Error::new(Status::WBEM_E_TYPE_MISMATCH, message));
            }
        };
        Ok(BoundField { handle, write })
    }

    /// The property's handle.
    #[inline]
    pub(crate) fn handle(&self) -> PropertyHandle {
        self.handle
    }

    /// Writes the row's value to the object; `None` if there is no value. `units`
    /// is room for a text.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // 32-bit counters wrap
    pub(crate) fn write(
        &self,
        row: &Row,
        object: &ObjectAccess,
        units: &RefCell<Vec<u16>>,
    ) -> Option<Result<(), Status>> {
        Some(match self.write {
            Write::U32(value) => object.write_u32(self.handle, value(row)? as u32),
            Write::U64(value) => object.write_u64(self.handle, value(row)?),
            Write::S32(value) => {
                object.write_bytes(self.handle, &i32::try_from(value(row)?).ok()?.to_le_bytes())
            }
            Write::S64(value) => object.write_bytes(self.handle, &value(row)?.to_le_bytes()),
            Write::R64(value) => {
                let value = Some(value(row)?).filter(|value| value.is_finite())?;
                object.write_bytes(self.handle, &value.to_le_bytes())
            }
            Write::Text(value) => {
                object.write_utf16(self.handle, value(row)?.encode_utf16(), &mut units.borrow_mut())
            }
        })
    }
}
