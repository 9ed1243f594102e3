//! [`Refresher`]: brings objects of many providers up to date in one call.
//!
//! ```text
//! add_object, add_enum     once: class -> provider -> its refresher -> its object or enumerator,
//!                          and beside each of the provider's objects one of the client's
//! refresh                  1. every provider's refresher writes the provider's objects
//!                          2. their blocks are copied to the client's objects
//!                          3. what no provider refreshes is fetched; nested refreshers follow
//! object, instances        the client reads its own objects, between two refreshes
//! ```
//!
//! Because the provider's objects and the client's are different ones, a
//! reader never sees half a refresh; because `refresh` takes `&mut self`, a
//! program that reads during one does not compile:
//!
//! ```compile_fail,E0502
//! # fn example(namespace: &hiperf::Namespace) -> hiperf::Result<()> {
//! let mut refresher = hiperf::Refresher::new();
//! let memory = refresher.add_object(namespace, "Win32_PerfRawData_PerfOS_Memory=@")?;
//! let object = refresher.object(memory)?;
//! refresher.refresh()?;
//! println!("{}", object.get("AvailableBytes")?); // `object` was borrowed before the refresh
//! # Ok(()) }
//! ```
//!
//! What is read has to be read before, or asked for again after:
//!
//! ```no_run
//! # fn example(namespace: &hiperf::Namespace) -> hiperf::Result<()> {
//! let mut refresher = hiperf::Refresher::new();
//! let memory = refresher.add_object(namespace, "Win32_PerfRawData_PerfOS_Memory=@")?;
//! let object = refresher.object(memory)?;
//! println!("{}", object.get("AvailableBytes")?);
//! refresher.refresh()?;
//! println!("{}", refresher.object(memory)?.get("AvailableBytes")?);
//! # Ok(()) }
//! ```
//!
//! A refresh of an unchanged set of instances allocates nothing and opens
//! nothing. When instances come and go, the client's objects of the gone ones
//! are kept for the new ones.
//!
//! Source: the documentation of `IWbemRefresher` and
//! `IWbemConfigureRefresher`; lifecycle.md sections 5, 7, 8, 9 and 12.

mod adding;
mod enumerator;
mod fetched;
mod group;
mod nested;
mod object;
mod publishing;
mod report;
mod rows;
mod selecting;

use std::sync::Arc;

use hiperf_cim::{Error, Result, Status};
use hiperf_com::client::RefresherClient;
use hiperf_com::enumeration::ObjectList;
use hiperf_com::error_info;
use hiperf_com::object::Object;

use crate::InstanceRef;
use enumerator::EnumItem;
use fetched::Fetched;
use group::Group;
use nested::NestedItem;
use object::ObjectItem;
use rows::Rows;

pub(crate) use group::reason_of;
pub use publishing::{Published, Snapshot};
pub use report::{Incomplete, ItemId};

/// An object added by [`Refresher::add_object`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ObjectId(i32);

/// An enumerator added by [`Refresher::add_enum`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnumId(i32);

/// A refresher added by [`Refresher::add_refresher`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RefresherId(i32);

impl From<RefresherId> for i32 {
    fn from(id: RefresherId) -> i32 {
        id.0
    }
}

impl From<ObjectId> for i32 {
    fn from(id: ObjectId) -> i32 {
        id.0
    }
}

impl From<EnumId> for i32 {
    fn from(id: EnumId) -> i32 {
        id.0
    }
}

/// How complete a refresh was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// Every object is up to date.
    Complete,
    /// Some are not: [`Refresher::incomplete`] tells which.
    Partial,
}

/// A set of refreshable objects, enumerators and other refreshers.
#[derive(Default)]
pub struct Refresher {
    /// In the order in which their first items were added.
    groups: Vec<Group>,
    objects: Vec<ObjectItem>,
    enums: Vec<EnumItem>,
    fetched: Fetched,
    nested: Vec<NestedItem>,
    last_id: i32,
    /// For readers in other threads, once there were any.
    publishing: Option<publishing::Publishing>,
}

impl Refresher {
    /// An empty refresher.
    #[must_use]
    pub fn new() -> Refresher {
        Refresher::default()
    }

    /// Removes an object, an enumerator or a refresher; its provider stops
    /// refreshing it.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: there is none with this id.
    pub fn remove(&mut self, id: impl Into<i32>) -> Result<()> {
        let id = id.into();
        // Those below 0 are the refresher's own.
        if id > 0 && self.remove_item(id) {
            self.remove_unused_lists();
            return Ok(());
        }
        let message = format!("the refresher has no object or enumerator {id}");
        Err(Error::new(Status::WBEM_E_NOT_FOUND, message))
    }

    fn remove_item(&mut self, id: i32) -> bool {
        if let Some(index) = self.objects.iter().position(|item| item.id == id) {
            let source = self.objects.remove(index).source;
            self.stop_refreshing(&source);
        } else if let Some(index) = self.enums.iter().position(|item| item.id == id) {
            let source = self.enums.remove(index).source;
            self.stop_refreshing(&source);
        } else if let Some(index) = self.nested.iter().position(|item| item.id == id) {
            self.nested.remove(index);
        } else {
            return self.fetched.remove(id);
        }
        true
    }

    /// Brings every object up to date.
    ///
    /// # Errors
    /// The first provider's error when every provider failed, and everything
    /// else did too. When only some did, the refresh is [`Refreshed::Partial`],
    /// and what failed keeps its last values.
    pub fn refresh(&mut self) -> Result<Refreshed, Status> {
        self.refresh_with(AUTO_RECONNECT)
    }

    /// As [`Refresher::refresh`], for programs that show the error to a person:
    /// it has the sentence that the provider, or its host, left.
    ///
    /// # Errors
    /// Those of [`Refresher::refresh`].
    pub fn refresh_or_explain(&mut self) -> Result<Refreshed> {
        error_info::explained("refreshing", || self.refresh())
    }

    pub(crate) fn refresh_with(&mut self, flags: i32) -> Result<Refreshed, Status> {
        self.groups.iter_mut().for_each(|group| group.refresh(flags));
        let mut all_copied = true;
        for item in &mut self.objects {
            match self.groups[item.source.group].status {
                failed if failed.is_error() => item.explain(reason_of(failed)),
                _ => all_copied &= item.copy(),
            }
        }
        for item in &mut self.enums {
            match self.groups[item.source.group].status {
                failed if failed.is_error() => item.rows.explain(reason_of(failed)),
                _ => all_copied &= item.copy(),
            }
        }
        self.fetched.refresh();
        self.refresh_listed();
        self.nested.iter_mut().for_each(|item| item.refresh(flags));
        let refreshed = self.outcome(all_copied);
        self.publish_refresh(refreshed);
        refreshed
    }

    /// The listed objects, when every enumerator is up to date.
    fn refresh_listed(&mut self) {
        let mut listed = std::mem::take(&mut self.fetched.listed);
        for object in &mut listed {
            let status = self.status(object.enum_id).unwrap_or(Status::WBEM_E_UNEXPECTED);
            if let Some(rows) = self.rows(object.enum_id) {
                object.take(status, rows);
            }
        }
        self.fetched.listed = listed;
    }

    fn outcome(&self, all_copied: bool) -> Result<Refreshed, Status> {
        let groups = || self.groups.iter().map(|group| group.status);
        let fetched = self.fetched.statuses().map(|(_, status)| status);
        let mut others = fetched.chain(self.nested.iter().map(|item| item.status));
        let is_complete = |status| status == Status::WBEM_S_NO_ERROR;
        match groups().find(|status| status.is_error()) {
            None if all_copied && groups().all(is_complete) && others.all(is_complete) => {
                Ok(Refreshed::Complete)
            }
            Some(first) if groups().all(Status::is_error) && others.all(Status::is_error) => {
                // What the first one had to say is for whoever gets its status.
                self.groups.iter().find_map(|group| group.failure.as_ref()).map(error_info::keep);
                Err(first)
            }
            _ => Ok(Refreshed::Partial),
        }
    }

    /// How the latest refresh went for an object, an enumerator or a refresher;
    /// `None` for an unknown id. Of what a provider refreshes it is the
    /// provider's answer, which is one for all of it; [`Refresher::incomplete`]
    /// tells more.
    #[must_use]
    pub fn status(&self, id: impl Into<i32>) -> Option<Status> {
        let id = id.into();
        let objects = self.objects.iter().map(|item| (item.id, &item.source, item.copied));
        let enums = self.enums.iter().map(|item| (item.id, &item.source, item.copied));
        if let Some((_, source, copied)) = objects.chain(enums).find(|(known, ..)| *known == id) {
            let refreshed = self.groups[source.group].status;
            return Some(if refreshed.is_error() || !copied.is_error() { refreshed } else { copied });
        }
        let nested = self.nested.iter().map(|item| (item.id, item.status));
        self.fetched.statuses().chain(nested).find(|(known, _)| *known == id).map(|(_, status)| status)
    }

    /// The object's values as of the latest refresh; before the first one its
    /// keys alone.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: it was removed.
    pub fn object(&self, id: ObjectId) -> Result<InstanceRef<'_>> {
        self.client_object(id).map(InstanceRef::new).ok_or_else(|| removed(id.0))
    }

    /// The instances that the enumerator had at the latest refresh, in the
    /// order in which the provider added them.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: it was removed.
    pub fn instances(&self, id: EnumId) -> Result<impl ExactSizeIterator<Item = InstanceRef<'_>>> {
        let rows = self.rows(id.0).ok_or_else(|| removed(id.0))?;
        Ok(rows.objects().map(InstanceRef::new))
    }

    /// The instances, each with a number that no other of the enumerator has or
    /// had, and a version that changes whenever instances come or go.
    pub(crate) fn identified_instances(
        &self,
        id: EnumId,
    ) -> Result<(u64, impl ExactSizeIterator<Item = (i32, &Object)>)> {
        let rows = self.rows(id.0).ok_or_else(|| removed(id.0))?;
        Ok((rows.version(), rows.identified()))
    }

    /// A refresher that a Rust program added.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: it was removed.
    pub fn nested(&self, id: RefresherId) -> Result<&Refresher> {
        let item = self.nested.iter().find(|item| item.id == id.0);
        item.and_then(NestedItem::own).ok_or_else(|| removed(id.0))
    }

    /// As [`Refresher::nested`], to add to it or to refresh it alone.
    ///
    /// # Errors
    /// `WBEM_E_NOT_FOUND`: it was removed.
    pub fn nested_mut(&mut self, id: RefresherId) -> Result<&mut Refresher> {
        let item = self.nested.iter_mut().find(|item| item.id == id.0);
        item.and_then(NestedItem::own_mut).ok_or_else(|| removed(id.0))
    }

    /// The refreshers that COM clients added.
    pub(crate) fn nested_com(&self) -> impl Iterator<Item = &RefresherClient> {
        self.nested.iter().filter_map(NestedItem::com)
    }

    /// Whether anything is fetched that no provider refreshes.
    pub(crate) fn has_fetched(&self) -> bool {
        self.fetched.statuses().next().is_some()
    }

    /// The client's object itself, for a COM client.
    pub(crate) fn client_object(&self, id: ObjectId) -> Option<&Object> {
        let refreshed = self.objects.iter().find(|item| item.id == id.0);
        refreshed.map(|item| &item.client_object).or_else(|| self.fetched.object(id.0))
    }

    /// The list of the client's objects, for a COM client. From now on every
    /// refresh keeps it up to date.
    pub(crate) fn client_list(&mut self, id: EnumId) -> Option<Arc<ObjectList>> {
        let refreshed = self.enums.iter_mut().map(|item| (item.id, &mut item.rows));
        let fetched = self.fetched.enums.iter_mut().map(|item| (item.id, &mut item.rows));
        let (_, rows) = refreshed.chain(fetched).find(|(known, _)| *known == id.0)?;
        Some(rows.client_list())
    }

    fn rows(&self, id: i32) -> Option<&Rows> {
        let refreshed = self.enums.iter().find(|item| item.id == id).map(|item| &item.rows);
        refreshed.or_else(|| self.fetched.rows(id))
    }

    fn next_id(&mut self) -> i32 {
        // Positive and never used again; 2^31 additions are out of reach.
        self.last_id += 1;
        self.last_id
    }
}

/// `WBEM_FLAG_REFRESH_AUTO_RECONNECT`, the default.
const AUTO_RECONNECT: i32 = 0;

fn removed(id: i32) -> Error {
    Error::new(Status::WBEM_E_NOT_FOUND, format!("the refresher has no object or enumerator {id} any more"))
}
