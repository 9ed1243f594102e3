//! The smaller files of a process: [`Statm`], [`Io`], [`Schedstat`], and the
//! numbers of `oom_score` and `limits`.
//!
//! Each is what its text says and nothing else: a field that isn't there, or is
//! no number, is `None`.
//!
//! Spec: `proc_pid_statm(5)`, `proc_pid_io(5)`, the kernel's
//! `sched-stats.rst`, `proc_pid_limits(5)`.

use crate::scan::{fields, leading_number, leading_numbers, lines, number, only_number, split_at_byte};

/// `/proc/PID/statm`, in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statm {
    /// Resident memory.
    pub resident_pages: Option<u64>,
    /// Resident memory that files or shared memory are behind.
    pub shared_pages: Option<u64>,
    /// Data and stack.
    pub data_pages: Option<u64>,
}

impl Statm {
    pub(crate) fn parse(text: &[u8]) -> Statm {
        let mut numbers = lines(text).next().into_iter().flat_map(leading_numbers).skip(1);
        let (resident_pages, shared_pages) = (numbers.next(), numbers.next());
        Statm { resident_pages, shared_pages, data_pages: numbers.nth(2) }
    }
}

/// `/proc/PID/io`, since the process began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Io {
    /// Bytes that calls which read have returned.
    pub read_bytes: Option<u64>,
    /// Bytes that calls which write have taken.
    pub written_bytes: Option<u64>,
    /// Calls that read.
    pub reads: Option<u64>,
    /// Calls that write.
    pub writes: Option<u64>,
    /// Bytes fetched from storage.
    pub storage_read_bytes: Option<u64>,
    /// Bytes that were to be written to storage.
    pub storage_written_bytes: Option<u64>,
    /// Of these, bytes that never had to be, because they were deleted before.
    pub cancelled_bytes: Option<u64>,
}

impl Io {
    /// Its lines are always the same, so they are taken as they come; only where
    /// one isn't what it should be is the text looked through by name.
    pub(crate) fn parse(text: &[u8]) -> Io {
        Io::parse_in_order(text).unwrap_or_else(|| Io::parse_by_name(text))
    }

    fn parse_in_order(text: &[u8]) -> Option<Io> {
        let mut rest = text;
        let mut next = |name: &[u8]| -> Option<Option<u64>> {
            let (value, after) = leading_number(rest.strip_prefix(name)?)?;
            rest = after.strip_prefix(b"\n")?;
            Some(Some(value))
        };
        Some(Io {
            read_bytes: next(b"rchar: ")?,
            written_bytes: next(b"wchar: ")?,
            reads: next(b"syscr: ")?,
            writes: next(b"syscw: ")?,
            storage_read_bytes: next(b"read_bytes: ")?,
            storage_written_bytes: next(b"write_bytes: ")?,
            cancelled_bytes: next(b"cancelled_write_bytes: ")?,
        })
    }

    fn parse_by_name(text: &[u8]) -> Io {
        let mut io = Io::default();
        for line in lines(text) {
            let Some((name, value)) = split_at_byte(line, b':') else { continue };
            let field = match name {
                b"rchar" => &mut io.read_bytes,
                b"wchar" => &mut io.written_bytes,
                b"syscr" => &mut io.reads,
                b"syscw" => &mut io.writes,
                b"read_bytes" => &mut io.storage_read_bytes,
                b"write_bytes" => &mut io.storage_written_bytes,
                b"cancelled_write_bytes" => &mut io.cancelled_bytes,
                _ => continue,
            };
            *field = number(value.trim_ascii());
        }
        io
    }
}

/// `/proc/PID/schedstat`, of the first thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Schedstat {
    /// Nanoseconds on a processor.
    pub run_ns: Option<u64>,
    /// Nanoseconds ready to run without a processor.
    pub wait_ns: Option<u64>,
    /// How often it was given a processor.
    pub timeslices: Option<u64>,
}

impl Schedstat {
    pub(crate) fn parse(text: &[u8]) -> Schedstat {
        let mut numbers = lines(text).next().into_iter().flat_map(leading_numbers);
        Schedstat { run_ns: numbers.next(), wait_ns: numbers.next(), timeslices: numbers.next() }
    }
}

/// The number that a one-line file consists of, below zero or not.
pub(crate) fn only_signed(text: &[u8]) -> Option<i64> {
    match text.strip_prefix(b"-") {
        Some(digits) => 0_i64.checked_sub_unsigned(only_number(digits)?),
        None => i64::try_from(only_number(text)?).ok(),
    }
}

/// The soft limit of open files in a text of `/proc/PID/limits`; `None` without
/// a limit.
pub(crate) fn open_files_limit(text: &[u8]) -> Option<u64> {
    let line = lines(text).find_map(|line| line.strip_prefix(b"Max open files"))?;
    number(fields(line).next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statm_is_seven_numbers() {
        let statm = Statm::parse(b"765 407 374 5 0 123 0\n");
        assert_eq!(
            (statm.resident_pages, statm.shared_pages, statm.data_pages),
            (Some(407), Some(374), Some(123))
        );
        assert_eq!(Statm::parse(b"765 407\n"), Statm { resident_pages: Some(407), ..Statm::default() });
        assert_eq!(Statm::parse(b"765 407 374"), Statm::default());
        assert_eq!(Statm::parse(b""), Statm::default());
    }

    #[test]
    fn io_is_by_name() {
        let text = b"rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\ncancelled_write_bytes: 18446744073709551615\n";
        let io = Io::parse(text);
        assert_eq!(
            (io.read_bytes, io.written_bytes, io.reads, io.writes),
            (Some(1), Some(2), Some(3), Some(4))
        );
        assert_eq!((io.storage_read_bytes, io.storage_written_bytes), (Some(5), Some(6)));
        assert_eq!(io.cancelled_bytes, Some(u64::MAX));
        assert_eq!(Io::parse_by_name(text), io);
        let mut reversed: Vec<&str> = std::str::from_utf8(text).unwrap().split_inclusive('\n').collect();
        reversed.reverse();
        assert_eq!(Io::parse(reversed.concat().as_bytes()), io);
        assert_eq!(Io::parse(b"rchar: x\nnew: 1\nsyscr 4\nwchar: 7"), Io::default());
    }

    #[test]
    fn schedstat_is_three_numbers() {
        let all = Schedstat { run_ns: Some(11), wait_ns: Some(22), timeslices: Some(3) };
        assert_eq!(Schedstat::parse(b"11 22 3\n"), all);
        assert_eq!(Schedstat::parse(b"11 22 3"), Schedstat::default());
    }

    #[test]
    fn a_number_may_be_below_zero() {
        for (text, expected) in [("-1000\n", Some(-1000)), ("0\n", Some(0)), ("200\n", Some(200))] {
            assert_eq!(only_signed(text.as_bytes()), expected);
        }
        for text in ["", "-\n", "--1\n", "1", "18446744073709551615\n", "-1 2\n"] {
            assert_eq!(only_signed(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn a_limit_is_found_among_others() {
        let limits = b"Limit  Soft Limit  Hard Limit  Units\nMax processes 5 5 processes\nMax open files            1024                 524288               files\n";
        assert_eq!(open_files_limit(limits), Some(1024));
        assert_eq!(open_files_limit(b"Max open files unlimited unlimited files\n"), None);
    }
}
