//! The built-in provider: counters of a Linux machine, read from `/proc` and
//! `/sys`.
//!
//! The path of a value through this crate:
//!
//! ```text
//!   Root -> File -> reader (ProcStat, MemInfo, ..) -> area (Machine, ..) -> Class::for_each -> Property
//!           pread    bytes to numbers, in place        one moment            rows              what the numbers mean
//! ```
//!
//! [`LinuxPerf`] offers the properties as a provider. It is an in-process
//! server like a stranger's: a program that contains it calls [`register`], and
//! `libhiperf-linux` makes a library of it that exports `DllGetClassObject`.
//!
//! Each [`area`] is a folder that reads some kernel files and holds the classes
//! made of them, a file a class. [`sampler::Sampler`] lists the areas and has
//! each read what the wanted properties need, once, at one moment. Once warm
//! nothing on this path allocates and nothing is opened.
//!
//! The classes themselves are defined in `schema/`; a test holds the two to each
//! other. `docs/adding-a-class.md` says how to add one.
#![deny(unsafe_code)]

pub mod area;
pub mod attribute;
pub mod cgroups;
pub mod clock;
mod digits;
pub mod disks;
pub mod file;
pub mod kernel_state;
pub mod listing;
pub mod machine;
pub mod memory;
pub mod named;
pub mod network;
pub mod number_list;
mod pair_name;
pub mod pressure;
pub mod process;
pub mod property;
mod provider;
pub mod root;
pub mod roster;
pub mod sampler;
mod scan;
pub mod sensors;
#[allow(unsafe_code)]
mod sys;
pub mod text_file;

pub use provider::{CLSID_CLIENT, CLSID_HOST, LinuxPerf, register};
