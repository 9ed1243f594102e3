//! [`TextStep`]: a formatted property that is the text of a raw one.
//!
//! `PERF_COUNTER_TEXT` isn't calculated. A text that both classes declare under
//! one name is copied too; those that they have from a common parent describe a
//! class or an object, and no provider writes them.

use hiperf_cim::{Class, Instance, Property, PropertyHandle, Reason, Result, Status};
use hiperf_com::access::ObjectAccess;

use super::naming::invalid;

/// A text that is copied.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextStep {
    pub raw: PropertyHandle,
    pub target: PropertyHandle,
}

impl TextStep {
    /// The text `name` of `raw`, for `property` of `formatted`.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_QUALIFIER`: there is no such raw property, or the two are
    /// not texts of the same type.
    pub fn new(formatted: &Class, property: &Property, raw: &Class, name: &str) -> Result<TextStep> {
        let same = raw
            .property(name)
            .ok_or_else(|| invalid(format!("its raw property {name} is not a property of {}", raw.name())))?;
        let (from, to) = (same.ty(), property.ty());
        if from != to || from.is_array || !from.scalar.is_text() {
            let class = raw.name();
            let message =
                format!("it is a {to} and its raw property {name} of {class} a {from}: no texts of one type");
            return Err(invalid(message));
        }
        Ok(TextStep { raw: raw.handle(name)?, target: formatted.handle(property.name())? })
    }

    /// Copies the text. `units` is room for it, kept by the instance, so that
    /// only a text that is longer than all before allocates.
    pub fn copy(self, sample: &Instance, units: &mut Vec<u16>, target: &ObjectAccess) -> Result<(), Status> {
        match sample.read_text(self.raw)? {
            Some(text) => target.write_text(self.target, text, units),
            None => {
                let reason = sample.why(self.raw)?.unwrap_or(Reason::Missing);
                target.write_missing(self.target, reason)
            }
        }
    }
}
