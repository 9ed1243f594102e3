//! `hiperf provider register LIBRARY`.

use std::io::{self, Write as _};

use hiperf::provider_files::{Folders, RegisteredProvider, Registering, register};

use crate::args::RegisterArguments;
use crate::failure::Failure;
use crate::screen;

/// Registers a library, and says what it registered.
pub fn run(namespace: Option<&str>, arguments: &RegisterArguments) -> Result<(), Failure> {
    let wanted = Registering {
        library: &arguments.library,
        mof: arguments.mof.as_deref(),
        namespace,
        name: arguments.name.as_deref(),
    };
    let done = register(&Folders::of_process(), &wanted).map_err(Failure::from_compiler)?;
    // If standard error is gone, nobody wants to be warned.
    let _unheard = io::stderr().write_all(done.warnings.as_bytes());
    let mut out = format!("registered {} by {}\n", done.library.display(), done.path.display());
    done.providers.iter().for_each(|provider| out.push_str(&describe(provider)));
    for (class, provider) in &done.classes_of_others {
        out.push_str(&format!("class {class} of provider {provider}\n"));
    }
    screen::write(&out)
}

/// ```text
/// provider ExampleToy in root\cimv2
///   CLSID                {A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A01}
///   ClientLoadableCLSID  {A1C63C9C-8C0B-4B0E-9C41-5D3B8E6F7A02}
///   class                Example_PerfRawData_Queue
/// ```
fn describe(provider: &RegisteredProvider) -> String {
    let registration = &provider.registration;
    let line = |name: &str, value: &str| format!("  {name:<19}  {value}\n");
    let clsids = [("CLSID", registration.clsid), ("ClientLoadableCLSID", registration.client_loadable_clsid)];
    let clsids = clsids.into_iter().filter_map(|(name, clsid)| Some(line(name, &clsid?.to_string())));
    let classes = provider.classes.iter().map(|class| line("class", class));
    let head = format!("provider {} in {}\n", registration.name, provider.namespace);
    std::iter::once(head).chain(clsids).chain(classes).collect()
}
