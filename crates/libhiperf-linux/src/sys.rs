//! The exports. They are not safe code, because their names are global; what
//! they do is the COM layer's.

use provider::{CLSID_CLIENT, CLSID_HOST, LinuxPerf};

hiperf_provider::export! {
    LinuxPerf::new: CLSID_HOST, CLSID_CLIENT
}
