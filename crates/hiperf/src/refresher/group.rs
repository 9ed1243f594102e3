//! [`Group`]: one refresher of one provider, and what is refreshed by it.
//!
//! A group comes with its first item and goes with its last one, so a provider
//! that nothing is left of is not asked again and can be let go.

use std::sync::Arc;

use hiperf_cim::{Error, Reason, Result, Status};
use hiperf_com::client::RefresherClient;
use hiperf_com::error_info;

use super::Refresher;
use crate::loading::LoadedProvider;

/// One refresher of one provider: all of its items here share it. The
/// refresher is let go of before the provider.
pub(super) struct Group {
    pub refresher: RefresherClient,
    pub provider: Arc<LoadedProvider>,
    /// How many items are from it.
    pub uses: usize,
    /// How the latest refresh went.
    pub status: Status,
    /// What the provider or its host had to say, if it failed.
    pub failure: Option<Error>,
}

impl Group {
    /// Has the provider refresh.
    #[inline]
    pub fn refresh(&mut self, flags: i32) {
        let refreshed = error_info::explained("refreshing", || {
            let status = self.refresher.refresh(flags);
            if status.is_error() { Err(status) } else { Ok(status) }
        });
        (self.status, self.failure) = match refreshed {
            Ok(status) => (status, None),
            Err(error) => (error.status(), Some(error)),
        };
    }
}

/// Where an item comes from: the group's provider knows it by `provider_id`.
pub(super) struct Source {
    pub group: usize,
    pub provider_id: i32,
}

/// Why there are no values when a refresh ended like this.
pub(crate) fn reason_of(status: Status) -> Reason {
    match status {
        Status::WBEM_E_ACCESS_DENIED => Reason::Denied,
        Status::WBEM_E_NOT_FOUND => Reason::Gone,
        _ => Reason::Failed,
    }
}

impl Refresher {
    /// Adds an item of a provider to its group, which is made for the first
    /// one; `create` has the provider make it. Nothing when the provider leaves
    /// refreshers or this kind of item out.
    pub(super) fn in_group<T>(
        &mut self,
        provider: &Arc<LoadedProvider>,
        create: impl FnOnce(&RefresherClient) -> Result<Option<(T, i32)>>,
    ) -> Result<Option<(T, Source)>> {
        let known = self.groups.iter().position(|group| Arc::ptr_eq(&group.provider, provider));
        let group = match known {
            Some(group) => group,
            None => {
                let Some(refresher) = provider.create_refresher()? else { return Ok(None) };
                let (provider, status) = (provider.clone(), Status::WBEM_S_NO_ERROR);
                self.groups.push(Group { refresher, provider, uses: 0, status, failure: None });
                self.groups.len() - 1
            }
        };
        let created = create(&self.groups[group].refresher);
        if let Ok(Some((item, provider_id))) = created {
            self.groups[group].uses += 1;
            return Ok(Some((item, Source { group, provider_id })));
        }
        self.drop_if_unused(group);
        created.map(|_nothing| None)
    }

    /// Takes an item out of its group; its provider stops refreshing it.
    pub(super) fn stop_refreshing(&mut self, source: &Source) {
        let Group { provider, refresher, uses, .. } = &mut self.groups[source.group];
        *uses -= 1;
        // The item is gone from here whatever the provider says of it.
        let _provider_answer = provider.client().stop_refreshing(refresher, source.provider_id);
        self.drop_if_unused(source.group);
    }

    fn drop_if_unused(&mut self, index: usize) {
        if self.groups[index].uses > 0 {
            return;
        }
        self.groups.remove(index);
        let objects = self.objects.iter_mut().map(|item| &mut item.source);
        let enums = self.enums.iter_mut().map(|item| &mut item.source);
        for source in objects.chain(enums).filter(|source| source.group > index) {
            source.group -= 1;
        }
    }
}
