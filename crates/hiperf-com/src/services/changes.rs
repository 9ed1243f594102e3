//! The verbs of [`Services`] that change what is stored.

use hiperf_cim::{Result, Status};

use super::Services;
use crate::class_access::ClassObject;
use crate::error_info::{call, receive};
use crate::{Bstr, IWbemClassObject, IWbemContext, RawBstr};

/// A call with a path and no result but its status.
type ByPath<'a> = &'a dyn Fn(RawBstr, *mut IWbemContext) -> Status;
/// The same with an object.
type ByObject<'a> = &'a dyn Fn(*mut IWbemClassObject, *mut IWbemContext) -> Status;

impl Services {
    /// The services of a namespace below this one.
    ///
    /// # Errors
    /// `WBEM_E_INVALID_NAMESPACE`: there is none of this name.
    pub fn open_namespace(&self, path: &str) -> Result<Services> {
        let text = Bstr::new(path);
        let opened = receive(&format!("opening namespace {path}"), Status::WBEM_E_FAILED, |slot| {
            // SAFETY: all pointers are valid during the call; no call result is wanted.
            unsafe {
                let nothing = std::ptr::null_mut();
                self.as_com().OpenNamespace(text.as_raw(), 0, nothing, slot, std::ptr::null_mut())
            }
        })?;
        Ok(Services::new(opened))
    }

    /// Stores a class; `flags` are `WBEM_CHANGE_FLAG_TYPE`.
    ///
    /// # Errors
    /// The namespace's: `WBEM_E_CLASS_HAS_CHILDREN`, `WBEM_E_ACCESS_DENIED`, ..
    pub fn put_class(&self, class: &ClassObject, flags: i32) -> Result<()> {
        by_object("storing a class", class, &|class, context| {
            // SAFETY: all pointers are valid during the call; no call result is wanted.
            unsafe { self.as_com().PutClass(class, flags, context, std::ptr::null_mut()) }
        })
    }

    /// Stores a static instance; `flags` are `WBEM_CHANGE_FLAG_TYPE`.
    ///
    /// # Errors
    /// The namespace's: `WBEM_E_INVALID_CLASS`, `WBEM_E_ACCESS_DENIED`, ..
    pub fn put_instance(&self, instance: &ClassObject, flags: i32) -> Result<()> {
        by_object("storing an instance", instance, &|instance, context| {
            // SAFETY: all pointers are valid during the call; no call result is wanted.
            unsafe { self.as_com().PutInstance(instance, flags, context, std::ptr::null_mut()) }
        })
    }

    /// Deletes a class and its instances.
    ///
    /// # Errors
    /// The namespace's: `WBEM_E_NOT_FOUND`, `WBEM_E_CLASS_HAS_CHILDREN`, ..
    pub fn delete_class(&self, name: &str) -> Result<()> {
        by_path("deleting class", name, &|name, context| {
            // SAFETY: all pointers are valid during the call; no call result is wanted.
            unsafe { self.as_com().DeleteClass(name, 0, context, std::ptr::null_mut()) }
        })
    }

    /// Deletes a static instance.
    ///
    /// # Errors
    /// The namespace's: `WBEM_E_NOT_FOUND`, `WBEM_E_INVALID_OBJECT_PATH`, ..
    pub fn delete_instance(&self, path: &str) -> Result<()> {
        by_path("deleting", path, &|path, context| {
            // SAFETY: all pointers are valid during the call; no call result is wanted.
            unsafe { self.as_com().DeleteInstance(path, 0, context, std::ptr::null_mut()) }
        })
    }
}

fn by_object(doing: &str, object: &ClassObject, verb: ByObject<'_>) -> Result<()> {
    call(doing, || verb(object.as_com().as_raw(), std::ptr::null_mut())).map(drop)
}

fn by_path(doing: &str, path: &str, verb: ByPath<'_>) -> Result<()> {
    let text = Bstr::new(path);
    call(&format!("{doing} {path}"), || verb(text.as_raw(), std::ptr::null_mut())).map(drop)
}
