//! The processes of the machine, kept up to date at the kernel's own price.
//!
//! ```text
//!   Membership: who came?  ->  ProcessTable  ->  Process, one each  ->  class
//!                              idle? names, descriptors
//! ```
//!
//! What costs is the kernel's formatting of text, so the table reads as little
//! of it as it can: only the files that somebody wants; of a process that didn't
//! run since it was last read, none. Which processes there are is not asked for
//! at each sample, and files of busy processes stay open within a budget.
//!
//! The table doesn't know what is counted by what name: that is the classes'
//! business. What fills a [`Process`] is [`table`] alone, so that a source that
//! needs no text can take its place.

mod comm;
mod descriptors;
mod directory;
mod idle;
mod lru;
mod membership;
mod names;
mod reading;
pub mod record;
pub mod sources;
pub mod stat;
pub mod status;
pub mod table;
pub mod usage;

pub use record::Process;
pub use sources::ProcessSources;
pub use table::ProcessTable;
