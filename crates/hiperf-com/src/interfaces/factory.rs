//! IClassFactory: what DllGetClassObject hands out.

use std::ffi::c_void;

use crate::{Class, Guid, IUnknown, Status, interface};

interface! {
    /// Makes objects of one class.
    pub interface IClassFactory [IClassFactoryVtbl, IClassFactory_Impl]: IUnknown [Class] =
        "00000001-0000-0000-C000-000000000046" {
        /// Makes an object and returns its interface `riid`; `pUnkOuter` asks for aggregation.
        fn CreateInstance(pUnkOuter: *mut IUnknown, riid: *const Guid, ppvObject: *mut *mut c_void) -> Status;
        /// Keeps the library loaded while locked.
        fn LockServer(fLock: i32) -> Status;
    }
}
