//! The engine of hiperf: WMI's high-performance instrumentation for Linux.
//!
//! A program that samples counters connects to a [`Namespace`], adds what it
//! wants to a [`Refresher`] and refreshes:
//!
//! ```no_run
//! # fn main() -> hiperf::Result<()> {
//! let namespace = hiperf::Namespace::connect("root\\cimv2")?;
//! let mut refresher = hiperf::Refresher::new();
//! let processors = refresher.add_enum(&namespace, "Win32_PerfRawData_PerfOS_Processor")?;
//! let busy = namespace.class("Win32_PerfRawData_PerfOS_Processor")?.handle("PercentProcessorTime")?;
//! refresher.refresh()?;
//! for processor in refresher.instances(processors)? {
//!     println!("{} {:?}", processor.get("Name")?, processor.read_u64(busy)?);
//! }
//! # Ok(()) }
//! ```
//!
//! The providers behind the classes are COM in-process servers, found by the
//! registration of the class's provider: see [`Registration`], and for their
//! libraries [`provider_files`]. A program that
//! contains some registers them first, as `hiperf_linux::register()` does for
//! the counters of Linux. The same engine stands behind the COM classes
//! `CLSID_WbemLocator` and `CLSID_WbemRefresher`, for clients in C and C++.
#![deny(unsafe_code)]

mod associations;
mod capabilities;
mod changes;
mod cooker;
pub mod hosting;
mod hosting_model;
mod idle;
mod instance_ref;
mod loading;
mod namespace;
pub mod provider_files;
mod providers;
mod query;
mod refresher;
mod registration;
pub mod repository;
mod services;
mod serving;
mod statement;
#[allow(unsafe_code)]
mod sys;
mod template;
mod texts;
mod turn;
mod unknown_class;

// The support of the tests names the engine as its users do.
#[cfg(test)]
extern crate self as hiperf;
#[cfg(test)]
#[path = "../tests/support/names.rs"]
mod names;
#[cfg(test)]
#[allow(dead_code)] // The tests of the refresher use the rest of it.
#[path = "../tests/support/world.rs"]
mod world;

use std::sync::Once;

use hiperf_com::server::{LocatorObject, RefresherObject, TextSourceObject};
use hiperf_com::{Guid, clsid, factory, provider, registry};

pub use cooker::BASELINE_AGE;
pub use hiperf_cim::{Error, Locale, PropertyHandle, Reason, Result, Status, Value};
pub use hosting::Hosting;
pub use hosting_model::{HostingModel, HostingSpec};
pub use idle::Unloaded;
pub use instance_ref::InstanceRef;
pub use namespace::{DEFAULT_NAMESPACE, Namespace};
pub use query::{Column, Query};
pub use refresher::{
    EnumId, Incomplete, ItemId, ObjectId, Published, Refreshed, Refresher, RefresherId, Snapshot,
};
pub use registration::{Impersonation, Reentrancy, Registration};
pub use repository::Repository;
pub use statement::Found;

/// The cooking provider's COM classes, as `schema/providers.mof` registers
/// them: for a provider host and for a client.
const COOKER_CLSIDS: [Guid; 2] = [
    Guid::parse("3DDBEF7E-FA25-43DB-B91D-6EFFA41CCB25"),
    Guid::parse("7388D160-262B-41ED-85A8-1566DB9FAD6D"),
];

/// Whether a class is the cooking provider, which is part of the engine: it
/// reads other providers and runs nobody's code.
pub(crate) fn is_cooker(clsid: Guid) -> bool {
    COOKER_CLSIDS.contains(&clsid)
}

/// Makes the engine's COM classes available in this process: the locator, the
/// refresher, the source of texts and the cooking provider. [`Namespace::connect`] does
/// it; a program that starts with COM calls does it itself. Doing it again
/// changes nothing.
pub fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        registry::set_resolver(provider_files::library_of);
        let locator = factory::factory_of(|| LocatorObject::new(services::LocalLocator));
        registry::register_class(clsid::WBEM_LOCATOR, locator);
        let refresher = factory::factory_of(|| RefresherObject::new(Refresher::new()));
        registry::register_class(clsid::WBEM_REFRESHER, refresher);
        let text_source = factory::factory_of(TextSourceObject::default);
        registry::register_class(clsid::WBEM_OBJECT_TEXT_SRC, text_source);
        for clsid in COOKER_CLSIDS {
            registry::register_class(clsid, provider::class_factory(cooker::Cooker::default));
        }
    });
}
