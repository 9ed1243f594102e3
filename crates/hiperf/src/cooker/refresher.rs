//! The cooking provider's refresher: two samples an instance, one formula a
//! property, no allocation once warm.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI32, Ordering};

use hiperf_cim::{Instance, Reason, Result, Status};
use hiperf_com::access::{HiPerfEnum, ObjectAccess};
use hiperf_com::client::{Context, Services};
use hiperf_com::object::Object;
use hiperf_com::provider::ProviderRefresher;

use super::Cooking;
use super::recipe::History;
use crate::refresher::{EnumId, ObjectId, reason_of};
use crate::{Refreshed, Refresher, services};

/// Ids of refreshable objects and enumerators, unique in the process.
static NEXT_ID: AtomicI32 = AtomicI32::new(1);

fn next_id() -> i32 {
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

/// The cooked objects of one client's refresher, and the raw ones below them.
#[derive(Default)]
pub(crate) struct CookerRefresher {
    raw: Refresher,
    objects: Vec<CookedObject>,
    enums: Vec<CookedEnum>,
}

struct CookedObject {
    id: i32,
    raw: ObjectId,
    cooking: Cooking,
    cooked: CookedInstance,
}

struct CookedEnum {
    id: i32,
    raw: EnumId,
    cooking: Cooking,
    target: HiPerfEnum,
    /// The version of the raw instances that `rows` reflect.
    version: Option<u64>,
    /// In the order of the raw instances, each with the raw one's id.
    rows: Vec<(i32, CookedInstance)>,
    /// What served instances that are gone, for instances to come.
    spare: Vec<CookedInstance>,
}

/// A cooked object and the two latest samples of its raw one.
struct CookedInstance {
    target: ObjectAccess,
    older: Instance,
    newer: Instance,
    /// Why `newer` holds no sample yet; `None` once it does.
    unsampled: Option<Reason>,
    history: History,
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
        let cooked = CookedInstance::new(target.clone(), &cooking)?;
        self.objects.push(CookedObject { id, raw, cooking, cooked });
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
        self.enums.push(CookedEnum { id, raw, cooking, target, version: None, rows, spare });
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
                (Some(raw), None) => object.cooked.cook(&object.cooking, raw)?,
                (_, reason) => {
                    let reason = reason.unwrap_or(Reason::Stale);
                    object.cooking.recipe.clear(&object.cooked.target, reason)?;
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

impl CookedEnum {
    fn refresh(&mut self, raw: &Refresher, missing: Option<Reason>) -> Result<(), Status> {
        if let Some(reason) = missing {
            return self.rows.iter().try_for_each(|(_, row)| self.cooking.recipe.clear(&row.target, reason));
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
            row.cook(&self.cooking, object)?;
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
                        None => CookedInstance::new(self.cooking.spawn(object)?, &self.cooking)?,
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
                row.unsampled = Some(Reason::Reborn);
            }
        }
        Ok(())
    }
}

impl CookedInstance {
    fn new(target: ObjectAccess, cooking: &Cooking) -> Result<CookedInstance> {
        let (older, newer) = (Instance::spawn(&cooking.raw), Instance::spawn(&cooking.raw));
        let history = cooking.recipe.history(usize::MAX)?;
        Ok(CookedInstance { target, older, newer, unsampled: Some(Reason::NoBaseline), history })
    }

    /// The same storage for another instance, which has no samples yet.
    fn reused(mut self, cooking: &Cooking, raw: &Object) -> Result<CookedInstance> {
        self.unsampled = Some(Reason::NoBaseline);
        self.history.clear();
        cooking.rename(&self.target, raw)?;
        Ok(self)
    }

    /// Takes a sample of `raw` and computes the cooked object from it and the
    /// ones before.
    fn cook(&mut self, cooking: &Cooking, raw: &Object) -> Result<(), Status> {
        std::mem::swap(&mut self.older, &mut self.newer);
        raw.copy_to(&mut self.newer)?;
        let older = self.unsampled.take().map_or(Ok(&self.older), Err);
        cooking.recipe.cook(older, &self.newer, &mut self.history, &self.target)
    }
}
