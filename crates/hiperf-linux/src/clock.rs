//! [`Clock`] and [`Timestamps`]: the moment of a sample on the clocks that
//! `Win32_Perf` names.
//!
//! `Timestamp_PerfTime` is the monotonic clock in 100-nanosecond units: a
//! frequency of 10^9 would wrap the 32-bit sums of latencies after 4.3 s.
//! `Timestamp_Sys100NS` and `Timestamp_Object` are the time since 1601-01-01
//! UTC, but only anchored to the real-time clock: from then on they advance
//! with the monotonic one, so that setting the clock never falsifies a rate.
//! [`Clock::drift_100ns`] tells how far the two have come apart; who anchors
//! anew must drop all earlier samples, because times before and after are not
//! comparable.

use rustix::time::{ClockId, Timespec, clock_gettime};

pub use hiperf_provider::Timestamps;

/// Ticks per second of all three time stamps.
pub const FREQUENCY: u64 = 10_000_000;

/// 1970-01-01 in 100-nanosecond units since 1601-01-01, both UTC.
pub const UNIX_EPOCH_100NS: u64 = 116_444_736_000_000_000;

/// A real-time clock that is read once and runs on by the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    real_100ns: u64,
    monotonic_100ns: u64,
}

impl Clock {
    /// A clock anchored to the present time of day.
    #[must_use]
    pub fn start() -> Clock {
        Clock::anchored(real_100ns(), monotonic_100ns())
    }

    /// A clock that showed `real_100ns` since 1601 when the monotonic clock
    /// stood at `monotonic_100ns`.
    #[must_use]
    pub const fn anchored(real_100ns: u64, monotonic_100ns: u64) -> Clock {
        Clock { real_100ns, monotonic_100ns }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamps {
        self.at(monotonic_100ns())
    }

    /// The moment at which the monotonic clock stands at `monotonic_100ns`.
    #[must_use]
    pub const fn at(&self, monotonic_100ns: u64) -> Timestamps {
        let since_anchor = monotonic_100ns.wrapping_sub(self.monotonic_100ns);
        let sys_100ns = self.real_100ns.wrapping_add(since_anchor);
        Timestamps {
            perf_time: monotonic_100ns,
            sys_100ns,
            object: sys_100ns,
            perf_frequency: FREQUENCY,
            sys_frequency: FREQUENCY,
            object_frequency: FREQUENCY,
        }
    }

    /// How far the time of day is ahead of this clock: what it was set by, and
    /// the time the machine was suspended, since the anchor.
    #[must_use]
    pub fn drift_100ns(&self) -> i64 {
        real_100ns().wrapping_sub(self.now().sys_100ns).cast_signed()
    }
}

/// A moment given in whole seconds since 1970, in 100-nanosecond units since
/// 1601; `None` if it lies beyond what 64 bits hold.
#[must_use]
pub fn unix_seconds_to_100ns(seconds: u64) -> Option<u64> {
    seconds.checked_mul(FREQUENCY)?.checked_add(UNIX_EPOCH_100NS)
}

fn monotonic_100ns() -> u64 {
    to_100ns(clock_gettime(ClockId::Monotonic))
}

fn real_100ns() -> u64 {
    to_100ns(clock_gettime(ClockId::Realtime)).wrapping_add(UNIX_EPOCH_100NS)
}

/// Wraps for a time of day before 1970, which the addition of the epoch undoes.
fn to_100ns(time: Timespec) -> u64 {
    let seconds = time.tv_sec.wrapping_mul(FREQUENCY.cast_signed());
    seconds.wrapping_add(time.tv_nsec / 100).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_stamps_advance_with_the_monotonic_clock() {
        let clock = Clock::anchored(133_500_000_000_000_000, 1_000);
        let at = clock.at(51_000);
        assert_eq!((at.perf_time, at.sys_100ns), (51_000, 133_500_000_000_050_000));
        assert_eq!(at.object, at.sys_100ns);
        assert_eq!(
            (at.perf_frequency, at.sys_frequency, at.object_frequency),
            (FREQUENCY, FREQUENCY, FREQUENCY)
        );
    }

    #[test]
    fn the_present_lies_after_2020_and_does_not_go_back() {
        let clock = Clock::start();
        let (first, second) = (clock.now(), clock.now());
        assert!(first.sys_100ns > unix_seconds_to_100ns(1_577_836_800).unwrap());
        assert!(second.perf_time >= first.perf_time);
    }

    #[test]
    fn drift_shows_a_clock_that_was_set() {
        let now = Clock::start();
        let behind = Clock::anchored(now.real_100ns - 3600 * FREQUENCY, now.monotonic_100ns);
        let drift_s = behind.drift_100ns() / FREQUENCY.cast_signed();
        assert!((3599..=3601).contains(&drift_s), "{drift_s}");
    }

    #[test]
    fn seconds_since_1970_become_units_since_1601() {
        assert_eq!(unix_seconds_to_100ns(0), Some(UNIX_EPOCH_100NS));
        assert_eq!(unix_seconds_to_100ns(1), Some(116_444_736_010_000_000));
        assert_eq!(unix_seconds_to_100ns(u64::MAX), None);
    }

    #[test]
    fn a_time_of_day_before_1970_still_counts_from_1601() {
        let before = Timespec { tv_sec: -1, tv_nsec: 0 };
        assert_eq!(to_100ns(before).wrapping_add(UNIX_EPOCH_100NS), UNIX_EPOCH_100NS - FREQUENCY);
    }
}
