//! [`NamedNumbers`]: a file that gives each of many numbers a name, a line each.
//!
//! ```text
//!   pgfault 831290                  /proc/vmstat
//!   MemFree:       24086300 kB      /proc/meminfo
//! ```
//!
//! A kernel writes the same names in the same order every time, and others than
//! another kernel. So the place of a name in the list is looked for once and
//! only checked from then on. What isn't on the list is left out; what a kernel
//! lacks isn't there.

use crate::scan::lines;
use crate::text_file::Content;

/// A name as the kernel writes it, and where its number goes.
pub type Slot<T> = (&'static [u8], fn(&mut T) -> &mut Option<u64>);

/// Numbers by name: a structure made by `named_numbers!`.
pub trait Named: Copy + Default + std::fmt::Debug + 'static {
    /// The names that are read.
    const SLOTS: &'static [Slot<Self>];

    /// The name on a line and its number.
    fn split(line: &[u8]) -> Option<(&[u8], Option<u64>)>;
}

/// Declares a structure of numbers that may be missing, each with the name that
/// the kernel gives it.
macro_rules! named_numbers {
    ($(#[$doc:meta])* $vis:vis struct $Name:ident split by $split:path { $($text:literal => $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        $vis struct $Name {
            $(#[doc = concat!("`", $text, "`.")]
            pub $field: Option<u64>,)*
        }

        impl $crate::named::Named for $Name {
            const SLOTS: &'static [$crate::named::Slot<$Name>] =
                &[$(($text.as_bytes(), |numbers| &mut numbers.$field),)*];

            fn split(line: &[u8]) -> Option<(&[u8], Option<u64>)> {
                $split(line)
            }
        }
    };
}
pub(crate) use named_numbers;

/// The place of a line whose name isn't on the list.
const NOT_LISTED: u16 = u16::MAX;

/// The numbers of such a file, and the order in which it has them.
#[derive(Debug, Default)]
pub struct NamedNumbers<T> {
    numbers: T,
    /// By line, where on the list its name was last time.
    order: Vec<u16>,
}

impl<T> NamedNumbers<T> {
    /// What the file says.
    #[must_use]
    pub fn numbers(&self) -> &T {
        &self.numbers
    }
}

impl<T: Named> Content for NamedNumbers<T> {
    fn parse(&mut self, text: &[u8]) {
        self.numbers = T::default();
        for (index, line) in lines(text).enumerate() {
            let Some((name, number)) = T::split(line) else { continue };
            if let Some((_, slot)) = T::SLOTS.get(self.place(index, name)) {
                *slot(&mut self.numbers) = number;
            }
        }
    }

    /// The order is remembered.
    fn clear(&mut self) {
        self.numbers = T::default();
    }
}

impl<T: Named> NamedNumbers<T> {
    /// Where on the list the name on a line is; beyond its end if it is nowhere.
    fn place(&mut self, index: usize, name: &[u8]) -> usize {
        let is_it = |place: usize| T::SLOTS.get(place).is_some_and(|(known, _)| *known == name);
        if self.order.len() <= index {
            self.order.resize(index + 1, NOT_LISTED);
        }
        let last = usize::from(self.order[index]);
        if is_it(last) {
            return last;
        }
        let found = (0..T::SLOTS.len()).find(|place| is_it(*place));
        let place = found.and_then(|place| u16::try_from(place).ok()).unwrap_or(NOT_LISTED);
        self.order[index] = place;
        usize::from(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{fields, number};

    fn split(line: &[u8]) -> Option<(&[u8], Option<u64>)> {
        let mut fields = fields(line);
        Some((fields.next()?, fields.next().and_then(number)))
    }

    named_numbers! {
        /// Two numbers.
        struct Two split by split { "a" => first, "b(c)" => second, }
    }

    #[track_caller]
    fn check(file: &mut NamedNumbers<Two>, text: &str, expected: (Option<u64>, Option<u64>)) {
        file.parse(text.as_bytes());
        assert_eq!((file.numbers().first, file.numbers().second), expected, "{text:?}");
    }

    #[test]
    fn names_are_found_wherever_they_are() {
        let mut file = NamedNumbers::default();
        check(&mut file, "x 1\na 2\nb(c) 3\n", (Some(2), Some(3)));
        check(&mut file, "x 1\na 4\nb(c) 18446744073709551615\n", (Some(4), Some(u64::MAX)));
        check(&mut file, "b(c) 6\nx 1\na 5\n", (Some(5), Some(6)));
        check(&mut file, "a 7\n", (Some(7), None));
        file.clear();
        assert_eq!(*file.numbers(), Two::default());
    }

    #[test]
    fn what_is_cut_odd_or_too_large_is_not_there() {
        let mut file = NamedNumbers::default();
        check(&mut file, "a 1\nb(c) 2\n", (Some(1), Some(2)));
        check(&mut file, "a\n\nb(c) 99999999999999999999\n", (None, None));
        check(&mut file, "a -1\nb(c) 2", (None, None));
        let long = format!("{} 1\na 3\n", "n".repeat(64 << 10));
        check(&mut file, &long, (Some(3), None));
    }
}
