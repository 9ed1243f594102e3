//! [`Section`]: numbers that a kernel file gives names to, and the two forms in
//! which the files of `/proc/net` do that.
//!
//! ```text
//!   Udp: InDatagrams NoPorts InErrors          net/snmp, net/netstat: names above numbers
//!   Udp: 158 0 0
//!   Udp6InDatagrams                 158        net/snmp6: a line each
//! ```
//!
//! Only the names that some property needs are kept; a kernel may lack any of
//! them, and give them in any order. The line of names hardly ever changes: which
//! of them are wanted is found once and used as long as the line is the same.

use crate::scan::{fields, number, split_at_byte};

/// Numbers with names, each there or not.
pub trait Section: Copy + Default {
    /// What the names have in common: the text before the colon, or the
    /// beginning of each name.
    const LABEL: &'static [u8];
    /// The names that are kept, without it.
    const NAMES: &'static [&'static [u8]];

    /// The number with a name, by its place in the list.
    fn slot(&mut self, index: usize) -> Option<&mut Option<u64>>;
}

/// A section as a struct: a field for each name.
macro_rules! section {
    ($(#[$doc:meta])* $Section:ident of $label:literal { $($field:ident: $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $Section {
            $(#[doc = concat!("`", $name, "`.")] pub $field: Option<u64>,)*
        }

        impl $crate::network::section::Section for $Section {
            const LABEL: &'static [u8] = $label.as_bytes();
            const NAMES: &'static [&'static [u8]] = &[$($name.as_bytes()),*];

            fn slot(&mut self, index: usize) -> Option<&mut Option<u64>> {
                #[allow(non_camel_case_types)] // they are the fields
                #[repr(usize)]
                enum Place { $($field),* }
                match index {
                    $(place if place == Place::$field as usize => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use section;

/// A section whose names stand in a line above the numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns<S> {
    names: Vec<u8>,
    /// For each column its place in the section's list, if it is wanted.
    places: Vec<Option<u8>>,
    pub(crate) values: S,
}

impl<S: Section> Columns<S> {
    /// Takes the section out of a pair of lines, if they are its own.
    pub(crate) fn take(&mut self, names: &[u8], numbers: &[u8]) {
        let is_own = |line| split_at_byte(line, b':').filter(|(label, _)| *label == S::LABEL);
        let (Some((_, names)), Some((_, numbers))) = (is_own(names), is_own(numbers)) else { return };
        if self.names != names {
            self.learn(names);
        }
        for (place, field) in self.places.iter().zip(fields(numbers)) {
            if let Some(slot) = place.and_then(|place| self.values.slot(place.into())) {
                *slot = number(field);
            }
        }
    }

    /// Forgets the numbers.
    pub(crate) fn clear(&mut self) {
        self.values = S::default();
    }

    fn learn(&mut self, names: &[u8]) {
        self.names.clear();
        self.names.extend_from_slice(names);
        self.places.clear();
        self.places.extend(fields(names).map(|name| {
            let place = S::NAMES.iter().position(|known| *known == name)?;
            u8::try_from(place).ok()
        }));
    }
}

/// Takes one line of a name and a number into the section that the name is of.
/// `next` is where the name is looked for first: the lines are in the order of
/// the list, mostly.
pub(crate) fn take_line<S: Section>(section: &mut S, line: &[u8], next: &mut usize) {
    let Some(rest) = line.strip_prefix(S::LABEL) else { return };
    let mut fields = fields(rest);
    let Some(name) = fields.next() else { return };
    let is_it = |known: &&[u8]| *known == name;
    let at_once = S::NAMES.get(*next).filter(|known| is_it(known)).map(|_| *next);
    let Some(place) = at_once.or_else(|| S::NAMES.iter().position(is_it)) else { return };
    *next = place + 1;
    if let Some(slot) = section.slot(place) {
        *slot = fields.next().and_then(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    section! {
        /// For the tests.
        Sample of "Udp" { received: "InDatagrams", errors: "InErrors", }
    }

    #[track_caller]
    fn check(columns: &mut Columns<Sample>, names: &str, numbers: &str, expected: [Option<u64>; 2]) {
        columns.clear();
        columns.take(names.as_bytes(), numbers.as_bytes());
        assert_eq!([columns.values.received, columns.values.errors], expected, "{names} | {numbers}");
    }

    #[test]
    fn names_say_which_column_is_which() {
        let mut columns = Columns::default();
        check(&mut columns, "Udp: InDatagrams NoPorts InErrors", "Udp: 5 6 7", [Some(5), Some(7)]);
        check(&mut columns, "Udp: InDatagrams NoPorts InErrors", "Udp: 8 6 9", [Some(8), Some(9)]);
        check(&mut columns, "Udp: InErrors InDatagrams", "Udp: 1 2", [Some(2), Some(1)]);
        check(&mut columns, "Udp: NoPorts", "Udp: 1", [None, None]);
    }

    #[test]
    fn what_is_short_odd_or_of_another_section_is_not_there() {
        let mut columns = Columns::default();
        check(&mut columns, "Udp: InDatagrams InErrors", "Udp: 5", [Some(5), None]);
        check(&mut columns, "Udp: InDatagrams InErrors", "Udp: -1 18446744073709551616", [None, None]);
        check(&mut columns, "Udp: InDatagrams", "Udp: 18446744073709551615 3 4", [Some(u64::MAX), None]);
        check(&mut columns, "UdpLite: InDatagrams", "UdpLite: 5", [None, None]);
        check(&mut columns, "Udp: InDatagrams", "Tcp: 5", [None, None]);
        check(&mut columns, "Udp InDatagrams", "Udp 5", [None, None]);
    }

    #[test]
    fn a_line_may_be_a_name_and_a_number() {
        let take = |lines: &[&str]| {
            let (mut section, mut next) = (Sample::default(), 0);
            lines.iter().for_each(|line| take_line(&mut section, line.as_bytes(), &mut next));
            [section.received, section.errors]
        };
        assert_eq!(take(&["UdpInDatagrams \t5", "UdpInErrors 6"]), [Some(5), Some(6)]);
        assert_eq!(take(&["UdpInErrors 6", "UdpInDatagrams 5"]), [Some(5), Some(6)]);
        assert_eq!(take(&["UdpInErrors", "UdpInDatagrams x", "Udp", "", "UdpLiteInErrors 3"]), [None, None]);
    }
}
