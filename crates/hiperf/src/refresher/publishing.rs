//! [`Published`]: what a refresher found, for other threads to read.
//!
//! A [`Snapshot`] holds everything that the refresher has, as of one refresh;
//! it stays as it is while it is read, whatever the refresher does meanwhile.
//! The refresher never waits for a reader, nor a reader for the refresher. Each
//! refresh writes one copy more while there are readers, and each reader keeps
//! one copy in memory: they are read in place.
//!
//! ```no_run
//! # fn example(namespace: &hiperf::Namespace) -> hiperf::Result<()> {
//! let mut refresher = hiperf::Refresher::new();
//! let memory = refresher.add_object(namespace, "Win32_PerfRawData_PerfOS_Memory=@")?;
//! let mut published = refresher.publish();
//! std::thread::spawn(move || {
//!     if let Ok(object) = published.read().object(memory) {
//!         println!("{:?}", object.get("AvailableBytes"));
//!     }
//! });
//! refresher.refresh()?;
//! # Ok(()) }
//! ```
//!
//! A nested refresher publishes for itself: see [`Refresher::nested_mut`].
//!
//! How this is done without locks: [`hiperf_com::publication`].

use hiperf_cim::{Instance, Result, Status};
use hiperf_com::object::Object;
use hiperf_com::publication::{Publisher, Subscriber};

use super::{EnumId, ObjectId, Refreshed, Refresher, removed};

/// Reads what a [`Refresher`] publishes. Each thread has a clone of its own.
#[derive(Clone, Debug)]
pub struct Published(Subscriber<Sheet>);

impl Published {
    /// Everything as of the latest refresh. Nothing is copied or waited for.
    pub fn read(&mut self) -> Snapshot<'_> {
        Snapshot(self.0.read())
    }
}

/// What a refresher has, as of one refresh.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot<'a>(&'a Sheet);

impl<'a> Snapshot<'a> {
    /// How many refreshes there were since the refresher first published.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0.number
    }

    /// How the refresh went: what [`Refresher::refresh`] returned; complete
    /// before the first one.
    ///
    /// # Errors
    /// Those of [`Refresher::refresh`].
    pub fn refreshed(self) -> Result<Refreshed, Status> {
        self.0.refreshed
    }

    /// The object's values.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: the refresher didn't have it then.
    pub fn object(self, id: ObjectId) -> Result<&'a Instance> {
        item(&self.0.objects, id.0)?.instances().first().ok_or_else(|| removed(id.0))
    }

    /// The instances that the enumerator had, in the order in which the provider
    /// added them.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: the refresher didn't have the enumerator then.
    pub fn instances(self, id: EnumId) -> Result<&'a [Instance]> {
        Ok(item(&self.0.enums, id.0)?.instances())
    }
}

/// One copy of everything.
#[derive(Debug)]
struct Sheet {
    number: u64,
    refreshed: Result<Refreshed, Status>,
    /// Those that providers refresh, by ascending id, then the others.
    objects: Vec<Item>,
    enums: Vec<Item>,
}

impl Default for Sheet {
    fn default() -> Sheet {
        Sheet { number: 0, refreshed: Ok(Refreshed::Complete), objects: Vec::new(), enums: Vec::new() }
    }
}

/// The instances of an object or an enumerator.
#[derive(Debug)]
struct Item {
    id: i32,
    /// The first `count` are there; the others wait for instances to come.
    instances: Vec<Instance>,
    count: usize,
}

fn item(items: &[Item], id: i32) -> Result<&Item> {
    let found = items.binary_search_by_key(&id, |item| item.id).ok();
    // Few are not in order; they are looked for one by one.
    let found = found.or_else(|| items.iter().position(|item| item.id == id));
    found.map(|place| &items[place]).ok_or_else(|| removed(id))
}

impl Item {
    fn instances(&self) -> &[Instance] {
        &self.instances[..self.count]
    }

    /// Makes the instances those of `objects`.
    fn fill<'o>(&mut self, objects: impl Iterator<Item = &'o Object>) {
        self.count = 0;
        for object in objects {
            match self.instances.get_mut(self.count) {
                Some(instance) => {
                    if object.copy_to(instance).is_err() {
                        *instance = object.to_instance();
                    }
                }
                None => self.instances.push(object.to_instance()),
            }
            self.count += 1;
        }
    }
}

/// Makes the items those of `all`, each with its objects. What was there before
/// keeps its memory.
fn fill<'o, O: Iterator<Item = &'o Object>>(items: &mut Vec<Item>, all: impl Iterator<Item = (i32, O)>) {
    let mut count = 0;
    for (id, objects) in all {
        match items[count..].iter().position(|item| item.id == id) {
            Some(0) => {}
            Some(distance) => items.swap(count, count + distance),
            None => items.insert(count, Item { id, instances: Vec::new(), count: 0 }),
        }
        items[count].fill(objects);
        count += 1;
    }
    items.truncate(count);
}

/// The refresher's end of it.
#[derive(Debug)]
pub(super) struct Publishing {
    publisher: Publisher<Sheet>,
    number: u64,
    /// How the latest refresh went.
    refreshed: Result<Refreshed, Status>,
}

impl Default for Publishing {
    fn default() -> Publishing {
        Publishing { publisher: Publisher::new(), number: 0, refreshed: Ok(Refreshed::Complete) }
    }
}

impl Refresher {
    /// What the refresher finds, from now on, for other threads: the first
    /// snapshot is of this moment, and each refresh makes the next.
    ///
    /// While there are instances no more than there were before, this keeps a
    /// refresh free of allocations.
    pub fn publish(&mut self) -> Published {
        let mut publishing = self.publishing.take().unwrap_or_default();
        let published = Published(publishing.publisher.subscribe());
        let refreshed = publishing.refreshed;
        publishing.publish(self, refreshed);
        self.publishing = Some(publishing);
        published
    }

    /// Publishes what a refresh found, if anybody could read it.
    pub(super) fn publish_refresh(&mut self, refreshed: Result<Refreshed, Status>) {
        let Some(mut publishing) = self.publishing.take() else { return };
        publishing.number += 1;
        publishing.refreshed = refreshed;
        if publishing.publisher.has_subscribers() {
            publishing.publish(self, refreshed);
        }
        self.publishing = Some(publishing);
    }
}

impl Publishing {
    fn publish(&mut self, refresher: &Refresher, refreshed: Result<Refreshed, Status>) {
        let is_done = self.publisher.publish(|sheet| {
            sheet.number = self.number;
            sheet.refreshed = refreshed;
            let refreshed = refresher.objects.iter().map(|item| (item.id, &item.client_object));
            let fetched = refresher.fetched.client_objects().map(|client| (client.id, &client.object));
            let objects = refreshed.chain(fetched);
            fill(&mut sheet.objects, objects.map(|(id, object)| (id, std::iter::once(object))));
            let refreshed = refresher.enums.iter().map(|item| (item.id, &item.rows));
            let fetched = refresher.fetched.enums.iter().map(|item| (item.id, &item.rows));
            // Those below 0 are the refresher's own.
            let enums = refreshed.chain(fetched).filter(|(id, _)| *id > 0);
            fill(&mut sheet.enums, enums.map(|(id, rows)| (id, rows.objects())));
        });
        debug_assert!(is_done, "there is a slot more than are in use");
    }
}
