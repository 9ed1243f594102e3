//! [`watch`]: what a process writes, until it ends or its time is over.
//!
//! One thread waits for all of it: for the end of the process itself, not of
//! what it writes, because what a provider has started may keep the pipes.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// More than this of what a provider prints is of no use to anyone.
const MAX_OUTPUT: usize = 4 << 20;
/// What is read at once.
const BUFFER: usize = 16 << 10;
/// The most that a pipe holds, unless root makes it larger.
const MAX_PIPE: usize = 1 << 20;

/// What was seen of a process.
#[derive(Debug)]
pub struct Watched {
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub errors: String,
    /// How it ended, unless it had to be killed.
    pub end: Option<ExitStatus>,
}

/// Watches a process, whose output and errors are pipes, for `limit` at most.
///
/// # Errors
/// The system's; then too the process is gone.
pub fn watch(mut child: Child, limit: Duration) -> io::Result<Watched> {
    let mut pipes = [
        Pipe::new(child.stdout.take().map(OwnedFd::from)),
        Pipe::new(child.stderr.take().map(OwnedFd::from)),
    ];
    let ended = follow(&child, &mut pipes, limit);
    if !matches!(ended, Ok(true)) {
        child.kill()?;
    }
    let status = child.wait()?;
    // What it wrote last.
    pipes.iter_mut().try_for_each(Pipe::read_rest)?;
    let [output, errors] = pipes.map(|pipe| String::from_utf8_lossy(&pipe.bytes).into_owned());
    Ok(Watched { output, errors, end: ended?.then_some(status) })
}

/// Reads until the process ends; says whether it did.
fn follow(child: &Child, pipes: &mut [Pipe; 2], limit: Duration) -> io::Result<bool> {
    let started = Instant::now();
    let process = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    pipes.iter().try_for_each(Pipe::never_wait)?;
    loop {
        let left = limit.saturating_sub(started.elapsed());
        // A limit that is longer than the system can wait is none.
        let timeout = Timespec::try_from(left).ok();
        let open = pipes.iter().filter_map(|pipe| pipe.descriptor.as_ref());
        let mut ready: Vec<PollFd<'_>> =
            [&process].into_iter().chain(open).map(|one| PollFd::new(one, PollFlags::IN)).collect();
        match poll(&mut ready, timeout.as_ref()) {
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
            Ok(_) if !ready[0].revents().is_empty() => return Ok(true),
            Ok(_) if left.is_zero() => return Ok(false),
            Ok(_) => pipes.iter_mut().try_for_each(|pipe| pipe.read().map(drop))?,
        }
    }
}

/// The end of a pipe from which we read; `None` when all is read.
#[derive(Debug)]
struct Pipe {
    descriptor: Option<OwnedFd>,
    bytes: Vec<u8>,
}

impl Pipe {
    fn new(descriptor: Option<OwnedFd>) -> Pipe {
        Pipe { descriptor, bytes: Vec::new() }
    }

    fn never_wait(&self) -> io::Result<()> {
        self.descriptor.as_ref().map_or(Ok(()), |pipe| Ok(rustix::io::ioctl_fionbio(pipe.as_fd(), true)?))
    }

    /// Reads some of what is there; says whether there may be more. What is too
    /// much is read all the same, so that its writer doesn't stand still.
    fn read(&mut self) -> io::Result<bool> {
        let Some(pipe) = &self.descriptor else { return Ok(false) };
        let mut buffer = [0; BUFFER];
        match rustix::io::read(pipe, &mut buffer) {
            Err(Errno::INTR) => Ok(true),
            Err(Errno::AGAIN) => Ok(false),
            Err(error) => Err(error.into()),
            Ok(0) => {
                self.descriptor = None;
                Ok(false)
            }
            Ok(count) => {
                let kept = count.min(MAX_OUTPUT - self.bytes.len());
                self.bytes.extend_from_slice(&buffer[..kept]);
                Ok(true)
            }
        }
    }

    /// Reads what a process that is gone has left in the pipe. Another one may
    /// go on to write, so that is bounded.
    fn read_rest(&mut self) -> io::Result<()> {
        for _ in 0..MAX_PIPE / BUFFER {
            if !self.read()? {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[track_caller]
    fn check(script: &str, limit: Duration) -> Watched {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        watch(command.spawn().unwrap(), limit).unwrap()
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_it_writes_and_how_it_ends() {
        let watched = check("echo one; echo two >&2; exit 3", LONG);
        assert_eq!((watched.output.as_str(), watched.errors.as_str()), ("one\n", "two\n"));
        assert_eq!(watched.end.and_then(|end| end.code()), Some(3));
    }

    #[test]
    fn it_closes_what_it_writes_to_and_goes_on() {
        let watched = check("echo one; exec >&- 2>&-; for n in 1 2 3; do /bin/true; done; exit 4", LONG);
        assert_eq!((watched.output.as_str(), watched.end.and_then(|end| end.code())), ("one\n", Some(4)));
    }

    /// What it started keeps the pipes; nobody waits for that.
    #[test]
    fn it_leaves_another_one() {
        let watched = check("tail -f /dev/null & echo $!", LONG);
        assert!(watched.end.is_some_and(|end| end.success()));
        let left: i32 = watched.output.trim().parse().unwrap();
        rustix::process::kill_process(Pid::from_raw(left).unwrap(), rustix::process::Signal::KILL).unwrap();
    }

    #[test]
    fn its_time_is_over() {
        let watched = check("echo one; while :; do :; done", Duration::from_millis(300));
        assert!(watched.end.is_none(), "{watched:?}");
    }

    #[test]
    fn it_writes_more_than_anyone_reads() {
        let watched = check("head -c 9000000 /dev/zero; echo end >&2", LONG);
        assert_eq!((watched.output.len(), watched.errors.as_str()), (MAX_OUTPUT, "end\n"));
    }
}
