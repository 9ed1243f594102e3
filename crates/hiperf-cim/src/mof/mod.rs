//! MOF, the Managed Object Format: the language that classes are declared in.
//!
//! ```text
//! bytes --decode--> text --parse--> items --compile--> classes and instances
//!                     <----------------print------------------
//! ```
//!
//! [`parse`] gives a tree that borrows from the text, and everything that is
//! wrong in it at once; [`compile()`] makes objects of it, with the classes of a
//! [`ClassSource`]; [`load`] does both for files that include each other;
//! [`Printer`] makes text of objects; [`split`] takes the texts of a locale out of one; [`formatted_twin`] makes a
//! formatted class of a raw one; [`render`] shows one [`Diagnostic`] to a person. Files are not read here: the caller of [`load`] does.
//!
//! Source: the mofcomp pages of Microsoft's WMI documentation, DSP0004.

mod amendment;
pub mod ast;
pub mod codes;
mod compile;
mod diagnostic;
mod flavor;
mod lexer;
mod literal;
mod load;
mod parser;
mod print;
#[cfg(test)]
mod tests;
mod twin;

use std::borrow::Cow;

pub use amendment::{Split, split};
pub use ast::{Item, Span};
pub use compile::{ClassSource, Compiled, Compiler, Declarations, compile};
pub use diagnostic::{Diagnostic, Place, Severity, render};
pub use flavor::Flavors;
pub use load::{
    FileDiagnostic, Gathered, Loaded, MAX_FILES, MAX_INCLUDE_DEPTH, MAX_TEXT_BYTES, Piece, SourceFile,
    gather, load,
};
pub(crate) use print::method_parameters;
pub use print::{Printer, constant};
pub use twin::formatted_twin;

/// A text and what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed<'a> {
    /// The statements that could be read, in the order of the text.
    pub items: Vec<Item<'a>>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed<'_> {
    /// Whether there is an error, so that nothing of the text may be stored.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Parses a MOF text. Never fails: what is wrong is in the diagnostics, and
/// the statements that are right are there in any case.
#[must_use]
pub fn parse(text: &str) -> Parsed<'_> {
    // Spans have 32 bits, which keeps the tree small.
    if u32::try_from(text.len()).is_err() {
        let message = "a MOF text is at most 4 GiB long";
        let diagnostic = Diagnostic::error(codes::WBEMMOF_E_INVALID_FILE, Span::default(), message);
        return Parsed { items: Vec::new(), diagnostics: vec![diagnostic] };
    }
    let (items, diagnostics) = parser::parse(text);
    Parsed { items, diagnostics }
}

/// The text of a MOF file: UTF-16 or UTF-8 by its byte-order mark; without one
/// UTF-8 if it is valid as such, else Latin-1. Never fails: half of a surrogate
/// pair becomes U+FFFD.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let chars = char::decode_utf16(units);
        Cow::Owned(chars.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            // The first 256 characters of Unicode are those of Latin-1.
            Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
        },
    }
}
