//! IServerSecurity: who makes the call that a provider serves.

use std::ffi::c_void;

use crate::{Class, IUnknown, Status, interface};

interface! {
    /// The caller of the call that this thread serves, and being him.
    pub interface IServerSecurity [IServerSecurityVtbl, IServerSecurity_Impl]: IUnknown [Class] =
        "0000013E-0000-0000-C000-000000000046" {
        /// How the caller is known. Each parameter may be NULL.
        fn QueryBlanket(
            pAuthnSvc: *mut u32,
            pAuthzSvc: *mut u32,
            pServerPrincName: *mut *mut u16,
            pAuthnLevel: *mut u32,
            pImpLevel: *mut u32,
            pPrivs: *mut *mut c_void,
            pCapabilities: *mut u32,
        ) -> Status;
        /// Lets the thread act as the caller.
        fn ImpersonateClient() -> Status;
        /// Lets the thread act as itself again.
        fn RevertToSelf() -> Status;
        /// Whether it acts as the caller.
        fn IsImpersonating() -> i32;
    }
}
