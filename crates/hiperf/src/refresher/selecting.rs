//! Objects and enumerators of which only certain properties are wanted.
//!
//! The list travels to the provider as the documented context values; see
//! [`Context::want_properties`]. A provider that heeds it reads only what those
//! properties need; one that doesn't delivers everything. The keys and the six
//! time properties of `Win32_Perf` are always there.

use hiperf_cim::{Class, Context as _, Error, Result, Status, suggest};
use hiperf_com::client::Context;
use hiperf_com::server::Adding;

use super::{EnumId, ObjectId, Refresher};
use crate::Namespace;

impl Refresher {
    /// As [`Refresher::add_object`], of which only these properties are wanted;
    /// the others are NULL, with [`Reason::NotAsked`](crate::Reason::NotAsked)
    /// if the provider says so.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PROPERTY`: the class has no property of one of the
    /// names; and those of [`Refresher::add_object`].
    pub fn add_object_of(
        &mut self,
        namespace: &Namespace,
        path: &str,
        properties: &[&str],
    ) -> Result<ObjectId> {
        let class = hiperf_cim::path::ObjectPath::parse(path).and_then(|path| namespace.class(&path.class));
        let add = |refresher: &mut Self| {
            // What is wrong with the path is told as `add_object` tells it.
            let Ok(class) = class else { return refresher.add_object(namespace, path) };
            let context =
                context_for(&class, properties).context(|| format!("adding {path} to the refresher"))?;
            refresher.add_object_with(
                namespace,
                path,
                Adding { context: Some(&context), ..Adding::default() },
            )
        };
        add(self)
    }

    /// As [`Refresher::add_enum`], of which only these properties are wanted;
    /// the others are NULL, with [`Reason::NotAsked`](crate::Reason::NotAsked)
    /// if the provider says so.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_PROPERTY`: the class has no property of one of the
    /// names; and those of [`Refresher::add_enum`].
    pub fn add_enum_of(&mut self, namespace: &Namespace, class: &str, properties: &[&str]) -> Result<EnumId> {
        // An unknown class is told as `add_enum` tells it.
        let Ok(known) = namespace.class(class) else { return self.add_enum(namespace, class) };
        let context = context_for(&known, properties)
            .context(|| format!("adding the instances of {class} to the refresher"))?;
        self.add_enum_with(namespace, class, Adding { context: Some(&context), ..Adding::default() })
    }
}

/// A context that asks for these properties of `class`.
fn context_for(class: &Class, properties: &[&str]) -> Result<Context> {
    for name in properties {
        if class.property(name).is_none() {
            let near = suggest::closest(name, class.properties().iter().map(hiperf_cim::Property::name));
            let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
            let message = format!("class {} has no property {name}{hint}", class.name());
            return Err(Error::new(Status::WBEM_E_INVALID_PROPERTY, message));
        }
    }
    let context = Context::new();
    context.want_properties(properties.iter().copied())?;
    Ok(context)
}
