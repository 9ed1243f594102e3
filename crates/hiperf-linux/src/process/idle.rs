//! Idle skip: whether a process needn't be read, because it did nothing.
//!
//! Any process's processor time can be had in nanoseconds, for a tenth of the
//! price of its `stat`. If it is what it was before the last read, the process
//! hasn't run since, and nothing that it does itself has changed. But the kernel
//! brings that time up to date only at a clock tick or when the process stops
//! running, so
//! - one that ran when it was last read may have done things since: it is read;
//! - values may be one tick old; on a processor that runs without ticks, a second.
//!
//! What happens to a process without its doing, such as that its memory is taken
//! away, shows when its turn comes: everyone is read once in a minute.
//!
//! A process that uses up a tick between two reads is not asked at all: the
//! answer would nearly always be that it has to be read.

use crate::clock::FREQUENCY;
use crate::process::record::Process;
use crate::root::Root;
use crate::sys::process_time_ns;

/// Everyone is read at least so often, in 100 ns.
pub(crate) const MOST_AGE: u64 = 60 * FREQUENCY;

/// In how long everyone has had a turn, in 100 ns. Shorter than [`MOST_AGE`], so
/// that those who were read together at first don't all come due together.
const ROUND: u64 = 50 * FREQUENCY;

/// What a process's clock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activity {
    /// It has done nothing since it was read.
    Idle,
    /// It may have done something, or it isn't known.
    MayHaveRun,
}

/// Asks whether a process has run since it was last read, and notes the time for
/// the next question. The time is taken before the process is read: what it
/// does in between counts as done afterwards.
pub(crate) fn activity(process: &mut Process, root: &mut Root) -> Activity {
    let before = process.upkeep.clock_ns.take();
    if process.upkeep.is_hot {
        return Activity::MayHaveRun;
    }
    root.costs.clocks += 1;
    process.upkeep.clock_ns = process_time_ns(process.pid).ok();
    let ran = before.is_none() || before != process.upkeep.clock_ns;
    if ran || process.stat.state == b'R' { Activity::MayHaveRun } else { Activity::Idle }
}

/// Whose turn it is to be read although nothing is known to have changed.
#[derive(Debug, Default)]
pub(crate) struct Round {
    next: usize,
    sampled_at: Option<u64>,
    /// Turns that fall due in parts: processes times 100 ns.
    owed: u64,
}

impl Round {
    /// How many of `count` places have their turn now, and from which on. The
    /// places are a ring.
    pub(crate) fn turns(&mut self, count: usize, now: u64) -> (usize, usize) {
        let since = self.sampled_at.replace(now).map_or(0, |before| now.saturating_sub(before));
        if count == 0 {
            return (0, 0);
        }
        self.owed = self.owed.saturating_add(since.min(ROUND).saturating_mul(count as u64));
        let turns = usize::try_from(self.owed / ROUND).unwrap_or(count).min(count);
        self.owed %= ROUND;
        let first = self.next % count;
        self.next = (first + turns) % count;
        (first, turns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_everyone_has_a_turn(count: usize, interval: u64) {
        let mut round = Round::default();
        let mut last_turn = vec![0; count];
        let mut now = 0;
        round.turns(count, now);
        while now < 5 * MOST_AGE {
            now += interval;
            let (first, turns) = round.turns(count, now);
            for turn in 0..turns {
                last_turn[(first + turn) % count] = now;
            }
            if turns > 1 + (count as u64 * interval / ROUND) as usize {
                panic!("{turns} turns at once");
            }
            let oldest = last_turn.iter().min().copied().unwrap_or(0);
            assert!(
                now - oldest < MOST_AGE.max(ROUND + 2 * interval),
                "{count} every {interval}: {oldest} at {now}"
            );
        }
    }

    #[test]
    fn everyone_has_a_turn_within_a_minute() {
        for count in [1, 2, 7, 200, 4000] {
            for interval in [FREQUENCY / 5, FREQUENCY, 7 * FREQUENCY] {
                check_everyone_has_a_turn(count, interval);
            }
        }
    }

    #[test]
    fn turns_are_bounded_whatever_the_clock_does() {
        let mut round = Round::default();
        round.turns(10, 1000);
        assert_eq!(round.turns(10, 0), (0, 0));
        assert_eq!(round.turns(10, u64::MAX).1, 10);
        assert_eq!(round.turns(0, 5), (0, 0));
    }
}
