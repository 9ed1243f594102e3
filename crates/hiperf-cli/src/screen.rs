//! [`Screen`]: what standard output is, and how it is written.

use std::io::{self, IsTerminal as _, Write as _};

use crate::failure::Failure;
use crate::format::style::Style;
use crate::format::text::shortened;

/// Columns of lines of prose, however wide the terminal: longer ones are hard
/// to read.
const MAX_PROSE_WIDTH: usize = 100;
/// Columns of lines of prose where no width is known: a pager's, most likely.
const PROSE_WIDTH: usize = 80;

/// Standard output as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Columns, if they are limited: by a terminal, or by the variable
    /// `COLUMNS`.
    pub width: Option<usize>,
    /// Lines of a terminal that can be drawn again; `None` for anything else.
    pub height: Option<usize>,
    /// Whether and how to emphasise.
    pub style: Style,
}

impl Screen {
    /// Looks at standard output.
    pub fn current() -> Screen {
        let stdout = io::stdout();
        if !stdout.is_terminal() {
            return Screen { width: columns_variable(), height: None, style: Style::default() };
        }
        // A terminal without a size (a serial line, an emulator's pipe) says 0.
        let size = rustix::termios::tcgetwinsize(&stdout).ok();
        let known = |cells: u16| (cells > 0).then_some(usize::from(cells));
        let width = size.and_then(|size| known(size.ws_col)).or_else(columns_variable);
        let height = size.and_then(|size| known(size.ws_row));
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        // https://no-color.org: set and not empty.
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Screen {
            width,
            height: if is_dumb { None } else { height },
            style: Style { is_coloured: !is_dumb && !is_plain },
        }
    }

    /// The width for text that is wrapped.
    pub fn prose_width(self) -> usize {
        self.width.unwrap_or(PROSE_WIDTH).min(MAX_PROSE_WIDTH)
    }

    /// A remark on a line of its own. Scripts don't get remarks: the output has
    /// them only where a width limits it.
    pub fn note(self, out: &mut String, text: &str) {
        if let Some(width) = self.width {
            out.push_str(&self.style.dim(shortened(text, width)));
            out.push('\n');
        }
    }
}

/// Writes a text to standard output, at once and whole.
pub fn write(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Failure::from_output)
}

fn columns_variable() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok()?.parse().ok()?;
    (columns > 0).then_some(columns)
}
