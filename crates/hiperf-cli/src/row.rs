//! [`Row`]: an instance, whether a copy or a refresher's own, as a view reads
//! it.

use std::sync::Arc;

use hiperf::{Column, InstanceRef, Reason};
use hiperf_cim::{Class, Decoration, Instance, Value};

use crate::format::text::cell;

/// An instance.
pub trait Row {
    /// Its class.
    fn class(&self) -> &Arc<Class>;

    /// The value of the property at an index of [`Class::properties`].
    fn value(&self, index: usize) -> Value;

    /// Why the property at an index is NULL; `None` if nobody said.
    fn why(&self, index: usize) -> Option<Reason>;

    /// The value of a system property, NULL if it has none.
    fn system_value(&self, name: &str) -> Value;

    /// The value of a column.
    fn column(&self, column: Column) -> Value {
        match column {
            Column::Property(index) => self.value(index),
            Column::System(name) => self.system_value(name),
        }
    }

    /// What tells it from the other instances: its keys.
    fn title(&self) -> String {
        let keys = self.class().keys();
        let texts: Vec<String> = keys.iter().map(|&index| cell(&self.value(index))).collect();
        if texts.is_empty() { "Value".to_owned() } else { texts.join(" ") }
    }
}

impl Row for Instance {
    fn class(&self) -> &Arc<Class> {
        Instance::class(self)
    }

    fn value(&self, index: usize) -> Value {
        Instance::value(self, index)
    }

    fn why(&self, index: usize) -> Option<Reason> {
        self.why_at(index)
    }

    fn system_value(&self, name: &str) -> Value {
        Instance::system_value(self, name).unwrap_or(Value::Null)
    }
}

/// An instance of a refresher, and where it is.
pub struct LiveRow<'a> {
    /// The instance.
    pub instance: InstanceRef<'a>,
    /// Its server and namespace.
    pub decoration: &'a Arc<Decoration>,
}

impl Row for LiveRow<'_> {
    fn class(&self) -> &Arc<Class> {
        self.instance.class()
    }

    fn value(&self, index: usize) -> Value {
        self.instance.value(index)
    }

    fn why(&self, index: usize) -> Option<Reason> {
        self.instance.why_at(index)
    }

    fn system_value(&self, name: &str) -> Value {
        let mut copy = self.instance.to_instance();
        copy.decorate(Some(self.decoration.clone()));
        copy.system_value(name).unwrap_or(Value::Null)
    }
}
