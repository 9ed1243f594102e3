//! The server's side of what clients call: a namespace, the locator, the
//! results of a query and the client's refresher, each as a COM class over a
//! safe trait that the engine implements; and the source of texts, which needs
//! none.
//!
//! These classes check and translate parameters; they decide nothing. Methods
//! that hiperf does not have yet answer `WBEM_E_NOT_SUPPORTED` and leave NULL
//! in their out parameters.

mod call;
mod enumerator;
mod locator;
mod namespace_services;
mod nesting;
mod refresher;
mod services;
mod text_source;

pub use enumerator::enumerator;
pub use locator::{Locator, LocatorObject};
pub use namespace_services::NamespaceServices;
pub use refresher::{Adding, ClientRefresher, RefresherObject};
pub use services::ServicesObject;
pub use text_source::TextSourceObject;
