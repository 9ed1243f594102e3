//! [`Fetched`]: what no provider refreshes, fetched anew at each refresh.
//!
//! ```text
//! StoredObject     an instance that is stored in the repository
//! Batch            objects of a provider without CreateRefreshableObject: GetObjects
//! ListedObject     objects of one that has neither: out of an enumerator
//! FetchedEnum      stored instances, or those of a provider without CreateRefreshableEnum
//! ```
//!
//! The client's object stays the same one. What can't be found any more is
//! gone: its values are NULL and its status is `WBEM_E_NOT_FOUND`; what can't
//! be fetched keeps its last values. Either makes the refresh partial.
//!
//! This is ordinary code, which allocates. A refresher that has none of it
//! doesn't come here.
//!
//! Source: lifecycle.md sections 7 and 12.

mod batch;
mod client_object;
mod list;
mod listed;
mod stored;

use hiperf_cim::Status;
use hiperf_com::object::Object;

use super::rows::Rows;
pub(super) use batch::Batch;
pub(super) use client_object::ClientObject;
pub(super) use list::{FetchedEnum, InstanceSource};
pub(super) use listed::ListedObject;
pub(super) use stored::StoredObject;

/// Everything of a refresher that is fetched.
#[derive(Default)]
pub(super) struct Fetched {
    pub stored: Vec<StoredObject>,
    pub batches: Vec<Batch>,
    pub listed: Vec<ListedObject>,
    pub enums: Vec<FetchedEnum>,
}

impl Fetched {
    /// Fetches everything but the listed objects, for which every enumerator
    /// has to be up to date.
    pub fn refresh(&mut self) {
        self.stored.iter_mut().for_each(StoredObject::refresh);
        self.batches.iter_mut().for_each(Batch::refresh);
        self.enums.iter_mut().for_each(FetchedEnum::refresh);
    }

    /// All objects.
    pub fn client_objects(&self) -> impl Iterator<Item = &ClientObject> {
        let stored = self.stored.iter().map(|stored| &stored.client);
        let batches = self.batches.iter().flat_map(Batch::client_objects);
        stored.chain(batches).chain(self.listed.iter().map(|listed| &listed.client))
    }

    /// The object of this id.
    pub fn object(&self, id: i32) -> Option<&Object> {
        self.client_objects().find(|client| client.id == id).map(|client| &client.object)
    }

    /// The rows of the enumerator of this id.
    pub fn rows(&self, id: i32) -> Option<&Rows> {
        self.enums.iter().find(|item| item.id == id).map(|item| &item.rows)
    }

    /// How the latest refresh went for everything, by id.
    pub fn statuses(&self) -> impl Iterator<Item = (i32, Status)> {
        let objects = self.client_objects().map(|client| (client.id, client.status));
        objects.chain(self.enums.iter().map(|item| (item.id, item.status)))
    }

    /// Removes the object or enumerator of this id; whether there was one.
    pub fn remove(&mut self, id: i32) -> bool {
        let before = self.statuses().count();
        self.stored.retain(|stored| stored.client.id != id);
        self.batches.iter_mut().for_each(|batch| batch.remove(id));
        self.batches.retain(|batch| !batch.is_empty());
        self.listed.retain(|listed| listed.client.id != id);
        self.enums.retain(|item| item.id != id);
        self.statuses().count() != before
    }
}
