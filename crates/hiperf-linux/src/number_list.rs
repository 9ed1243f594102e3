//! [`NumberList`]: a file that lists processors or nodes, as in `0-3,8`.

use crate::scan::{lines, numbers_of_list};
use crate::text_file::Content;

/// The numbers of the list, ascending.
#[derive(Debug, Default)]
pub struct NumberList(Vec<u32>);

impl Content for NumberList {
    fn parse(&mut self, text: &[u8]) {
        self.0.clear();
        self.0.extend(lines(text).next().into_iter().flat_map(numbers_of_list));
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl NumberList {
    /// The numbers.
    #[must_use]
    pub fn numbers(&self) -> &[u32] {
        &self.0
    }

    /// Whether a number is on the list.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        self.0.binary_search(&number).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_one_line() {
        let mut list = NumberList::default();
        list.parse(b"0-2,8\n9\n");
        assert_eq!(list.numbers(), [0, 1, 2, 8]);
        assert!(list.contains(8) && !list.contains(3));
        list.parse(b"\n");
        assert_eq!(list.numbers(), []);
        list.parse(b"0-2");
        assert_eq!(list.numbers(), []);
    }
}
