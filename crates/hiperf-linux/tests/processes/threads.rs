//! The table of threads: on the running machine against a naive reader, and on
//! trees of files.

use std::fs;
use std::sync::mpsc;
use std::thread;

use hiperf_linux::process::{ProcessSources, ThreadTable};
use hiperf_linux::root::{Costs, Root, Unavailable};

use crate::children::ForkedChild;
use crate::namespace::{OWN_PROC, is_inside};
use crate::tree::Tree;
use crate::{Reader, SECOND, STEP};

const BOTH: ProcessSources = ProcessSources::STAT.union(ProcessSources::STATUS);

/// The threads of a reader's processes.
struct Threads {
    reader: Reader,
    table: ThreadTable,
    wanted: ProcessSources,
}

impl Threads {
    fn new(reader: Reader, wanted: ProcessSources) -> Threads {
        Threads { reader, table: ThreadTable::default(), wanted }
    }

    fn of_tree(tree: &Tree) -> Threads {
        Threads::new(Reader::new(tree.root(), ProcessSources::STAT), BOTH)
    }

    /// Samples both tables, and returns what the one of the threads cost.
    fn sample(&mut self, after: u64) -> Costs {
        self.reader.sample(after);
        let before = self.reader.root.costs();
        self.table.sample(&mut self.reader.root, &mut self.reader.table, self.wanted);
        let now = self.reader.root.costs();
        Costs {
            opens: now.opens - before.opens,
            reads: now.reads - before.reads,
            bytes: now.bytes - before.bytes,
            failures: now.failures - before.failures,
            clocks: now.clocks - before.clocks,
        }
    }

    fn settle(&mut self) {
        for _ in 0..5 {
            self.sample(2 * SECOND);
        }
    }

    /// Process, thread and index.
    fn shown(&self) -> Vec<(u32, u32, u32)> {
        let threads = self.table.threads(&self.reader.table);
        threads.map(|(process, thread)| (process.pid(), thread.tid(), thread.index())).collect()
    }

    fn of_process(&self, pid: u32) -> Vec<(u32, u32)> {
        let shown = self.shown();
        shown.into_iter().filter(|of| of.0 == pid).map(|(_, tid, index)| (tid, index)).collect()
    }
}

/// Ticks, start and context switches of a thread, as its files say.
fn naive(pid: u32, tid: u32) -> [u64; 4] {
    let read = |file| fs::read_to_string(format!("/proc/{pid}/task/{tid}/{file}")).unwrap();
    let (stat, status) = (read("stat"), read("status"));
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let field = |number: usize| fields[number - 3].parse().unwrap();
    let switches = status.lines().filter(|line| line.contains("_ctxt_switches:"));
    let switches = switches.map(|line| line.split('\t').nth(1).unwrap().parse::<u64>().unwrap()).sum();
    [field(14), field(15), field(22), switches]
}

fn task_ids(pid: u32) -> Vec<u32> {
    let entries = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let mut ids: Vec<u32> =
        entries.map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn threads_that_sleep_are_what_their_files_say_and_cost_nothing() {
    const TEST: &str = "threads::threads_that_sleep_are_what_their_files_say_and_cost_nothing";
    if !is_inside(TEST, OWN_PROC) {
        return;
    }
    let children = [ForkedChild::sleeper_with_threads(20), ForkedChild::sleeper_with_threads(3)];
    let mut threads = Threads::new(Reader::system(ProcessSources::STAT), BOTH);
    threads.settle();
    for child in &children {
        let ids: Vec<u32> = threads.of_process(child.pid()).iter().map(|(tid, _)| *tid).collect();
        assert_eq!(ids, task_ids(child.pid()));
        let of_all = threads.table.threads(&threads.reader.table);
        for (_, thread) in of_all.filter(|(process, _)| process.pid() == child.pid()) {
            let stat = thread.stat().unwrap();
            let switches = thread.switches().unwrap().unwrap();
            let told = [stat.user_ticks, stat.system_ticks, stat.start_ticks, switches];
            assert_eq!(told, naive(child.pid(), thread.tid()));
        }
    }
    // Whoever else is there are the threads of this process.
    let own = threads.of_process(std::process::id()).len() as u64;
    assert_eq!(threads.table.count() as u64, own + 21 + 4);
    for _ in 0..20 {
        let costs = threads.sample(STEP);
        assert_eq!((costs.opens, costs.failures, costs.clocks), (0, 0, 0));
        assert!(costs.reads <= 2 * own, "{} reads", costs.reads);
    }
    // Within a minute everyone is read.
    let reads: u64 = (0..61).map(|_| threads.sample(SECOND).reads).sum();
    assert!((61 * own + 50..=61 * 2 * own + 4 * 25).contains(&reads), "{reads} reads");
}

#[test]
fn as_text_a_file_of_a_thread_is_one_call() {
    if !is_inside("threads::as_text_a_file_of_a_thread_is_one_call", OWN_PROC) {
        return;
    }
    let _child = ForkedChild::sleeper_with_threads(20);
    for (wanted, files) in [(ProcessSources::STAT, 1), (BOTH, 2)] {
        let mut threads = Threads::new(Reader::text(ProcessSources::STAT), wanted);
        threads.settle();
        let count = threads.table.count() as u64;
        let costs = threads.sample(STEP);
        assert_eq!((costs.opens, costs.reads, costs.failures), (0, files * count, 0));
        threads.wanted = ProcessSources::NONE;
        assert_eq!(threads.sample(STEP), Costs::default());
        assert_eq!(threads.table.count(), 0);
    }
}

#[test]
fn threads_that_come_and_go_are_followed_and_keep_their_index() {
    if !is_inside("threads::threads_that_come_and_go_are_followed_and_keep_their_index", OWN_PROC) {
        return;
    }
    let mut threads = Threads::new(Reader::system(ProcessSources::STAT), BOTH);
    threads.settle();
    let pid = std::process::id();
    let before = threads.of_process(pid);
    let mut running = Vec::new();
    for round in 0..50_u64 {
        let (stop, stopped) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            tell.send(rustix::thread::gettid().as_raw_nonzero().get().cast_unsigned()).unwrap();
            let _closed = stopped.recv();
        });
        let tid = told.recv().unwrap();
        running.push((tid, stop, thread));
        // Now and then one ends in the same interval as another begins: as many as before.
        if round % 2 == 1 {
            let (_, stop, thread) = running.remove(round as usize / 5 % running.len());
            drop(stop);
            thread.join().unwrap();
        }
        let known = threads.of_process(pid);
        threads.sample(STEP);
        let shown = threads.of_process(pid);
        let ids: Vec<u32> = shown.iter().map(|(tid, _)| *tid).collect();
        // Joined means that its work is done; the kernel may still be about to take it away.
        let mut expected: Vec<u32> = running.iter().map(|(tid, ..)| *tid).collect();
        expected.extend(before.iter().map(|(tid, _)| *tid));
        assert!(expected.iter().all(|tid| ids.contains(tid)), "{ids:?} without some of {expected:?}");
        assert!(ids.len() <= expected.len() + 1, "{ids:?} with more than {expected:?}");
        for (tid, index) in &shown {
            let same = known.iter().find(|(known, _)| known == tid);
            assert!(same.is_none_or(|(_, known)| known == index), "{tid} moved from {same:?} to {index}");
        }
        let mut indexes: Vec<u32> = shown.iter().map(|(_, index)| *index).collect();
        indexes.sort_unstable();
        indexes.dedup();
        assert_eq!(indexes.len(), shown.len(), "{shown:?}");
    }
}

/// The `stat` of a thread.
fn stat(tid: u32, name: &str, start: u64, threads: u32) -> String {
    format!(
        "{tid} ({name}) S 1 1 1 0 -1 4194560 11 0 3 0 50 60 0 0 20 0 {threads} 0 {start} 4096000 70 1 1\n"
    )
}

fn status(voluntary: u64) -> String {
    format!("Name:\tx\nvoluntary_ctxt_switches:\t{voluntary}\nnonvoluntary_ctxt_switches:\t1\n")
}

#[test]
fn indexes_are_in_order_of_start_and_the_lowest_free_one_is_used_again() {
    let tree = Tree::new("thread-indexes");
    tree.write("10/stat", stat(10, "sh", 100, 3));
    for (tid, start) in [(10, 100), (12, 300), (15, 200)] {
        tree.write(&format!("10/task/{tid}/stat"), stat(tid, "sh", start, 3));
        tree.write(&format!("10/task/{tid}/status"), status(7));
    }
    let mut threads = Threads::of_tree(&tree);
    threads.sample(STEP);
    assert_eq!(threads.shown(), [(10, 10, 0), (10, 12, 2), (10, 15, 1)]);
    tree.remove("10/task/15");
    tree.write("10/task/11/stat", stat(11, "sh", 400, 3));
    threads.sample(STEP);
    assert_eq!(threads.shown(), [(10, 10, 0), (10, 11, 1), (10, 12, 2)]);
    let departed = threads.table.departed();
    assert_eq!((departed.user_ticks, departed.system_ticks, departed.switches), (50, 60, 8));
    // The same id, another thread; and another process of the same id.
    let identity = |threads: &Threads, at: usize| {
        threads.table.threads(&threads.reader.table).nth(at).unwrap().1.identity()
    };
    let before = identity(&threads, 1);
    tree.write("10/task/11/stat", stat(11, "sh", 500, 3));
    threads.sample(STEP);
    assert_ne!(identity(&threads, 1), before);
    tree.write("10/stat", stat(10, "ls", 900, 1));
    for tid in [11, 12] {
        tree.remove(&format!("10/task/{tid}"));
    }
    tree.write("10/task/10/stat", stat(10, "ls", 900, 1));
    threads.sample(STEP);
    assert_eq!(threads.shown(), [(10, 10, 0)]);
    tree.remove("10");
    threads.sample(STEP);
    assert_eq!(threads.shown(), []);
}

#[test]
fn what_makes_no_sense_is_left_out_and_the_rest_is_whole() {
    let tree = Tree::new("thread-garbage");
    tree.write("3/stat", stat(3, "x", 1, 9));
    tree.write("3/task/3/stat", stat(3, "a) S 1 (b", 1, 9));
    for (tid, text) in [(4, "garbage"), (5, ""), (6, &stat(6, "cut", 6, 9)[..40])] {
        tree.write(&format!("3/task/{tid}/stat"), text);
    }
    tree.write("3/task/7/comm", "no stat at all\n");
    tree.write("3/task/8/stat", stat(8, &"n".repeat(64 << 10), 8, 9));
    tree.write(
        "3/task/8/status",
        "voluntary_ctxt_switches:\t18446744073709551615\nnonvoluntary_ctxt_switches:\t0\n",
    );
    tree.write("3/task/12x/stat", stat(12, "x", 1, 9));
    let mut threads = Threads::of_tree(&tree);
    for _ in 0..3 {
        threads.sample(STEP);
        assert_eq!(threads.shown(), [(3, 3, 0), (3, 8, 1)]);
    }
    let switches: Vec<_> =
        threads.table.threads(&threads.reader.table).map(|(_, thread)| thread.switches()).collect();
    assert_eq!(switches, [Err(Unavailable::Unsupported), Ok(Some(u64::MAX))]);
    // Nonsense for once: the thread is what it was, without numbers.
    tree.write("3/task/8/stat", "8 (n) S 1");
    threads.sample(STEP);
    assert_eq!(threads.shown(), [(3, 3, 0), (3, 8, 1)]);
    let missing = |threads: &Threads| {
        let mut all = threads.table.threads(&threads.reader.table);
        all.any(|(_, thread)| matches!(thread.stat(), Err(Unavailable::Failed(_))))
    };
    assert!(missing(&threads));
    tree.write("3/task/8/stat", stat(8, "n", 8, 9));
    threads.sample(STEP);
    assert!(!missing(&threads));
}

#[test]
fn without_proc_there_are_none() {
    let tree = Tree::new("thread-without");
    tree.remove("");
    let mut root: Root = tree.root();
    let (mut processes, mut threads) =
        (hiperf_linux::process::ProcessTable::default(), ThreadTable::default());
    let at = hiperf_linux::clock::Clock::anchored(0, 0).at(1);
    assert!(processes.sample(&mut root, ProcessSources::STAT, at).is_err());
    threads.sample(&mut root, &mut processes, BOTH);
    assert_eq!((threads.count(), threads.threads(&processes).count()), (0, 0));
}
