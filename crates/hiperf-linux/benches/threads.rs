//! What it costs to have every thread up to date, its times and its context
//! switches:
//!
//! - all text read anew, against a bare loop that reads the same files the same
//!   way (cached within the budget of descriptors, opened above it) and throws
//!   them away;
//! - that with the threads of processes left out that did nothing, against the
//!   same loop.
//!
//! It runs in a process id namespace of its own where it may. The threads are
//! those of processes that sleep. Before each measurement the table is compared
//! with what the files say. Arguments are other numbers of threads.

mod own_namespace;
#[path = "../../../benches/rounds.rs"]
mod rounds;

use std::ffi::CString;
use std::fs;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader};
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdin, Command, ExitCode, Stdio};
use std::thread;

use hiperf_linux::clock::Clock;
use hiperf_linux::process::{ProcessSources, ProcessTable, ThreadTable};
use hiperf_linux::root::Root;
use rounds::{Claim, measure};
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::pread;

const WANTED: ProcessSources = ProcessSources::STAT.union(ProcessSources::STATUS);
const FILES: [&str; 2] = ["stat", "status"];
/// Descriptors that the tables keep open.
const BUDGET: usize = 1024;
/// Tables, and loops of bare reads, that take turns.
const SETS: usize = 3;
/// Threads of each process.
const THREADS_EACH: usize = 20;
/// The argument of a run that is one of the processes.
const SLEEPER: &str = "--sleep-with-threads";

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == SLEEPER) {
        return sleep();
    }
    match own_namespace::run_there() {
        Ok(Some(code)) => return code,
        Ok(None) => {}
        Err(why) => println!("among the processes of the machine, so expect noise: {why}"),
    }
    rounds::pin();
    rounds::print_head();
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let mut counts: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if counts.is_empty() {
        counts = if measuring { vec![200, 1_000, 4_000] } else { vec![40] };
    }
    let mut sleepers = Vec::new();
    let mut passed = true;
    for count in counts {
        while sleepers.len() * THREADS_EACH < count {
            sleepers.push(Sleeper::new());
        }
        passed &= compare(count);
    }
    rounds::verdict(passed)
}

/// What a process with threads does: nothing, until its input ends.
fn sleep() -> ExitCode {
    for _ in 1..THREADS_EACH {
        thread::spawn(thread::park);
    }
    println!("ready");
    let ended = std::io::stdin().read_line(&mut String::new());
    if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A process whose threads sleep; it ends when this is dropped.
struct Sleeper {
    process: Child,
    input: Option<ChildStdin>,
}

impl Sleeper {
    fn new() -> Sleeper {
        let program = std::env::current_exe().expect("this program has a file");
        let mut command = Command::new(program);
        let mut process = command
            .arg(SLEEPER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be run");
        let input = process.stdin.take();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut String::new()).expect("it says that it is ready");
        Sleeper { process, input }
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ended_already = self.process.wait();
    }
}

/// The tables, as a reader of this process.
struct Ours {
    root: Root,
    clock: Clock,
    processes: ProcessTable,
    threads: ThreadTable,
}

impl Ours {
    fn new(skips_idle: bool) -> Ours {
        let mut root = Root::system().expect("/ can be opened");
        root.set_descriptor_budget(BUDGET as u32);
        let mut processes = ProcessTable::default();
        processes.set_idle_skip(skips_idle);
        let mut ours = Ours { root, clock: Clock::start(), processes, threads: ThreadTable::default() };
        ours.sample();
        ours
    }

    fn sample(&mut self) {
        let at = self.clock.now();
        self.processes.sample(&mut self.root, ProcessSources::STAT, at).expect("/proc can be read");
        self.threads.sample(&mut self.root, &mut self.processes, WANTED);
    }

    /// Compares all threads that aren't this process's with what the files say.
    fn check(&mut self, count: usize) {
        self.sample();
        let mut compared = 0;
        for (process, thread) in self.threads.threads(&self.processes) {
            let (pid, tid) = (process.pid(), thread.tid());
            if pid == std::process::id() {
                continue;
            }
            let read =
                |file| fs::read_to_string(format!("/proc/{pid}/task/{tid}/{file}")).expect("it is there");
            let (stat, status) = (read("stat"), read("status"));
            let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
            let number = |field: usize| fields[field - 3].parse::<u64>().expect("a number");
            let told = thread.stat().expect("stat was read");
            let told = [told.user_ticks, told.system_ticks, told.start_ticks];
            assert_eq!(told, [14, 15, 22].map(number), "thread {tid}");
            let switches = status.lines().filter(|line| line.contains("_ctxt_switches"));
            let switches: u64 =
                switches.filter_map(|line| line.split('\t').nth(1)?.parse::<u64>().ok()).sum();
            assert_eq!(thread.switches(), Ok(Some(switches)), "thread {tid}");
            compared += 1;
        }
        assert!(compared >= count, "{compared} threads");
    }
}

/// Reads the same files the same way, and makes nothing of them.
struct Bare {
    directory: OwnedFd,
    files: Vec<(CString, Option<OwnedFd>)>,
    buffer: Vec<u8>,
}

impl Bare {
    fn new() -> Bare {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = rustix::fs::open("/proc", flags, Mode::empty()).expect("/proc can be opened");
        let pids = numbers("/proc");
        let mut paths: Vec<String> = pids.iter().map(|pid| format!("{pid}/stat")).collect();
        for pid in pids {
            for tid in numbers(&format!("/proc/{pid}/task")) {
                paths.extend(FILES.map(|name| format!("{pid}/task/{tid}/{name}")));
            }
        }
        let files = paths.into_iter().map(|path| (CString::new(path).expect("no NUL in it"), None));
        let mut bare = Bare { directory, files: files.collect(), buffer: vec![0; 16 << 10] };
        // Read at once, as the table does: the kernel makes the buffer of a file when it is first read.
        for index in 0..bare.files.len().min(BUDGET) {
            let file = bare.open(index);
            black_box(pread(&file, &mut bare.buffer[..], 0).expect("the thread is there"));
            bare.files[index].1 = Some(file);
        }
        bare
    }

    fn open(&self, index: usize) -> OwnedFd {
        openat(&self.directory, &self.files[index].0, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .expect("the thread is there")
    }

    fn read(&mut self) {
        let mut buffer = std::mem::take(&mut self.buffer);
        for (index, (_, kept)) in self.files.iter().enumerate() {
            let read = match kept {
                Some(kept) => pread(kept, &mut buffer[..], 0),
                None => pread(self.open(index), &mut buffer[..], 0),
            };
            black_box(read.expect("the thread is there"));
        }
        self.buffer = buffer;
    }
}

fn numbers(directory: &str) -> Vec<u32> {
    let entries = fs::read_dir(directory).expect("it can be read");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

fn compare(count: usize) -> bool {
    let (mut tables, mut bares): (Vec<_>, Vec<_>) =
        (0..SETS).map(|_| (Ours::new(false), Bare::new())).unzip();
    let mut skip = Ours::new(true);
    tables[0].check(count);
    // Twice, for at first there is nothing to be left as it was.
    skip.check(count);
    skip.check(count);
    let (mut turns, mut turns_of_bare) = ((0..SETS).cycle(), (0..SETS).cycle());
    let mut sample = || tables[turns.next().unwrap_or_default()].sample();
    let mut read = || bares[turns_of_bare.next().unwrap_or_default()].read();
    let names = ["text", "idle"].map(|what| format!("{count} threads, {what} / bare reads"));
    let claims = [
        Claim { what: &names[0], subject: 0, peer: 1, gate: 1.10, target: 1.05 },
        Claim { what: &names[1], subject: 2, peer: 1, gate: 0.05, target: 0.02 },
    ];
    measure(count, &mut [&mut sample, &mut read, &mut || skip.sample()], &claims)
}
