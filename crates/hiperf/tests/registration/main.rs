//! What a provider's registration means: how often and for whom it is
//! initialised, which initialisations wait, when it is let go, and which
//! registrations are refused.

#[path = "../support/hooks.rs"]
#[allow(dead_code)] // other tests use the rest
mod hooks;
#[path = "../support/names.rs"]
mod names;
#[path = "../scratch/mod.rs"]
mod scratch;

mod idle;
mod initializing;
mod values;

use std::sync::Arc;

use hiperf::{Namespace, Repository};
use hiperf_com::{Guid, registry};

use hooks::{HookProvider, Hooks};
use names::next_clsid;
use scratch::Scratch;

/// Makes a provider of these methods available.
fn provide(hooks: Hooks) -> Guid {
    let clsid = next_clsid();
    let hooks = Arc::new(hooks);
    registry::register_provider(clsid, move || HookProvider(hooks.clone()));
    clsid
}

/// A repository of its own with the namespaces `root\A` and `root\B`.
fn repository(test: &str) -> (Repository, Scratch) {
    let scratch = Scratch::new(test);
    let repository = Repository::at(scratch.path());
    let mof = "instance of __Namespace { Name = \"A\"; }; instance of __Namespace { Name = \"B\"; };";
    repository.connect("root").unwrap().compile_mof("namespaces.mof", mof).unwrap();
    (repository, scratch)
}

/// Connects to a namespace in which the provider `P` with these properties
/// serves the class `Test`.
fn connect(repository: &Repository, namespace: &str, clsid: Guid, properties: &str) -> Namespace {
    let namespace = repository.connect(namespace).unwrap();
    let mof = format!(
        "instance of __Win32Provider as $P {{ Name = \"P\"; ClientLoadableCLSID = \"{clsid}\"; {properties} }};
         instance of __InstanceProviderRegistration {{
           provider = $P; SupportsGet = TRUE; SupportsEnumeration = TRUE;
         }};
         [dynamic, provider(\"P\"), hiperf] class Test {{ [key] string Name; uint64 Count; }};"
    );
    namespace.compile_mof("test.mof", &mof).unwrap();
    namespace
}
