//! [`BackOff`]: when a provider host that failed may be started again.
//!
//! The first time it waits a little, each further time twice as long, up to a
//! limit: a provider that always crashes costs next to nothing, one that
//! crashed once is back at once. A host that was well for some time starts from
//! the beginning. It asks no clock: the time is said to it.

use std::time::{Duration, Instant};

/// A host that lived this long was well.
const HEALTHY: Duration = Duration::from_secs(60);

/// The state of a host that may have failed.
#[derive(Debug)]
pub(super) struct BackOff {
    first: Duration,
    longest: Duration,
    /// The wait after the next failure.
    next: Duration,
    not_before: Option<Instant>,
}

impl BackOff {
    pub(super) fn new(first: Duration, longest: Duration) -> BackOff {
        BackOff { first, longest, next: first, not_before: None }
    }

    /// A host that was started at `started` has failed.
    pub(super) fn failed(&mut self, started: Instant, now: Instant) {
        if now.saturating_duration_since(started) >= HEALTHY {
            self.next = self.first;
        }
        self.not_before = now.checked_add(self.next);
        self.next = self.next.saturating_mul(2).min(self.longest);
    }

    /// How long to wait yet; `None` if it may be started.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let left = self.not_before?.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_as_long_up_to_a_limit() {
        let ms = Duration::from_millis;
        let mut back_off = BackOff::new(ms(100), ms(1000));
        let mut now = Instant::now();
        assert_eq!(back_off.wait(now), None);
        for wait in [100, 200, 400, 800, 1000, 1000] {
            back_off.failed(now, now);
            assert_eq!(back_off.wait(now), Some(ms(wait)));
            assert_eq!(back_off.wait(now + ms(wait - 1)), Some(ms(1)));
            now += ms(wait);
            assert_eq!(back_off.wait(now), None);
        }
        back_off.failed(now, now + HEALTHY);
        assert_eq!(back_off.wait(now + HEALTHY), Some(ms(100)));
    }
}
