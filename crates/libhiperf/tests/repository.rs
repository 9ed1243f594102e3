//! Clients in C that change the repository, and what another process sees of it
//! that has been connected all the while.
#![cfg(target_os = "linux")]

mod common;

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use common::{client, directory, skip, under_valgrind};

/// A user who is not root: root's repository is that of the machine, which no
/// test may touch.
const NOBODY: u32 = 65534;

/// A running client, asked line by line.
struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Client {
    fn start(mut command: Command) -> Client {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Client { child, input, output }
    }

    #[track_caller]
    fn expect(&mut self, line: &str, answer: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
        let mut got = String::new();
        self.output.read_line(&mut got).unwrap();
        assert_eq!(got.trim_end(), answer, "{line}");
    }

    fn end(mut self) {
        self.input = None;
        let mut got = String::new();
        self.output.read_line(&mut got).unwrap();
        assert_eq!(got, "released\n");
        assert!(self.child.wait().unwrap().success());
    }
}

/// The program, and a state directory that a user who isn't root may write to.
fn program(test: &str) -> Option<(PathBuf, PathBuf)> {
    let out = directory(test);
    let state = out.join("state");
    fs::create_dir(&state).unwrap();
    fs::set_permissions(&state, Permissions::from_mode(0o755)).unwrap();
    let program = client("repository_client", &out);
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        chown(&state, Some(NOBODY), Some(NOBODY)).unwrap();
        let is_open = |above: &Path| fs::metadata(above).is_ok_and(|status| status.mode() & 0o001 != 0);
        if let Some(closed) = program.ancestors().skip(1).find(|above| !is_open(above)) {
            skip(&format!("another user can't run a program below {}", closed.display()));
            return None;
        }
    }
    Some((program, state))
}

/// The command as a user who is not root.
fn as_user(mut command: Command, state: &Path) -> Command {
    command.env("XDG_STATE_HOME", state);
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

const NOT_FOUND: &str = "80041002";
const INVALID_NAMESPACE: &str = "8004100e";
const ALREADY_EXISTS: &str = "80041019";

#[test]
fn what_one_client_stores_another_sees() {
    let Some((program, state)) = program("repository") else { return };
    let start = || Client::start(as_user(Command::new(&program), &state));
    let (mut one, mut other) = (start(), start());
    other.expect("open Lab", INVALID_NAMESPACE);
    one.expect("namespace Lab", "ok");
    other.expect("namespace Lab", ALREADY_EXISTS);
    other.expect("open Lab", "ok");
    other.expect("count Pump", "80041010");
    one.expect("class Pump 2", "ok");
    one.expect("class Pump 2", ALREADY_EXISTS);
    other.expect("count Pump", "0");
    one.expect("instance Pump a", "ok");
    other.expect("instance Pump b", "ok");
    one.expect("count Pump", "2");
    other.expect("flow Pump=\"A\"", "7");
    other.expect("delete-instance Pump=\"a\"", "ok");
    one.expect("flow Pump=\"a\"", NOT_FOUND);
    one.expect("delete-instance Pump=\"a\"", NOT_FOUND);
    one.expect("count Pump", "1");
    // One that comes later sees the same, and what is deleted is gone for all.
    let mut later = start();
    later.expect("open Lab", "ok");
    later.expect("flow Pump=\"b\"", "7");
    one.expect("delete-class Pump", "ok");
    later.expect("flow Pump=\"b\"", NOT_FOUND);
    other.expect("delete-class Pump", NOT_FOUND);
    other.expect("delete-namespace Lab", "ok");
    later.expect("class Pump 0", INVALID_NAMESPACE);
    later.expect("open Lab", INVALID_NAMESPACE);
    for client in [one, other, later] {
        client.end();
    }
    assert!(state.join("hiperf/repository.image").is_file());
}

#[test]
fn storing_leaks_nothing() {
    let Some((program, state)) = program("repository-valgrind") else { return };
    let Some(valgrind) = under_valgrind(&program) else { return };
    let mut client = Client::start(as_user(valgrind, &state));
    client.expect("namespace Lab", "ok");
    client.expect("class Pump 0", "ok");
    client.expect("instance Pump a", "ok");
    client.expect("count Pump", "1");
    client.expect("delete-instance Pump=\"a\"", "ok");
    client.expect("delete-class Pump", "ok");
    client.end();
}
