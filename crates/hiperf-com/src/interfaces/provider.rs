//! How a provider starts: IWbemProviderInit and IWbemProviderInitSink.

use crate::{Class, IUnknown, IWbemContext, IWbemServices, Status, interface};

interface! {
    /// Every provider's first interface.
    pub interface IWbemProviderInit [IWbemProviderInitVtbl, IWbemProviderInit_Impl]: IUnknown [Class] =
        "1BE41572-91DD-11D1-AEB2-00C04FB68820" {
        /// Tells the provider where it works; it answers through the sink.
        fn Initialize(
            wszUser: *const u16,
            lFlags: i32,
            wszNamespace: *const u16,
            wszLocale: *const u16,
            pNamespace: *mut IWbemServices,
            pCtx: *mut IWbemContext,
            pInitSink: *mut IWbemProviderInitSink,
        ) -> Status;
    }
}

interface! {
    /// Receives how an initialisation ended.
    pub interface IWbemProviderInitSink [IWbemProviderInitSinkVtbl, IWbemProviderInitSink_Impl]:
        IUnknown [Class] = "1BE41571-91DD-11D1-AEB2-00C04FB68820" {
        /// `WBEM_S_INITIALIZED` (0) or a failure.
        fn SetStatus(lStatus: Status, lFlags: i32) -> Status;
    }
}
