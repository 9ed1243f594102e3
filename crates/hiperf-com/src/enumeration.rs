//! The instances of a refreshable enumerator: [`ObjectList`], and the two
//! `IWbemHiPerfEnum` over one, the provider's and the client's.
//!
//! A provider adds and removes objects inside its Refresh; a client may only
//! read. Both hold the same kind of list, but not the same list: the engine
//! copies from one to the other.
//!
//! Where the documents are silent: a batch is added or removed whole or not at
//! all; removing an unknown id is `WBEM_E_NOT_FOUND`; objects keep the order in
//! which they were added; and only objects that hiperf made, of exactly the
//! enumerator's class, are taken.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hiperf_cim::{Class, Instance, Status};

use crate::access::HiPerfEnum as HiPerfEnumAccess;
use crate::object::Object;
use crate::param::{require, slice, store};
use crate::probe::refusals;
use crate::{ComPtr, IWbemHiPerfEnum, IWbemHiPerfEnum_Impl, IWbemObjectAccess, answer, com_class, downcast};

/// Objects with the ids their provider gave them, in order.
#[derive(Debug)]
pub struct ObjectList {
    class: Arc<Class>,
    /// What objects begin as, if they are the client's own.
    template: Option<Instance>,
    contents: Mutex<Contents>,
    version: AtomicU64,
    /// The [`Status`] of the whole list.
    status: AtomicU32,
}

/// What a provider that rebuilds its list in each refresh needs again is kept.
#[derive(Debug, Default)]
struct Contents {
    entries: Vec<(i32, Object)>,
    /// The ids of the entries.
    ids: HashSet<i32>,
    /// Room for a batch that is looked at before it is added.
    batch: Vec<(i32, Object)>,
}

impl ObjectList {
    /// An empty list of instances of `class`.
    #[must_use]
    pub fn new(class: Arc<Class>) -> Arc<ObjectList> {
        ObjectList::with_template(class, None)
    }

    /// An empty list of instances of `class`, which are the client's own objects
    /// at once and not copied to others: so whoever fills it has to bring a whole
    /// refresh into them or nothing. `template` is what they begin as.
    #[must_use]
    pub fn of_client_objects(class: Arc<Class>, template: Instance) -> Arc<ObjectList> {
        ObjectList::with_template(class, Some(template))
    }

    fn with_template(class: Arc<Class>, template: Option<Instance>) -> Arc<ObjectList> {
        let (version, status) = (AtomicU64::new(0), AtomicU32::new(Status::WBEM_S_NO_ERROR.0));
        Arc::new(ObjectList { class, template, contents: Mutex::default(), version, status })
    }

    /// Whether the objects are the client's own.
    #[must_use]
    pub fn is_of_client_objects(&self) -> bool {
        self.template.is_some()
    }

    /// A new object, which is not in the list yet.
    #[must_use]
    pub fn new_object(&self) -> Object {
        Object::new(self.template.clone().unwrap_or_else(|| Instance::spawn(&self.class)))
    }

    /// The class of the objects.
    #[must_use]
    pub fn class(&self) -> &Arc<Class> {
        &self.class
    }

    /// The list behind the enumerator that a provider got, if it is one of
    /// [`ObjectList::for_provider`].
    #[must_use]
    pub fn of_provider(enumerator: &HiPerfEnumAccess) -> Option<Arc<ObjectList>> {
        let found = downcast::<HiPerfEnum>(enumerator.as_com().as_unknown())?;
        found.may_change.then(|| found.list.clone())
    }

    /// A number that changes whenever objects come or go.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Whether whoever fills the list still does; otherwise, why not.
    #[must_use]
    pub fn status(&self) -> Status {
        Status(self.status.load(Ordering::Relaxed))
    }

    /// Says whether the list is still filled. COM has no word for it, so it is
    /// for those who have the list itself.
    pub fn set_status(&self, status: Status) {
        self.status.store(status.0, Ordering::Relaxed);
    }

    /// Calls `visit` with every id and object, in order.
    pub fn for_each(&self, mut visit: impl FnMut(i32, &Object)) {
        self.contents().entries.iter().for_each(|(id, object)| visit(*id, object));
    }

    /// Makes `entries` the contents of the list.
    pub fn replace(&self, entries: impl Iterator<Item = (i32, Object)>) {
        let mut contents = self.contents();
        let contents = &mut *contents;
        contents.entries.clear();
        contents.entries.extend(entries);
        contents.ids.clear();
        contents.ids.extend(contents.entries.iter().map(|(id, _)| *id));
        self.changed();
    }

    /// The enumerator that the provider gets, which may change the list.
    #[must_use]
    pub fn for_provider(self: &Arc<Self>) -> ComPtr<IWbemHiPerfEnum> {
        ComPtr::new(HiPerfEnum { list: self.clone(), may_change: true })
    }

    /// The enumerator that the client gets, which may only read it.
    #[must_use]
    pub fn for_client(self: &Arc<Self>) -> ComPtr<IWbemHiPerfEnum> {
        ComPtr::new(HiPerfEnum { list: self.clone(), may_change: false })
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        // Every change is whole before the lock is released.
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    /// # Safety
    /// Each of `objects` is NULL or an IWbemObjectAccess.
    unsafe fn add(&self, ids: &[i32], objects: &[*mut IWbemObjectAccess]) -> Result<(), Status> {
        // Looking at an object calls it, so it is done outside of the lock.
        let mut batch = std::mem::take(&mut self.contents().batch);
        // SAFETY: the caller's duty.
        let looked = unsafe { self.look_at(ids, objects, &mut batch) };
        let mut contents = self.contents();
        let added = looked.and_then(|()| contents.append(&mut batch));
        if added.is_ok() {
            self.changed();
        }
        batch.clear();
        contents.batch = batch;
        added
    }

    /// Appends what is to be added to `batch`.
    ///
    /// # Safety
    /// Each of `objects` is NULL or an IWbemObjectAccess.
    unsafe fn look_at(
        &self,
        ids: &[i32],
        objects: &[*mut IWbemObjectAccess],
        batch: &mut Vec<(i32, Object)>,
    ) -> Result<(), Status> {
        for (&id, &object) in ids.iter().zip(objects) {
            // SAFETY: the caller's duty.
            let object = unsafe { require(object) }?;
            let object = Object::from_access(&object).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
            if object.is_class() || !object.class().is_same(&self.class) {
                return Err(Status::WBEM_E_INVALID_CLASS);
            }
            batch.push((id, object));
        }
        Ok(())
    }

    fn remove(&self, ids: &[i32]) -> Result<(), Status> {
        let gone: HashSet<i32> = ids.iter().copied().collect();
        let mut contents = self.contents();
        if !gone.is_subset(&contents.ids) {
            return Err(Status::WBEM_E_NOT_FOUND);
        }
        contents.entries.retain(|(id, _)| !gone.contains(id));
        contents.ids.retain(|id| !gone.contains(id));
        self.changed();
        Ok(())
    }
}

impl Contents {
    /// Moves all of a batch here, or nothing.
    fn append(&mut self, batch: &mut Vec<(i32, Object)>) -> Result<(), Status> {
        let Contents { entries, ids, .. } = self;
        let new = batch.iter().take_while(|(id, _)| ids.insert(*id)).count();
        if new < batch.len() {
            batch[..new].iter().for_each(|(id, _)| _ = ids.remove(id));
            return Err(Status::WBEM_E_FAILED);
        }
        entries.append(batch);
        Ok(())
    }
}

/// `IWbemHiPerfEnum` over a list.
struct HiPerfEnum {
    list: Arc<ObjectList>,
    may_change: bool,
}

com_class! { class HiPerfEnum: IWbemHiPerfEnum; }

impl HiPerfEnum {
    fn check_change(&self, flags: i32) -> Result<(), Status> {
        match (self.may_change, flags) {
            (false, _) => Err(Status::WBEM_E_ACCESS_DENIED),
            (true, 0) => Ok(()),
            (true, _) => Err(Status::WBEM_E_INVALID_PARAMETER),
        }
    }
}

/// More objects than this in one call are a mistake, not a machine.
const MAX_OBJECTS: u32 = 1 << 24;

impl IWbemHiPerfEnum_Impl for HiPerfEnum {
    unsafe fn AddObjects(
        &self,
        flags: i32,
        count: u32,
        ids: *const i32,
        objects: *const *mut IWbemObjectAccess,
    ) -> Status {
        answer(|| {
            self.check_change(flags)?;
            if count > MAX_OBJECTS {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: the caller's promise.
            let ids = unsafe { slice(ids, count) }?;
            // SAFETY: the caller's promise.
            let objects = unsafe { slice(objects, count) }?;
            // SAFETY: the caller's promise.
            unsafe { self.list.add(ids, objects) }.map_err(refusals::note).map(|()| Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn RemoveObjects(&self, flags: i32, count: u32, ids: *const i32) -> Status {
        answer(|| {
            self.check_change(flags)?;
            if count > MAX_OBJECTS {
                return Err(Status::WBEM_E_INVALID_PARAMETER);
            }
            // SAFETY: the caller's promise.
            let ids = unsafe { slice(ids, count) }?;
            self.list.remove(ids).map_err(refusals::note).map(|()| Status::WBEM_S_NO_ERROR)
        })
    }

    unsafe fn GetObjects(
        &self,
        flags: i32,
        count: u32,
        objects: *mut *mut IWbemObjectAccess,
        returned: *mut u32,
    ) -> Status {
        if flags != 0 || returned.is_null() || (objects.is_null() && count != 0) {
            return Status::WBEM_E_INVALID_PARAMETER;
        }
        let contents = self.list.contents();
        let entries = &contents.entries;
        let needed = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        // SAFETY: not NULL, so writable by the caller's promise.
        unsafe { store(returned, needed) };
        if count < needed {
            return Status::WBEM_E_BUFFER_TOO_SMALL;
        }
        for (index, (_, object)) in entries.iter().enumerate() {
            // SAFETY: the array has room for `count` pointers, and index is below `needed`.
            let slot = unsafe { objects.add(index) };
            // SAFETY: as above; the reference becomes the caller's.
            unsafe { slot.write(object.access().clone().into_raw()) };
        }
        Status::WBEM_S_NO_ERROR
    }

    unsafe fn RemoveAll(&self, flags: i32) -> Status {
        answer(|| {
            self.check_change(flags)?;
            self.list.replace(std::iter::empty());
            Ok(Status::WBEM_S_NO_ERROR)
        })
    }
}
