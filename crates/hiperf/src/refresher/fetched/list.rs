//! [`FetchedEnum`]: all instances of a class, fetched at each refresh.
//!
//! The instances go the same way as a provider's: into a list, which the
//! client's rows are made to match. Which of them are the same as before is
//! told by their paths.

use std::collections::HashMap;
use std::sync::Arc;

use hiperf_cim::{Class, Instance, Result, Status};
use hiperf_com::client::Context;
use hiperf_com::object::Object;

use super::client_object::conform;
use crate::loading::LoadedProvider;
use crate::refresher::object::status_of;
use crate::refresher::rows::Rows;
use crate::{Namespace, serving};

/// An enumerator whose instances are fetched.
pub(in crate::refresher) struct FetchedEnum {
    pub id: i32,
    pub rows: Rows,
    /// How the latest refresh went.
    pub status: Status,
    source: InstanceSource,
    /// The id of each path; of one that is there twice, of each time.
    ids: HashMap<(String, usize), i32>,
    last_id: i32,
}

/// Where the instances come from.
pub(in crate::refresher) enum InstanceSource {
    /// The repository.
    Stored(Namespace),
    /// A provider, by QueryInstances.
    Queried(Arc<LoadedProvider>, Option<Context>),
}

impl InstanceSource {
    /// All instances of exactly this class, as they are now.
    pub fn instances(&self, class: &Arc<Class>) -> Result<Vec<Instance>> {
        match self {
            InstanceSource::Stored(namespace) => {
                namespace.repository().refresh().instances_of(namespace.folded(), class.name())
            }
            InstanceSource::Queried(provider, context) => {
                serving::all_instances(provider, class, context.as_ref())
            }
        }
    }
}

impl FetchedEnum {
    /// An enumerator whose rows are still empty.
    pub fn new(id: i32, source: InstanceSource, rows: Rows) -> FetchedEnum {
        let (ids, status) = (HashMap::new(), Status::WBEM_S_NO_ERROR);
        FetchedEnum { id, rows, status, source, ids, last_id: 0 }
    }

    /// Fetches the instances; if that fails, they stay as they were.
    pub fn refresh(&mut self) {
        let class = self.rows.list().class().clone();
        match self.source.instances(&class) {
            Ok(instances) => {
                self.list(instances, &class);
                self.status = status_of(self.rows.copy());
            }
            Err(error) => self.status = error.status(),
        }
    }

    fn list(&mut self, instances: Vec<Instance>, class: &Arc<Class>) {
        let mut ids = HashMap::with_capacity(instances.len());
        let mut entries = Vec::with_capacity(instances.len());
        for instance in instances {
            let instance = conform(instance, class);
            let path = serving::key_path(&instance);
            let mut key = (path, 0);
            while ids.contains_key(&key) {
                key.1 += 1;
            }
            let id = self.ids.get(&key).copied().unwrap_or_else(|| {
                self.last_id = self.last_id.wrapping_add(1);
                self.last_id
            });
            entries.push((id, Object::new(instance)));
            ids.insert(key, id);
        }
        self.ids = ids;
        self.rows.list().replace(entries.into_iter());
    }
}
