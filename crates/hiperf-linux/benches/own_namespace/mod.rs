//! A bench that runs in a process id namespace of its own, where no processes
//! come and go but its own.

use std::process::{Command, ExitCode};

/// Runs the bench again in a namespace of its own, and returns how it ended;
/// `None` if this is that run.
pub fn run_there() -> Result<Option<ExitCode>, String> {
    if std::process::id() == 1 {
        return Ok(None);
    }
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut unshare = Command::new("unshare");
    unshare.args(["--pid", "--fork", "--mount-proc", "--kill-child"]);
    let may = unshare.arg("true").output().map_err(|error| format!("unshare: {error}"))?;
    if !may.status.success() {
        return Err(String::from_utf8_lossy(&may.stderr).trim().to_owned());
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--pid", "--fork", "--mount-proc", "--kill-child"]);
    let ended = unshare.arg(program).args(std::env::args().skip(1)).status();
    let ended = ended.map_err(|error| error.to_string())?;
    Ok(Some(if ended.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }))
}
