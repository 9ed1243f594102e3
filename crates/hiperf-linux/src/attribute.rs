//! [`Attribute`]: a file of `/sys` that holds one number or one word, and what it
//! said last.

use crate::file::{File, Shape};
use crate::root::{Root, Unavailable};
use crate::scan::{fields, lines, number, put_text};

/// Most hold one number; the longest word is of a label.
const EXPECTED_BYTES: usize = 64;

/// A file with a number.
#[derive(Debug)]
pub struct Attribute {
    file: File,
    value: Option<i64>,
    unavailable: Option<Unavailable>,
}

impl Attribute {
    /// The file at `path`, relative to the root.
    #[must_use]
    pub fn new(path: String) -> Attribute {
        Attribute { file: File::new(path, Shape::OnePiece, EXPECTED_BYTES), value: None, unavailable: None }
    }

    /// Reads the file if it is wanted; else it has no value.
    pub fn update(&mut self, wanted: bool, root: &mut Root) {
        (self.value, self.unavailable) = (None, None);
        if wanted {
            match self.file.read(root) {
                Ok(text) => self.value = only_signed(text),
                Err(why) => self.unavailable = Some(why),
            }
        }
    }

    /// The number.
    #[must_use]
    pub fn value(&self) -> Option<i64> {
        self.value
    }

    /// The number, if it isn't negative.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        u64::try_from(self.value?).ok()
    }

    /// Why it could not be read, if it was wanted.
    #[must_use]
    pub fn unavailable(&self) -> Option<Unavailable> {
        self.unavailable
    }
}

/// A file with a word that stays the same while the device is there, and so is
/// read once.
#[derive(Debug)]
pub struct Word {
    path: String,
    word: Option<String>,
    unavailable: Option<Unavailable>,
    is_read: bool,
}

impl Word {
    /// The file at `path`, relative to the root.
    #[must_use]
    pub fn new(path: String) -> Word {
        Word { path, word: None, unavailable: None, is_read: false }
    }

    /// Reads the file if it is wanted and was not read yet.
    pub fn update(&mut self, wanted: bool, root: &mut Root) {
        if !wanted || self.is_read {
            return;
        }
        self.is_read = true;
        let mut file = File::new(std::mem::take(&mut self.path), Shape::OnePiece, EXPECTED_BYTES);
        match file.read(root) {
            Ok(text) => {
                self.word = lines(text).next().filter(|line| !line.is_empty()).map(|line| {
                    let mut word = String::new();
                    put_text(&mut word, line.trim_ascii());
                    word
                });
            }
            Err(why) => self.unavailable = Some(why),
        }
    }

    /// The word.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        self.word.as_deref()
    }

    /// Why it could not be read.
    #[must_use]
    pub fn unavailable(&self) -> Option<Unavailable> {
        self.unavailable
    }
}

/// The number that a one-line file consists of, which may be negative.
fn only_signed(text: &[u8]) -> Option<i64> {
    let mut all = fields(lines(text).next()?);
    let (first, None) = (all.next()?, all.next()) else { return None };
    match first.strip_prefix(b"-") {
        Some(digits) => i64::try_from(number(digits)?).ok()?.checked_neg(),
        None => i64::try_from(number(first)?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_negative() {
        assert_eq!(only_signed(b"-5000\n"), Some(-5000));
        assert_eq!(only_signed(b"42000\n"), Some(42000));
        assert_eq!(only_signed(b"9223372036854775807\n"), Some(i64::MAX));
        for odd in [&b"9223372036854775808\n"[..], b"-\n", b"--1\n", b"1 2\n", b"1", b"", b"x\n", b"-1x\n"] {
            assert_eq!(only_signed(odd), None, "{odd:?}");
        }
    }
}
