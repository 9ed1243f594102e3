//! `hiperfd`: the host daemon, which will serve clients that may not or cannot
//! load providers themselves.
//!
//! It isn't there yet. Until it is, this program says so and fails, so that
//! nobody takes a silent start for a running service: it opens no socket,
//! starts no process and reads no configuration.
//!
//! Exit status: 0 after `--help` or `--version`; 1 when it is asked to serve;
//! 2 when the command line is wrong.
#![forbid(unsafe_code)]

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::process::ExitCode;

const HELP: &str = "\
The host daemon of hiperf (not there yet)

Usage: hiperfd [OPTIONS]

Options:
  -h, --help     Print help
  -V, --version  Print version
";

const NOT_YET: &str = "\
error: the host daemon isn't there yet: hiperfd serves nobody
  Remote clients, and clients that need the daemon's rights, have to wait for it.
  Everything in one process works without it: the hiperf command, the Rust API
  and C clients of libhiperf load the providers themselves.
  hint: run `hiperf watch Processor`
  WBEM_E_NOT_SUPPORTED (0x8004100C): the feature or operation is not supported
";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (None, _) => complain(NOT_YET, 1),
        (Some(one), None) if is(&one, ["-h", "--help"]) => answer(HELP),
        (Some(one), None) if is(&one, ["-V", "--version"]) => {
            answer(concat!("hiperfd ", env!("CARGO_PKG_VERSION"), "\n"))
        }
        (Some(one), None) => {
            complain(&format!("error: unexpected argument '{}'\n\n{HELP}", one.to_string_lossy()), 2)
        }
        (Some(_), Some(_)) => complain(&format!("error: too many arguments\n\n{HELP}"), 2),
    }
}

fn is(argument: &OsStr, names: [&str; 2]) -> bool {
    names.iter().any(|name| argument == *name)
}

fn answer(text: &str) -> ExitCode {
    // Who closes our standard output has seen enough: that is no error.
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

fn complain(text: &str, status: u8) -> ExitCode {
    // Without a standard error the status alone has to tell it.
    let _told = io::stderr().write_all(text.as_bytes());
    ExitCode::from(status)
}
