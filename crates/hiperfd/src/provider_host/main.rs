//! `hiperf-provider-host`: the process in which providers run that don't run in
//! a client.
//!
//! An engine starts it as a child and says by messages what to load: see
//! [`hiperf::hosting`]. It decides nothing, reads no configuration and is no
//! service: it lives as long as its client, and everything in it is the client's
//! to see anyway. What it adds is that it may die.
//!
//! ```text
//! main thread       takes channels; ends the process when the client is gone
//! a channel         a thread: one call of a provider at a time
//! a refresher       its channel's thread: sleeps until the client wants something
//! ```
//! It is not told by a signal that its client died, because the kernel sends that
//! one already when the thread ends that started it; it watches the process.
#![forbid(unsafe_code)]

mod call;
mod channel;
mod classes;
mod providers;
mod publication;
mod refresher;
mod services;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;

use hiperf::hosting::protocol::{Message, socket};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, getegid, geteuid, getgid, getpid, getppid, getuid, kill_process, pidfd_open,
};
use rustix::thread::{set_thread_res_gid, set_thread_res_uid};

use providers::Providers;

const USAGE: &str = "\
hiperf-provider-host runs providers for a client of hiperf, which starts it by itself.
There is nothing to be done with it from a command line.
";

fn main() -> ExitCode {
    let client = std::env::args().nth(1).and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw);
    let Some(client) = client.filter(|client| getppid() == Some(*client)) else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match start(client) {
        Ok((main, client)) => serve(&main, &client),
        Err(error) => {
            eprintln!("hiperf-provider-host: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The main socket, which came as standard input, and the client's process. What
/// a provider reads from standard input is nothing.
fn start(client: Pid) -> io::Result<(UnixStream, OwnedFd)> {
    stay_effective_user()?;
    let watched = pidfd_open(client, PidfdFlags::empty())?;
    let main = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    hiperf_linux::register();
    Ok((main, watched))
}

/// Gives up the client's real user and group where it works as others: a
/// set-user-ID program, or one that has root's rights and lays them down for a
/// while. It can go back; its providers here can't. There is one thread yet, so
/// this is the whole process.
fn stay_effective_user() -> io::Result<()> {
    let (user, group) = (geteuid(), getegid());
    if getgid() != group {
        set_thread_res_gid(group, group, group)?;
    }
    if getuid() != user {
        set_thread_res_uid(user, user, user)?;
    }
    Ok(())
}

/// Takes channels until the client is gone or closes the main socket.
fn serve(main: &UnixStream, client: &OwnedFd) -> ExitCode {
    let providers = Arc::new(Providers::default());
    loop {
        let mut ready = [PollFd::new(main, PollFlags::IN), PollFd::new(client, PollFlags::IN)];
        match poll(&mut ready, None) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => break,
            Ok(_) if !ready[1].revents().is_empty() => break,
            Ok(_) => {}
        }
        let Ok((Message::Open {}, Some(channel))) = socket::receive_with_descriptor(main) else { break };
        let providers = providers.clone();
        let serve = move || {
            let _whole = OnPanic;
            channel::serve(UnixStream::from(channel), &providers);
        };
        if std::thread::Builder::new().name("channel".to_owned()).spawn(serve).is_err() {
            break;
        }
    }
    // Not by returning: what providers do at the exit of a process may hang, and
    // some of their threads still do what nobody waits for.
    let _killed = kill_process(getpid(), Signal::KILL);
    ExitCode::FAILURE
}

/// A thread of ours that panics has left something half done: then the process
/// ends, which is what clients are prepared for.
struct OnPanic;

impl Drop for OnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}
