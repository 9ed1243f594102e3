//! [`TextFile`]: a kernel file that is read at most once a sample, and what it
//! said.

use std::borrow::Cow;

use crate::file::{File, Shape};
use crate::root::{Root, Unavailable};

/// What a text becomes. Keeps its memory from one text to the next, and nothing
/// else but what identifies the things in it.
pub trait Content: Default {
    /// Takes a new text in place of the last one. What it lacks isn't there;
    /// nothing of the last text stays.
    fn parse(&mut self, text: &[u8]);

    /// Forgets the last text, after a read that failed or wasn't wanted.
    fn clear(&mut self);
}

/// A text file and what was read from it.
#[derive(Debug)]
pub struct TextFile<T> {
    file: File,
    content: T,
    unavailable: Option<Unavailable>,
}

impl<T: Content> TextFile<T> {
    /// The file at `path`, relative to the root. See [`Shape`] for how the
    /// kernel hands it out; `expected_bytes` is the room for it at first.
    #[must_use]
    pub fn new(path: impl Into<Cow<'static, str>>, shape: Shape, expected_bytes: usize) -> TextFile<T> {
        let file = File::new(path, shape, expected_bytes);
        TextFile { file, content: T::default(), unavailable: None }
    }

    /// Reads the file if it is wanted; else its content is empty.
    pub fn update(&mut self, wanted: bool, root: &mut Root) {
        self.unavailable = None;
        if !wanted {
            return self.content.clear();
        }
        match self.file.read(root) {
            Ok(text) => self.content.parse(text),
            Err(why) => {
                self.content.clear();
                self.unavailable = Some(why);
            }
        }
    }

    /// What the file says.
    #[must_use]
    pub fn content(&self) -> &T {
        &self.content
    }

    /// The same, to say what is wanted of the next text.
    pub(crate) fn content_mut(&mut self) -> &mut T {
        &mut self.content
    }

    /// Why it could not be read in the last sample, if it was wanted.
    #[must_use]
    pub fn unavailable(&self) -> Option<Unavailable> {
        self.unavailable
    }
}
