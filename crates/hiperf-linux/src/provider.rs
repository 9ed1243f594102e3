//! [`LinuxPerf`]: the provider of the classes of all areas.

use std::io;

use hiperf_provider::{Error, Guid, Provider, Result, ServedClass, Source, Status, Timestamps, Wanted};

use crate::sampler::{self, Sampler, WantedSources};

/// The COM class for a provider host, as `schema/providers.mof` registers it.
pub const CLSID_HOST: Guid = Guid::parse("89CA22E4-94E1-4203-8A4F-AAA4560AA888");
/// The COM class for a client's process.
pub const CLSID_CLIENT: Guid = Guid::parse("B7C4057E-8D27-42AF-87B7-E147385D7B47");

/// Makes the provider available in this process under both its CLSIDs.
pub fn register() {
    for clsid in [CLSID_HOST, CLSID_CLIENT] {
        hiperf_provider::register(clsid, LinuxPerf::new);
    }
}

/// The provider of a Linux machine's counters. Every refresher and every query
/// gets a sampler of its own, which reads with the rights of its caller.
pub struct LinuxPerf {
    open: Box<dyn Fn() -> io::Result<Sampler> + Send + Sync>,
}

impl LinuxPerf {
    /// Of the running machine.
    #[must_use]
    pub fn new() -> LinuxPerf {
        LinuxPerf::with(Sampler::system)
    }

    /// Of whatever the samplers read that `open` makes, such as a recorded
    /// tree of files.
    pub fn with(open: impl Fn() -> io::Result<Sampler> + Send + Sync + 'static) -> LinuxPerf {
        LinuxPerf { open: Box::new(open) }
    }
}

impl Default for LinuxPerf {
    fn default() -> LinuxPerf {
        LinuxPerf::new()
    }
}

impl Provider for LinuxPerf {
    type Source = Sampler;
    // A test holds the schema; to compile all of it would be felt at the start of a program that needs one class.
    const CHECKS_CLASSES: bool = false;

    fn open(&self) -> Result<Sampler> {
        (self.open)().map_err(|error| {
            let status = match error.kind() {
                io::ErrorKind::PermissionDenied => Status::WBEM_E_ACCESS_DENIED,
                _ => Status::WBEM_E_PROVIDER_FAILURE,
            };
            Error::new(status, format!("the root of /proc and /sys can't be opened: {error}"))
        })
    }

    fn classes(&self) -> Vec<Box<dyn ServedClass<Sampler>>> {
        sampler::classes()
    }
}

impl Source for Sampler {
    fn sample(&mut self, wanted: Wanted<'_>) -> Result<Timestamps> {
        Ok(Sampler::sample(self, &WantedSources::of(wanted)))
    }
}
