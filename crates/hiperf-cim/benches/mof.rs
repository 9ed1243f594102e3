//! Goal P15: the CIM schema of the DMTF compiled, from its files to classes,
//! against pywbem's compiler on the same files.
//!
//! pywbem runs in a Python of its own, installed below the target directory,
//! and both are asked in turns. It takes seconds where we take milliseconds, so
//! there are fewer rounds than in other benches. Both have one thread and what
//! they read is in memory, so CPU time is measured: what else the machine does
//! in those seconds would fall on one of them only. Without `HIPERF_CORPORA`,
//! Python or a way to pywbem it says `skipped:` and why.

#[path = "../tests/corpora/mod.rs"]
mod corpora;

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::{fs, thread};

/// Rounds of a measurement; odd, so that the median is one of them.
const ROUNDS: usize = 21;
/// How many times as fast as pywbem we are at least, and aim to be.
const GATE: f64 = 20.0;
const TARGET: f64 = 50.0;

/// The classes and the qualifier types of the schema.
const COUNTS: (usize, usize) = (1418, 71);
/// What is installed; a version, so that figures can be compared.
const PYWBEM: &str = "pywbem==1.9.1";

fn main() -> ExitCode {
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let Some(corpora) = corpora::root() else { return ExitCode::SUCCESS };
    let schema = corpora.join("mof-dmtf-cim232-omi").join(corpora::SCHEMA_ROOT);
    let mut pywbem = match Pywbem::start(&schema) {
        Ok(pywbem) => pywbem,
        Err(why) => {
            println!("skipped: {why}");
            return ExitCode::SUCCESS;
        }
    };
    ours(&corpora);
    let (mut subject, mut peer) = (Vec::new(), Vec::new());
    for round in 0..if measuring { ROUNDS } else { 1 } {
        if round % 2 == 0 {
            subject.push(ours(&corpora));
            peer.push(pywbem.compile());
        } else {
            peer.push(pywbem.compile());
            subject.push(ours(&corpora));
        }
    }
    let (subject, peer) = (median(&mut subject), median(&mut peer));
    let times = peer / subject;
    println!("what                                  CPU ms   peer ms   times    gate  target");
    println!(
        "CIM schema compiled / pywbem {:>15.1} {:>9.1} {times:>6.1}x {GATE:>6.0}x {TARGET:>6.0}x{}",
        subject / 1e6,
        peer / 1e6,
        match times {
            times if times >= TARGET => "",
            times if times >= GATE => "  below target",
            _ => "  BELOW GATE",
        }
    );
    if times < GATE && measuring { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Compiles the schema with our loader; the nanoseconds that it took.
fn ours(corpora: &Path) -> f64 {
    let start_ns = cpu_ns();
    let loaded = corpora::schema(corpora);
    let taken_ns = cpu_ns() - start_ns;
    assert!(!loaded.has_errors(), "{}", loaded.render());
    assert_eq!(corpora::classes(&loaded.compiled).len(), COUNTS.0);
    taken_ns
}

/// The CPU time of this thread. The kernel brings it up to date when the
/// thread gives way.
fn cpu_ns() -> f64 {
    thread::yield_now();
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("the kernel counts CPU time");
    let first = text.split(' ').next().expect("it has a first field");
    first.parse().expect("it is a number")
}

/// The middle one.
fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// pywbem's compiler in a process of its own, which ends when it is dropped.
struct Pywbem {
    process: Child,
    requests: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Pywbem {
    /// Installs it if it isn't there, and has it compile once.
    fn start(schema: &Path) -> Result<Pywbem, String> {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pywbem");
        let python = place.join("bin/python3");
        if !python.exists() {
            run(Command::new("python3").args(["-m", "venv"]).arg(&place))?;
        }
        run(Command::new(&python).args([
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            PYWBEM,
        ]))?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/pywbem_compile.py");
        let mut command = Command::new(&python);
        command.arg(script).arg(schema).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| format!("{}: {error}", python.display()))?;
        let output = process.stdout.take().ok_or("pywbem has no output")?;
        let requests = process.stdin.take();
        let mut pywbem = Pywbem { process, requests, answers: BufReader::new(output).lines() };
        pywbem.compile();
        Ok(pywbem)
    }

    /// Compiles the schema, which must come out as ours does; the nanoseconds
    /// that it took.
    fn compile(&mut self) -> f64 {
        let requests = self.requests.as_mut().expect("it is there until this is dropped");
        requests.write_all(b"compile\n").expect("pywbem reads on");
        let answer = self.answers.next().expect("pywbem answers").expect("its answer is text");
        let taken_ns = answer.strip_prefix(&format!("{} {} ", COUNTS.0, COUNTS.1));
        taken_ns.expect("pywbem compiles the same").parse().expect("it is a number")
    }
}

impl Drop for Pywbem {
    fn drop(&mut self) {
        // The end of its input ends it.
        self.requests = None;
        let _ = self.process.wait();
    }
}

/// Runs a command to its end.
fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    Err(format!("{command:?}: {}", said.trim()))
}
