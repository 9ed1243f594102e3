//! How values become text: one module for each output format.
//!
//! A format knows names and values, nothing of classes, queries or terminals'
//! sizes beyond a width it is told. The formats that programs read ([`json`],
//! [`csv`], [`mof`]) write every value exactly; the ones that people read
//! ([`table`], [`sheet`]) may shorten.

pub mod csv;
pub mod json;
pub mod mof;
pub mod sheet;
pub mod style;
pub mod table;
pub mod text;
