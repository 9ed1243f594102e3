//! The C library: `libhiperf.so`, which programs in C and C++ link with.
//!
//! It exports the functions that `include/hiperf.h` declares and nothing else.
//! A client starts with `CoCreateInstance` of the locator and the refresher;
//! from there on it calls through the objects' own vtables, past this crate.
//!
//! ```text
//!   sys::class     CoCreateInstance ..      -> registry of class objects
//!   sys::memory, string, variant, array     -> the types of parameters
//!   sys::identifier                         -> text of a CLSID and back
//!   sys::process   HiperfRegisterServer ..  -> what this process has
//!   sys::security  CoGetCallContext ..      -> for whom a provider works
//!   apartment      who uses the library, and what becomes of it afterwards
//! ```
//!
//! There is no logic here: the engine is `hiperf`, objects and parameters are
//! `hiperf-com`. Every pointer is checked for NULL where it comes in, and no
//! panic leaves.
//!
//! Sources: the documentation of each function's namesake in COM and OLE
//! Automation; `hiperf.h` says where this library differs.
#![deny(unsafe_code)]

mod apartment;
#[allow(unsafe_code)]
mod sys;
