//! [`Numbers`]: a file of a single line of numbers, such as those in `/proc/sys`.

use crate::scan::{leading_numbers, lines};
use crate::text_file::Content;

/// The first `N` numbers of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers<const N: usize>(pub [Option<u64>; N]);

impl<const N: usize> Default for Numbers<N> {
    fn default() -> Numbers<N> {
        Numbers([None; N])
    }
}

impl<const N: usize> Content for Numbers<N> {
    fn parse(&mut self, text: &[u8]) {
        self.clear();
        let line = lines(text).next().unwrap_or_default();
        for (number, found) in self.0.iter_mut().zip(leading_numbers(line)) {
            *number = Some(found);
        }
    }

    fn clear(&mut self) {
        *self = Numbers::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: [Option<u64>; 3]) {
        let mut numbers = Numbers([Some(7); 3]);
        numbers.parse(text.as_bytes());
        assert_eq!(numbers.0, expected, "{text:?}");
    }

    #[test]
    fn reads_what_is_there() {
        check("2367\t0\t9223372036854775807\n", [Some(2367), Some(0), Some(9_223_372_036_854_775_807)]);
        check("1 x 3\n", [Some(1), None, None]);
        check("1 2 3 4\n5\n", [Some(1), Some(2), Some(3)]);
        check("1 2", [None; 3]);
        check("99999999999999999999 1\n", [None; 3]);
        check("", [None; 3]);
    }
}
