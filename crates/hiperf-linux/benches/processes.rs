//! What it costs to have every process up to date: its times, memory, threads
//! and I/O.
//!
//! - all text read anew, against a bare loop that reads the same files the same
//!   way (cached within the budget of descriptors, opened above it) and throws
//!   them away;
//! - the same, and with those left out that did nothing, against the `sysinfo`
//!   crate and against a reader that opens every file each time.
//!
//! It runs in a process id namespace of its own where it may, so that the
//! processes of the machine that come and go meanwhile are no part of it. Before
//! each measurement the table is compared with what the files say. Arguments are
//! other numbers of processes.

mod own_namespace;
#[path = "../../../benches/rounds.rs"]
mod rounds;

use std::ffi::CString;
use std::fs;
use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};

use hiperf_linux::clock::Clock;
use hiperf_linux::process::{ProcessSources, ProcessTable};
use hiperf_linux::root::Root;
use rounds::{Claim, measure, measure_prepared};
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::pread;
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

/// What is read of each process.
const WANTED: ProcessSources = ProcessSources::STAT.union(ProcessSources::IO);
const FILES: [&str; 2] = ["stat", "io"];
/// Descriptors that the table keeps open.
const BUDGET: usize = 1024;
/// Tables, and loops of bare reads, that take turns. More would need more descriptors than are usual.
const SETS: usize = 3;
/// One in so many processes does something between two samples.
const ACTIVE_EVERY: usize = 20;

fn main() -> ExitCode {
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
    let mut sleepers = Sleepers::default();
    let mut passed = true;
    for count in &counts {
        sleepers.grow(*count);
        passed &= compare(&mut sleepers);
    }
    rounds::verdict(passed)
}

/// Processes that wait for something to read, which they write back.
#[derive(Default)]
struct Sleepers(Vec<Sleeper>);

struct Sleeper {
    process: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Sleepers {
    fn grow(&mut self, count: usize) {
        while self.0.len() < count {
            let mut command = Command::new("cat");
            let mut process =
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cat can be run");
            let (input, output) = (process.stdin.take(), process.stdout.take());
            let (Some(input), Some(output)) = (input, output) else { unreachable!("both are piped") };
            self.0.push(Sleeper { process, input, output });
        }
        // Whoever has answered has begun, and sleeps or is about to.
        self.0.iter_mut().for_each(Sleeper::wake);
    }

    /// Has one in [`ACTIVE_EVERY`] do something.
    fn wake_some(&mut self) {
        self.0.iter_mut().step_by(ACTIVE_EVERY).for_each(Sleeper::wake);
    }
}

impl Sleeper {
    fn wake(&mut self) {
        let mut answer = [0];
        self.input.write_all(b"x").expect("cat reads");
        self.output.read_exact(&mut answer).expect("cat writes");
    }
}

impl Drop for Sleepers {
    fn drop(&mut self) {
        for sleeper in &mut self.0 {
            let _ended_already = sleeper.process.kill();
            let _ended_already = sleeper.process.wait();
        }
    }
}

/// The table, as a reader of this process.
struct Ours {
    root: Root,
    clock: Clock,
    table: ProcessTable,
}

impl Ours {
    fn new(skips_idle: bool) -> Ours {
        let mut root = Root::system().expect("/ can be opened");
        root.set_descriptor_budget(BUDGET as u32);
        let mut table = ProcessTable::default();
        table.set_idle_skip(skips_idle);
        let mut ours = Ours { root, clock: Clock::start(), table };
        ours.sample();
        ours
    }

    fn sample(&mut self) {
        self.table.sample(&mut self.root, WANTED, self.clock.now()).expect("/proc can be read");
    }

    /// Compares all sleepers with what the files say. Nobody wakes them meanwhile.
    fn check(&mut self, sleepers: &Sleepers) {
        self.sample();
        for sleeper in &sleepers.0 {
            let pid = sleeper.process.id();
            let found = self.table.processes().find(|process| process.pid() == pid);
            let process = found.expect("every sleeper is in the table");
            let (stat, io) = (process.stat().expect("stat was read"), process.io().expect("io was read"));
            let text = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it is there");
            let fields: Vec<&str> = text.rsplit(") ").next().unwrap_or_default().split(' ').collect();
            let number = |field: usize| fields[field - 3].parse::<u64>().expect("a number");
            let told = [stat.minor_faults, stat.user_ticks, stat.system_ticks, stat.threads];
            assert_eq!(told, [10, 14, 15, 20].map(number), "process {pid}");
            let told = [stat.start_ticks, stat.virtual_bytes, stat.resident_pages];
            assert_eq!(told, [22, 23, 24].map(number), "process {pid}");
            let text = fs::read_to_string(format!("/proc/{pid}/io")).expect("it is there");
            let numbers: Vec<u64> =
                text.lines().filter_map(|line| line.split(": ").nth(1)?.parse().ok()).collect();
            let told = [io.read_bytes, io.written_bytes, io.reads, io.writes];
            assert_eq!(told, [0, 1, 2, 3].map(|at| numbers.get(at).copied()), "process {pid}");
        }
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
        let mut files = Vec::new();
        for pid in pids() {
            for name in FILES {
                files.push((CString::new(format!("{pid}/{name}")).expect("no NUL in it"), None));
            }
        }
        let mut bare = Bare { directory, files, buffer: vec![0; 16 << 10] };
        // Read at once, as the table does: the kernel makes the buffer of a file when it is first read.
        for index in 0..bare.files.len().min(BUDGET) {
            let file = bare.open(index);
            black_box(pread(&file, &mut bare.buffer[..], 0).expect("the process is there"));
            bare.files[index].1 = Some(file);
        }
        bare
    }

    fn open(&self, index: usize) -> OwnedFd {
        openat(&self.directory, &self.files[index].0, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .expect("the process is there")
    }

    fn read(&mut self) {
        let mut buffer = std::mem::take(&mut self.buffer);
        for (index, (_, kept)) in self.files.iter().enumerate() {
            let read = match kept {
                Some(kept) => pread(kept, &mut buffer[..], 0),
                None => pread(self.open(index), &mut buffer[..], 0),
            };
            black_box(read.expect("the process is there"));
        }
        self.buffer = buffer;
    }
}

/// What comes to mind first: every file by its path, as text.
fn naive() {
    let mut sum = 0;
    for pid in pids() {
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let Some((_, rest)) = stat.rsplit_once(") ") else { continue };
        sum += rest.split(' ').skip(11).take(11).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
        let Ok(io) = fs::read_to_string(format!("/proc/{pid}/io")) else { continue };
        sum += io.lines().filter_map(|line| line.split(": ").nth(1)?.parse::<u64>().ok()).sum::<u64>();
    }
    black_box(sum);
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("/proc can be read");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// By themselves, so that each finds in the caches what the other left there.
fn against_bare_reads(count: usize, what: &str) -> bool {
    // Where the kernel's buffers of one lie in the caches is chance, so several take turns, made by turns.
    let (mut tables, mut bares): (Vec<_>, Vec<_>) =
        (0..SETS).map(|_| (Ours::new(false), Bare::new())).unzip();
    let (mut turns, mut turns_of_bare) = ((0..SETS).cycle(), (0..SETS).cycle());
    let mut sample = || tables[turns.next().unwrap_or_default()].sample();
    let mut read = || bares[turns_of_bare.next().unwrap_or_default()].read();
    let claims = [Claim { what, subject: 0, peer: 1, gate: 1.10, target: 1.05 }];
    measure(count, &mut [&mut sample, &mut read], &claims)
}

fn compare(sleepers: &mut Sleepers) -> bool {
    let count = sleepers.0.len();
    let (mut text, mut skip) = (Ours::new(false), Ours::new(true));
    text.check(sleepers);
    // Twice, for at first there is nothing to be left as it was.
    skip.check(sleepers);
    skip.check(sleepers);
    let mut system = System::new().expect("sysinfo can read this machine");
    let kind = ProcessRefreshKind::nothing().with_cpu().with_memory().with_disk_usage().without_tasks();
    let mut sysinfo = || {
        black_box(system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind));
    };
    let within = count * FILES.len() <= BUDGET;
    let (gate, target) = if within { (1.0 / 5.0, 1.0 / 5.8) } else { (1.0 / 3.0, 1.0 / 3.5) };
    let name = |what: &str| format!("{count} processes, {what}");
    let names =
        [name("text / bare reads"), name("text / sysinfo"), name("text / naive"), name("idle / sysinfo")];
    let [bare_reads, text_sysinfo, text_naive, idle_sysinfo] = &names;
    let mut passed = against_bare_reads(count, bare_reads);
    let claims = [
        Claim { what: text_sysinfo, subject: 0, peer: 1, gate, target },
        Claim { what: text_naive, subject: 0, peer: 2, gate: 1.0, target: 0.5 },
        Claim { what: idle_sysinfo, subject: 3, peer: 1, gate: 1.0 / 35.0, target: 1.0 / 45.0 },
    ];
    let contenders: &mut [rounds::Contender<'_>] =
        &mut [&mut || text.sample(), &mut sysinfo, &mut naive, &mut || skip.sample()];
    passed &= measure(count, contenders, &claims);
    let what = name("5 % active / sysinfo");
    let active = [Claim { what: &what, subject: 0, peer: 1, gate: 1.0 / 25.0, target: 1.0 / 34.0 }];
    let mut wake = || sleepers.wake_some();
    passed &= measure_prepared(count, &mut wake, &mut [&mut || skip.sample(), &mut sysinfo], &active);
    text.check(sleepers);
    skip.check(sleepers);
    passed
}
