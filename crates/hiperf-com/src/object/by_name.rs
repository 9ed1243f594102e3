//! What the methods of `IWbemClassObject` do to instances, and to both kinds of
//! objects alike.

use hiperf_cim::mof::Printer;
use hiperf_cim::{Comparison, Instance, Status, Value, system_property};

use super::WbemObject;
use super::definition::still_there;
use super::listing::Listed;
use crate::Variant;
use crate::error_info::leave;

impl WbemObject {
    pub(super) fn put_in_instance(
        &self,
        name: &str,
        value: Option<&Variant>,
        code: i32,
    ) -> Result<Status, Status> {
        let Listed::Own(index) = WbemObject::find(&self.class, name)? else {
            return Err(Status::WBEM_E_READ_ONLY);
        };
        let property = &self.class.properties()[index];
        // The documents want 0 here for an instance; public samples pass the real type.
        if code != 0 && code != property.ty().code().cast_signed() {
            return Err(Status::WBEM_E_INVALID_PARAMETER);
        }
        let value = value.map_or(Ok(Value::Null), |variant| variant.to_value(property.ty()))?;
        let put = self.with_mut(|instance| instance.put(property.name(), &value));
        put.map(|()| Status::WBEM_S_NO_ERROR).map_err(leave)
    }

    pub(super) fn reset_in_instance(&self, name: &str) -> Result<Status, Status> {
        if system_property(name).is_some() {
            return Err(Status::WBEM_E_SYSTEM_PROPERTY);
        }
        self.with_mut(|instance| instance.reset(name)).map(still_there).map_err(leave)
    }

    pub(super) fn is_same(&self, comparison: Comparison, other: &WbemObject) -> bool {
        match (&self.definition, &other.definition) {
            (None, None) => self.with(|mine| other.with(|theirs| comparison.instances(mine, theirs))),
            (Some(_), Some(_)) => {
                let sources = |mine: &Instance, theirs: &Instance| {
                    comparison.sources(mine.decoration(), theirs.decoration())
                };
                self.with(|mine| other.with(|theirs| sources(mine, theirs)))
                    && comparison.classes(&self.class_now(), &other.class_now())
            }
            _ => false,
        }
    }

    pub(super) fn text(&self, printer: Printer) -> Result<String, Status> {
        match self.definition {
            None => Ok(self.with(|instance| printer.instance(instance))),
            Some(_) => self.finished_class().map(|class| printer.class(&class)),
        }
    }
}
