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
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hiperf_cim::{Class, Status};

use crate::object::Object;
use crate::param::{require, slice, store};
use crate::{ComPtr, IWbemHiPerfEnum, IWbemHiPerfEnum_Impl, IWbemObjectAccess, answer, com_class};

/// Objects with the ids their provider gave them, in order.
#[derive(Debug)]
pub struct ObjectList {
    class: Arc<Class>,
    entries: Mutex<Vec<(i32, Object)>>,
    version: AtomicU64,
}

impl ObjectList {
    /// An empty list of instances of `class`.
    #[must_use]
    pub fn new(class: Arc<Class>) -> Arc<ObjectList> {
        Arc::new(ObjectList { class, entries: Mutex::new(Vec::new()), version: AtomicU64::new(0) })
    }

    /// A number that changes whenever objects come or go.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Calls `visit` with every id and object, in order.
    pub fn for_each(&self, mut visit: impl FnMut(i32, &Object)) {
        self.entries().iter().for_each(|(id, object)| visit(*id, object));
    }

    /// Makes `entries` the contents of the list.
    pub fn replace(&self, entries: impl Iterator<Item = (i32, Object)>) {
        let mut list = self.entries();
        list.clear();
        list.extend(entries);
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

    fn entries(&self) -> MutexGuard<'_, Vec<(i32, Object)>> {
        // Every change is whole before the lock is released.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    /// # Safety
    /// Each of `objects` is NULL or an IWbemObjectAccess.
    unsafe fn add(&self, ids: &[i32], objects: &[*mut IWbemObjectAccess]) -> Result<(), Status> {
        let mut added = Vec::with_capacity(ids.len());
        for (&id, &object) in ids.iter().zip(objects) {
            // SAFETY: the caller's duty.
            let object = unsafe { require(object) }?;
            let object = Object::from_access(&object).ok_or(Status::WBEM_E_INVALID_OBJECT)?;
            if object.is_class() || !object.class().is_same(&self.class) {
                return Err(Status::WBEM_E_INVALID_CLASS);
            }
            added.push((id, object));
        }
        let mut entries = self.entries();
        let mut known: HashSet<i32> = entries.iter().map(|(id, _)| *id).collect();
        if !ids.iter().all(|id| known.insert(*id)) {
            return Err(Status::WBEM_E_FAILED);
        }
        entries.append(&mut added);
        self.changed();
        Ok(())
    }

    fn remove(&self, ids: &[i32]) -> Result<(), Status> {
        let gone: HashSet<i32> = ids.iter().copied().collect();
        let mut entries = self.entries();
        let found = entries.iter().filter(|(id, _)| gone.contains(id)).count();
        if found != gone.len() {
            return Err(Status::WBEM_E_NOT_FOUND);
        }
        entries.retain(|(id, _)| !gone.contains(id));
        self.changed();
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
            unsafe { self.list.add(ids, objects) }.map(|()| Status::WBEM_S_NO_ERROR)
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
            self.list.remove(ids).map(|()| Status::WBEM_S_NO_ERROR)
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
        let entries = self.list.entries();
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
