//! What is registered of a provider in a namespace.

use hiperf_cim::path::ObjectPath;
use hiperf_cim::{Instance, Result};

use super::view::View;
use crate::registration::Registration;

impl View {
    /// The registration of the provider of this name in a folded namespace.
    pub(crate) fn registration(&self, namespace: &str, name: &str) -> Result<Option<Registration>> {
        let text = |instance: &Instance, property| {
            instance.get(property).ok().and_then(|value| value.as_str().map(str::to_owned))
        };
        let is_named = |instance: &&Instance| {
            text(instance, "Name").is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        let providers = self.all_instances(namespace, "__Win32Provider")?;
        let Some(provider) = providers.iter().find(is_named) else {
            // Where it is registered may be what can't be read.
            return self.damage().map_or(Ok(None), Err);
        };
        let mut registration = Registration::from_provider(provider)?;
        let relpath = provider.relpath().unwrap_or_default();
        let registers =
            |instance: &&Instance| text(instance, "Provider").is_some_and(|path| refers_to(&path, &relpath));
        let registrations = self.all_instances(namespace, "__InstanceProviderRegistration")?;
        if let Some(instance) = registrations.iter().find(registers) {
            registration.add_instance_registration(instance)?;
        }
        Ok(Some(registration))
    }

    /// The static instances of a class and of those below it in a folded
    /// namespace.
    pub(crate) fn all_instances(&self, namespace: &str, class: &str) -> Result<Vec<Instance>> {
        let mut all = self.instances_of(namespace, class)?;
        for subclass in self.subclass_names(namespace, class)? {
            all.extend(self.instances_of(namespace, &subclass)?);
        }
        Ok(all)
    }
}

/// Whether a reference, with or without namespace, is to the object at
/// `relpath`.
fn refers_to(reference: &str, relpath: &str) -> bool {
    let parse = |text: &str| ObjectPath::parse(text).ok();
    match (parse(reference), parse(relpath)) {
        (Some(mut reference), Some(path)) => {
            (reference.server, reference.namespace) = (path.server.clone(), path.namespace.clone());
            reference.names_same_object(&path)
        }
        _ => false,
    }
}
