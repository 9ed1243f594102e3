//! What an engine and its provider hosts say to each other: sans I/O but for
//! [`socket`].
//!
//! ```text
//! engine                                   host
//!   Open + descriptor of a channel   -->   main socket: one thread a channel
//!   Load, Query, GetObjects, ..      -->   channel: one call at a time
//!                                    <--   Objects, as many as it takes
//!                                    <--   Ask: the provider asks its namespace
//!   Told                             -->
//!                                    <--   Done: the call is over
//!   CreateRefresher + memory         -->   from here on the channel is the refresher's:
//!   request cell of the memory       -->   refresh, or look at the socket
//! ```
//! A message is a frame: `u32` length, `u8` kind, fields. Numbers are
//! little-endian; texts, bytes and lists have their `u32` length before them.
//! Objects travel as \[MS-WMIO\] encodings, statuses as they are. What a refresh
//! brings travels through shared memory: see [`area`].
//!
//! The host is not trusted: nothing here panics for any bytes, no length is
//! believed before the bytes are there, and what is decoded is judged by whoever
//! uses it.

pub mod area;
mod frame;
pub mod message;
pub mod objects;
pub mod socket;
mod value;

pub use frame::Malformed;
pub use message::Message;

/// The most bytes of a frame: many times the largest class of any schema.
/// Results of queries are cut into frames of [`BATCH_LEN`].
pub const MAX_FRAME: usize = 16 << 20;

/// Bytes of objects that one frame of a query's result has, unless its only
/// object is larger: few enough to be decoded while the next one is made.
pub const BATCH_LEN: usize = 128 << 10;
