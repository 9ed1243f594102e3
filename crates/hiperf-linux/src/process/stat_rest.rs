//! [`StatRest`]: what `/proc/PID/stat` says beyond what [`PidStat`] has of it.
//!
//! Fewer ask for it, so it is parsed only then. The fields from the 39th on came
//! one by one with kernels 2.2 to 2.6.18; one that isn't there is `None`. They are
//! those of the first thread of a process.
//!
//! Spec: `proc_pid_stat(5)`.
//!
//! [`PidStat`]: crate::process::stat::PidStat

use std::fmt::{self, Write as _};

use crate::area::Units;
use crate::process::perf_process::to_100ns;
use crate::scan::number;

/// The field that follows the name.
const STATE: usize = 3;

/// The fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatRest {
    /// The id of its process group.
    pub group: Option<u64>,
    /// The id of its session.
    pub session: Option<u64>,
    /// Its terminal; `None` if it has none.
    pub terminal: Option<Terminal>,
    /// The processor on which it ran last.
    pub processor: Option<u64>,
    /// Its real-time priority, 1 to 99; 0 if it has none.
    pub realtime_priority: Option<u64>,
    /// The number of its scheduling policy.
    pub policy: Option<u64>,
    /// Time it waited for block devices, in 100 ns; `None` if it isn't measured.
    pub block_delay_100ns: Option<u64>,
}

impl StatRest {
    /// What a text of the file says. `delays_in` are the units of the time that it
    /// waited, if that is measured.
    pub(crate) fn parse(text: &[u8], delays_in: Option<Units>) -> StatRest {
        let mut rest = StatRest::default();
        let Some(close) = text.iter().rposition(|byte| *byte == b')') else { return rest };
        let Some(line) = text.get(close + 2..) else { return rest };
        // What ends in neither a blank nor a newline may have been cut.
        let Some(end) = line.iter().rposition(|byte| matches!(byte, b' ' | b'\n')) else { return rest };
        for (index, field) in line[..end].split(|byte| *byte == b' ').enumerate() {
            let place = match index + STATE {
                5 => &mut rest.group,
                6 => &mut rest.session,
                7 => {
                    rest.terminal = number(field).and_then(Terminal::new);
                    continue;
                }
                39 => &mut rest.processor,
                40 => &mut rest.realtime_priority,
                41 => &mut rest.policy,
                42 => {
                    let ticks = number(field);
                    rest.block_delay_100ns = delays_in.and_then(|units| Some(to_100ns(ticks?, units)));
                    break;
                }
                _ => continue,
            };
            *place = number(field);
        }
        rest
    }

    /// The name of its scheduling policy, as `sched.h` has it.
    #[must_use]
    pub fn policy_name(&self) -> Option<&'static str> {
        Some(match self.policy? {
            0 => "SCHED_OTHER",
            1 => "SCHED_FIFO",
            2 => "SCHED_RR",
            3 => "SCHED_BATCH",
            5 => "SCHED_IDLE",
            6 => "SCHED_DEADLINE",
            7 => "SCHED_EXT",
            _ => return None,
        })
    }
}

/// The name of a terminal, in place: `pts/3`, `tty1`, `ttyS0`, or the numbers of
/// the device, `204:64`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    length: u8,
    bytes: [u8; Terminal::MOST_BYTES],
}

impl Terminal {
    const MOST_BYTES: usize = 24;

    /// Of the number that the kernel writes: bits 8 to 19 are the kind of device,
    /// 0 to 7 and from 20 on the one of that kind.
    fn new(device: u64) -> Option<Terminal> {
        let (major, minor) = (device >> 8 & 0xfff, device & 0xff | device >> 12 & 0xfff00);
        let mut name = Terminal { length: 0, bytes: [0; Terminal::MOST_BYTES] };
        let written = match (major, minor) {
            (0, 0) => return None,
            (4, 0..64) => write!(name, "tty{minor}"),
            (4, _) => write!(name, "ttyS{}", minor - 64),
            // Each of these numbers is for 256 of them, or the first for all.
            (136..=143, _) => write!(name, "pts/{}", (major - 136) * 256 + minor),
            _ => write!(name, "{major}:{minor}"),
        };
        written.ok().map(|()| name)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Write for Terminal {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let start = usize::from(self.length);
        let room = self.bytes.get_mut(start..start + text.len()).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length += text.len() as u8;
        Ok(())
    }
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "7 (a) S 1 2) S 1 70 60 34819 -1 4194304 101 2 3 4 50 60 7 8 39 -19 12 0 2255456 3133440 360 \
        18446744073709551615 1 2 3 4 5 6 7 8 9 10 11 12 17 5 99 2 1234 0 0 1 2 3 4 5 6 7 0\n";

    const UNITS: Option<Units> = Some(Units { ticks_per_second: 100, page_size_bytes: 4096 });

    #[test]
    fn the_rest_of_the_line() {
        let rest = StatRest::parse(TEXT.as_bytes(), UNITS);
        assert_eq!((rest.group, rest.session), (Some(70), Some(60)));
        assert_eq!(rest.terminal.unwrap().as_str(), "pts/3");
        assert_eq!((rest.processor, rest.realtime_priority), (Some(5), Some(99)));
        assert_eq!(StatRest::parse(TEXT.as_bytes(), None).block_delay_100ns, None);
        assert_eq!((rest.policy_name(), rest.block_delay_100ns), (Some("SCHED_RR"), Some(123_400_000)));
    }

    #[test]
    fn a_line_that_is_cut_anywhere_says_nothing_false() {
        let whole = StatRest::parse(TEXT.as_bytes(), UNITS);
        for length in 0..TEXT.len() {
            let cut = StatRest::parse(&TEXT.as_bytes()[..length], UNITS);
            // Until the name has ended, another `)` may seem to end it.
            if length > TEXT.find(") S 1 70").unwrap() {
                assert!(cut.session.is_none() || cut.session == whole.session);
                assert!(cut.processor.is_none() || cut.processor == whole.processor);
                assert!(cut.block_delay_100ns.is_none() || cut.block_delay_100ns == whole.block_delay_100ns);
            }
        }
        for garbage in ["", ")", ") ", "7 (a) S", "7 (a) S x y z\n"] {
            assert_eq!(StatRest::parse(garbage.as_bytes(), UNITS), StatRest::default(), "{garbage:?}");
        }
    }

    #[test]
    fn terminals_have_their_names() {
        let name = |device| Terminal::new(device).map(|terminal| terminal.as_str().to_owned());
        for (device, expected) in [
            (0, None),
            (0x401, Some("tty1")),
            (0x440, Some("ttyS0")),
            (0x8800, Some("pts/0")),
            (0x8901, Some("pts/257")),
            (0x10_8805, Some("pts/261")),
            (0xcc40, Some("204:64")),
            (u64::MAX, Some("4095:1048575")),
        ] {
            assert_eq!(name(device).as_deref(), expected, "{device:#x}");
        }
    }
}
