//! `hiperf mofcomp FILE..`: compiles MOF into the repository.

use std::io::{self, Write as _};

use clap::ValueEnum;
use hiperf::Repository;
use hiperf::repository::{Compilation, MOFCOMP_NAMESPACE, Source};
use hiperf_cim::Error;

use crate::args::MofcompArguments;
use crate::failure::Failure;
use crate::screen;

/// Compiles the files, all of them or none, and says what was stored.
pub fn run(
    repository: &Repository,
    namespace: Option<&str>,
    arguments: &MofcompArguments,
) -> Result<(), Failure> {
    let namespace = namespace.unwrap_or(MOFCOMP_NAMESPACE);
    let class_flags: Vec<String> = arguments.class.iter().map(name).collect();
    let instance_flags = arguments.instance.iter().map(name).collect::<String>();
    let read = |path: &std::path::PathBuf| {
        Ok(Source::read(path)?.with_flags(&class_flags.join(","), &instance_flags))
    };
    let sources = arguments.files.iter().map(read).collect::<Result<Vec<_>, Error>>();
    let compiled = sources.and_then(|sources| match arguments.check {
        true => repository.check(namespace, &sources),
        false => repository.compile(namespace, sources),
    });
    let done = compiled.map_err(failure)?;
    // If standard error is gone, nobody wants to be warned.
    let _unheard = io::stderr().write_all(done.warnings.as_bytes());
    let verb = if arguments.check { "would store" } else { "stored" };
    screen::write(&format!("{verb} {}\n", summary(&done)))
}

/// The name of a flag, as the pragma has it.
fn name(flag: &impl ValueEnum) -> String {
    flag.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// An error whose message is made of rendered diagnostics is shown as it is.
fn failure(error: Error) -> Failure {
    if error.message().starts_with("error[") { Failure::Mof(error) } else { Failure::Wbem(error) }
}

fn summary(done: &Compilation) -> String {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let stored = [
        count(done.classes, "class", "classes"),
        count(done.instances, "instance", "instances"),
        count(done.qualifiers, "qualifier type", "qualifier types"),
    ];
    let stored: Vec<String> = stored.into_iter().flatten().collect();
    let stored = if stored.is_empty() { "nothing".to_owned() } else { stored.join(", ") };
    match count(done.deletions, "deletion", "deletions") {
        Some(deletions) => format!("{stored}; {deletions}"),
        None => stored,
    }
}
