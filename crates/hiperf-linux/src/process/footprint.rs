//! [`Footprint`]: `/proc/PID/smaps_rollup`, the memory of a process with its part
//! of what it shares.
//!
//! The kernel walks all page tables of the process for it, tens of microseconds
//! for a small one and milliseconds for a large one, while it holds the lock of
//! its address space. So it is read for those alone who ask for just this.
//!
//! Spec: `proc_pid_smaps(5)`, the kernel's `proc.rst`.

use crate::scan::{fields, lines, number, split_at_byte};

/// The contents of the file, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Resident memory.
    pub resident: Option<u64>,
    /// The same, where each page counts only in part if others share it.
    pub proportional: Option<u64>,
    /// Of that, memory that nothing else is behind,
    pub proportional_anonymous: Option<u64>,
    /// that files are behind,
    pub proportional_file: Option<u64>,
    /// and shared memory.
    pub proportional_shared_memory: Option<u64>,
    /// Pages that nobody else has, unchanged since they came from a file.
    pub private_clean: Option<u64>,
    /// Pages that nobody else has, changed.
    pub private_dirty: Option<u64>,
    /// Pages that others have as well, unchanged.
    pub shared_clean: Option<u64>,
    /// Pages that others have as well, changed.
    pub shared_dirty: Option<u64>,
    /// Pages marked as used.
    pub referenced: Option<u64>,
    /// Anonymous memory in huge pages.
    pub huge: Option<u64>,
    /// What is swapped out, of shared pages its part.
    pub proportional_swap: Option<u64>,
}

impl Footprint {
    pub(crate) fn parse(text: &[u8]) -> Footprint {
        let mut all = Footprint::default();
        for line in lines(text) {
            let Some((name, value)) = split_at_byte(line, b':') else { continue };
            let field = match name {
                b"Rss" => &mut all.resident,
                b"Pss" => &mut all.proportional,
                b"Pss_Anon" => &mut all.proportional_anonymous,
                b"Pss_File" => &mut all.proportional_file,
                b"Pss_Shmem" => &mut all.proportional_shared_memory,
                b"Private_Clean" => &mut all.private_clean,
                b"Private_Dirty" => &mut all.private_dirty,
                b"Shared_Clean" => &mut all.shared_clean,
                b"Shared_Dirty" => &mut all.shared_dirty,
                b"Referenced" => &mut all.referenced,
                b"AnonHugePages" => &mut all.huge,
                b"SwapPss" => &mut all.proportional_swap,
                _ => continue,
            };
            let kib = value.strip_suffix(b" kB").and_then(|value| number(fields(value).next()?));
            *field = kib.and_then(|kib| kib.checked_mul(1024));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"5581-7ffe ---p 00000000 00:00 0   [rollup]\nRss:    1672 kB\nPss:     300 kB\n\
        Pss_Dirty:   100 kB\nPss_Anon:    96 kB\nPss_File:   200 kB\nPss_Shmem:    4 kB\nShared_Clean: 9 kB\n\
        Private_Dirty: 7 kB\nAnonHugePages:  2048 kB\nSwapPss: 1 kB\nLocked: 5 kB\n";

    #[test]
    fn sizes_are_by_name() {
        let all = Footprint::parse(TEXT);
        assert_eq!((all.resident, all.proportional), (Some(1672 << 10), Some(300 << 10)));
        let parts = [all.proportional_anonymous, all.proportional_file, all.proportional_shared_memory];
        assert_eq!(parts, [Some(96 << 10), Some(200 << 10), Some(4 << 10)]);
        assert_eq!((all.shared_clean, all.private_dirty), (Some(9 << 10), Some(7 << 10)));
        assert_eq!((all.huge, all.proportional_swap), (Some(2048 << 10), Some(1 << 10)));
        assert_eq!((all.private_clean, all.referenced), (None, None));
    }

    #[test]
    fn what_is_none_or_too_large_is_left_out() {
        let text = b"Rss: x kB\nPss: 18446744073709551615 kB\nSwapPss: 1\nPss_Anon: 3 kB";
        assert_eq!(Footprint::parse(text), Footprint::default());
        assert_eq!(Footprint::parse(b""), Footprint::default());
    }
}
