//! An extension of hiperf's own: IHiPerfValueReason.

use crate::{IWbemObjectAccess, IWbemObjectAccess_Impl, Status, interface};

interface! {
    /// An instance that says why its values are missing. Every instance that
    /// hiperf makes has it; who doesn't ask for it loses nothing.
    pub interface IHiPerfValueReason [IHiPerfValueReasonVtbl, IHiPerfValueReason_Impl]:
        IWbemObjectAccess [IWbemObjectAccess_Impl] = "E5A3E2B4-6F1C-4C0E-9D57-2B8A4C7F91D6" {
        /// Why a property is NULL, a number of `HIPERF_REASON`; 0 when it has a
        /// value, or when nobody said.
        fn GetReason(lHandle: i32, plReason: *mut i32) -> Status;
        /// Sets a property to NULL and says why; 0 takes the reason back.
        fn SetReason(lHandle: i32, lReason: i32) -> Status;
    }
}
