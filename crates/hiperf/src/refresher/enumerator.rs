//! [`EnumItem`]: a refreshable enumerator, the provider's list and the client's
//! rows, which a refresh makes to match.

use std::collections::HashMap;
use std::sync::Arc;

use hiperf_cim::{Instance, Status};
use hiperf_com::enumeration::ObjectList;
use hiperf_com::object::Object;

use super::group::Source;

pub(super) struct EnumItem {
    pub id: i32,
    pub source: Source,
    /// A new client object: without values, but with server and namespace.
    pub template: Instance,
    /// What the provider writes.
    pub provider_list: Arc<ObjectList>,
    /// The version of `provider_list` that `rows` reflect.
    pub version: u64,
    pub rows: Vec<Row>,
    /// The list behind the client's `IWbemHiPerfEnum`, if a COM client has one.
    pub client_list: Option<Arc<ObjectList>>,
    /// Client objects without an instance, for instances to come.
    pub spare: Vec<Object>,
}

/// One instance of an enumerator.
pub(super) struct Row {
    /// The provider's id: the same as long as it is the same instance.
    pub id: i32,
    pub provider_object: Object,
    pub client_object: Object,
}

impl EnumItem {
    /// Brings the client's rows up to date with the provider's list.
    pub fn copy(&mut self) -> Result<(), Status> {
        let version = self.provider_list.version();
        if version != self.version {
            self.reconcile();
            self.version = version;
        }
        self.rows.iter().try_for_each(|row| row.client_object.copy_from(&row.provider_object))
    }

    /// Makes the rows those of the provider's list. An instance that is still
    /// there keeps its client object; the objects of gone ones wait for new
    /// ones, unless a client still holds them.
    fn reconcile(&mut self) {
        let mut old: HashMap<i32, Object> =
            self.rows.drain(..).map(|row| (row.id, row.client_object)).collect();
        self.provider_list.for_each(|id, provider_object| {
            let client_object = old.remove(&id).or_else(|| self.spare.pop());
            let client_object = client_object.unwrap_or_else(|| Object::new(self.template.clone()));
            self.rows.push(Row { id, provider_object: provider_object.clone(), client_object });
        });
        // First, because the list holds the gone ones too.
        if let Some(list) = &self.client_list {
            list.replace(self.rows.iter().map(|row| (row.id, row.client_object.clone())));
        }
        self.spare.extend(old.into_values().filter(Object::is_unshared));
    }
}
