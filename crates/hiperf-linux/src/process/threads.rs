//! [`ThreadTable`]: every thread of every process, by one sample after the other.
//!
//! It follows the [`ProcessTable`], process by process, both in ascending order
//! of ids:
//! - the threads of a process that did nothing are left as they are. A thread has
//!   a clock as a process has, but the kernel tells it to threads of the same
//!   process alone; that of the process is the sum of them, which is as good;
//! - of all others each is read. Who has ended goes;
//! - `task` is listed only if the process has another number of threads than are
//!   known, or one of them went: then others may have come. A process with one
//!   thread needn't be listed at all, for its thread has its id.
//!
//! Places of threads that went are used again, so that nothing is allocated
//! unless there are more than ever before.

use crate::process::descriptors::{ProcessFiles, Whose};
use crate::process::directory::Directory;
use crate::process::lru::Lru;
use crate::process::names::Numbers;
use crate::process::reading::{End, NONSENSE, end_without_stat, is_end};
use crate::process::record::Process;
use crate::process::sources::{ProcessFile, ProcessSources};
use crate::process::stat::PidStat;
use crate::process::status::PidStatus;
use crate::process::table::{PATIENCE_SAMPLES, ProcessTable};
use crate::process::thread::Thread;
use crate::root::{Root, Unavailable};

/// The threads of the processes of a table.
#[derive(Debug, Default)]
pub struct ThreadTable {
    files: ProcessFiles,
    /// Places, in use or not.
    threads: Vec<Thread>,
    vacant: Vec<u32>,
    /// In ascending order of the processes' ids, then of the threads'.
    order: Vec<Entry>,
    /// The order of the sample before.
    before: Vec<Entry>,
    /// Ids of the threads of one process.
    seen: Vec<u32>,
    /// Places of threads of one process that need an index, and the indexes that
    /// others have.
    came: Vec<u32>,
    indexes: Numbers,
    holders: Lru,
    had: ProcessSources,
    sample_number: u64,
    departed: DepartedThreads,
    is_shown: bool,
}

/// A thread in the order of all.
#[derive(Debug, Clone, Copy)]
struct Entry {
    pid: u32,
    tid: u32,
    /// The identity of its process.
    owner: u64,
    /// The places of its process and of its own record.
    process: u32,
    thread: u32,
}

/// Sums over threads that have gone, each as it was last read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DepartedThreads {
    /// Time in user mode, in clock ticks.
    pub user_ticks: u64,
    /// Time in kernel mode, in clock ticks.
    pub system_ticks: u64,
    /// Context switches.
    pub switches: u64,
}

/// What a sample is made with.
struct Sampling<'a> {
    root: &'a mut Root,
    directory: &'a Directory,
    processes: &'a mut ProcessTable,
    wanted: ProcessSources,
    /// Every thread is read, whatever its process did.
    all: bool,
}

/// What is to be known of a process.
#[derive(Debug, Clone, Copy)]
struct Owner {
    pid: u32,
    place: u32,
    identity: u64,
    threads: Option<u64>,
    is_unread: bool,
}

impl Owner {
    fn of(process: &Process, place: u32) -> Owner {
        Owner {
            pid: process.pid(),
            place,
            identity: process.identity(),
            threads: process.stat().ok().map(|stat| stat.threads),
            is_unread: process.upkeep.is_unread,
        }
    }

    /// Whether the process of an entry is one that comes before this one, or
    /// that had its id before.
    fn is_after(&self, entry: &Entry) -> bool {
        entry.pid < self.pid || (entry.pid == self.pid && entry.owner != self.identity)
    }
}

impl ThreadTable {
    /// Brings the table up to date with a sample of the processes: `stat` of every
    /// thread, and `status` if that is wanted. Nothing is read, and no thread
    /// shown, if nothing is wanted.
    pub fn sample(&mut self, root: &mut Root, processes: &mut ProcessTable, wanted: ProcessSources) {
        self.is_shown = false;
        if wanted.is_empty() {
            return;
        }
        let Some(directory) = processes.take_directory() else { return };
        // What an idle process's threads were is known only if they were read along with it.
        let follows = self.sample_number + 1 == processes.sample_number() && wanted == self.had;
        self.sample_number = processes.sample_number();
        self.had = wanted;
        let mut sampling = Sampling { root, directory: &directory, processes, wanted, all: !follows };
        self.follow(&mut sampling);
        processes.return_directory(directory);
        self.is_shown = true;
    }

    /// The threads of the last sample, each with its process: in ascending order
    /// of the processes' ids, then of their own.
    pub fn threads<'a>(
        &'a self,
        processes: &'a ProcessTable,
    ) -> impl Iterator<Item = (&'a Process, &'a Thread)> {
        let shown = if self.is_shown { &self.order[..] } else { &[] };
        shown.iter().map(|entry| (processes.at(entry.process), &self.threads[entry.thread as usize]))
    }

    /// How many threads of the last sample could be seen.
    #[must_use]
    pub fn count(&self) -> usize {
        if self.is_shown { self.order.len() } else { 0 }
    }

    /// What threads used that were in the table and have gone.
    #[must_use]
    pub fn departed(&self) -> &DepartedThreads {
        &self.departed
    }

    fn follow(&mut self, sampling: &mut Sampling<'_>) {
        std::mem::swap(&mut self.order, &mut self.before);
        self.order.clear();
        let mut at = 0;
        for index in 0..sampling.processes.places().len() {
            let (_, place) = sampling.processes.places()[index];
            let owner = Owner::of(sampling.processes.at(place), place);
            while self.before.get(at).is_some_and(|entry| owner.is_after(entry)) {
                self.bury(self.before[at].thread);
                at += 1;
            }
            let first = at;
            while self.before.get(at).is_some_and(|entry| entry.owner == owner.identity) {
                at += 1;
            }
            self.follow_one(owner, first..at, sampling);
        }
        for at in at..self.before.len() {
            self.bury(self.before[at].thread);
        }
    }

    /// Brings the threads of one process up to date, which were at `known` before.
    fn follow_one(&mut self, owner: Owner, known: std::ops::Range<usize>, sampling: &mut Sampling<'_>) {
        let start = self.order.len();
        let mut has_lost = false;
        for at in known {
            let entry = Entry { process: owner.place, ..self.before[at] };
            let thread = &self.threads[entry.thread as usize];
            let rests = owner.is_unread && !sampling.all && !thread.must_read();
            if !rests && self.read(owner.pid, entry.thread, false, sampling).is_err() {
                self.bury(entry.thread);
                has_lost = true;
                continue;
            }
            self.order.push(entry);
        }
        let count = (self.order.len() - start) as u64;
        let others = owner.threads.is_some_and(|threads| threads != count);
        if has_lost || others || sampling.root.is_teed() {
            self.admit_new(owner, start, sampling);
        }
    }

    /// Adds the threads of a process that aren't in the order from `start` on.
    fn admit_new(&mut self, owner: Owner, start: usize, sampling: &mut Sampling<'_>) {
        self.seen.clear();
        let Sampling { root, directory, .. } = sampling;
        if owner.threads == Some(1) && directory.is_procfs() && !root.is_teed() {
            self.seen.push(owner.pid);
        } else if self.files.list_threads(root, directory, owner.pid, &mut self.seen).is_err() {
            // The process has ended, which the next sample of the processes will see.
            return;
        }
        let known = self.order.len();
        self.came.clear();
        for index in 0..self.seen.len() {
            let tid = self.seen[index];
            if self.order[start..known].binary_search_by_key(&tid, |entry| entry.tid).is_ok() {
                continue;
            }
            let Ok(thread) = self.admit(owner.pid, tid, sampling) else { continue };
            self.came.push(thread);
            let (pid, owner, process) = (owner.pid, owner.identity, owner.place);
            self.order.push(Entry { pid, tid, owner, process, thread });
        }
        if self.came.is_empty() {
            return;
        }
        self.give_indexes(start..known);
        if start < known {
            self.order[start..].sort_unstable_by_key(|entry| entry.tid);
        }
    }

    /// Gives those who came the lowest indexes that `known` haven't, in order of
    /// start.
    fn give_indexes(&mut self, known: std::ops::Range<usize>) {
        self.indexes.clear();
        for entry in &self.order[known] {
            self.indexes.take_number(self.threads[entry.thread as usize].index);
        }
        let threads = &mut self.threads;
        self.came.sort_unstable_by_key(|place| {
            let thread = &threads[*place as usize];
            (thread.stat.start_ticks, thread.tid)
        });
        for place in &self.came {
            threads[*place as usize].index = self.indexes.take(0);
        }
    }

    /// Begins a record and reads it.
    fn admit(&mut self, pid: u32, tid: u32, sampling: &mut Sampling<'_>) -> Result<u32, End> {
        let place = self.vacant.pop().unwrap_or_else(|| {
            self.threads.push(Thread::new(tid));
            (self.threads.len() - 1) as u32
        });
        self.threads[place as usize] = Thread::new(tid);
        if let Err(end) = self.read(pid, place, true, sampling) {
            self.threads[place as usize].kept = Default::default();
            self.holders.remove(place);
            self.vacant.push(place);
            return Err(end);
        }
        Ok(place)
    }

    /// Reads what is wanted of a thread.
    fn read(&mut self, pid: u32, place: u32, is_new: bool, sampling: &mut Sampling<'_>) -> Result<(), End> {
        self.make_room_if_busy(place, sampling);
        let Sampling { root, directory, wanted, .. } = sampling;
        let thread = &mut self.threads[place as usize];
        let whose = Whose { pid, tid: Some(thread.tid) };
        let [of_stat, of_status] = &mut thread.kept;
        let name = ProcessFile::Stat.name();
        let text = self.files.read_of(root, directory, whose, name, Some(&mut *of_stat));
        let ticks_before = thread.stat.ticks();
        match text.map(PidStat::parse) {
            Ok(Some((stat, _))) if !is_new && stat.start_ticks != thread.stat.start_ticks => {
                return Err(End::Reborn);
            }
            Ok(Some((stat, _))) => (thread.stat, thread.stat_missing) = (stat, None),
            Ok(None) if is_new => return Err(End::Gone),
            Ok(None) => thread.stat_missing = Some(NONSENSE),
            Err(errno) if is_new => return Err(end_without_stat(errno)),
            Err(errno) => match end_without_stat(errno) {
                End::Failed(errno) => thread.stat_missing = Some(Unavailable::Failed(errno)),
                end => return Err(end),
            },
        }
        thread.switches = Err(Unavailable::Unsupported);
        if wanted.has_any(ProcessSources::STATUS) {
            let name = ProcessFile::Status.name();
            let text = self.files.read_of(root, directory, whose, name, Some(of_status));
            thread.switches = match text {
                Ok(text) => Ok(PidStatus::switches(text)),
                Err(errno) if is_end(errno) => {
                    // It may have ended, or not have the file.
                    let name = ProcessFile::Stat.name();
                    let stat = self.files.read_of(root, directory, whose, name, Some(of_stat));
                    stat.map_err(|_| End::Gone)?;
                    Err(Unavailable::Unsupported)
                }
                Err(errno) => Err(Unavailable::from_errno(errno)),
            };
        }
        let ran = thread.stat.ticks() != ticks_before && !is_new;
        self.note_holder(place, ran);
        Ok(())
    }

    /// Finds room for the descriptors of a thread that was busy when it was last
    /// read: those of one, or of a process, that hasn't been for some samples.
    fn make_room_if_busy(&mut self, place: u32, sampling: &mut Sampling<'_>) {
        let thread = &self.threads[place as usize];
        let was_busy = thread.busy_in > 0 && thread.busy_in + PATIENCE_SAMPLES > self.sample_number;
        let files = if sampling.wanted.has_any(ProcessSources::STATUS) { 2 } else { 1 };
        let lacks = thread.kept[..files].iter().any(Option::is_none);
        if !was_busy || !lacks || sampling.root.has_room() {
            return;
        }
        let idle =
            |oldest: &u32| self.threads[*oldest as usize].busy_in + PATIENCE_SAMPLES <= self.sample_number;
        match self.holders.oldest().filter(idle) {
            Some(oldest) => {
                self.threads[oldest as usize].kept = Default::default();
                self.holders.remove(oldest);
            }
            None => sampling.processes.make_room(),
        }
    }

    fn note_holder(&mut self, place: u32, ran: bool) {
        let thread = &mut self.threads[place as usize];
        if ran {
            thread.busy_in = self.sample_number;
        }
        if thread.kept.iter().all(Option::is_none) {
            return;
        }
        if ran {
            self.holders.touch(place);
        } else if !self.holders.contains(place) {
            self.holders.add_unused(place);
        }
    }

    /// Frees the place of a thread that has ended.
    fn bury(&mut self, place: u32) {
        let thread = &mut self.threads[place as usize];
        thread.kept = Default::default();
        if let Ok(stat) = thread.stat() {
            let departed = &mut self.departed;
            departed.user_ticks = departed.user_ticks.wrapping_add(stat.user_ticks);
            departed.system_ticks = departed.system_ticks.wrapping_add(stat.system_ticks);
        }
        if let Ok(Some(switches)) = thread.switches() {
            self.departed.switches = self.departed.switches.wrapping_add(switches);
        }
        self.holders.remove(place);
        self.vacant.push(place);
    }
}
