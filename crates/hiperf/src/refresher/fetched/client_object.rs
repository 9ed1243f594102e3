//! [`ClientObject`]: a client's object into which values are fetched.

use std::sync::Arc;

use hiperf_cim::{Class, Instance, Reason, Status, Value};
use hiperf_com::object::Object;

use crate::refresher::object::status_of;
use crate::refresher::reason_of;

/// An object of the client's, which stays the same one.
pub(in crate::refresher) struct ClientObject {
    pub id: i32,
    pub object: Object,
    /// How the latest refresh went.
    pub status: Status,
    /// Its keys and nothing else.
    keys: Instance,
}

impl ClientObject {
    /// An object with the keys of the template and no other value, which the
    /// client sees as one of `shown`: the template's class with whatever texts.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_CLASS`: `shown` is another class.
    pub fn new(id: i32, template: &Instance, shown: &Arc<Class>) -> Result<ClientObject, Status> {
        let mut keys = template.clone();
        let class = template.class().clone();
        for property in class.properties().iter().filter(|property| !property.is_key()) {
            // NULL is a value of every type.
            let _never_refused = keys.put(property.name(), &Value::Null);
        }
        let object = Object::new(keys.clone().with_texts_of(shown)?);
        object.explain(Reason::Stale);
        Ok(ClientObject { id, object, status: Status::WBEM_S_NO_ERROR, keys })
    }

    /// An instance with its keys and nothing else.
    pub fn keys(&self) -> &Instance {
        &self.keys
    }

    /// Takes over what was fetched.
    pub fn take(&mut self, fetched: Result<Instance, Status>) {
        match fetched {
            Ok(instance) => {
                let instance = conform(instance, self.keys.class());
                self.status = status_of(self.object.set_to(&instance));
            }
            Err(status) => self.miss(status),
        }
    }

    /// Takes over the values of another object of the same class.
    pub fn copy(&mut self, from: &Object) {
        self.status = status_of(self.object.copy_from(from));
    }

    /// There are no new values, for this reason. Of what is gone the old ones
    /// are not kept either.
    pub fn miss(&mut self, status: Status) {
        self.status = status;
        if status == Status::WBEM_E_NOT_FOUND {
            // The class is its own.
            let _never_refused = self.object.set_to(&self.keys);
        }
        self.object.explain(reason_of(status));
    }
}

/// The instance as one of `class`. They are the same unless the class was
/// changed while the client had an object of it: then what is there under the
/// same name and type is taken over, and the rest is NULL.
pub(in crate::refresher) fn conform(instance: Instance, class: &Arc<Class>) -> Instance {
    if Arc::ptr_eq(instance.class(), class) {
        return instance;
    }
    let mut conformed = Instance::spawn(class);
    for property in class.properties() {
        let name = property.name();
        let same = instance.class().index_of(name);
        let same = same.filter(|&index| instance.class().properties()[index].ty() == property.ty());
        let value = same.map_or(Value::Null, |index| instance.value(index));
        // An embedded object may be of a class that is no longer wanted.
        if conformed.put(name, &value).is_err() {
            let _never_refused = conformed.put(name, &Value::Null);
        }
    }
    conformed
}
