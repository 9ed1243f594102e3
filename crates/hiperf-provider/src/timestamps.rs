//! [`Timestamps`]: when a sample was taken, in the three clocks that every
//! class of counters carries.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// 100-nanosecond units in a second: the frequency of all three clocks.
const PER_SECOND: u64 = 10_000_000;
/// The Unix epoch in 100-nanosecond units since 1601-01-01 UTC.
const UNIX_EPOCH_100NS: u64 = 116_444_736_000_000_000;

/// The six time properties of `Win32_Perf`.
///
/// Source: counters.md section 2; the Microsoft page of `Win32_Perf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamps {
    /// `Timestamp_PerfTime`: monotonic, in ticks.
    pub perf_time: u64,
    /// `Frequency_PerfTime`: ticks per second.
    pub perf_frequency: u64,
    /// `Timestamp_Sys100NS`: 100-nanosecond units since 1601-01-01 UTC.
    pub sys_100ns: u64,
    /// `Frequency_Sys100NS`: ticks per second, 10,000,000.
    pub sys_frequency: u64,
    /// `Timestamp_Object`: in ticks of the provider's own choice.
    pub object: u64,
    /// `Frequency_Object`: ticks per second.
    pub object_frequency: u64,
}

impl Timestamps {
    /// This moment. System time is what it was when first asked for plus the
    /// monotonic time since, so that setting the clock falsifies no rate.
    #[must_use]
    pub fn now() -> Timestamps {
        static ANCHOR: OnceLock<(Instant, u64)> = OnceLock::new();
        let (start, sys_at_start) = *ANCHOR.get_or_init(|| {
            let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            (Instant::now(), UNIX_EPOCH_100NS + to_100ns(since_epoch))
        });
        let elapsed = to_100ns(start.elapsed());
        let sys_100ns = sys_at_start + elapsed;
        Timestamps {
            perf_time: elapsed,
            perf_frequency: PER_SECOND,
            sys_100ns,
            sys_frequency: PER_SECOND,
            object: sys_100ns,
            object_frequency: PER_SECOND,
        }
    }

    /// The properties' names and values.
    pub(crate) fn properties(&self) -> [(&'static str, u64); 6] {
        [
            ("Timestamp_PerfTime", self.perf_time),
            ("Frequency_PerfTime", self.perf_frequency),
            ("Timestamp_Sys100NS", self.sys_100ns),
            ("Frequency_Sys100NS", self.sys_frequency),
            ("Timestamp_Object", self.object),
            ("Frequency_Object", self.object_frequency),
        ]
    }
}

fn to_100ns(duration: std::time::Duration) -> u64 {
    // 58,000 years fit.
    u64::try_from(duration.as_nanos() / 100).unwrap_or(u64::MAX)
}
