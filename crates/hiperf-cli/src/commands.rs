//! The commands, a module each. A command reads from the namespace, decides on
//! a view, and writes it; it knows no format.

pub mod classes;
pub mod describe;
pub mod get;
pub mod mofcomp;
pub mod namespaces;
pub mod provider;
pub mod provider_check;
pub mod provider_new;
pub mod query;
pub mod repository;
pub mod watch;
