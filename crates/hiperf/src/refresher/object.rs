//! [`ObjectItem`]: a refreshable object, the provider's and the client's.

use hiperf_cim::{Reason, Status};
use hiperf_com::object::{Object, Version};

use super::group::Source;

/// An object that a provider refreshes.
pub(super) struct ObjectItem {
    pub id: i32,
    pub source: Source,
    pub provider_object: Object,
    pub client_object: Object,
    /// The version of the provider's object that the client's is a copy of.
    pub copied_version: Version,
    /// How the latest copy went.
    pub copied: Status,
}

impl ObjectItem {
    /// Brings the client's object up to date with the provider's; whether that
    /// could be done.
    pub fn copy(&mut self) -> bool {
        let copied = self.client_object.copy_changes(&self.provider_object, &mut self.copied_version);
        self.copied = status_of(copied);
        self.copied == Status::WBEM_S_NO_ERROR
    }

    /// Says why the object still lacks what it lacks. It is no copy any more of
    /// what the provider has.
    pub fn explain(&mut self, reason: Reason) {
        self.client_object.explain(reason);
        self.copied_version = Version::default();
    }
}

pub(super) fn status_of(result: Result<(), Status>) -> Status {
    result.err().unwrap_or(Status::WBEM_S_NO_ERROR)
}
