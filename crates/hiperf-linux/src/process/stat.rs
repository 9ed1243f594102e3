//! [`PidStat`]: `/proc/PID/stat`, what the kernel accounts to a process.
//!
//! ```text
//!   812 (name) S 1 812 812 0 -1 4194560 101 0 3 0 7 9 0 0 20 0 1 0 2255456 3133440 360 ...
//!   pid  comm  | ppid               minflt   |   | |      |  |  |  |       |       resident pages
//!              state                    majflt   | stime  |  |  threads    |       virtual bytes
//!                                            utime      priority nice      start, ticks
//! ```
//!
//! The name may hold anything, blanks, newlines and parentheses included, but no
//! later field holds a closing one: the last of them ends the name. The fields up
//! to the 24th are there since Linux 2.6, so a line without all of them has been
//! cut short or isn't one, and nothing of it counts. The rest is not read.
//!
//! Spec: `proc_pid_stat(5)`.

use crate::scan::leading_number;

/// Longest name that the kernel writes, with what may come before and a margin.
/// Beyond it a closing parenthesis is looked for only if the line makes no sense
/// otherwise.
const NAME_WINDOW_BYTES: usize = 96;

/// The contents of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PidStat {
    /// State as the kernel's letter: `R` runs or wants to, `S` and `I` sleep,
    /// `D` waits for a device, `T` and `t` are stopped, `Z` has ended.
    pub state: u8,
    /// The id of the process that started it, or that took it over.
    pub parent: u32,
    /// Page faults without a read from a disk.
    pub minor_faults: u64,
    /// Page faults with one.
    pub major_faults: u64,
    /// Time in user mode, in clock ticks.
    pub user_ticks: u64,
    /// Time in kernel mode, in clock ticks.
    pub system_ticks: u64,
    /// The priority that the scheduler uses, as the kernel shows it.
    pub priority: i64,
    /// The nice value, -20 to 19.
    pub nice: i64,
    /// Threads.
    pub threads: u64,
    /// When it started, in clock ticks since the machine did.
    pub start_ticks: u64,
    /// Address space, in bytes.
    pub virtual_bytes: u64,
    /// Resident memory, in pages.
    pub resident_pages: u64,
}

impl PidStat {
    /// What a text of the file says, and the name in it; `None` if it makes no
    /// sense as a whole.
    #[must_use]
    pub(crate) fn parse(text: &[u8]) -> Option<(PidStat, &[u8])> {
        let open = text.iter().take(NAME_WINDOW_BYTES).position(|byte| *byte == b'(')?;
        let window = &text[..text.len().min(NAME_WINDOW_BYTES)];
        PidStat::after_name(text, open, window).or_else(|| PidStat::after_name(text, open, text))
    }

    /// The same, with the end of the name within `window`.
    fn after_name<'a>(text: &'a [u8], open: usize, window: &[u8]) -> Option<(PidStat, &'a [u8])> {
        let mut close = open + window.get(open..)?.iter().position(|byte| *byte == b')')?;
        // Hardly any name holds another one, and `contains` looks at many bytes at once.
        if window[close + 1..].contains(&b')') {
            close = window.iter().rposition(|byte| *byte == b')')?;
        }
        let name = text.get(open + 1..close)?;
        let mut fields = Fields { rest: text.get(close + 2..)? };
        let mut stat = PidStat { state: fields.letter()?, ..PidStat::default() };
        stat.parent = u32::try_from(fields.unsigned()?).ok()?;
        fields.skip(5)?;
        stat.minor_faults = fields.unsigned()?;
        fields.skip(1)?;
        stat.major_faults = fields.unsigned()?;
        fields.skip(1)?;
        stat.user_ticks = fields.unsigned()?;
        stat.system_ticks = fields.unsigned()?;
        fields.skip(2)?;
        stat.priority = fields.signed()?;
        stat.nice = fields.signed()?;
        stat.threads = fields.unsigned()?;
        fields.skip(1)?;
        stat.start_ticks = fields.unsigned()?;
        stat.virtual_bytes = fields.unsigned()?;
        stat.resident_pages = fields.unsigned()?;
        Some((stat, name))
    }

    /// Processor time, in clock ticks.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.user_ticks.wrapping_add(self.system_ticks)
    }
}

/// The fields of a line that single blanks separate. Each one asked for must be
/// there and end in a blank or a newline: a number that the text ends in may have
/// been cut.
struct Fields<'a> {
    rest: &'a [u8],
}

impl Fields<'_> {
    fn letter(&mut self) -> Option<u8> {
        let letter = *self.rest.first()?;
        if !letter.is_ascii_alphabetic() || *self.rest.get(1)? != b' ' {
            return None;
        }
        self.rest = &self.rest[2..];
        Some(letter)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        for (at, byte) in self.rest.iter().enumerate() {
            if *byte == b' ' {
                count -= 1;
                if count == 0 {
                    self.rest = &self.rest[at + 1..];
                    return Some(());
                }
            }
        }
        None
    }

    fn unsigned(&mut self) -> Option<u64> {
        let (value, rest) = leading_number(self.rest)?;
        self.rest = matches!(rest.first()?, b' ' | b'\n').then(|| &rest[1..])?;
        Some(value)
    }

    fn signed(&mut self) -> Option<i64> {
        if *self.rest.first()? != b'-' {
            return i64::try_from(self.unsigned()?).ok();
        }
        self.rest = &self.rest[1..];
        0_i64.checked_sub_unsigned(self.unsigned()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str =
        "S 6847 13487 13487 0 -1 4194304 101 2 3 4 50 60 7 8 39 -19 12 0 2255456 3133440 360 9 8\n";

    #[track_caller]
    fn name_of(text: &str) -> Option<String> {
        let (stat, name) = PidStat::parse(text.as_bytes())?;
        let expected = PidStat {
            state: b'S',
            parent: 6847,
            minor_faults: 101,
            major_faults: 3,
            user_ticks: 50,
            system_ticks: 60,
            priority: 39,
            nice: -19,
            threads: 12,
            start_ticks: 2_255_456,
            virtual_bytes: 3_133_440,
            resident_pages: 360,
        };
        assert_eq!(stat, expected, "{text:?}");
        assert_eq!(stat.ticks(), 110);
        Some(String::from_utf8_lossy(name).into_owned())
    }

    #[test]
    fn a_name_may_hold_anything() {
        for name in ["cat", "", " ", ")", "(", "a) R 1 (b", "x\ny", ") S 1 2 3", "tmux: server"] {
            assert_eq!(name_of(&format!("17 ({name}) {REST}")).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_name_may_be_longer_than_any() {
        let name = "n) S 1".repeat(10 << 10);
        assert_eq!(name_of(&format!("17 ({name}) {REST}")), Some(name));
    }

    #[test]
    fn a_line_that_is_cut_anywhere_says_nothing_false() {
        let text = format!("17 (cat) {REST}");
        let enough = text.find(" 360 ").unwrap() + " 360 ".len();
        for length in 0..text.len() {
            let parsed = PidStat::parse(&text.as_bytes()[..length]);
            assert_eq!(parsed.is_some(), length >= enough, "{length} bytes");
        }
    }

    #[test]
    fn numbers_that_are_none_or_too_large_void_the_line() {
        for (from, to) in
            [(" 360 ", " x "), (" 12 ", " 1x2 "), (" 50 ", " 18446744073709551616 "), ("S ", "SS ")]
        {
            let text = format!("17 (cat) {}", REST.replace(from, to));
            assert_eq!(PidStat::parse(text.as_bytes()), None, "{to}");
        }
        let text = format!("17 (cat) {}", REST.replace(" 50 ", " 18446744073709551615 "));
        assert_eq!(PidStat::parse(text.as_bytes()).unwrap().0.user_ticks, u64::MAX);
    }

    #[test]
    fn garbage_is_none() {
        for text in ["", "17", "17 (cat", "17 (cat)", "17 )cat( S 1", "\0\0\0", ")(", "(a) S "] {
            assert_eq!(PidStat::parse(text.as_bytes()), None, "{text:?}");
        }
    }
}
