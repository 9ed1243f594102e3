//! Measuring two or more pieces of work against each other in one run.
//!
//! Absolute times drift with the machine; ratios of work that alternates on one
//! CPU hardly do. So a claim is a ratio: every round runs each contender once,
//! the rounds alternate them, and medians are compared. Without the `--bench`
//! that `cargo bench` passes, a few rounds only prove that the bench runs.
//!
//! It knows nothing of what is measured.

use std::process::ExitCode;
use std::time::Instant;

/// Rounds of a measurement; odd, so that the median is one of them.
const ROUNDS: usize = 101;
/// Rounds that prove that the bench runs.
const TRIAL_ROUNDS: usize = 3;

/// A claim about two contenders: how many times the peer's time the subject
/// may take.
pub struct Claim<'a> {
    /// What is measured, and against what.
    pub what: &'a str,
    /// The subject's index among the contenders.
    pub subject: usize,
    /// The peer's index.
    pub peer: usize,
    /// Above this ratio the bench fails.
    pub gate: f64,
    /// What is aimed at.
    pub target: f64,
}

/// A claim about what a part of a contender's work costs, which can't be done
/// alone.
#[allow(dead_code)] // Most benches have none.
pub struct Difference<'a> {
    /// What is measured, and against what.
    pub what: &'a str,
    /// The contender that does it,
    pub subject: usize,
    /// and the one that does everything else that this one does.
    pub less: usize,
    /// The peer's index.
    pub peer: usize,
    /// Above this ratio the bench fails.
    pub gate: f64,
    /// What is aimed at.
    pub target: f64,
}

/// A contender: does its work once, however many operations that is.
pub type Contender<'a> = &'a mut dyn FnMut();

/// Keeps this process, and those it starts, on the CPU where it is.
pub fn pin() {
    let mut here = rustix::thread::CpuSet::new();
    here.set(rustix::thread::sched_getcpu());
    if let Err(error) = rustix::thread::sched_setaffinity(None, &here) {
        println!("not pinned to a CPU, so expect noise: {error}");
    }
}

/// Runs the contenders in alternated rounds and prints what became of the
/// claims. `operations` are those of one round, by which times are divided.
/// Says whether all ratios are below their gates.
pub fn measure(operations: usize, contenders: &mut [Contender<'_>], claims: &[Claim<'_>]) -> bool {
    measure_prepared(operations, &mut || (), contenders, claims)
}

/// The same, with something done before each contender's turn that isn't
/// counted.
pub fn measure_prepared(
    operations: usize,
    prepare: Contender<'_>,
    contenders: &mut [Contender<'_>],
    claims: &[Claim<'_>],
) -> bool {
    let times = times(operations, prepare, contenders);
    let mut passed = true;
    for Claim { what, subject, peer, gate, target } in claims {
        let (subject, peer) = (&times[*subject], &times[*peer]);
        let noise = spread(subject).max(spread(peer));
        passed &= print_claim(what, median(subject), median(peer), (*gate, *target), noise);
    }
    passed || !is_measuring()
}

/// As [`measure`], for differences of contenders.
#[allow(dead_code)] // Most benches have none.
pub fn measure_differences(
    operations: usize,
    contenders: &mut [Contender<'_>],
    differences: &[Difference<'_>],
) -> bool {
    let times = times(operations, &mut || (), contenders);
    let mut passed = true;
    for Difference { what, subject, less, peer, gate, target } in differences {
        let (subject, less, peer) = (&times[*subject], &times[*less], &times[*peer]);
        let noise = spread(subject).max(spread(less)).max(spread(peer));
        let difference = median(subject) - median(less);
        passed &= print_claim(what, difference, median(peer), (*gate, *target), noise);
    }
    passed || !is_measuring()
}

/// Whether this is more than a trial.
fn is_measuring() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// The sorted times of each contender, for one operation.
fn times(operations: usize, prepare: Contender<'_>, contenders: &mut [Contender<'_>]) -> Vec<Vec<f64>> {
    let rounds = if is_measuring() { ROUNDS } else { TRIAL_ROUNDS };
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    contenders.iter_mut().for_each(|run| run());
    for round in 0..rounds {
        // Whoever comes first finds the caches as the last one left them, so
        // each takes its turn.
        for turn in 0..contenders.len() {
            let index = (round + turn) % contenders.len();
            prepare();
            let start = Instant::now();
            contenders[index]();
            times[index].push(start.elapsed().as_secs_f64() * 1e9 / operations as f64);
        }
    }
    times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
    times
}

/// Prints a line and says whether the ratio is below the gate.
fn print_claim(what: &str, subject: f64, peer: f64, (gate, target): (f64, f64), noise: f64) -> bool {
    let ratio = subject / peer;
    let verdict = match ratio {
        ratio if ratio <= target => "",
        ratio if ratio <= gate => "  above target",
        _ => "  ABOVE GATE",
    };
    println!(
        "{what:<52} {subject:>11.2} {peer:>11.2} {ratio:>6.2} {gate:>6.2} {target:>6.2} {noise:>4.0}%{verdict}"
    );
    ratio <= gate
}

/// The head of the table that [`measure`] prints.
pub fn print_head() {
    println!(
        "{:<52} {:>11} {:>11} {:>6} {:>6} {:>6} {:>5}",
        "what", "ns", "peer ns", "ratio", "gate", "target", "noise"
    );
}

/// What `main` returns.
pub fn verdict(passed: bool) -> ExitCode {
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The middle of sorted times.
fn median(times: &[f64]) -> f64 {
    times[times.len() / 2]
}

/// How far the quarter below and the quarter above the median reach, in
/// per cent of it.
fn spread(times: &[f64]) -> f64 {
    let last = times.len() - 1;
    (times[last * 3 / 4] - times[last / 4]) / median(times) * 100.0
}
