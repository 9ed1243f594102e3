//! The COM layer of hiperf: the wall behind which all raw pointers live.
//!
//! It has WMI's [interfaces] slot for slot, declared by
//! [`interface!`]; the means to implement them as Rust types ([`com_class!`],
//! [`ComObject`]) and to hold them ([`ComPtr`]); and the types of their
//! parameters: [`Guid`], UTF-16 text ([`wide`]), [`Bstr`], [`Variant`] and
//! [`SafeArray`]. No panic crosses it: every method runs under a [`guard`].
//!
//! It does not know what a class or an instance is: that is `hiperf-cim`.
//! Nor does it decide which provider serves what: that is `hiperf`.
#![cfg_attr(not(test), deny(clippy::multiple_unsafe_ops_per_block))]
// Interfaces, methods and parameters keep the IDL's spelling.
#![allow(non_snake_case, non_camel_case_types)]

pub mod access;
pub mod bstr;
pub mod call_context;
mod change_type;
mod class;
mod class_access;
pub mod client;
pub mod clsid;
mod coerce;
mod context;
pub mod enumeration;
pub mod error_info;
pub mod factory;
mod guard;
mod guid;
pub mod interfaces;
pub mod library;
pub mod macros;
mod natural;
pub mod object;
#[cfg(target_os = "linux")]
mod own_file;
pub mod param;
mod pointer;
pub mod probe;
pub mod provider;
pub mod publication;
mod qualifier_set;
pub mod registry;
pub mod safearray;
#[cfg(windows)]
pub mod self_registration;
pub mod server;
mod services;
#[cfg(target_os = "linux")]
pub mod shared_memory;
pub mod shared_words;
mod sink;
pub mod trust;
mod unknown;
#[cfg(target_os = "linux")]
mod user;
pub mod variant;
mod wbem_context;
pub mod wide;

pub use bstr::Bstr;
pub use class::{Class, ComObject, Implements, VtblFor, downcast, live_objects};
pub use context::Context;
pub use guard::{PanicAnswer, answer, guard};
pub use guid::Guid;
pub use hiperf_cim::Status;
pub use interfaces::*;
#[doc(hidden)]
pub use macros::{concat_slots, nul_terminated};
#[cfg(target_os = "linux")]
pub use own_file::own_file;
pub use pointer::ComPtr;
pub use safearray::{OwnedSafeArray, SafeArray};
pub use unknown::{IUnknown, IUnknownVtbl, Interface};
#[cfg(target_os = "linux")]
pub use user::{effective_user_name, has_more_rights_than_caller};
pub use variant::Variant;
pub use wbem_context::WbemContext;
pub use wide::WideString;

#[cfg(test)]
mod tests;
