//! [`Outcome`]: what became of a check, from its journal and from how its
//! process ended.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use super::catalog::Check;
use super::journal::MARK;
use super::watch::watch;
use crate::args::CheckProviderArguments;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found.
    Pass,
    /// Something that isn't wrong, but costs.
    Warn,
    /// The contract is broken.
    Fail,
    /// It could not be run.
    Skip,
}

/// What became of a check.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// What was found, the most important first; or what was seen.
    pub seen: Vec<String>,
}

/// More findings than this of one check say nothing new.
const MAX_FINDINGS: usize = 12;

impl Outcome {
    /// A check that was not run.
    pub fn skipped(why: String) -> Outcome {
        Outcome { verdict: Verdict::Skip, seen: vec![why] }
    }

    /// Runs a check in a process of its own.
    ///
    /// # Errors
    /// The process can't be started.
    pub fn of(
        check: &Check,
        arguments: &CheckProviderArguments,
        namespace: Option<&str>,
    ) -> io::Result<Outcome> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["provider", "check", "--inside", check.name]).args(&arguments.library);
        if let Some(mof) = &arguments.mof {
            command.arg("--mof").arg(mof);
        }
        if let Some(provider) = &arguments.provider {
            command.arg("--provider").arg(provider);
        }
        if let Some(namespace) = namespace {
            command.arg("--namespace").arg(namespace);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let seen = watch(command.spawn()?, arguments.limit)?;
        Ok(judge(&seen.output, &seen.errors, seen.end, arguments.limit))
    }
}

fn judge(journal: &str, errors: &str, end: Option<ExitStatus>, limit: Duration) -> Outcome {
    let (mut fails, mut warns, mut skips, mut seen) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut doing, mut is_done) = ("starting", false);
    for line in journal.lines() {
        // A provider may have printed half a line before it.
        let Some((_, line)) = line.rsplit_once(MARK) else { continue };
        let (kind, text) = line.split_once('\t').unwrap_or((line, ""));
        match kind {
            "doing" => doing = text,
            "fail" => fails.push(text.to_owned()),
            "warn" => warns.push(text.to_owned()),
            "skip" => skips.push(text.to_owned()),
            "seen" => seen.push(text.to_owned()),
            "done" => is_done = true,
            _ => {}
        }
    }
    match end {
        None => fails.push(format!("it did not come back within {limit:?}, while {doing}")),
        Some(status) if is_done && status.success() => {}
        Some(status) => {
            let after = if is_done { "when the process ended, after the check" } else { doing };
            let last = errors.lines().rev().map(str::trim).find(|line| !line.is_empty());
            let last = last.map(|line| format!("; its last words: {line}")).unwrap_or_default();
            fails.push(format!("{}, while {after}{last}", ending(status)));
        }
    }
    let (verdict, mut all) = match (fails.is_empty(), warns.is_empty(), skips.is_empty()) {
        (false, ..) => (Verdict::Fail, fails.into_iter().chain(warns).collect()),
        (true, false, _) => (Verdict::Warn, warns),
        (true, true, false) => (Verdict::Skip, skips),
        (true, true, true) => (Verdict::Pass, seen),
    };
    all.dedup();
    if all.len() > MAX_FINDINGS {
        let more = all.len() - MAX_FINDINGS;
        all.truncate(MAX_FINDINGS);
        all.push(format!("and {more} more"));
    }
    Outcome { verdict, seen: all }
}

fn ending(status: ExitStatus) -> String {
    let signal = match status.signal() {
        Some(4) => "SIGILL",
        Some(6) => "SIGABRT: it aborted or panicked",
        Some(7) => "SIGBUS",
        Some(8) => "SIGFPE",
        Some(11) => "SIGSEGV: it used memory that is not its own",
        Some(other) => return format!("the process was ended by signal {other}"),
        None => return format!("the process ended itself ({status})"),
    };
    format!("the process was ended by {signal}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(journal: &str, raw_status: Option<i32>, verdict: Verdict, first: &str) {
        let outcome = judge(journal, "", raw_status.map(ExitStatus::from_raw), Duration::from_secs(1));
        assert_eq!((outcome.verdict, outcome.seen.first().map_or("", String::as_str)), (verdict, first));
    }

    #[test]
    fn journals() {
        check("\u{1e}seen\t3 of them\n\u{1e}done\t\n", Some(0), Verdict::Pass, "3 of them");
        check("\u{1e}skip\tno host\n\u{1e}done\t\n", Some(0), Verdict::Skip, "no host");
        check("noise\u{1e}warn\tslow\n\u{1e}done\t\n", Some(0), Verdict::Warn, "slow");
        check("\u{1e}warn\tslow\n\u{1e}fail\twrong\n\u{1e}done\t\n", Some(0), Verdict::Fail, "wrong");
        let crash = "the process was ended by SIGSEGV: it used memory that is not its own, while Refresh";
        check("\u{1e}doing\tRefresh\n", Some(11), Verdict::Fail, crash);
        let silent = "the process ended itself (exit status: 0), while starting";
        check("", Some(0), Verdict::Fail, silent);
        let endless = "it did not come back within 1s, while Refresh";
        check("\u{1e}doing\tRefresh\n", None, Verdict::Fail, endless);
    }
}
