//! [`Names`]: what tells processes of the same name apart.
//!
//! The first one is `name`, those after it `name#1`, `name#2`, in order of start.
//! On Windows the numbers move up when one ends; here a process keeps its own for
//! as long as it bears the name. Who comes later takes the lowest that is free,
//! `name` itself if that is; by its identity it is not mistaken for the one that
//! had it.
//!
//! Keys are compared without regard to case, so names are here as well. A name
//! that already looks like `name#1`, and those of the two instances that are no
//! processes, get a number from the first one on: no two processes ever have the
//! same key.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::process::comm::Comm;

/// Names of instances that are no processes.
const RESERVED: [&str; 2] = ["_total", "idle"];

/// Room for the names of programs, which have at most 15 bytes, with a number.
pub(crate) const ORDINARY_BYTES: usize = 32;

/// Which numbers of each name are taken. Keeps its memory when processes go.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashMap<String, Numbers>,
    pool: Vec<(String, Numbers)>,
    key: String,
}

/// A set of numbers.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    words: Vec<u64>,
    count: usize,
}

impl Names {
    /// Takes a number for a name and writes the key to `key`.
    pub(crate) fn take(&mut self, comm: &Comm, key: &mut String) -> u32 {
        self.write_key(comm);
        let first = u32::from(needs_number(&self.key));
        let number = match self.taken.get_mut(self.key.as_str()) {
            Some(numbers) => numbers.take(first),
            None => {
                let room = || (String::with_capacity(ORDINARY_BYTES), Numbers::default());
                let (mut name, mut numbers) = self.pool.pop().unwrap_or_else(room);
                name.clear();
                name.push_str(&self.key);
                let number = numbers.take(first);
                self.taken.insert(name, numbers);
                number
            }
        };
        key.clear();
        comm.show(key);
        if number > 0 {
            let _strings_take_everything = write!(key, "#{number}");
        }
        number
    }

    /// Gives back what [`Names::take`] took.
    pub(crate) fn release(&mut self, comm: &Comm, number: u32) {
        self.write_key(comm);
        let Some(numbers) = self.taken.get_mut(self.key.as_str()) else { return };
        numbers.release(number);
        if numbers.count == 0 {
            self.pool.extend(self.taken.remove_entry(self.key.as_str()));
        }
    }

    /// The name by which namesakes know each other.
    fn write_key(&mut self, comm: &Comm) {
        self.key.clear();
        comm.show(&mut self.key);
        self.key.make_ascii_lowercase();
    }
}

/// Whether the name itself could be the key of something else.
fn needs_number(name: &str) -> bool {
    let looks_numbered = name
        .rsplit_once('#')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    looks_numbered || RESERVED.contains(&name)
}

impl Numbers {
    /// Frees all of them.
    pub(crate) fn clear(&mut self) {
        self.words.clear();
        self.count = 0;
    }

    /// Takes this one, if it is free.
    pub(crate) fn take_number(&mut self, number: u32) {
        let index = (number / u64::BITS) as usize;
        if self.words.len() <= index {
            self.words.resize(index + 1, 0);
        }
        let bit = 1 << (number % u64::BITS);
        self.count += usize::from(self.words[index] & bit == 0);
        self.words[index] |= bit;
    }

    /// Takes the lowest free number from `first` on, which is 0 or 1.
    pub(crate) fn take(&mut self, first: u32) -> u32 {
        for (index, word) in self.words.iter_mut().enumerate() {
            // A number that is never given out counts as taken.
            let never = if index == 0 { u64::from(first) } else { 0 };
            let free = (*word | never).trailing_ones();
            if free < u64::BITS {
                *word |= 1 << free;
                self.count += 1;
                return index as u32 * u64::BITS + free;
            }
        }
        self.words.push(0);
        self.take(first)
    }

    fn release(&mut self, number: u32) {
        let Some(word) = self.words.get_mut((number / u64::BITS) as usize) else { return };
        let bit = 1 << (number % u64::BITS);
        if *word & bit != 0 {
            *word &= !bit;
            self.count -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Test(Names);

    impl Test {
        #[track_caller]
        fn take(&mut self, name: &str, expected: &str) -> (Comm, u32) {
            let comm = Comm::new(name.as_bytes());
            let mut key = "left over".to_owned();
            let number = self.0.take(&comm, &mut key);
            assert_eq!(key, expected);
            (comm, number)
        }

        fn release(&mut self, (comm, number): (Comm, u32)) {
            self.0.release(&comm, number);
        }
    }

    #[test]
    fn a_number_stays_and_the_lowest_free_one_is_used_again() {
        let mut names = Test::default();
        let first = names.take("sh", "sh");
        let second = names.take("sh", "sh#1");
        let third = names.take("sh", "sh#2");
        names.release(second);
        names.take("sh", "sh#1");
        names.release(first);
        names.take("sh", "sh");
        names.take("sh", "sh#3");
        names.release(third);
        names.take("sh", "sh#2");
    }

    #[test]
    fn no_two_keys_are_the_same() {
        let mut names = Test::default();
        names.take("a#1", "a#1#1");
        names.take("a", "a");
        names.take("A", "A#1");
        names.take("a#1", "a#1#2");
        names.take("_Total", "_Total#1");
        names.take("Idle", "Idle#1");
        names.take("a#b", "a#b");
        names.take("#", "#");
        let many = Comm::new(b"many");
        let mut keys = std::collections::BTreeSet::new();
        for number in 0..200 {
            let mut key = String::new();
            assert_eq!(names.0.take(&many, &mut key), number);
            assert!(keys.insert(key));
        }
        names.0.release(&many, 130);
        assert_eq!(names.0.take(&many, &mut String::new()), 130);
    }

    #[test]
    fn memory_of_names_that_went_is_used_again() {
        let mut names = Test::default();
        for round in 0..100 {
            let taken = names.take(&format!("name{round}"), &format!("name{round}"));
            names.release(taken);
            assert_eq!((names.0.taken.len(), names.0.pool.len()), (0, 1));
        }
    }
}
