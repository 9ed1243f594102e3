//! The built-in provider: counters of a Linux machine, read from `/proc` and
//! `/sys`.
//!
//! The path of a value through this crate:
//!
//! ```text
//!   Root -> File -> reader (ProcStat, MemInfo, ..) -> Sampler -> Processor, System, Memory -> property
//!           pread    bytes to numbers, in place       one moment  what the numbers mean as counters
//! ```
//!
//! [`LinuxPerf`] offers the properties as a provider. It is an in-process
//! server like a stranger's: a program that contains it calls [`register`], and
//! `libhiperf-linux` makes a library of it that exports `DllGetClassObject`.
//!
//! [`sampler::Sampler`] reads the kernel files that the wanted properties need,
//! each once, at one moment; [`processor`], [`system`] and [`memory`] each hold
//! one class: which property comes from which numbers. Once warm nothing on
//! this path allocates and nothing is opened.
//!
//! The classes themselves are defined in `schema/linux.mof`; a test holds the
//! two to each other.
#![forbid(unsafe_code)]

pub mod clock;
mod columns;
pub mod cpuidle;
pub mod file;
pub mod interrupts;
pub mod loadavg;
pub mod meminfo;
pub mod memory;
pub mod pids;
pub mod proc_stat;
pub mod processor;
pub mod property;
mod provider;
pub mod root;
pub mod sampler;
mod scan;
pub mod softirqs;
pub mod system;
pub mod vmstat;

pub use provider::{CLSID_CLIENT, CLSID_HOST, LinuxPerf, register};
