//! [`ListedObject`]: one instance out of an enumerator that the client doesn't
//! see, for a provider that has neither CreateRefreshableObject nor GetObjects.
//!
//! At its first refresh it is bound to the instance that has its keys then, and
//! to no other one later: when that is gone, so is the object.

use hiperf_cim::Status;

use super::ClientObject;
use crate::refresher::rows::Rows;
use crate::serving;

/// An object whose values are those of an enumerator's instance.
pub(in crate::refresher) struct ListedObject {
    pub client: ClientObject,
    /// The id of the enumerator.
    pub enum_id: i32,
    binding: Binding,
}

enum Binding {
    /// There was no refresh yet.
    None,
    /// The instance of this identity.
    To(i32),
    Gone,
}

impl ListedObject {
    /// An object that is not bound yet.
    pub fn new(client: ClientObject, enum_id: i32) -> ListedObject {
        ListedObject { client, enum_id, binding: Binding::None }
    }

    /// Takes over the values of its instance, if the enumerator's refresh, of
    /// this status, brought any.
    pub fn take(&mut self, status: Status, rows: &Rows) {
        if status.is_error() {
            return self.client.miss(status);
        }
        let instance = match self.binding {
            Binding::Gone => None,
            Binding::To(bound) => rows.identified().find(|(identity, _)| *identity == bound),
            Binding::None => {
                let path = serving::key_path(self.client.keys());
                rows.identified().find(|(_, object)| serving::key_path(&object.to_instance()) == path)
            }
        };
        match instance {
            Some((identity, object)) => {
                self.binding = Binding::To(identity);
                self.client.copy(object);
            }
            None => {
                self.binding = Binding::Gone;
                self.client.miss(Status::WBEM_E_NOT_FOUND);
            }
        }
    }
}
