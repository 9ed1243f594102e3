//! Names that no two tests share: all tests of a binary share one namespace.

use std::sync::atomic::{AtomicU64, Ordering};

use hiperf_com::Guid;

/// A CLSID that no one else has.
pub fn next_clsid() -> Guid {
    static LAST: AtomicU64 = AtomicU64::new(1);
    let data4 = LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    Guid { data1: 0x7465_7374, data2: 0x656E, data3: 0x6769, data4 }
}

/// The MOF that registers a provider for everything.
pub fn registration(provider: &str, clsid: Guid) -> String {
    format!(
        "instance of __Win32Provider as $P {{ Name = \"{provider}\"; ClientLoadableCLSID = \"{clsid}\"; }};\n\
         instance of __InstanceProviderRegistration {{\n\
           provider = $P; SupportsGet = TRUE; SupportsEnumeration = TRUE;\n\
         }};\n"
    )
}
