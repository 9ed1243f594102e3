//! The provider's refresher: one sample, then every object and every
//! enumerator of this refresher from it.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use hiperf_cim::{Context as _, Reason, Result, Status, Value};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, Services};
use hiperf_com::provider::ProviderRefresher;

use crate::class::{Target, Targets};
use crate::instance::{Instance, keys_of, not_found, write_keys};
use crate::provider::{Bound, Finder, Provider, Served, Source, spawned, wanted_names};
use crate::timestamps::Timestamps;
use crate::wanted::{Selection, Wanted, WantedClass};

/// Ids of objects, enumerators and their instances, unique in the process.
static NEXT_ID: AtomicI32 = AtomicI32::new(1);

fn next_id() -> i32 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

/// The refresher of a provider for one client's refresher.
pub struct CounterRefresher<P: Provider> {
    served: Arc<Served<P>>,
    source: P::Source,
    classes: Vec<ClassInUse<P::Source>>,
    /// What all of them need together: made anew when items come or go.
    wanted: Vec<WantedClass>,
}

/// A class of which this refresher has objects or enumerators.
struct ClassInUse<S> {
    /// Index in the provider's classes.
    index: usize,
    bound: Bound<S>,
    objects: ObjectSet,
    enums: Vec<RefreshedEnum>,
}

impl<P: Provider> CounterRefresher<P> {
    pub(crate) fn new(served: Arc<Served<P>>, source: P::Source) -> CounterRefresher<P> {
        CounterRefresher { served, source, classes: Vec::new(), wanted: Vec::new() }
    }

    /// The place of a class among those in use, and a template of it.
    fn class_in_use(&mut self, services: &Services, name: &str) -> Result<(usize, ObjectAccess)> {
        let index = self.served.class(name)?;
        let class = &self.served.classes[index];
        let template = spawn(services, class.name())?;
        let place = match self.classes.iter().position(|known| known.index == index) {
            Some(place) => place,
            None => {
                let bound = class.bind(&template)?;
                let (objects, enums) = (ObjectSet::default(), Vec::new());
                self.classes.push(ClassInUse { index, bound, objects, enums });
                self.classes.len() - 1
            }
        };
        Ok((place, template))
    }

    fn count_wanted(&mut self) {
        let used = self.classes.iter().filter(|class| !class.is_unused());
        self.wanted = used.map(ClassInUse::wanted).collect();
    }
}

/// An instance of a class as the client's namespace defines it.
pub(crate) fn spawn(services: &Services, class: &str) -> Result<ObjectAccess> {
    let spawn = || services.get_object(class)?.spawn_instance();
    spawn().context(|| format!("getting class {class}"))
}

impl<P: Provider> ProviderRefresher for CounterRefresher<P> {
    fn add_object(
        &mut self,
        services: &Services,
        template: &ObjectAccess,
        context: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        let (place, _) = self.class_in_use(services, &template.class_name()?)?;
        let class = &mut self.classes[place];
        let served = &self.served.classes[class.index];
        let keys = keys_of(template, served.keys())?;
        let time = self.source.sample(Wanted::of(&[WantedClass::instances(class.index)]))?;
        let mut finder = Finder { keys: &keys, identity: None };
        class.bound.write_all(&self.source, &time, &mut finder)?;
        let missing = || not_found(served.name(), served.keys(), &keys);
        let identity = finder.identity.ok_or_else(missing)?;
        let object = template.clone_object()?;
        let selection = class.bound.select(wanted_names(context).as_deref());
        selection.mark_others(&object)?;
        let id = next_id();
        class.objects.insert(identity, id, keys, Target { object: object.clone(), selection });
        self.count_wanted();
        Ok((object, id))
    }

    fn add_enum(
        &mut self,
        services: &Services,
        class: &str,
        context: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32> {
        let (place, template) = self.class_in_use(services, class)?;
        let id = next_id();
        let class = &mut self.classes[place];
        let selection = class.bound.select(wanted_names(context).as_deref());
        let keys = self.served.classes[class.index].keys();
        class.enums.push(RefreshedEnum::new(id, template, keys, selection, target));
        self.count_wanted();
        Ok(id)
    }

    fn stop_refreshing(&mut self, id: i32) -> Result<()> {
        let removed = self.classes.iter_mut().any(|class| class.remove(id));
        self.classes.retain(|class| !class.is_unused());
        self.count_wanted();
        if removed { Ok(()) } else { Err(Status::WBEM_E_NOT_FOUND.into()) }
    }

    fn refresh(&mut self, _: i32) -> Result<Status, Status> {
        if self.wanted.is_empty() {
            return Ok(Status::WBEM_S_NO_ERROR);
        }
        let time = self.source.sample(Wanted::of(&self.wanted)).map_err(|error| error.status())?;
        let mut all_there = true;
        for ClassInUse { bound, objects, enums, .. } in &mut self.classes {
            if !objects.is_empty() {
                objects.begin();
                bound.write_all(&self.source, &time, objects)?;
                all_there &= objects.end(bound, &self.source, &time)?;
            }
            for refreshed in enums {
                refreshed.begin();
                bound.write_all(&self.source, &time, refreshed)?;
                refreshed.end()?;
            }
        }
        Ok(if all_there { Status::WBEM_S_NO_ERROR } else { Status::WBEM_S_PARTIAL_RESULTS })
    }
}

impl<S> ClassInUse<S> {
    fn remove(&mut self, id: i32) -> bool {
        let before = self.enums.len();
        self.enums.retain(|refreshed| refreshed.id != id);
        self.enums.len() != before || self.objects.remove(id)
    }

    fn is_unused(&self) -> bool {
        self.enums.is_empty() && self.objects.is_empty()
    }

    fn wanted(&self) -> WantedClass {
        let mut wanted = WantedClass::instances(self.index);
        self.objects.targets.iter().for_each(|target| wanted.add(&target.selection));
        self.enums.iter().for_each(|refreshed| wanted.add(&refreshed.selection));
        wanted
    }
}

/// Single objects, sorted by the identity of their instance: the one they were
/// added for, never another that takes over its name.
#[derive(Default)]
struct ObjectSet {
    identities: Vec<u64>,
    ids: Vec<i32>,
    keys: Vec<Vec<Value>>,
    targets: Vec<Target>,
    /// Whether the instance was in the sample.
    seen: Vec<bool>,
    /// Why the counters are all NULL, of an instance that was not.
    lost: Vec<Option<Reason>>,
}

impl ObjectSet {
    fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    fn insert(&mut self, identity: u64, id: i32, keys: Vec<Value>, target: Target) {
        let place = self.identities.partition_point(|known| *known <= identity);
        self.identities.insert(place, identity);
        self.ids.insert(place, id);
        self.keys.insert(place, keys);
        self.targets.insert(place, target);
        self.seen.insert(place, false);
        self.lost.insert(place, None);
    }

    fn remove(&mut self, id: i32) -> bool {
        let Some(place) = self.ids.iter().position(|known| *known == id) else { return false };
        self.identities.remove(place);
        self.ids.remove(place);
        self.keys.remove(place);
        self.targets.remove(place);
        self.seen.remove(place);
        self.lost.remove(place);
        true
    }

    fn begin(&mut self) {
        self.seen.fill(false);
    }

    /// Clears what was not in the sample, and says whether all was.
    fn end<S>(&mut self, bound: &Bound<S>, source: &S, time: &Timestamps) -> Result<bool, Status> {
        if !self.seen.contains(&false) {
            return Ok(true);
        }
        let mut namesakes = Namesakes { objects: self };
        bound.write_all(source, time, &mut namesakes)?;
        for (place, target) in self.targets.iter().enumerate() {
            if !self.seen[place] && self.lost[place].is_none() {
                self.lost[place] = Some(Reason::Gone);
            }
            if let Some(reason) = self.lost[place] {
                bound.clear(target, reason)?;
            }
        }
        Ok(false)
    }

    fn places_of(&self, identity: u64) -> Range<usize> {
        let start = self.identities.partition_point(|known| *known < identity);
        let same = self.identities[start..].iter().take_while(|known| **known == identity).count();
        start..start + same
    }
}

impl Targets for ObjectSet {
    fn of(&mut self, instance: Instance<'_>) -> Result<&[Target], Status> {
        let places = self.places_of(instance.identity());
        self.seen[places.clone()].fill(true);
        self.lost[places.clone()].fill(None);
        Ok(&self.targets[places])
    }
}

/// Finds which of the lost instances have a namesake. Writes nothing.
struct Namesakes<'a> {
    objects: &'a mut ObjectSet,
}

impl Targets for Namesakes<'_> {
    fn of(&mut self, instance: Instance<'_>) -> Result<&[Target], Status> {
        let ObjectSet { keys, seen, lost, .. } = &mut *self.objects;
        for ((keys, seen), lost) in keys.iter().zip(seen).zip(lost) {
            if !*seen && instance.is(keys) {
                *lost = Some(Reason::Reborn);
            }
        }
        Ok(&[])
    }
}

/// An enumerator and its instances, in the order of the sample.
///
/// The first `place` of the rows are those of the sample's instances so far;
/// what remains behind them at the end is gone.
struct RefreshedEnum {
    id: i32,
    template: ObjectAccess,
    keys: &'static [&'static str],
    selection: Selection,
    target: HiPerfEnum,
    identities: Vec<u64>,
    ids: Vec<i32>,
    objects: Vec<Target>,
    place: usize,
    added_ids: Vec<i32>,
    added: Vec<ObjectAccess>,
    /// Objects of instances that are gone, for instances to come.
    spare: Vec<Target>,
}

impl RefreshedEnum {
    fn new(
        id: i32,
        template: ObjectAccess,
        keys: &'static [&'static str],
        selection: Selection,
        target: HiPerfEnum,
    ) -> RefreshedEnum {
        RefreshedEnum {
            id,
            template,
            keys,
            selection,
            target,
            identities: Vec::new(),
            ids: Vec::new(),
            objects: Vec::new(),
            place: 0,
            added_ids: Vec::new(),
            added: Vec::new(),
            spare: Vec::new(),
        }
    }

    fn begin(&mut self) {
        self.place = 0;
    }

    /// Tells the client's enumerator what came and what went. In this order:
    /// what came in a refresh that failed halfway may be gone by now.
    fn end(&mut self) -> Result<(), Status> {
        if !self.added.is_empty() {
            self.target.add_objects(&self.added_ids, &self.added)?;
            self.added_ids.clear();
            self.added.clear();
        }
        if self.place < self.ids.len() {
            self.target.remove_objects(&self.ids[self.place..])?;
            self.identities.truncate(self.place);
            self.ids.truncate(self.place);
            self.spare.extend(self.objects.drain(self.place..));
        }
        Ok(())
    }

    /// Puts a new row at the place of the instance.
    fn insert(&mut self, instance: Instance<'_>) -> Result<()> {
        let target = match self.spare.pop() {
            Some(target) => {
                write_keys(&target.object, self.keys, instance)?;
                target
            }
            None => spawned(&self.template, self.keys, &self.selection, instance)?,
        };
        let id = next_id();
        self.identities.insert(self.place, instance.identity());
        self.ids.insert(self.place, id);
        self.added_ids.push(id);
        self.added.push(target.object.clone());
        self.objects.insert(self.place, target);
        Ok(())
    }
}

impl Targets for RefreshedEnum {
    fn of(&mut self, instance: Instance<'_>) -> Result<&[Target], Status> {
        let (place, identity) = (self.place, instance.identity());
        if self.identities.get(place) != Some(&identity) {
            let behind = self.identities.get(place..).unwrap_or_default();
            match behind.iter().position(|known| *known == identity) {
                Some(distance) => {
                    self.identities.swap(place, place + distance);
                    self.ids.swap(place, place + distance);
                    self.objects.swap(place, place + distance);
                }
                None => self.insert(instance).map_err(|error| error.status())?,
            }
        }
        self.place = place + 1;
        Ok(&self.objects[place..=place])
    }
}
