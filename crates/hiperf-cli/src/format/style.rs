//! [`Style`]: bold and dim, on terminals that can.

use std::fmt::Display;

/// How emphasis is written. Plain output has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences are understood and wanted.
    pub is_coloured: bool,
}

impl Style {
    /// A heading.
    pub fn bold(self, text: impl Display) -> String {
        self.between("\x1b[1m", text)
    }

    /// Something beside the point: notes, and the dash of a missing value.
    pub fn dim(self, text: impl Display) -> String {
        self.between("\x1b[2m", text)
    }

    fn between(self, start: &str, text: impl Display) -> String {
        if self.is_coloured { format!("{start}{text}\x1b[0m") } else { text.to_string() }
    }
}
