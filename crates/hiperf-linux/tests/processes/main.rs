//! The table of processes against what the kernel's files say to a reader that
//! goes through them by name, one by one: on the running machine, in process id
//! namespaces of the tests' own, where it is quiet and ids can be chosen, and on
//! trees of files that no kernel would make.

mod children;
mod churn;
mod costs;
mod linux;
mod naive;
mod namespace;
mod odd;
mod rights;
mod threads;
mod tree;

use hiperf_linux::clock::Clock;
use hiperf_linux::process::{Process, ProcessSources, ProcessTable};
use hiperf_linux::root::{Costs, Root, Unavailable};

/// A table and what it reads through, at times of the test's own choice.
struct Reader {
    root: Root,
    table: ProcessTable,
    wanted: ProcessSources,
    now: u64,
}

/// A hundredth of a second, in 100 ns.
const STEP: u64 = 100_000;
/// A second, in 100 ns.
const SECOND: u64 = 100 * STEP;

impl Reader {
    fn new(root: Root, wanted: ProcessSources) -> Reader {
        Reader { root, table: ProcessTable::default(), wanted, now: 0 }
    }

    fn system(wanted: ProcessSources) -> Reader {
        Reader::new(Root::system().unwrap(), wanted)
    }

    /// A reader of everything as text.
    fn text(wanted: ProcessSources) -> Reader {
        let mut reader = Reader::system(wanted);
        reader.table.set_idle_skip(false);
        reader
    }

    fn try_sample(&mut self, after: u64) -> Result<(), Unavailable> {
        self.now += after;
        self.table.sample(&mut self.root, self.wanted, Clock::anchored(0, 0).at(self.now))
    }

    /// Samples so long after the last time, and returns what that cost.
    #[track_caller]
    fn sample(&mut self, after: u64) -> Costs {
        let before = self.root.costs();
        self.try_sample(after).unwrap();
        let now = self.root.costs();
        Costs {
            opens: now.opens - before.opens,
            reads: now.reads - before.reads,
            bytes: now.bytes - before.bytes,
            failures: now.failures - before.failures,
            clocks: now.clocks - before.clocks,
        }
    }

    /// Samples until nothing is new: no process is on its way any more.
    fn settle(&mut self) {
        for _ in 0..5 {
            self.sample(2 * SECOND);
        }
    }

    fn find(&self, pid: u32) -> Option<&Process> {
        self.table.processes().find(|process| process.pid() == pid)
    }

    #[track_caller]
    fn get(&self, pid: u32) -> &Process {
        self.find(pid).unwrap_or_else(|| panic!("process {pid} is missing"))
    }

    fn pids(&self) -> Vec<u32> {
        self.table.processes().map(Process::pid).collect()
    }
}

/// Says why a test can't run here. On the machine that decides about a change
/// everything has to run.
fn skip(why: &str) {
    assert!(std::env::var_os("HIPERF_CI").is_none(), "{why}");
    println!("skipped: {why}");
}
