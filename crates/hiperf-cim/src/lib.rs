//! The CIM object model, pure: no I/O, no clock, no threads, no unsafe code.
//!
//! Everything that hiperf knows about classes, instances and values lives
//! here, as text in and text out: [`Class`] and its [`Layout`], [`Instance`]
//! as one block of bytes, [`PropertyHandle`], [`path::ObjectPath`], the
//! [`mof`] compiler's front end, [`wql`] and the formulas of [`cook`].
//! Nothing in it touches the machine it runs on.
#![forbid(unsafe_code)]

pub mod datetime;
mod error;
mod status;
mod types;

pub use datetime::DateTime;
pub use error::{Context, Error, Result};
pub use status::Status;
pub use types::{CimType, Type, Value};
