//! One check, in the process that was started for it.

use super::bench::Bench;
use super::catalog::{Check, Run};
use super::journal::Journal;
use super::subject::Subject;
use crate::args::CheckProviderArguments;

/// Runs a check. What it finds is in the journal; so is why it can't be run.
pub fn run(check: &Check, arguments: &CheckProviderArguments, namespace: Option<&str>) {
    let journal = Journal;
    journal.doing("loading the library");
    match Subject::open(arguments, namespace) {
        Err(why) => journal.fail(why),
        Ok(subject) => examine(check, &subject, &journal),
    }
    journal.doing("the process ended, after the check");
    journal.done();
}

fn examine(check: &Check, subject: &Subject, journal: &Journal) {
    match check.run {
        Run::Library(run) => run(subject, journal),
        Run::Provider(run) => match Bench::open(subject, journal) {
            Ok(bench) => run(&bench),
            Err(why) => journal.fail(why),
        },
    }
}
