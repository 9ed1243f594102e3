//! What a query costs from nothing: `hiperf query` of a small raw class as a
//! process of its own, against `cat` of the file that its values are from.

#[path = "../../../benches/rounds.rs"]
mod rounds;

use std::process::{Command, ExitCode, Stdio};

use rounds::{Claim, Contender, measure};

const QUERY: &str = "SELECT * FROM Win32_PerfRawData_PerfOS_System";

fn main() -> ExitCode {
    rounds::pin();
    let mut query = Command::new(env!("CARGO_BIN_EXE_hiperf"));
    query.args(["query", QUERY, "--format", "csv"]);
    let mut cat = Command::new("cat");
    cat.arg("/proc/stat");
    let mut contenders: [Contender<'_>; 2] = [&mut || run(&mut query), &mut || run(&mut cat)];
    let what = "hiperf query of one small class / cat /proc/stat";
    let claims = [Claim { what, subject: 0, peer: 1, gate: 3.0, target: 2.0 }];
    rounds::print_head();
    rounds::verdict(measure(1, &mut contenders, &claims))
}

/// Runs a command to its end. What it prints goes nowhere, as fast as can be.
fn run(command: &mut Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let succeeded = status.as_ref().is_ok_and(|status| status.success());
    assert!(succeeded, "{command:?} failed: {status:?}");
}
