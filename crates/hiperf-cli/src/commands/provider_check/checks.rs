//! The checks, by what they are about. Each tells its findings to the journal
//! and returns.

pub mod arguments;
pub mod enumerators;
pub mod hosting;
pub mod identity;
pub mod initializing;
pub mod loading;
pub mod objects;
pub mod queries;
pub mod refreshers;
pub mod releasing;
pub mod resources;
pub mod strangers;
pub mod values;
