//! IWbemLocator: the way to a namespace.

use crate::{Class, IUnknown, IWbemContext, IWbemServices, RawBstr, Status, interface};

interface! {
    /// Connects to namespaces.
    pub interface IWbemLocator [IWbemLocatorVtbl, IWbemLocator_Impl]: IUnknown [Class] =
        "DC12A687-737F-11CF-884D-00AA004B2E24" {
        /// Connects to the namespace `strNetworkResource`, `\\host\root\cimv2` or `root\cimv2`.
        fn ConnectServer(
            strNetworkResource: RawBstr,
            strUser: RawBstr,
            strPassword: RawBstr,
            strLocale: RawBstr,
            lSecurityFlags: i32,
            strAuthority: RawBstr,
            pCtx: *mut IWbemContext,
            ppNamespace: *mut *mut IWbemServices,
        ) -> Status;
    }
}
