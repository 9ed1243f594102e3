//! [`Group`]: one refresher of one provider, and what is refreshed by it.

use std::sync::Arc;

use hiperf_cim::Status;
use hiperf_com::client::RefresherClient;

use crate::loading::LoadedProvider;

/// One refresher of one provider: all of its items here share it.
pub(super) struct Group {
    pub provider: Arc<LoadedProvider>,
    pub refresher: RefresherClient,
    /// How many items are from it. Without any it is not refreshed.
    pub uses: usize,
    /// How the latest refresh went.
    pub status: Status,
}

/// Where an item comes from: the group's provider knows it by `provider_id`.
pub(super) struct Source {
    pub group: usize,
    pub provider_id: i32,
}

impl Group {
    /// Keeps the first thing that went wrong after a successful refresh.
    pub fn note(&mut self, copied: Result<(), Status>) {
        if copied.is_err() && self.status == Status::WBEM_S_NO_ERROR {
            self.status = Status::WBEM_S_PARTIAL_RESULTS;
        }
    }
}
