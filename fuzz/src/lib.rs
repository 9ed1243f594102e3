//! What must hold of any input, one module for each fuzz target.
//!
//! A module's `check` panics when something doesn't hold. Beside that, every
//! target runs below the limit of `sys.rs`: an input that makes it take more
//! memory aborts it at once, not at the next sample of the process's size.
//!
//! `hiperf-cim` has no unsafe code, so no sanitizer is needed, and without one
//! the same time tries several times as many inputs.

mod describe;
pub mod mof;
pub mod mof_load;
pub mod object_array;
pub mod path;
mod sys;
pub mod wmio;
pub mod words;
pub mod wql;

#[path = "../../crates/hiperf-cim/tests/same/mod.rs"]
mod same;

#[global_allocator]
static ALLOCATOR: sys::Counting = sys::Counting;
