//! Refreshing: IWbemRefresher and the client's IWbemConfigureRefresher.

use crate::{
    Class, IUnknown, IWbemClassObject, IWbemContext, IWbemHiPerfEnum, IWbemServices, Status, interface,
};

interface! {
    /// Brings everything that was added up to date.
    pub interface IWbemRefresher [IWbemRefresherVtbl, IWbemRefresher_Impl]: IUnknown [Class] =
        "49353C99-516B-11D1-AEA6-00C04FB68820" {
        /// One refresh of all objects and enumerators.
        fn Refresh(lFlags: i32) -> Status;
    }
}

interface! {
    /// Says what a client's refresher refreshes.
    pub interface IWbemConfigureRefresher [IWbemConfigureRefresherVtbl, IWbemConfigureRefresher_Impl]:
        IUnknown [Class] = "49353C92-516B-11D1-AEA6-00C04FB68820" {
        /// Adds an instance by path.
        fn AddObjectByPath(
            pNamespace: *mut IWbemServices,
            wszPath: *const u16,
            lFlags: i32,
            pContext: *mut IWbemContext,
            ppRefreshable: *mut *mut IWbemClassObject,
            plId: *mut i32,
        ) -> Status;
        /// Adds an instance by an object with the same keys.
        fn AddObjectByTemplate(
            pNamespace: *mut IWbemServices,
            pTemplate: *mut IWbemClassObject,
            lFlags: i32,
            pContext: *mut IWbemContext,
            ppRefreshable: *mut *mut IWbemClassObject,
            plId: *mut i32,
        ) -> Status;
        /// Adds another refresher.
        fn AddRefresher(pRefresher: *mut IWbemRefresher, lFlags: i32, plId: *mut i32) -> Status;
        /// Removes what was added under this id.
        fn Remove(lId: i32, lFlags: i32) -> Status;
        /// Adds all instances of a class.
        fn AddEnum(
            pNamespace: *mut IWbemServices,
            wszClassName: *const u16,
            lFlags: i32,
            pContext: *mut IWbemContext,
            ppEnum: *mut *mut IWbemHiPerfEnum,
            plId: *mut i32,
        ) -> Status;
    }
}
