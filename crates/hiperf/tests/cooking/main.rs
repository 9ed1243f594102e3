//! The cooking provider over raw classes that a stranger wrote, with samples
//! that the test wrote: every reason, every type of property, statistics, and
//! what the qualifiers name.

#[path = "../support/names.rs"]
mod names;
mod script;

mod naming;
mod sharing;
mod statistics;
mod types;
mod validity;
