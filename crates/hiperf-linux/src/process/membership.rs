//! [`Membership`]: which processes have come since the last look.
//!
//! `/proc/loadavg` ends with the id that was given out last. Is it what it was,
//! nobody has come; is it larger, those who came are read from `/proc` from there
//! on. That a process has gone is not looked for: reading it says so.
//!
//! The whole directory is read
//! - if the last id fell, or so many ids were given out that it may have gone all
//!   the way round (`processes` of `/proc/stat`, in comparison with `pid_max`);
//! - every 30 s, because a process may be given an id out of turn (`clone3` with
//!   `set_tid`, as when a checkpoint is restored);
//! - each time, if the last id speaks of other processes than `/proc` shows: the
//!   one is of the reader's own process id namespace, the other of the one for
//!   which it was mounted. Only if the reader is in `/proc` under its own id, and
//!   under no other, and if `loadavg` comes from the kernel, are they the same.
//!
//! An id is given out a moment before its process can be seen. So a look begins
//! where the last id stood at least a second before, and a reading of the whole
//! directory that wasn't planned is repeated after a second.

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::getpid;
use std::os::fd::AsFd as _;

use crate::clock::FREQUENCY;
use crate::file::{File, Shape};
use crate::machine::loadavg::LoadAvg;
use crate::process::directory::{Directory, ENTRIES_BYTES, is_procfs};
use crate::root::Root;
use crate::scan::{fields, lines, number, only_number};
use crate::text_file::Content as _;

/// Between two planned readings of the whole directory, in 100 ns.
const WALK_EVERY: u64 = 30 * FREQUENCY;

/// For how long a process may be on its way from its id into `/proc`, in 100 ns.
const SETTLED_AFTER: u64 = FREQUENCY;

/// The range of ids if the kernel doesn't tell: its smallest.
const SMALLEST_RANGE: u64 = 301;

/// Where processes were looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Nobody came.
    Nothing,
    /// Among the ids above this one, and some before it; those above are new,
    /// whoever had them before.
    Above(u32),
    /// Everywhere.
    Everywhere,
}

/// Follows who is in `/proc`.
#[derive(Debug)]
pub(crate) struct Membership {
    loadavg: File,
    stat: File,
    range: File,
    own_status: File,
    /// Whether `loadavg` comes from the kernel: programs that lay files of their
    /// own over it exist (lxcfs).
    is_of_kernel: Option<bool>,
    entries: Vec<u8>,
    seen: Vec<u32>,
    is_own_namespace: bool,
    range_of_ids: u64,
    last: Option<u32>,
    forks: u64,
    /// The last id a second ago or more, and a later one that will become it.
    settled: u32,
    settling: u32,
    settling_since: u64,
    walk_at: u64,
}

impl Default for Membership {
    fn default() -> Membership {
        Membership {
            loadavg: File::new("proc/loadavg", Shape::OnePiece, 128),
            stat: File::new("proc/stat", Shape::OnePiece, 8192),
            range: File::new("proc/sys/kernel/pid_max", Shape::OnePiece, 16),
            own_status: File::new("proc/self/status", Shape::OnePiece, 4096),
            is_of_kernel: None,
            entries: Vec::with_capacity(ENTRIES_BYTES),
            seen: Vec::new(),
            is_own_namespace: false,
            range_of_ids: SMALLEST_RANGE,
            last: None,
            forks: 0,
            settled: 0,
            settling: 0,
            settling_since: 0,
            walk_at: 0,
        }
    }
}

impl Membership {
    /// Looks who has come; [`Membership::seen`] are those that were seen.
    /// `everywhere` asks for all of them.
    pub(crate) fn look(
        &mut self,
        root: &mut Root,
        directory: &Directory,
        now: u64,
        everywhere: bool,
    ) -> Result<Look, Errno> {
        self.seen.clear();
        let before = self.last;
        let is_due = now >= self.walk_at;
        if is_due {
            self.is_own_namespace = directory.is_procfs() && self.shows_own_namespace(root);
            if self.is_own_namespace {
                self.range_of_ids = self.read_range(root);
            }
        }
        // Read before the directory: who comes in between is seen, and next time again.
        self.last = if self.is_own_namespace { self.read_last_id(root) } else { None };
        let (Some(before), Some(last), false) = (before, self.last, everywhere) else {
            self.plan_walk(now, SETTLED_AFTER);
            return self.walk(root, directory, now);
        };
        if is_due {
            self.plan_walk(now, WALK_EVERY);
            return self.walk(root, directory, now);
        }
        if last != before && (last < before || self.may_have_gone_round(root)) {
            self.plan_walk(now, SETTLED_AFTER);
            return self.walk(root, directory, now);
        }
        if last == self.settled {
            return Ok(Look::Nothing);
        }
        directory.read_from(root, self.settled, &mut self.entries, &mut self.seen)?;
        self.settle(last, now);
        Ok(Look::Above(before))
    }

    /// Makes the next look one at everything, after one that failed.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }

    /// The processes that the last look has seen, in ascending order.
    pub(crate) fn seen(&self) -> &[u32] {
        &self.seen
    }

    /// Whether the processes in `/proc` are known to the reader's own calls by
    /// the same ids.
    pub(crate) fn is_own_namespace(&self) -> bool {
        self.is_own_namespace
    }

    fn plan_walk(&mut self, now: u64, after: u64) {
        self.walk_at = now.saturating_add(after);
    }

    fn walk(&mut self, root: &mut Root, directory: &Directory, now: u64) -> Result<Look, Errno> {
        if let Some(last) = self.last {
            self.forks = self.read_forks(root).unwrap_or(0);
            (self.settled, self.settling, self.settling_since) = (last, last, now);
        }
        directory.read_from(root, 0, &mut self.entries, &mut self.seen)?;
        if root.is_teed() {
            let names: String = self.seen.iter().map(|pid| format!("{pid}\n")).collect();
            root.tee("proc", names.as_bytes());
        }
        Ok(Look::Everywhere)
    }

    fn settle(&mut self, last: u32, now: u64) {
        if now.saturating_sub(self.settling_since) >= SETTLED_AFTER {
            self.settled = self.settling;
            self.settling = last;
            self.settling_since = now;
        }
    }

    /// Whether the ids in `/proc` are those of the reader's own namespace. A
    /// process that was forked after the file was opened has another id than the
    /// file tells, and is told no.
    fn shows_own_namespace(&mut self, root: &mut Root) -> bool {
        let is_of_kernel = *self.is_of_kernel.get_or_insert_with(|| {
            let loadavg = root.open_beneath("proc/loadavg", OFlags::empty());
            loadavg.is_ok_and(|file| is_procfs(file.as_fd()))
        });
        let own = u64::from(getpid().as_raw_nonzero().get().cast_unsigned());
        is_of_kernel && self.own_status.read(root).is_ok_and(|status| bears_only(status, own))
    }

    fn read_last_id(&mut self, root: &mut Root) -> Option<u32> {
        let mut loadavg = LoadAvg::default();
        loadavg.parse(self.loadavg.read(root).ok()?);
        u32::try_from(loadavg.last_pid?).ok()
    }

    /// Whether so many ids were given out since the last look that the last one
    /// could have passed where it was. All threads of the machine count, which
    /// are no fewer than those of this namespace.
    fn may_have_gone_round(&mut self, root: &mut Root) -> bool {
        let before = self.forks;
        match self.read_forks(root) {
            Some(forks) => {
                self.forks = forks;
                forks.wrapping_sub(before) >= self.range_of_ids / 2
            }
            None => true,
        }
    }

    fn read_forks(&mut self, root: &mut Root) -> Option<u64> {
        let text = self.stat.read(root).ok()?;
        let line = lines(text).find_map(|line| line.strip_prefix(b"processes "))?;
        number(fields(line).next()?)
    }

    fn read_range(&mut self, root: &mut Root) -> u64 {
        self.range.read(root).ok().and_then(only_number).unwrap_or(SMALLEST_RANGE)
    }
}

/// Whether a process bears one id alone, `pid`, from the namespace of `/proc`
/// down to its own.
fn bears_only(status: &[u8], pid: u64) -> bool {
    let Some(ids) = lines(status).find_map(|line| line.strip_prefix(b"NSpid:")) else { return false };
    let mut ids = fields(ids).map(number);
    ids.next() == Some(Some(pid)) && ids.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_is_the_readers_own_if_it_bears_one_id() {
        assert!(bears_only(b"Name:\tx\nNSpid:\t17\n", 17));
        assert!(!bears_only(b"Name:\tx\nNSpid:\t17\t1\n", 17));
        assert!(!bears_only(b"Name:\tx\nNSpid:\t18\n", 17));
        assert!(!bears_only(b"Name:\tx\nPid:\t17\n", 17));
    }

    #[test]
    fn a_process_on_its_way_is_looked_for_for_a_second() {
        let mut membership = Membership { settled: 10, settling: 10, ..Membership::default() };
        for (now, last, settled) in [
            (0, 20, 10),
            (SETTLED_AFTER, 20, 10),
            (SETTLED_AFTER + 1, 30, 10),
            (2 * SETTLED_AFTER, 30, 20),
            (3 * SETTLED_AFTER, 30, 30),
        ] {
            membership.settle(last, now);
            assert_eq!(membership.settled, settled, "at {now}");
        }
    }
}
