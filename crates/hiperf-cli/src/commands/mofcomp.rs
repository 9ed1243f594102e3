//! `hiperf mofcomp FILE..`: compiles MOF into the repository, or splits a file
//! into what no locale has to do with and the texts of one.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use clap::ValueEnum;
use hiperf::Repository;
use hiperf::repository::{Compilation, MOFCOMP_NAMESPACE, Source};
use hiperf_cim::{Error, Status};

use crate::args::MofcompArguments;
use crate::failure::Failure;
use crate::format::text::counted;
use crate::screen;

/// Compiles the files, all of them or none, and says what was stored.
pub fn run(
    repository: &Repository,
    namespace: Option<&str>,
    arguments: &MofcompArguments,
) -> Result<(), Failure> {
    let namespace = namespace.unwrap_or(MOFCOMP_NAMESPACE);
    if let (Some(mof), Some(mfl)) = (&arguments.mof, &arguments.mfl) {
        return split(repository, namespace, arguments, mof, mfl);
    }
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
    let done = compiled.map_err(Failure::from_compiler)?;
    // If standard error is gone, nobody wants to be warned.
    let _unheard = io::stderr().write_all(done.warnings.as_bytes());
    let verb = if arguments.check { "would store" } else { "stored" };
    screen::write(&format!("{verb} {}\n", summary(&done)))
}

/// Splits the file into the two that are named, and says how to go on.
fn split(
    repository: &Repository,
    namespace: &str,
    arguments: &MofcompArguments,
    mof: &Path,
    mfl: &Path,
) -> Result<(), Failure> {
    let [file] = &arguments.files[..] else {
        let message = "one file at a time can be split into --mof and --mfl; it may include others";
        return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message).into());
    };
    let is_file = |other: &Path| {
        fs::canonicalize(other).is_ok_and(|other| fs::canonicalize(file).is_ok_and(|file| file == other))
    };
    if mof == mfl || is_file(mof) || is_file(mfl) {
        let message = format!("{}, --mof and --mfl must be three files", file.display());
        return Err(Error::new(Status::WBEM_E_INVALID_PARAMETER, message).into());
    }
    let source = Source::read(file).map_err(Failure::from_compiler)?;
    let split = repository.split(namespace, &source, arguments.amendment).map_err(Failure::from_compiler)?;
    for (path, text) in [(mof, &split.neutral), (mfl, &split.localized)] {
        fs::write(path, text).map_err(|error| {
            Error::new(Status::WBEM_E_FAILED, format!("writing {}: {error}", path.display())).caused_by(error)
        })?;
    }
    let classes = counted(split.classes, "class", "classes");
    screen::write(&format!("wrote {} and the texts of {classes} to {}\n", mof.display(), mfl.display()))
}

/// The name of a flag, as the pragma has it.
fn name(flag: &impl ValueEnum) -> String {
    flag.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

/// What was done and where: without a word about it, `root\default` surprises.
fn summary(done: &Compilation) -> String {
    let count = |count: usize, one: &str, many: &str| (count > 0).then(|| counted(count, one, many));
    let stored = [
        count(done.classes, "class", "classes"),
        count(done.instances, "instance", "instances"),
        count(done.qualifiers, "qualifier type", "qualifier types"),
    ];
    let stored: Vec<String> = stored.into_iter().flatten().collect();
    let stored = if stored.is_empty() { "nothing".to_owned() } else { stored.join(", ") };
    let changed = match count(done.deletions, "deletion", "deletions") {
        Some(deletions) => format!("{stored}; {deletions}"),
        None => stored,
    };
    match done.namespaces.is_empty() {
        true => changed,
        false => format!("{changed} in {}", done.namespaces.join(" and ")),
    }
}
