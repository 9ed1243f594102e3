//! `hiperf`: the counters of a machine on a terminal, and for scripts.
//!
//! ```text
//! Arguments -> Namespace -> classes, instances -> View -> format -> standard output
//!   args         hiperf       names, target       which     how
//! ```
//! Exit status: 0; 1 with an error on standard error; 2 when the command line
//! is wrong. Who closes our standard output has seen enough: that is no error.
//! Interrupting `watch` is its normal end: status 0. All other commands are
//! ended by the signal itself, as any program is.
#![forbid(unsafe_code)]

mod args;
mod blocks;
mod canvas;
mod commands;
mod failure;
mod format;
mod interrupt;
mod names;
mod reasons;
mod row;
mod screen;
mod target;
mod view;

use std::cell::Cell;
use std::io::{self, Write as _};
use std::process::ExitCode;

use args::{Arguments, Command, Format};
use failure::Failure;
use hiperf::{Hosting, Repository};

fn main() -> ExitCode {
    let arguments = Arguments::from_command_line();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    #[cfg(feature = "linux")]
    hiperf_linux::register();
    let repository =
        arguments.state.as_ref().map_or_else(Repository::local, Repository::at_with_provider_files);
    let options = &arguments.output;
    let is_warned = Cell::new(false);
    let connect = || {
        failure::warn_of_provider_files();
        let namespace = arguments.namespace.as_deref().unwrap_or_default();
        let namespace = match arguments.isolated {
            true => repository.connect_with(namespace, &Hosting::isolated())?,
            false => repository.connect(namespace)?,
        };
        warn_of_damage(&repository, &is_warned);
        // A screen rounds by itself; a program gets the types of the class unless it asks.
        let is_on_screen = matches!(arguments.command, Command::Watch(_)) && options.format == Format::Table;
        Ok::<_, Failure>(if arguments.precise || is_on_screen { namespace.precise() } else { namespace })
    };
    match &arguments.command {
        Command::Watch(watch) => commands::watch::run(&connect()?, watch, options),
        Command::Query { query } => commands::query::run(&connect()?, query, options),
        Command::Get { path } => commands::get::run(&connect()?, path, options),
        Command::Classes { pattern } => commands::classes::run(&connect()?, pattern.as_deref(), options),
        Command::Describe { class, locale } => {
            commands::describe::run(&connect()?.in_locale(*locale), class, options)
        }
        Command::Mofcomp(mofcomp) => {
            commands::mofcomp::run(&repository, arguments.namespace.as_deref(), mofcomp)
        }
        Command::Namespaces => commands::namespaces::run(&repository, options),
        Command::Provider { action } => {
            commands::provider::run(&repository, arguments.namespace.as_deref(), action, options)
        }
        Command::Repository { action } => commands::repository::run(&repository, *action),
    }?;
    let looks = !matches!(arguments.command, Command::Mofcomp(_) | Command::Repository { .. });
    if looks {
        warn_of_damage(&repository, &is_warned);
    }
    Ok(())
}

/// Says once on standard error that the repository lacks something because it
/// can't be read. What is built in is shown all the same.
fn warn_of_damage(repository: &Repository, is_warned: &Cell<bool>) {
    if let Some(damage) = repository.damage().filter(|_| !is_warned.replace(true)) {
        // If standard error is gone, nobody wants to be warned.
        let _unheard = writeln!(io::stderr(), "warning: {}", damage.message());
    }
}
