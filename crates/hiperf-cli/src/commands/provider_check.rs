//! `hiperf provider check ./libx.so`: whether a provider does what its clients
//! rely on, told so that its author can mend it.
//!
//! ```text
//!   this process: for each check of the catalog
//!       hiperf provider check ./libx.so --inside CHECK     a process of its own
//!           Subject: library, MOF, classes -> Bench: initialised provider -> the check
//!           Journal: what was seen, on standard output
//!       Outcome <- Journal, and how that process ended (watch)
//!   report: each outcome; exit status 1 if any failed
//! ```
//!
//! A check that crashes or never ends is a finding like any other, and the next
//! one begins afresh. Nothing is stored: the MOF is compiled for the time of a
//! check, beside what is built in and nothing else.
//!
//! Not here: whether the values are right, which only the author can know.
//!
//! Spec: the documentation of `IWbemHiPerfProvider` and of those interfaces that
//! it is called with; `docs/provider-check.md` explains every check.

mod bench;
mod catalog;
mod checks;
mod inside;
mod journal;
mod outcome;
mod report;
mod subject;
mod watch;

use std::io;

use hiperf_cim::{Error, Status};

use crate::args::{CheckProviderArguments, OutputOptions};
use crate::failure::Failure;
use crate::screen;

use catalog::{CHECKS, Check};
use outcome::{Outcome, Verdict};

/// Runs the checks and reports them.
///
/// # Errors
/// `Found` if a check failed; `WBEM_E_INVALID_PARAMETER` for an unknown check.
pub fn run(
    arguments: &CheckProviderArguments,
    namespace: Option<&str>,
    options: &OutputOptions,
) -> Result<(), Failure> {
    if arguments.list {
        return screen::write(&report::list(options.format));
    }
    if let Some(name) = &arguments.inside {
        inside::run(find(name)?, arguments, namespace);
        return Ok(());
    }
    let selected = selected(&arguments.only)?;
    let mut outcomes: Vec<(&Check, Outcome)> = Vec::new();
    for check in selected {
        let outcome = match missing(check, &outcomes) {
            Some(why) => Outcome::skipped(format!("not run, because {why}")),
            None => Outcome::of(check, arguments, namespace).map_err(starting)?,
        };
        screen::write(&report::outcome(check, &outcome, options.format))?;
        outcomes.push((check, outcome));
    }
    screen::write(&report::summary(&outcomes, options.format))?;
    match outcomes.iter().filter(|(_, outcome)| outcome.verdict == Verdict::Fail).count() {
        0 => Ok(()),
        1 => Err(Failure::Found("error: a check failed\n".to_owned())),
        count => Err(Failure::Found(format!("error: {count} checks failed\n"))),
    }
}

fn starting(error: io::Error) -> Failure {
    Failure::System("starting a process for a check", error)
}

fn find(name: &str) -> Result<&'static Check, Failure> {
    CHECKS.iter().find(|check| check.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let message = format!("there is no check {name}; `hiperf provider check --list` shows them all");
        Error::new(Status::WBEM_E_INVALID_PARAMETER, message).into()
    })
}

/// The checks to run, in the catalog's order.
fn selected(only: &[String]) -> Result<Vec<&'static Check>, Failure> {
    if only.is_empty() {
        return Ok(CHECKS.iter().collect());
    }
    let wanted = only.iter().map(|name| find(name)).collect::<Result<Vec<_>, _>>()?;
    let needed = |check: &&Check| {
        wanted.iter().any(|wanted| wanted.name == check.name || wanted.needs.all().contains(&check.name))
    };
    Ok(CHECKS.iter().filter(needed).collect())
}

/// Why a check can't be run: one that it depends on failed.
fn missing(check: &Check, before: &[(&Check, Outcome)]) -> Option<String> {
    let failed = before.iter().find(|(earlier, outcome)| {
        outcome.verdict == Verdict::Fail && check.needs.all().contains(&earlier.name)
    });
    failed.map(|(earlier, _)| format!("{} failed", earlier.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_depends_on_is_run_before_it() {
        let names = |only: &[&str]| {
            let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
            selected(&only).unwrap().iter().map(|check| check.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&["load"]), ["load"]);
        assert_eq!(names(&["IDS"]), ["load", "initialize", "ids"]);
        assert_eq!(names(&[]).len(), CHECKS.len());
        assert!(selected(&["nonsense".to_owned()]).is_err());
    }

    #[test]
    fn names_are_unique_and_explained() {
        let guide = include_str!("../../../../docs/provider-check.md");
        for (n, check) in CHECKS.iter().enumerate() {
            assert!(CHECKS[..n].iter().all(|other| other.name != check.name), "{}", check.name);
            assert!(guide.contains(&format!("\n### {}\n", check.name)), "{}", check.name);
            assert_eq!(check.needs.all().is_empty(), n == 0, "{}", check.name);
        }
    }
}
