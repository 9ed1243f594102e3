//! [`Canvas`]: a part of a terminal that is drawn again and again.
//!
//! The cursor stays below the picture, so that whatever ends the program leaves
//! the terminal as a shell wants it: there is nothing to restore. A picture
//! that is higher than the terminal is cut, because what has scrolled out can't
//! be drawn over.

use crate::failure::Failure;
use crate::screen::{self, Screen};

/// What was drawn last.
#[derive(Debug, Default)]
pub struct Canvas {
    lines: usize,
    drawn_on: Option<Screen>,
}

impl Canvas {
    /// Draws a picture of whole lines over the last one.
    pub fn draw(&mut self, picture: &str, screen: Screen) -> Result<(), Failure> {
        screen::write(&self.strokes(picture, screen))
    }

    /// Leaves the picture where it is, without the `^C` that ended it.
    pub fn finish(&self) -> Result<(), Failure> {
        if self.drawn_on.is_some() { screen::write("\r\x1b[2K") } else { Ok(()) }
    }

    fn strokes(&mut self, picture: &str, screen: Screen) -> String {
        let mut out = match self.drawn_on {
            None => String::new(),
            // What was typed meanwhile, `^C` say, stands where the cursor is.
            Some(before) if before == screen && self.lines > 0 => format!("\r\x1b[{}A", self.lines),
            Some(before) if before == screen => "\r".to_owned(),
            // In another size the lines are broken elsewhere: start at the top.
            Some(_) => "\x1b[H\x1b[2J".to_owned(),
        };
        // The last line of the terminal is the cursor's.
        let room = screen.height.map_or(usize::MAX, |height| height.saturating_sub(1));
        let all = picture.lines().count();
        let shown = if all > room { room.saturating_sub(1) } else { all };
        for line in picture.lines().take(shown) {
            // Erased first: at the end of a full line the cursor is still on it.
            out.push_str("\x1b[2K");
            out.push_str(line);
            out.push('\n');
        }
        self.lines = shown;
        if all > room && room > 0 {
            let mut note = String::new();
            screen.note(&mut note, &format!("+{} lines, for which the window is too low", all - shown));
            out.push_str("\x1b[2K");
            out.push_str(note.trim_end_matches('\n'));
            out.push('\n');
            self.lines += 1;
        }
        out.push_str("\x1b[J");
        self.drawn_on = Some(screen);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::style::Style;

    fn screen(height: usize) -> Screen {
        Screen { width: Some(80), height: Some(height), style: Style::default() }
    }

    #[test]
    fn a_picture_is_drawn_over_the_last() {
        let mut canvas = Canvas::default();
        assert_eq!(canvas.strokes("a\nb\n", screen(5)), "\x1b[2Ka\n\x1b[2Kb\n\x1b[J");
        assert_eq!(canvas.strokes("c\n", screen(5)), "\r\x1b[2A\x1b[2Kc\n\x1b[J");
        assert_eq!(canvas.strokes("d\n", screen(5)), "\r\x1b[1A\x1b[2Kd\n\x1b[J");
    }

    #[test]
    fn another_size_starts_at_the_top_and_a_low_window_cuts() {
        let mut canvas = Canvas::default();
        canvas.strokes("a\nb\nc\n", screen(10));
        let cut = canvas.strokes("a\nb\nc\n", screen(3));
        assert_eq!(cut, "\x1b[H\x1b[2J\x1b[2Ka\n\x1b[2K+2 lines, for which the window is too low\n\x1b[J");
        assert!(canvas.strokes("x\n", screen(3)).starts_with("\r\x1b[2A"));
    }
}
