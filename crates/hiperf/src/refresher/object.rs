//! [`ObjectItem`]: a refreshable object, the provider's and the client's.

use hiperf_cim::Status;
use hiperf_com::object::Object;

use super::group::Source;

/// An object that a provider refreshes.
pub(super) struct ObjectItem {
    pub id: i32,
    pub source: Source,
    pub provider_object: Object,
    pub client_object: Object,
    /// How the latest copy went.
    pub copied: Status,
}

impl ObjectItem {
    /// Brings the client's object up to date with the provider's; whether that
    /// could be done.
    pub fn copy(&mut self) -> bool {
        self.copied = status_of(self.client_object.copy_from(&self.provider_object));
        self.copied == Status::WBEM_S_NO_ERROR
    }
}

pub(super) fn status_of(result: Result<(), Status>) -> Status {
    result.err().unwrap_or(Status::WBEM_S_NO_ERROR)
}
