//! The cooking provider's refresher: two samples an instance, one formula a
//! property, no allocation once warm.
//!
//! What goes by the lane is sampled there; whole samples are kept only of
//! instances of which something doesn't.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI32, Ordering};

use hiperf_cim::cook::LaneSample;
use hiperf_cim::{Instance, Reason, Result, Status};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, Services};
use hiperf_com::object::Object;
use hiperf_com::provider::ProviderRefresher;

use super::Cooking;
use super::recipe::{History, LaneWork};
use crate::refresher::{EnumId, ObjectId, reason_of};
use crate::{Namespace, Refreshed, Refresher, services};

/// Ids of refreshable objects and enumerators, unique in the process.
static NEXT_ID: AtomicI32 = AtomicI32::new(1);

fn next_id() -> i32 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

/// The cooked objects of one client's refresher, and the raw ones below them.
pub(crate) struct CookerRefresher {
    raw: Refresher,
    objects: Vec<CookedObject>,
    enums: Vec<CookedEnum>,
    /// Samples that a statistic is over, at most.
    samples: usize,
}

impl Default for CookerRefresher {
    fn default() -> CookerRefresher {
        CookerRefresher { raw: Refresher::new(), objects: Vec::new(), enums: Vec::new(), samples: usize::MAX }
    }
}

struct CookedObject {
    id: i32,
    raw: ObjectId,
    cooking: Cooking,
    cooked: CookedInstance,
    work: LaneWork,
}

struct CookedEnum {
    id: i32,
    raw: EnumId,
    cooking: Cooking,
    work: LaneWork,
    target: HiPerfEnum,
    /// The version of the raw instances that `rows` reflect.
    version: Option<u64>,
    /// In the order of the raw instances, each with the raw one's id.
    rows: Vec<(i32, CookedInstance)>,
    /// What served instances that are gone, for instances to come.
    spare: Vec<CookedInstance>,
    samples: usize,
}

/// A cooked object and the latest samples of its raw one.
struct CookedInstance {
    target: ObjectAccess,
    /// The target, if it is an instance of ours.
    own: Option<Object>,
    lane_sample: Option<LaneSample>,
    /// Boxed, as few have any: the rows of a refresh are gone through each time.
    samples: Option<Box<Samples>>,
    history: History,
}

/// The two latest samples of an instance, whole.
struct Samples {
    older: Instance,
    newer: Instance,
    /// Why `newer` holds no sample yet; `None` once it does.
    unsampled: Option<Reason>,
}

impl ProviderRefresher for CookerRefresher {
    fn add_object(
        &mut self,
        services: &Services,
        template: &ObjectAccess,
        context: Option<&Context>,
    ) -> Result<(ObjectAccess, i32)> {
        let namespace = services::namespace_of(services)?;
        let cooking = Cooking::new(&namespace, &template.class_name()?, context)?;
        let raw = cooking.sample_one(&mut self.raw, &namespace, template)?;
        let target = template.clone_object()?;
        cooking.recipe.mark_others(&target)?;
        let id = next_id();
        let cooked = CookedInstance::new(target.clone(), &cooking, self.samples)?;
        let work = cooking.recipe.lane_work();
        self.objects.push(CookedObject { id, raw, cooking, cooked, work });
        Ok((target, id))
    }

    fn add_enum(
        &mut self,
        services: &Services,
        class: &str,
        context: Option<&Context>,
        target: HiPerfEnum,
    ) -> Result<i32> {
        let namespace = services::namespace_of(services)?;
        let cooking = Cooking::new(&namespace, class, context)?;
        let raw = cooking.sample_all(&mut self.raw, &namespace)?;
        let id = next_id();
        let (rows, spare) = (Vec::new(), Vec::new());
        let (samples, work) = (self.samples, cooking.recipe.lane_work());
        self.enums.push(CookedEnum { id, raw, cooking, work, target, version: None, rows, spare, samples });
        Ok(id)
    }

    fn stop_refreshing(&mut self, id: i32) -> Result<()> {
        if let Some(index) = self.objects.iter().position(|object| object.id == id) {
            let raw = self.objects.remove(index).raw;
            return self.raw.remove(raw);
        }
        match self.enums.iter().position(|cooked| cooked.id == id) {
            Some(index) => {
                let raw = self.enums.remove(index).raw;
                self.raw.remove(raw)
            }
            None => Err(Status::WBEM_E_NOT_FOUND.into()),
        }
    }

    /// Where a raw sample is missing because its provider failed, the cooked
    /// values are NULL. If all failed, so does this refresh, and its error says
    /// that no value is of now.
    fn refresh(&mut self, flags: i32) -> Result<Status, Status> {
        let refreshed = self.raw.refresh_with(flags)?;
        let missing = |status: Option<Status>| match status {
            Some(status) if status.is_error() => Some(reason_of(status)),
            Some(_) => None,
            None => Some(Reason::Stale),
        };
        for object in &mut self.objects {
            let missing = missing(self.raw.status(object.raw));
            match (self.raw.client_object(object.raw), missing) {
                (Some(raw), None) => object.cooked.cook(&object.cooking, raw, &mut object.work)?,
                (_, reason) => {
                    let reason = reason.unwrap_or(Reason::Stale);
                    object.cooked.write_missing(&object.cooking, reason)?;
                }
            }
        }
        for cooked in &mut self.enums {
            let missing = missing(self.raw.status(cooked.raw));
            cooked.refresh(&self.raw, missing)?;
        }
        Ok(match refreshed {
            Refreshed::Complete => Status::WBEM_S_NO_ERROR,
            Refreshed::Partial => Status::WBEM_S_PARTIAL_RESULTS,
        })
    }
}

/// For questions that are answered by a refresher of their own.
impl CookerRefresher {
    /// A refresher whose statistics are over the latest sample alone.
    pub(super) fn of_one_sample() -> CookerRefresher {
        CookerRefresher { samples: 1, ..CookerRefresher::default() }
    }

    fn cookings(&self) -> impl Iterator<Item = &Cooking> {
        let of_objects = self.objects.iter().map(|object| &object.cooking);
        of_objects.chain(self.enums.iter().map(|cooked| &cooked.cooking))
    }

    /// Whether any value is the difference of two samples.
    pub(super) fn needs_two_samples(&self) -> bool {
        self.cookings().any(|cooking| cooking.recipe.needs_two_samples())
    }

    /// Whether the classes it cooks are still those of the namespace.
    pub(super) fn is_of_classes_of(&self, namespace: &Namespace) -> bool {
        self.cookings().all(|cooking| cooking.is_of_classes_of(namespace))
    }

    /// Whether raw instances are fetched from the namespace at each refresh.
    pub(super) fn has_fetched(&self) -> bool {
        self.raw.has_fetched()
    }

    /// Bytes that the instances take: of each the provider's object, the
    /// refresher's, two samples, and what is cooked.
    pub(super) fn bytes(&self) -> usize {
        let of_one = |cooking: &Cooking| {
            let (raw, cooked) = (cooking.raw.layout(), cooking.formatted.layout());
            4 * (size_of::<Instance>() + raw.fixed_len()) + size_of::<Instance>() + cooked.fixed_len()
        };
        let of_objects = self.objects.iter().map(|object| of_one(&object.cooking));
        let of_enums = self.enums.iter().map(|cooked| cooked.rows.len() * of_one(&cooked.cooking));
        of_objects.chain(of_enums).sum()
    }

    /// Says in these objects, one for each that was added, why what nobody asked
    /// for is missing.
    pub(super) fn mark_others(&self, targets: &[ObjectAccess]) -> Result<(), Status> {
        let mut objects = self.objects.iter().zip(targets);
        objects.try_for_each(|(object, target)| object.cooking.recipe.mark_others(target))
    }

    /// Has refreshes write to these objects, one for each that was added, and
    /// gives those that they wrote to so far.
    pub(super) fn exchange(&mut self, targets: &mut [ObjectAccess]) {
        let objects = self.objects.iter_mut().zip(targets);
        objects.for_each(|(object, target)| {
            std::mem::swap(&mut object.cooked.target, target);
            if let Some(sample) = &mut object.cooked.lane_sample {
                sample.write_anew();
            }
            object.cooked.own = own_instance(&object.cooked.target);
        });
    }
}

/// The target, if it is an instance of ours.
fn own_instance(target: &ObjectAccess) -> Option<Object> {
    Object::from_access(target.as_com()).filter(|object| !object.is_class())
}

impl CookedEnum {
    fn refresh(&mut self, raw: &Refresher, missing: Option<Reason>) -> Result<(), Status> {
        if let Some(reason) = missing {
            return self.rows.iter_mut().try_for_each(|(_, row)| row.write_missing(&self.cooking, reason));
        }
        let (version, instances) = raw.identified_instances(self.raw).map_err(|error| error.status())?;
        if self.version != Some(version) {
            if let Err(error) = self.reconcile(instances) {
                self.start_over();
                return Err(error.status());
            }
            self.version = Some(version);
        }
        let (_, instances) = raw.identified_instances(self.raw).map_err(|error| error.status())?;
        for ((_, row), (_, object)) in self.rows.iter_mut().zip(instances) {
            row.cook(&self.cooking, object, &mut self.work)?;
        }
        Ok(())
    }

    /// Forgets all instances, so that the next refresh begins with none.
    fn start_over(&mut self) {
        self.version = None;
        self.rows.clear();
        self.spare.clear();
        // If the enumerator refuses this too, so will it what comes next.
        let _refused_again = self.target.remove_all();
    }

    /// Makes the rows those of the raw instances, and tells the client's
    /// enumerator by difference.
    fn reconcile<'a>(&mut self, instances: impl Iterator<Item = (i32, &'a Object)>) -> Result<()> {
        let mut old: HashMap<i32, CookedInstance> = self.rows.drain(..).collect();
        let mut added = Vec::new();
        for (id, object) in instances {
            let row = match old.remove(&id) {
                Some(row) => row,
                None => {
                    added.push(self.rows.len());
                    match self.spare.pop() {
                        Some(row) => row.reused(&self.cooking, object)?,
                        None => {
                            CookedInstance::new(self.cooking.spawn(object)?, &self.cooking, self.samples)?
                        }
                    }
                }
            };
            self.rows.push((id, row));
        }
        self.find_reborn(&added, &old)?;
        let gone: Vec<i32> = old.keys().copied().collect();
        self.spare.extend(old.into_values());
        self.target.remove_objects(&gone)?;
        let added = added.into_iter().map(|place| &self.rows[place]);
        let (ids, objects): (Vec<i32>, Vec<ObjectAccess>) =
            added.map(|(id, row)| (*id, row.target.clone())).unzip();
        self.target.add_objects(&ids, &objects)?;
        Ok(())
    }

    /// Which of the rows that came bear the name of one that went just now.
    fn find_reborn(&mut self, added: &[usize], gone: &HashMap<i32, CookedInstance>) -> Result<()> {
        if gone.is_empty() {
            return Ok(());
        }
        let name_of = |row: &CookedInstance| self.cooking.name_of(|key| row.target.get(key));
        let gone = gone.values().map(name_of).collect::<Result<HashSet<String>>>()?;
        for place in added {
            let row = &mut self.rows[*place].1;
            if gone.contains(&self.cooking.name_of(|key| row.target.get(key))?) {
                row.begin_anew(Reason::Reborn);
            }
        }
        Ok(())
    }
}

impl CookedInstance {
    fn new(target: ObjectAccess, cooking: &Cooking, samples: usize) -> Result<CookedInstance> {
        let history = cooking.recipe.history(samples)?;
        let samples = || {
            let (older, newer) = (Instance::spawn(&cooking.raw), Instance::spawn(&cooking.raw));
            Box::new(Samples { older, newer, unsampled: Some(Reason::NoBaseline) })
        };
        Ok(CookedInstance {
            own: own_instance(&target),
            target,
            lane_sample: cooking.recipe.lane_sample(),
            samples: cooking.recipe.needs_samples().then(samples),
            history,
        })
    }

    /// The same storage for another instance, which has no samples yet.
    fn reused(mut self, cooking: &Cooking, raw: &Object) -> Result<CookedInstance> {
        self.begin_anew(Reason::NoBaseline);
        self.history.clear();
        cooking.rename(&self.target, raw)?;
        Ok(self)
    }

    /// There is no sample before the next one, for this reason.
    fn begin_anew(&mut self, reason: Reason) {
        if let Some(sample) = &mut self.lane_sample {
            sample.clear(reason);
        }
        if let Some(samples) = &mut self.samples {
            samples.unsampled = Some(reason);
        }
    }

    /// The sample is missing: all values are NULL, for this reason.
    fn write_missing(&mut self, cooking: &Cooking, reason: Reason) -> Result<(), Status> {
        if let Some(sample) = &mut self.lane_sample {
            sample.write_anew();
        }
        cooking.recipe.clear(&self.target, reason)
    }

    /// Takes a sample of `raw` and computes the cooked object from it and the
    /// ones before.
    #[inline]
    fn cook(&mut self, cooking: &Cooking, raw: &Object, work: &mut LaneWork) -> Result<(), Status> {
        if let Some(sample) = &mut self.lane_sample {
            cooking.recipe.cook_lane(raw, sample, self.own.as_ref(), &self.target, work)?;
        }
        if let Some(samples) = &mut self.samples {
            let Samples { older, newer, unsampled } = &mut **samples;
            std::mem::swap(older, newer);
            raw.copy_to(newer)?;
            let older = unsampled.take().map_or(Ok(&*older), Err);
            cooking.recipe.cook(older, newer, &mut self.history, &self.target)?;
        }
        Ok(())
    }
}
