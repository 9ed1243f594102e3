//! [`ProcessTable`]: every process, by one sample after the other.
//!
//! A sample goes
//! 1. membership: who came, and whose turn it is to be read in any case;
//! 2. those known: read what is due of each, or see that it did nothing; who has
//!    ended goes;
//! 3. those who came: a record each;
//! 4. names: who is new or bears a new name, in order of start.
//!
//! Places of processes that went are used again, so that nothing is allocated
//! unless there are more than ever before.

use rustix::io::Errno;

use crate::area::Units;
use crate::clock::Timestamps;
use crate::process::comm::Comm;
use crate::process::departed::Departed;
use crate::process::directory::Directory;
use crate::process::idle::{Activity, MOST_AGE, Round, activity};
use crate::process::lru::Lru;
use crate::process::membership::{Look, Membership};
use crate::process::names::{Names, ORDINARY_BYTES};
use crate::process::reading::{End, Reader};
use crate::process::record::{Process, Upkeep};
use crate::process::sources::ProcessSources;
use crate::root::{Root, Unavailable};

/// Samples for which a process must have done nothing before a busy one may have
/// its descriptors.
pub(crate) const PATIENCE_SAMPLES: u64 = 8;

/// The processes beneath one [`Root`].
#[derive(Debug)]
pub struct ProcessTable {
    directory: Option<Directory>,
    membership: Membership,
    reader: Reader,
    /// Places, in use or not.
    processes: Vec<Process>,
    vacant: Vec<u32>,
    /// Ids and places of the processes, in ascending order of ids.
    order: Vec<(u32, u32)>,
    /// Ids of processes that may not be seen, in ascending order, and since when
    /// they haven't been asked for again.
    hidden: Vec<u32>,
    hidden_since: u64,
    /// Ids of which to begin a record, if there is such a process.
    came: Vec<u32>,
    /// Places of those who need a name.
    unnamed: Vec<u32>,
    names: Names,
    holders: Lru,
    round: Round,
    skips_idle: bool,
    sample_number: u64,
    generation: u64,
    departed: Departed,
    is_shown: bool,
}

impl Default for ProcessTable {
    fn default() -> ProcessTable {
        ProcessTable {
            directory: None,
            membership: Membership::default(),
            reader: Reader::default(),
            processes: Vec::new(),
            vacant: Vec::new(),
            order: Vec::new(),
            hidden: Vec::new(),
            hidden_since: 0,
            came: Vec::new(),
            unnamed: Vec::new(),
            names: Names::default(),
            holders: Lru::default(),
            round: Round::default(),
            skips_idle: true,
            sample_number: 0,
            generation: 0,
            departed: Departed::default(),
            is_shown: false,
        }
    }
}

/// What a sample is made with.
struct Sampling<'a> {
    root: &'a mut Root,
    directory: &'a Directory,
    wanted: ProcessSources,
    now: u64,
    /// What changes rarely isn't read at each sample.
    skips: bool,
    /// Nor is whoever did nothing.
    skips_idle: bool,
}

impl ProcessTable {
    /// Sets whether processes that did nothing are left unread. It is so at
    /// first; otherwise every file is read at every sample.
    pub fn set_idle_skip(&mut self, skips: bool) {
        self.skips_idle = skips;
    }

    /// Sets that waiting is measured, and the units of it.
    pub fn set_delays(&mut self, units: Option<Units>) {
        self.reader.delays_in = units;
    }

    /// Brings the table up to date: what is wanted of every process. Nothing is
    /// read, and no process shown, if nothing is wanted. A root that copies what
    /// it reads gets every file of every sample.
    ///
    /// # Errors
    /// Why the processes could not be listed; none is shown then.
    pub fn sample(
        &mut self,
        root: &mut Root,
        wanted: ProcessSources,
        at: Timestamps,
    ) -> Result<(), Unavailable> {
        self.is_shown = false;
        if wanted.is_empty() {
            return Ok(());
        }
        let opened = match self.directory.take() {
            Some(directory) => Ok(directory),
            None => Directory::open(root),
        };
        let directory = opened.map_err(Unavailable::from_errno)?;
        let wanted = wanted | ProcessSources::STAT;
        let skips = self.skips_idle && !root.is_teed();
        let now = at.perf_time;
        let sampling = Sampling { root, directory: &directory, wanted, now, skips, skips_idle: skips };
        self.sample_in(sampling).map_err(Unavailable::from_errno)?;
        self.directory = Some(directory);
        self.is_shown = true;
        Ok(())
    }

    /// The processes of the last sample, in ascending order of ids.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        let shown = if self.is_shown { &self.order[..] } else { &[] };
        shown.iter().map(|(_, place)| &self.processes[*place as usize])
    }

    /// The number of the last sample.
    pub(crate) fn sample_number(&self) -> u64 {
        self.sample_number
    }

    /// The places of the processes of the last sample, in ascending order of ids.
    pub(crate) fn places(&self) -> &[(u32, u32)] {
        if self.is_shown { &self.order } else { &[] }
    }

    /// The process in a place.
    pub(crate) fn at(&self, place: u32) -> &Process {
        &self.processes[place as usize]
    }

    /// Takes the directory that the processes are in, for whoever reads more of
    /// them and gives it back.
    pub(crate) fn take_directory(&mut self) -> Option<Directory> {
        self.directory.take()
    }

    /// Takes back what [`ProcessTable::take_directory`] gave.
    pub(crate) fn return_directory(&mut self, directory: Directory) {
        self.directory = Some(directory);
    }

    /// How many processes of the last sample could be seen.
    #[must_use]
    pub fn count(&self) -> usize {
        if self.is_shown { self.order.len() } else { 0 }
    }

    /// How many processes there were in the last sample of which the reader may
    /// know nothing but the id.
    #[must_use]
    pub fn hidden_count(&self) -> usize {
        if self.is_shown { self.hidden.len() } else { 0 }
    }

    /// A number that changes whenever processes come, go or bear another name.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What processes used that were in the table and have gone.
    #[must_use]
    pub fn departed(&self) -> &Departed {
        &self.departed
    }

    fn sample_in(&mut self, mut sampling: Sampling<'_>) -> Result<(), Errno> {
        self.sample_number += 1;
        let Sampling { root, directory, now, .. } = &mut sampling;
        let everywhere = root.is_teed();
        let look = self.membership.look(root, directory, *now, everywhere);
        let look = look.inspect_err(|_| self.membership.forget())?;
        if now.saturating_sub(self.hidden_since) >= MOST_AGE {
            self.hidden.clear();
            self.hidden_since = *now;
        }
        sampling.skips_idle &= self.membership.is_own_namespace();
        self.give_turns(sampling.now);
        self.note_seen(look);
        self.refresh_known(&mut sampling);
        self.admit_new(&mut sampling);
        self.name_new();
        Ok(())
    }

    fn find(&self, pid: u32) -> Result<usize, usize> {
        self.order.binary_search_by_key(&pid, |(pid, _)| *pid)
    }

    fn give_turns(&mut self, now: u64) {
        let (first, turns) = self.round.turns(self.order.len(), now);
        for turn in 0..turns {
            let (_, place) = self.order[(first + turn) % self.order.len()];
            self.processes[place as usize].upkeep.must_read = true;
        }
    }

    /// Whoever has an id that was given out again must be looked at, and who may
    /// not be seen is asked for again when that can make a difference.
    fn note_seen(&mut self, look: Look) {
        match look {
            Look::Nothing => {}
            Look::Everywhere => {
                let seen = self.membership.seen();
                self.hidden.retain(|pid| seen.binary_search(pid).is_ok());
            }
            Look::Above(before) => {
                let seen = self.membership.seen();
                let first = seen.partition_point(|pid| *pid <= before);
                for pid in &seen[first..] {
                    if let Ok(at) = self.order.binary_search_by_key(pid, |(pid, _)| *pid) {
                        self.processes[self.order[at].1 as usize].upkeep.must_read = true;
                    }
                    self.hidden.retain(|hidden| hidden != pid);
                }
            }
        }
    }

    fn refresh_known(&mut self, sampling: &mut Sampling<'_>) {
        self.came.clear();
        let mut left = 0;
        for at in 0..self.order.len() {
            let (pid, place) = self.order[at];
            let end = self.refresh(place, sampling).err();
            match end {
                None => {
                    self.order[left] = (pid, place);
                    left += 1;
                    continue;
                }
                // Another one may have the id by now, even if the last id that was given out is what it was.
                Some(End::Gone | End::Reborn) => self.came.push(pid),
                Some(End::Failed(_)) => {}
                Some(End::Hidden) => self.hide(pid),
            }
            self.bury(place);
        }
        self.order.truncate(left);
    }

    fn refresh(&mut self, place: u32, sampling: &mut Sampling<'_>) -> Result<(), End> {
        let Sampling { root, directory, wanted, now, skips, skips_idle } = sampling;
        let process = &mut self.processes[place as usize];
        process.have = process.have.intersection(*wanted);
        process.upkeep.is_unread = false;
        let must_read = process.upkeep.must_read || now.saturating_sub(process.upkeep.read_at) >= MOST_AGE;
        if must_read {
            process.forget_reasons(*wanted);
        }
        let mut due = wanted.without(process.denied | process.missing);
        if *skips && !must_read {
            due = due.without(process.have.intersection(ProcessSources::CHANGES_RARELY));
        }
        let clock_before = process.upkeep.clock_ns;
        if *skips_idle && activity(process, root) == Activity::Idle && !must_read {
            due = due.without(process.have.intersection(ProcessSources::STILL_WHEN_IDLE));
            process.upkeep.is_unread = !due.has_any(ProcessSources::STAT);
            if due.is_empty() {
                return Ok(());
            }
        }
        if due.has_any(ProcessSources::STAT_REST) {
            due |= ProcessSources::STAT;
            process.upkeep.is_unread = false;
        }
        process.forget_reasons(due);
        let was_busy = process.upkeep.busy_in + 1 == self.sample_number;
        if was_busy && !root.has_room() && process.descriptors.lack(due) {
            self.make_room();
        }
        let process = &mut self.processes[place as usize];
        let ticks_before = process.stat.ticks();
        let renamed = self.reader.read(root, directory, process, due)?;
        if renamed.is_some() {
            // It runs another program, most likely.
            let rest = wanted.intersection(ProcessSources::CHANGES_RARELY).without(due);
            process.forget_reasons(rest);
            self.reader.read(root, directory, process, rest)?;
        }
        if due.has_any(ProcessSources::STAT) {
            let upkeep = &mut process.upkeep;
            upkeep.read_at = *now;
            upkeep.must_read = false;
            upkeep.is_hot = process.stat.ticks() != ticks_before;
            let ran = upkeep.is_hot || (clock_before.is_some() && clock_before != upkeep.clock_ns);
            if ran {
                upkeep.busy_in = self.sample_number;
            }
            self.note_holder(place, ran);
        }
        if let Some(comm) = renamed {
            self.rename(place, comm);
        }
        Ok(())
    }

    /// Takes the descriptors of whoever was busy the longest time ago, if that is
    /// long enough.
    pub(crate) fn make_room(&mut self) {
        let Some(oldest) = self.holders.oldest() else { return };
        let process = &mut self.processes[oldest as usize];
        if process.upkeep.busy_in + PATIENCE_SAMPLES <= self.sample_number {
            process.descriptors.close();
            self.holders.remove(oldest);
        }
    }

    fn note_holder(&mut self, place: u32, ran: bool) {
        if self.holders.contains(place) {
            if ran {
                self.holders.touch(place);
            }
        } else if self.processes[place as usize].descriptors.are_open() {
            if ran { self.holders.touch(place) } else { self.holders.add_unused(place) }
        }
    }

    fn rename(&mut self, place: u32, comm: Comm) {
        let process = &mut self.processes[place as usize];
        self.names.release(&process.comm, process.number);
        process.comm = comm;
        self.unnamed.push(place);
    }

    /// Frees the place of a process that has ended.
    fn bury(&mut self, place: u32) {
        let process = &mut self.processes[place as usize];
        self.departed.add(process);
        process.descriptors.close();
        self.holders.remove(place);
        self.names.release(&process.comm, process.number);
        self.vacant.push(place);
        self.generation += 1;
    }

    fn hide(&mut self, pid: u32) {
        if let Err(at) = self.hidden.binary_search(&pid) {
            self.hidden.insert(at, pid);
        }
    }

    fn admit_new(&mut self, sampling: &mut Sampling<'_>) {
        let gone = self.came.len();
        for pid in self.membership.seen() {
            let is_known = self.find(*pid).is_ok() || self.hidden.binary_search(pid).is_ok();
            if !is_known && !self.came[..gone].contains(pid) {
                self.came.push(*pid);
            }
        }
        let known = self.order.len();
        for index in 0..self.came.len() {
            let pid = self.came[index];
            match self.admit(pid, sampling) {
                Ok(place) => self.order.push((pid, place)),
                Err(End::Hidden) => self.hide(pid),
                Err(End::Gone | End::Reborn) => {}
                // It is still there, so it has to be seen again.
                Err(End::Failed(_)) => self.membership.forget(),
            }
        }
        if known < self.order.len() && !self.order[known.saturating_sub(1)..].is_sorted() {
            self.order.sort_unstable();
        }
    }

    /// Begins a record, and reads what is wanted of it.
    fn admit(&mut self, pid: u32, sampling: &mut Sampling<'_>) -> Result<u32, End> {
        let place = self.vacant.pop().unwrap_or_else(|| {
            let name = String::with_capacity(ORDINARY_BYTES);
            self.processes.push(Process { name, ..Process::vacant() });
            (self.processes.len() - 1) as u32
        });
        let process = &mut self.processes[place as usize];
        process.vacate(pid);
        let Sampling { root, directory, wanted, now, .. } = sampling;
        let begun = self.reader.begin(root, directory, process, *wanted).and_then(|comm| {
            process.comm = comm;
            let rest = wanted.without(ProcessSources::OF_STAT);
            self.reader.read(root, directory, process, rest)
        });
        match begun {
            Ok(_) => {
                process.upkeep = Upkeep { read_at: *now, ..Upkeep::default() };
                self.note_holder(place, false);
                self.unnamed.push(place);
                self.generation += 1;
                Ok(place)
            }
            Err(end) => {
                process.descriptors.close();
                self.vacant.push(place);
                Err(end)
            }
        }
    }

    fn name_new(&mut self) {
        if self.unnamed.is_empty() {
            return;
        }
        let processes = &mut self.processes;
        self.unnamed.sort_unstable_by_key(|place| {
            let process = &processes[*place as usize];
            (process.stat.start_ticks, process.pid)
        });
        for place in self.unnamed.drain(..) {
            let process = &mut processes[place as usize];
            process.number = self.names.take(&process.comm, &mut process.name);
        }
        self.generation += 1;
    }
}
