//! [`ClassParts`]: what a class is given, before what follows from it.
//!
//! The rules of WMI are not its business: a
//! [`ClassBuilder`](crate::ClassBuilder) has enforced them, or the class came
//! over the wire and is taken as it is.

use std::sync::{Arc, OnceLock};

use crate::block::Nesting;
use crate::wmio::ClassWire;
use crate::{Class, Error, Instance, Layout, Method, Property, QualifierSet, Result, Status};

/// The parts of a class.
pub(crate) struct ClassParts {
    pub(crate) name: Arc<str>,
    pub(crate) superclass: Option<Arc<Class>>,
    /// The ancestors' names, the parent first.
    pub(crate) derivation: Vec<Arc<str>>,
    pub(crate) qualifiers: QualifierSet,
    pub(crate) properties: Vec<Property>,
    pub(crate) methods: Vec<Method>,
    pub(crate) wire: ClassWire,
}

impl ClassParts {
    /// The class, with its layout, its keys and the block of a new instance.
    /// `nesting` is that of the default values.
    ///
    /// # Errors
    /// * `WBEM_E_INVALID_OBJECT`: two properties have the same name.
    /// * those of setting a property to its default.
    pub(crate) fn finish(self, nesting: Nesting) -> Result<Class> {
        let ClassParts { name, superclass, derivation, qualifiers, properties, methods, wire } = self;
        let layout = Layout::new(properties.iter().map(|p| (&*p.origin, &*p.name, p.ty)));
        let mut lookup: Vec<u16> = (0..properties.len()).filter_map(|index| index.try_into().ok()).collect();
        let name_of = |index: u16| &*properties[usize::from(index)].name;
        lookup.sort_by_cached_key(|&index| name_of(index).to_ascii_uppercase());
        let twins = lookup.windows(2).find(|pair| name_of(pair[0]).eq_ignore_ascii_case(name_of(pair[1])));
        if let Some(pair) = twins {
            let message = format!("class {name} has two properties {}", name_of(pair[0]));
            return Err(Error::new(Status::WBEM_E_INVALID_OBJECT, message));
        }
        let keys = (0..properties.len()).filter(|&index| properties[index].is_key).collect();
        let mut class = Class {
            name,
            superclass,
            derivation,
            qualifiers,
            properties,
            methods,
            layout,
            lookup,
            keys,
            default_block: Vec::new(),
            wire,
            is_amended: false,
            precise: OnceLock::new(),
        };
        class.default_block = Instance::default_block(&class, nesting)?;
        Ok(class)
    }
}
