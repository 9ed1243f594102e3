//! WMI's interfaces, slot for slot and IID for IID those of the public domain
//! `wbemcli.h` and `wbemprov.h`; one file a family. [`IHiPerfValueReason`] alone
//! is hiperf's own.
//!
//! LONG and HRESULT are 32 bits wide (an HRESULT is a [`Status`](crate::Status)),
//! ULONG and DWORD are `u32`, a WCHAR is `u16`, a BSTR is [`RawBstr`]. What each
//! method does is the interface's documentation; here stands a reminder.

mod class_object;
mod context;
mod factory;
mod hiperf;
mod locator;
mod provider;
mod refresher;
mod security;
mod services;
mod sink;
mod text;
mod value_reason;

pub use class_object::*;
pub use context::*;
pub use factory::*;
pub use hiperf::*;
pub use locator::*;
pub use provider::*;
pub use refresher::*;
pub use security::*;
pub use services::*;
pub use sink::*;
pub use text::*;
pub use value_reason::*;

/// A BSTR as the ABI passes it: see [`Bstr`](crate::Bstr) for who owns it.
pub type RawBstr = *mut u16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IUnknown, Interface};

    #[track_caller]
    fn check<I: Interface>(slots: &[&str]) {
        assert_eq!(I::SLOTS, slots, "{}", I::NAME);
        assert_eq!(size_of::<I::Vtbl>(), slots.len() * size_of::<fn()>(), "{}", I::NAME);
        assert_eq!(size_of::<I>(), size_of::<fn()>());
    }

    #[track_caller]
    fn check_count<I: Interface>(count: usize, last: &str) {
        assert_eq!(I::SLOTS.len(), count, "{}", I::NAME);
        assert_eq!(I::SLOTS.last().unwrap(), &last, "{}", I::NAME);
        assert_eq!(size_of::<I::Vtbl>(), count * size_of::<fn()>(), "{}", I::NAME);
        assert_eq!(&I::SLOTS[..3], IUnknown::SLOTS);
    }

    #[test]
    fn slot_counts() {
        check::<IUnknown>(&["QueryInterface", "AddRef", "Release"]);
        check_count::<IClassFactory>(5, "LockServer");
        check_count::<IWbemClassObject>(27, "GetMethodOrigin");
        check_count::<IWbemObjectAccess>(37, "Unlock");
        check_count::<IHiPerfValueReason>(39, "SetReason");
        check_count::<IWbemQualifierSet>(10, "EndEnumeration");
        check_count::<IWbemLocator>(4, "ConnectServer");
        check_count::<IWbemServices>(26, "ExecMethodAsync");
        check_count::<IWbemObjectSink>(5, "SetStatus");
        check_count::<IWbemObjectSinkEx>(10, "WriteStreamParameter");
        check_count::<IEnumWbemClassObject>(8, "Skip");
        check_count::<IWbemCallResult>(7, "GetCallStatus");
        check_count::<IWbemContext>(12, "DeleteAll");
        check_count::<IWbemObjectTextSrc>(5, "CreateFromText");
        check_count::<IWbemProviderInit>(4, "Initialize");
        check_count::<IWbemProviderInitSink>(4, "SetStatus");
        check_count::<IWbemHiPerfProvider>(9, "GetObjects");
        check_count::<IWbemRefresher>(4, "Refresh");
        check_count::<IWbemConfigureRefresher>(8, "AddEnum");
        check_count::<IWbemHiPerfEnum>(7, "RemoveAll");
        check_count::<IServerSecurity>(7, "IsImpersonating");
    }

    #[test]
    fn slot_numbers() {
        assert_eq!(IWbemObjectAccess::SLOTS[33], "WriteQWORD");
        assert_eq!(IWbemObjectAccess::SLOTS[27], "GetPropertyHandle");
        assert_eq!(IWbemServices::SLOTS[20], "ExecQuery");
        assert_eq!(IWbemHiPerfProvider::SLOTS[7], "CreateRefreshableEnum");
        assert_eq!(std::mem::offset_of!(IWbemObjectAccessVtbl, WriteQWORD), 33 * size_of::<fn()>());
        assert_eq!(std::mem::offset_of!(IWbemServicesVtbl, ExecQuery), 20 * size_of::<fn()>());
    }
}
