//! [`NestedItem`]: a refresher within a refresher.
//!
//! It is refreshed after everything of its parent's own, and stays usable by
//! itself. Whether it may be nested at all has been settled before: in Rust a
//! refresher is owned by its parent, so it can't be below itself; in COM
//! `AddRefresher` looks.
//!
//! Source: lifecycle.md section 8.

use hiperf_cim::Status;
use hiperf_com::client::RefresherClient;

use super::{Refreshed, Refresher};

/// A nested refresher.
pub(super) struct NestedItem {
    pub id: i32,
    refresher: Nested,
    /// How its latest refresh went.
    pub status: Status,
}

pub(super) enum Nested {
    /// A Rust program's.
    Own(Box<Refresher>),
    /// A COM client's: one of ours, or a stranger's.
    Com(RefresherClient),
}

impl NestedItem {
    /// A nested refresher that was not refreshed yet.
    pub fn new(id: i32, refresher: Nested) -> NestedItem {
        NestedItem { id, refresher, status: Status::WBEM_S_NO_ERROR }
    }

    pub fn own(&self) -> Option<&Refresher> {
        match &self.refresher {
            Nested::Own(refresher) => Some(refresher),
            Nested::Com(_) => None,
        }
    }

    pub fn own_mut(&mut self) -> Option<&mut Refresher> {
        match &mut self.refresher {
            Nested::Own(refresher) => Some(refresher),
            Nested::Com(_) => None,
        }
    }

    pub fn com(&self) -> Option<&RefresherClient> {
        match &self.refresher {
            Nested::Own(_) => None,
            Nested::Com(refresher) => Some(refresher),
        }
    }

    pub fn refresh(&mut self, flags: i32) {
        self.status = match &mut self.refresher {
            Nested::Own(refresher) => match refresher.refresh_with(flags) {
                Ok(Refreshed::Complete) => Status::WBEM_S_NO_ERROR,
                Ok(Refreshed::Partial) => Status::WBEM_S_PARTIAL_RESULTS,
                Err(status) => status,
            },
            Nested::Com(refresher) => refresher.refresh(flags),
        };
    }
}
