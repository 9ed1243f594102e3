//! [`ObjectItem`]: a refreshable object, the provider's and the client's.

use hiperf_com::object::Object;

use super::group::Source;

pub(super) struct ObjectItem {
    pub id: i32,
    pub source: Source,
    pub provider_object: Object,
    pub client_object: Object,
}
