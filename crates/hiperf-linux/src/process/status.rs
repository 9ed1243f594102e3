//! [`PidStatus`]: `/proc/PID/status`, the peaks and kinds of memory and the
//! context switches.
//!
//! The file has sixty lines, of which those about memory come before `Threads`
//! and the context switches among the last few. What lies between, on a large
//! machine most of it, is not looked at. Threads of the kernel and processes
//! that have ended have no lines about memory.
//!
//! Spec: `proc_pid_status(5)`.

use crate::scan::{first_line, leading_number, number};

/// The context switches are among so many lines at the end; processors of some
/// kinds have lines after them.
const LAST_LINES: usize = 8;

/// No name of a line that is looked at is longer.
const LONGEST_NAME: usize = 13;

/// The contents of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PidStatus {
    /// The user to whom it belongs, the real one.
    pub user: Option<u64>,
    /// The group of that one.
    pub group: Option<u64>,
    /// Memory in huge pages, in bytes.
    pub huge_bytes: Option<u64>,
    /// Largest address space so far, in bytes.
    pub virtual_peak_bytes: Option<u64>,
    /// Largest resident memory so far, in bytes.
    pub resident_peak_bytes: Option<u64>,
    /// Resident memory that nothing else is behind, in bytes.
    pub anonymous_bytes: Option<u64>,
    /// Resident memory that is a file's, in bytes.
    pub file_bytes: Option<u64>,
    /// Resident shared memory, in bytes.
    pub shared_bytes: Option<u64>,
    /// Memory locked in place, in bytes.
    pub locked_bytes: Option<u64>,
    /// Private data, in bytes of address space.
    pub data_bytes: Option<u64>,
    /// The stack, in bytes of address space.
    pub stack_bytes: Option<u64>,
    /// Page tables, in bytes.
    pub page_table_bytes: Option<u64>,
    /// What of it is swapped out, in bytes.
    pub swapped_bytes: Option<u64>,
    /// How often its first thread gave the processor away.
    pub voluntary_switches: Option<u64>,
    /// How often the processor was taken from it.
    pub involuntary_switches: Option<u64>,
}

impl PidStatus {
    pub(crate) fn parse(text: &[u8]) -> PidStatus {
        let mut status = PidStatus::default();
        let mut rest = text;
        while let Some((line, after)) = first_line(rest) {
            rest = after;
            // What else there is begins with other letters.
            match line.first() {
                Some(b'V' | b'R' | b'U' | b'G' | b'H') => status.take_memory(line),
                Some(b'T') if line.starts_with(b"Threads:") => break,
                _ => {}
            }
        }
        status.take_switches(rest);
        status
    }

    /// How often the processor changed hands, given away or taken, in a text of
    /// which nothing else is of interest.
    pub(crate) fn switches(text: &[u8]) -> Option<u64> {
        let mut status = PidStatus::default();
        status.take_switches(text);
        Some(status.voluntary_switches?.wrapping_add(status.involuntary_switches?))
    }

    fn take_memory(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().take(LONGEST_NAME).position(|byte| *byte == b':') else { return };
        let field = match &line[..colon] {
            b"VmPeak" => &mut self.virtual_peak_bytes,
            b"VmHWM" => &mut self.resident_peak_bytes,
            b"RssAnon" => &mut self.anonymous_bytes,
            b"RssFile" => &mut self.file_bytes,
            b"RssShmem" => &mut self.shared_bytes,
            b"VmLck" => &mut self.locked_bytes,
            b"VmData" => &mut self.data_bytes,
            b"VmStk" => &mut self.stack_bytes,
            b"VmPTE" => &mut self.page_table_bytes,
            b"VmSwap" => &mut self.swapped_bytes,
            b"HugetlbPages" => &mut self.huge_bytes,
            b"Uid" => &mut self.user,
            b"Gid" => &mut self.group,
            _ => return,
        };
        let value = line[colon + 1..].trim_ascii_start();
        *field = match leading_number(value) {
            Some((kib, b" kB")) => kib.checked_mul(1024),
            // Of the four ids of a user or a group the first counts.
            Some((id, [b'\t', ..])) if line[1] == b'i' => Some(id),
            _ => None,
        };
    }

    fn take_switches(&mut self, rest: &[u8]) {
        let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { return };
        for line in rest[..end].rsplit(|byte| *byte == b'\n').take(LAST_LINES) {
            let (field, value) = if let Some(value) = line.strip_prefix(b"voluntary_ctxt_switches:") {
                (&mut self.voluntary_switches, value)
            } else if let Some(value) = line.strip_prefix(b"nonvoluntary_ctxt_switches:") {
                (&mut self.involuntary_switches, value)
            } else {
                continue;
            };
            *field = number(value.trim_ascii());
            if self.voluntary_switches.is_some() && self.involuntary_switches.is_some() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Name:\tcat\nUmask:\t0022\nUid:\t1000\t0\t0\t0\nGid:\t100\t0\t0\t0\nGroups:\t1 2\nVmPeak:\t    3060 kB\nVmLck:\t       8 kB\n\
        VmHWM:\t    1672 kB\nRssAnon:\t     112 kB\nRssFile:\t    1560 kB\nRssShmem:\t       4 kB\nVmData:\t     360 kB\n\
        VmStk:\t     132 kB\nVmPTE:\t      44 kB\nVmSwap:\t       0 kB\nHugetlbPages:\t    2048 kB\nThreads:\t1\nVmPeak:\t1 kB\n\
        Cpus_allowed_list:\t0-1\nvoluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t545\n\
        x86_Thread_features:\t\n";

    #[test]
    fn memory_comes_before_the_threads_and_switches_at_the_end() {
        let status = PidStatus::parse(TEXT.as_bytes());
        let expected = PidStatus {
            user: Some(1000),
            group: Some(100),
            huge_bytes: Some(2 << 20),
            virtual_peak_bytes: Some(3060 << 10),
            resident_peak_bytes: Some(1672 << 10),
            anonymous_bytes: Some(112 << 10),
            file_bytes: Some(1560 << 10),
            shared_bytes: Some(4 << 10),
            locked_bytes: Some(8 << 10),
            data_bytes: Some(360 << 10),
            stack_bytes: Some(132 << 10),
            page_table_bytes: Some(44 << 10),
            swapped_bytes: Some(0),
            voluntary_switches: Some(150),
            involuntary_switches: Some(545),
        };
        assert_eq!(status, expected);
    }

    #[test]
    fn a_thread_of_the_kernel_has_no_memory() {
        let status = PidStatus::parse(
            b"Name:\tkthreadd\nThreads:\t1\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t6\n",
        );
        let expected =
            PidStatus { voluntary_switches: Some(5), involuntary_switches: Some(6), ..PidStatus::default() };
        assert_eq!(status, expected);
    }

    #[test]
    fn switches_are_found_from_the_end() {
        assert_eq!(PidStatus::switches(TEXT.as_bytes()), Some(695));
        let cut = TEXT.find("nonvoluntary").unwrap();
        assert_eq!(PidStatus::switches(&TEXT.as_bytes()[..cut]), None);
        assert_eq!(PidStatus::switches(b""), None);
    }

    #[test]
    fn a_text_that_is_cut_says_nothing_false() {
        let whole = PidStatus::parse(TEXT.as_bytes());
        for length in 0..TEXT.len() {
            let cut = PidStatus::parse(&TEXT.as_bytes()[..length]);
            assert!(cut.swapped_bytes.is_none() || cut.swapped_bytes == whole.swapped_bytes);
            assert!(cut.user.is_none() || cut.user == whole.user);
            assert!(cut.involuntary_switches.is_none_or(|count| Some(count) == whole.involuntary_switches));
        }
        assert_eq!(
            PidStatus::parse(b"VmPeak:\t18446744073709551615 kB\nVmHWM: x kB\n"),
            PidStatus::default()
        );
    }
}
