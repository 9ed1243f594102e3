//! [`Incomplete`]: what the latest refresh did not bring up to date, and what is
//! known of it.
//!
//! A provider answers a refresh with one status for all that it refreshes.
//! `WBEM_S_PARTIAL_RESULTS` says that something of it is missing and not what,
//! so its items are told apart by what they lack: an item with a value that
//! could not be read is known to be incomplete, the others may be.
//!
//! This is for whoever asks why, between two refreshes: it looks at every value
//! and allocates.

use hiperf_cim::{Error, Reason, Status};
use hiperf_com::object::Object;

use super::group::{Group, Source};
use super::{EnumId, ObjectId, Refresher, RefresherId};

/// Something that was added to a refresher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemId {
    /// By [`Refresher::add_object`].
    Object(ObjectId),
    /// By [`Refresher::add_enum`].
    Enum(EnumId),
    /// By [`Refresher::add_refresher`].
    Refresher(RefresherId),
}

impl From<ItemId> for i32 {
    fn from(id: ItemId) -> i32 {
        match id {
            ItemId::Object(ObjectId(id)) | ItemId::Enum(EnumId(id)) | ItemId::Refresher(RefresherId(id)) => {
                id
            }
        }
    }
}

/// An item that the latest refresh did not bring up to date, or may not have.
#[derive(Debug)]
#[non_exhaustive]
pub struct Incomplete<'a> {
    /// Which it is.
    pub item: ItemId,
    /// How the refresh went for it: see [`Refresher::status`].
    pub status: Status,
    /// The provider that refreshes it; `None` for what is fetched or nested.
    pub provider: Option<&'a str>,
    /// What the provider or its host had to say, if it failed.
    pub error: Option<&'a Error>,
    /// How many values could not be read, by reason. Those that are missing for
    /// other reasons, as those of a formatted class are at first, are none of
    /// them. A nested refresher has a report of its own.
    pub missing: Vec<(Reason, usize)>,
}

impl Incomplete<'_> {
    /// Whether it is known to be incomplete. Otherwise its provider couldn't
    /// refresh everything and didn't say what.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.status != Status::WBEM_S_PARTIAL_RESULTS || !self.missing.is_empty()
    }

    /// Whether its values are those of an earlier refresh.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        // What was fetched and isn't there has no values any more.
        let is_gone = self.provider.is_none() && self.status == Status::WBEM_E_NOT_FOUND;
        self.status.is_error() && !is_gone
    }
}

impl Refresher {
    /// The items that the latest refresh did not bring up to date, or may not
    /// have, in the order in which they were added; none after one that was
    /// [`Complete`](super::Refreshed::Complete).
    #[must_use]
    pub fn incomplete(&self) -> Vec<Incomplete<'_>> {
        let objects = self.objects.iter().map(|item| {
            let missing = missing(std::iter::once(&item.client_object));
            self.of_group(ItemId::Object(ObjectId(item.id)), &item.source, missing)
        });
        let enums = self.enums.iter().map(|item| {
            let missing = missing(item.rows.objects());
            self.of_group(ItemId::Enum(EnumId(item.id)), &item.source, missing)
        });
        let alone = |item, status, missing| Incomplete { item, status, provider: None, error: None, missing };
        let fetched = self.fetched.client_objects().map(|client| {
            let missing = missing(std::iter::once(&client.object));
            alone(ItemId::Object(ObjectId(client.id)), client.status, missing)
        });
        let listed = self
            .fetched
            .enums
            .iter()
            .map(|item| alone(ItemId::Enum(EnumId(item.id)), item.status, missing(item.rows.objects())));
        let nested = self
            .nested
            .iter()
            .map(|item| alone(ItemId::Refresher(RefresherId(item.id)), item.status, Vec::new()));
        let all = objects.chain(enums).chain(fetched).chain(listed).chain(nested);
        let is_incomplete = |one: &Incomplete<'_>| one.status != Status::WBEM_S_NO_ERROR;
        // Those below 0 are the refresher's own.
        let mut found: Vec<_> = all.filter(|one| is_incomplete(one) && i32::from(one.item) > 0).collect();
        found.sort_by_key(|one| i32::from(one.item));
        found
    }

    fn of_group(&self, item: ItemId, source: &Source, missing: Vec<(Reason, usize)>) -> Incomplete<'_> {
        let Group { provider, failure, .. } = &self.groups[source.group];
        let status = self.status(item).unwrap_or(Status::WBEM_S_NO_ERROR);
        Incomplete { item, status, provider: Some(provider.name()), error: failure.as_ref(), missing }
    }
}

/// How many values of these objects could not be read, by reason.
fn missing<'a>(objects: impl Iterator<Item = &'a Object>) -> Vec<(Reason, usize)> {
    const UNREAD: [Reason; 5] = [Reason::Gone, Reason::Reborn, Reason::Stale, Reason::Denied, Reason::Failed];
    let mut counts = UNREAD.map(|reason| (reason, 0));
    for object in objects {
        for reason in (0..object.class().properties().len()).filter_map(|index| object.why_at(index)) {
            counts.iter_mut().filter(|(known, _)| *known == reason).for_each(|(_, count)| *count += 1);
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}
