//! The exports of the library that this crate is when it stands alone. They
//! are the one thing here that is not safe code, because their names are
//! global; what they do is the COM layer's.

use crate::LinuxPerf;

hiperf_provider::export! {
    LinuxPerf::new: crate::CLSID_HOST, crate::CLSID_CLIENT
}
