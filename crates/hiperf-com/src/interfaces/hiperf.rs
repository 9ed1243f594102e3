//! A high-performance provider: IWbemHiPerfProvider, IWbemHiPerfEnum.

use crate::{
    Class, IUnknown, IWbemContext, IWbemObjectAccess, IWbemObjectSink, IWbemRefresher, IWbemServices, Status,
    interface,
};

interface! {
    /// A provider whose instances are refreshed in place.
    pub interface IWbemHiPerfProvider [IWbemHiPerfProviderVtbl, IWbemHiPerfProvider_Impl]: IUnknown [Class] =
        "49353C93-516B-11D1-AEA6-00C04FB68820" {
        /// Delivers the instances of exactly this class.
        fn QueryInstances(
            pNamespace: *mut IWbemServices,
            wszClass: *const u16,
            lFlags: i32,
            pCtx: *mut IWbemContext,
            pSink: *mut IWbemObjectSink,
        ) -> Status;
        /// A refresher of the provider's own.
        fn CreateRefresher(
            pNamespace: *mut IWbemServices,
            lFlags: i32,
            ppRefresher: *mut *mut IWbemRefresher,
        ) -> Status;
        /// Adds an instance, named by the template's keys, to a refresher.
        fn CreateRefreshableObject(
            pNamespace: *mut IWbemServices,
            pTemplate: *mut IWbemObjectAccess,
            pRefresher: *mut IWbemRefresher,
            lFlags: i32,
            pContext: *mut IWbemContext,
            ppRefreshable: *mut *mut IWbemObjectAccess,
            plId: *mut i32,
        ) -> Status;
        /// Takes an object or enumerator out of a refresher.
        fn StopRefreshing(pRefresher: *mut IWbemRefresher, lId: i32, lFlags: i32) -> Status;
        /// Adds an enumerator of exactly this class to a refresher.
        fn CreateRefreshableEnum(
            pNamespace: *mut IWbemServices,
            wszClass: *const u16,
            pRefresher: *mut IWbemRefresher,
            lFlags: i32,
            pContext: *mut IWbemContext,
            pHiPerfEnum: *mut IWbemHiPerfEnum,
            plId: *mut i32,
        ) -> Status;
        /// Fills instances whose keys are set.
        fn GetObjects(
            pNamespace: *mut IWbemServices,
            lNumObjects: i32,
            apObj: *const *mut IWbemObjectAccess,
            lFlags: i32,
            pContext: *mut IWbemContext,
        ) -> Status;
    }
}

interface! {
    /// A set of instances that a provider changes and a client reads.
    pub interface IWbemHiPerfEnum [IWbemHiPerfEnumVtbl, IWbemHiPerfEnum_Impl]: IUnknown [Class] =
        "2705C288-79AE-11D2-B348-00105A1F8177" {
        /// Adds instances under ids that are new to the enumerator.
        fn AddObjects(
            lFlags: i32,
            uNumObjects: u32,
            apIds: *const i32,
            apObj: *const *mut IWbemObjectAccess,
        ) -> Status;
        /// Removes the instances with these ids.
        fn RemoveObjects(lFlags: i32, uNumObjects: u32, apIds: *const i32) -> Status;
        /// All instances, each with a reference for the caller.
        fn GetObjects(
            lFlags: i32,
            uNumObjects: u32,
            apObj: *mut *mut IWbemObjectAccess,
            puReturned: *mut u32,
        ) -> Status;
        /// Removes all instances.
        fn RemoveAll(lFlags: i32) -> Status;
    }
}
