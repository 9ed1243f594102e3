//! The MOF of a provider file as a layer, and what it registers.
//!
//! It is compiled on top of what is built in and of the provider files before
//! it. It may add to that and say the same again, but not change it: two
//! providers that define one class differently can't both be right.

use std::collections::BTreeMap;
use std::sync::Arc;

use hiperf_cim::mof::ast::Command;
use hiperf_cim::mof::{self, Item};
use hiperf_cim::{Class, Error, Result, Status};

use super::RegisteredProvider;
use crate::namespace::DEFAULT_NAMESPACE;
use crate::repository::{Kind, Layer, Source, View, compile, describe_key, key_parts};

/// A compiled MOF.
pub(super) struct Compiled {
    /// What it adds.
    pub layer: Layer,
    /// What was passed over, rendered for a person.
    pub warnings: String,
}

/// Compiles a MOF that came with a provider file.
///
/// # Errors
/// Its diagnostics; `WBEM_E_ALREADY_EXISTS`: it changes what is there already.
pub(super) fn installed(below: &[Layer], name: &str, text: &str) -> Result<Compiled> {
    let includes = |item: &Item<'_>| matches!(item, Item::Pragma(pragma) if matches!(pragma.command, Command::Include(_)));
    if mof::parse(text).items.iter().any(includes) {
        let message = format!(
            "{name} includes other files, which the MOF of a provider file can't; `hiperf provider register` \
             puts them in their places"
        );
        return Err(Error::new(Status::WBEM_E_INVALID_PROVIDER_REGISTRATION, message));
    }
    source(below, DEFAULT_NAMESPACE, &Source::from_text(name, text)?)
}

/// Compiles a source on top of `below`.
///
/// # Errors
/// As [`installed`].
pub(super) fn source(below: &[Layer], namespace: &str, source: &Source) -> Result<Compiled> {
    let mut view = on_top(Layer::default(), below);
    let done = compile(&mut view, namespace, std::slice::from_ref(source))?;
    let mut layers = view.layers.into_iter();
    let mut layer = layers.next().unwrap_or_default();
    check_conflicts(&layer, below)?;
    // Nothing of its own is below what it takes back.
    layer.changes.retain(|_, record| record.is_some());
    Ok(Compiled { layer, warnings: done.warnings })
}

/// The view of a layer on top of others.
pub(super) fn on_top(layer: Layer, below: &[Layer]) -> View {
    View::new(std::iter::once(layer).chain(below.iter().cloned()).collect(), None)
}

fn check_conflicts(layer: &Layer, below: &[Layer]) -> Result<()> {
    let below = View::new(below.to_vec(), None);
    for at in layer.changes.keys() {
        let Some((kind, namespace, name)) = key_parts(at) else { continue };
        let is_there = match kind {
            // The same again has left no change; a built-in class is refused anyway.
            Kind::Class => below.record(at)?.is_some(),
            Kind::Instance => below.instance(namespace, name)?.is_some(),
            // Qualifier types are declared in every MOF that uses them.
            Kind::Namespace | Kind::Qualifier => false,
        };
        if is_there {
            let what = describe_key(at);
            let message =
                format!("{what} is there already, built in or from another provider file, and differs");
            return Err(Error::new(Status::WBEM_E_ALREADY_EXISTS, message));
        }
    }
    Ok(())
}

/// The classes of the top layer of a view that are of some provider, by folded
/// namespace.
///
/// # Errors
/// Those of reading what was just compiled.
pub(super) fn classes(view: &View) -> Result<Vec<(String, Arc<Class>)>> {
    let mut found = Vec::new();
    let Some(layer) = view.layers.first() else { return Ok(found) };
    for at in layer.changes.keys() {
        let Some((Kind::Class, namespace, name)) = key_parts(at) else { continue };
        if let Some(class) = view.class(namespace, name)?
            && (class.qualifiers().text("provider").is_some() || class.qualifiers().is_true("hiperf"))
        {
            found.push((namespace.to_owned(), class));
        }
    }
    Ok(found)
}

/// The providers that the top layer of a view registers, each with its classes.
///
/// # Errors
/// `WBEM_E_INVALID_PROVIDER_REGISTRATION`.
pub(super) fn providers(view: &View) -> Result<Vec<RegisteredProvider>> {
    let mut found = BTreeMap::new();
    let Some(layer) = view.layers.first() else { return Ok(Vec::new()) };
    let namespaces = view.namespaces()?;
    for at in layer.changes.keys() {
        let Some((Kind::Instance, namespace, _)) = key_parts(at) else { continue };
        let Some(instance) = view.instance_at(at)? else { continue };
        if !instance.class().is_a("__Win32Provider") {
            continue;
        }
        let name = instance.get("Name")?;
        let Some(registration) = view.registration(namespace, name.as_str().unwrap_or_default())? else {
            continue;
        };
        let written = namespaces.iter().find(|written| written.eq_ignore_ascii_case(namespace));
        let provider = RegisteredProvider {
            namespace: written.map_or(namespace, String::as_str).to_owned(),
            registration,
            classes: Vec::new(),
        };
        found.insert((provider.registration.name.to_ascii_uppercase(), namespace.to_owned()), provider);
    }
    for (namespace, class) in classes(view)? {
        let name = class.qualifiers().text("provider").unwrap_or_default().to_ascii_uppercase();
        if let Some(provider) = found.get_mut(&(name, namespace)) {
            provider.classes.push(class.name().to_owned());
        }
    }
    Ok(found.into_values().collect())
}
