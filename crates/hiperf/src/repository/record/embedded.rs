//! Which classes a record needs for the objects in it: without those it can't
//! be read. Nothing is looked up, so it works where a class is missing.

use hiperf_cim::{CimType, Result};

use super::value::{Input, type_of};
use super::{FORMAT, MAX_DEPTH};

/// The names of the classes of all objects in the values of a class: defaults,
/// and those of parameters.
///
/// # Errors
/// `WBEM_E_CRITICAL_ERROR`: it is no record of a class.
pub(crate) fn in_class(record: &[u8]) -> Result<Vec<&str>> {
    let mut walk = Walk { input: Input::new(record, FORMAT)?, found: Vec::new() };
    walk.input.text()?;
    walk.input.text()?;
    walk.qualifiers()?;
    for _ in 0..walk.input.count()? {
        walk.property()?;
    }
    for _ in 0..walk.input.count()? {
        walk.input.text()?;
        walk.qualifiers()?;
        for _ in ["input", "output"] {
            for _ in 1..walk.input.count()? {
                walk.property()?;
            }
        }
    }
    Ok(walk.found)
}

/// The same for the values of an instance.
///
/// # Errors
/// `WBEM_E_CRITICAL_ERROR`: it is no record of an instance.
pub(crate) fn in_instance(record: &[u8]) -> Result<Vec<&str>> {
    let mut walk = Walk { input: Input::new(record, FORMAT)?, found: Vec::new() };
    walk.input.text()?;
    walk.values(0)?;
    Ok(walk.found)
}

/// A record that is being passed over, and what was met in it.
struct Walk<'a> {
    input: Input<'a>,
    found: Vec<&'a str>,
}

impl Walk<'_> {
    fn qualifiers(&mut self) -> Result<()> {
        for _ in 0..self.input.count()? {
            self.input.text()?;
            self.input.byte()?;
            self.value(0)?;
        }
        Ok(())
    }

    fn property(&mut self) -> Result<()> {
        self.input.text()?;
        self.input.text()?;
        self.qualifiers()?;
        if self.input.byte()? != 0 {
            self.value(0)?;
        }
        self.input.byte().map(drop)
    }

    fn values(&mut self, depth: usize) -> Result<()> {
        self.qualifiers()?;
        for _ in 0..self.input.count()? {
            self.input.count()?;
            self.input.text()?;
            self.value(depth)?;
        }
        for _ in 0..self.input.count()? {
            self.input.count()?;
            self.input.text()?;
            self.qualifiers()?;
        }
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<()> {
        let tag = self.input.byte()?;
        if tag == 0 {
            return Ok(());
        }
        let ty = type_of(tag).ok_or_else(|| self.input.damaged())?;
        let count = if ty.is_array { self.input.count()? } else { 1 };
        for _ in 0..count {
            self.payload(ty.scalar, depth)?;
        }
        Ok(())
    }

    fn payload(&mut self, scalar: CimType, depth: usize) -> Result<()> {
        let width = match scalar {
            CimType::Sint8 | CimType::Uint8 => 1,
            CimType::Sint16 | CimType::Uint16 | CimType::Char16 | CimType::Boolean => 2,
            CimType::Sint32 | CimType::Uint32 | CimType::Real32 => 4,
            CimType::Sint64 | CimType::Uint64 | CimType::Real64 => 8,
            CimType::String | CimType::Reference | CimType::DateTime => return self.input.text().map(drop),
            CimType::Object => {
                self.found.push(self.input.text()?);
                if depth == MAX_DEPTH {
                    return Err(self.input.damaged());
                }
                return self.values(depth + 1);
            }
        };
        self.input.take(width).map(drop)
    }
}
