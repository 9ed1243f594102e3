//! [`EnumItem`]: a refreshable enumerator of a provider.

use hiperf_cim::Status;

use super::group::Source;
use super::rows::Rows;

/// An enumerator that a provider refreshes.
pub(super) struct EnumItem {
    pub id: i32,
    pub source: Source,
    pub rows: Rows,
    /// How the latest copy went.
    pub copied: Status,
}

impl EnumItem {
    /// Brings the client's rows up to date with the provider's; whether that
    /// could be done.
    pub fn copy(&mut self) -> bool {
        self.copied = match self.rows.copy() {
            Ok(()) => self.rows.list().status(),
            Err(status) => status,
        };
        self.copied == Status::WBEM_S_NO_ERROR
    }
}
