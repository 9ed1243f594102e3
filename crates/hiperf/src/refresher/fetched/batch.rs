//! [`Batch`]: the objects of one class of a provider that has no
//! CreateRefreshableObject. GetObjects fills them all at once, so they are of
//! one moment.
//!
//! GetObjects knows an instance by its keys only. One that was once not found
//! is therefore gone for good: who bears its name later may be another.

use std::sync::Arc;

use hiperf_cim::{Error, Status};
use hiperf_com::client::Context;
use hiperf_com::object::Object;
use hiperf_com::{ComPtr, IWbemObjectAccess};

use super::ClientObject;
use crate::loading::LoadedProvider;
use crate::serving;

/// Objects that a provider fills in one call.
pub(in crate::refresher) struct Batch {
    provider: Arc<LoadedProvider>,
    context: Option<Context>,
    members: Vec<Member>,
    /// What is passed to the provider: the objects of all members that are there.
    array: Vec<ComPtr<IWbemObjectAccess>>,
}

struct Member {
    client: ClientObject,
    /// What the provider fills.
    provider_object: Object,
    is_gone: bool,
}

impl Batch {
    /// An empty batch.
    pub fn new(provider: &Arc<LoadedProvider>, context: Option<&Context>) -> Batch {
        let (members, array) = (Vec::new(), Vec::new());
        Batch { provider: provider.clone(), context: context.cloned(), members, array }
    }

    /// Whether an object of this provider, with this context, belongs here.
    pub fn takes(
        &self,
        provider: &Arc<LoadedProvider>,
        context: Option<&Context>,
        client: &ClientObject,
    ) -> bool {
        let pointer = |context: &Context| context.as_com().as_raw();
        Arc::ptr_eq(&self.provider, provider)
            && self.context.as_ref().map(pointer) == context.map(pointer)
            && self.members.iter().all(|member| member.client.keys().class().is_same(client.keys().class()))
    }

    /// Adds an object.
    pub fn add(&mut self, client: ClientObject) {
        let provider_object = Object::new(client.keys().clone());
        self.array.push(provider_object.access().clone());
        self.members.push(Member { client, provider_object, is_gone: false });
    }

    /// Removes the object of this id, if it is here.
    pub fn remove(&mut self, id: i32) {
        self.members.retain(|member| member.client.id != id);
        self.list_members();
    }

    /// Whether no object is left.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The client's objects.
    pub fn client_objects(&self) -> impl Iterator<Item = &ClientObject> {
        self.members.iter().map(|member| &member.client)
    }

    fn list_members(&mut self) {
        let there = self.members.iter().filter(|member| !member.is_gone);
        self.array = there.map(|member| member.provider_object.access().clone()).collect();
    }

    /// Has the provider fill all objects. When one of them is not found, each
    /// is asked for, to learn which.
    pub fn refresh(&mut self) {
        if self.array.is_empty() {
            return;
        }
        let (provider, context) = (&self.provider, self.context.as_ref());
        let there = || self.members.iter().filter(|member| !member.is_gone);
        there().for_each(Member::clear);
        let class = self.members[0].client.keys().class().clone();
        let get = |array: &[_]| match serving::get_objects(provider, array, &class, context) {
            Ok(Some(())) => Ok(()),
            Ok(None) => Err(Status::WBEM_E_PROVIDER_NOT_CAPABLE),
            Err(error) => Err(Error::status(&error)),
        };
        let all = get(&self.array);
        let singly = all == Err(Status::WBEM_E_NOT_FOUND);
        for member in self.members.iter_mut().filter(|member| !member.is_gone) {
            let mut got = all;
            if singly {
                member.clear();
                got = get(std::slice::from_ref(member.provider_object.access()));
            }
            member.take(got);
        }
        if singly {
            self.list_members();
        }
    }
}

impl Member {
    /// Leaves the keys alone, so that nothing of an earlier call stays.
    fn clear(&self) {
        // The object was made of these keys.
        let _never_refused = self.provider_object.set_to(self.client.keys());
    }

    fn take(&mut self, got: Result<(), Status>) {
        match got {
            Ok(()) => self.client.copy(&self.provider_object),
            Err(status) => {
                self.is_gone = status == Status::WBEM_E_NOT_FOUND;
                self.client.miss(status);
            }
        }
    }
}
