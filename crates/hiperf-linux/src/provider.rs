//! [`LinuxPerf`]: the provider of the classes in `schema/linux.mof`.

use std::io;

use hiperf_provider::{
    Counter, CounterClass, Error, Guid, Instance, Provider, Reason, Result, ServedClass, Source, Status,
    Timestamps, Wanted, served,
};

use crate::memory::{self, Memory};
use crate::processor::{self, Processor};
use crate::property::{Property, Sources};
use crate::root::Unavailable;
use crate::sampler::Sampler;
use crate::system::{self, System};

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
        vec![served(ProcessorClass), served(SystemClass), served(MemoryClass)]
    }
}

/// What must have been read to know the instances of each class, in the order
/// of [`Provider::classes`]: the processors are those of `/proc/stat`.
const INSTANCES: [Sources; 3] = [Sources::STAT, Sources::NONE, Sources::NONE];

/// What the wanted counters of one class need.
fn sources_of<S>(properties: &[Property<S>], class: usize, wanted: Wanted<'_>) -> Sources {
    if !wanted.contains(class) {
        return Sources::NONE;
    }
    let is_wanted = |(index, _): &(usize, _)| wanted.contains_counter(class, *index);
    let of_counters = properties.iter().enumerate().filter(is_wanted);
    of_counters.fold(INSTANCES[class], |all, (_, property)| all | property.sources)
}

impl Source for Sampler {
    fn sample(&mut self, wanted: Wanted<'_>) -> Result<Timestamps> {
        let sources = sources_of(processor::PROPERTIES, 0, wanted)
            | sources_of(system::PROPERTIES, 1, wanted)
            | sources_of(memory::PROPERTIES, 2, wanted);
        Ok(Sampler::sample(self, sources))
    }
}

/// Why a property has no value after its sources were read, or were not.
fn why_missing<S>(sampler: &Sampler, properties: &[Property<S>], counter: usize) -> Option<Reason> {
    Some(match sampler.unavailable(properties.get(counter)?.sources) {
        Some(Unavailable::Denied) => Reason::Denied,
        Some(Unavailable::Failed(_)) => Reason::Failed,
        // A file that is there without the field is of a kernel that hasn't it.
        Some(Unavailable::Unsupported) | None => Reason::Unsupported,
    })
}

fn counters<S>(properties: &[Property<S>]) -> Vec<Counter<S>> {
    properties.iter().map(|property| Counter::new(property.name, property.value)).collect()
}

/// `Win32_PerfRawData_PerfOS_Processor`.
struct ProcessorClass;

impl CounterClass<Sampler> for ProcessorClass {
    type Row = Processor;
    const NAME: &'static str = "Win32_PerfRawData_PerfOS_Processor";

    fn counters(&self) -> Vec<Counter<Processor>> {
        counters(processor::PROPERTIES)
    }

    fn for_each(&self, sampler: &Sampler, visit: &mut dyn FnMut(Instance<'_>, &Processor)) {
        for (index, cpu) in sampler.cpus().iter().enumerate() {
            if let Some(row) = sampler.processor(index) {
                let mut digits = [0; Digits::MAX];
                let name = Digits::write(cpu.number, &mut digits);
                visit(Instance::identified(name, u64::from(cpu.number)), &row);
            }
        }
        if let Some(total) = sampler.processor_total() {
            // Averages over other processors are not comparable with these, so
            // that with the set of processors the instance is another one.
            let identity = u64::MAX - sampler.cpu_generation();
            visit(Instance::identified(processor::TOTAL, identity), &total);
        }
    }

    fn why_missing(&self, sampler: &Sampler, _: &Processor, counter: usize) -> Option<Reason> {
        why_missing(sampler, processor::PROPERTIES, counter)
    }
}

/// `Win32_PerfRawData_PerfOS_System`.
struct SystemClass;

impl CounterClass<Sampler> for SystemClass {
    type Row = System;
    const NAME: &'static str = "Win32_PerfRawData_PerfOS_System";

    fn counters(&self) -> Vec<Counter<System>> {
        counters(system::PROPERTIES)
    }

    fn for_each(&self, sampler: &Sampler, visit: &mut dyn FnMut(Instance<'_>, &System)) {
        visit(Instance::singleton(), &sampler.system_snapshot());
    }

    fn why_missing(&self, sampler: &Sampler, _: &System, counter: usize) -> Option<Reason> {
        why_missing(sampler, system::PROPERTIES, counter)
    }
}

/// `Win32_PerfRawData_PerfOS_Memory`.
struct MemoryClass;

impl CounterClass<Sampler> for MemoryClass {
    type Row = Memory;
    const NAME: &'static str = "Win32_PerfRawData_PerfOS_Memory";

    fn counters(&self) -> Vec<Counter<Memory>> {
        counters(memory::PROPERTIES)
    }

    fn for_each(&self, sampler: &Sampler, visit: &mut dyn FnMut(Instance<'_>, &Memory)) {
        visit(Instance::singleton(), &sampler.memory());
    }

    fn why_missing(&self, sampler: &Sampler, _: &Memory, counter: usize) -> Option<Reason> {
        why_missing(sampler, memory::PROPERTIES, counter)
    }
}

/// A number in decimal, without allocating.
struct Digits;

impl Digits {
    /// Digits of the largest u32.
    const MAX: usize = 10;

    fn write(number: u32, buffer: &mut [u8; Digits::MAX]) -> &str {
        let (mut rest, mut start) = (number, Digits::MAX);
        loop {
            start -= 1;
            buffer[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                return std::str::from_utf8(&buffer[start..]).unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::total_sources;

    #[test]
    fn digits() {
        for number in [0, 7, 10, 4095, u32::MAX] {
            assert_eq!(Digits::write(number, &mut [0; Digits::MAX]), number.to_string());
        }
    }

    #[test]
    fn sources_of_the_total_are_among_those_of_the_class() {
        let class = sources_of(processor::PROPERTIES, 0, Wanted::everything());
        for property in processor::PROPERTIES {
            let missing = total_sources(property).without(class);
            assert_eq!(missing, Sources::NONE, "{}", property.name);
        }
    }
}
