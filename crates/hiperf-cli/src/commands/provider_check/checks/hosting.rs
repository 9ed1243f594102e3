//! The provider in a provider host: the program in which the engine runs it for
//! clients that can't or don't want to load it.
//!
//! There it is loaded by its `CLSID`, its namespace is at the other end of a
//! socket, and during a refresh nobody listens there. So a provider may be
//! sound in a client and of no use in a host. What both have is compared.

use hiperf::{Hosting, InstanceRef, Namespace, Query, Refreshed, Refresher};
use hiperf_cim::Class;
use hiperf_com::object::Object;

use super::super::bench::{Bench, SOME, is_owed};
use super::super::subject::described;
use super::enumerators::{always, paths};

const ROUNDS: usize = 3;

/// Queries, single objects and refreshes, through a host and beside it.
pub fn host(bench: &Bench<'_>) {
    let journal = bench.journal;
    if bench.subject.host_clsid.is_none() {
        journal.skip("the MOF has no CLSID, so that no provider host can load it");
        return;
    }
    let hosting = Hosting::isolated();
    if let Err(error) = hosting.find_program() {
        journal.skip(described(&error));
        return;
    }
    journal.doing("starting a provider host");
    let repository = bench.subject.namespace.repository();
    match repository.connect_with(bench.subject.namespace.path(), &hosting) {
        Err(error) => journal.fail(described(&error)),
        Ok(namespace) => {
            let hosted = Hosted { bench, namespace };
            for class in bench.classes() {
                // A provider that can't be used at all would say so for each of its classes.
                if hosted.instances(class).and_then(|()| hosted.refreshes(class)).is_none() {
                    return;
                }
            }
        }
    }
}

struct Hosted<'a> {
    bench: &'a Bench<'a>,
    /// Its providers are in a host.
    namespace: Namespace,
}

impl Hosted<'_> {
    /// Asks for something; `None` after a finding.
    fn get<T>(&self, what: &str, ask: impl FnOnce() -> hiperf::Result<T>) -> Option<T> {
        let journal = self.bench.journal;
        journal.doing(format!("in a host, {what}"));
        ask().map_err(|error| journal.fail(format!("in a host, {what}: {}", described(&error)))).ok()
    }

    /// Queries have the instances that they have in a client.
    fn instances(&self, class: &Class) -> Option<()> {
        let name = class.name();
        let (mut here, mut there) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            // It may leave out queries; the engine has other ways to its instances.
            here.extend(self.bench.query(class).map(|objects| paths(&objects)));
            let found = self.get(&format!("a query of {name}"), || {
                self.namespace.query(&Query::new(&self.namespace, &format!("SELECT * FROM {name}"))?)
            })?;
            there.push(paths(&found.into_iter().map(Object::new).collect::<Vec<_>>()));
        }
        if here.len() == ROUNDS {
            let lost = always(&here).find(|path| !there.iter().any(|there| there.contains(*path)));
            let extra = always(&there).find(|path| !here.iter().any(|here| here.contains(*path)));
            if let Some(lost) = lost {
                self.bench.journal.fail(format!("in a host, queries never have {lost}; in a client they do"));
            }
            if let Some(extra) = extra {
                self.bench
                    .journal
                    .fail(format!("in a host, queries have {extra}; in a client they never do"));
            }
        }
        Some(())
    }

    /// Objects and an enumerator of a refresher have values.
    fn refreshes(&self, class: &Class) -> Option<()> {
        let name = class.name();
        let mut refresher = Refresher::new();
        let list = self
            .get(&format!("adding an enumerator of {name}"), || refresher.add_enum(&self.namespace, name))?;
        self.refresh(&mut refresher, name)?;
        let some: Vec<String> = {
            let members = refresher.instances(list).into_iter().flatten();
            members.filter_map(|one| one.to_instance().relpath()).take(SOME).collect()
        };
        let mut added = Vec::new();
        for path in some {
            self.get(&format!("getting {path}"), || self.namespace.get(&path))?;
            let id = self.get(&format!("adding {path}"), || refresher.add_object(&self.namespace, &path))?;
            added.push((path, id));
        }
        let mut is_whole = false;
        for _ in 0..ROUNDS {
            is_whole |= self.refresh(&mut refresher, name)? == Refreshed::Complete;
        }
        self.bench.journal.expect(is_whole, || {
            format!("in a host, no refresh of {name} is complete: the provider says so, or loses instances")
        });
        for (path, id) in &added {
            let object = self.get(&format!("reading {path}"), || refresher.object(*id))?;
            self.filled(class, object, path);
        }
        for member in refresher.instances(list).into_iter().flatten().take(SOME) {
            self.filled(class, member, "an enumerator");
        }
        for (path, id) in added {
            self.get(&format!("removing {path}"), || refresher.remove(id))?;
        }
        self.refresh(&mut refresher, name).map(drop)
    }

    fn refresh(&self, refresher: &mut Refresher, name: &str) -> Option<Refreshed> {
        self.get(&format!("a refresh of {name}"), || refresher.refresh_or_explain())
    }

    fn filled(&self, class: &Class, object: InstanceRef<'_>, of: &str) {
        for (index, property) in class.properties().iter().enumerate() {
            let is_missing =
                is_owed(property) && object.value(index).is_null() && object.why_at(index).is_none();
            self.bench.journal.expect(!is_missing, || {
                format!("in a host, Refresh never writes {} of {of}", property.name())
            });
        }
    }
}
