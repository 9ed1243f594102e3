//! Cgroups against what the kernel's files say to a reader that goes through
//! them by name: on the running machine, in hierarchies of both versions where
//! cgroups may be made, and on trees of files that no kernel would make.

mod groups;
mod live;
mod odd;
mod rights;
#[path = "../tree/mod.rs"]
mod tree;

use hiperf_linux::area::{Area, Class, name};
use hiperf_linux::cgroups::Cgroups;
use hiperf_linux::cgroups::group::Group;
use hiperf_linux::clock::Clock;
use hiperf_linux::property::{Property, Sources};
use hiperf_linux::root::{Costs, Root};
use hiperf_linux::sampler::{Sampler, WantedSources};
use hiperf_provider::{Field, Reason};

/// A second, in 100 ns.
const SECOND: u64 = 10_000_000;
/// A tenth of one, as most samples come.
const STEP: u64 = SECOND / 10;

/// A sampler, at times of the test's own choice.
struct Reader {
    sampler: Sampler,
    now: u64,
}

impl Reader {
    fn new(root: Root) -> Reader {
        Reader { sampler: Sampler::new(root, Clock::anchored(0, 0)), now: SECOND }
    }

    fn system() -> Reader {
        Reader::new(Root::system().unwrap())
    }

    /// Takes a sample a tenth of a second later, and returns what it cost.
    fn sample(&mut self, wanted: Sources) -> Costs {
        self.sample_after(STEP, wanted)
    }

    fn sample_after(&mut self, later: u64, wanted: Sources) -> Costs {
        self.now += later;
        let before = self.sampler.root().costs();
        let clock = *self.sampler.clock();
        self.sampler
            .sample_at(&WantedSources { cgroups: wanted, ..WantedSources::default() }, clock.at(self.now));
        let after = self.sampler.root().costs();
        Costs {
            opens: after.opens - before.opens,
            reads: after.reads - before.reads,
            bytes: after.bytes - before.bytes,
            failures: after.failures - before.failures,
            clocks: 0,
        }
    }

    /// The cgroups whose path begins so: name, identity and a property's value.
    fn groups<C: Class<Area = Cgroups, Row = Group>>(
        &self,
        under: &str,
        of: &str,
    ) -> Vec<(String, u64, Option<u64>)> {
        let mut found = Vec::new();
        C::for_each(self.sampler.area(), &mut |instance, row| {
            let name = name(&instance);
            if name.starts_with(under) {
                found.push((name, instance.identity(), value(row, property::<C>(of))));
            }
        });
        found
    }

    /// Why the property of the cgroup has no value.
    fn why<C: Class<Area = Cgroups, Row = Group>>(&self, of: &str, property_name: &str) -> Option<Reason> {
        let mut found = None;
        C::for_each(self.sampler.area(), &mut |instance, row| {
            let property = property::<C>(property_name);
            if name(&instance) == of {
                assert_eq!(value(row, property), None);
                found = C::why_missing(row, property);
            }
        });
        found
    }
}

fn property<C: Class>(name: &str) -> &'static Property<C::Row> {
    C::PROPERTIES.iter().find(|property| property.name == name).unwrap()
}

fn value<R>(row: &R, property: &Property<R>) -> Option<u64> {
    match property.value {
        Field::Count(value) => value(row),
        _ => None,
    }
}

/// What one property of a class needs.
fn sources<C: Class>(of: &str) -> Sources {
    C::INSTANCES | property::<C>(of).sources
}

/// What all of a class needs.
fn all<C: Class>() -> Sources {
    C::PROPERTIES.iter().fold(C::INSTANCES, |all, property| all | property.sources)
}

/// Nothing is known to be unavailable of the area as a whole.
#[track_caller]
fn assert_available(reader: &Reader) {
    assert_eq!(reader.sampler.area::<Cgroups>().unavailable(Sources::ALL), None);
}

/// Says why a test can't run here. On the machine that decides about a change
/// everything has to run.
fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "{why}");
    println!("skipped: {why}");
}
