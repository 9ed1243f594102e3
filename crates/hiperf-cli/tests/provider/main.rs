//! `hiperf provider` from the command line: libraries of Rust and C that are
//! registered, found by a query, listed and unregistered; everything that is
//! refused, with its reason; and whose files are believed.

mod errors;
mod files;
mod security;
mod watching;
mod whole_way;
mod world;
